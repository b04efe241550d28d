"""A whole unit, pressed: lesson after lesson, paused, marked, refused, rehearsed, thrown away, and ended in good order.

::

    short   short        short  hold  hold  double  short        SIGTERM in a lesson
    READY - RECORDING -- READY - ... PAUSED ... ... - READY      whole, signed "stopped"
"""

import itertools
import pathlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from capture.camera import Camera
from capture.chart_camera import ChartCamera
from capture.coder import CodedCamera
from capture.drawn_microphone import DrawnMicrophone
from capture.errors import CameraRefusedError, MicrophoneUnknownError
from capture.microphone import Microphone
from device import program as program_module
from device.clock import MovedClock
from device.commands import Discard, Mode, Rehearse, ShowGoal, Start, Stop
from device.goal_lamp import FILE
from device.lamp import Tone
from device.presses import HOLD_AFTER, Gesture
from device.room import Room, TellProblem, camera_of
from device.settings import CameraSettings
from device.state import Doing, UnitState
from device.sure_clock import SureClock
from lesson.footage.header import ClockQuality, Header
from lesson.footage.identity import Identity
from lesson.footage.segments import Track
from lesson.messages import DISCARDED, LessonEnded, decode_event
from lesson.problems import (
    CAMERA_REFUSED,
    DISCARD_LATE,
    MASK_UNREADABLE,
    MICROPHONE_LOST,
    MICROPHONE_SILENT,
    MICROPHONE_UNKNOWN,
    NO_RECIPIENT,
    NO_ROOM,
    NOT_AGREED,
    UNIT_FAILED,
)
from lesson.sound import BLOCK_SAMPLES, AudioBlock
from lesson.talk import MarkKind
from tests.suites.one_unit import OneUnit
from tests.suites.pressed_unit import PressedUnit, drawn, pressed_unit

CLASS = ("TTTTTTTTTTTTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 40


@pytest.fixture
def made(tmp_path: pathlib.Path) -> Iterator[PressedUnit]:
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0))) as pressed:
        yield pressed


def record(made: PressedUnit, seconds: float = 0.5) -> pathlib.Path:
    """A lesson from press to press; its folder."""
    made.press()
    made.until_it_is(Doing.RECORDING)
    time.sleep(seconds)
    made.press()
    made.until_it_is(Doing.READY)
    return made.lessons[-1]


def test_it_records_lesson_after_lesson(made: PressedUnit) -> None:
    folders = [record(made) for _ in range(2)]

    for folder in folders:
        lesson = made.made.opened(folder)
        assert lesson.is_complete
        assert lesson.manifest is not None
        assert lesson.manifest.end == "stopped"
    assert len(set(folders)) == 2
    made.until(lambda _: len(made.lamp.tones) == 4)
    assert made.lamp.tones == [Tone.STARTED, Tone.STOPPED] * 2
    been = [doing for doing, _ in itertools.groupby(state.doing for state in made.states)]
    assert been == [Doing.READY] + [Doing.STARTING, Doing.RECORDING, Doing.STOPPING, Doing.READY] * 2


def test_a_lesson_paused_and_marked_by_the_button(made: PressedUnit) -> None:
    made.press()
    made.until_it_is(Doing.RECORDING)
    made.press(Gesture.DOUBLE)
    assert made.until(lambda state: bool(state.lesson and state.lesson.bookmarks)).doing is Doing.RECORDING
    made.press(Gesture.HOLD)
    made.until_it_is(Doing.PAUSED)
    made.press(Gesture.DOUBLE)
    made.press(Gesture.HOLD)
    made.until_it_is(Doing.RECORDING)
    time.sleep(0.5)
    made.press()
    made.until_it_is(Doing.READY)

    account = made.log(made.lessons[-1])[-1].account
    assert account is not None
    assert [mark.kind for mark in account.marks] == [MarkKind.BOOKMARK, MarkKind.PAUSE]


