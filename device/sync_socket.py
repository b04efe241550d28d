"""The way to the school from another program: the one that records has no network, the one that sends no devices.

::

    waitwise unit run (SyncClient)                        waitwise unit sync (serve)
    look, add_event, report --> kept here --thread--~~~-> SchoolSide.look, add_event, report
    listed, drop ------------------------------------~~~-> SchoolSide.listed, drop

Who records only leaves word, and goes on. While the other program is away, words are kept: one for each lesson, because
what is new stands in its folder; events up to `MAX_KEPT_BYTES`, the oldest given up first. What is given up, or lost
with this program, is the live page of that lesson, and the title of one that nobody has heard of: all of its footage
and numbers stand in the lesson. A word that was said twice changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from device.local import WITHIN, Handler, LocalClient, LocalError, LocalRefusedError, LocalServer
from device.to_school import Recording, ToSchool, Waiting
from lesson.messages import check_lesson_id
from lesson.problems import SENDING_STOPPED
from lesson.wire import WireError, from_wire

_log = logging.getLogger(__name__)

MAX_KEPT_BYTES = 16 * 1024 * 1024
"""Of events: more than an hour's lesson has."""

AGAIN_AFTER = 1.0
"""Seconds between two tries while the other program is away, and between two looks at what waits."""

AWAY_AFTER = 5.0
"""Seconds without an answer until that is a problem; a restart takes one or two."""

LISTED_WITHIN = 5.0
"""Seconds: the other program gives the school three."""

DROPPED_WITHIN = 2.0
"""Seconds that somebody who discards a lesson waits to be told."""


def serve(school: ToSchool, path: Path, users: Collection[int] | None) -> LocalServer:
    """Answer who records. Raises `LocalError` where nothing can be listened on."""

    def add_event(given: Any) -> None:
        school.add_event(from_wire(bytes, given))

    def look(given: Any) -> None:
        school.look(check_lesson_id(from_wire(str, given)))

    def drop(given: Any) -> bool:
        return school.drop(check_lesson_id(from_wire(str, given)))

    def report(given: Any) -> Waiting:
        school.report(from_wire(Recording, given))
        return school.waiting

    handlers: dict[str, Handler] = {
        "add_event": add_event,
        "look": look,
        "drop": drop,
        "report": report,
        "listed": lambda _: school.listed(),
        "lessons": lambda _: school.lessons(),
        "receipt": lambda given: school.receipt(check_lesson_id(from_wire(str, given))),
        "deletions": lambda _: school.deletions(),
        "copy_is_gone": lambda given: school.copy_is_gone(check_lesson_id(from_wire(str, given))),
        "forget_lesson": lambda given: school.forget_lesson(check_lesson_id(from_wire(str, given))),
    }
    return LocalServer(path, handlers, users=users)


