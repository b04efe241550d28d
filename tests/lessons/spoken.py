"""A drawn lesson as speech: the demo lesson's voices, cut out and put where the drawing wants them.

::

    "TTTT....PPPP" --> speak --> 16 kHz mono int16

`sung.py` draws with harmonics, which an ear for speech rightly takes for a machine. Here every piece is a stretch of
the demo lesson, in its room, faded at the ends, over the demo lesson's own quiet. So every edge is known to 30 ms.
"""

from __future__ import annotations

import functools
import json
from itertools import cycle
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

import waitwise
from lesson.sound import RATE_HZ
from tests.lessons.drawn import SECONDS, draw

_DEMO = Path(waitwise.__file__).parent / "lesson_for_demo"
_WHO = {"T": "teacher", "P": "amara", "Q": "zainab"}
_QUIET_S = (30.6, 33.4)
_FADE = 160 * 3


def speak(text: str, seed: int = 1) -> NDArray[np.int16]:
    """Samples of a drawn lesson; another `seed` takes other sentences."""
    drawn = draw(text)
    quiet = _cut(*_QUIET_S)
    sound = np.resize(np.concatenate((quiet, quiet[::-1])), round(drawn.duration * RATE_HZ)).copy()
    step = round(SECONDS * RATE_HZ)
    for line in drawn.lines:
        at = 0
        while at < len(line):
            end = at
            while end < len(line) and line[end] == line[at]:
                end += 1
            if line[at] in "TPQG":
                seed += 1
                piece = _piece(line[at], (end - at) * step, seed)
                sound[at * step : at * step + piece.size] += piece
            at = end
    return np.clip(sound, -32768, 32767).astype(np.int16)


def _piece(who: str, samples: int, seed: int) -> NDArray[np.float64]:
    if who == "G":
        return _faded(np.resize(_cut(*_group()), samples))
    spans = [span for span in _spans(_WHO[who]) if (span[1] - span[0]) * RATE_HZ >= min(samples, 1.4 * RATE_HZ)]
    turn = cycle(spans[seed % len(spans) :] + spans[: seed % len(spans)])
    parts: list[NDArray[np.float64]] = []
    while sum(part.size for part in parts) < samples:
        parts.append(_cut(*next(turn)))
    return _faded(np.concatenate(parts)[:samples])


def _faded(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    edge = min(_FADE, sound.size // 4)
    gain = np.ones(sound.size)
    gain[: edge // 3], gain[-edge:] = np.linspace(0, 1, edge // 3), np.linspace(1, 0, edge)
    return sound * gain


def _cut(start: float, end: float) -> NDArray[np.float64]:
    return _demo()[round(start * RATE_HZ) : round(end * RATE_HZ)].astype(np.float64)


@functools.cache
def _demo() -> NDArray[np.int16]:
    with av.open(str(_DEMO / "lesson.flac")) as file:
        return np.concatenate([frame.to_ndarray().ravel() for frame in file.decode(audio=0)])


@functools.cache
def _truth() -> dict[str, list[dict[str, float | str]]]:
    return json.loads((_DEMO / "truth.json").read_text())


def _spans(speaker: str) -> list[tuple[float, float]]:
    return [
        (float(ipu["start_s"]), float(ipu["end_s"]))
        for ipu in _truth()["ipus"]
        if ipu["spk"] == speaker and ipu["role"] != "group"
    ]


def _group() -> tuple[float, float]:
    (phase,) = [phase for phase in _truth()["phases"] if phase["phase"] == "group"]
    return float(phase["start_s"]) + 0.5, float(phase["end_s"]) - 0.5
