"""One button, drawn: what a person did with it, told apart.

::

    "~" the contact is closed, "_" open, 0.1 s each; "!" a contact that bounces for 0.01 s before it closes or opens
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.presses import DOUBLE_WITHIN, HOLD_AFTER, Gesture, Presses

SHORT, DOUBLE, HOLD = Gesture.SHORT, Gesture.DOUBLE, Gesture.HOLD

DRAWN = {
    "a short press": ("__~~__________", [SHORT]),
    "a slow press is a short one": ("__~~~~~~~~~~______", [SHORT]),
    "a double press": ("__~~__~~____________", [DOUBLE]),
    "a double press, held": ("__~__~~~~~~~~~~~~~~~~~~~~____", [DOUBLE]),
    "two presses far apart": ("__~~_______~~_________", [SHORT, SHORT]),
    "a hold": ("__~~~~~~~~~~~~~~~~~~____", [HOLD]),
    "a hold that never ends is told once": ("__" + "~" * 200, [HOLD]),
    "a contact that bounces": ("__!~~!__________", [SHORT]),
    "three quick presses": ("__~_~_~____________", [DOUBLE, SHORT]),
    "nobody": ("__________________", []),
}


def edges(drawn: str) -> list[tuple[float, bool]]:
    """Changes of the contact, and their times."""
    made, at, is_down = [], 100.0, False
    for sign in drawn:
        if sign == "!":
            made += [(at + 0.002 * n, is_down == bool(n % 2)) for n in range(5)]
            is_down = made[-1][1]
            continue
        if (sign == "~") != is_down:
            is_down = sign == "~"
            made.append((at, is_down))
        at += 0.1
    return made


def told(changes: list[tuple[float, bool]], presses: Presses, *, look_every: float = 0.02) -> list[Gesture]:
    out: list[Gesture] = []
    changes = [*changes, (changes[-1][0] + 5.0 if changes else 105.0, False)]
    now = 99.0
    for at, is_down in changes:
        while now < at:
            out += presses.due(now)
            now += look_every
        out += presses.edge(at, is_down=is_down)
    return out + presses.due(now + 5.0)


@pytest.mark.parametrize("name", DRAWN)
def test_what_a_person_did(name: str) -> None:
    drawn, expected = DRAWN[name]

    assert told(edges(drawn), Presses()) == expected


@pytest.mark.parametrize("look_every", [0.001, 0.05, 0.25])
@pytest.mark.parametrize("name", DRAWN)
def test_it_does_not_matter_how_often_one_looks(name: str, look_every: float) -> None:
    drawn, expected = DRAWN[name]

    assert told(edges(drawn), Presses(), look_every=look_every) == expected


def test_a_short_press_is_told_at_its_release_where_no_double_one_is_meant() -> None:
    presses = Presses()
    presses.waits_for_double = False

    assert presses.edge(1.0, is_down=True) == []
    assert presses.edge(1.15, is_down=False) == [SHORT]
    assert presses.edge(1.3, is_down=True) == []
    assert presses.edge(1.4, is_down=False) == [SHORT]


def test_a_finger_is_felt_at_once() -> None:
    presses = Presses()
    presses.edge(1.0, is_down=True)
    assert presses.is_down
    presses.edge(1.01, is_down=False)
    assert presses.is_down, "that may be a bounce"
    presses.due(1.05)
    assert not presses.is_down


def test_a_hold_is_told_while_it_is_held() -> None:
    presses = Presses()
    presses.edge(1.0, is_down=True)

    assert presses.due(1.0 + HOLD_AFTER - 0.01) == []
    assert presses.due(1.0 + HOLD_AFTER) == [HOLD]


@given(st.lists(st.floats(0.0, 2.0), max_size=30), st.booleans())
def test_each_gesture_has_a_press_of_its_own(gaps: list[float], waits: bool) -> None:
    presses = Presses()
    presses.waits_for_double = waits
    times = list(itertools.accumulate(gaps, initial=100.0))
    changes = [(at, bool(number % 2 == 0)) for number, at in enumerate(times)]

    gestures = told(changes, presses)

    assert len(gestures) <= sum(is_down for _, is_down in changes)


@given(st.lists(st.sampled_from([0.15, 0.25, DOUBLE_WITHIN + 0.2, HOLD_AFTER + 0.2]), max_size=20))
def test_no_press_of_a_finger_is_lost(gaps: list[float]) -> None:
    presses = Presses()
    times = list(itertools.accumulate(gaps, initial=100.0))
    changes = [(at, bool(number % 2 == 0)) for number, at in enumerate(times)]

    gestures = told(changes, presses)

    pressed = sum(is_down for _, is_down in changes)
    assert sum(2 if gesture is DOUBLE else 1 for gesture in gestures) == pressed
