"""The timetable from its feed: the program that sends fetches it, the one that records reads it from a file.

::

    waitwise unit sync                                         waitwise unit run
    feed --HTTPS, every 15 min--> timetable.ics, by rename --> RoomTimetable
    304                           its date: still good    -->  how old it is
    no answer, or nonsense        as it was               -->  after some days: timetable-old, and nobody is guessed

What is fetched is not read here, beyond that it looks like a calendar; the last good one stays for as long as nothing
better comes. The date of the file is when the feed last stood by it.
"""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

from device.clock import Clock
from device.credentials import expect_private
from device.kept_file import keep_file
from device.settings import TimetableSettings
from lesson.problems import WaitwiseError
from lesson.settings import SettingsError
from sync.backoff import Backoff
from sync.feed import Feed, FeedError, HttpsFeed, Stamp

_log = logging.getLogger(__name__)

EVERY = 900.0
"""Seconds between two questions to a server that answers, at least."""

JITTER = 60.0
"""Seconds more, at most: forty units of a school do not ask in the same second."""

FIRST_LIMIT = 10.0
"""Seconds: the longest wait after the first time that the server could not be reached."""

LONGEST_LIMIT = 900.0


def feed_of(settings: TimetableSettings) -> Feed:
    """The feed that the settings name. Its address is read now, and kept nowhere. Raises `WaitwiseError`."""
    if settings.feed is None:
        raise SettingsError("The setting timetable.feed is missing.")
    expect_private(settings.feed)
    try:
        address = settings.feed.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise SettingsError(f"{settings.feed} cannot be read: an address in one line was expected.") from error
    return HttpsFeed(address, settings.authority)


class TimetableKeeper:
    """Keeps the file as the feed has it. One thread."""

    def __init__(self, file: Path, feed: Callable[[], Feed], clock: Clock, dice: random.Random | None = None) -> None:
        """`feed` is asked for each time, so that an address which is put right is used without a new start."""
        self._file, self._feed, self._clock = file, feed, clock
        self._dice = dice or random.SystemRandom()
        self._backoff = Backoff(FIRST_LIMIT, LONGEST_LIMIT, self._dice)
        self._stamp: Stamp | None = None
        self._is_first = True
        self._said = ""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="timetable", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more. An answer that is on its way is not waited for."""
        self._stopped.set()

    def step(self) -> float:
        """Ask, unless that was done a moment ago, by this program or before its start; seconds until the next time."""
        if self._is_first and (left := self._left()) > 0:
            self._is_first = False
            return left
        self._is_first = False
        try:
            self._ask()
        except (WaitwiseError, OSError) as error:
            self._say(f"The timetable's feed: {error}")
            is_answered = isinstance(error, FeedError) and error.was_answered
            wait = self._backoff.failed(error.retry_after if isinstance(error, FeedError) else None)
            return wait + EVERY if is_answered else wait
        self._said = ""
        self._backoff.succeeded()
        return EVERY + self._dice.uniform(0.0, JITTER)

    def _ask(self) -> None:
        stamp = self._stamp if self._file.exists() else None
        fetched = self._feed().fetch(stamp)
        if fetched is None:
            os.utime(self._file)
        else:
            keep_file(self._file, fetched.data, mode=0o640)  # for the program that records, in our group, and no other
            self._stamp = fetched.stamp

    def _left(self) -> float:
        try:
            age = self._clock.now().timestamp() - self._file.stat().st_mtime
        except OSError:
            return 0.0
        return EVERY - age if 0 <= age < EVERY else 0.0

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            _log.warning("%s", sentence)
        self._said = sentence

    def _keep(self) -> None:
        while not self._stopped.is_set():
            self._stopped.wait(self.step())
