"""A folder of lessons whose truth is known: sound, and beside it what really happened.

::

    floats.flac   floats.truth.json      a lesson: NAME.flac or NAME.wav, and NAME.truth.json
    lesson.flac   truth.json             a folder of one lesson may call them so
    floats.enrol.flac                    a voice sample of the teacher: not a lesson
    notes.flac                           sound without truth: an error, it is not left out silently

The truth is one JSON object. What is read of it (times are seconds from the start of the sound)::

    duration_s
    states   [{role, start_s, end_s}]    the whole lesson, no hole: teacher pupil overlap choral group silence noise,
                                         av (a film), adult (a second one)
    phases   [{phase, start_s, end_s}]   the whole lesson, no hole: whole_class group silent_work av transition
    waits    [{kind, t_end_s, offered_wait_s, outcome, phase, question}]     question: optional, was it one
    ipus, background, slices             optional: questions, babble, what kind of lesson it is
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lesson.talk import IntervalKind, Outcome, Phase, PhaseSpan, Role, State
from waitwise.errors import CommandError

SOUNDS = (".flac", ".wav")
FIRST = ("SR", "SI")
"""Kinds of wait time 1."""
SEAM = 0.011
"""Seconds that two neighbours may be apart: truth is written in hundredths or thousandths."""

_FORMAT = "Write it as docs/accuracy.md says, or take it out of the folder."


class TruthError(CommandError):
    """The folder cannot be evaluated: something is missing or is not what it should be."""


@dataclass(frozen=True, slots=True)
class Event:
    """A wait that really was, or that somebody told. Seconds."""

    kind: str
    """`SR`, `SI`, `TR` or `TI` (Fowler 1975)."""
    start: float
    length: float
    outcome: str
    conf: float | None = None
    """Probability that it is there, 0 to 1. None: truth, or nothing said so."""
    p_role: float | None = None
    """Probability that the two sides are right."""
    p_q: float | None = None
    """Probability that the teacher's words before it were a question."""
    is_question: bool | None = None
    """Whether they really were. None: the truth does not say."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened in a lesson."""

    duration: float
    states: tuple[State, ...]
    phases: tuple[PhaseSpan, ...]
    waits: tuple[Event, ...]
    """In whole-class time."""
    slices: dict[str, Any]
    babble: tuple[tuple[float, float], ...] = ()
    """Stretches with other voices behind the lesson."""


@dataclass(frozen=True, slots=True)
class LabelledLesson:
    """A lesson whose truth is known."""

    name: str
    sound: Path
    truth: Truth
    truth_sha256: str


def find_lessons(folder: Path, besides: AbstractSet[Path] = frozenset()) -> list[LabelledLesson]:
    """Return the lessons of a folder, sorted by name. Folders inside it are not looked into.

    Raises:
        TruthError: a sound that is none of `besides` has no truth, a truth no sound, or a truth is malformed.
    """
    if not folder.is_dir():
        raise TruthError(f"{folder} is no folder.", "Name a folder of NAME.flac and NAME.truth.json.")
    files = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in SOUNDS]
    sounds = [file for file in files if not _is_enrolment(file) and file not in besides]
    pairs = {truth_of(sound): sound for sound in sounds}
    if len(pairs) < len(sounds):
        twice = next(sound for sound in sounds if pairs[truth_of(sound)] != sound)
        raise TruthError(f"{twice.stem} is there as .flac and as .wav.", "Keep one of the two.")
    for truth, sound in pairs.items():
        if not truth.is_file():
            raise TruthError(f"{sound.name} has no {truth.name} beside it.", _FORMAT)
    for truth in sorted(folder.glob("*truth.json")):
        if truth not in pairs:
            raise TruthError(f"{truth.name} has no sound beside it.", f"Put {_name_of(truth)}.flac or .wav there.")
    return [_read(sound, truth) for truth, sound in pairs.items()]