class SyncClient:
    """A `device.to_school.ToSchool` over the socket. A thread of its own does the talking."""

    def __init__(self, path: Path) -> None:
        self._client = LocalClient(path)
        self._asking = LocalClient(path)
        """For questions that somebody waits for: not behind what is left to be said."""
        self._news = threading.Condition()
        self._looks: dict[str, None] = {}
        self._events: deque[bytes] = deque()
        self._kept_bytes = 0
        self._recording = Recording()
        self._waiting = Waiting()
        self._is_away = False
        self._is_new = False
        self._is_over = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._talk, name="to sync", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> Waiting:
        """What the other program said last, and that it is away."""
        with self._news:
            return self._waiting

    def add_event(self, event: bytes) -> None:
        """Leave word of an event."""
        with self._news:
            self._events.append(event)
            self._kept_bytes += len(event)
            while self._kept_bytes > MAX_KEPT_BYTES:
                self._kept_bytes -= len(self._events.popleft())
            self._tell_thread()

    def look(self, lesson_id: str) -> None:
        """Leave word that there is something new of a lesson."""
        with self._news:
            self._looks[lesson_id] = None
            self._tell_thread()

    def report(self, recording: Recording) -> None:
        """Leave word of what is recorded."""
        with self._news:
            self._recording = recording
            self._tell_thread()

    def drop(self, lesson_id: str) -> bool:
        """Ask whether a lesson may be thrown away; without an answer it may not."""
        return self._ask("drop", lesson_id, DROPPED_WITHIN) is True

    def listed(self) -> bytes | None:
        """Ask for the school's list of people."""
        return _bytes(self._ask("listed", None, LISTED_WITHIN))

    def lessons(self) -> dict[str, bool]:
        """Ask which lessons there are; none, where nobody answers: then nothing is deleted."""
        found = self._ask("lessons", None, WITHIN)
        return {} if found is None else from_wire(dict[str, bool], found)

    def receipt(self, lesson_id: str) -> bytes | None:
        """Ask for the school's receipt."""
        return _bytes(self._ask("receipt", lesson_id, WITHIN))

    def forget_lesson(self, lesson_id: str) -> None:
        """Have a lesson forgotten. Raises `LocalError`: then it may be there, and is found again in its folder."""
        self._asking.ask("forget_lesson", lesson_id)

    def deletions(self) -> dict[str, bytes]:
        """Ask which lessons the school has deleted; none, where nobody answers."""
        found = self._ask("deletions", None, WITHIN)
        return {} if found is None else from_wire(dict[str, bytes], found)

    def copy_is_gone(self, lesson_id: str) -> None:
        """Say that no copy is here any more. Raises `LocalError`: then it is said again."""
        self._asking.ask("copy_is_gone", lesson_id)

    def close(self) -> None:
        """Say no more. What was not said is found in the lessons' folders."""
        with self._news:
            self._is_over = True
            self._news.notify()
        self._over.set()
        self._thread.join()
        self._client.close()
        self._asking.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _tell_thread(self) -> None:
        self._is_new = True
        self._news.notify()

    def _ask(self, name: str, given: object, within: float) -> Any:
        try:
            return self._asking.ask(name, given, within)
        except LocalError as error:
            _log.warning("Nobody answers to %s: %s", name, error)
            return None

    def _talk(self) -> None:
        answered_at, is_over = time.monotonic(), False
        while not is_over:
            with self._news:
                is_over, self._is_new = self._is_over, False  # what is left is said once more before the end
            try:
                waiting = self._say_everything()
                answered_at, is_away = time.monotonic(), False
            except (LocalError, WireError) as error:
                is_away = time.monotonic() - answered_at > AWAY_AFTER
                waiting = replace(self._waiting, problems=(SENDING_STOPPED.code,)) if is_away else self._waiting
                if is_away and not self._is_away:
                    _log.warning("%s: %s", SENDING_STOPPED.code, error)
                self._over.wait(AGAIN_AFTER)
            self._is_away = is_away
            with self._news:
                self._waiting = waiting
                self._news.wait_for(lambda: self._is_new or self._is_over, AGAIN_AFTER)

    def _say_everything(self) -> Waiting:
        """Raises `LocalUnreachableError`; what was not said then is kept."""
        while (event := self._first_event()) is not None:
            self._say("add_event", event)
            with self._news:
                if self._events and self._events[0] is event:  # else it was given up meanwhile
                    self._events.popleft()
                    self._kept_bytes -= len(event)
        with self._news:
            looks = tuple(self._looks)
        for lesson_id in looks:
            with self._news:
                del self._looks[lesson_id]  # before it is said: what is new after that leaves word again
            try:
                self._say("look", lesson_id)
            except LocalError:
                self.look(lesson_id)
                raise
        return from_wire(Waiting, self._client.ask("report", self._recording))

    def _first_event(self) -> bytes | None:
        with self._news:
            return self._events[0] if self._events else None

    def _say(self, name: str, given: object) -> None:
        try:
            self._client.ask(name, given)
        except LocalRefusedError as error:  # the same again would be refused again
            _log.warning("The program that sends refuses %s: %s", name, error)


def _bytes(answer: Any) -> bytes | None:
    return None if answer is None else from_wire(bytes, answer)
