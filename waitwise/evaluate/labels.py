"""Labels of speech as others write them: turns of a meeting, or spans of a label track.

::

    NAME.words.rttm, NAME.rttm    SPEAKER dev00 1 1.440 11.872 <NA> <NA> MEE009 <NA> <NA>    who, start, length
    NAME.lab                      0.896 1.696 1                  Audacity's label track: start, end, speech or not
    NAME.TextGrid                 xmin = 63.34  xmax = 68.26  text = "male"                  Praat's interval tiers

A label is speech, or it is none: a word that could be either is an error, not a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from waitwise.evaluate.lessons import TruthError
from waitwise.matching import Wait

SUFFIXES = (".words.rttm", ".rttm", ".lab", ".TextGrid")
"""The first that is there is read: turns from aligned words are tighter than turns."""

SPEECH = frozenset({"1", "speech", "male", "female", "child", "teacher", "pupil"})
NO_SPEECH = frozenset({"", "0", "silence", "sil", "noise", "music", "noenergy", "nonspeech"})
NAMELESS = frozenset({"1", "speech"})
SHORTEST_S = 0.2
"""A silence between two voices."""

_REMEDY = "Write it as docs/accuracy.md says, or take it out of the folder."
_INTERVAL = re.compile(r'xmin\s*=\s*([\d.]+)\s+xmax\s*=\s*([\d.]+)\s+text\s*=\s*"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody spoke."""

    start: float
    end: float
    who: str | None = None
    """None: the labels do not say."""


@dataclass(frozen=True, slots=True)
class Labels:
    """All that is known of a clip."""

    spans: tuple[Span, ...]
    end: float
    """Up to here it is known; what comes after is not scored."""

    def silences(self) -> list[tuple[Wait, bool]]:
        """Silences of 0.2 s and more between two stretches of speech, and whether another voice comes after it."""
        found, last = [], None
        for span in sorted(self.spans, key=lambda each: (each.start, each.end)):
            if last is not None and span.start - last.end >= SHORTEST_S - 1e-9:
                is_change = None not in (last.who, span.who) and last.who != span.who
                found.append((Wait("", last.end, span.start - last.end), is_change))
            if last is None or span.end > last.end:
                last = span
        return found


def labels_of(sound: Path) -> Path | None:
    """The file of labels beside a sound, if there is one."""
    beside = (sound.with_name(sound.stem + suffix) for suffix in SUFFIXES)
    return next((file for file in beside if file.is_file()), None)


def read_labels(file: Path, text: str, length: float) -> Labels:
    """Read labels of a sound of `length` seconds.

    Raises:
        TruthError: a line is not what it should be, or nothing is labelled.
    """
    try:
        if file.suffix == ".rttm":
            spans = [span for line in text.splitlines() if (span := _rttm(line)) is not None]
            found = Labels(tuple(spans), length)
        else:
            rows = _text_grid(text) if file.suffix == ".TextGrid" else _lab(text)
            known = [(float(start), float(end), label) for start, end, label in rows]
            spans = [Span(start, end, _who(label)) for start, end, label in known if _is_speech(label, file.name)]
            found = Labels(tuple(spans), min(length, max(end for _, end, _ in known)))
    except ValueError as error:
        raise TruthError(f"{file.name} is malformed: {error}.", _REMEDY) from error
    if not found.spans or any(span.end < span.start for span in found.spans):
        raise TruthError(f"{file.name} labels no speech, or speech that ends before it starts.", _REMEDY)
    return found


def gaps_between(stretches: Iterable[tuple[float, float]]) -> list[Wait]:
    """Silences between stretches of speech."""
    return [Wait("", end, start - end) for (_, end), (start, _) in pairwise(stretches)]


def _rttm(line: str) -> Span | None:
    parts = line.split()
    if not parts or parts[0] != "SPEAKER":
        return None
    if len(parts) < 8:
        raise ValueError(f"a turn needs eight columns: {line[:60]!r}")
    return Span(float(parts[3]), float(parts[3]) + float(parts[4]), parts[7])


def _lab(text: str) -> list[tuple[str, str, str]]:
    rows = []
    for line in text.splitlines():
        parts = line.split(maxsplit=2)
        # Audacity writes the spectral bounds of a label on lines of their own that begin with a backslash.
        if not parts or parts[0] == "\\":
            continue
        if len(parts) < 2:
            raise ValueError(f"a label needs a start and an end: {line[:60]!r}")
        rows.append((parts[0], parts[1], parts[2] if len(parts) == 3 else ""))
    return rows


def _text_grid(text: str) -> list[tuple[str, str, str]]:
    return _INTERVAL.findall(text)


def _is_speech(label: str, name: str) -> bool:
    word = label.strip().lower()
    if word not in SPEECH | NO_SPEECH:
        raise TruthError(f"{name}: is {label!r} speech? Known are {', '.join(sorted(SPEECH | NO_SPEECH))}.", _REMEDY)
    return word in SPEECH


def _who(label: str) -> str | None:
    word = label.strip().lower()
    return None if word in NAMELESS else word
