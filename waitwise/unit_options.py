"""What the commands of `waitwise unit` have in common: their settings, and who is told what."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from device.credentials import handed_over
from device.settings import SocketSettings, UnitSettings, read

SettingsFile = Annotated[Path, typer.Argument(help="The unit's settings, a TOML file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line, for programs.")]


def service_settings(settings: Path) -> UnitSettings:
    """Settings of a service: its secrets are handed over by systemd, where they are."""
    found = read(settings)
    return replace(found, trust=handed_over(found.trust, os.environ))


def with_socket(settings: UnitSettings, path: Path | None, user: str | None = None) -> UnitSettings:
    """The same settings, but the socket of the unit's page as it was typed, where it was."""
    named = settings.socket
    return replace(settings, socket=SocketSettings(path or named.path, user or named.user))
