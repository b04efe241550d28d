"""What the page says of a check of the room: what to do now, what was measured, what follows.

::

    UnitState.room_check --check_words--> 1 Be quiet  -71 dB   2 Speak from the front  41 dB   3 ... from the back
                                          verdict and remedy, the latter from lesson/problems.py
"""

from __future__ import annotations

from dataclasses import dataclass

from analytics.room_measured import SECONDS, Measured, Outcome, Place
from device.state import Doing, RoomCheckInHand, UnitState
from lesson.problems import BACK_UNHEARD, FRONT_UNHEARD

STEPS = (
    (Place.QUIET, "Be quiet for 3 seconds"),
    (Place.FRONT, "Speak for 5 seconds where you teach"),
    (Place.BACK, "Somebody speaks for 5 seconds in the back row"),
)
_READY = {
    Place.FRONT: ("Go to where you teach from. Press, then speak as you do in class.", "I am at the front"),
    Place.BACK: (
        "Now the back row: you, or somebody who helps. Press, then speak as a pupil would.",
        "We are at the back",
    ),
}
_UNHEARD = {Outcome.FRONT_UNHEARD: FRONT_UNHEARD, Outcome.BACK_UNHEARD: BACK_UNHEARD}
_HEARD = {
    Outcome.GOOD: ("Front and back are heard well", "Nothing needs to be done."),
    Outcome.FAIR: (
        "The back row is heard, only just",
        "A quiet pupil there may be missed. Bring the microphone nearer to the middle if you can.",
    ),
}
_BEFORE = "It takes half a minute, alone or with somebody at the back. No pupil is needed, and no sound is kept."


@dataclass(frozen=True, slots=True)
class CheckWords:
    """A check of the room, for a teacher."""

    is_on: bool
    step: int
    """Which of the three it is at. 0: none."""
    says: str
    go_on: str
    """On the button that goes on. Empty: nothing is waited for."""
    share: float
    """How much of this step has been listened to."""
    heard: tuple[str, str, str]
    """What was measured at each step."""
    verdict: str
    """Empty: none yet."""
    remedy: str
    is_good: bool


def check_words(state: UnitState | None) -> CheckWords:
    """The words for a state."""
    check = RoomCheckInHand() if state is None or state.room_check is None else state.room_check
    is_on = state is not None and state.doing is Doing.CHECKING
    verdict, remedy = _verdict(check.outcome)
    places = [place for place, _ in STEPS]
    at = check.place or check.next
    says, go_on = _says(check) if is_on else ("" if verdict else _BEFORE, "")
    return CheckWords(
        is_on=is_on,
        step=places.index(at) + 1 if is_on and at is not None else 0,
        says=says,
        go_on=go_on,
        share=0.0 if check.place is None else round(1 - check.left / SECONDS[check.place], 3),
        heard=_heard(check),
        verdict=verdict,
        remedy=remedy,
        is_good=check.outcome is Outcome.GOOD,
    )


def _says(check: RoomCheckInHand) -> tuple[str, str]:
    if check.next is not None and check.next in _READY:
        return _READY[check.next]
    if check.place is None:
        return "The microphone is opening.", ""
    what = "Be quiet" if check.place is Place.QUIET else "Speak"
    return f"{what}: {check.left:.0f} s.", ""


def _verdict(outcome: Outcome | None) -> tuple[str, str]:
    if outcome in _UNHEARD:
        return _UNHEARD[outcome].title, _UNHEARD[outcome].teacher
    return ("", "") if outcome is None else _HEARD[outcome]


def _heard(check: RoomCheckInHand) -> tuple[str, str, str]:
    measured: Measured = check.measured
    quiet = "" if measured.floor_dbfs is None else f"{measured.floor_dbfs:.0f} dB"
    is_front_over = check.next is Place.BACK or check.place is Place.BACK or check.outcome is not None
    return (
        quiet,
        _over(measured.front_db, is_over=is_front_over),
        _over(measured.back_db, is_over=check.outcome is not None),
    )


def _over(over_db: float | None, *, is_over: bool) -> str:
    if over_db is not None:
        return f"{over_db:.0f} dB over it"
    return "nobody heard" if is_over else ""
