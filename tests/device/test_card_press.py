"""A press where nobody can say whose lesson it is: a key card is held up, and the lesson is sealed to those keys.

::

    press -> asking, the room's light on -> her card    -> the lesson, hers
                                         -> a wrong one  -> refused, and why
                                         -> none         -> as if there were no camera
"""

from __future__ import annotations

import pathlib

import pytest

from capture.errors import CameraRefusedError
from device.commands import Mode, Start
from device.lamp import Tone
from device.presses import Gesture
from device.recipients import ListedRecipient, RecipientList, meet
from device.room import Room, camera_of
from device.state import Doing, UnitState
from lesson.footage.header import Header
from lesson.footage.identity import Identity
from lesson.footage.recipients import Recipient, RecipientRole
from lesson.problems import (
    CAMERA_REFUSED,
    CARD_NOT_MET,
    CARD_UNKNOWN,
    CARD_UNSEEN,
    KEY_CHANGED,
    WHOSE_UNCLEAR,
    Problem,
)
from lesson.wire import dumps
from tests.suites.camera_sensor import sensor
from tests.suites.card_camera import Hand
from tests.suites.held_card import View, picture
from tests.suites.one_unit import OneUnit
from tests.suites.pressed_unit import PressedUnit, drawn, pressed_unit

SPOKEN = ("TTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 40
HERS, HIS, LATER, ELSEWHERE = (Identity.generate().recipient for _ in range(4))


def listed(name: str, keys: Recipient) -> ListedRecipient:
    return ListedRecipient(name, keys.kid.hex(), keys.encryption_key, keys.signing_key, RecipientRole.TEACHER)


OKAFOR, AMIN, OSEI = listed("Ms J. Okafor", HERS), listed("R. Amin", HIS), listed("K. Osei", LATER)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def room(hand: Hand) -> Room:
    return Room(drawn(SPOKEN, 4.0), hand.camera)


@pytest.fixture
def two(tmp_path: pathlib.Path) -> OneUnit:
    """A unit that has met two teachers; the school lists a third one, who came later."""
    made = OneUnit(tmp_path)
    made.lists = (OKAFOR, AMIN)
    (made.folder / "recipients.json").unlink()
    meet(made.folder, dumps(RecipientList(made.lists)), by_cards=False)
    made.lists = (OKAFOR, AMIN, OSEI)
    return made


def refused(made: PressedUnit) -> str:
    """Why, once it has refused."""
    return made.until_it_is(Doing.REFUSED).problems[0]


def stanzas(made: PressedUnit) -> list[str]:
    return [each.stem for each in (made.lessons[-1] / "stanzas").iterdir()]


def record(made: PressedUnit) -> UnitState:
    state = made.until_it_is(Doing.RECORDING)
    made.press()
    made.until_it_is(Doing.READY)
    return state


def test_her_card_makes_the_lesson_hers(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room) as made:
        made.press()
        asking = made.until_it_is(Doing.ASKING)
        assert made.lamp.is_room_lit, "pupils see that something looks"
        assert hand.open_now == 1
        hand.hold(HIS)
        lesson = record(made).lesson

        assert asking.lesson is None
        assert lesson is not None
        assert lesson.teacher == "R. Amin"
        assert stanzas(made) == [HIS.kid.hex()]
        assert hand.open_now == 0


def test_nothing_of_what_is_seen_while_it_asks_is_in_the_lesson(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room) as made:
        made.press()
        made.until_it_is(Doing.ASKING)
        assert made.lessons == [], "there is no lesson yet"
        hand.hold(HERS)
        made.until_it_is(Doing.RECORDING)
        assert len(hand.masks) == 2, "the lesson opens the camera afresh"


def test_the_mask_of_the_lesson_is_on_while_it_looks(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room) as made:
        made.program.ask(Start(mask="9b"))
        made.until_it_is(Doing.ASKING)
        assert hand.masks == ["9b"]


WRONG = {
    "a card of a teacher of other rooms": (ELSEWHERE, CARD_UNKNOWN),
    "a card of somebody who came later": (LATER, CARD_NOT_MET),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_card_that_does_not_help_is_told_at_once_and_records_for_nobody(
    two: OneUnit, room: Room, hand: Hand, name: str
) -> None:
    card, problem = WRONG[name]
    hand.hold(card)
    with pressed_unit(two, room) as made:
        made.press()
        made.until(lambda state: state.doing is Doing.ASKING and state.problems[:1] == (problem.code,))
        assert made.lamp.tones == [Tone.REFUSED]

        assert refused(made) == problem.code
        assert made.lessons == [], "not to her, and not to a claim either"
        made.until(lambda _: not made.lamp.is_room_lit)


def test_a_better_card_after_a_wrong_one_is_believed(two: OneUnit, room: Room, hand: Hand) -> None:
    hand.hold(ELSEWHERE)
    with pressed_unit(two, room) as made:
        made.press()
        made.until(lambda state: state.problems[:1] == (CARD_UNKNOWN.code,))
        hand.hold(HERS)
        state = record(made)

        assert stanzas(made) == [HERS.kid.hex()]
        assert CARD_UNKNOWN.code not in state.problems


def test_the_button_held_makes_the_unit_know_who_came_later(two: OneUnit, room: Room, hand: Hand) -> None:
    hand.hold(LATER)
    with pressed_unit(two, room) as made:
        made.press()
        made.until(lambda state: state.problems[:1] == (CARD_NOT_MET.code,))
        made.press(Gesture.HOLD)
        record(made)

        assert stanzas(made) == [LATER.kid.hex()]
        assert made.program.state.teachers == ("Ms J. Okafor", "R. Amin", "K. Osei")
        made.program.ask(Start(teacher="K. Osei"))
        record(made)
    assert meet(two.folder, None, by_cards=False).pinned == (OKAFOR, AMIN, OSEI)


def test_a_hold_trusts_no_card_that_is_shown_another_time(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room, hurry=4.0) as made:
        made.press()
        made.until_it_is(Doing.ASKING)
        made.press(Gesture.HOLD)
        made.press()
        made.until_it_is(Doing.READY)
        hand.hold(LATER)
        made.press()

        assert refused(made) == CARD_NOT_MET.code


NEW_KEYS = Identity.generate().recipient


def test_new_keys_are_believed_with_the_button_held_only(two: OneUnit, room: Room, hand: Hand) -> None:
    two.lists = (OKAFOR, listed("R. Amin", NEW_KEYS))
    hand.hold(NEW_KEYS)
    with pressed_unit(two, room, new_teachers="cards") as made:
        made.until(lambda state: KEY_CHANGED.code in state.problems)
        made.press()
        made.until(lambda state: state.problems[:1] == (CARD_NOT_MET.code,))
        made.press(Gesture.HOLD)
        record(made)

        assert stanzas(made) == [NEW_KEYS.kid.hex()]
        made.until(lambda state: KEY_CHANGED.code not in state.problems)
    assert {each.kid for each in meet(two.folder, None, by_cards=True).pinned} == {HERS.kid.hex(), NEW_KEYS.kid.hex()}


@pytest.fixture
def nobody(tmp_path: pathlib.Path) -> OneUnit:
    """A unit that has met nobody, and meets teachers by their cards."""
    made = OneUnit(tmp_path)
    (made.folder / "recipients.json").unlink()
    made.lists = (OKAFOR,)
    return made


def test_by_cards_the_first_teacher_is_met_by_her_card(nobody: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(nobody, room, new_teachers="cards") as made:
        made.press()
        made.until_it_is(Doing.ASKING)
        hand.hold(HERS)
        record(made)

        assert stanzas(made) == [HERS.kid.hex()]
        assert made.program.state.teacher == "Ms J. Okafor", "the next press needs no card"


def test_by_cards_a_list_that_the_school_made_up_is_recorded_to_by_nobody(nobody: OneUnit, room: Room) -> None:
    with pressed_unit(nobody, room, new_teachers="cards", hurry=4.0) as made:
        made.press()

        assert refused(made) == CARD_UNSEEN.code
        assert made.lessons == []


UNSEEN: dict[str, tuple[View | None, int, Problem | None]] = {
    "no card, and lessons that can be claimed": (None, 7, None),
    "no card, and none that can": (None, 0, WHOSE_UNCLEAR),
    "a card out of focus": (View(blur=6.0), 0, WHOSE_UNCLEAR),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_without_a_card_it_is_as_if_there_were_no_camera(two: OneUnit, room: Room, hand: Hand, name: str) -> None:
    view, days, problem = UNSEEN[name]
    if view is not None:
        hand.hold(HERS, view)
    with pressed_unit(two, room, hurry=4.0, unclaimed_days=days) as made:
        made.press()
        made.until_it_is(Doing.ASKING)
        if problem is not None:
            assert refused(made) == problem.code
            return
        lesson = made.until_it_is(Doing.RECORDING).lesson
        assert lesson is not None
        assert lesson.teacher is None


def test_a_press_calls_it_off(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room) as made:
        made.press()
        made.until_it_is(Doing.ASKING)
        made.press()
        made.until_it_is(Doing.READY)

        assert made.lessons == []
        assert hand.open_now == 0
        made.until(lambda _: not made.lamp.is_room_lit)


def test_a_card_is_asked_for_only_where_nobody_can_say(two: OneUnit, room: Room, hand: Hand) -> None:
    hand.hold(HIS)
    with pressed_unit(two, room, teacher="Ms J. Okafor") as made:
        made.press()
        record(made)
        assert stanzas(made) == [HERS.kid.hex()]
        assert Doing.ASKING not in {state.doing for state in made.states}

        made.program.ask(Start(by_card=True))
        record(made)
        assert stanzas(made) == [HIS.kid.hex()], "but where the page wants it, her card counts"


def test_a_class_that_agreed_to_no_picture_is_looked_at_only_when_the_page_wants_it(
    two: OneUnit, room: Room, hand: Hand
) -> None:
    hand.hold(HIS)
    with pressed_unit(two, room, modes="audio", unclaimed_days=0) as made:
        made.press()
        assert refused(made) == WHOSE_UNCLEAR.code
        assert hand.masks == []

        made.program.ask(Start(Mode.AUDIO, by_card=True))
        record(made)
        assert stanzas(made) == [HIS.kid.hex()]
        assert len(hand.masks) == 1, "the lesson itself has no picture"


def test_a_camera_that_cannot_be_opened_says_so(two: OneUnit) -> None:
    def broken(*_: object) -> object:
        raise CameraRefusedError("There is none.")

    with pressed_unit(two, Room(drawn(SPOKEN, 4.0), broken)) as made:  # type: ignore[arg-type]
        made.press()
        assert refused(made) == CAMERA_REFUSED.code


def test_without_a_camera_a_card_cannot_be_shown(two: OneUnit) -> None:
    with pressed_unit(two, Room(drawn(SPOKEN, 4.0))) as made:
        assert not made.program.state.can_see_card
        made.program.ask(Start(by_card=True))
        assert refused(made) == CAMERA_REFUSED.code


def test_the_real_picamera2_sees_her_card_and_the_lesson_is_sealed_to_her(
    two: OneUnit, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imx708 = sensor(tmp_path, monkeypatch)
    with pressed_unit(two, Room(drawn(SPOKEN, 4.0), camera_of(two.settings))) as made:
        made.press()
        made.until_it_is(Doing.ASKING)
        imx708.hold(picture(HIS, View(metres=1.0, turned=15, askew=5)))
        made.until_it_is(Doing.RECORDING)
        imx708.be()
        made.until(lambda _: len(list(made.lessons[-1].glob("0-*.seg"))) >= 2)
        made.press()
        made.until_it_is(Doing.READY)

        assert stanzas(made) == [HIS.kid.hex()]
        assert Header.decode((made.lessons[-1] / "header.json").read_bytes()).media.video is not None
