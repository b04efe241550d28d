"""Hear every lesson of a folder, ours and the simple ways, and score them.

::

    for each lesson    analyse (as `waitwise analyse` does) -> Told -> Score
                       the same, her voice known            -> Told -> Score    when asked for
                       each baseline                        -> Told -> Score
    for each clip      who knows only speech and silence: `clips.py`
    then               pooled, by kind of lesson, intervals by paired bootstrap over lessons

Deterministic: the same sound and truth give the same object, byte for byte. There is no time of day in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analytics.thresholds import Thresholds
from waitwise.analyse import analyse
from waitwise.evaluate import baselines
from waitwise.evaluate.clips import ScoredClip, find_clips, score_clip
from waitwise.evaluate.lamp import LampWatch
from waitwise.evaluate.lessons import LabelledLesson, TruthError, enrolment_of, find_lessons
from waitwise.evaluate.live import LiveWaits
from waitwise.evaluate.peers import Peer, installed
from waitwise.evaluate.score import Score, score
from waitwise.evaluate.told import OURS, told_by
from waitwise.voice import voice_print

WITH_HER_VOICE = "waitwise, her voice known"


@dataclass(frozen=True, slots=True)
class Scored:
    """One lesson, heard in every way."""

    lesson: LabelledLesson
    ways: dict[str, Score]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A whole folder."""

    ways: tuple[str, ...]
    """Ours first."""
    lessons: tuple[Scored, ...]
    clips: tuple[ScoredClip, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    """Ways that could not be asked here, and why."""


def evaluate(
    folder: Path, on_progress: Callable[[float, float | None], None], *, teacher_voice: bool = False
) -> Evaluation:
    """Score every lesson and clip of a folder. `on_progress` is told seconds heard, and of how many.

    With `teacher_voice` each lesson is also heard knowing its teacher's voice from NAME.enrol.flac.

    Raises:
        TruthError: the folder or a truth in it is not what it should be; nothing has been heard yet.
        FileUnreadableError: there is no sound in a file (`capture`).
    """
    clips = find_clips(folder)
    lessons = find_lessons(folder, {clip.sound for clip in clips})
    if not lessons and not clips:
        raise TruthError(f"There is no lesson in {folder}.", "Put NAME.flac and NAME.truth.json there.")
    samples = {lesson.name: enrolment_of(lesson.sound) for lesson in lessons} if teacher_voice else {}
    peers, left_out = installed()
    whole = sum(lesson.truth.duration for lesson in lessons) + sum(clip.labels.end for clip in clips)
    before = 0.0
    scored: list[Scored] = []
    for lesson in lessons:
        scored.append(_scored(lesson, peers, samples.get(lesson.name), _progress(on_progress, before, whole)))
        before += lesson.truth.duration
        on_progress(before, whole)
    heard: list[ScoredClip] = []
    for clip in clips:
        heard.append(score_clip(clip, peers, _progress(on_progress, before, whole)))
        before += clip.labels.end
        on_progress(before, whole)
    known = (WITH_HER_VOICE,) if teacher_voice else ()
    return Evaluation((OURS, *known, *baselines.names(peers)), tuple(scored), tuple(heard), left_out)


def _scored(
    lesson: LabelledLesson, peers: Sequence[Peer], sample: Path | None, tell: Callable[[float], None]
) -> Scored:
    live, lamp = LiveWaits(), LampWatch()
    heard = analyse(lesson.sound, on_progress=lambda done, _all: tell(done / 2), on_heard=live.take, on_level=lamp.take)
    ours = told_by(heard.account)
    half = lesson.truth.duration / 2
    beside = baselines.baselines(
        lesson.sound, lesson.truth, ours, peers, Thresholds(), lambda done: tell(half + done / 2)
    )
    ways = {OURS: score(lesson.truth, ours, live.told(), lamp.lit())}
    if sample is not None:
        known = LiveWaits()
        account = analyse(lesson.sound, voice_print(sample), on_heard=known.take).account
        ways[WITH_HER_VOICE] = score(lesson.truth, told_by(account), known.told())
    ways |= {name: score(lesson.truth, told) for name, told in beside.items()}
    warnings = list(heard.warnings)
    if abs(heard.account.duration - lesson.truth.duration) > 1.0:
        warnings.append(
            f"The sound is {heard.account.duration:.1f} s long, its truth {lesson.truth.duration:.1f} s: "
            "they may not belong together."
        )
    return Scored(lesson, ways, tuple(warnings))


def _progress(
    on_progress: Callable[[float, float | None], None], before: float, whole: float
) -> Callable[[float], None]:
    return lambda done: on_progress(before + done, whole)
