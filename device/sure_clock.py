"""What time it is on a computer that may not know: never before what the unit has known already.

::

    the machine says   1970 1970 1970 |          2026-11-17 10:40   (a server was reached)
    the unit has known 2026-11-17 09:30          (clock.txt in its folder, from before the power cut)
    it is              09:30 + since the start | 10:40
    quality            FLOOR                   | SYNCED             UNKNOWN: later than the floor, and no server yet

A time from a server counts, even one before the floor: a clock that was once years ahead is put right by it. The floor
is stored when the unit starts, when a lesson begins and ends, and every ten minutes: few writes.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from device.clock import Clock
from device.kept_file import keep_file
from lesson.footage.header import ClockQuality
from lesson.problems import CLOCK_UNSURE, Problem
from lesson.version import NOT_BEFORE

_log = logging.getLogger(__name__)

STORED_EVERY = 600.0
"""Seconds: what a power cut may cost of the floor."""

SET_WITHIN = 120.0
"""Seconds from the start in which a server is found, where there is one. Afterwards it is a problem that none was."""

FILE = "clock.txt"


@dataclass(frozen=True, slots=True)
class Reading:
    """A moment, and how far it can be trusted."""

    at: datetime
    quality: ClockQuality


class SureClock:
    """The unit's time, for any thread. The one program that owns the folder's lessons stores it; others only read."""

    def __init__(self, machine: Clock, folder: Path) -> None:
        """Read the floor. A file that is missing or damaged is as good as none."""
        self._machine = machine
        self._path = folder / FILE
        self._floor = max(self._stored(), NOT_BEFORE)
        self._began = self._floor_since = machine.monotonic()
        self._stored_at = float("-inf")
        self._lock = threading.Lock()

    def read(self) -> Reading:
        """What time it is."""
        with self._lock:
            return self._read()

    @property
    def problem(self) -> Problem | None:
        """`CLOCK_UNSURE`, where no server has set the clock, and one should have by now."""
        is_late = self._machine.monotonic() - self._began >= SET_WITHIN
        return CLOCK_UNSURE if is_late and not self._machine.is_synced() else None

    def store(self) -> None:
        """Keep the time for the next start. Where that cannot be done the time goes on, and the journal says why."""
        with self._lock:
            self._floor, self._floor_since = self._read().at, self._machine.monotonic()
            self._stored_at = self._floor_since
            try:
                keep_file(self._path, self._floor.isoformat().encode())
            except OSError as error:
                _log.warning("The time cannot be kept in %s: %s", self._path, error.strerror)

    def store_now_and_then(self) -> None:
        """Keep it if that was long ago."""
        if self._machine.monotonic() - self._stored_at >= STORED_EVERY:
            self.store()

    def _read(self) -> Reading:
        at = self._machine.now()
        if self._machine.is_synced():
            return Reading(at, ClockQuality.SYNCED)
        least = self._floor + timedelta(seconds=self._machine.monotonic() - self._floor_since)
        return Reading(least, ClockQuality.FLOOR) if at < least else Reading(at, ClockQuality.UNKNOWN)

    def _stored(self) -> datetime:
        try:
            return datetime.fromisoformat(self._path.read_text(encoding="ascii")).astimezone(UTC)
        except FileNotFoundError:
            return NOT_BEFORE
        except (OSError, ValueError, OverflowError) as error:
            _log.warning("The time in %s cannot be read: %s", self._path, error)
            return NOT_BEFORE
