"""Voices that speak when they are asked to, in utterances that were recorded.

::

    VOICES/*.npz --> Voices --> Person(factor 1.2) --say(0.6, 4)--> sound of about 0.6 to 4 s, spans of voice in it

A factor over 1 makes a voice smaller, as pupils' are: it is played faster.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import lfilter, resample_poly

from tools.ear.recorded import Recorded

RATE = 16000
_FIFTH = 2
Spans = list[list[int]]


class Voices:
    """Everybody who may speak in a lesson."""

    def __init__(self, root: Path, *, without_held_out: bool, for_hindsight: bool = False) -> None:
        rows = json.loads((root / "index.json").read_text(encoding="utf-8"))
        rows = [row for row in rows if not (without_held_out and row[3])]
        self.number = {row[0]: at for at, row in enumerate(sorted(rows))}
        if for_hindsight:
            rows = [row for row in rows if is_for_hindsight(self.number[row[0]])]
        self._root = root
        self.recorded = Recorded(root)
        self._kept: dict[str, list[tuple[Any, Spans]]] = {}
        self.children = [row[0] for row in rows if row[1] <= 13]
        self.teens = [row[0] for row in rows if 14 <= row[1] <= 25]
        self.adults = [row[0] for row in rows if row[1] >= 20]
        self.teachers = [row[0] for row in rows if row[1] >= 20 and row[5] >= 14]

    def utterances(self, name: str) -> list[tuple[Any, Spans]]:
        """All that one speaker says."""
        if name not in self._kept:
            with np.load(self._root / f"{name}.npz") as kept:
                ends = np.r_[0, np.cumsum(kept["sizes"])]
                sound = kept["sound"].astype("f4") / 8000
                spans = json.loads(str(kept["spans"]))
            cut = zip(ends[:-1], ends[1:], spans, strict=True)
            self._kept[name] = [(sound[start:end], each) for start, end, each in cut]
        return self._kept[name]


def is_for_hindsight(number: Any) -> Any:
    """Whether the prints never learn a voice, so that stage two can: every fifth. Takes arrays, too."""
    return np.asarray(number) % 5 == _FIFTH


class Person:
    """One voice in one lesson, with the colour of a microphone of its own."""

    def __init__(self, rng: np.random.Generator, voices: Voices, name: str, factor: float = 1.0) -> None:
        self.name, self.factor = name, factor
        self.voice_class = voices.number[name] * 5 + int(np.clip(round((factor - 1) / 0.1) + 1, 0, 4))
        """Number for the voice at about this factor: to the ear they are different people."""
        self._utterances, self._rng = voices.utterances(name), rng
        self._order: list[int] = []
        self._colour = [1, rng.uniform(-0.35, 0.35)]

    def say(self, least: float, most: float) -> tuple[Any, Spans]:
        """An utterance of about `least` to `most` seconds: sound and spans."""
        for _ in range(12):
            if not self._order:
                self._order = list(self._rng.permutation(len(self._utterances)))
            sound, spans = _shortened(*self._utterances[self._order.pop()], most)
            if least * 0.7 <= (spans[-1][1] - spans[0][0]) / RATE <= most * 1.3:
                break
        if self.factor != 1:
            ratio = Fraction(self.factor).limit_denominator(40)
            sound = resample_poly(sound, ratio.denominator, ratio.numerator).astype("f4")
            scale = ratio.denominator / ratio.numerator
            spans = [[int(start * scale), int(end * scale)] for start, end in spans]
        sound = lfilter(self._colour, [1], sound).astype("f4")
        mask = np.zeros(len(sound), bool)
        for start, end in spans:
            mask[start:end] = True
        return sound * (0.05 / (np.sqrt(np.mean(sound[mask] ** 2)) + 1e-9)), [list(each) for each in spans]


def _shortened(sound: Any, spans: Spans, most: float) -> tuple[Any, Spans]:
    if (spans[-1][1] - spans[0][0]) / RATE <= most * 1.3 or len(spans) == 1:
        return sound, spans
    count = 1
    while count < len(spans) and (spans[count][1] - spans[0][0]) / RATE < most:
        count += 1
    spans = spans[:count]
    sound = sound[: spans[-1][1] + 480].copy()
    sound[-480:] *= np.linspace(1, 0, 480)
    return sound, spans
