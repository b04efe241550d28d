"""What the unit's page says of a state, and what it offers: never what the unit would not do."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analytics.try_events import Try, Verdict
from capture.masks import Area, Mask
from device.commands import Mode
from device.controller import COMMANDS, TABLE, Input
from device.page.seats import from_points, seats_words, to_points
from device.page.view import SLOTS, view
from device.state import Doing, LessonInHand, RehearsalInHand, StillInHand, UnitState
from lesson.problems import ALL, MICROPHONE_LOST, SCHOOL_UNREACHABLE
from lesson.wire import WireError, dumps
from tests.suites.masked import SEATS

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
AT = 1000.0
"""By the clock that never jumps."""
READY = UnitState(doing=Doing.READY, since_at=NOW, room="Lab 2", teacher="Ms Okafor", modes=tuple(Mode))
LESSON = LessonInHand("5" * 32, "Ms Okafor", None, Mode.AUDIO, NOW, AT - 61, bookmarks=2)


@pytest.mark.parametrize("doing", Doing)
def test_only_what_the_table_knows_is_offered(doing: Doing) -> None:
    shown = view(replace(READY, doing=doing), AT)

    assert set(shown.can) == {each for each in COMMANDS if each in TABLE[doing]}
    assert dumps(shown)


def test_a_unit_that_does_not_answer_offers_nothing() -> None:
    assert view(None, AT).can == ()
    assert view(None, AT).notices


def test_problems_are_said_in_the_teachers_words_most_urgent_first() -> None:
    shown = view(replace(READY, problems=(MICROPHONE_LOST.code, SCHOOL_UNREACHABLE.code, "of a later version")), AT)

    assert [each.sentence for each in shown.notices] == [MICROPHONE_LOST.teacher, SCHOOL_UNREACHABLE.teacher]
    assert not any(problem.technician in str(shown) for problem in ALL)


@pytest.mark.parametrize(
    ("teacher", "title", "says"),
    [
        ("Ms Okafor", None, "A press records for Ms Okafor."),
        ("Ms Okafor", "9A Physics", "A press records for Ms Okafor: 9A Physics."),
        (None, None, "Choose whose lesson it is: the unit does not guess."),
    ],
)
def test_it_is_said_before_the_press_whose_lesson_it_will_be(teacher: str | None, title: str | None, says: str) -> None:
    shown = view(replace(READY, teacher=teacher, title=title), AT)

    assert shown.note == f"Nothing listens and nothing looks until you press Record. {says} Every seat is filmed."


@pytest.mark.parametrize(
    ("modes", "mask", "says"),
    [
        (tuple(Mode), "9b", " Not filmed: the seats of 9b."),
        (tuple(Mode), None, " Every seat is filmed."),
        ((Mode.AUDIO,), None, "for Ms Okafor."),
    ],
)
def test_it_is_said_before_the_press_which_seats_are_filmed(
    modes: tuple[Mode, ...], mask: str | None, says: str
) -> None:
    assert view(replace(READY, modes=modes, mask=mask), AT).note.endswith(says)


@pytest.mark.parametrize(
    ("classes", "modes", "says"),
    [
        ((), (Mode.AUDIO,), "for Ms Okafor."),
        (("7B",), (Mode.AUDIO,), " What is kept is what 7B agreed to."),
        (("7B", "9A"), (Mode.AUDIO,), " It may be 7B or 9A: only what all agreed to is kept."),
        (
            ("7B", "9A"),
            (),
            " Nothing can be recorded: there is no kind of recording to which all agreed who may be meant.",
        ),
    ],
)
def test_it_is_said_before_the_press_which_class_agreed_to_it(
    classes: tuple[str, ...], modes: tuple[Mode, ...], says: str
) -> None:
    shown = view(replace(READY, classes=classes, modes=modes), AT)

    assert shown.note.endswith(says)
    assert shown.modes == modes


def test_where_the_mask_is_not_clear_it_is_not_said_that_every_seat_is_filmed() -> None:
    unclear = replace(READY, modes=tuple(Mode), masks=("9b",), is_mask_clear=False)

    assert view(unclear, AT).note.endswith(" Nothing is filmed until it is said on Room which seats are not.")
    assert view(unclear, AT).usual_mask == "Please choose"
    assert seats_words(unclear).usual.startswith("Nothing is filmed until")
    assert not seats_words(unclear).films_every_seat


@pytest.mark.parametrize("doing", Doing)
def test_no_film_seats_are_locked_where_the_table_says_so_with_a_sentence(doing: Doing) -> None:
    assert bool(seats_words(replace(READY, doing=doing)).locked) is (Input.KEEP_MASK not in TABLE[doing])
    assert seats_words(replace(READY, doing=Doing.RECORDING)).locked.startswith("A lesson is being recorded.")
    assert "Nobody is filmed here" in seats_words(replace(READY, modes=(Mode.AUDIO,))).locked
    assert seats_words(None).locked


def test_a_page_of_seats_is_out_of_date_when_what_it_shows_has_changed() -> None:
    still = replace(READY, still=StillInHand("5", None, None))
    states = [None, READY, still, replace(still, masks=("9b",)), replace(still, masks=("9b",), mask="9b")]
    keys = [seats_words(state).key for state in [*states, replace(READY, doing=Doing.RECORDING)]]

    assert len(set(keys)) == len(keys)
    assert seats_words(replace(READY, hours_left=1.0)).key == seats_words(READY).key


@pytest.mark.parametrize("areas", [SEATS.areas, SEATS.areas[:1]])
def test_areas_go_to_the_page_and_come_back(areas: tuple[Area, ...]) -> None:
    assert from_points(to_points(areas)) == Mask(areas)
    assert to_points(()) == ""


@pytest.mark.parametrize(
    "text", ["", ";", "0", "0,0,0 1,1 1,0", "a,b 1,1 1,0", "0,0 1,1", "0,0 1,1 2,0", "0,0 1,1 nan,0"]
)
def test_what_is_no_area_is_not_taken(text: str) -> None:
    with pytest.raises(WireError, match="no drawing"):
        from_points(text)


def test_a_key_card_is_offered_where_there_is_a_camera_and_a_lesson_can_begin() -> None:
    seeing = replace(READY, can_see_card=True)

    assert "or show your key card" in view(replace(seeing, teacher=None), AT).note
    assert "key_card" in view(seeing, AT).can
    assert "key_card" not in view(READY, AT).can
    for doing in (Doing.ASKING, Doing.RECORDING, Doing.CLAIMING):
        assert "key_card" not in view(replace(seeing, doing=doing), AT).can


@pytest.mark.parametrize(
    ("teacher", "teachers", "says"),
    [
        ("Ms Okafor", ("Ms Okafor", "Mr Adeyemi"), "Ms Okafor, as the button does"),
        (None, ("Ms Okafor", "Mr Adeyemi"), "Please choose"),
        (None, (), "The unit knows no teacher yet"),
    ],
)
def test_whoever_the_unit_knows_can_be_chosen(teacher: str | None, teachers: tuple[str, ...], says: str) -> None:
    shown = view(replace(READY, teacher=teacher, teachers=teachers), AT)

    assert (shown.teachers, shown.usual) == (teachers, says)


def test_the_lamp_at_the_goal_is_hers_whose_lesson_it_is() -> None:
    before = view(READY, AT).goal
    lesson = replace(LESSON, teacher="Mr Adeyemi")
    during = view(replace(READY, doing=Doing.RECORDING, lesson=lesson, shows_goal=True), AT).goal
    after = view(replace(READY, lesson=lesson), AT).goal

    assert (before.teacher, before.is_shown) == ("Ms Okafor", False)
    assert (during.teacher, during.is_shown) == ("Mr Adeyemi", True)
    assert during.says == "In lessons of Mr Adeyemi the lamp winks when a silence has lasted 5 seconds."
    assert after.teacher == "Ms Okafor"
    assert view(replace(READY, teacher=None), AT).goal.teacher == ""


def test_a_lesson_says_what_is_kept_and_for_whom() -> None:
    shown = view(replace(READY, doing=Doing.RECORDING, lesson=LESSON), AT)

    assert shown.note == "Camera off. Sound and numbers are sealed for Ms Okafor. 2 bookmarks."
    filmed = replace(LESSON, mode=Mode.VIDEO, mask="9b", bookmarks=0)
    assert view(replace(READY, doing=Doing.RECORDING, lesson=filmed), AT).note == (
        "Picture, sound and numbers are sealed for Ms Okafor. Not filmed: the seats of 9b."
    )
    assert (shown.is_running, shown.elapsed) == (True, 61.0)
    nobodys = replace(LESSON, teacher=None, bookmarks=0)
    naming = view(replace(READY, doing=Doing.NAMING, lesson=nobodys, unclaimed_days=7), AT)
    assert naming.note == (
        "Hold your key card to the camera now, and the lesson is yours at once. Camera off. Sound and numbers are"
        " sealed for whoever claims it, here, within 7 days."
    )
    assert (naming.is_running, "pause" in naming.can) == (True, True)
    assert not view(replace(READY, lesson=LESSON), AT).is_running


@pytest.mark.parametrize(
    ("waiting", "hours", "says"),
    [
        (0, 38.2, "38 h free · nothing waiting"),
        (1, None, "1 lesson waiting to upload"),
        (2, 38.0, "38 h free · 2 lessons waiting to upload"),
    ],
)
def test_room_and_what_waits_are_said(waiting: int, hours: float | None, says: str) -> None:
    assert view(replace(READY, waiting_lessons=waiting, hours_left=hours), AT).facts == says


def test_a_lesson_can_be_thrown_away_or_it_is_said_why_not() -> None:
    here = view(replace(READY, lesson=LESSON, can_discard=LESSON.lesson_id), AT)
    gone = view(replace(READY, lesson=LESSON), AT)
    dummy = view(replace(READY, lesson=replace(LESSON, lesson_id=None)), AT)

    assert (here.discard, here.is_beyond_discard) == (LESSON.lesson_id, False)
    assert (gone.discard, gone.is_beyond_discard) == (None, True)
    assert (dummy.discard, dummy.is_beyond_discard) == (None, False)


@pytest.mark.parametrize(("level", "share"), [(0.0, 1.0), (-30.0, 0.5), (-60.0, 0.0), (-90.0, 0.0), (None, None)])
def test_the_meter_is_full_at_full_scale_and_empty_in_quiet(level: float | None, share: float | None) -> None:
    assert view(replace(READY, doing=Doing.RECORDING, level_db=level), AT).level == share


@pytest.mark.parametrize(
    ("silence", "reached", "ring", "step", "word"),
    [
        (None, False, 0.0, 1, "pose"),
        (3.0, False, 0.6, 2, "hold the pause"),
        (5.0, True, 1.0, 3, "say the name"),
        (9.0, True, 1.0, 3, "say the name"),
    ],
)
def test_the_ring_fills_to_the_goal(silence: float | None, reached: bool, ring: float, step: int, word: str) -> None:
    now = RehearsalInHand(silence, has_reached_goal=reached)
    shown = view(replace(READY, doing=Doing.REHEARSING, rehearsal=now), AT)

    assert (shown.ring, shown.step, shown.ring_word) == (ring, step, word)


def test_each_repetition_is_a_bar_with_seconds_and_a_word() -> None:
    tries = tuple(
        Try(number, verdict, pause=float(number), at=0.0, latency=0.2)
        for number, verdict in enumerate(Verdict, start=1)
    )
    shown = view(replace(READY, rehearsal=RehearsalInHand(tries=tries)), AT)

    assert [(bar.says, bar.word) for bar in shown.bars] == [
        ("1.0", "yes"),
        ("2.0", "borderline"),
        ("3.0", "no"),
        ("4.0", "cut"),
    ]
    assert shown.bars[0].share < shown.bars[1].share < shown.goal_share
    assert shown.tries_say.startswith("1 of 4 held.")


def test_the_last_ten_of_many_repetitions_are_shown() -> None:
    tries = tuple(Try(number, Verdict.YES, pause=5.0 + number, at=0.0, latency=0.2) for number in range(14))

    assert len(view(replace(READY, rehearsal=RehearsalInHand(tries=tries)), AT).bars) == SLOTS
    assert view(replace(READY, rehearsal=RehearsalInHand(tries=tries)), AT).bars[-1].says == "18.0"


def test_the_program_of_the_page_carries_no_arithmetic_of_sound_and_pictures() -> None:
    said = "import sys, device.page.server; print({'numpy', 'av'} & set(sys.modules))"

    assert subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout == "set()\n"
