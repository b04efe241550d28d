r"""Let a voice reach the unit on the wall: later, softer, and with the room behind it.

::

    mouth ------ direct sound, distance / 343 m/s ------> unit
        \----- walls, floor, ceiling: RT60 ------------/

The room is a box (image sources, `pyroomacoustics`). With a drawn tail only the first 70 ms are made so, and what
follows is noise that decays by 60 dB in the time asked for: a whole class then costs a second instead of a minute.
What counts as "when" in the truth is the arrival of the direct sound, so every response says how many samples after
the mouth that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.errors import ClassroomError, need
from tools.classroom.gate import Sound
from tools.classroom.script import Position, RoomPlan

_EARLY_ORDER = 12
"""In a classroom of 3 m height every reflection of the first 100 ms has bounced less often."""
_MIXING = round(0.070 * RATE_HZ)
_CROSSING = round(0.010 * RATE_HZ)


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
    if plan.has_drawn_tail:
        order = min(order, _EARLY_ORDER)
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
        _compute(acoustics, room, one_thread=plan.has_drawn_tail)
    except ValueError as error:
        raise ClassroomError(f"Somebody stands outside the room: {error}") from error
    # The library centres its fractional-delay filter, which postpones everything by half the filter's length.
    filter_delay = acoustics.constants.get("frac_delay_length") // 2
    heard: dict[Position, Response] = {}
    for position, samples in zip(wanted, room.rir[0], strict=True):
        distance = float(np.linalg.norm(np.subtract(position, plan.unit)))
        delay = filter_delay + round(distance / room.c * RATE_HZ)
        whole = np.asarray(samples, dtype=np.float64)
        if plan.has_drawn_tail:
            whole = _with_tail(whole, delay, plan.rt60, position)
        heard[position] = Response(
            samples=whole,
            delay=delay,
            distance=distance,
            rt60=float(acoustics.experimental.measure_rt60(whole, fs=RATE_HZ, decay_db=30)),
        )
    return heard


def _compute(acoustics: Any, room: Any, *, one_thread: bool) -> None:
    threads = acoustics.constants.get("num_threads")
    try:
        if one_thread:
            # Sums are then added in the same order however many processors there are.
            acoustics.constants.set("num_threads", 1)
        room.compute_rir()
    finally:
        acoustics.constants.set("num_threads", threads)


def _with_tail(early: Sound, delay: int, rt60: float, position: Position) -> Sound:
    """Return the early reflections, going over into decaying noise of the same strength."""
    rng = np.random.default_rng([round(metres * 1000) for metres in position])
    length = delay + round(rt60 * RATE_HZ)
    mixing = min(delay + _MIXING, len(early) - 1)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / (rt60 * RATE_HZ))
    window = slice(mixing - _MIXING // 2, mixing)
    tail *= np.sqrt(np.mean(early[window] ** 2) / np.mean(tail[window] ** 2))
    fade = np.clip((np.arange(length) - mixing + _CROSSING) / _CROSSING, 0, 1)
    kept = np.pad(early[:mixing], (0, length - mixing)) * np.sqrt(1 - fade)
    return np.asarray(kept + tail * np.sqrt(fade), dtype=np.float64)


def reverberate(dry: Sound, response: Response) -> Sound:
    """Return the voice as the unit hears it; its onset lies `response.delay` samples later than in `dry`."""
    return np.asarray(need("scipy.signal").fftconvolve(dry, response.samples), dtype=np.float64)
