"""The table of states, for all rows of it: the button always leads back, and no press loses a lesson.

::

    any events, in any order  ->  BEGIN ... END?  OVER|REFUSED  BEGIN ...     never BEGIN BEGIN
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device import controller
from device.controller import COMMANDS, GESTURES, HAPPENINGS, LISTENING, TABLE, Action, Input, step
from device.state import Doing

PRESSES = {
    "press, teach, press": (
        [Input.SHORT, Input.BEGUN, Input.SHORT, Input.OVER],
        [Doing.STARTING, Doing.RECORDING, Doing.STOPPING, Doing.READY],
    ),
    "a nervous second press": ([Input.SHORT, Input.SHORT, Input.BEGUN], [Doing.STARTING] * 2 + [Doing.RECORDING]),
    "look at this moment": ([Input.SHORT, Input.BEGUN, Input.DOUBLE], [Doing.STARTING] + [Doing.RECORDING] * 2),
    "a pause, and on": (
        [Input.SHORT, Input.BEGUN, Input.HOLD, Input.HOLD],
        [Doing.STARTING, Doing.RECORDING, Doing.PAUSED, Doing.RECORDING],
    ),
    "a press in a pause ends the lesson": (
        [Input.SHORT, Input.BEGUN, Input.HOLD, Input.SHORT],
        [Doing.STARTING, Doing.RECORDING, Doing.PAUSED, Doing.STOPPING],
    ),
    "her card is asked for, and shown": (
        [Input.SHORT, Input.CARD_WANTED, Input.CARD_OVER, Input.BEGUN],
        [Doing.STARTING, Doing.ASKING, Doing.STARTING, Doing.RECORDING],
    ),
    "she presses instead": (
        [Input.SHORT, Input.CARD_WANTED, Input.SHORT, Input.OVER],
        [Doing.STARTING, Doing.ASKING, Doing.STOPPING, Doing.READY],
    ),
    "nobody said whose it is, and her card does": (
        [Input.SHORT, Input.BEGUN_UNNAMED, Input.CARD_OVER, Input.SHORT],
        [Doing.STARTING, Doing.NAMING, Doing.RECORDING, Doing.STOPPING],
    ),
    "a hold pauses while her card is looked for": (
        [Input.SHORT, Input.BEGUN_UNNAMED, Input.HOLD, Input.CARD_OVER, Input.HOLD],
        [Doing.STARTING, Doing.NAMING, Doing.PAUSED, Doing.PAUSED, Doing.RECORDING],
    ),
    "a hold trusts a card that was not met": (
        [Input.SHORT, Input.BEGUN_UNNAMED, Input.CARD_UNMET, Input.HOLD, Input.CARD_OVER],
        [Doing.STARTING, Doing.NAMING, Doing.MEETING, Doing.MEETING, Doing.RECORDING],
    ),
    "another card that does not help": (
        [Input.SHORT, Input.BEGUN_UNNAMED, Input.CARD_UNMET, Input.CARD_WANTED, Input.HOLD],
        [Doing.STARTING, Doing.NAMING, Doing.MEETING, Doing.NAMING, Doing.PAUSED],
    ),
    "it refuses, and is pressed again": (
        [Input.SHORT, Input.REFUSED, Input.SHORT],
        [Doing.STARTING, Doing.REFUSED, Doing.STARTING],
    ),
    "claim a lesson": ([Input.CLAIM, Input.SHORT], [Doing.CLAIMING, Doing.READY]),
    "nobody presses to claim it": ([Input.CLAIM, Input.SHOWN], [Doing.CLAIMING, Doing.READY]),
    "rehearse": ([Input.HOLD, Input.SHORT, Input.OVER], [Doing.REHEARSING, Doing.STOPPING, Doing.READY]),
}

WAITING = (Doing.READY, Doing.REFUSED, Doing.CLAIMING, Doing.PAIRING)


@pytest.mark.parametrize("name", PRESSES)
def test_what_a_teacher_does(name: str) -> None:
    events, expected = PRESSES[name]
    doing, been = Doing.READY, []
    for event in events:
        doing = step(doing, event).doing
        been.append(doing)

    assert been == expected


def test_every_event_has_an_answer_in_every_state() -> None:
    for doing, event in itertools.product(Doing, Input):
        assert step(doing, event).doing in Doing
    assert set(TABLE) == set(Doing)
    assert sorted(GESTURES + COMMANDS + HAPPENINGS) == sorted(Input)


@pytest.mark.parametrize("doing", Doing)
def test_the_button_leads_back_to_ready(doing: Doing) -> None:
    """By presses, and by what the unit then says by itself; never by a page that nobody has at hand."""
    reached, ahead = {doing}, [doing]
    while ahead:
        now = ahead.pop()
        for event in GESTURES + HAPPENINGS:
            if (to := step(now, event).doing) not in reached:
                reached.add(to)
                ahead.append(to)

    assert Doing.READY in reached


STOPPED_BY_A_PRESS = (
    Doing.ASKING,
    Doing.NAMING,
    Doing.MEETING,
    Doing.RECORDING,
    Doing.PAUSED,
    Doing.REHEARSING,
    Doing.LOOKING,
    Doing.CHECKING,
)


@pytest.mark.parametrize("doing", STOPPED_BY_A_PRESS)
def test_a_short_press_ends_what_goes_on(doing: Doing) -> None:
    assert step(doing, Input.SHORT).action is Action.END


@given(st.lists(st.sampled_from(list(Input)), max_size=60))
def test_no_order_of_events_loses_a_lesson(events: list[Input]) -> None:
    doing, is_in_hand = Doing.READY, False
    for event in events:
        before, after = doing, step(doing, event)
        doing = after.doing
        if after.action in (Action.BEGIN, Action.BEGIN_REHEARSAL, Action.LOOK, Action.KEEP_MASK, Action.CHECK_ROOM):
            assert not is_in_hand, "one at a time"
            is_in_hand = True
        if after.action in (Action.END, Action.PAUSE, Action.RESUME, Action.BOOKMARK):
            assert is_in_hand
        if after.action is Action.DISCARD:
            assert event is Input.DISCARD, "no press of the button throws a lesson away"
            assert not is_in_hand, "nor while it is recorded"
        if after.action is Action.TRUST_CARD:
            assert before in (Doing.ASKING, Doing.MEETING)
            assert event is Input.HOLD, "who trusts a card stands at the unit"
        if after.action is Action.CLAIM:
            assert (before, event) == (Doing.CLAIMING, Input.SHORT), "who claims a lesson stands at the unit"
        if after.action is Action.LET_IN:
            assert (before, event) == (Doing.PAIRING, Input.DOUBLE), "who lets a phone in stands at the unit"
        if after.action in (Action.USE_MASK, Action.FILM_EVERY_SEAT, Action.DROP_MASK):
            assert not is_in_hand, "a lesson keeps the mask that its header names"
        if is_in_hand and doing in WAITING:
            assert event in (Input.OVER, Input.REFUSED), f"{before}: only what has been closed is let go of"
            is_in_hand = False
        assert is_in_hand == (doing not in WAITING)


@pytest.mark.parametrize("given", [Input.SHORT, Input.HOLD, Input.START, Input.REHEARSE])
def test_an_ask_to_pair_takes_nothing_from_the_button(given: Input) -> None:
    assert step(Doing.PAIRING, given) == step(Doing.READY, given)


def test_only_two_presses_at_the_unit_let_a_phone_in() -> None:
    ways = [(doing, given) for doing, row in TABLE.items() for given, to in row.items() if to.action is Action.LET_IN]

    assert ways == [(Doing.PAIRING, Input.DOUBLE)]


@given(st.lists(st.sampled_from([*GESTURES, Input.BEGUN]), max_size=60))
def test_out_of_a_pause_leads_no_short_press(events: list[Input]) -> None:
    doing = Doing.READY
    for event in events:
        before, doing = doing, step(doing, event).doing
        if before is Doing.PAUSED and doing is Doing.RECORDING:
            assert event is Input.HOLD


def test_the_light_is_on_where_something_is_heard_or_seen_and_off_in_a_pause() -> None:
    assert {
        Doing.STARTING,
        Doing.ASKING,
        Doing.NAMING,
        Doing.MEETING,
        Doing.RECORDING,
        Doing.REHEARSING,
        Doing.LOOKING,
        Doing.CHECKING,
    } == LISTENING


def test_the_picture_shows_every_way() -> None:
    drawn = controller.diagram()

    for doing, row in TABLE.items():
        for to in row.values():
            assert f"{doing} --> {to.doing}" in drawn
    assert controller.table(GESTURES).count("\n") == len(Doing) + 1
