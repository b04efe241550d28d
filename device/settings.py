"""What a unit is told, once, from one TOML file.

::

    unit = "lab-2"
    room = "Lab 2"
    folder = "/var/lib/waitwise"

    [school]
    url = "https://school.example:8443"
    broker = "school.example:8883"
    authority = "authority.pem"        # relative to this file
    receipt_key = "base64url"

    [trust]
    certificate = "unit.pem"
    private_key = "unit.key"
    signing_key = "signing.key"
"""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from lesson.messages import MessageError, check_unit_id
from lesson.problems import SETTINGS_WRONG, WaitwiseError


class SettingsError(WaitwiseError):
    """The settings file cannot be used; the message names the entry."""

    problem = SETTINGS_WRONG


def _entry(sentence: str, **kwargs: Any) -> Any:
    return field(metadata={"sentence": sentence}, **kwargs)


@dataclass(frozen=True, slots=True)
class SchoolSettings:
    """Where the school is, and how the unit knows that it is the school."""

    url: str = _entry("Address of the school's port for units.")
    broker: str = _entry("Host and port of the school's MQTT broker.")
    authority: Path = _entry("Certificate of the school's authority. No other is believed.")
    receipt_key: str = _entry("The school's public key for receipts, base64url.")


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """How the school knows that this is the unit."""

    certificate: Path = _entry("The unit's certificate.")
    private_key: Path = _entry("The private key of the certificate.")
    signing_key: Path = _entry("The unit's own signing key: 32 bytes, for links and manifests.")


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """The picture."""

    width: int = _entry("Width in pixels.", default=1280)
    height: int = _entry("Height in pixels.", default=720)
    rate_hz: float = _entry("Pictures a second.", default=12.5)


@dataclass(frozen=True, slots=True)
class UnitSettings:
    """Everything a unit is told."""

    unit: str = _entry("The unit's id: small letters, digits and hyphens.")
    room: str = _entry("The room, as people call it.")
    folder: Path = _entry("Where lessons and the outbox are kept.")
    school: SchoolSettings = _entry("See [school].")
    trust: TrustSettings = _entry("See [trust].")
    picture: PictureSettings = _entry("See [picture].", default_factory=PictureSettings)
    goal_wait: float = _entry("The teacher's own goal for a wait, in seconds.", default=5.0)


def read(path: Path) -> UnitSettings:
    """Read a unit's settings; raise `SettingsError` naming the entry that is wrong."""
    try:
        table = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from error
    settings: UnitSettings = _fill(UnitSettings, table, path.parent, "")
    try:
        check_unit_id(settings.unit)
    except MessageError as error:
        raise SettingsError(f"{path}: {error}") from error
    return settings


def _fill(kind: Any, table: dict[str, Any], base: Path, place: str) -> Any:
    entries = {entry.name: entry for entry in fields(kind)}
    if surplus := table.keys() - entries.keys():
        raise SettingsError(f"Nobody knows the setting {place}{min(surplus)}.")
    values = {}
    for name, entry in entries.items():
        if name in table:
            values[name] = _value(entry.type, table[name], base, f"{place}{name}")
        elif entry.default is MISSING and entry.default_factory is MISSING:
            raise SettingsError(f"The setting {place}{name} is missing.")
    return kind(**values)


_TABLES = {"SchoolSettings": SchoolSettings, "TrustSettings": TrustSettings, "PictureSettings": PictureSettings}


def _value(kind: Any, value: Any, base: Path, place: str) -> Any:
    if kind in _TABLES and isinstance(value, dict):
        return _fill(_TABLES[kind], value, base, f"{place}.")
    if kind == "Path" and isinstance(value, str):
        return base / value
    if kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if (kind == "int" and isinstance(value, int) and not isinstance(value, bool)) or (
        kind == "str" and isinstance(value, str)
    ):
        return value
    raise SettingsError(f"The setting {place} cannot be {value!r}: {kind} was expected.")
