"""Noises of a class, from formulas: chairs, pages, coughs, doors; ventilation, hum, a corridor.

::

    noise(rng, recorded)            one short noise at the level of a voice (0.05)
    background(rng, n, recorded)    n samples of what never stops
    loudness(x)           A-weighted, dB
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tools.ear.recorded import Recorded

RATE = 16000
Rng = np.random.Generator
_KINDS = ["chair", "tap", "page", "cough", "sneeze", "door", "scrape", "key"]
_RECORDED = 0.45
_STEADY = 0.2
"""Shares that are recorded."""
_OFTEN = [0.2, 0.14, 0.16, 0.14, 0.14, 0.08, 0.08, 0.06]


def loudness(sound: Any) -> Any:
    """A-weighted level."""
    hz = np.fft.rfftfreq(len(sound), 1 / RATE)
    square = hz**2
    weight = 12194**2 * square**2
    weight = (
        weight
        / ((square + 20.6**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2)) * (square + 12194**2) + 1e-9)
        * 1.26
    )
    power = np.abs(np.fft.rfft(sound) * weight) ** 2
    return 10 * np.log10(2 * power.sum() / len(sound) ** 2 + 1e-14)


def _shaped(rng: Rng, count: int, weight: Callable[[Any], Any]) -> Any:
    hz = np.fft.rfftfreq(count, 1 / RATE)
    out = np.fft.irfft(np.fft.rfft(rng.standard_normal(count)) * weight(hz), count)
    return out / (out.std() + 1e-9)


def _coloured(rng: Rng, count: int, slope: float) -> Any:
    hz = np.fft.rfftfreq(count, 1 / RATE)
    spectrum = np.fft.rfft(rng.standard_normal(count)) * np.maximum(hz, 40) ** slope / (1 + (80 / (hz + 1)) ** 2)
    out = np.fft.irfft(spectrum, count)
    return out / out.std()


def background(rng: Rng, count: int, recorded: Recorded) -> Any:
    """Ventilation; in some rooms a hum, a hiss, a corridor, rain."""
    out = _coloured(rng, count, -rng.uniform(0.5, 1.1))
    if rng.random() < 0.4:
        hum, time = np.zeros(count), np.arange(count) / RATE
        for _ in range(rng.integers(1, 5)):
            hum += np.sin(2 * np.pi * rng.uniform(90, 1400) * time + rng.uniform(0, 6)) * rng.uniform(0.2, 1)
        out += hum / hum.std() * rng.uniform(0.1, 0.5)
    if rng.random() < 0.3:
        out += _shaped(rng, count, lambda f: (f / 2500) / (1 + (f / 2500) ** 2)) * rng.uniform(0.1, 0.8)
    if rng.random() < 0.35:
        far = _shaped(rng, count, lambda f: np.exp(-((f / rng.uniform(350, 700)) ** 2)) * (f > 110))
        swell = _shaped(rng, count, lambda f: np.exp(-(((f - 4) / 2) ** 2)) * (f < 12))
        out += far * np.exp(0.5 * swell) * rng.uniform(0.2, 0.8)
    if rng.random() < _STEADY and (steady := recorded.steady(rng, count)) is not None:
        out += steady * rng.uniform(0.3, 2)
    return out


def noise(rng: Rng, recorded: Recorded) -> Any:
    """One short noise."""
    if rng.random() < _RECORDED and (burst := recorded.burst(rng)) is not None:
        return burst
    match rng.choice(_KINDS, p=_OFTEN):
        case "chair" | "scrape":
            out = _chair(rng)
        case "door":
            count = int(rng.uniform(0.15, 0.4) * RATE)
            out = _shaped(rng, count, lambda f: np.exp(-f / rng.uniform(150, 500)))
            out = out * np.exp(-np.arange(count) / (rng.uniform(0.03, 0.1) * RATE))
        case "tap":
            out = _taps(rng, 4)
        case "key":
            out = _taps(rng, 7)
        case "page":
            out = _page(rng)
        case _:
            out = _cough(rng)
    return (out / (np.sqrt(np.mean(out**2)) + 1e-9) * 0.05).astype("f4")


def _chair(rng: Rng) -> Any:
    length = rng.uniform(0.08, 0.7)
    count = int(length * RATE)
    centre, width = rng.uniform(300, 2500), rng.uniform(0.3, 1.1)
    out = _shaped(rng, count, lambda f: np.exp(-(np.log(np.maximum(f, 1) / centre) ** 2) / width))
    time = np.arange(count) / RATE
    if rng.random() < 0.6:
        judder = rng.uniform(25, 220) * (1 + rng.uniform(-0.4, 0.4) * time / length)
        out *= 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * np.cumsum(judder) / RATE))
    if rng.random() < 0.25:
        squeak = rng.uniform(300, 1500) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(3, 12) * time))
        out += np.sin(2 * np.pi * np.cumsum(squeak) / RATE) * rng.uniform(0.3, 1.2)
    return out * (
        np.minimum(1, np.arange(count) / (rng.uniform(0.005, 0.05) * RATE))
        * np.minimum(1, (count - np.arange(count)) / (rng.uniform(0.02, 0.15) * RATE))
    )


def _taps(rng: Rng, fewer_than: int) -> Any:
    taps = rng.integers(1, fewer_than)
    out = np.zeros(int(0.18 * RATE) * taps)
    for number in range(taps):
        at, count = int(number * rng.uniform(0.08, 0.18) * RATE), int(0.05 * RATE)
        tap = _shaped(rng, count, _hump(rng.uniform(600, 4000), 900))
        out[at : at + count] += tap * np.exp(-np.arange(count) / (rng.uniform(0.004, 0.02) * RATE))
    return out


def _hump(centre: float, width: float) -> Callable[[Any], Any]:
    return lambda f: np.exp(-(((f - centre) / width) ** 2))


def _page(rng: Rng) -> Any:
    count = int(rng.uniform(0.1, 0.6) * RATE)
    out = _shaped(rng, count, lambda f: (f / 3000) / (1 + (f / 3000) ** 2))
    rustle = np.abs(_shaped(rng, count, lambda f: np.exp(-((f / 25) ** 2))))
    at = np.arange(count)
    return out * (rustle * np.minimum(1, at / (0.02 * RATE)) * np.minimum(1, (count - at) / (0.05 * RATE)))


def _cough(rng: Rng) -> Any:
    length = rng.uniform(0.2, 0.6)
    count = int(length * RATE)
    time = np.arange(count) / RATE
    humps = [
        (part, _hump(rng.uniform(*hz), width))
        for part, hz, width in ((1, (450, 900), 250), (0.8, (1100, 1900), 400), (0.7, (2600, 4200), 1300))
    ]
    out = _shaped(rng, count, lambda f: sum(part * hump(f) for part, hump in humps))
    if rng.random() < 0.6:  # a voiced beginning
        pitch = rng.uniform(150, 450) * np.exp(-rng.uniform(0, 1.2) * time / length)
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        voiced = np.sum([np.sin(h * phase) / h for h in range(1, 12)], axis=0)
        voiced = voiced / voiced.std()
        on = rng.uniform(0.05, 0.5) * length
        voiced = voiced * np.exp(-np.maximum(0, time - on) / 0.03) * (time < on + 0.1)
        out = out * np.clip((time - on * 0.5) / 0.05, 0.2, 1) + voiced * rng.uniform(0.5, 1.5)
    parts = rng.integers(1, 3)
    envelope = np.zeros(count)
    for part in range(parts):
        first = int(count * part / parts)
        at = np.arange(count - first)
        burst = np.minimum(1, at / (rng.uniform(0.005, 0.04) * RATE)) * np.exp(-at / (rng.uniform(0.05, 0.15) * RATE))
        envelope[first:] = np.maximum(envelope[first:], burst)
    return out * envelope
