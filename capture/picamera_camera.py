"""A real camera: what picamera2 sees, for as long as the lesson lasts, whatever happens to the device.

::

    exposed     |..|..|..|   the ribbon slips ...             ... and is pushed in again   |..|..|
    pictures    K..|..|..|   nothing; the last key picture stands (fragments.py)           K..|..|
                              ^ after a second: told, killed, started anew until it sees

A small process opens the device, covers what the mask covers, and codes (picamera.py); it is replaced when it says
nothing (seeing_process.py). A picture's time is the sensor's, against the moment of the lesson's second 0.

Once there was a picture this never raises: sound and numbers go on without it, and `on_problem` is told when the camera
is lost and, with None, when it is back.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator

from capture.camera import CodedPicture, Coding, Frame
from capture.masks import Mask
from capture.seeing import KEY, LARGE_STILL, SMALL_STILL, Seen, Still, Wanted
from capture.seeing_process import PATIENCE, Seeing, SeeingProcess
from lesson.problems import CAMERA_LOST, Problem

ASK_AGAIN = 3.0
"""Seconds after which a still that did not come is asked for again."""


def _nobody_is_told(_: Problem | None) -> None:
    """Nobody listens."""


class PicameraCamera:
    """A Raspberry Pi's camera. Open it when a lesson is about to start; `pictures_until` has to be called on and on."""

    def __init__(
        self,
        width: int,
        height: int,
        rate_hz: float,
        zero: Callable[[], float | None],
        *,
        mask: Mask | None = None,
        number: int = 0,
        bit_rate: int = 1_500_000,
        on_problem: Callable[[Problem | None], None] = _nobody_is_told,
        patience: float = PATIENCE,
        start: Callable[[], SeeingProcess] = SeeingProcess,
    ) -> None:
        """Open it and wait until it sees.

        Args:
            width: pixels, even.
            height: pixels, even.
            rate_hz: pictures a second that the sensor is asked for.
            zero: the moment of lesson second 0 in CLOCK_MONOTONIC; None while it has not come.
            mask: what is covered.
            number: which camera, in picamera2's order.
            bit_rate: bits a second.
            on_problem: is told what is wrong, and None when nothing is any more.
            patience: seconds without a picture after which the camera is lost.
            start: gives a process that sees (`SpareSeeing.take`).

        Raises:
            CameraRefusedError: there is none, it cannot be opened, or picamera2 is missing.
            CameraLostError: it is open, and gives no picture.
        """
        areas = () if mask is None else mask.areas
        self._seeing = Seeing(Wanted(number, width, height, rate_hz, bit_rate, areas), patience=patience, start=start)
        self._coding = Coding(width, height, self._seeing.blank)
        self._rate_hz = rate_hz
        self._mask = mask
        self._zero = zero
        self._on_problem = on_problem
        self._problem: Problem | None = None
        self._ahead: deque[Seen] = deque()
        self._last = -1.0
        self._is_first_asked = False
        self._needs_key = True
        self._stills: dict[bool, Still] = {}
        self._ask_at: dict[bool, float] = {}

    @property
    def coding(self) -> Coding:
        """How the pictures are coded."""
        return self._coding

    @property
    def rate_hz(self) -> float:
        """What the sensor was asked for."""
        return self._rate_hz

    @property
    def mask(self) -> str | None:
        """The id of the mask."""
        return None if self._mask is None else self._mask.id

    def pictures_until(self, t: float) -> Iterator[CodedPicture]:
        """Pictures that were exposed up to lesson second `t`. What was seen before the lesson is thrown away."""
        self._receive()
        zero = self._zero()
        if zero is None:
            self._ahead.clear()
            return
        if t >= 0 and not self._is_first_asked:
            self._is_first_asked = True
            self._seeing.ask(KEY)
        while self._ahead and self._ahead[0].exposed_at - zero <= t:
            seen = self._ahead.popleft()
            time_in_lesson = seen.exposed_at - zero
            if time_in_lesson < 0 or (self._needs_key and not seen.is_key):
                continue
            if time_in_lesson <= self._last:
                # A sensor's clock that stands still: what builds upon this picture cannot be shown either.
                self._needs_key = True
                continue
            self._needs_key = False
            self._last = time_in_lesson
            yield CodedPicture(time_in_lesson, seen.data, seen.is_key)

    def still(self, *, is_large: bool = False) -> Frame | None:
        """The still that was asked for, if it has come; asks for the next."""
        self._receive()
        still = self._stills.pop(is_large, None)
        if still is not None:
            self._ask_at.pop(is_large, None)
            zero = self._zero()
            return Frame(0.0 if zero is None else still.exposed_at - zero, still.image)
        now = time.monotonic()
        if now >= self._ask_at.get(is_large, now):
            self._seeing.ask(LARGE_STILL if is_large else SMALL_STILL)
            self._ask_at[is_large] = now + ASK_AGAIN
        return None

    def close(self) -> None:
        """Let go of the camera."""
        self._ahead.clear()
        self._seeing.close()

    def _receive(self) -> None:
        for message in self._seeing.receive():
            if isinstance(message, Seen):
                self._ahead.append(message)
            else:
                self._stills[message.is_large] = message
        problem = CAMERA_LOST if self._seeing.is_lost else None
        if problem != self._problem:
            self._problem = problem
            self._on_problem(problem)
