"""A simulated hour: flash and click of the same moment are together in the file that comes out.

::

    by the clock    |----1 min----|----1 min----|- ... the microphone is away for 3 s ... -|----1 min----|
    sensor          23.04 pictures a second, "24"; each dated by the sensor                  flash
    sound card      16,000 samples of its own a second, dated late and in bursts             click
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import numpy as np
import pytest

from capture.camera import Frame, blank
from capture.coder import Coder
from capture.crystal import Crystal
from capture.fragments import FragmentedMp4
from capture.hearing import Sound
from capture.stitcher import Stitcher
from lesson.sound import BLOCK_SAMPLES, RATE_HZ
from tests.tools.flash_and_click import offsets

HOUR = 3600.0
START = 5_000.0
MINUTE = 60.0
FLASH = 0.2
REAL_RATE_HZ = 23.04
CLAIMED_RATE_HZ = 24.0
AWAY = 3.0
SIZE = (160, 96)


def moment_after(at: float) -> float:
    """When it flashes and clicks next: with the first picture of each minute."""
    minute = -(-at // MINUTE)
    return math.ceil(round(minute * MINUTE * REAL_RATE_HZ, 6)) / REAL_RATE_HZ


def sounds(fast: float, seconds: float) -> Iterator[Sound | float]:
    """What the card says, or, where it says nothing, what time it is."""
    luck = random.Random(1)
    at, count, number = START, 0, 0
    while at < START + seconds:
        if seconds / 2 - 10.0 <= at - START < seconds / 2 - 10.0 + AWAY:
            at, count = at + 0.1, 0
            yield at
            continue
        pcm = np.zeros(BLOCK_SAMPLES, "<i2")
        # A flash may come up to a picture after the whole minute.
        for near in (at - START - 0.05, at - START):
            into = round((moment_after(near) - (at - START)) * RATE_HZ * (1 + fast))
            if 0 <= into < BLOCK_SAMPLES:
                pcm[into] = 30_000
        early = 0.06 if count < 2 * RATE_HZ else 0.0
        is_burst = number // 10 % 2
        late = (9 - number % 10) * 0.02 * is_burst + luck.expovariate(1 / 0.003)
        yield Sound(count, at + late - early, has_overflowed=False, pcm=pcm.tobytes())
        at, count, number = at + 0.02 / (1 + fast), count + BLOCK_SAMPLES, number + 1


class Sensor:
    """A camera's pictures, coded, at the moment the sensor saw them; or at those that its rate would make."""

    def __init__(self, nominal_hz: float | None) -> None:
        self._nominal_hz = nominal_hz
        self._coder = Coder(*SIZE, CLAIMED_RATE_HZ, preset="ultrafast", bit_rate=60_000)
        self.coding = self._coder.coding
        self._dark, self._light = blank(*SIZE), blank(*SIZE, (235, 128, 128))
        self._number = 0

    def record(self, into: FragmentedMp4, zero: float, until: float) -> bytes:
        out = b""
        while (moment := START + self._number / REAL_RATE_HZ) <= until:
            image = self._light if (moment - START) % MINUTE < FLASH and moment > START + 1 else self._dark
            time = moment - zero if self._nominal_hz is None else self._number / self._nominal_hz
            if time >= 0:
                out += b"".join(piece.data for piece in into.picture(self._coder.code(Frame(time, image))))
            self._number += 1
        return out


def lesson(fast: float, seconds: float, nominal_hz: float | None = None) -> list[float]:
    """The offsets of one, through everything between the sound card and the file."""
    stitcher, camera = Stitcher(START, patience=1.0), Sensor(nominal_hz)
    mp4 = FragmentedMp4(camera.coding)
    out: list[bytes] = []
    for said in sounds(fast, seconds):
        blocks = stitcher.give_up(said) if isinstance(said, float) else stitcher.take(said, RATE_HZ)
        for block in blocks:
            out.append(camera.record(mp4, stitcher.zero, stitcher.zero + block.end))
            out += [piece.data for piece in mp4.sound(block)]
    out += [piece.data for piece in mp4.finish()]
    return offsets(b"".join(out))


def told(found: list[float]) -> str:
    parts = np.percentile(np.array(found) * 1e3, [0, 5, 50, 95, 100])
    return f"{len(found)} minutes, click less flash in ms: " + " ".join(f"{part:+.1f}" for part in parts)


@pytest.mark.parametrize("fast", [200e-6])
def test_after_an_hour_flash_and_click_are_together(fast: float) -> None:
    found = lesson(fast, HOUR)
    print(told(found))  # noqa: T201 - the distribution, with `pytest -s`
    assert len(found) == 59
    assert max(map(abs, found)) <= 0.040, told(found)


class Believer(Crystal):
    """Takes a crystal for as good as the clock."""

    has_learnt = False


def test_without_correction_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capture.stitcher.Crystal", Believer)
    assert max(map(abs, found := lesson(200e-6, 10 * MINUTE))) > 0.040, told(found)


def test_by_the_rate_that_a_camera_claims_they_are_not() -> None:
    """After a minute the pictures are 2.4 s early: the last one was left standing long before the flash comes."""
    assert lesson(0.0, 2.5 * MINUTE) != []
    assert lesson(0.0, 2.5 * MINUTE, CLAIMED_RATE_HZ) == []
