"""The unit's masks: which there are, which one a press puts on, and how a drawn one is kept.

::

    masks/9b.json      what is covered: capture/masks.py
    masks/usual.txt    9b                what a press puts on, said by a person on the page
                       *                 every seat is filmed, said by a person as well
                       without it        `camera.mask` in the settings

A file that says which is damaged, or names a mask that is not there: then nothing is filmed, as without the mask. So a
mask that is deleted never turns into none: the strictest of the others takes its place, or nothing is filmed.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

from capture.errors import MaskUnreadableError
from capture.masks import FOLDER, Mask, mask_called
from device.kept_file import keep_file
from lesson.problems import DISK_FAILED, WaitwiseError

USUAL = "usual.txt"
EVERY_SEAT = "*"
NAME = re.compile(r"\w(?:[\w -]{0,38}\w)?")
"""Of a mask that is drawn on the page: letters and digits of any language, and spaces and hyphens between them."""


class MaskNotKeptError(WaitwiseError):
    """A mask could not be written."""

    problem = DISK_FAILED


class MaskStore:
    """The masks in a unit's folder. Looked at anew each time: a technician may put one there."""

    def __init__(self, folder: Path, setting: str) -> None:
        """`setting`: what a press puts on while nobody has said otherwise; empty: nothing."""
        self._unit_folder, self._setting = folder, setting
        self._folder = folder / FOLDER

    def names(self) -> tuple[str, ...]:
        """Which masks there are."""
        return tuple(sorted(path.stem for path in self._folder.glob("*.json")))

    def usual(self) -> str:
        """Name of the mask that a press puts on; empty: none. Raises `MaskUnreadableError`."""
        path = self._folder / USUAL
        try:
            name = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return self._setting
        except (OSError, UnicodeDecodeError) as error:
            raise MaskUnreadableError(f"{path} cannot be read: {error}.") from error
        if not name:
            raise MaskUnreadableError(f"{path} names no mask.")
        return "" if name == EVERY_SEAT else name

    def mask(self, name: str | None) -> Mask | None:
        """The mask of that name; None as a name: the usual one; an empty name: none. Raises `MaskUnreadableError`."""
        return mask_called(self.usual() if name is None else name, self._unit_folder)

    def keep(self, name: str, mask: Mask) -> None:
        """Keep a mask, and put it on from the next press on. Raises `MaskNotKeptError`."""
        if not NAME.fullmatch(name):
            raise MaskNotKeptError(f"{name!r} cannot be a mask's name.")
        try:
            self._folder.mkdir(mode=0o750, exist_ok=True)
            keep_file(self._folder / f"{name}.json", mask.encode())
        except OSError as error:
            raise MaskNotKeptError(f"The mask {name} cannot be kept: {error.strerror}.") from error
        self.use(name)

    def use(self, name: str) -> None:
        """Let a press put this mask on. Raises `MaskUnreadableError` where it cannot, and `MaskNotKeptError`."""
        if self.mask(name) is None:
            raise MaskUnreadableError("A mask has a name.")
        self._say(name)

    def film_every_seat(self) -> None:
        """Let a press put none on: a person has said that all may be filmed. Raises `MaskNotKeptError`."""
        self._say(EVERY_SEAT)

    def drop(self, name: str, strictness: Callable[[Mask], float]) -> None:
        """Delete a mask; where a press puts it on, the strictest of the others takes its place before.

        Where there is no other nothing is filmed until somebody says what. Raises `MaskUnreadableError` where there is
        no such mask, and `MaskNotKeptError`.
        """
        if name not in self.names():
            raise MaskUnreadableError(f"There is no mask {name}.")
        if self._is_usual(name) and (others := self._others(name)):
            self._say(max(others, key=lambda other: strictness(others[other])))
        try:
            (self._folder / f"{name}.json").unlink()
        except OSError as error:
            raise MaskNotKeptError(f"The mask {name} cannot be deleted: {error.strerror}.") from error

    def _is_usual(self, name: str) -> bool:
        try:
            return self.usual() == name
        except MaskUnreadableError:
            return False

    def _others(self, name: str) -> dict[str, Mask]:
        """Those that can be put on."""
        found = {}
        for other in self.names():
            with contextlib.suppress(MaskUnreadableError):
                if other != name and (mask := self.mask(other)) is not None:
                    found[other] = mask
        return found

    def _say(self, name: str) -> None:
        """Which a press puts on."""
        try:
            self._folder.mkdir(mode=0o750, exist_ok=True)
            keep_file(self._folder / USUAL, name.encode())
        except OSError as error:
            raise MaskNotKeptError(f"Which mask is put on cannot be kept: {error.strerror}.") from error
