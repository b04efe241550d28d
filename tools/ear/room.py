"""A room between the voices and the unit.

::

    |  direct sound, early reflections (image sources)
    | ||| | .                                            joined at 45 ms
    |        ''''`````.......                            tail: noise that decays as the room does, highs first

The way's own delay is taken out, so that times of a lesson are times of arrival; the level is set by the scene.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyroomacoustics as pra
from scipy.signal import lfilter

RATE = 16000
_JOIN = int(0.045 * RATE)
_AROUND = int(0.015 * RATE)


def ways(rng: np.random.Generator, size: Any, decay: float, unit: Any, places: list[Any]) -> list[tuple[Any, float]]:
    """Impulse response and distance from each place to the unit; `decay` is the reverberation time."""
    surface = 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
    absorbed = min(0.9, 1 - np.exp(-0.161 * np.prod(size) / (surface * decay)))
    room = pra.ShoeBox(size, fs=RATE, materials=pra.Material(absorbed), max_order=6, air_absorption=False)
    for place in places:
        room.add_source(place)
    room.add_microphone(unit)
    room.compute_rir()
    out = []
    for place, found in zip(places, room.rir[0], strict=True):
        distance = np.linalg.norm(np.subtract(place, unit))
        out.append((_way(rng, np.asarray(found, "f8"), decay, distance), distance))
    return out


def _way(rng: np.random.Generator, early: Any, decay: float, distance: Any) -> Any:
    direct = pra.constants.get("frac_delay_length") // 2 + round(distance / 343 * RATE)
    count = int(RATE * min(1.4, decay * 1.1))
    join = direct + _JOIN
    tail = rng.standard_normal(count) * 10 ** (-3 * (np.arange(count) / RATE) / decay)
    low = lfilter([0.35], [1, -0.65], tail)
    share = np.linspace(0, 1, count) ** 0.5
    tail = tail * (1 - share) + low * 1.9 * share
    near = early[join - _AROUND : join + _AROUND] if len(early) > join + _AROUND else early[-2 * _AROUND :]
    wanted = np.sqrt(np.mean(near**2)) + 1e-12
    tail *= wanted / (np.sqrt(np.mean(tail[_JOIN - _AROUND : _JOIN + _AROUND] ** 2)) + 1e-12)
    full = np.zeros(direct + count)
    full[: min(join, len(early))] = early[: min(join, len(early))]
    full[direct : direct + count] += tail * np.clip((np.arange(count) - 0.035 * RATE) / (0.02 * RATE), 0, 1)
    full = full[direct:]
    full /= np.sqrt(np.sum(full[: int(0.05 * RATE)] ** 2)) + 1e-12
    return full.astype("f4")
