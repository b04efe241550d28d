"""Secrets of a program: where systemd hands them over, and that nobody else can read them.

::

    LoadCredential=signing.key:/etc/waitwise/signing.key     in the service
    $CREDENTIALS_DIRECTORY/signing.key                       what this program reads, and no other service
    trust.signing_key = "signing.key"                        in the settings: read where nothing is handed over
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

from device.settings import TrustSettings
from lesson.settings import SettingsError


def handed_over(trust: TrustSettings, environment: Mapping[str, str]) -> TrustSettings:
    """The same files, but those that systemd hands over by their names."""
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        return trust
    there: dict[str, Path] = {each.name: Path(folder, getattr(trust, each.name).name) for each in fields(trust)}
    return replace(trust, **{name: path for name, path in there.items() if path.exists()})


def expect_private(secret: Path) -> None:
    """Raise `SettingsError` if others can read this file, or if it is not there."""
    try:
        status = secret.stat()
    except OSError as error:
        raise SettingsError(f"{secret} cannot be read: {error.strerror}.") from error
    # What root lets exactly us read, by an access list that looks like the group's right, was handed over by systemd.
    others = 0o077 if status.st_uid == os.geteuid() else 0o007
    if status.st_mode & others:
        raise SettingsError(f"{secret} can be read by others. Do `chmod 600` and check who could read it.")
