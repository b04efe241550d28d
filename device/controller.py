"""One button, and what it means: every state, every input, in one table.

::

            hold                       short                        BEGUN
    REHEARSING <---------- READY ----------------> STARTING ---------------> RECORDING <--hold--> PAUSED
         '------short-------^ ^                        |                         |  double: bookmark   |
                              |  <-OVER-- STOPPING <---+---------short-----------+-------short---------'

    step(Doing.READY, Input.SHORT)  ->  Step(Doing.STARTING, Action.BEGIN)

Pure: it decides, `device/program.py` does. The picture and the table of docs/developer/unit-states.md are drawn from
here.

A short press always begins or ends; a hold in a lesson switches the pause, unless a card has just been shown that the
unit has not met. So a press that is wrong in a hurry
never lets the unit record when somebody believes it does not: out of a pause leads a hold, on purpose and felt, and a
short press there ends the lesson.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from device.state import Doing


class Input(StrEnum):
    """What may happen: a gesture, a command of the page, or something that the program itself says."""

    SHORT = "short"
    DOUBLE = "double"
    HOLD = "hold"
    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    BOOKMARK = "bookmark"
    REHEARSE = "rehearse"
    DISCARD = "discard"
    CLAIM = "claim"
    LOOK = "look"
    KEEP_MASK = "keep_mask"
    USE_MASK = "use_mask"
    FILM_EVERY_SEAT = "film_every_seat"
    DROP_MASK = "drop_mask"
    CHECK_ROOM = "check_room"
    ASK_TO_PAIR = "ask_to_pair"
    CARD_WANTED = "card wanted"
    """Nobody can say whose lesson it is, and the camera looks for her key card."""
    CARD_OVER = "card over"
    """It looks no more: it is known whose lesson it is, or that nobody says it."""
    CARD_UNMET = "card unmet"
    """A card is seen of somebody whom the school lists, and whom the unit has not met."""
    BEGUN = "begun"
    """Every part is there, and the first sound was heard."""
    BEGUN_UNNAMED = "begun, unnamed"
    """The same, and nobody has said whose lesson it is."""
    REFUSED = "refused"
    """It cannot begin, or cannot go on; what there was has been closed."""
    OVER = "over"
    """The lesson or the rehearsal has ended, and what there was has been closed."""
    SHOWN = "shown"
    """A refusal was shown long enough, or nobody has pressed to claim a lesson."""


GESTURES = (Input.SHORT, Input.DOUBLE, Input.HOLD)
COMMANDS = (
    Input.START,
    Input.STOP,
    Input.PAUSE,
    Input.RESUME,
    Input.BOOKMARK,
    Input.REHEARSE,
    Input.DISCARD,
    Input.CLAIM,
    Input.LOOK,
    Input.KEEP_MASK,
    Input.USE_MASK,
    Input.FILM_EVERY_SEAT,
    Input.DROP_MASK,
    Input.CHECK_ROOM,
    Input.ASK_TO_PAIR,
)
HAPPENINGS = (
    Input.CARD_WANTED,
    Input.CARD_UNMET,
    Input.CARD_OVER,
    Input.BEGUN,
    Input.BEGUN_UNNAMED,
    Input.REFUSED,
    Input.OVER,
    Input.SHOWN,
)


class Action(StrEnum):
    """What the program does."""

    BEGIN = "begin a lesson"
    END = "end it"
    TRUST_CARD = "trust the card"
    PAUSE = "pause"
    RESUME = "go on"
    BOOKMARK = "bookmark"
    BEGIN_REHEARSAL = "begin a rehearsal"
    DISCARD = "discard the last lesson"
    ASK_FOR_PRESS = "ask for a press"
    CLAIM = "claim the lesson"
    LOOK = "take a still"
    KEEP_MASK = "keep a mask, take a still with it"
    USE_MASK = "choose the mask of a press"
    FILM_EVERY_SEAT = "choose none for a press"
    DROP_MASK = "delete a mask"
    CHECK_ROOM = "begin a check of the room"
    ASK_FOR_TWO = "ask for two presses"
    LET_IN = "let a phone in"


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from an input."""

    doing: Doing
    action: Action | None = None


