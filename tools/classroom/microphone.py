"""What the unit's microphone makes of the sound in the room.

::

    room --> 80 Hz high-pass --> self-noise --> automatic gain --> clock --> drop-outs, clipping --> recording

A clock that is off moves every boundary; the truth moves with it. Lost blocks are zeros in their place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.errors import need
from tools.classroom.gate import Sound
from tools.classroom.take import Take

_SELF_NOISE_DBFS = -76.0
_TARGET_DBFS = -24.0
_MAX_GAIN_DB = 18.0
_BLOCK = RATE_HZ // 50


@dataclass(frozen=True, slots=True)
class Microphone:
    """How a recording is made."""

    seed: int
    has_agc: bool
    drift_ppm: float = 0.0
    dropouts: int = 0
    clip_dbfs: float = 0.0
    """Everything louder is cut off here."""


def record(take: Take, microphone: Microphone) -> tuple[Take, list[tuple[int, int]]]:
    """Return the take as recorded, and the drop-outs in samples."""
    signal, rng = need("scipy.signal"), np.random.default_rng([microphone.seed, *b"microphone"])
    sound = signal.sosfilt(signal.butter(2, 80, "highpass", fs=RATE_HZ, output="sos"), take.sound)
    sound = sound + rng.standard_normal(len(sound)) * 10 ** (_SELF_NOISE_DBFS / 20)
    if microphone.has_agc:
        sound = sound * _gain(sound)
    if microphone.drift_ppm:
        take, sound = _drifted(take, sound, microphone.drift_ppm * 1e-6)
    lost = []
    for _ in range(microphone.dropouts):
        start = int(rng.integers(RATE_HZ, len(sound) - 2 * RATE_HZ))
        lost.append((start, start + round(rng.uniform(0.02, 0.2) * RATE_HZ)))
    for start, end in lost:
        sound[start:end] = 0
    limit = 10 ** (microphone.clip_dbfs / 20) * 32767 / 32768
    return replace(take, sound=np.clip(sound, -limit, limit)), sorted(lost)


def _gain(sound: Sound) -> Sound:
    """Slow gain: down within 0.1 s, up within some seconds, as cheap microphones do."""
    blocks = len(sound) // _BLOCK
    levels = np.sqrt(np.mean(sound[: blocks * _BLOCK].reshape(blocks, _BLOCK) ** 2, axis=1))
    held, followed = float(np.max(levels)) / 2, []
    for one in levels:
        held += (float(one) - held) * (0.2 if one > held else 0.006)
        followed.append(held)
    gains = np.minimum(10 ** (_TARGET_DBFS / 20) / np.asarray(followed), 10 ** (_MAX_GAIN_DB / 20))
    return np.interp(np.arange(len(sound)), (np.arange(blocks) + 0.5) * _BLOCK, gains)


def _drifted(take: Take, sound: Sound, off: float) -> tuple[Take, Sound]:
    """Return the take as a clock writes it that is `off` too fast."""
    stretched = need("scipy.ndimage").map_coordinates(
        sound, [np.arange(len(sound)) / (1 + off)], order=5, mode="constant"
    )
    ipus = tuple(replace(one, start=_at(one.start, off), end=_at(one.end, off)) for one in take.ipus)
    noises = tuple(replace(one, start=_at(one.start, off), end=_at(one.end, off)) for one in take.noises)
    return replace(take, ipus=ipus, noises=noises, marks=tuple((_at(at, off), to) for at, to in take.marks)), stretched


def _at(sample: int, off: float) -> int:
    return round(sample * (1 + off))
