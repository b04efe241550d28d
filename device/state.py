"""What a unit is doing, in one value: lamp, page and status are drawn from it.

::

    program --UnitState--> lamp          a new one when anything changes, and every half second while sound is heard
                     |---> page          JSON over a socket: lesson/wire.py
                     '---> systemd       its one-line status

Nothing of a lesson's content is in it. What stands here of a rehearsal is gone when the next one begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from analytics.room_measured import NOTHING, Measured, Outcome, Place
from analytics.try_events import Try
from device.commands import Claim, Mode
from lesson.wire import seconds


class Doing(StrEnum):
    """What a unit is doing now. Between them goes the table in device/controller.py."""

    READY = "ready"
    """It waits for a press. Nothing listens and nothing looks."""
    STARTING = "starting"
    """It was pressed: every part is asked whether this lesson can be recorded."""
    ASKING = "asking"
    """Her key card is needed before anything is recorded: the camera looks for it, and keeps nothing."""
    NAMING = "naming"
    """It records to a key of the lesson's own, and its camera looks for her key card: nobody has said whose it is."""
    MEETING = "meeting"
    """The same, and a card is held up that the unit has not met: a hold of the button trusts it."""
    RECORDING = "recording"
    PAUSED = "paused"
    """The lesson goes on, and neither sound nor picture of it is recorded."""
    STOPPING = "stopping"
    """The last of the lesson is sealed and signed."""
    REHEARSING = "rehearsing"
    """It hears, and keeps no sound."""
    CLAIMING = "claiming"
    """The page has said whose an unclaimed lesson is; a press at the unit makes it hers."""
    LOOKING = "looking"
    """It takes a still of the room, and keeps it in memory only."""
    CHECKING = "checking"
    """It measures how well front and back are heard, and keeps no sound."""
    PAIRING = "pairing"
    """Somebody who has the unit's card wants to pair a phone; two presses at the unit let her in."""
    REFUSED = "refused"
    """It could not begin, or could not go on, and says why: the first of its problems."""


@dataclass(frozen=True, slots=True)
class LessonInHand:
    """The lesson that is being recorded, or has just ended."""

    lesson_id: str | None
    """None: a dummy run, of which nothing is written."""
    teacher: str | None
    """None: nobody could say whose it is, and she can claim it afterwards."""
    title: str | None
    mode: Mode
    started_at: datetime
    """As the lesson's header says it (device/sure_clock.py)."""
    began: float
    """The same by the clock that never jumps, which all programs of this computer share: for how long it has lasted."""
    has_started: bool = False
    """Sound has been heard: from here on it is recorded."""
    bookmarks: int = 0
    mask: str | None = None
    """Name of the mask on its picture."""


@dataclass(frozen=True, slots=True)
class UnclaimedLesson:
    """A lesson of which nobody could say whose it is (device/claims.py)."""

    lesson_id: str
    started_at: datetime
    duration: float = seconds()
    title: str | None = None
    kept_until: datetime | None = None
    """When it is deleted. None: not before the clock is sure."""


@dataclass(frozen=True, slots=True)
class RehearsalInHand:
    """A rehearsal while it goes on, and until the next one."""

    silence: float | None = seconds(default=None)
    """How long the pause has been by now. None: no pause."""
    has_reached_goal: bool = False
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomCheckInHand:
    """A check of the room while it goes on, and until the next one."""

    place: Place | None = None
    """What is listened for now."""
    next: Place | None = None
    """What is waited for: somebody says when it can be listened for."""
    left: float = seconds(default=0.0)
    """How long it is still listened for."""
    measured: Measured = NOTHING
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class StillInHand:
    """A still that can be looked at."""

    id: str
    mask: str | None
    """Name of the mask that covers it."""
    mask_id: str | None


@dataclass(frozen=True, slots=True)
class UnitState:
    """What a unit is doing."""

    doing: Doing
    since_at: datetime
    """When it began to."""
    room: str
    teacher: str | None = None
    """For whom a press records now (device/whose.py). None: nobody, or the unit must be told."""
    title: str | None = None
    """What the timetable calls the lesson that a press records now."""
    teachers: tuple[str, ...] = ()
    """Whom a press could record for."""
    shows_goal: bool = False
    """Whether the lamp shows the goal in lessons of `lesson.teacher`; while there is none, of `teacher`."""
    modes: tuple[Mode, ...] = ()
    """What this class agreed to; the first is what a press records."""
    classes: tuple[str, ...] = ()
    """Who has agreed to it, where that is not the room: the class that is on. Several: it may be any of them."""
    masks: tuple[str, ...] = ()
    """Names of the masks that there are."""
    mask: str | None = None
    """The one that a press puts on, where it films. None: none."""
    is_mask_clear: bool = True
    """Whether it can be said which one a press puts on. False: nothing is filmed."""
    still: StillInHand | None = None
    can_see_card: bool = False
    """Whether there is a camera for a key card."""
    goal_wait: float = seconds(default=5.0)
    lesson: LessonInHand | None = None
    can_discard: str | None = None
    """Id of the lesson that has just ended, while nothing of its footage has left the unit."""
    unclaimed_days: int = 0
    """For so long a lesson can be claimed of which nobody could say whose it is. 0: it is not begun."""
    unclaimed: tuple[UnclaimedLesson, ...] = ()
    """Lessons that somebody may claim."""
    claim: Claim | None = None
    """What a press would make whose."""
    rehearsal: RehearsalInHand | None = None
    room_check: RoomCheckInHand | None = None
    let_in: str | None = None
    """The ask to pair that two presses have answered."""
    level_db: float | None = None
    """How loud it is, roughly, below full scale. None: nothing listens."""
    is_goal_reached: bool = False
    """The silence after a question has lasted as long as she wants it to."""
    problems: tuple[str, ...] = ()
    """Codes from lesson/problems.py, most urgent first."""
    hours_left: float | None = None
    """Hours of lessons for which there is room."""
    waiting_lessons: int = 0
    """Lessons that the school has not confirmed."""
    waiting_segments: int = 0
