"""What a class has agreed to, where the timetable names one: how it may be recorded, and whose seats are not filmed.

::

    classes.toml    ["7B"]                        is in the title of what is on    the timetable's "7B Science"
                    modes = "audio, numbers"      what may be kept of it           without it: the room's `modes`
                    mask = "7b"                   what its picture covers          without it: what a press puts on
                                                  ""  every seat is filmed

    nothing named here is on                     the room's own
    two classes, or nobody can say what is on    what all who may be meant agreed to: no picture, where masks differ

Consent belongs to who sits in the room, so it never widens by a guess: what cannot be told counts as the strictest.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from device.commands import Mode
from device.settings import modes_in
from device.timetable import Period
from lesson.settings import SettingsError

_KNOWN = {"modes", "mask"}


@dataclass(frozen=True, slots=True)
class Agreed:
    """What may be done with the lesson that a press would record now."""

    modes: tuple[Mode, ...]
    """The usual one first. Empty: nothing."""
    mask: str | None = None
    """Name of the mask on its picture. None: what a press puts on in this room; empty: every seat is filmed."""
    classes: tuple[str, ...] = ()
    """Who has agreed to it, where that is not the room. Several: each of them, because it may be any."""


class Classes:
    """What the classes of one room have agreed to."""

    def __init__(self, room: tuple[Mode, ...], own: dict[str, Agreed]) -> None:
        """`room`: where nothing else is said. `own`: by the name of the class."""
        self._room, self._own = Agreed(room), own

    def agreed(self, periods: Iterable[Period] | None) -> Agreed:
        """What counts while these are on in the room; None: nobody can say what is on."""
        if periods is None:
            return _together([self._room, *self._own.values()]) if self._own else self._room
        meant = [
            each
            for period in periods
            for each in [one for name, one in self._own.items() if _stands_in(name, period.title)] or [self._room]
        ]
        return _together(meant) if meant else self._room


def read_classes(path: Path | None, room: tuple[Mode, ...]) -> Classes:
    """The classes that a file names. Raises `SettingsError`."""
    if path is None:
        return Classes(room, {})
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from error
    return Classes(room, {name: _read(path, name, own, room) for name, own in table.items()})


def _read(path: Path, name: str, own: object, room: tuple[Mode, ...]) -> Agreed:
    if not _plain(name):
        raise SettingsError(f"{path}: a class is called something with letters or digits, not {name!r}.")
    if not isinstance(own, dict) or own.keys() - _KNOWN or not all(isinstance(each, str) for each in own.values()):
        raise SettingsError(f"{path}: of the class {name!r} can be said: modes and mask, each a text.")
    return Agreed(modes_in(own["modes"]) if "modes" in own else room, own.get("mask"), (name,))


def _together(those: list[Agreed]) -> Agreed:
    """What all of them agreed to."""
    first, *others = dict.fromkeys(those)
    modes = tuple(mode for mode in first.modes if all(mode in each.modes for each in others))
    if any(each.mask != first.mask for each in others):
        modes = tuple(mode for mode in modes if mode is not Mode.VIDEO)
    classes = tuple(dict.fromkeys(name for each in (first, *others) for name in each.classes))
    return Agreed(modes, first.mask if Mode.VIDEO in modes else None, classes)


def _stands_in(name: str, title: str | None) -> bool:
    return f" {_plain(name)} " in f" {_plain(title or '')} "


def _plain(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text).split()).casefold()