def test_the_light_that_pupils_see_is_on_while_something_is_heard(tmp_path: pathlib.Path) -> None:
    heard: list[float] = []

    class Watched(DrawnMicrophone):
        def blocks(self) -> Iterator[AudioBlock]:
            for block in super().blocks():
                heard.append(time.monotonic())
                yield block
                time.sleep(0.02)

    with pressed_unit(tmp_path, Room(lambda _: Watched(CLASS))) as made:
        assert not made.lamp.room_light
        made.lamp.room_takes = 0.05
        record(made)
        made.press(Gesture.HOLD)
        made.until_it_is(Doing.REHEARSING)
        time.sleep(0.2)
        made.press()
        made.until_it_is(Doing.READY)

    changes = made.lamp.room_light
    assert [is_lit for _, is_lit in changes] == [True, False, True, False]
    assert changes[0][0] <= heard[0], "on before anything is heard"
    assert heard[-1] <= changes[3][0], "off after nothing is"
    assert not [at for at in heard if changes[1][0] + 0.1 < at < changes[2][0]]


def test_the_light_is_off_in_a_pause(made: PressedUnit) -> None:
    made.press()
    made.until_it_is(Doing.RECORDING)
    assert made.lamp.is_room_lit
    made.press(Gesture.HOLD)
    made.until_it_is(Doing.PAUSED)
    time.sleep(3 * program_module.TICK)
    assert not made.lamp.is_room_lit
    made.press()
    made.until_it_is(Doing.READY)
    assert [is_lit for _, is_lit in made.lamp.room_light] == [True, False]


def test_the_lamp_answers_a_finger_before_anything_else_is_done(made: PressedUnit) -> None:
    made.until(lambda state: state.hours_left is not None)
    time.sleep(0.3)
    before = len(made.lamp.shown)
    made.program.edge(is_down=True)
    give_up_at = time.monotonic() + 30
    while len(made.lamp.shown) == before and time.monotonic() < give_up_at:
        time.sleep(0.001)

    assert len(made.lamp.shown) > before
    assert made.program.state.doing is Doing.READY, "what the press means is not known yet"
    made.program.edge(is_down=False)


def test_edges_of_a_contact_are_presses(made: PressedUnit) -> None:
    for is_down, wait in ((True, 0.1), (False, 0.0)):
        made.program.edge(is_down=is_down)
        time.sleep(wait)
    made.until_it_is(Doing.RECORDING)
    made.program.edge(is_down=True)
    time.sleep(HOLD_AFTER)
    made.until_it_is(Doing.PAUSED)
    made.program.edge(is_down=False)
    made.press()
    made.until_it_is(Doing.READY)


def test_numbers_only_writes_no_footage(made: PressedUnit) -> None:
    made.program.ask(Start(Mode.NUMBERS, title="Why do things float?"))
    state = made.until_it_is(Doing.RECORDING)
    assert state.lesson is not None
    assert (state.lesson.mode, state.lesson.title) == (Mode.NUMBERS, "Why do things float?")
    time.sleep(1.0)
    made.program.ask(Stop())
    made.until_it_is(Doing.READY)

    lesson = made.made.opened(made.lessons[-1])
    assert lesson.is_complete
    assert {name.track for name in lesson.segments} == {Track.LOG}
    assert lesson.header.media.audio is None


def everything_in(folder: pathlib.Path) -> dict[str, int]:
    return {
        str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file() and "sqlite" not in path.name
    }


def test_a_dummy_run_writes_nothing(made: PressedUnit) -> None:
    before = everything_in(made.made.folder)
    made.program.ask(Start(is_dummy=True))
    state = made.until_it_is(Doing.RECORDING)
    time.sleep(0.5)
    made.press(Gesture.HOLD)
    made.press(Gesture.HOLD)
    made.press()
    made.until_it_is(Doing.READY)

    assert state.lesson is not None
    assert state.lesson.lesson_id is None
    assert everything_in(made.made.folder) == before
    assert made.unit.school.outbox.lessons() == {}
    assert made.unit.school.outbox.waiting_events == 0


