"""A unit, put together: its folder, its keys, its way to the school, and the lessons it records.

::

    unit = Unit(settings, SystemClock())      folder, outbox, keys; closes what a power cut left open
    unit.sending.start()                      two threads, until stop()
    session = unit.lesson(...)                header and stanzas on the disk
    account = session.run()                   from button to button
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from analytics.listener import Listener
from analytics.thresholds import Thresholds
from capture.camera import Camera
from capture.disk import FolderDisk
from capture.fragments import FragmentedMp4
from capture.interrupted import close_interrupted
from capture.microphone import Microphone
from capture.recorder import HEADER, LINKS, MANIFEST, LessonRecorder, Stored
from device.clock import Clock
from device.folder import open_outbox, own_folder
from device.recipients import ListedRecipient, RecipientList, choose, pin
from device.ring import Ring
from device.sending import Sending
from device.session import LessonSession
from device.settings import UnitSettings
from lesson.footage.chain import Link
from lesson.footage.header import Audio, ClockQuality, Header, Media, Video
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.signed import UnitKey
from lesson.messages import LessonStarted, UnitStatus, ack_topic, check_lesson_id, encode_status, status_topic
from lesson.problems import Problem, WaitwiseError
from lesson.settings import SettingsError
from lesson.sound import RATE_HZ
from lesson.talk import Heard
from lesson.version import VERSION
from lesson.wire import from_base64
from sync.errors import OutboxError, SyncError
from sync.https import HttpsUplink
from sync.mqtt import Broker, Message, MqttSession
from sync.uploader import Uploader

_log = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds the school may take to say whom to record for; afterwards those count whom the unit knows."""


