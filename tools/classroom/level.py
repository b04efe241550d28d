"""How loud: A-weighted level, in dB relative to full scale.

A ventilation's rumble carries much power and hides few words. The A-weighting (IEC 61672-1) counts each pitch about
as much as an ear does, and signal-to-noise figures of classrooms are given in it.
"""

from __future__ import annotations

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.gate import Sound


def a_weighting(pitch_hz: Sound) -> Sound:
    """Return the weight of each pitch as a factor of amplitude (IEC 61672-1, poles at 20.6, 107.7, 737.9, 12194 Hz).

    >>> [round(20 * float(np.log10(weight)), 1) for weight in a_weighting(np.array([100.0, 1000.0, 4000.0]))]
    [-19.1, 0.0, 1.0]
    """
    square = pitch_hz**2
    weight: Sound = (12194.0**2 * square**2) / (
        (square + 20.6**2) * np.sqrt((square + 107.7**2) * (square + 737.9**2)) * (square + 12194.0**2)
    )
    return weight * 10 ** (2.0 / 20)


def level_dbfs(sound: Sound) -> float:
    """Return the A-weighted level of the whole sound; a full-scale square wave would be about 0."""
    spectrum = np.fft.rfft(sound)
    weighted = np.abs(spectrum * a_weighting(np.fft.rfftfreq(len(sound), 1 / RATE_HZ))) ** 2
    power = 2 * weighted.sum() / len(sound) ** 2
    return float(10 * np.log10(max(power, 1e-12)))


def factor(decibels: float) -> float:
    """Return the amplitude factor of a change in level."""
    return float(10 ** (decibels / 20))