def test_a_rehearsal_is_heard_and_kept_nowhere(tmp_path: pathlib.Path) -> None:
    drawing = "." * 10 + ("T" * 15 + "." * 35 + "T" * 4 + "." * 20) * 4
    with pressed_unit(tmp_path, Room(drawn(drawing, 4.0)), goal_wait=3.0) as made:
        before = everything_in(made.made.folder)
        made.program.ask(Rehearse())
        made.until_it_is(Doing.REHEARSING)
        made.until(lambda state: bool(state.rehearsal and state.rehearsal.silence))
        state = made.until_it_is(Doing.READY)

        assert state.rehearsal is not None
        assert len(state.rehearsal.tries) >= 2
        assert everything_in(made.made.folder) == before
        assert any(state.rehearsal and state.rehearsal.has_reached_goal for state in made.states)


def test_the_lamp_shows_a_silence_that_reaches_her_goal_and_not_one_in_which_the_class_works(
    tmp_path: pathlib.Path,
) -> None:
    drawing = "." * 10 + "T" * 20 + "." * 40 + "T" * 20 + "." * 250
    with pressed_unit(tmp_path, Room(drawn(drawing, 4.0)), goal_wait=2.0, shows_goal=True) as made:
        made.press()
        made.until_it_is(Doing.RECORDING)
        made.until(lambda state: state.doing is Doing.READY)

    goals = [is_on for is_on, _ in itertools.groupby(state.is_goal_reached for state in made.states)]
    assert goals == [False, True, False, True, False]


def test_in_lessons_the_goal_is_shown_to_those_only_who_asked_for_it(tmp_path: pathlib.Path) -> None:
    drawing = "." * 10 + "T" * 20 + "." * 40 + "T" * 20
    with pressed_unit(tmp_path, Room(drawn(drawing, 4.0)), goal_wait=2.0) as made:
        made.press()
        made.until_it_is(Doing.RECORDING)
        made.until_it_is(Doing.READY)

    assert not any(state.is_goal_reached for state in made.states)


def test_a_teacher_asks_for_it_on_the_page_for_her_own_lessons_and_for_good(tmp_path: pathlib.Path) -> None:
    drawing = "." * 10 + "T" * 20 + "." * 40 + "T" * 20
    with pressed_unit(tmp_path, Room(drawn(drawing, 4.0)), goal_wait=2.0) as made:
        made.until(lambda state: state.teacher == "Ms")
        made.program.ask(ShowGoal("Mr Nobody", is_shown=True))
        made.program.ask(ShowGoal("Ms", is_shown=True))
        made.until(lambda state: state.shows_goal)
    assert "Nobody" not in (made.made.folder / FILE).read_text()
    with pressed_unit(made.made, Room(drawn(drawing, 4.0))) as again:
        again.press()
        again.until_it_is(Doing.RECORDING)
        again.until_it_is(Doing.READY)
        assert any(state.is_goal_reached for state in again.states)
        again.program.ask(ShowGoal("Ms", is_shown=False))
        again.until(lambda state: not state.shows_goal)
        told = len(again.states)
        again.press()
        again.until_it_is(Doing.RECORDING)
        again.until_it_is(Doing.READY)

    assert not any(state.is_goal_reached for state in again.states[told:])


def test_the_lamp_is_asked_for_by_one_teacher_and_not_for_another(tmp_path: pathlib.Path) -> None:
    one = OneUnit(tmp_path)
    one.knows({"Ms": one.teacher, "Mr Adeyemi": Identity.generate()})
    with pressed_unit(one, Room(drawn(CLASS, 4.0))) as made:
        made.until(lambda state: state.teachers == ("Ms", "Mr Adeyemi"))
        assert made.program.state.teacher is None
        made.program.ask(ShowGoal("Mr Adeyemi", is_shown=True))
        for teacher, is_shown in (("Mr Adeyemi", True), ("Ms", False)):
            made.program.ask(Start(teacher=teacher, is_dummy=True))
            assert made.until_it_is(Doing.RECORDING).shows_goal is is_shown
            made.program.ask(Stop())
            made.until_it_is(Doing.READY)


