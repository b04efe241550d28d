"""The sounds of a classroom that are nobody's words. All made here, from a seed.

| sound | how |
|---|---|
| ventilation | noise that falls by 5 dB an octave (a "neutral" RC curve, ASHRAE), with a little 100 Hz hum |
| murmur | the corridor: noise below 700 Hz that swells four times a second, as syllables do |
| chair | a leg that sticks and slips on the floor: rough noise, 0.4 s |
| cough | two bursts through a throat, 0.45 s |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.gate import Sound

_MICROPHONE_HZ = 80.0
"""Below this the microphone's own high-pass takes the rumble away."""


def ventilation(samples: int, rng: np.random.Generator) -> Sound:
    """Return steady room noise."""
    air = _shaped(
        samples, rng, lambda pitch: np.maximum(pitch, 30.0) ** -0.83 / (1 + (_MICROPHONE_HZ / (pitch + 1)) ** 2)
    )
    hum = np.sin(2 * np.pi * 100 * np.arange(samples) / RATE_HZ)
    return np.asarray(air / air.std() + 0.15 * hum)


def murmur(samples: int, rng: np.random.Generator) -> Sound:
    """Return talk in the corridor, without words; it comes and goes over its first and last second."""
    dull = _shaped(samples, rng, lambda pitch: np.exp(-((pitch / 500.0) ** 2)) * (pitch > 120))
    swell = _shaped(samples, rng, lambda pitch: np.exp(-(((pitch - 4.0) / 2.0) ** 2)) * (pitch < 12))
    ramp = np.minimum(1, np.minimum(np.arange(samples), np.arange(samples)[::-1]) / RATE_HZ)
    return np.asarray(dull / dull.std() * np.exp(0.5 * swell / swell.std()) * ramp)


def chair(rng: np.random.Generator) -> Sound:
    """Return a chair pushed back."""
    samples = round(0.4 * RATE_HZ)
    time = np.arange(samples) / RATE_HZ
    rough = _shaped(samples, rng, lambda pitch: np.exp(-(np.log(np.maximum(pitch, 1) / 900.0) ** 2) / 0.9))
    slips = 0.55 + 0.45 * np.sign(np.sin(2 * np.pi * (38 * time + 20 * time**2)))
    return np.asarray(rough / rough.std() * slips * _envelope(samples, 0.03, 0.12))


def cough(rng: np.random.Generator) -> Sound:
    """Return one cough of two bursts."""
    bursts = [_burst(0.22, 1.0, rng), np.zeros(round(0.05 * RATE_HZ)), _burst(0.18, 0.6, rng)]
    return np.concatenate(bursts)


SOUNDS: Mapping[str, Callable[[np.random.Generator], Sound]] = {"chair": chair, "cough": cough}
"""Single sounds a script may ask for."""


def _burst(length: float, strength: float, rng: np.random.Generator) -> Sound:
    samples = round(length * RATE_HZ)
    throat = _shaped(
        samples,
        rng,
        lambda pitch: (
            np.exp(-(((pitch - 650) / 300) ** 2))
            + 0.7 * np.exp(-(((pitch - 1500) / 400) ** 2))
            + 0.4 * np.exp(-(((pitch - 3200) / 1200) ** 2))
        ),
    )
    return np.asarray(strength * throat / throat.std() * _envelope(samples, 0.008, length * 0.8))


def _shaped(samples: int, rng: np.random.Generator, weight: Callable[[Sound], Sound]) -> Sound:
    spectrum = np.fft.rfft(rng.standard_normal(samples)) * weight(np.fft.rfftfreq(samples, 1 / RATE_HZ))
    return np.asarray(np.fft.irfft(spectrum, samples), dtype=np.float64)


def _envelope(samples: int, attack: float, decay: float) -> Sound:
    time = np.arange(samples) / RATE_HZ
    rise = np.minimum(1, time / attack)
    fall = np.minimum(1, (samples / RATE_HZ - time) / decay)
    return np.asarray(rise * fall**1.5, dtype=np.float64)
