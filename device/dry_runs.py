"""What listens and writes nothing: a dummy run of a lesson, a rehearsal, and a check of the room.

::

    microphone --blocks--> DummyRun      level, silence                    like a lesson to lamp and page; then gone
                     |---> RehearsalRun  the pause that fills, each try    sound is kept nowhere
                     '---> RoomCheckRun  quiet, front, back; each when somebody says so
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from analytics.listener import LevelReading, Listener
from analytics.rehearsal import Rehearsal
from analytics.room_check import RoomCheck
from analytics.room_measured import Outcome, Place
from analytics.thresholds import Thresholds
from analytics.try_events import Lapsed, Pausing, RehearsalEvent, Try, TrySet
from capture.microphone import Microphone
from device.state import RehearsalInHand, RoomCheckInHand

_NOBODY = "0" * 32

CHECK_WITHIN = 180.0
"""Seconds after which a check that nobody goes on with is over."""

_AFTER = {Place.QUIET: Place.FRONT, Place.FRONT: Place.BACK, Place.BACK: None}


class DummyRun:
    """A lesson of which nothing is written, not even sealed."""

    def __init__(self, microphone: Microphone, thresholds: Thresholds) -> None:
        self._microphone = microphone
        self._listener = Listener(lesson_id=_NOBODY, thresholds=thresholds)

    @property
    def level(self) -> LevelReading:
        """What the room sounds like now."""
        return self._listener.level

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Listen until the sound ends or it should stop."""
        try:
            for block in self._microphone.blocks():
                self._listener.feed(block)
                if should_stop():
                    return
        finally:
            self._microphone.close()

    def pause(self) -> None:
        """Nothing is recorded anyway."""

    def resume(self) -> None:
        """Nothing is recorded anyway."""

    def bookmark(self) -> None:
        """There is nothing to mark."""


class RehearsalRun:
    """A rehearsal in the room."""

    def __init__(self, microphone: Microphone, thresholds: Thresholds) -> None:
        self.in_hand = RehearsalInHand()
        """How it stands. Replaced, never changed: another thread may read it."""
        self._microphone = microphone
        self._rehearsal = Rehearsal(thresholds)
        self._tries = TrySet()

    @property
    def level_dbfs(self) -> float | None:
        """How loud it is now. None: nothing was heard yet."""
        return self._rehearsal.level_dbfs

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Listen until the sound ends or it should stop."""
        try:
            for block in self._microphone.blocks():
                self._take(self._rehearsal.feed(block))
                if should_stop():
                    break
        finally:
            self._microphone.close()
        self._take(self._rehearsal.finish())
        self.in_hand = RehearsalInHand(tries=self._tries.tries)

    def _take(self, events: list[RehearsalEvent]) -> None:
        silence, has_reached = self.in_hand.silence, self.in_hand.has_reached_goal
        for event in events:
            self._tries.take(event)
            match event:
                case Pausing():
                    silence, has_reached = event.silence, event.has_reached_goal
                case Try() | Lapsed():
                    silence, has_reached = None, False
        if events:
            self.in_hand = RehearsalInHand(silence, has_reached_goal=has_reached, tries=self._tries.tries)


class RoomCheckRun:
    """A check of the room. The room's quiet is measured at once; each voice when `go_on` says that it is ready."""

    def __init__(self, microphone: Microphone, thresholds: Thresholds) -> None:
        self.in_hand = RoomCheckInHand()
        """How it stands. Replaced, never changed: another thread may read it."""
        self._microphone = microphone
        self._check = RoomCheck(thresholds)
        self._next: Place | None = Place.QUIET
        self._may_go_on = threading.Event()
        self._may_go_on.set()

    @property
    def level_dbfs(self) -> float | None:
        """How loud it is now. None: nothing was heard yet."""
        return self._check.level_dbfs

    def go_on(self) -> None:
        """Listen for the next voice. May be called by any thread; while one is listened for it changes nothing."""
        if self.in_hand.next is not None:
            self._may_go_on.set()

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Listen until everything was measured, the sound ends, or it should stop."""
        try:
            for block in self._microphone.blocks():
                if self._next is not None and self._may_go_on.is_set():
                    self._may_go_on.clear()
                    self._check.begin(self._next)
                    self._next = _AFTER[self._next]
                self._check.feed(block)
                self.in_hand = self._stands()
                is_over = self._check.place is None and self._next is None
                if should_stop() or is_over or block.end >= CHECK_WITHIN:
                    break
        finally:
            self._microphone.close()
        self.in_hand = RoomCheckInHand(measured=self._check.measured, outcome=self._outcome())

    def _stands(self) -> RoomCheckInHand:
        place = self._check.place
        # Whole seconds: each new state is told to every page.
        left = float(math.ceil(self._check.left))
        return RoomCheckInHand(place, self._next if place is None else None, left, self._check.measured)

    def _outcome(self) -> Outcome | None:
        """What follows; None where it was called off before the last voice."""
        return self._check.outcome() if self._next is None else None
