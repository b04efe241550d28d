"""A camera before which a key card is held, put away, or exchanged, by a test.

::

    hand = Hand()
    room = Room(microphone, hand.camera)      every camera that the room opens sees what the hand holds just then
    hand.hold(card, View(metres=1.0))
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from capture.camera import Camera, Frame, Image
from capture.coder import CodedCamera
from device.room import TellProblem, Zero
from lesson.footage.recipients import Recipient
from tests.suites.held_card import View, picture

RATE_HZ = 5.0
NOTHING = View(right=9.0)
"""A wall, and a card that is out of sight."""


@dataclass
class Hand:
    """Holds one card at a time."""

    sees: Image = field(default_factory=lambda: picture("out of sight", NOTHING))
    masks: list[str | None] = field(default_factory=list)
    """Of every camera that was opened."""
    open_now: int = 0

    def hold(self, card: Recipient, view: View = View()) -> None:  # noqa: B008 - a frozen value
        self.sees = picture(card, view)

    def camera(self, mask: str | None, zero: Zero, tell: TellProblem) -> Camera:
        self.masks.append(mask)
        return CodedCamera(_Seen(self))


class _Seen:
    """What is before the camera, five times a second."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._hand.open_now += 1
        self._is_open = True
        self._count = itertools.count()
        self._next = 0.0

    @property
    def size(self) -> tuple[int, int]:
        rows, width = self._hand.sees.shape
        return width, rows * 2 // 3

    @property
    def rate_hz(self) -> float:
        return RATE_HZ

    def frames_until(self, t: float) -> Iterator[Frame]:
        while self._is_open and self._next <= t:
            yield Frame(self._next, self._hand.sees)
            self._next = next(self._count) / RATE_HZ + 1 / RATE_HZ

    def close(self) -> None:
        self._hand.open_now -= self._is_open
        self._is_open = False
