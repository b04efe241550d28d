"""A button, two lights and a buzzer: what the teacher sees, what the pupils see, what both hear.

::

    UnitState -> sign_of -> Sign.PAUSED -> rhythm  ########........########........    is_lit(0.4) -> True
              -> is_room_lit -> the light that pupils can see: on while sound or picture is captured

Each sign differs from all others by its rhythm: colour only helps those who see it. The teacher's page about the unit
is drawn from `SIGNS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from device.state import Doing, UnitState
from lesson.problems import ALL, Urgency


class Colour(StrEnum):
    """Colours of a lamp with three parts. Apart for most who do not tell red from green: blue, amber, white differ."""

    WHITE = "white"
    BLUE = "blue"
    RED = "red"
    AMBER = "amber"


class Tone(StrEnum):
    """What the buzzer says, each in under half a second."""

    STARTED = "started"
    """Upwards: it records."""
    STOPPED = "stopped"
    """Downwards: the lesson has ended, and is whole."""
    REFUSED = "refused"
    """Low, twice: it does not record, or something is wrong now."""


class Panel(Protocol):
    """Button, lights and buzzer of a unit."""

    def listen(self, tell: Callable[[bool], None]) -> None:
        """Tell every change of the button's contact, by any thread: whether it is down."""

    def show(self, colour: Colour | None) -> None:
        """The teacher's lamp; None: dark."""

    def room(self, *, is_lit: bool) -> None:
        """The light that pupils can see."""

    def buzz(self, tone: Tone) -> None:
        """A short tone. Never waits."""

    def close(self) -> None:
        """Let go: everything is dark."""


class NoPanel:
    """A unit without button and lights: one with a page only."""

    def listen(self, tell: Callable[[bool], None]) -> None:
        """See `Panel`."""

    def show(self, colour: Colour | None) -> None:
        """See `Panel`."""

    def room(self, *, is_lit: bool) -> None:
        """See `Panel`."""

    def buzz(self, tone: Tone) -> None:
        """See `Panel`."""

    def close(self) -> None:
        """See `Panel`."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rhythm that goes on until another sign is shown."""

    colour: Colour
    beats: tuple[float, ...]
    """Seconds lit, dark, lit, dark ... and again. One number: steadily lit."""
    looks: str
    """For the manual: what one sees."""
    means: str
    """For the manual: what it means, and what to do."""

    def is_lit(self, at: float) -> bool:
        """Whether it is lit so many seconds after it began.

        >>> SIGNS[Sign.PAUSED].is_lit(0.4), SIGNS[Sign.PAUSED].is_lit(1.4), SIGNS[Sign.PAUSED].is_lit(2.4)
        (True, False, True)
        """
        if len(self.beats) == 1:
            return True
        left = at % sum(self.beats)
        for number, seconds in enumerate(self.beats):
            left -= seconds
            if left < 0:
                return number % 2 == 0
        return False


class Sign(StrEnum):
    """What the teacher's lamp says."""

    READY = "ready"
    NOT_WELL = "not well"
    BUSY = "busy"
    ASKING = "asking"
    NAMING = "naming"
    RECORDING = "recording"
    GOAL = "goal"
    BOOKMARKED = "bookmarked"
    PAUSED = "paused"
    REHEARSING = "rehearsing"
    CLAIMING = "claiming"
    PAIRING = "pairing"
    PROBLEM = "problem"


