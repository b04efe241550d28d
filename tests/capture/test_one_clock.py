"""A simulated hour: flash and click of the same moment are together in the file that comes out.

::

    by the clock    |--2 s--|-- 1 min ----|- ... the microphone is away for 3 s ... --2 s--|----1 min----|
    sensor          23.04 pictures a second, "24"; each dated by the sensor       flash    flash
    sound card      16,000 samples of its own a second, dated badly at first,     click    click
                    late and in bursts afterwards
    into the file        ======             ======                      ======   ======          all around the moments

All of the hour goes through what holds the sound to the clock. Into the file goes what is near a moment; what is not,
the muxer fills with silence, as it does where a microphone says nothing: an hour of it costs a fifth.
"""

from __future__ import annotations

import bisect
import math
import queue
import random
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from capture.camera import CodedPicture, Frame, blank
from capture.coder import Coder
from capture.crystal import Crystal
from capture.fragments import Fragment, FragmentedMp4
from capture.hearing import Sound
from capture.portaudio import Counter
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
SOON = 2.0
"""Seconds after the microphone was opened."""
BEFORE, AFTER = 2.5, 1.5
"""Seconds around a moment that are recorded."""
SIZE = (160, 96)


class World:
    """What happens in the room, and when the microphone is away from it. All in seconds from `START`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.gone, self.back = seconds / 2 + 10.0, seconds / 2 + 10.0 + AWAY
        wanted = sorted([SOON, self.back + SOON, *np.arange(MINUTE, seconds, MINUTE)])
        self.moments = [math.ceil(round(each * REAL_RATE_HZ, 6)) / REAL_RATE_HZ for each in wanted]
        """When it flashes and clicks: with the first picture after each of them."""

    def next_moment(self, at: float) -> float:
        place = bisect.bisect_left(self.moments, at)
        return self.moments[place] if place < len(self.moments) else math.inf

    def is_recorded(self, at: float) -> bool:
        return self.next_moment(at - AFTER) < at + BEFORE

    def is_light(self, at: float) -> bool:
        return self.next_moment(at - FLASH + 1e-9) <= at + 1e-9


class Card:
    """A sound card whose crystal is `fast`, behind PulseAudio, as measured.

    For 1.2 s a stream claims that all its sound is 0.25 s old; then the truth, 26 ms. A busy computer dates sounds up
    to 0.18 s late, ten at a time.
    """

    AGE, CLAIMED_AGE, CLAIMED_FOR = 0.026, 0.25, 60

    def __init__(self, fast: float) -> None:
        self._length = BLOCK_SAMPLES / RATE_HZ / (1 + fast)
        self._fast = fast
        self._luck = random.Random(1)
        self._heard: queue.SimpleQueue[Sound | None] = queue.SimpleQueue()
        self._now = 0.0
        self.open()

    def open(self) -> None:
        self._counter = Counter(self._heard, RATE_HZ, lambda: self._now)
        self._number = 0

    def hear(self, at: float, click_at: float) -> tuple[Sound, float]:
        """The sound that begins at a moment, and when it ends."""
        pcm = bytes(2 * BLOCK_SAMPLES)
        into = (click_at - at) * RATE_HZ * (1 + self._fast)
        if into < BLOCK_SAMPLES - 0.5:
            loud = np.zeros(BLOCK_SAMPLES, "<i2")
            loud[round(into)] = 30_000
            pcm = loud.tobytes()
        is_burst = self._number // 10 % 2
        late = (9 - self._number % 10) * 0.02 * is_burst + self._luck.expovariate(1 / 0.003)
        self._now = START + at + self.AGE + late
        age = self.CLAIMED_AGE if self._number < self.CLAIMED_FOR else self.AGE
        times = SimpleNamespace(currentTime=self._now, inputBufferAdcTime=self._now - age)
        self._counter(pcm, BLOCK_SAMPLES, times, SimpleNamespace(input_overflow=False))
        self._number += 1
        sound = self._heard.get()
        assert sound is not None
        return sound, at + self._length


def sounds(world: World, fast: float) -> Iterator[Sound | float]:
    """What the card says, or, where it says nothing, what time it is."""
    card, at, is_open = Card(fast), 0.0, True
    while at < world.seconds:
        if world.gone <= at < world.back:
            at, is_open = at + 0.1, False
            yield START + at
            continue
        if not is_open:
            card.open()
            is_open = True
        sound, at = card.hear(at, world.next_moment(at - 0.5 / RATE_HZ))
        yield sound


class Sensor:
    """A camera's pictures at the moment the sensor saw them; or at those that its rate would make.

    Coded once, and shown again and again: a group of dark ones, and a light key picture.
    """

    def __init__(self, world: World, nominal_hz: float | None) -> None:
        self._world = world
        self._nominal_hz = nominal_hz
        dark, light = (Coder(*SIZE, CLAIMED_RATE_HZ, preset="ultrafast", bit_rate=60_000) for _ in range(2))
        self.coding = dark.coding
        self._group = [dark.code(Frame(number / REAL_RATE_HZ, blank(*SIZE))) for number in range(36)]
        self._light = light.code(Frame(0.0, blank(*SIZE, (235, 128, 128))))
        self._number = 0
        self._in_group = 0

    def pictures_until(self, until: float, zero: float) -> Iterator[CodedPicture]:
        while (at := self._number / REAL_RATE_HZ) <= until + zero - START:
            time = START + at - zero if self._nominal_hz is None else self._number / self._nominal_hz
            self._number += 1
            if time >= 0 and self._world.is_recorded(at):
                picture = self._next(at)
                yield CodedPicture(time, picture.data, picture.is_key)
            else:
                self._in_group = 0

    def _next(self, at: float) -> CodedPicture:
        if self._world.is_light(at):
            self._in_group = 0
            return self._light
        picture = self._group[self._in_group]
        self._in_group = (self._in_group + 1) % len(self._group)
        return picture


def lesson(fast: float, seconds: float, nominal_hz: float | None = None) -> list[float]:
    """The offsets of one, through everything between the sound card and the file."""
    world = World(seconds)
    stitcher, camera = Stitcher(START, patience=1.0), Sensor(world, nominal_hz)
    mp4 = FragmentedMp4(camera.coding)
    out: list[Fragment] = []
    for said in sounds(world, fast):
        blocks = stitcher.give_up(said) if isinstance(said, float) else stitcher.take(said, RATE_HZ)
        for block in blocks:
            for picture in camera.pictures_until(block.end, stitcher.zero):
                out += mp4.picture(picture)
            if world.is_recorded(block.start):
                out += mp4.sound(block)
    out += mp4.finish()
    return [offset for moment in world.moments for offset in offsets(around(moment, out))]


def around(moment: float, file: list[Fragment]) -> bytes:
    """Of a file, its beginning and the segments near a moment: it can be decoded from any on."""
    first, *segments = file
    near = [piece for piece in segments if piece.start < moment + 1.0 and moment - 1.0 < piece.start + piece.duration]
    return b"".join(piece.data for piece in [first, *near])


def told(found: list[float]) -> str:
    parts = np.percentile(np.array(found) * 1e3, [0, 5, 50, 95, 100])
    return f"{len(found)} moments, click less flash in ms: " + " ".join(f"{part:+.1f}" for part in parts)


@pytest.mark.parametrize(("fast", "seconds"), [(50e-6, HOUR), (-50e-6, HOUR), (200e-6, HOUR / 6)])
def test_after_an_hour_flash_and_click_are_together(fast: float, seconds: float) -> None:
    found = lesson(fast, seconds)
    print(told(found))  # noqa: T201 - the distribution, with `pytest -s`
    assert len(found) == len(World(seconds).moments)
    assert max(map(abs, found)) <= 0.040, told(found)


class Believer(Crystal):
    """Takes a crystal for as good as the clock."""

    has_learnt = False


def test_without_correction_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capture.stitcher.Crystal", Believer)
    assert max(map(abs, found := lesson(200e-6, 10 * MINUTE))) > 0.040, told(found)


def test_by_the_rate_that_a_camera_claims_they_are_not() -> None:
    """After a minute the pictures are 2.4 s early: the last one was left standing long before the flash comes."""
    assert max(map(abs, lesson(0.0, 2.5 * MINUTE))) < 0.040
    assert min(map(abs, lesson(0.0, 2.5 * MINUTE, CLAIMED_RATE_HZ))) > 0.040
