"""The time: one that never jumps, for lessons, and one that people know, for lists of lessons."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def monotonic(self) -> float:
        """Seconds that only ever go forward, from an unknown start."""

    def now(self) -> datetime:
        """The moment, aware, in UTC. It may jump when the clock is set."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""


class SystemClock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.now(tz=UTC)

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        time.sleep(seconds)


class MovedClock:
    """A clock that you move: for demonstrations and tests.

    >>> clock = MovedClock(datetime(2026, 11, 17, 10, 0, tzinfo=UTC))
    >>> clock.sleep(90)
    >>> clock.monotonic(), str(clock.now())
    (90.0, '2026-11-17 10:01:30+00:00')
    """

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._passed = 0.0

    def monotonic(self) -> float:
        """See `Clock`."""
        return self._passed

    def now(self) -> datetime:
        """See `Clock`."""
        return self._start + timedelta(seconds=self._passed)

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self._passed += seconds