SIGNS = {
    Sign.READY: Pattern(
        Colour.WHITE, (0.1, 3.9), "a short blink, long dark", "It waits. Nothing listens. Press to record."
    ),
    Sign.NOT_WELL: Pattern(
        Colour.AMBER,
        (0.1, 0.2, 0.8, 2.9),
        "a short and a long blink, long dark",
        "It waits, and something needs the technician today. Press to record all the same.",
    ),
    Sign.BUSY: Pattern(
        Colour.WHITE, (0.2, 0.2), "quick, even blinking", "It is starting, closing the lesson, or taking a still. Wait."
    ),
    Sign.ASKING: Pattern(
        Colour.BLUE,
        (0.8, 0.25, 0.2, 0.25, 0.8, 1.2),
        "a long, a short and a long blink, long dark",
        "Whose lesson is it? Hold your key card to the camera. Hold the button as well if the unit has never seen it.",
    ),
    Sign.NAMING: Pattern(
        Colour.RED,
        (0.9, 0.25, 0.2, 0.25, 0.2, 0.25, 0.2, 0.25),
        "steady, winking four times again and again",
        "It records, and does not know whose lesson it is. Hold your key card to the camera, or claim it afterwards.",
    ),
    Sign.RECORDING: Pattern(Colour.RED, (1.0,), "steady", "It records. Press to end, twice to mark a moment."),
    Sign.GOAL: Pattern(
        Colour.RED,
        (0.9, 0.15, 0.15, 0.15),
        "steady, winking twice again and again",
        "It records, and the silence has lasted as long as you want to wait. Only if you asked for it.",
    ),
    Sign.BOOKMARKED: Pattern(
        Colour.BLUE, (0.12, 0.12, 0.12, 0.12, 0.12, 1.0), "three short blinks, once", "This moment is marked."
    ),
    Sign.PAUSED: Pattern(
        Colour.AMBER,
        (1.0, 1.0),
        "slow: long lit, long dark",
        "Paused: nothing is recorded. Hold to go on, press to end.",
    ),
    Sign.REHEARSING: Pattern(
        Colour.BLUE,
        (1.5, 0.25),
        "long lit, short dark",
        "A rehearsal, or a check of the room: it listens, and keeps no sound. Press to end.",
    ),
    Sign.CLAIMING: Pattern(
        Colour.WHITE,
        (0.2, 0.25, 0.2, 0.25, 0.9, 0.4),
        "two short blinks and a long one, again and again",
        "The unit's page has asked whether a lesson is yours. Press to make it yours, or wait and nothing changes.",
    ),
    Sign.PAIRING: Pattern(
        Colour.WHITE,
        (0.2, 0.25, 0.2, 0.25, 0.2, 0.25, 0.2, 1.0),
        "four short blinks, dark, again and again",
        "Somebody with the unit's card wants to pair a phone. If it is you, press twice, quickly. Else do as ever.",
    ),
    Sign.PROBLEM: Pattern(
        Colour.RED,
        (0.15, 0.15, 0.15, 1.0),
        "double blink, dark",
        "Something is wrong now: it does not record, or not all. The unit's page says what; press to try again.",
    ),
}

BOOKMARKED_FOR = 0.8
"""Seconds that a bookmark is shown."""

_NOW = frozenset(problem.code for problem in ALL if problem.urgency is Urgency.NOW)
_TODAY = frozenset(problem.code for problem in ALL if problem.urgency is Urgency.TODAY)

_BY_DOING = {
    Doing.READY: Sign.READY,
    Doing.STARTING: Sign.BUSY,
    Doing.ASKING: Sign.ASKING,
    Doing.NAMING: Sign.NAMING,
    Doing.MEETING: Sign.ASKING,
    Doing.RECORDING: Sign.RECORDING,
    Doing.PAUSED: Sign.PAUSED,
    Doing.STOPPING: Sign.BUSY,
    Doing.REHEARSING: Sign.REHEARSING,
    Doing.CLAIMING: Sign.CLAIMING,
    Doing.PAIRING: Sign.PAIRING,
    Doing.LOOKING: Sign.BUSY,
    Doing.CHECKING: Sign.REHEARSING,
    Doing.REFUSED: Sign.PROBLEM,
}


def sign_of(state: UnitState) -> Sign:
    """What the teacher's lamp says of a state."""
    problems = set(state.problems)
    if state.doing is Doing.RECORDING and problems & _NOW:
        return Sign.PROBLEM
    if state.doing in (Doing.RECORDING, Doing.REHEARSING) and state.is_goal_reached:
        return Sign.GOAL
    if state.doing is Doing.READY and problems & (_NOW | _TODAY):
        return Sign.NOT_WELL
    return _BY_DOING[state.doing]


class Shown:
    """Turns states and time into what a lamp does. Fed by the program's loop."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._sign: Sign | None = None
        self._since = 0.0
        self._bookmarked_until = float("-inf")
        self._colour: Colour | None = None
        self._answer: bool | None = None
        """Lit or dark, while a finger is on the button."""
        self._is_room_lit = False

    def bookmarked(self, at: float) -> None:
        """A moment was marked."""
        self._bookmarked_until = at + BOOKMARKED_FOR

    def feed(self, state: UnitState, at: float, *, is_down: bool, is_room_lit: bool) -> None:
        """Show a state at a time. `is_down`: a finger is on the button, and sees at once that it was felt."""
        sign = Sign.BOOKMARKED if at < self._bookmarked_until else sign_of(state)
        if sign is not self._sign:
            self._sign, self._since = sign, at
        pattern = SIGNS[sign]
        if not is_down:
            self._answer = None
        elif self._answer is None:
            # Whatever the lamp was doing, a finger is answered by the opposite.
            self._answer = self._colour is None
        is_lit = pattern.is_lit(at - self._since) if self._answer is None else self._answer
        colour = pattern.colour if is_lit else None
        if colour is not self._colour:
            self._colour = colour
            self._panel.show(colour)
        if is_room_lit is not self._is_room_lit:
            self._is_room_lit = is_room_lit
            self._panel.room(is_lit=is_room_lit)
