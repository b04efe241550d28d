"""A unit that records, put together: its folder, its signing key, and the lessons it records.

::

    unit = Unit(settings, SystemClock(), school)      folder, key; closes what a power cut left open
    session = unit.lesson(...)                        header and stanzas on the disk
    account = session.run()                           from button to button

It knows no network: `school` is the way there (device/to_school.py), in this program or in another one.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Callable

from analytics.listener import Listener
from analytics.thresholds import Thresholds
from capture.camera import Camera
from capture.disk import FolderDisk
from capture.fragments import FragmentedMp4
from capture.interrupted import close_interrupted
from capture.microphone import Microphone
from capture.recorder import HEADER, LessonRecorder
from device.claims import Claims
from device.clock import Clock
from device.credentials import expect_private
from device.folder import own_lessons, remove
from device.recipients import Known, ListedRecipient, choose, meet
from device.ring import Ring
from device.session import LessonSession
from device.settings import UnitSettings, receipt_key_of
from device.sure_clock import Reading, SureClock
from device.to_school import Recording, ToSchool, problems_of
from lesson.footage.header import Audio, Header, Media, Video
from lesson.footage.recipients import Recipient, RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.signed import UnitKey
from lesson.messages import DISCARDED, LessonEnded, LessonStarted, check_lesson_id, encode_event
from lesson.problems import ALL, Problem, WaitwiseError
from lesson.settings import SettingsError
from lesson.sound import RATE_HZ
from lesson.talk import Heard

_log = logging.getLogger(__name__)


class Unit:
    """One unit and everything it is made of."""

    def __init__(self, settings: UnitSettings, clock: Clock, school: ToSchool) -> None:
        """Read the signing key, close interrupted lessons. Raises `SettingsError` and the parts' errors."""
        self.settings = settings
        self.school = school
        self._clock = clock
        self._key = _signing_key(settings)
        self._recording = Recording()
        self._microphone_problem: Problem | None = None
        self._camera_problem: Problem | None = None
        self._clock_problem: Problem | None = None
        self._other_problems: tuple[Problem, ...] = ()
        self._drift_ppm: float | None = None
        with contextlib.ExitStack() as opened:
            self._lessons = opened.enter_context(own_lessons(settings.folder))
            self.time = SureClock(clock, settings.folder)
            """What time it is, for lessons: stored now, and with each of them."""
            self.time.store()
            self._ring = Ring(self._lessons, school, receipt_key_of(settings))
            self._take_up_lessons()
            self.claims = Claims(settings.folder, self._lessons, settings.unclaimed_days)
            """Lessons of which nobody could say whose they are."""
            self._opened = opened.pop_all()
        school.report(self._recording)

    @property
    def microphone_problem(self) -> Problem | None:
        """What is wrong with the microphone of the lesson that is recorded; the school is told."""
        return self._microphone_problem

    @microphone_problem.setter
    def microphone_problem(self, problem: Problem | None) -> None:
        self._microphone_problem = problem
        self._report(self._recording.lesson_id)

    @property
    def camera_problem(self) -> Problem | None:
        """What is wrong with its camera."""
        return self._camera_problem

    @camera_problem.setter
    def camera_problem(self, problem: Problem | None) -> None:
        self._camera_problem = problem
        self._report(self._recording.lesson_id)

    def look_at_time(self) -> None:
        """Store the time now and then, and have it told when nobody has set it. To be called every few seconds."""
        self.time.store_now_and_then()
        if self.time.problem != self._clock_problem:
            self._clock_problem = self.time.problem
            self._report(self._recording.lesson_id)

    @property
    def other_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the timetable, with a teacher's keys, and with the mask; the school is told."""
        return self._other_problems

    @other_problems.setter
    def other_problems(self, problems: tuple[Problem, ...]) -> None:
        if problems != self._other_problems:
            self._other_problems = problems
            self._report(self._recording.lesson_id)

    def people(self) -> Known:
        """Whom this unit knows, asking the school if it can be reached."""
        return meet(self.settings.folder, self.school.listed(), by_cards=self.settings.meets_by_cards)

    def lesson(
        self,
        *,
        teacher: ListedRecipient | str | None,
        title: str | None,
        microphone: Microphone,
        camera: Camera | None,
        on_heard: Callable[[Heard], None],
        is_numbers_only: bool = False,
        is_claim: bool = False,
    ) -> LessonSession:
        """Prepare a lesson: afterwards its header and wrapped keys are on the disk, and nothing else.

        `teacher`: whose it is, or her name; None: the only one that the unit knows. With `is_numbers_only` no picture
        and no sound is ever encoded. With `is_claim` nobody can say whose it is: the school hears of it once it is
        claimed.
        """
        claim = self.claims.new_key() if is_claim else None
        if claim is None:
            known = teacher if isinstance(teacher, ListedRecipient) else choose(self.people(), teacher)
            whose, role = known.recipient, RecipientRole.TEACHER
        else:
            whose, role = claim.recipient, RecipientRole.CLAIM
        encoder = None if is_numbers_only else FragmentedMp4(camera.coding if camera is not None else None)
        now = self.time.read()
        header = self._header((whose, role), encoder, camera, now)
        sealer = LessonSealer(header, [whose], self._key)
        folder = self._lessons / header.lesson
        try:
            if claim is not None:
                self.claims.begin(header.lesson, claim, title, now)
            recorder = LessonRecorder(FolderDisk(folder), sealer, encoder, lambda _: self.school.look(header.lesson))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            self.claims.forget(header.lesson)
            raise
        self.time.store()
        self.school.look(header.lesson)
        stanzas = tuple(stanza.data for stanza in sealer.stanzas)
        started = LessonStarted(header.lesson, header.started_at, sealer.header_bytes, stanzas, title)
        self._report(header.lesson)
        return LessonSession(
            lesson_id=header.lesson,
            folder=folder,
            microphone=microphone,
            camera=camera,
            listener=Listener(lesson_id=header.lesson, thresholds=Thresholds(goal_wait=self.settings.goal_wait)),
            recorder=recorder,
            started=started,
            announce=None if is_claim else self.school.add_event,
            clock=self._clock,
            time=self.time,
            on_heard=on_heard,
            on_closed=self._closed,
        )

    def make_room(self, needed_bytes: int) -> None:
        """Have so much free, if that can be had by deleting what the school has signed for."""
        self._ring.make_room(needed_bytes, lambda: shutil.disk_usage(self._lessons).free)

    def take_away_deleted(self) -> None:
        """Delete the copies of lessons that the school has deleted. To be called every few seconds."""
        if not self.school.waiting.deleted:
            return
        try:
            self._ring.take_away_deleted(self._recording.lesson_id)
        except (WaitwiseError, OSError) as error:
            _log.warning("A deleted lesson's copy stays for now: %s", error)

    def discard(self, lesson_id: str) -> bool:
        """Throw a lesson away that has ended, and of which no footage has left the unit; say whether that was so.

        The school has heard that there was one, unless nobody has claimed it yet: it is told that nothing more comes.
        """
        if lesson_id == self._recording.lesson_id or not self.school.drop(check_lesson_id(lesson_id)):
            return False
        if not self.claims.is_waiting(lesson_id):
            gone = LessonEnded(lesson_id, self.time.read().at, DISCARDED, n_segments=0, n_evidence=0, duration=0.0)
            self.school.add_event(encode_event(gone))
        self.claims.forget(lesson_id)
        remove(self._lessons / lesson_id)
        return True

    def claim(self, lesson_id: str, person: ListedRecipient) -> None:
        """Make a lesson hers of which nobody could say whose it is; from now on it is sent.

        Whoever calls has seen to it that somebody stands at the unit. Raises `ClaimError`, and what a disk may raise.
        """
        title = self.claims.hand_on(lesson_id, person.recipient, self.time.read().at)
        folder = self._lessons / lesson_id
        header = (folder / HEADER).read_bytes()
        stanzas = tuple(path.read_bytes() for path in sorted((folder / "stanzas").glob("*.json")))
        started = LessonStarted(lesson_id, Header.decode(header).started_at, header, stanzas, title)
        self.school.add_event(encode_event(started))
        self.school.look(lesson_id)
        _log.info("Lesson %s was claimed for %s.", lesson_id, person.name)

    def name(self, session: LessonSession, person: ListedRecipient) -> None:
        """Make a lesson hers while it is recorded: her key card was held up. Any thread. Raises as `claim` does."""
        self.claims.hand_on_now(session.lesson_id, person.recipient, self.time.read().at)
        session.tell(self.school.add_event)
        self.school.look(session.lesson_id)
        _log.info("Lesson %s is %s's.", session.lesson_id, person.name)

    def close(self) -> None:
        """Let go of the folder."""
        self._opened.close()

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with clock, microphone, camera and the rest, and on the way to the school."""
        return problems_of(self._recording.problems + self.school.waiting.problems, ALL)

    def _report(self, lesson_id: str | None) -> None:
        wrong = (self._microphone_problem, self._camera_problem, self._clock_problem)
        codes = tuple(problem.code for problem in (*wrong, *self._other_problems) if problem is not None)
        self._recording = Recording(lesson_id, codes, self._drift_ppm)
        self.school.report(self._recording)

    def _header(
        self,
        whose: tuple[Recipient, RecipientRole],
        encoder: FragmentedMp4 | None,
        camera: Camera | None,
        now: Reading,
    ) -> Header:
        video = None
        if camera is not None and encoder is not None and encoder.codecs.video is not None:
            video = Video(encoder.codecs.video, camera.coding.width, camera.coding.height, camera.rate_hz)
        return Header.new(
            unit=self.settings.unit,
            unit_key=self._key.public,
            started_at=now.at,
            recipients=(whose,),
            media=Media(video, None if encoder is None else Audio(encoder.codecs.audio, RATE_HZ)),
            clock=now.quality,
            mask=None if camera is None else camera.mask,
        )

    def _closed(self, session: LessonSession) -> None:
        self._microphone_problem = self._camera_problem = None
        if session.microphone_drift_ppm is not None:
            self._drift_ppm = session.microphone_drift_ppm
        self._report(None)
        self.time.store()
        self.claims.ended(session.lesson_id)
        self.school.look(session.lesson_id)

    def _take_up_lessons(self) -> None:
        """After a power cut: sign what is whole, and have everything sent that may not have been."""
        for folder in sorted(self._lessons.iterdir()):
            try:
                check_lesson_id(folder.name)
                if (recovered := close_interrupted(FolderDisk(folder), self._key)) is not None:
                    _log.warning("Lesson %s was interrupted; %d segments are whole.", folder.name, len(recovered.links))
            except (WaitwiseError, OSError, ValueError) as error:
                # One damaged lesson must not keep the unit from recording the next one, or from sending the others.
                _log.error("%r in %s cannot be closed, and stays as it is: %s", folder.name, self._lessons, error)
            else:
                self.school.look(folder.name)


def _signing_key(settings: UnitSettings) -> UnitKey:
    path = settings.trust.signing_key
    expect_private(path)
    try:
        return UnitKey.from_bytes(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"{path} is no signing key: it has 32 bytes.") from error
