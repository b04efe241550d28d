"""Passwords: how they are kept, which are taken, and that guessing a name tells nothing.

::

    "quiet pond seven lamps" --NFKC--> Argon2id, t=3, 64 MiB, p=4, a salt of its own --> $argon2id$v=19$m=65536,...
                                       RFC 9106, the second recommended choice; over what OWASP asks for
    parameters have changed  -->  the next right password is kept under the new ones
    nobody of that name      -->  a hash of nothing is compared instead: the same work, the same answer

12 characters or more, and 10^10 guesses or more as zxcvbn counts them, which knows 30,000 common passwords, names,
words, keyboards and dates. No rule about digits or capital letters: such rules make `Password2026!`.
A password opens no footage: that is what the five words are for.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn

from school.database import Database, PasswordRow, insert_new
from school.errors import MismatchError

MIN_LENGTH = 12
MAX_LENGTH = 200
MIN_GUESSES_LOG10 = 10
_LOOKED_AT = 72  # characters that zxcvbn reads: it takes long over more
_AT_ONCE = 2  # each takes 64 MiB and four threads: more at once would fill a small server


class Passwords:
    """Makes and compares hashes; what it knows of people lies in the database."""

    def __init__(self, database: Database, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        self._of_nobody = self.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        with self._room:
            return self._hasher.hash(_bytes(password))

    def is_set(self, person_id: int) -> bool:
        """Whether she has a password."""
        with self._database.reading() as session:
            return session.get(PasswordRow, person_id) is not None

    def is_right(self, person_id: int | None, password: str) -> bool:
        """Whether it is hers. For nobody, and for who has none, it takes as much work to say no."""
        kept = None
        if person_id is not None:
            with self._database.reading() as session:
                row = session.get(PasswordRow, person_id)
                kept = None if row is None else row.hash
        with self._room:
            try:
                self._hasher.verify(kept or self._of_nobody, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
        if kept is None:
            return False
        if person_id is not None and self._hasher.check_needs_rehash(kept):
            made = self.hash(password)
            with self._database.writing() as session:
                row = session.get(PasswordRow, person_id)
                if row is not None and row.hash == kept:  # else she has changed it meanwhile
                    row.hash = made
        return True


def set_password(session: Session, person_id: int, made: str, *, now: datetime) -> None:
    """Keep a hash, in a transaction that is open."""
    if not insert_new(session, PasswordRow, teacher_id=person_id, hash=made, set_at=now):
        row = session.get_one(PasswordRow, person_id)
        row.hash, row.set_at = made, now


def check_new(password: str, *about: str) -> None:
    """Raise `MismatchError` with what to do for a password that is too short or soon guessed.

    `about`: what a guesser knows of her: her name, her address.

    >>> check_new("quiet pond seven lamps", "Ada Okafor")
    """
    password = _normal(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise MismatchError(f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters; this one has {len(password)}.")
    if not password.isprintable():
        raise MismatchError("A password has letters, digits, signs and spaces.")
    known = [
        word for each in (*about, "waitwise") for word in (each, *each.replace("@", " ").replace(".", " ").split())
    ]
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=known)
    if found["guesses_log10"] < MIN_GUESSES_LOG10:
        why = found["feedback"]["warning"]
        advice = "Take four words that do not belong together."
        raise MismatchError(" ".join(filter(None, ("This password is soon guessed.", why, advice))))


def _normal(password: str) -> str:
    # The same letter can be typed as one sign or as two (RFC 8265 says NFC; NIST SP 800-63B allows NFKC).
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    # Half a sign is no password that anybody could have set, and no reason to stumble.
    return _normal(password)[:MAX_LENGTH].encode("utf-8", "surrogatepass")
