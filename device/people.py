"""For whom a press records, known before the press: asked for now and then, so that nobody waits for the school.

::

    start, and every 5 min   unit.people() --> pinned keys, or why they are not believed
    press                    known()       --> what was found last
    lamp, page               whose()       --> whose lesson a press records now: whose.py
                             agreed()      --> what the class that is on has agreed to: classes.py
    start, and every 20 s    the timetable is looked at (device/room_timetable.py)

The school may take three seconds to answer, or not answer at all; a lesson begins without it (device/recipients.py).
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import timedelta

from device.classes import Agreed, read_classes
from device.commands import Mode
from device.recipients import Known, ListedRecipient, RecipientsError, trust
from device.room_timetable import RoomTimetable
from device.settings import modes_of, timetable_names_of
from device.sure_clock import Reading
from device.timetable import Period
from device.unit import Unit
from device.whose import Whose, whose_lesson
from lesson.footage.header import ClockQuality
from lesson.problems import KEY_CHANGED, Problem, WaitwiseError

_log = logging.getLogger(__name__)

ASK_EVERY = 300.0
"""Seconds. A teacher who was taken away is not recorded for after this."""

ASK_AGAIN = 10.0
"""Seconds, while nobody is known: somebody may be making her keys just now."""


LOOK_EVERY = 20.0
"""Seconds between two looks at the timetable."""


class People:
    """Asks in a thread of its own, and looks at the timetable in another one."""

    def __init__(self, unit: Unit, *, has_camera: bool) -> None:
        """Raises `SettingsError`."""
        self._unit, self._has_camera = unit, has_camera
        timetable = unit.settings.timetable
        oldest = None if timetable.feed is None else timedelta(days=timetable.oldest_days)
        self._timetable = RoomTimetable(timetable.file, unit.settings.room, oldest)
        self._names = timetable_names_of(unit.settings)
        self._classes = read_classes(timetable.classes, modes_of(unit.settings))
        self._usual = unit.settings.teacher
        self._found: Known | RecipientsError = Known()
        self._turn = threading.Lock()
        """Held by who reads or writes whom the unit has pinned."""
        self._is_first = threading.Event()
        self._has_looked = threading.Event()
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep_asking, name="people", daemon=True),
            threading.Thread(target=self._keep_looking, name="timetable", daemon=True),
        ]

    def start(self) -> None:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask no more. An answer that is on its way is not waited for."""
        self._stopped.set()

    def known(self) -> Known:
        """Whom the unit knows. Raises `RecipientsError` where what the school says cannot be read."""
        # Only a press in the first seconds after the power came waits here.
        self._is_first.wait(4.0)
        self._has_looked.wait(4.0)
        if isinstance(self._found, RecipientsError):
            raise self._found
        return self._found

    @property
    def names(self) -> tuple[str, ...]:
        """Whom a press could record for. Never waits."""
        return tuple(each.name for each in self._known.usable)

    def met(self, person: ListedRecipient) -> None:
        """Pin her: her key card was held up. Waits while the school is asked."""
        with self._turn:
            self._found = trust(self._unit.settings.folder, self.known(), person)

    def whose(self, now: Reading, named: str | None = None) -> Whose:
        """Whose lesson a press records. Never waits. Raises `RecipientsError` where `named` is nobody we know."""
        periods = self._periods(now)
        return whose_lesson(self._known, named=named, periods=periods, usual=self._usual, names=self._names)

    def agreed(self, now: Reading) -> Agreed:
        """How the lesson that a press records may be recorded here. Never waits."""
        agreed = self._classes.agreed(self._periods(now))
        return replace(agreed, modes=tuple(mode for mode in agreed.modes if self._has_camera or mode is not Mode.VIDEO))

    def _periods(self, now: Reading) -> tuple[Period, ...] | None:
        """What is on; None: nobody can say."""
        # After a power cut a clock may be hours behind, and look right: another teacher's lesson would seem to be on.
        is_believed = not self._timetable.is_there or now.quality is ClockQuality.SYNCED
        return self._timetable.at(now.at) if is_believed else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the timetable, and with a teacher's keys."""
        changed = (KEY_CHANGED,) if self._known.changed else ()
        return changed + self._timetable.problems

    def _keep_asking(self) -> None:
        while not self._stopped.is_set():
            try:
                with self._turn:
                    self._found = self._unit.people()
            except RecipientsError as error:
                _log.warning("%s", error)
                self._found = error
            except (WaitwiseError, OSError) as error:
                _log.warning("The list of teachers could not be read; it is tried again: %s", error)
            self._is_first.set()
            self._stopped.wait(ASK_EVERY if self._known.usable else ASK_AGAIN)

    def _keep_looking(self) -> None:
        while not self._stopped.is_set():
            self._timetable.look(self._unit.time.read().at)
            self._has_looked.set()
            self._stopped.wait(LOOK_EVERY)

    @property
    def _known(self) -> Known:
        return self._found if isinstance(self._found, Known) else Known()
