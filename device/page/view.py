"""What the page says of a state: every word, share and number, for the first HTML and for each change after it.

::

    UnitState --view(state, monotonic)--> View --template--> HTML
                                         '--JSON-----> live.js sets the same words at the same places

What may be pressed comes from the table of device/controller.py, so the page cannot offer what the unit would not do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from analytics.try_events import Try, Verdict
from device.commands import Mode
from device.controller import COMMANDS, LESSON, RECORDING, TABLE, Input
from device.state import Doing, LessonInHand, RehearsalInHand, UnclaimedLesson, UnitState
from lesson.problems import ALL
from lesson.wire import seconds

AWAY = "away"
SLOTS = 10
"""Seven to ten repetitions make a rehearsal."""
_ROOM_ABOVE_GOAL = 1.4
"""Times the goal that a bar is high at most."""
_QUIETEST_DB = -60.0
_PROBLEMS = {problem.code: problem for problem in ALL}

_HEADLINES = {
    Doing.READY: "Ready",
    Doing.STARTING: "Starting",
    Doing.ASKING: "Hold your key card to the camera",
    Doing.NAMING: "Recording, and whose lesson is it?",
    Doing.MEETING: "Recording, and a new key card is seen",
    Doing.RECORDING: "Recording",
    Doing.PAUSED: "Paused",
    Doing.STOPPING: "Closing the lesson",
    Doing.REHEARSING: "Rehearsing",
    Doing.CLAIMING: "Press the button",
    Doing.PAIRING: "A phone wants to pair",
    Doing.LOOKING: "Looking",
    Doing.CHECKING: "Checking the room",
    Doing.REFUSED: "Not started",
}
MODES = {Mode.VIDEO: "Picture, sound and numbers", Mode.AUDIO: "Sound and numbers", Mode.NUMBERS: "Numbers only"}
_KEPT = {
    Mode.VIDEO: "Picture, sound and numbers are sealed for",
    Mode.AUDIO: "Camera off. Sound and numbers are sealed for",
    Mode.NUMBERS: "No picture and no sound is kept. Numbers are sealed for",
}
VERDICTS = {Verdict.YES: "yes", Verdict.BORDERLINE: "borderline", Verdict.NO: "no", Verdict.CUT: "cut"}
_SAID = {
    Verdict.YES: "Held it. The name came after the pause.",
    Verdict.BORDERLINE: "Just about: nearer to your goal than can be measured.",
    Verdict.NO: "A name before your goal. Once more.",
    Verdict.CUT: "You spoke on. Pose again, then be silent.",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem, in the words for a teacher."""

    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One repetition."""

    says: str
    """Its seconds."""
    word: str
    verdict: str
    share: float
    """Of the height there is."""


@dataclass(frozen=True, slots=True)
class UnclaimedWords:
    """A lesson of which nobody could say whose it is."""

    lesson: str
    started_at: datetime
    """The page writes it in the reader's own time."""
    says: str
    until: str


@dataclass(frozen=True, slots=True)
class GoalWords:
    """The lamp at a teacher's goal."""

    teacher: str
    """Whose lessons are meant. Empty: nobody's, and there is nothing to choose."""
    is_shown: bool
    says: str
    does: str
    """On the button."""


NO_GOAL_WORDS = GoalWords("", is_shown=False, says="", does="")


@dataclass(frozen=True, slots=True)
class View:
    """The page's words and numbers."""

    doing: str
    headline: str
    note: str
    facts: str
    can: tuple[str, ...]
    """Commands that mean something now."""
    modes: tuple[str, ...]
    """What can be chosen to be kept; the first is what a press keeps."""
    is_running: bool
    """Whether the clock goes on."""
    level: float | None
    """Share of the meter."""
    level_says: str
    notices: tuple[Notice, ...]
    teachers: tuple[str, ...]
    """Who can be chosen."""
    usual: str
    """What is so when nobody is chosen."""
    masks: tuple[str, ...]
    """Whose seats can be left out. Empty: there is nothing to choose."""
    usual_mask: str
    """What is so when none is chosen."""
    goal: GoalWords
    unclaimed: tuple[UnclaimedWords, ...]
    discard: str | None
    """Lesson that can still be thrown away here."""
    is_beyond_discard: bool
    """The last lesson has been sent, or part of it."""
    ring: float
    ring_says: str
    ring_word: str
    step: int
    """1 pose, 2 pause, 3 name; 0: no rehearsal goes on."""
    said: str
    bars: tuple[Bar, ...]
    tries_say: str
    elapsed: float = seconds()
    goal_share: float = 1 / _ROOM_ABOVE_GOAL