class Unit:
    """One unit and everything it is made of."""

    def __init__(self, settings: UnitSettings, clock: Clock) -> None:
        """Read the keys, open the outbox, close interrupted lessons. Raises `SettingsError` and the parts' errors."""
        self.settings = settings
        self._clock = clock
        self._key = _signing_key(settings)
        self._recording: str | None = None
        self.microphone_problem: Problem | None = None
        """What is wrong with the microphone of the lesson that is recorded; the school is told."""
        self.camera_problem: Problem | None = None
        """What is wrong with its camera."""
        self._is_outbox_behind = False
        with contextlib.ExitStack() as opened:
            self._lessons = opened.enter_context(own_folder(settings.folder))
            self.outbox = opened.enter_context(open_outbox(settings.folder))
            self._uploads = opened.enter_context(contextlib.closing(self._uplink()))
            self.sending = Sending(
                unit=settings.unit,
                outbox=self.outbox,
                uploader=Uploader(self.outbox, self._uploads, _receipt_key(settings)),
                session=self._mqtt_session(),
                status=self.status,
                clock=clock,
            )
            self._ring = Ring(self._lessons, self.outbox, _receipt_key(settings))
            self._take_up_lessons()
            self._opened = opened.pop_all()

    def people(self) -> RecipientList:
        """Whom this unit may record for, asking the school if it can be reached."""
        return pin(self.settings.folder, self.listed())

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

    def lesson(
        self,
        *,
        teacher: str | None,
        title: str | None,
        microphone: Microphone,
        camera: Camera | None,
        on_heard: Callable[[Heard], None],
        people: RecipientList | None = None,
        is_numbers_only: bool = False,
    ) -> LessonSession:
        """Prepare a lesson: afterwards its header and wrapped keys are on the disk, and nothing else.

        `people`: whom it may be recorded for, where they are known already. With `is_numbers_only` no picture and no
        sound is ever encoded.
        """
        whose = choose(self.people() if people is None else people, teacher)
        encoder = None if is_numbers_only else FragmentedMp4(camera.coding if camera is not None else None)
        header = self._header(whose, encoder, camera)
        sealer = LessonSealer(header, [whose.recipient], self._key)
        folder = self._lessons / header.lesson
        try:
            recorder = LessonRecorder(FolderDisk(folder), sealer, encoder, self._add_segment(header.lesson, folder))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._add_start(header.lesson, folder)
        started = LessonStarted(
            lesson_id=header.lesson,
            started_at=header.started_at,
            header=sealer.header_bytes,
            stanzas=tuple(stanza.data for stanza in sealer.stanzas),
            title=title,
        )
        self._recording = header.lesson
        return LessonSession(
            lesson_id=header.lesson,
            folder=folder,
            microphone=microphone,
            camera=camera,
            listener=Listener(lesson_id=header.lesson, thresholds=Thresholds(goal_wait=self.settings.goal_wait)),
            recorder=recorder,
            started=started,
            outbox=self.outbox,
            clock=self._clock,
            on_heard=on_heard,
            on_closed=self._closed,
        )

    def make_room(self, needed_bytes: int) -> None:
        """Have so much free, if that can be had by deleting what the school has signed for."""
        self._ring.make_room(needed_bytes, lambda: shutil.disk_usage(self._lessons).free)

    def discard(self, lesson_id: str) -> bool:
        """Throw a lesson away that has ended, and of which no footage has left the unit; say whether that was so."""
        if lesson_id == self._recording or not self.outbox.drop_lesson(check_lesson_id(lesson_id)):
            return False
        shutil.rmtree(self._lessons / lesson_id)
        return True

    def status(self) -> UnitStatus:
        """How the unit is, for the school."""
        return UnitStatus(
            online=True,
            at=self._clock.now(),
            version=VERSION,
            recording=self._recording,
            free_bytes=shutil.disk_usage(self._lessons).free,
            waiting_segments=self.outbox.waiting_segments,
            waiting_events=self.outbox.waiting_events,
            problems=tuple(problem.code for problem in self.problems()),
        )

    def close(self) -> None:
        """Stop sending and close the outbox. What is in it stays."""
        self.sending.stop()
        self._opened.close()

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with microphone and camera of a lesson that is recorded, and on the way to the school."""
        here = (self.microphone_problem, self.camera_problem)
        return tuple(problem for problem in here if problem is not None) + self.sending.problems

    def _header(self, whose: ListedRecipient, encoder: FragmentedMp4 | None, camera: Camera | None) -> Header:
        video = None
        if camera is not None and encoder is not None and encoder.codecs.video is not None:
            video = Video(encoder.codecs.video, camera.coding.width, camera.coding.height, camera.rate_hz)
        return Header.new(
            unit=self.settings.unit,
            unit_key=self._key.public,
            started_at=self._clock.now(),
            recipients=((whose.recipient, RecipientRole.TEACHER),),
            media=Media(video, None if encoder is None else Audio(encoder.codecs.audio, RATE_HZ)),
            clock=ClockQuality.UNKNOWN,
            mask=None if camera is None else camera.mask,
        )

    def _add_start(self, lesson_id: str, folder: Path) -> None:
        self.outbox.add_piece(lesson_id, HEADER, folder / HEADER)
        for stanza in sorted((folder / "stanzas").glob("*.json")):
            self.outbox.add_piece(lesson_id, f"stanzas/{stanza.name}", stanza)

    def _add_segment(self, lesson_id: str, folder: Path) -> Callable[[Stored], None]:
        def add(stored: Stored) -> None:
            try:
                self.outbox.add_piece(lesson_id, stored.file_name, folder / stored.file_name, stored.line)
            except OutboxError as error:
                # The lesson goes on: what the outbox missed is read from the lesson's folder when it has ended.
                if not self._is_outbox_behind:
                    _log.warning("The outbox misses segments of lesson %s for now: %s", lesson_id, error)
                self._is_outbox_behind = True

        return add

    def _closed(self, session: LessonSession) -> None:
        self._recording = self.microphone_problem = self.camera_problem = None
        if not (session.folder / MANIFEST).exists():
            return
        try:
            if self._is_outbox_behind:
                self._add_whole(session.folder)
                self._is_outbox_behind = False
            self.outbox.add_piece(session.lesson_id, MANIFEST, session.folder / MANIFEST)
        except OutboxError as error:
            _log.warning("Lesson %s is sent after the next start: %s", session.lesson_id, error)

    def _take_up_lessons(self) -> None:
        """After a power cut: sign what is whole, and have everything sent that may not be in the outbox yet."""
        known = self.outbox.lessons()
        for folder in sorted(self._lessons.iterdir()):
            if known.get(folder.name):
                continue
            try:
                self._take_up(folder)
            except (WaitwiseError, OSError, ValueError) as error:
                # One damaged lesson must not keep the unit from recording the next one, or from sending the others.
                _log.error(
                    "%r in %s cannot be closed or sent, and stays as it is: %s", folder.name, self._lessons, error
                )

    def _take_up(self, folder: Path) -> None:
        check_lesson_id(folder.name)
        if (recovered := close_interrupted(FolderDisk(folder), self._key)) is not None:
            _log.warning("Lesson %s was interrupted; %d segments are whole.", folder.name, len(recovered.links))
        if (folder / MANIFEST).exists():  # Else the power went before the header was there: nothing was recorded.
            self._add_whole(folder)
            self.outbox.add_piece(folder.name, MANIFEST, folder / MANIFEST)

    def _add_whole(self, folder: Path) -> None:
        """Everything but the manifest."""
        self._add_start(folder.name, folder)
        links = (folder / LINKS).read_bytes().splitlines() if (folder / LINKS).exists() else []
        for line in links:
            name = Link.decode(line, self._key.public).name.file_name
            self.outbox.add_piece(folder.name, name, folder / name, line)

    def _uplink(self) -> HttpsUplink:
        school, trust = self.settings.school, self.settings.trust
        return HttpsUplink(school.url, school.authority, trust.certificate, trust.private_key)

    def _mqtt_session(self) -> MqttSession:
        host, _, port = self.settings.school.broker.rpartition(":")
        if not host or not port.isdigit():
            raise SettingsError(f"The setting school.broker must look like school.example:8883, not {port!r}.")
        trust, unit = self.settings.trust, self.settings.unit
        broker = Broker(host, int(port), self.settings.school.authority, trust.certificate, trust.private_key)
        return MqttSession(broker, unit, (ack_topic(unit),), will=self._will)

    def _will(self) -> Message:
        gone = UnitStatus(online=False, at=self._clock.now(), version=VERSION)
        return Message(status_topic(self.settings.unit), encode_status(gone), retain=True)


def _receipt_key(settings: UnitSettings) -> bytes:
    try:
        key = from_base64(settings.school.receipt_key)
    except ValueError as error:
        raise SettingsError("The setting school.receipt_key is not base64url.") from error
    if len(key) != 32:
        raise SettingsError("The setting school.receipt_key is not a public key of 32 bytes.")
    return key


def _signing_key(settings: UnitSettings) -> UnitKey:
    path = settings.trust.signing_key
    try:
        for secret in (path, settings.trust.private_key):
            if secret.stat().st_mode & 0o077:
                raise SettingsError(f"{secret} can be read by others. Do `chmod 600` and check who could read it.")
        return UnitKey.from_bytes(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{error.filename} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"{path} is no signing key: it has 32 bytes.") from error
