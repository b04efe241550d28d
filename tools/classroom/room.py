r"""Let a voice reach the unit on the wall: later, softer, and with the room behind it.

::

    mouth ------ direct sound, distance / 343 m/s ------> unit
        \----- walls, floor, ceiling: RT60 ------------/

The room is a box (image sources, `pyroomacoustics`). What counts as "when" in the truth is the arrival of the direct
sound, so every response says how many samples after the mouth that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.errors import ClassroomError, need
from tools.classroom.gate import Sound
from tools.classroom.script import Position, RoomPlan


@dataclass(frozen=True, slots=True)
class Response:
    """What the unit hears of a click at one place."""

    samples: Sound
    delay: int
    """Samples from the click to the arrival of its direct sound in `samples`."""
    distance: float
    """Metres."""
    rt60: float
    """Reverberation time as measured on the response (decay from -5 to -35 dB, doubled)."""


def responses(plan: RoomPlan, positions: Sequence[Position]) -> dict[Position, Response]:
    """Compute what the unit hears from each position.

    Raises:
        ClassroomError: a position is outside the room, or the package is missing.
    """
    acoustics = need("pyroomacoustics")
    absorption, order = acoustics.inverse_sabine(plan.rt60, plan.size)
    room = acoustics.ShoeBox(
        plan.size,
        fs=RATE_HZ,
        materials=acoustics.Material(absorption),
        max_order=order,
        air_absorption=True,
    )
    wanted = sorted(set(positions))
    try:
        for position in wanted:
            room.add_source(position)
        room.add_microphone(plan.unit)
        room.compute_rir()
    except ValueError as error:
        raise ClassroomError(f"Somebody stands outside the room: {error}") from error
    # The library centres its fractional-delay filter, which postpones everything by half the filter's length.
    filter_delay = acoustics.constants.get("frac_delay_length") // 2
    heard: dict[Position, Response] = {}
    for position, samples in zip(wanted, room.rir[0], strict=True):
        distance = float(np.linalg.norm(np.subtract(position, plan.unit)))
        heard[position] = Response(
            samples=np.asarray(samples, dtype=np.float64),
            delay=filter_delay + round(distance / room.c * RATE_HZ),
            distance=distance,
            rt60=float(acoustics.experimental.measure_rt60(np.asarray(samples), fs=RATE_HZ, decay_db=30)),
        )
    return heard


def reverberate(dry: Sound, response: Response) -> Sound:
    """Return the voice as the unit hears it; its onset lies `response.delay` samples later than in `dry`."""
    return np.asarray(need("scipy.signal").fftconvolve(dry, response.samples), dtype=np.float64)
