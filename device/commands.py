"""What a person asks of a unit: with the button, on the unit's page, by a pedal.

::

    Start("numbers", title="Why do things float?")  <->  {"type": "start", "mode": "numbers", "title": ...}

The button can say a few of them only (device/controller.py); the page can say all. What cannot be done just now is
refused by the same table, whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lesson.wire import WireError, from_wire, to_wire


class Mode(StrEnum):
    """What is kept of a lesson. The class's consent says which are offered."""

    VIDEO = "video"
    """Picture, sound and numbers."""
    AUDIO = "audio"
    """Sound and numbers."""
    NUMBERS = "numbers"
    """Numbers only: no picture and no sound is ever written."""


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a lesson."""

    mode: Mode | None = None
    """None: the first that is offered here."""
    title: str | None = None
    """What the lesson is called. The school can read it."""
    teacher: str | None = None
    """Whose lesson it is. None: whoever teaches here now."""
    mask: str | None = None
    """Name of the privacy mask. None: the one that a press puts on, if any."""
    by_card: bool = False
    """Whose lesson it is, her key card says: it is looked for, whatever else could."""
    is_dummy: bool = False
    """A dummy run: everything happens, and nothing is written, not even sealed."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the lesson, or the rehearsal."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Record neither sound nor picture until `Resume`."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on recording."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Look at this moment."""


@dataclass(frozen=True, slots=True)
class Rehearse:
    """Begin a rehearsal: pose, pause, name. Its sound is kept nowhere."""


@dataclass(frozen=True, slots=True)
class Discard:
    """Throw the lesson away that has just ended."""

    lesson_id: str
    """Said, so that a late click never throws away another one."""


@dataclass(frozen=True, slots=True)
class ShowGoal:
    """Let the lamp show a teacher's goal in her lessons, or no longer. At any time."""

    teacher: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """Say whose an unclaimed lesson is. Nothing happens until somebody presses the unit's button."""

    lesson_id: str
    teacher: str


@dataclass(frozen=True, slots=True)
class Look:
    """Take a still of the room, for drawing no-film seats, and write it nowhere."""

    mask: str | None = None
    """Name of the mask to put on. None: none."""


@dataclass(frozen=True, slots=True)
class KeepMask:
    """Keep a mask that was drawn, let a press put it on from now on, and take a still with it."""

    name: str
    areas: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class UseMask:
    """Let a press put this mask on from now on."""

    name: str


@dataclass(frozen=True, slots=True)
class FilmEverySeat:
    """Let a press put no mask on from now on: all who sit there may be filmed."""


@dataclass(frozen=True, slots=True)
class DropMask:
    """Delete a mask. Never does that make a press film without one."""

    name: str


@dataclass(frozen=True, slots=True)
class CheckRoom:
    """Measure how well front and back of the room are heard; `Resume` says that the next voice is ready."""


@dataclass(frozen=True, slots=True)
class AskToPair:
    """Somebody who has the unit's card wants to pair. Nothing happens until the button is pressed twice, quickly."""

    asked: str
    """Names this ask, so that two presses for another one let nobody in."""


Command = (
    Start
    | Stop
    | Pause
    | Resume
    | Bookmark
    | Rehearse
    | Discard
    | ShowGoal
    | Claim
    | Look
    | KeepMask
    | UseMask
    | FilmEverySeat
    | DropMask
    | CheckRoom
    | AskToPair
)

_COMMANDS: dict[str, type[Command]] = {
    "start": Start,
    "stop": Stop,
    "pause": Pause,
    "resume": Resume,
    "bookmark": Bookmark,
    "rehearse": Rehearse,
    "discard": Discard,
    "claim": Claim,
    "show_goal": ShowGoal,
    "look": Look,
    "keep_mask": KeepMask,
    "use_mask": UseMask,
    "film_every_seat": FilmEverySeat,
    "drop_mask": DropMask,
    "check_room": CheckRoom,
    "ask_to_pair": AskToPair,
}
_NAMES = {kind: name for name, kind in _COMMANDS.items()}


def command_to_wire(command: Command) -> dict[str, Any]:
    """A command with its type, for `dumps` or a socket."""
    return {"type": _NAMES[type(command)], **to_wire(command)}


def command_from_wire(data: object) -> Command:
    """What `command_to_wire` made; raise `WireError` for anything else.

    >>> command_from_wire(command_to_wire(Start(Mode.AUDIO)))
    Start(mode=<Mode.AUDIO: 'audio'>, title=None, teacher=None, mask=None, by_card=False, is_dummy=False)
    """
    kind = _COMMANDS.get(str(data.get("type"))) if isinstance(data, dict) else None
    if kind is None or not isinstance(data, dict):
        raise WireError("A command names its type: " + ", ".join(_COMMANDS) + ".")
    return from_wire(kind, {key: value for key, value in data.items() if key != "type"})
