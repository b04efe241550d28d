"""The time: one that never jumps, for lessons, and one that people know, for lists of lessons."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

SYNCED_MARK = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches it whenever it has had the time from a server; it is gone after a restart."""


class Clock(Protocol):
    """Where time comes from."""

    def monotonic(self) -> float:
        """Seconds that only ever go forward, from an unknown start."""

    def now(self) -> datetime:
        """The moment, aware, in UTC. It may jump when the clock is set."""

    def is_synced(self) -> bool:
        """Whether the moment came from a server since the machine was started."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""


class SystemClock:
    """The machine's own clock."""

    def __init__(self, synced_mark: Path = SYNCED_MARK) -> None:
        # A file, and not adjtimex(2): ProtectClock= of our services forbids that, even to ask.
        self._synced_mark = synced_mark

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.now(tz=UTC)

    def is_synced(self) -> bool:
        """See `Clock`."""
        try:
            return self._synced_mark.exists()
        except OSError:  # not readable: a lesson with an unsure date is better than none
            return False

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
        self._is_synced = False

    def monotonic(self) -> float:
        """See `Clock`."""
        return self._passed

    def now(self) -> datetime:
        """See `Clock`."""
        return self._start + timedelta(seconds=self._passed)

    def is_synced(self) -> bool:
        """See `Clock`."""
        return self._is_synced

    def sync(self, now: datetime) -> None:
        """A server said what time it is."""
        self._start, self._is_synced = now - timedelta(seconds=self._passed), True

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self._passed += seconds