def test_how_loud_a_rehearsal_is(tmp_path: pathlib.Path) -> None:
    with pressed_unit(tmp_path, Room(drawn("." * 20 + "T" * 20 + "." * 20, 4.0))) as made:
        made.program.ask(Rehearse())
        made.until_it_is(Doing.REHEARSING)
        made.until_it_is(Doing.READY)
        made.until(lambda state: state.level_db is None)

    levels = [state.level_db for state in made.states if state.level_db is not None]
    assert min(levels) < -55
    assert max(levels) > -25


def test_a_lesson_that_nobody_has_yet_can_be_thrown_away(made: PressedUnit) -> None:
    kept, folder = record(made), record(made)
    lesson = made.program.state.can_discard
    assert lesson == folder.name
    made.program.ask(Discard(kept.name))
    made.program.ask(Discard(lesson))
    state = made.until(lambda state: state.can_discard is None)

    assert not folder.exists()
    assert kept.exists(), "only the one that has just ended"
    assert state.lesson is None
    assert list(made.unit.school.outbox.lessons()) == [kept.name]
    last = decode_event(made.unit.school.outbox.events_after(0, 1000)[-1].event)
    assert isinstance(last, LessonEnded)
    assert (last.lesson_id, last.end) == (lesson, DISCARDED), "the school waits for nothing more"


def test_a_lesson_shows_the_start_that_its_header_says_where_the_clock_was_lost(tmp_path: pathlib.Path) -> None:
    one, known = OneUnit(tmp_path), datetime(2041, 3, 1, 9, 30, tzinfo=UTC)
    SureClock(MovedClock(known), one.folder).store()  # before the power cut
    with pressed_unit(one, Room(drawn(CLASS, 4.0)), is_synced=False) as made:
        made.press()
        lesson = made.until_it_is(Doing.RECORDING).lesson

    assert lesson is not None
    header = Header.decode((made.lessons[-1] / "header.json").read_bytes())
    assert lesson.started_at == header.started_at >= known
    assert header.clock.quality is ClockQuality.FLOOR


def test_a_lesson_whose_footage_has_left_is_not_thrown_away(made: PressedUnit) -> None:
    folder = record(made, 1.0)
    piece = made.unit.school.outbox.piece(folder.name, "0-000001.seg")
    assert piece is not None
    made.unit.school.outbox.delivered(piece)
    events = made.unit.school.outbox.events_after(0, 1000)
    made.program.ask(Discard(folder.name))
    state = made.until(lambda state: state.can_discard is None)
    assert DISCARD_LATE.code in state.problems, "and it is said"
    assert (state.doing, made.lamp.tones[-1]) == (Doing.READY, Tone.REFUSED)
    assert made.unit.school.outbox.events_after(0, 1000) == events

    made.program.ask(Start(is_dummy=True))
    made.until_it_is(Doing.RECORDING)
    assert folder.exists()
    assert DISCARD_LATE.code not in made.program.state.problems


def test_the_end_of_the_program_ends_the_lesson_in_good_order(tmp_path: pathlib.Path) -> None:
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0))) as made:
        made.press()
        made.until_it_is(Doing.RECORDING)
        time.sleep(0.3)
        made.program.leave()
        made.press()

    (folder,) = made.lessons
    lesson = made.made.opened(folder)
    assert lesson.manifest is not None
    assert lesson.manifest.end == "stopped"


def test_a_lesson_ends_by_itself_after_the_longest_time(tmp_path: pathlib.Path) -> None:
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0)), longest_minutes=0) as made:
        made.press()
        made.until_it_is(Doing.RECORDING)
        made.until_it_is(Doing.READY)
        assert made.made.opened(made.lessons[-1]).is_complete


# Refusals: each by doing it


def refused(made: PressedUnit, start: Start | None = None) -> UnitState:
    made.program.ask(start or Start())
    made.until_it_is(Doing.REFUSED)
    made.until(lambda _: bool(made.lamp.tones))
    assert not made.lamp.is_room_lit
    assert made.lamp.tones == [Tone.REFUSED]
    assert list(made.made.lessons.iterdir()) == [], "refuse rather than half-record"
    return made.until(lambda state: bool(state.problems))