def truth_from(told: Any, name: str) -> Truth:
    """Read a truth; `name` is for errors.

    Raises:
        TruthError: a key is missing, a value is of the wrong kind, or states or phases leave a hole.
    """
    try:
        duration = float(told["duration_s"])
        states = tuple(State(_role(s["role"]), float(s["start_s"]), float(s["end_s"])) for s in told["states"])
        phases = tuple(PhaseSpan(Phase(p["phase"]), float(p["start_s"]), float(p["end_s"])) for p in told["phases"])
        asked = {round(float(i["end_s"]), 2): i.get("question") for i in told.get("ipus", ()) if i["role"] == "teacher"}
        waits = tuple(_wait(w, asked) for w in told["waits"] if Phase(w["phase"]) is Phase.WHOLE_CLASS)
        behind = [b for b in told.get("background", ()) if b["kind"] == "babble"]
        babble = tuple((float(b["start_s"]), float(b["end_s"])) for b in behind)
        slices = dict(told.get("slices", {}))
    except KeyError as error:
        raise TruthError(f"{name} lacks {error.args[0]!r}.", _FORMAT) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise TruthError(f"{name} is malformed: {error}.", _FORMAT) from error
    if not (math.isfinite(duration) and duration > 0):
        raise TruthError(f"{name}: a duration_s of {duration} is no length of a lesson.", _FORMAT)
    for wait in waits:
        if not (math.isfinite(wait.length) and wait.length > 0 and 0 <= wait.start <= duration):
            raise TruthError(f"{name}: the wait at {wait.start} s cannot be {wait.length} s long.", _FORMAT)
    _expect_whole(states, duration, f"{name}: states")
    _expect_whole(phases, duration, f"{name}: phases")
    return Truth(duration, states, phases, tuple(sorted(waits, key=lambda wait: wait.start)), slices, babble)


def _wait(told: Any, asked: Mapping[float, Any]) -> Event:
    """One wait. Whether it followed a question: it says so, or the words before it do, or it was asked again."""
    start, outcome = float(told["t_end_s"]), str(told["outcome"])
    is_question = told.get("question", asked.get(round(start, 2)))
    if is_question is None and outcome == Outcome.REASKED:
        is_question = True
    return Event(
        IntervalKind(told["kind"]).value,
        start,
        float(told["offered_wait_s"]),
        outcome,
        is_question=None if is_question is None else bool(is_question),
    )


def _role(told: str) -> Role:
    """A second adult is on neither side: whoever calls her teacher or pupil is wrong, as with a film."""
    return Role.UNKNOWN if told == "adult" else Role(told)


def _read(sound: Path, file: Path) -> LabelledLesson:
    try:
        data = file.read_bytes()
        told = json.loads(data)
    except OSError as error:
        raise TruthError(f"{file.name} cannot be read: {error.strerror}.", _FORMAT) from error
    except ValueError as error:
        raise TruthError(f"{file.name} is no JSON: {error}.", _FORMAT) from error
    return LabelledLesson(sound.stem, sound, truth_from(told, file.name), hashlib.sha256(data).hexdigest())


def _expect_whole(spans: Sequence[State] | Sequence[PhaseSpan], duration: float, what: str) -> None:
    """Every moment once: otherwise shares and errors would have no denominator."""
    at = 0.0
    for span in spans:
        if not (abs(span.start - at) <= SEAM and span.end >= span.start):
            raise TruthError(f"{what} leave a hole or overlap at {at:.2f} s.", _FORMAT)
        at = span.end
    if not abs(at - duration) <= SEAM:
        raise TruthError(f"{what} end at {at:.2f} s, the lesson at {duration:.2f} s.", _FORMAT)


def enrolment_of(sound: Path) -> Path:
    """Return the sample of the teacher's voice beside a lesson.

    Raises:
        TruthError: there is none.
    """
    sample = sound.with_name(f"{sound.stem}.enrol.flac")
    if not sample.is_file():
        raise TruthError(f"{sound.name} has no {sample.name} beside it.", "Leave out --teacher-voice, or put it there.")
    return sample


def _is_enrolment(file: Path) -> bool:
    return file.stem.endswith(".enrol")


def truth_of(sound: Path) -> Path:
    """Where the truth of a sound would be."""
    own = sound.with_name(f"{sound.stem}.truth.json")
    plain = sound.with_name("truth.json")
    return plain if sound.stem == "lesson" and not own.exists() else own


def _name_of(truth: Path) -> str:
    return "lesson" if truth.name == "truth.json" else truth.name.removesuffix(".truth.json")
