"""A lesson that nobody could name: recorded to a key of its own, claimed at the unit, or deleted after its days.

::

    press (nobody known) --> lesson, claim key --page: "It is mine", a press--> grant, hers, sent
                                               '--7 sure days-----------------> gone, key first
"""

import pathlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from capture.drawn_microphone import DrawnMicrophone
from device.claims import ClaimError, Claims
from device.clock import MovedClock
from device.commands import Claim, Start, Stop
from device.recipients import meet
from device.room import Room
from device.state import Doing, UnitState
from device.sure_clock import Reading
from lesson.footage.errors import NotForYouError
from lesson.footage.header import ClockQuality
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson
from lesson.footage.segments import Track
from lesson.problems import UNCLAIMED_GONE, WHOSE_UNCLEAR
from tests.suites.one_unit import DRAWN, OneUnit, WholeUnit
from tests.suites.pressed_unit import PressedUnit, drawn, pressed_unit

ROOM = Room(drawn(("TTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 40, 4.0))
NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


@pytest.fixture
def two_teachers(tmp_path: pathlib.Path) -> OneUnit:
    """A unit that knows two teachers, and cannot say whose a lesson is."""
    made = OneUnit(tmp_path)
    made.knows({"Ms": made.teacher, "R. Amin": Identity.generate()})
    return made


def opened(folder: pathlib.Path, who: Identity) -> OpenLesson:
    return OpenLesson(
        (folder / "header.json").read_bytes(),
        [path.read_bytes() for path in folder.glob("stanzas/*.json")],
        (folder / "links.jsonl").read_bytes(),
        (folder / "manifest.json").read_bytes(),
        who,
        grants=[path.read_bytes() for path in folder.glob("grants/*.json")],
    )


def record_one(made: PressedUnit) -> UnitState:
    """Press, teach, press."""
    made.press()
    recording = made.until_it_is(Doing.RECORDING)
    made.press()
    made.until_it_is(Doing.READY)
    made.until(lambda state: bool(state.unclaimed))
    return recording


def test_a_press_that_nobody_can_name_is_a_lesson_and_a_press_claims_it(two_teachers: OneUnit) -> None:
    with pressed_unit(two_teachers, ROOM) as made:
        recording = record_one(made)
        assert recording.lesson is not None
        assert recording.lesson.teacher is None
        (folder,), school = made.lessons, made.unit.school
        with pytest.raises(NotForYouError):
            opened(folder, two_teachers.teacher)
        school.look(folder.name)
        assert (school.lessons(), school.waiting.events) == ({}, 0), "not even that there is a lesson has been told"

        made.program.ask(Claim(folder.name, "Ms"))
        made.until_it_is(Doing.CLAIMING)
        assert list(folder.glob("grants/*")) == [], "whoever is not at the unit cannot claim"
        made.press()
        made.until(lambda state: state.doing is Doing.READY and not state.unclaimed)

        lesson = opened(folder, two_teachers.teacher)
        (log, *_) = [name for name in lesson.segments if name.track is Track.LOG]
        assert lesson.open_segment(log, (folder / log.file_name).read_bytes())
        assert (list(school.lessons()), school.waiting.events) == ([folder.name], 1)
        assert list((two_teachers.folder / "claims").iterdir()) == []


def test_a_claim_that_nobody_presses_for_changes_nothing(two_teachers: OneUnit) -> None:
    with pressed_unit(two_teachers, ROOM) as made:
        record_one(made)
        made.program.ask(Claim(made.lessons[0].name, "Ms"))
        made.until_it_is(Doing.CLAIMING)
        made.program.ask(Stop())
        made.until_it_is(Doing.READY)
        made.press()
        made.until_it_is(Doing.RECORDING)
        assert len(made.lessons) == 2, "the press was an ordinary one again"
        assert list(made.lessons[0].glob("grants/*")) == []


def test_what_cannot_be_claimed_is_refused_and_stays(two_teachers: OneUnit) -> None:
    with pressed_unit(two_teachers, ROOM) as made:
        record_one(made)
        made.program.ask(Claim(made.lessons[0].name, ""))
        assert made.until_it_is(Doing.REFUSED).problems[0] == WHOSE_UNCLEAR.code
        made.program.ask(Claim("5" * 32, "Ms"))
        made.until_it_is(Doing.CLAIMING)
        made.press()
        refused = made.until_it_is(Doing.REFUSED)
        assert refused.problems[0] == UNCLAIMED_GONE.code
        assert len(refused.unclaimed) == 1


def test_where_the_school_wants_no_such_lessons_nothing_begins(two_teachers: OneUnit) -> None:
    with pressed_unit(two_teachers, ROOM, unclaimed_days=0) as made:
        made.press()
        made.until_it_is(Doing.REFUSED)
        assert made.until(lambda state: bool(state.problems)).problems[0] == WHOSE_UNCLEAR.code
        assert made.lessons == []


def test_a_dummy_run_needs_nobody_and_leaves_no_key(two_teachers: OneUnit) -> None:
    with pressed_unit(two_teachers, ROOM) as made:
        made.program.ask(Start(is_dummy=True))
        made.until_it_is(Doing.RECORDING)
        made.press()
        made.until_it_is(Doing.READY)
        assert (made.lessons, list((two_teachers.folder / "claims").iterdir())) == ([], [])


class TestKept:
    """On the disk, over power cuts and days."""

    @pytest.fixture
    def clock(self) -> MovedClock:
        return MovedClock(NOW)

    @pytest.fixture
    def unit(self, two_teachers: OneUnit, clock: MovedClock) -> Iterator[WholeUnit]:
        unit = two_teachers.unit(clock)
        yield unit
        unit.close()

    @pytest.fixture
    def lesson(self, unit: WholeUnit) -> pathlib.Path:
        session = unit.lesson(
            teacher=None,
            title="7B",
            microphone=DrawnMicrophone(DRAWN),
            camera=None,
            on_heard=lambda _: None,
            is_claim=True,
        )
        key = unit.settings.folder / "claims" / f"{session.lesson_id}.json"
        assert key.stat().st_mode & 0o077 == 0 or key.parent.stat().st_mode & 0o077 == 0, "for this program alone"
        assert unit.claims.waiting() == (), "not while it goes on"
        session.run()
        return session.folder

    def again(self, unit: WholeUnit, days: int = 7) -> Claims:
        """As after a power cut."""
        return Claims(unit.settings.folder, unit.settings.folder / "lessons", days)

    def test_it_can_be_claimed_after_a_power_cut(
        self, unit: WholeUnit, lesson: pathlib.Path, two_teachers: OneUnit
    ) -> None:
        claims = self.again(unit)
        (waiting,) = claims.waiting()
        assert (waiting.lesson_id, waiting.title) == (lesson.name, "7B")
        assert waiting.duration == pytest.approx(5.3, abs=0.5)
        assert claims.hand_on(lesson.name, two_teachers.teacher.recipient, NOW) == "7B"
        assert opened(lesson, two_teachers.teacher).is_complete
        with pytest.raises(ClaimError):
            claims.hand_on(lesson.name, meet(two_teachers.folder, None, by_cards=False).pinned[1].recipient, NOW)

    def test_the_power_goes_between_the_grant_and_its_key(
        self, unit: WholeUnit, lesson: pathlib.Path, two_teachers: OneUnit
    ) -> None:
        key = unit.settings.folder / "claims" / f"{lesson.name}.json"
        kept = key.read_bytes()
        unit.claims.hand_on(lesson.name, two_teachers.teacher.recipient, NOW)
        key.write_bytes(kept)
        assert self.again(unit).waiting() == ()
        assert not key.exists()
        assert opened(lesson, two_teachers.teacher).is_complete

    def test_the_power_goes_between_the_key_and_the_lesson_that_is_deleted(
        self, unit: WholeUnit, lesson: pathlib.Path
    ) -> None:
        unit.claims.forget(lesson.name)
        self.again(unit)
        assert not lesson.exists()

    def test_the_power_goes_between_the_key_and_the_lesson_that_begins(
        self, unit: WholeUnit, lesson: pathlib.Path
    ) -> None:
        shutil.rmtree(lesson)
        self.again(unit)
        assert list((unit.settings.folder / "claims").iterdir()) == []

    def test_a_key_that_cannot_be_read_deletes_nothing(self, unit: WholeUnit, lesson: pathlib.Path) -> None:
        key = unit.settings.folder / "claims" / f"{lesson.name}.json"
        key.write_bytes(b"{")
        assert self.again(unit).waiting() == ()
        assert lesson.exists()
        assert key.exists()

    def test_other_lessons_are_left_alone(self, unit: WholeUnit, two_teachers: OneUnit) -> None:
        session = unit.lesson(
            teacher="Ms", title=None, microphone=DrawnMicrophone(DRAWN), camera=None, on_heard=lambda _: None
        )
        session.run()
        claims = self.again(unit)
        claims.expire(Reading(NOW + timedelta(days=400), ClockQuality.SYNCED))
        assert session.folder.exists()
        assert claims.waiting() == ()

    def test_its_days_are_counted_from_when_the_clock_was_first_sure(
        self, unit: WholeUnit, lesson: pathlib.Path
    ) -> None:
        later = NOW + timedelta(days=400)
        assert unit.claims.expire(Reading(later, ClockQuality.UNKNOWN)) == (), "a clock that is wrong deletes nothing"
        assert unit.claims.expire(Reading(later, ClockQuality.FLOOR)) == (), "nobody knows since when it has waited"
        assert unit.claims.expire(Reading(NOW, ClockQuality.SYNCED)) == ()
        claims = self.again(unit)
        (waiting,) = claims.waiting()
        assert waiting.kept_until == NOW + timedelta(days=7)
        almost = NOW + timedelta(days=7, seconds=-1)
        assert claims.expire(Reading(almost, ClockQuality.SYNCED)) == ()
        assert claims.expire(Reading(later, ClockQuality.UNKNOWN)) == ()
        assert lesson.exists()
        assert claims.expire(Reading(NOW + timedelta(days=7), ClockQuality.FLOOR)) == (lesson.name,)
        assert not lesson.exists()
        assert list((unit.settings.folder / "claims").iterdir()) == []
        assert not (unit.settings.folder / "gone").exists()

    def test_a_lesson_that_is_thrown_away_leaves_no_key(self, unit: WholeUnit, lesson: pathlib.Path) -> None:
        assert unit.discard(lesson.name)
        assert not lesson.exists()
        assert unit.school.waiting.events == 0, "the school has not heard of it, and does not now"
        assert list((unit.settings.folder / "claims").iterdir()) == []
        assert unit.claims.waiting() == ()