def view(state: UnitState | None, monotonic: float) -> View:
    """What to show of a state. None: the program that records does not answer.

    `monotonic`: the clock that never jumps, so that a lesson is as long as it is while the computer's clock is set.
    """
    if state is None:
        return _away()
    lesson, rehearsal = state.lesson, state.rehearsal or RehearsalInHand()
    is_in_lesson = lesson is not None and state.doing in (*RECORDING, Doing.PAUSED, Doing.STOPPING)
    return View(
        doing=state.doing,
        headline=_HEADLINES[state.doing],
        note=_note(state),
        facts=_facts(state),
        can=_can(state),
        modes=state.modes,
        is_running=is_in_lesson and state.doing is not Doing.STOPPING,
        elapsed=max(monotonic - lesson.began, 0.0) if lesson is not None and is_in_lesson else 0.0,
        level=None if state.level_db is None else min(max(1 - state.level_db / _QUIETEST_DB, 0.0), 1.0),
        level_says=_level_says(state),
        notices=tuple(
            Notice(problem.title, problem.teacher) for problem in map(_PROBLEMS.get, state.problems) if problem
        ),
        teachers=state.teachers,
        usual=_usual(state),
        masks=state.masks if Mode.VIDEO in state.modes else (),
        usual_mask=_usual_mask(state),
        goal=_goal_words(state),
        unclaimed=tuple(map(_unclaimed, state.unclaimed)),
        discard=state.can_discard,
        is_beyond_discard=lesson is not None
        and lesson.lesson_id is not None
        and state.can_discard is None
        and state.doing in (Doing.READY, Doing.REFUSED),
        ring=min((rehearsal.silence or 0.0) / state.goal_wait, 1.0),
        ring_says=f"{rehearsal.silence or 0.0:.1f}",
        ring_word=_ring_word(state, rehearsal),
        step=_step(state, rehearsal),
        said=_said(rehearsal),
        bars=tuple(_bar(each, state.goal_wait) for each in rehearsal.tries[-SLOTS:]),
        tries_say=_tries_say(rehearsal),
    )


def _away() -> View:
    notice = Notice("The unit does not answer", "Nothing is recorded from here. Press the button at the unit instead.")
    return View(
        doing=AWAY,
        headline="No answer",
        note="The page looks for the unit again every second.",
        facts="",
        can=(),
        modes=(),
        is_running=False,
        elapsed=0.0,
        level=None,
        level_says="Nothing listens.",
        notices=(notice,),
        teachers=(),
        usual="",
        masks=(),
        usual_mask="",
        goal=NO_GOAL_WORDS,
        unclaimed=(),
        discard=None,
        is_beyond_discard=False,
        ring=0.0,
        ring_says="0.0",
        ring_word="",
        step=0,
        said="",
        bars=(),
        tries_say="",
    )


def _can(state: UnitState) -> tuple[str, ...]:
    """The table's commands, and `key_card`: to start, with a key card to be looked for."""
    can = tuple(each for each in COMMANDS if each in TABLE[state.doing])
    return (*can, "key_card") if state.can_see_card and Input.START in can else can


_NOTES = {
    Doing.PAUSED: "Neither sound nor picture is recorded until you go on.",
    Doing.REHEARSING: "Camera off. The unit listens and keeps no sound.",
    Doing.PAIRING: "If it is yours, press the unit's button twice, quickly. Everything else works as ever.",
    Doing.CHECKING: "Camera off. The unit listens and keeps no sound.",
    Doing.LOOKING: "The camera takes one still, for no-film seats, and keeps it nowhere.",
    Doing.ASKING: "Flat, and an arm's length away. Nothing of what the camera sees is kept. Stop calls it off.",
}


_NAMING = {
    Doing.NAMING: "Hold your key card to the camera now, and the lesson is yours at once.",
    Doing.MEETING: "If it is yours, hold the unit's button as well, until the lamp says that it records.",
}


def _note(state: UnitState) -> str:
    match state.doing:
        case Doing.NAMING | Doing.MEETING if state.lesson is not None:
            return f"{_NAMING[state.doing]} {_of_a_lesson(state.lesson, state.unclaimed_days)}"
        case Doing.RECORDING | Doing.STARTING | Doing.STOPPING if state.lesson is not None:
            return _of_a_lesson(state.lesson, state.unclaimed_days)
        case Doing.CLAIMING if state.claim is not None:
            return f"Press the button at the unit within 30 seconds, and this lesson is {state.claim.teacher}'s."
        case doing if doing in _NOTES:
            return _NOTES[doing]
    seats = ""
    if Mode.VIDEO in state.modes:
        seats = " Every seat is filmed." if state.mask is None else f" Not filmed: the seats of {state.mask}."
        seats = seats if state.is_mask_clear else " Nothing is filmed until it is said on Room which seats are not."
    return f"Nothing listens and nothing looks until you press Record. {_whose(state)}{_agreed(state)}{seats}"


