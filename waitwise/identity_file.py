"""A person's identity file, as a command reads it.

::

    my-identity.json --five words, asked for or from WAITWISE_PASSPHRASE--> Identity       to open with
                     --or the recovery code in their place-------------->
                     --nothing asked------------------------------------> Recipient      to seal to
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from lesson.footage.errors import IdentityError, RecoveryCodeError
from lesson.footage.identity import Identity, SealedIdentity, read_identity
from lesson.footage.recipients import Recipient
from waitwise import show
from waitwise.errors import CommandError

WORDS = "WAITWISE_PASSPHRASE"
"""Environment variable with the five words, for programs."""

ATTEMPTS = 3
"""How often a person may mistype her five words."""
_WHICH = "Name the file that the account menu of the school's page saved for you."


def identity_in(path: Path) -> Identity:
    """Read an identity, asking for the five words where it is sealed. Raises `CommandError` or `IdentityError`."""
    data = _read(path)
    words = os.environ.get(WORDS)
    try:
        return read_identity(data, words)
    except IdentityError as error:
        _expect_sealed(path, data)
        if words is not None:
            raise
        if not (show.people.is_terminal and sys.stdin.isatty()):
            raise CommandError(
                f"{path} is sealed under five words.", f"Type this in a terminal, or put the words into {WORDS}."
            ) from error
    return _ask_for_words(data)


def _ask_for_words(data: bytes) -> Identity:
    for _ in range(ATTEMPTS - 1):
        try:
            return read_identity(data, _asked())
        except (IdentityError, RecoveryCodeError) as error:
            show.say(f"{error} Please type them again.")
    return read_identity(data, _asked())


def _asked() -> str:
    return str(typer.prompt("Your five words, or your recovery code", hide_input=True, err=True))


def _expect_sealed(path: Path, data: bytes) -> None:
    try:
        SealedIdentity.decode(data)
    except IdentityError as error:
        raise CommandError(f"{path} is no identity file.", _WHICH) from error


def recipient_in(path: Path) -> Recipient:
    """Read the public half only, which needs no words. Raises `CommandError`."""
    data = _read(path)
    try:
        return SealedIdentity.decode(data).recipient
    except IdentityError:
        pass
    try:
        return read_identity(data).recipient  # an open identity, of demo and tests
    except IdentityError as error:
        raise CommandError(f"{path} is no identity file.", _WHICH) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"The identity file {path} cannot be read: {error.strerror}.", _WHICH) from error
