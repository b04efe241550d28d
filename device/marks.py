"""A person's marks in a lesson that goes on: pauses, and "look at this moment".

::

    asked      pause              go on                    double press
    lesson  ---|=================|===|---------------------*-------------
    recorded   |  nothing            |                     Mark(bookmark, 61.2, 61.2)
               Mark(pause, 20.0, None)  Mark(pause, 20.0, 48.3)

Asked for by one thread, fed with the lesson by another. What was captured in a pause is never recorded, even where it
is handed over late: the lesson goes on with what was captured `MARGIN` after the word to go on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from device.clock import Clock
from lesson.sound import AudioBlock
from lesson.talk import Heard, Mark, MarkKind

MARGIN = 0.3
"""Seconds: what a sound card and its server may be late by, beyond what is known of them."""


class Marks:
    """What was asked for in one lesson."""

    def __init__(self, clock: Clock, zero: Callable[[], float | None]) -> None:
        """`zero`: when lesson second 0 was, as the microphone says it (capture/microphone.py)."""
        self.blank_before = 0.0
        """What was captured before this second of the lesson, and is not recorded yet, must not be."""
        self._clock, self._zero = clock, zero
        self._began_at = float("inf")
        """When lesson second 0 was, at the latest, by what has come."""
        self._asked = threading.Lock()
        self._is_paused = False
        self._resumes_at = 0.0
        self._bookmarks = 0
        self._paused_at: float | None = None
        self._marks: list[Mark] = []

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All that have ended, in order."""
        return tuple(self._marks)

    def pause(self) -> None:
        """Record nothing from now on."""
        with self._asked:
            self._is_paused = True

    def resume(self) -> None:
        """Record what is captured from now on."""
        with self._asked:
            if self._is_paused:
                self._is_paused, self._resumes_at = False, self._clock.monotonic() - self._began() + MARGIN

    def bookmark(self) -> None:
        """Mark this moment."""
        with self._asked:
            self._bookmarks += 1

    def feed(self, block: AudioBlock) -> list[Heard]:
        """The next block of the lesson has come: what is to be told. `blank_before` is for it and its pictures."""
        # A crystal that is fast counts ahead of the clock: a block never comes before its end was.
        self._began_at = min(self._began_at, self._clock.monotonic() - block.end)
        with self._asked:
            self.blank_before = float("inf") if self._is_paused else self._resumes_at
            bookmarks, self._bookmarks = self._bookmarks, 0
        told = []
        is_blank = block.start < self.blank_before
        if is_blank and self._paused_at is None:
            self._paused_at = block.start
            told.append(Mark(MarkKind.PAUSE, block.start, None))
        if not is_blank:
            told += self._end_pause(block.start)
        if bookmarks:
            told += self._keep(Mark(MarkKind.BOOKMARK, block.end, block.end))
        return [Heard(mark=mark) for mark in told]

    def finish(self, now: float) -> list[Heard]:
        """The lesson is over: a pause ends with it."""
        return [Heard(mark=mark) for mark in self._end_pause(now)]

    def _began(self) -> float:
        zero = self._zero()
        return self._began_at if zero is None else min(zero, self._began_at)

    def _end_pause(self, now: float) -> list[Mark]:
        if self._paused_at is None:
            return []
        started, self._paused_at = self._paused_at, None
        return self._keep(Mark(MarkKind.PAUSE, started, now))

    def _keep(self, mark: Mark) -> list[Mark]:
        self._marks.append(mark)
        return [mark]
