"""Recordings of which only speech and silence are known: meetings, and labelled clips.

::

    truth   AAAAAA...BBBB.....BBBB....AA      who speaks, but nobody is teacher or pupil
    told    SSSSSS...SSSSSSSSSSSSS...SSS
                  ^^^                         a change of turn with a silence: found, with its error
                         ^^^^^                a silence inside a turn: missed here

Scored are speech, frame by frame of 10 ms, and silences of 0.2 s and more by the rule of `waitwise/matching.py`, those
between two turns apart.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from analytics.arrays import Bools
from analytics.thresholds import Thresholds
from capture.file_microphone import FileMicrophone
from lesson.talk import Role
from waitwise.analyse import analyse
from waitwise.evaluate.agreement import Pairs
from waitwise.evaluate.baselines import heard, stretches
from waitwise.evaluate.events import USUAL, Counts, percentile
from waitwise.evaluate.labels import Labels, gaps_between, labels_of, read_labels
from waitwise.evaluate.lessons import SOUNDS, TruthError, truth_of
from waitwise.evaluate.peers import Peer
from waitwise.evaluate.speech import VOICES, Speech, compared, painted
from waitwise.evaluate.told import OURS
from waitwise.evaluate.whereabouts import Whereabouts, levels, whereabouts
from waitwise.matching import match


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A recording whose speech is known."""

    name: str
    sound: Path
    labels: Labels
    sha256: str
    """Of its labels."""


@dataclass(frozen=True, slots=True)
class ClipScore:
    """Of one or several clips."""

    speech: Speech = field(default_factory=Speech)
    silences: Counts = field(default_factory=Counts)
    changes: Counts = field(default_factory=Counts)
    """Changes of turn with a silence: `told` is not known of these, only true and found."""
    lengths: Pairs = ()
    """(true, told) of each change that was found."""
    gaps: tuple[float, ...] = ()
    """Told less true without sign for each true change, infinite where missed."""

    def __add__(self, other: ClipScore) -> ClipScore:
        return ClipScore(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def figures(self) -> dict[str, Any]:
        """By name, for the report."""
        return {
            **self.speech.figures,
            "speech_s": self.speech.speech / 100,
            "silences_true": self.silences.true,
            "silences_told": self.silences.told,
            "silences_found": self.silences.found,
            "silences_f1": self.silences.f1,
            "changes_true": self.changes.true,
            "changes_found": self.changes.found,
            "change_bias_s": fmean(told - true for true, told in self.lengths) if self.lengths else None,
            "change_error_median_s": percentile(self.gaps, 50),
            "change_error_p90_s": percentile(self.gaps, 90),
        }


@dataclass(frozen=True, slots=True)
class ScoredClip:
    """One clip, heard in every way."""

    clip: LabelledClip
    ways: dict[str, ClipScore]
    where: Whereabouts
    """Our errors."""


def find_clips(folder: Path) -> list[LabelledClip]:
    """Return the clips of a folder, sorted by name: sounds with labels beside them, and no lesson's truth.

    Raises:
        TruthError: labels are malformed, or belong to no sound.
    """
    if not folder.is_dir():
        raise TruthError(f"{folder} is no folder.", "Name a folder of NAME.flac and NAME.truth.json.")
    sounds = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in SOUNDS]
    return [_read(sound, file) for sound in sounds if not truth_of(sound).is_file() and (file := labels_of(sound))]


def score_clip(clip: LabelledClip, peers: Sequence[Peer], on_progress: Callable[[float], None]) -> ScoredClip:
    """Hear one clip in every way."""
    limits = Thresholds()
    account = analyse(clip.sound, on_progress=lambda done, _all: on_progress(done / 2)).account
    voices = [(state.start, state.end) for state in account.states if state.role in VOICES | {Role.GROUP}]
    masks = {OURS: painted(voices, account.duration)}
    half = clip.labels.end / 2
    others = heard(clip.sound, [peer.make() for peer in peers], lambda done: on_progress(half + done / 2))
    masks |= {peer.name: mask for peer, mask in zip(peers, others, strict=True)}
    return ScoredClip(
        clip,
        {name: score_mask(clip.labels, mask, limits) for name, mask in masks.items()},
        _where(clip, masks[OURS]),
    )


def _where(clip: LabelledClip, mask: Bools) -> Whereabouts:
    true, said = _true_and_said(clip.labels, mask)
    level = levels(clip.sound)
    size = min(true.size, level.size)
    talkers = len({span.who for span in clip.labels.spans} - {None})
    return whereabouts(true[:size], said[:size], level[:size], talkers)


def _true_and_said(labels: Labels, mask: Bools) -> tuple[Bools, Bools]:
    true = painted(((span.start, span.end) for span in labels.spans), labels.end)
    said = np.zeros(true.size, dtype=np.bool_)
    said[: min(mask.size, true.size)] = mask[: true.size]
    return true, said


def score_mask(labels: Labels, mask: Bools, thresholds: Thresholds) -> ClipScore:
    """Compare a bit each 10 ms with the labels. What is not told is silence."""
    true, said = _true_and_said(labels, mask)
    silences = labels.silences()
    told = gaps_between(stretches(said, thresholds))
    found = dict(match([wait for wait, _ in silences], told, USUAL))
    changes = [at for at, (_, is_change) in enumerate(silences) if is_change]
    lengths = {at: (silences[at][0].length, told[found[at]].length) for at in changes if at in found}
    return ClipScore(
        speech=compared(true, said, np.ones(true.size, dtype=np.bool_)),
        silences=Counts(len(silences), len(told), len(found)),
        changes=Counts(len(changes), 0, len(lengths)),
        lengths=tuple(lengths.values()),
        gaps=tuple(abs(lengths[at][1] - lengths[at][0]) if at in lengths else math.inf for at in changes),
    )


def _read(sound: Path, file: Path) -> LabelledClip:
    microphone = FileMicrophone(sound)
    length = microphone.duration
    microphone.close()
    if length is None:
        raise TruthError(f"{sound.name} does not say how long it is.", "Save it as FLAC or WAV.")
    try:
        data = file.read_bytes()
        labels = read_labels(file, data.decode("utf-8"), length)
    except OSError as error:
        raise TruthError(f"{file.name} cannot be read: {error.strerror}.", "Make it readable.") from error
    except UnicodeDecodeError as error:
        raise TruthError(f"{file.name} is no text: {error}.", "Save it as UTF-8.") from error
    return LabelledClip(sound.stem, sound, labels, hashlib.sha256(data).hexdigest())
