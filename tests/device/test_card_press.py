"""A press where nobody can say whose lesson it is: a key card is held up, and the lesson is sealed to those keys.

::

    press -> it records, and looks -> her card     -> the lesson is hers from its first sound on
                                   -> a wrong one  -> refused, and why; nothing is left of it
                                   -> none         -> it goes on, and can be claimed
    press -> asking, where nothing could be claimed -> her card -> the lesson, hers
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
from lesson.footage.grant import Grant
from lesson.footage.header import Header
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson
from lesson.footage.recipients import Recipient, RecipientRole
from lesson.footage.segments import Track
from lesson.messages import LessonEnded, LessonStarted, SealedEvidence, decode_event
from lesson.problems import (
    CAMERA_REFUSED,
    CARD_NOT_MET,
    CARD_UNKNOWN,
    CARD_UNSEEN,
    KEY_CHANGED,
    WHOSE_UNCLEAR,
    Problem,
)
from lesson.talk import Heard
from lesson.wire import dumps, from_wire, loads
from tests.suites.camera_sensor import sensor
from tests.suites.card_camera import Hand
from tests.suites.held_card import View, picture
from tests.suites.one_unit import OneUnit
from tests.suites.pressed_unit import PressedUnit, drawn, pressed_unit

SPOKEN = ("TTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 40
HIS_KEYS, *_TWO = (Identity.generate() for _ in range(3))
HERS, HIS, LATER, ELSEWHERE = (each.recipient for each in (Identity.generate(), HIS_KEYS, *_TWO))


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


def readers(made: PressedUnit) -> list[str]:
    """Whose the last lesson is: to whom it was sealed, or to whom its claim key has handed it on."""
    header = Header.decode((made.lessons[-1] / "header.json").read_bytes())
    sealed_to = [each.kid for each in header.recipients if each.role is RecipientRole.TEACHER]
    return sealed_to + [Grant.decode(path.read_bytes()).to for path in made.lessons[-1].glob("grants/*.json")]


def claim_keys(made: PressedUnit) -> list[pathlib.Path]:
    return list((made.made.folder / "claims").iterdir())


def record(made: PressedUnit) -> UnitState:
    state = made.until_it_is(Doing.RECORDING)
    made.press()
    made.until_it_is(Doing.READY)
    return state


def opened(folder: pathlib.Path, who: Identity) -> OpenLesson:
    return OpenLesson(
        (folder / "header.json").read_bytes(),
        [path.read_bytes() for path in folder.glob("stanzas/*.json")],
        (folder / "links.jsonl").read_bytes(),
        (folder / "manifest.json").read_bytes(),
        who,
        grants=[path.read_bytes() for path in folder.glob("grants/*.json")],
    )


def test_her_card_makes_the_lesson_hers_while_it_is_recorded(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room) as made:
        made.press()
        naming = made.until_it_is(Doing.NAMING)
        assert made.lamp.is_room_lit, "pupils see that something looks"
        made.until(lambda _: len(list(made.lessons[-1].glob("0-*.seg"))) >= 1)
        school = made.unit.school
        assert (school.lessons(), school.waiting.events) == ({}, 0), "the school hears of nobody's lesson"
        hand.hold(HIS)
        lesson = record(made).lesson

        assert naming.lesson is not None
        assert naming.lesson.teacher is None
        assert lesson is not None
        assert lesson.teacher == "R. Amin"
        assert readers(made) == [HIS.kid.hex()]
        assert claim_keys(made) == [], "nobody can claim it any more"
        assert made.until(lambda state: state.doing is Doing.READY).unclaimed == ()
        assert hand.masks == [None], "one camera films, and looks for the card"
        assert hand.open_now == 0


def test_nothing_is_lost_in_front_of_the_class(two: OneUnit, room: Room, hand: Hand) -> None:
    """Sound, picture, numbers and live evidence begin at the press, not at the card."""
    with pressed_unit(two, room) as made:
        made.press()
        made.until_it_is(Doing.NAMING)
        made.until(lambda _: len(list(made.lessons[-1].glob("2-*.seg"))) >= 1)  # ten seconds of the log
        hand.hold(HIS)
        record(made)
        folder = made.lessons[-1]
        lesson = opened(folder, HIS_KEYS)
        events = [decode_event(each.event) for each in made.unit.school.outbox.events_after(0, 1000)]

    assert lesson.is_complete
    log = [name for name in lesson.segments if name.track is Track.LOG]
    first = lesson.open_segment(log[0], (folder / log[0].file_name).read_bytes()).splitlines()
    states = [heard.state for heard in (from_wire(Heard, loads(line)) for line in first) if heard.state is not None]
    assert states[0].start == 0.0
    kinds = [type(event) for event in events]
    assert kinds[0] is LessonStarted
    assert kinds[-1] is LessonEnded
    evidence = [event for event in events if isinstance(event, SealedEvidence)]
    assert [each.index for each in evidence] == list(range(len(evidence)))
    assert len(evidence) == lesson.manifest.evidence >= 2


def test_what_is_looked_at_before_a_lesson_is_not_in_it(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room, unclaimed_days=0) as made:
        made.press()
        made.until_it_is(Doing.ASKING)
        assert made.lessons == [], "there is no lesson yet"
        hand.hold(HERS)
        made.until_it_is(Doing.RECORDING)
        assert len(hand.masks) == 2, "the lesson opens the camera afresh"


def test_the_mask_of_the_lesson_is_on_while_it_looks(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room) as made:
        made.program.ask(Start(mask="9b", mode=Mode.AUDIO))
        made.until_it_is(Doing.NAMING)
        made.until(lambda _: hand.masks == ["9b"])


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
        told = made.until(lambda state: state.problems[:1] == (problem.code,))
        assert told.doing is (Doing.MEETING if problem is CARD_NOT_MET else Doing.NAMING)
        assert made.lamp.tones == [Tone.STARTED, Tone.REFUSED]

        assert refused(made) == problem.code
        assert made.lessons == [], "not hers, and nobody's to claim either"
        assert claim_keys(made) == []
        assert (made.program.state.lesson, made.program.state.can_discard) == (None, None)
        made.until(lambda _: not made.lamp.is_room_lit)


def test_a_better_card_after_a_wrong_one_is_believed(two: OneUnit, room: Room, hand: Hand) -> None:
    hand.hold(ELSEWHERE)
    with pressed_unit(two, room) as made:
        made.press()
        made.until(lambda state: state.problems[:1] == (CARD_UNKNOWN.code,))
        hand.hold(HERS)
        state = record(made)

        assert readers(made) == [HERS.kid.hex()]
        assert CARD_UNKNOWN.code not in state.problems


def test_the_button_held_makes_the_unit_know_who_came_later(two: OneUnit, room: Room, hand: Hand) -> None:
    hand.hold(LATER)
    with pressed_unit(two, room) as made:
        made.press()
        made.until(lambda state: state.problems[:1] == (CARD_NOT_MET.code,))
        made.press(Gesture.HOLD)
        record(made)

        assert readers(made) == [LATER.kid.hex()]
        assert made.program.state.teachers == ("Ms J. Okafor", "R. Amin", "K. Osei")
        made.program.ask(Start(teacher="K. Osei"))
        record(made)
    assert meet(two.folder, None, by_cards=False).pinned == (OKAFOR, AMIN, OSEI)


def test_a_hold_trusts_no_card_that_is_shown_another_time(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room, hurry=4.0) as made:
        made.program.ask(Start(by_card=True))
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

        assert readers(made) == [NEW_KEYS.kid.hex()]
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

        assert readers(made) == [HERS.kid.hex()]
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
        if problem is not None:
            made.until_it_is(Doing.ASKING)
            assert refused(made) == problem.code
            return
        made.until_it_is(Doing.NAMING)
        lesson = made.until_it_is(Doing.RECORDING).lesson
        assert lesson is not None
        assert lesson.teacher is None
        assert hand.open_now == 1, "it is filmed on"
        assert len(claim_keys(made)) == 1


def test_a_press_ends_a_lesson_that_nobody_has_named_and_it_can_be_claimed(
    two: OneUnit, room: Room, hand: Hand
) -> None:
    with pressed_unit(two, room) as made:
        made.press()
        made.until_it_is(Doing.NAMING)
        made.press()
        (waiting,) = made.until(lambda state: state.doing is Doing.READY and bool(state.unclaimed)).unclaimed

        assert waiting.lesson_id == made.lessons[-1].name
        assert hand.open_now == 0


def test_nothing_is_looked_at_in_a_pause_and_the_lesson_can_be_claimed(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room) as made:
        made.press()
        made.until_it_is(Doing.NAMING)
        made.press(Gesture.HOLD)
        made.until(lambda state: state.doing is Doing.PAUSED and not made.lamp.is_room_lit)
        hand.hold(HIS)
        before = len(list(made.lessons[-1].glob("0-*.seg")))
        made.until(lambda _: len(list(made.lessons[-1].glob("0-*.seg"))) >= before + 3)  # five seconds of it, dark
        made.press(Gesture.HOLD)
        record(made)

        assert readers(made) == []
        assert len(claim_keys(made)) == 1


def test_a_press_calls_it_off(two: OneUnit, room: Room, hand: Hand) -> None:
    with pressed_unit(two, room, unclaimed_days=0) as made:
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
        assert readers(made) == [HERS.kid.hex()]
        assert not {Doing.ASKING, Doing.NAMING} & {state.doing for state in made.states}

        made.program.ask(Start(by_card=True))
        record(made)
        assert readers(made) == [HIS.kid.hex()], "but where the page wants it, her card counts"


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
        assert readers(made) == [HIS.kid.hex()]
        assert len(hand.masks) == 1, "the lesson itself has no picture"


def test_her_card_is_seen_beside_a_lesson_without_a_picture(two: OneUnit, room: Room, hand: Hand) -> None:
    hand.hold(HIS)
    with pressed_unit(two, room) as made:
        made.program.ask(Start(Mode.NUMBERS))
        record(made)

        assert readers(made) == [HIS.kid.hex()]
        assert Header.decode((made.lessons[-1] / "header.json").read_bytes()).media.video is None
        assert hand.open_now == 0


def test_a_lesson_without_a_picture_goes_on_where_no_camera_can_look_for_a_card(two: OneUnit) -> None:
    def broken(*_: object) -> object:
        raise CameraRefusedError("There is none.")

    with pressed_unit(two, Room(drawn(SPOKEN, 4.0), broken)) as made:  # type: ignore[arg-type]
        made.program.ask(Start(Mode.AUDIO))
        record(made)

        assert len(claim_keys(made)) == 1


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
        made.until_it_is(Doing.NAMING)
        imx708.hold(picture(HIS, View(metres=1.0, turned=15, askew=5)))
        made.until_it_is(Doing.RECORDING)
        imx708.be()
        made.until(lambda _: len(list(made.lessons[-1].glob("0-*.seg"))) >= 2)
        made.press()
        made.until_it_is(Doing.READY)

        assert readers(made) == [HIS.kid.hex()]
        assert Header.decode((made.lessons[-1] / "header.json").read_bytes()).media.video is not None
