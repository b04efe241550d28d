"""How far sound and picture of a decoded lesson are apart.

::

    picture   dark dark FLASH dark dark ...     a picture that is bright
    sound     .........CLICK...............     a sample that is loud
                       |<->|                    offset: click less flash, positive where the sound is late
"""

from __future__ import annotations

import io

import av
import numpy as np

BRIGHT = 128
LOUD = 10_000 / 32_768
NEAR = 5.0
"""Seconds: a flash and a click that are further apart do not belong together."""


def flashes(mp4: bytes) -> list[float]:
    """Where the picture becomes bright."""
    found, was_bright = [], False
    with av.open(io.BytesIO(mp4)) as media:
        for frame in media.decode(video=0):
            is_bright = np.frombuffer(frame.planes[0], np.uint8).mean() > BRIGHT
            if is_bright and not was_bright:
                assert frame.time is not None
                found.append(frame.time)
            was_bright = is_bright
    return found


def clicks(mp4: bytes) -> list[float]:
    """Where the sound becomes loud, at its loudest."""
    found: list[float] = []
    with av.open(io.BytesIO(mp4)) as media:
        for frame in media.decode(audio=0):
            level = np.abs(frame.to_ndarray()[0])
            loudest = int(level.argmax())
            assert frame.time is not None
            at = frame.time + loudest / frame.sample_rate
            if level[loudest] > LOUD and not (found and at - found[-1] < NEAR):
                found.append(at)
    return found


def offsets(mp4: bytes) -> list[float]:
    """For each flash that has a click, how much later that is. In seconds."""
    heard = np.array(clicks(mp4))
    pairs = [(flash, heard[np.abs(heard - flash).argmin()]) for flash in flashes(mp4)]
    return [float(click - flash) for flash, click in pairs if abs(click - flash) < NEAR]
