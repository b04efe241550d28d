"""A drawn lesson as sound: simple voices in a quiet room, so that a test knows every edge.

::

    "TTTT....PPPP" --> sing --> 16 kHz mono int16

A voice is a row of harmonics with its own pitch and three formants of its own, in syllables, with breath between.
It is no speech, and says nothing about real rooms; it shows that the parts work together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesson.sound import RATE_HZ, AudioBlock
from tests.lessons.drawn import SECONDS, draw


@dataclass(frozen=True)
class Voice:
    pitch_hz: float
    formants_hz: tuple[float, float, float]
    level_db: float


TEACHER = Voice(205.0, (620.0, 1500.0, 2700.0), -28.0)
PUPILS = {
    "P": Voice(290.0, (900.0, 2100.0, 3500.0), -33.0),
    "Q": Voice(250.0, (780.0, 1750.0, 3200.0), -34.0),
}
FLOOR_DB = -64.0


def sing(text: str, seed: int = 1) -> NDArray[np.int16]:
    """Samples of a drawn lesson."""
    random = np.random.default_rng(seed)
    drawn = draw(text)
    sound = random.normal(0, 10 ** (FLOOR_DB / 20), round(drawn.duration * RATE_HZ))
    step = round(SECONDS * RATE_HZ)
    for line in drawn.lines:
        at = 0
        while at < len(line):
            end = at
            while end < len(line) and line[end] == line[at]:
                end += 1
            piece = _piece(line[at], (end - at) * step, random)
            sound[at * step : at * step + piece.size] += piece
            at = end
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)


def blocks(samples: NDArray[np.int16], size: int = 320) -> list[AudioBlock]:
    return [AudioBlock(at, samples[at : at + size].astype("<i2").tobytes()) for at in range(0, samples.size, size)]


def _piece(who: str, samples: int, random: np.random.Generator) -> NDArray[np.float64]:
    match who:
        case "T":
            return _voice(TEACHER, samples, random)
        case "P" | "Q":
            return _voice(PUPILS[who], samples, random)
        case "C" | "G":
            voices = [
                Voice(pitch, (700 + 60 * n, 1600 + 110 * n, 2900 + 90 * n), -37.0)
                for n, pitch in enumerate((228.0, 241.0, 263.0, 277.0, 301.0, 318.0))
            ]
            return np.sum([_voice(voice, samples, random) for voice in voices], axis=0)
        case "N":
            return random.normal(0, 10 ** (-36 / 20), samples) * np.hanning(samples)
    return np.zeros(samples)


def _voice(voice: Voice, samples: int, random: np.random.Generator) -> NDArray[np.float64]:
    time = np.arange(samples) / RATE_HZ
    # Pitch glides a semitone or two, and each syllable has its own vowel.
    glide = 1 + 0.05 * np.sin(2 * np.pi * (0.6 * time + random.random())) + 0.02 * np.sin(2 * np.pi * 2.3 * time)
    phase = 2 * np.pi * np.cumsum(voice.pitch_hz * glide) / RATE_HZ
    vowel = 1 + 0.15 * np.sin(2 * np.pi * (2.1 * time + random.random()))
    sound = np.zeros(samples)
    for harmonic in range(1, int(5500 / voice.pitch_hz)):
        hz = harmonic * voice.pitch_hz
        gain = sum(np.exp(-0.5 * ((hz - formant * vowel) / (0.14 * formant)) ** 2) for formant in voice.formants_hz)
        sound += (gain + 0.02) * np.sin(harmonic * phase) / harmonic**0.5
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * (4.2 * time + random.random()))
    edge = min(240, samples // 4)
    fade = np.ones(samples)
    fade[:edge], fade[-edge:] = np.linspace(0, 1, edge), np.linspace(1, 0, edge)
    sound *= syllables * fade
    return sound / max(1e-9, float(np.sqrt(np.mean(sound**2)))) * 10 ** (voice.level_db / 20)