class Muted(DrawnMicrophone):
    """Zeros, as a switch on a USB microphone gives them."""

    def blocks(self) -> Iterator[AudioBlock]:
        for number in range(500):
            if self._is_closed:
                return
            yield AudioBlock(number * BLOCK_SAMPLES, bytes(2 * BLOCK_SAMPLES))


class Deaf(DrawnMicrophone):
    """Opened, and no sound comes."""

    def blocks(self) -> Iterator[AudioBlock]:
        for number in range(500):
            yield AudioBlock(number * BLOCK_SAMPLES, bytes(2 * BLOCK_SAMPLES), is_missing=True)


def not_there(_: TellProblem) -> Microphone:
    raise MicrophoneUnknownError("There is no microphone here.")


def broken(_: TellProblem) -> Microphone:
    raise ZeroDivisionError


MICROPHONES = {
    "is not there": (not_there, MICROPHONE_UNKNOWN),
    "is switched off": (lambda _: Muted(""), MICROPHONE_SILENT),
    "gives no sound": (lambda _: Deaf(""), MICROPHONE_LOST),
    "has a driver that fails as nobody foresaw": (broken, UNIT_FAILED),
}


@pytest.mark.parametrize("what", MICROPHONES)
def test_a_microphone_that(what: str, tmp_path: pathlib.Path) -> None:
    microphone, problem = MICROPHONES[what]
    with pressed_unit(tmp_path, Room(microphone)) as made:
        assert refused(made).problems[0] == problem.code


def no_camera(*_: object) -> Camera:
    raise CameraRefusedError("There is no camera here.")


def test_a_camera_that_cannot_be_opened_refuses_the_lesson_and_not_one_without_a_picture(
    tmp_path: pathlib.Path,
) -> None:
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0), no_camera)) as made:
        assert refused(made).problems[0] == CAMERA_REFUSED.code
        made.program.ask(Start(Mode.AUDIO))
        made.until_it_is(Doing.RECORDING)


def test_a_mask_that_is_not_there_refuses_the_lesson(tmp_path: pathlib.Path) -> None:
    settings = replace(OneUnit(tmp_path / "settings").settings, camera=CameraSettings(source="chart"))
    with pressed_unit(tmp_path / "unit", Room(drawn(CLASS, 4.0), camera_of(settings))) as made:
        assert refused(made, Start(mask="year-7")).problems[0] == MASK_UNREADABLE.code


def test_a_press_films_where_there_is_a_camera(tmp_path: pathlib.Path) -> None:
    def camera(*_: object) -> Camera:
        return CodedCamera(ChartCamera(320, 180, 5.0))

    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0), camera)) as made:
        lesson = made.made.opened(record(made, 1.0))
        assert lesson.is_complete
        assert lesson.header.media.video is not None


def test_a_refusal_is_forgotten_after_a_while(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_module, "SHOWN_FOR", 0.3)
    with pressed_unit(tmp_path, Room(not_there)) as made:
        refused(made)
        state = made.until_it_is(Doing.READY)
        assert MICROPHONE_UNKNOWN.code not in state.problems


def test_what_the_class_has_not_agreed_to_is_refused(tmp_path: pathlib.Path) -> None:
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0)), modes="numbers") as made:
        assert made.program.state.modes == (Mode.NUMBERS,)
        assert refused(made, Start(Mode.AUDIO)).problems[0] == NOT_AGREED.code


def test_without_a_camera_there_is_no_video(tmp_path: pathlib.Path) -> None:
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0)), modes="video") as made:
        assert refused(made).problems[0] == NOT_AGREED.code


def test_without_anybody_who_could_open_it_nothing_is_recorded(tmp_path: pathlib.Path) -> None:
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0)), folder=tmp_path / "another") as made:
        assert made.program.state.teacher is None
        assert refused(made).problems[0] == NO_RECIPIENT.code


def test_a_lesson_that_does_not_fit_is_not_begun(tmp_path: pathlib.Path) -> None:
    minutes = 10**9
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0)), longest_minutes=minutes) as made:
        assert refused(made).problems[0] == NO_ROOM.code