def _agreed(state: UnitState) -> str:
    if not state.modes:
        return " Nothing can be recorded: there is no kind of recording to which all agreed who may be meant."
    match state.classes:
        case ():
            return ""
        case (one,):
            return f" What is kept is what {one} agreed to."
    return f" It may be {' or '.join(state.classes)}: only what all agreed to is kept."


def _usual_mask(state: UnitState) -> str:
    if not state.is_mask_clear:
        return "Please choose"
    return "Every seat is filmed" if state.mask is None else f"{state.mask}, as the button does"


def _whose(state: UnitState) -> str:
    if state.teacher is not None:
        return f"A press records for {state.teacher}{f': {state.title}' if state.title else ''}."
    or_card = ", or show your key card" if state.can_see_card else ""
    whose = f"Choose whose lesson it is{or_card}: the unit does not guess."
    if state.unclaimed_days and state.teachers:
        whose += f" Else you can claim it here, within {state.unclaimed_days} days."
    return whose


def _of_a_lesson(lesson: LessonInHand, unclaimed_days: int) -> str:
    if lesson.lesson_id is None:
        return "Dummy run: nothing is written."
    whose = lesson.teacher or f"whoever claims it, here, within {unclaimed_days} days"
    seats = f" Not filmed: the seats of {lesson.mask}." if lesson.mask is not None else ""
    marks = {0: "", 1: " 1 bookmark."}.get(lesson.bookmarks, f" {lesson.bookmarks} bookmarks.")
    return f"{_KEPT[lesson.mode]} {whose}.{seats}{marks}"


def _usual(state: UnitState) -> str:
    if not state.teachers:
        return "The unit knows no teacher yet"
    return "Please choose" if state.teacher is None else f"{state.teacher}, as the button does"


def _goal_words(state: UnitState) -> GoalWords:
    is_in_lesson = state.lesson is not None and state.doing in LESSON
    teacher = state.lesson.teacher if is_in_lesson and state.lesson is not None else state.teacher
    if teacher is None:
        return NO_GOAL_WORDS
    if state.shows_goal:
        says = f"In lessons of {teacher} the lamp winks when a silence has lasted {state.goal_wait:g} seconds."
        return GoalWords(teacher, is_shown=True, says=says, does="Show it no longer")
    return GoalWords(
        teacher,
        is_shown=False,
        says=f"In lessons of {teacher} the lamp does not show the goal.",
        does=f"Wink at {state.goal_wait:g} seconds",
    )


def _unclaimed(each: UnclaimedLesson) -> UnclaimedWords:
    minutes = max(round(each.duration / 60), 1)
    says = f"{minutes} min{f', {each.title}' if each.title else ''}"
    until = "Kept until the unit knows what day it is, and some days after."
    if each.kept_until is not None:
        until = f"Deleted after {each.kept_until:%A, %d %B}, unless you claim it."
    return UnclaimedWords(each.lesson_id, each.started_at, says, until)


def _facts(state: UnitState) -> str:
    waiting = {0: "nothing waiting", 1: "1 lesson waiting to upload"}.get(
        state.waiting_lessons, f"{state.waiting_lessons} lessons waiting to upload"
    )
    return waiting if state.hours_left is None else f"{state.hours_left:.0f} h free · {waiting}"


def _level_says(state: UnitState) -> str:
    if state.level_db is None:
        return "Nothing listens."
    return f"Sound: {state.level_db:.0f} dB"


def _ring_word(state: UnitState, rehearsal: RehearsalInHand) -> str:
    if state.doing is not Doing.REHEARSING:
        return "not started"
    if rehearsal.silence is None:
        return "pose"
    return "say the name" if rehearsal.has_reached_goal else "hold the pause"


def _step(state: UnitState, rehearsal: RehearsalInHand) -> int:
    if state.doing is not Doing.REHEARSING:
        return 0
    if rehearsal.silence is None:
        return 1
    return 3 if rehearsal.has_reached_goal else 2


def _said(rehearsal: RehearsalInHand) -> str:
    return _SAID[rehearsal.tries[-1].verdict] if rehearsal.tries else ""


def _bar(each: Try, goal: float) -> Bar:
    share = min(each.pause / (goal * _ROOM_ABOVE_GOAL), 1.0)
    return Bar(f"{each.pause:.1f}", VERDICTS[each.verdict], each.verdict, round(share, 3))


def _tries_say(rehearsal: RehearsalInHand) -> str:
    count = len(rehearsal.tries)
    held = sum(each.verdict is Verdict.YES for each in rehearsal.tries)
    if not count:
        return "Seven to ten is a good number. Sound of a rehearsal is never kept."
    return f"{held} of {count} held. Seven to ten is a good number. Sound of a rehearsal is never kept."
