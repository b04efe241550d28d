"""Everything of a unit that knows the network: outbox, HTTPS, MQTT. It has no key that signs or opens a lesson.

::

    folder of lessons --look--> outbox --pieces--> HTTPS --> school
    events -------------------> outbox --events--> MQTT  --> school
    timetable <----------------------------------- HTTPS <--- its feed, where the settings name one
    who is recorded for  <----------------------- HTTPS <--- school        handed on, not believed here

What is sent of a lesson is read from its folder, where it is sealed already.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from device.clock import Clock
from device.credentials import expect_private
from device.folder import own
from device.lessons_to_send import LessonsToSend
from device.outbox import open_outbox
from device.sending import Sending
from device.settings import UnitSettings, receipt_key_of
from device.sure_clock import SureClock
from device.timetable_feed import TimetableKeeper, feed_of
from device.to_school import Recording, Waiting, problems_of
from lesson.messages import UnitStatus, ack_topic, encode_status, status_topic
from lesson.problems import ALL
from lesson.settings import SettingsError
from lesson.version import VERSION
from sync.deletions import Deletions
from sync.errors import OutboxError, SyncError
from sync.https import HttpsUplink
from sync.mqtt import Broker, Message, MqttSession
from sync.uploader import Uploader

_log = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds the school may take to say whom to record for; afterwards those count whom the unit knows."""


class SchoolSide:
    """One unit's way to its school: a `device.to_school.ToSchool`."""

    def __init__(self, settings: UnitSettings, clock: Clock, folder: Path | None = None) -> None:
        """Open the outbox in `folder` (None: the unit's). Raises `SettingsError` and the outbox's errors."""
        self._settings = settings
        self._clock = clock
        self._time = SureClock(clock, settings.folder)
        self._recording = Recording()
        self._is_behind = False
        expect_private(settings.trust.private_key)
        with contextlib.ExitStack() as opened:
            place = opened.enter_context(own(settings.folder if folder is None else folder, "outbox"))
            self.outbox = opened.enter_context(open_outbox(place))
            self.to_send = LessonsToSend(settings.folder / "lessons", self.outbox)
            uplink = opened.enter_context(contextlib.closing(self._uplink()))
            self.sending = Sending(
                unit=settings.unit,
                outbox=self.outbox,
                uploader=Uploader(self.outbox, uplink, receipt_key_of(settings)),
                deletions=Deletions(self.outbox, uplink, receipt_key_of(settings)),
                session=self._mqtt_session(),
                status=self.status,
                clock=clock,
            )
            self._keeper = self._timetable_keeper()
            self._opened = opened.pop_all()

    def start(self) -> None:
        """Begin to send, and to fetch the timetable."""
        self.sending.start()
        if self._keeper is not None:
            self._keeper.start()

    @property
    def waiting(self) -> Waiting:
        """What the school does not have yet."""
        return Waiting(
            lessons=sum(not has_receipt for has_receipt in self.outbox.lessons().values()),
            segments=self.outbox.waiting_segments,
            events=self.outbox.waiting_events,
            problems=tuple(problem.code for problem in self.sending.problems),
            deleted=len(self.outbox.deletions()),
        )

    def add_event(self, event: bytes) -> None:
        """Have an event sent."""
        try:
            self.outbox.add_event(event)
        except OutboxError as error:
            # What is said live stands in the lesson as well: without it the page is late, not the lesson lost.
            if not self._is_behind:
                _log.warning("The outbox misses events for now: %s", error)
            self._is_behind = True
        else:
            self._is_behind = False

    def look(self, lesson_id: str) -> None:
        """Put into the outbox what is new of a lesson."""
        self.to_send.look(lesson_id)

    def drop(self, lesson_id: str) -> bool:
        """Forget a lesson of which no footage has left."""
        try:
            return self.to_send.drop(lesson_id)
        except (OutboxError, ValueError) as error:
            _log.warning("A lesson cannot be dropped: %s", error)
            return False

    def lessons(self) -> dict[str, bool]:
        """Every lesson that is waiting or was sent, oldest first, and whether its receipt is here."""
        return self.outbox.lessons()

    def receipt(self, lesson_id: str) -> bytes | None:
        """The school's receipt for a lesson."""
        return self.outbox.receipt(lesson_id)

    def forget_lesson(self, lesson_id: str) -> None:
        """Forget a lesson that the school has, and whose files are about to be deleted."""
        self.to_send.forget(lesson_id)

    def deletions(self) -> dict[str, bytes]:
        """Deletion receipts of lessons of which a copy may be here."""
        return self.outbox.deletions()

    def copy_is_gone(self, lesson_id: str) -> None:
        """No copy is here any more: the school is told with the next contact."""
        self.outbox.copy_is_gone(lesson_id)

    def report(self, recording: Recording) -> None:
        """Tell the school with the next status."""
        self._recording = recording

    def listed(self) -> bytes | None:
        """The school's list of people, not yet believed; None if it cannot be asked."""
        answers: list[bytes] = []

        def ask() -> None:
            uplink = self._uplink()  # of its own: the other one belongs to the thread that uploads
            try:
                answers.append(uplink.recipients())
            except SyncError as error:
                _log.warning("The school cannot be asked whom to record for: %s", error)
            finally:
                uplink.close()

        # Somebody has pressed a button: a school that keeps the line open and says nothing must not keep her waiting.
        asking = threading.Thread(target=ask, name="recipients", daemon=True)
        asking.start()
        asking.join(PATIENCE)
        return answers[0] if answers else None

    def status(self) -> UnitStatus:
        """How the unit is, for the school."""
        recording, waiting = self._recording, self.waiting
        return UnitStatus(
            online=True,
            at=self._time.read().at,
            version=VERSION,
            recording=recording.lesson_id,
            free_bytes=shutil.disk_usage(self._settings.folder).free,
            waiting_segments=waiting.segments,
            waiting_events=waiting.events,
            problems=tuple(each.code for each in problems_of(recording.problems + waiting.problems, ALL)),
            microphone_drift_ppm=recording.microphone_drift_ppm,
        )

    def close(self) -> None:
        """Stop sending and close the outbox. What is in it stays."""
        if self._keeper is not None:
            self._keeper.stop()
        self.sending.stop()
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _uplink(self) -> HttpsUplink:
        school, trust = self._settings.school, self._settings.trust
        return HttpsUplink(school.url, school.authority, trust.certificate, trust.private_key)

    def _timetable_keeper(self) -> TimetableKeeper | None:
        timetable = self._settings.timetable
        if timetable.feed is None or timetable.file is None:
            return None
        return TimetableKeeper(timetable.file, lambda: feed_of(timetable), self._clock)

    def _mqtt_session(self) -> MqttSession:
        host, _, port = self._settings.school.broker.rpartition(":")
        if not host or not port.isdigit():
            raise SettingsError(f"The setting school.broker must look like school.example:8883, not {port!r}.")
        trust, unit = self._settings.trust, self._settings.unit
        broker = Broker(host, int(port), self._settings.school.authority, trust.certificate, trust.private_key)
        return MqttSession(broker, unit, (ack_topic(unit),), will=self._will)

    def _will(self) -> Message:
        gone = UnitStatus(online=False, at=self._time.read().at, version=VERSION)
        return Message(status_topic(self._settings.unit), encode_status(gone), retain=True)