_LESSON = Step(Doing.STARTING, Action.BEGIN)
_REHEARSAL = Step(Doing.REHEARSING, Action.BEGIN_REHEARSAL)
_CLAIM = Step(Doing.CLAIMING, Action.ASK_FOR_PRESS)
_LOOK = Step(Doing.LOOKING, Action.LOOK)
_KEEP_MASK = Step(Doing.LOOKING, Action.KEEP_MASK)
_CHECK = Step(Doing.CHECKING, Action.CHECK_ROOM)
_PAIR = Step(Doing.PAIRING, Action.ASK_FOR_TWO)
_END = Step(Doing.STOPPING, Action.END)
_READY, _REFUSED = Step(Doing.READY), Step(Doing.REFUSED)

TABLE: dict[Doing, dict[Input, Step]] = {
    Doing.READY: {
        Input.SHORT: _LESSON,
        Input.START: _LESSON,
        Input.HOLD: _REHEARSAL,
        Input.REHEARSE: _REHEARSAL,
        Input.DISCARD: Step(Doing.READY, Action.DISCARD),
        Input.CLAIM: _CLAIM,
        Input.LOOK: _LOOK,
        Input.KEEP_MASK: _KEEP_MASK,
        Input.USE_MASK: Step(Doing.READY, Action.USE_MASK),
        Input.FILM_EVERY_SEAT: Step(Doing.READY, Action.FILM_EVERY_SEAT),
        Input.DROP_MASK: Step(Doing.READY, Action.DROP_MASK),
        Input.CHECK_ROOM: _CHECK,
        Input.ASK_TO_PAIR: _PAIR,
    },
    # Whoever asks from somewhere takes nothing from the button: it records and rehearses as ever, and the ask is gone.
    Doing.PAIRING: {
        Input.SHORT: _LESSON,
        Input.START: _LESSON,
        Input.HOLD: _REHEARSAL,
        Input.REHEARSE: _REHEARSAL,
        Input.DOUBLE: Step(Doing.READY, Action.LET_IN),
        Input.STOP: _READY,
        Input.SHOWN: _READY,
    },
    # Whoever claims a lesson stands at the unit: the page alone cannot do it.
    Doing.CLAIMING: {
        Input.SHORT: Step(Doing.READY, Action.CLAIM),
        Input.STOP: _READY,
        Input.CLAIM: _CLAIM,
        Input.SHOWN: _READY,
    },
    # A second, nervous press does not undo the first: only the page can call a start off.
    Doing.STARTING: {
        Input.STOP: _END,
        Input.CARD_WANTED: Step(Doing.ASKING),
        Input.BEGUN: Step(Doing.RECORDING),
        Input.BEGUN_UNNAMED: Step(Doing.NAMING),
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    # It looks otherwise than a start, so a press here means it; and only a finger at the unit makes it know a new card.
    Doing.ASKING: {
        Input.SHORT: _END,
        Input.HOLD: Step(Doing.ASKING, Action.TRUST_CARD),
        Input.STOP: _END,
        Input.CARD_WANTED: Step(Doing.ASKING),
        Input.CARD_OVER: Step(Doing.STARTING),
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    # It records: a hold pauses, as in every lesson, and nothing is looked for in a pause.
    Doing.NAMING: {
        Input.SHORT: _END,
        Input.STOP: _END,
        Input.DOUBLE: Step(Doing.NAMING, Action.BOOKMARK),
        Input.BOOKMARK: Step(Doing.NAMING, Action.BOOKMARK),
        Input.HOLD: Step(Doing.PAUSED, Action.PAUSE),
        Input.PAUSE: Step(Doing.PAUSED, Action.PAUSE),
        Input.CARD_WANTED: Step(Doing.NAMING),
        Input.CARD_UNMET: Step(Doing.MEETING),
        Input.CARD_OVER: Step(Doing.RECORDING),
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    # Only here a hold in a lesson means something else, and lamp and buzzer have just said so.
    Doing.MEETING: {
        Input.SHORT: _END,
        Input.STOP: _END,
        Input.HOLD: Step(Doing.MEETING, Action.TRUST_CARD),
        Input.PAUSE: Step(Doing.PAUSED, Action.PAUSE),
        Input.CARD_WANTED: Step(Doing.NAMING),
        Input.CARD_UNMET: Step(Doing.MEETING),
        Input.CARD_OVER: Step(Doing.RECORDING),
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    Doing.RECORDING: {
        Input.SHORT: _END,
        Input.STOP: _END,
        Input.DOUBLE: Step(Doing.RECORDING, Action.BOOKMARK),
        Input.BOOKMARK: Step(Doing.RECORDING, Action.BOOKMARK),
        Input.HOLD: Step(Doing.PAUSED, Action.PAUSE),
        Input.PAUSE: Step(Doing.PAUSED, Action.PAUSE),
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    Doing.PAUSED: {
        Input.SHORT: _END,
        Input.STOP: _END,
        Input.HOLD: Step(Doing.RECORDING, Action.RESUME),
        Input.RESUME: Step(Doing.RECORDING, Action.RESUME),
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    # Closing takes a moment, and nothing can take it back.
    Doing.STOPPING: {
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    Doing.REHEARSING: {
        Input.SHORT: _END,
        Input.HOLD: _END,
        Input.STOP: _END,
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    # Between lessons only: a lesson says from its first picture on what is covered.
    Doing.LOOKING: {
        Input.SHORT: _END,
        Input.HOLD: _END,
        Input.STOP: _END,
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    Doing.CHECKING: {
        Input.SHORT: _END,
        Input.HOLD: _END,
        Input.STOP: _END,
        Input.RESUME: Step(Doing.CHECKING, Action.RESUME),
        Input.REFUSED: _REFUSED,
        Input.OVER: _READY,
    },
    Doing.REFUSED: {
        Input.SHORT: _LESSON,
        Input.START: _LESSON,
        Input.HOLD: _REHEARSAL,
        Input.REHEARSE: _REHEARSAL,
        Input.DISCARD: Step(Doing.REFUSED, Action.DISCARD),
        Input.CLAIM: _CLAIM,
        Input.LOOK: _LOOK,
        Input.KEEP_MASK: _KEEP_MASK,
        Input.USE_MASK: Step(Doing.REFUSED, Action.USE_MASK),
        Input.FILM_EVERY_SEAT: Step(Doing.REFUSED, Action.FILM_EVERY_SEAT),
        Input.DROP_MASK: Step(Doing.REFUSED, Action.DROP_MASK),
        Input.CHECK_ROOM: _CHECK,
        Input.ASK_TO_PAIR: _PAIR,
        Input.SHOWN: _READY,
    },
}
"""What is not here means nothing in its state."""

RECORDING = frozenset({Doing.NAMING, Doing.MEETING, Doing.RECORDING})
"""Sound, and picture where there is one, is recorded."""

LESSON = RECORDING | {Doing.STARTING, Doing.ASKING, Doing.PAUSED}
"""A lesson is going on, or about to."""

LISTENING = RECORDING | {Doing.STARTING, Doing.ASKING, Doing.REHEARSING, Doing.LOOKING, Doing.CHECKING}
"""Sound is heard, or a picture is seen: the light that pupils can see is on. Not in a pause."""


def step(doing: Doing, given: Input) -> Step:
    """What follows from an input: the same state and nothing to do, where it means nothing.

    >>> step(Doing.PAUSED, Input.DOUBLE)
    Step(doing=<Doing.PAUSED: 'paused'>, action=None)
    """
    return TABLE[doing].get(given, Step(doing))


def waits_for_double(doing: Doing) -> bool:
    """Whether a second press would mean something, so that a first one must wait for it."""
    return Input.DOUBLE in TABLE[doing]


def table(inputs: tuple[Input, ...]) -> str:
    """States and what inputs mean in them, in Markdown: for the manual."""
    rows = [f"| | {' | '.join(inputs)} |", "|---" * (len(inputs) + 1) + "|"]
    rows += [f"| **{doing}** | {' | '.join(_cell(doing, each) for each in inputs)} |" for doing in Doing]
    return "\n".join(rows)


def diagram() -> str:
    """The states and the ways between them, in Mermaid: for the manual. A command beside its gesture is left out."""
    lines = ["stateDiagram-v2", f"    [*] --> {Doing.READY}"]
    for doing, row in TABLE.items():
        by_step: dict[Step, list[Input]] = {}
        for given, to in row.items():
            by_step.setdefault(to, []).append(given)
        for to, inputs in by_step.items():
            told = [given for given in inputs if given in GESTURES + HAPPENINGS] or inputs
            lines.append(f"    {doing} --> {to.doing}: {' or '.join(told)}{f' / {to.action}' if to.action else ''}")
    return "\n".join(lines)


def _cell(doing: Doing, given: Input) -> str:
    found = TABLE[doing].get(given)
    if found is None:
        return "-"
    return " / ".join(filter(None, [found.action, found.doing if found.doing is not doing else None]))
