"""The sounds of a classroom that are nobody's words. All made here, from a seed.

| sound | how |
|---|---|
| ventilation | noise that falls by 5 dB an octave (a "neutral" RC curve, ASHRAE), with a little 100 Hz hum |
| murmur | the corridor: noise below 700 Hz that swells four times a second, as syllables do |
| chair | a leg that sticks and slips on the floor: rough noise, 0.4 s |
| cough | two bursts through a throat, 0.45 s |
| projector | its fan: two tones over a hiss |
| playground | children far away: noise around 1 kHz that swells, behind a window |
| rain | a hiss with drops in it |
| laugh | one pupil: four short vowels, falling |
| shh | breath through teeth, 0.7 s |
| scrape, door, tap, keyboard, page, bell | as the names say; 0.06 to 1 s |
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


def laugh(rng: np.random.Generator) -> Sound:
    """Return one pupil's laugh: a vowel every 0.21 s (Provine and Yong 1991), each lower and softer than the last."""
    syllables = []
    for number in range(4):
        time = np.arange(round(0.12 * RATE_HZ)) / RATE_HZ
        pitch = rng.uniform(300, 340) * 0.93**number
        voiced = sum(np.sin(2 * np.pi * pitch * at * time) / at for at in range(1, 12))
        breath = 0.4 * rng.standard_normal(len(time))
        vowel = 0.8**number * (voiced + breath) * _envelope(len(time), 0.02, 0.06)
        syllables += [vowel, np.zeros(round(0.09 * RATE_HZ))]
    return np.concatenate(syllables[:-1])


def shh(rng: np.random.Generator) -> Sound:
    """Return a "shh": a hiss around 3 kHz."""
    samples = round(0.7 * RATE_HZ)
    hiss = _shaped(samples, rng, lambda pitch: np.exp(-(np.log(np.maximum(pitch, 1) / 3000.0) ** 2) / 0.4))
    return np.asarray(hiss / hiss.std() * _envelope(samples, 0.08, 0.25))


def projector(samples: int, rng: np.random.Generator) -> Sound:
    """Return a projector's fan."""
    time = np.arange(samples) / RATE_HZ
    hiss = _shaped(samples, rng, lambda pitch: np.exp(-(np.log(np.maximum(pitch, 1) / 1200.0) ** 2) / 2))
    blades = np.sin(2 * np.pi * 233 * time) + 0.6 * np.sin(2 * np.pi * 466 * time + 1.0)
    return np.asarray(hiss / hiss.std() + 0.35 * blades)


def playground(samples: int, rng: np.random.Generator) -> Sound:
    """Return children playing outside, behind a window."""
    far = _shaped(samples, rng, lambda pitch: np.exp(-(np.log(np.maximum(pitch, 1) / 1000.0) ** 2) / 0.7))
    swell = _shaped(samples, rng, lambda pitch: np.exp(-(((pitch - 2.0) / 1.5) ** 2)))
    return np.asarray(far / far.std() * np.exp(0.4 * swell / swell.std()))


def rain(samples: int, rng: np.random.Generator) -> Sound:
    """Return rain on the window."""
    hiss = _shaped(samples, rng, lambda pitch: np.minimum(1, pitch / 1500))
    drops = np.where(rng.random(samples) < 40 / RATE_HZ, rng.standard_normal(samples), 0.0)
    ring = np.exp(-np.arange(80) / 16) * np.sin(np.arange(80) * 1.1)
    return np.asarray(hiss / hiss.std() + 4 * np.convolve(drops, ring, mode="same"))


def scrape(rng: np.random.Generator) -> Sound:
    """Return a short scrape of a chair's leg."""
    samples = round(rng.uniform(0.05, 0.40) * RATE_HZ)
    rough = _shaped(samples, rng, lambda pitch: np.exp(-(np.log(np.maximum(pitch, 1) / 1400.0) ** 2) / 0.8))
    return np.asarray(rough / rough.std() * _envelope(samples, 0.01, 0.05))


def door(rng: np.random.Generator) -> Sound:
    """Return a door falling shut: a thump and its rattle."""
    samples = round(0.35 * RATE_HZ)
    time = np.arange(samples) / RATE_HZ
    thump = _shaped(samples, rng, lambda pitch: np.exp(-pitch / 250)) * np.exp(-time / 0.05)
    rattle = rng.standard_normal(samples) * np.exp(-((time - 0.12) ** 2) / 0.001)
    return np.asarray(thump / thump.std() + 0.3 * rattle)


def tap(rng: np.random.Generator) -> Sound:
    """Return a pen put down."""
    samples = round(0.06 * RATE_HZ)
    time = np.arange(samples) / RATE_HZ
    return np.asarray(rng.standard_normal(samples) * np.exp(-time / 0.008))


def keyboard(rng: np.random.Generator) -> Sound:
    """Return some keys of a keyboard."""
    keys = [np.pad(0.7 * tap(rng), (0, round(rng.uniform(0.03, 0.12) * RATE_HZ))) for _ in range(5)]
    return np.concatenate(keys)


def page(rng: np.random.Generator) -> Sound:
    """Return a page turned."""
    samples = round(0.5 * RATE_HZ)
    paper = _shaped(samples, rng, lambda pitch: np.exp(-(np.log(np.maximum(pitch, 1) / 4000.0) ** 2)))
    rustle = np.interp(np.arange(samples), np.linspace(0, samples, 20), rng.uniform(0, 1, 20)) ** 2
    return np.asarray(paper / paper.std() * rustle * _envelope(samples, 0.05, 0.2))


def bell(_rng: np.random.Generator) -> Sound:
    """Return the bell: an electric one, for a second."""
    samples = RATE_HZ
    time = np.arange(samples) / RATE_HZ
    tones = sum(np.sin(2 * np.pi * pitch * time) for pitch in (950.0, 1920.0, 3010.0))
    return np.asarray(tones * (0.6 + 0.4 * np.sign(np.sin(2 * np.pi * 18 * time))) * _envelope(samples, 0.01, 0.3))


SOUNDS: Mapping[str, Callable[[np.random.Generator], Sound]] = {
    "chair": chair,
    "cough": cough,
    "laugh": laugh,
    "shh": shh,
    "scrape": scrape,
    "door": door,
    "tap": tap,
    "keyboard": keyboard,
    "page": page,
    "bell": bell,
}
"""Single sounds a script may ask for."""

LONGEST = 1.0
"""Seconds of the longest of them."""

STEADY: Mapping[str, Callable[[int, np.random.Generator], Sound]] = {
    "projector": projector,
    "corridor": murmur,
    "playground": playground,
    "rain": rain,
}
"""Noises that last as long as the lesson, beside the ventilation."""


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
