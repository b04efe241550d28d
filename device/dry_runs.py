"""What listens and writes nothing: a dummy run of a lesson, and a rehearsal.

::

    microphone --blocks--> DummyRun      level, silence                    like a lesson to lamp and page; then gone
                     '---> RehearsalRun  the pause that fills, each try    sound is kept nowhere
"""

from __future__ import annotations

from collections.abc import Callable

from analytics.listener import LevelReading, Listener
from analytics.rehearsal import Rehearsal
from analytics.thresholds import Thresholds
from analytics.try_events import Lapsed, Pausing, RehearsalEvent, Try, TrySet
from capture.microphone import Microphone
from device.state import RehearsalInHand

_NOBODY = "0" * 32


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
