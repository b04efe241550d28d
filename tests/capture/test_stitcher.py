"""Where sound is missing, as much is put in as the clock says: drawn, without a device.

::

    device   |0|320|640|         |0|320|             its own count; the moments of capture beside it
    lesson   |0|320|640|==|==|== |...                no hole in the count
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.drawn_microphone import DrawnMicrophone
from capture.hearing import Sound
from capture.signal_watch import MUTED_PEAK, SILENT_AFTER, SignalWatch
from capture.stitcher import Stitcher
from lesson.sound import BLOCK_SAMPLES, RATE_HZ, AudioBlock

START = 5_000.0


class Device:
    """A device with a clock and a crystal of its own, which says when it heard what; up to `late` too late."""

    def __init__(self, rate_hz: int = RATE_HZ, fast: float = 0.0, late: float = 0.0) -> None:
        self.rate_hz = rate_hz
        self.now = START
        self._count = 0
        self._samples = rate_hz // 50
        self._length = 0.02 / (1 + fast)
        self._late = late
        self._random = random.Random(1)

    def hear(self, seconds: float, *, overflow: bool = False) -> Iterator[Sound]:
        for number in range(round(seconds / 0.02)):
            said = self.now + self._random.uniform(0, self._late)
            yield Sound(self._count, said, overflow and number == 0, b"\x10\x27" * self._samples)
            self._count += self._samples
            self.now += self._length

    def throw_away(self, seconds: float) -> None:
        """Sound that was counted, and never said."""
        self._count += round(seconds * self.rate_hz)
        self.now += seconds

    def lose(self, seconds: float) -> None:
        """Sound that was not even counted."""
        self.now += seconds

    def open_again(self, after: float) -> None:
        self.now += after
        self._count = 0


def stitch(stitcher: Stitcher, sounds: Iterator[Sound], rate_hz: int = RATE_HZ) -> list[AudioBlock]:
    return [block for sound in sounds for block in stitcher.take(sound, rate_hz)]


def is_whole(blocks: list[AudioBlock]) -> bool:
    return [block.first_sample for block in blocks] == [number * BLOCK_SAMPLES for number in range(len(blocks))]


def drawn(blocks: list[AudioBlock]) -> str:
    """Sound and holes, a character for 0.1 s or a part of it."""
    runs = itertools.groupby(blocks, lambda block: block.is_missing)
    return "".join(("=" if missing else "-") * -(-len(list(run)) // 5) for missing, run in runs)


BREAKS = {
    "the device is opened again": lambda device: device.open_again(0.5),
    "sound was thrown away": lambda device: device.throw_away(0.5),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_count_is_filled_by_the_clock(name: str) -> None:
    device, stitcher = Device(), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(1.0))
    BREAKS[name](device)
    blocks += stitch(stitcher, device.hear(1.0))

    assert is_whole(blocks)
    assert drawn(blocks) == "----------=====----------"
    assert stitcher.missing == pytest.approx(0.5)


def test_an_overrun_is_filled_by_the_clock() -> None:
    device, stitcher = Device(), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(1.0))
    device.lose(0.3)
    blocks += stitch(stitcher, device.hear(1.0, overflow=True))

    assert is_whole(blocks)
    assert drawn(blocks) == "----------===----------"


def test_an_overrun_that_lost_nothing_puts_nothing_in() -> None:
    device, stitcher = Device(), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(1.0))
    device.lose(-0.005)
    blocks += stitch(stitcher, device.hear(1.0, overflow=True))

    assert drawn(blocks) == "-" * 20


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_sound_that_was_lost_without_a_word_is_missed_soon(rate_hz: int) -> None:
    device, stitcher = Device(rate_hz, late=0.05, fast=-200e-6), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(20.0), rate_hz)
    assert drawn(blocks) == "-" * 200
    device.lose(0.3)
    blocks += stitch(stitcher, device.hear(20.0), rate_hz)

    assert is_whole(blocks)
    assert stitcher.missing == pytest.approx(0.3, abs=0.02)
    missing = [block for block in blocks if block.is_missing]
    assert 20.0 < missing[0].start < missing[-1].end < 22.5
    assert len(blocks) * 0.02 == pytest.approx(device.now - START, abs=0.06)


def test_what_was_heard_before_the_lesson_is_thrown_away() -> None:
    device = Device()
    stitcher = Stitcher(START + 0.51, 1.0)
    blocks = stitch(stitcher, device.hear(1.0))
    assert stitcher.zero == pytest.approx(START + 0.52)

    assert is_whole(blocks)
    assert drawn(blocks) == "-----"
    assert stitcher.missing == 0.0


def test_a_lesson_that_begins_without_sound_begins_when_it_was_begun() -> None:
    device, stitcher = Device(), Stitcher(START, 1.0)
    device.lose(3.0)
    blocks = [*stitcher.give_up(START + 2.0), *stitch(stitcher, device.hear(1.0))]

    assert drawn(blocks) == "=" * 30 + "-" * 10
    assert stitcher.zero == START


def test_a_lesson_goes_on_without_its_microphone_and_takes_it_back() -> None:
    device, stitcher = Device(), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(1.0))
    for tenth in range(1, 41):
        blocks += stitcher.give_up(device.now + tenth / 10)
        assert stitcher.is_lost == (tenth > 10)
    assert drawn(blocks) == "-" * 10 + "=" * 30

    device.open_again(2.5)  # sound of a time that was given up: the first half second of it is too late
    blocks += stitch(stitcher, device.hear(1.5))

    assert is_whole(blocks)
    assert drawn(blocks) == "-" * 10 + "=" * 30 + "-" * 10
    assert not stitcher.is_lost
    assert len(blocks) * 0.02 == pytest.approx(device.now - START - 0.02)  # a few samples wait for those after them


def test_a_device_of_another_rate_is_converted_and_keeps_its_place() -> None:
    device, stitcher = Device(rate_hz=48_000), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(1.0), 48_000)
    device.open_again(0.5)
    blocks += stitch(stitcher, device.hear(1.01), 48_000)

    assert is_whole(blocks)
    assert len(blocks) * 0.02 == pytest.approx(2.5, abs=0.021)
    missing = [block for block in blocks if block.is_missing]
    assert missing[0].start == pytest.approx(1.0, abs=0.021)
    assert missing[-1].end == pytest.approx(1.5, abs=0.021)
    assert not any(any(block.pcm) for block in missing)
    sound = np.frombuffer(blocks[25].pcm, "<i2")
    assert sound == pytest.approx(np.full(BLOCK_SAMPLES, 10_000), abs=5)


def test_zero_is_known_at_once_better_after_a_second_and_never_changes_again() -> None:
    """The first sound is dated when the computer came round to it; the next ones are on time, and later ones early."""
    device = Device()
    first, *rest = device.hear(1.0)
    late = Sound(first.first_sample, first.captured_at + 0.15, has_overflowed=False, pcm=first.pcm)
    stitcher = Stitcher(START, 1.0)

    stitch(stitcher, iter([late]))
    assert stitcher.zero == pytest.approx(START + 0.15)
    stitch(stitcher, iter(rest[:5]))
    assert stitcher.zero == pytest.approx(START)
    stitch(stitcher, iter(rest[5:]))
    zero = stitcher.zero
    device.lose(-0.05)
    stitch(stitcher, device.hear(20.0))
    device.open_again(1.0)
    stitch(stitcher, device.hear(2.0))
    assert stitcher.zero == zero == pytest.approx(START)


def test_after_a_break_sound_waits_until_its_place_is_known() -> None:
    device, stitcher = Device(late=0.15), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(4.0))
    device.open_again(0.5)
    blocks += stitch(stitcher, device.hear(0.98))
    blocks += stitcher.give_up(device.now + 0.5)
    assert drawn(blocks) == "-" * 40
    blocks += stitch(stitcher, device.hear(0.02))

    assert is_whole(blocks)
    assert stitcher.missing == pytest.approx(0.5, abs=0.015)
    assert stitcher.zero + len(blocks) * 0.02 == pytest.approx(device.now, abs=0.03)


@pytest.mark.parametrize("end", ["given up", "broken again"])
def test_sound_that_waits_is_not_lost_when_no_more_comes(end: str) -> None:
    device, stitcher = Device(), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(1.0))
    device.open_again(0.5)
    blocks += stitch(stitcher, device.hear(0.5))
    if end == "given up":
        blocks += stitcher.give_up(device.now + 1.2)
        device.open_again(2.0)
    else:
        device.open_again(0.2)
    blocks += stitch(stitcher, device.hear(1.0))

    assert is_whole(blocks)
    away = {"given up": "=" * 20, "broken again": "=="}[end]
    assert drawn(blocks) == "-" * 10 + "=====" + "-----" + away + "-" * 10


@settings(deadline=None)
@given(
    fast=st.sampled_from([-200e-6, 0.0, 200e-6]),
    late=st.sampled_from([0.0, 0.05]),
    away=st.lists(st.tuples(st.floats(0.1, 20.0), st.floats(0.1, 3.0)), max_size=8),
)
def test_however_often_it_is_lost_the_count_follows_the_clock(
    fast: float, late: float, away: list[tuple[float, float]]
) -> None:
    device, stitcher = Device(fast=fast, late=late), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(4.0))
    for seconds, heard in [*away, (0.1, 4.0)]:
        device.open_again(seconds)
        blocks += stitch(stitcher, device.hear(heard))

    assert is_whole(blocks)
    drift = 4.0 * abs(fast)
    assert abs(len(blocks) * 0.02 - (device.now - START)) <= late / 5 + drift + 0.022


@pytest.mark.parametrize(
    ("fast", "rate_hz"),
    [(-200e-6, 16_000), (-50e-6, 16_000), (50e-6, 16_000), (200e-6, 16_000), (500e-6, 16_000), (200e-6, 48_000)],
)
def test_the_count_is_the_clock_s_whatever_the_crystal_is(fast: float, rate_hz: int) -> None:
    device, stitcher = Device(rate_hz, fast=fast, late=0.02), Stitcher(START, 1.0)
    blocks = stitch(stitcher, device.hear(60.0), rate_hz)
    assert stitcher.drift is None
    blocks += stitch(stitcher, device.hear(180.0), rate_hz)
    device.open_again(3.0)
    blocks += stitch(stitcher, device.hear(150.0), rate_hz)
    for _ in range(30):
        blocks += stitch(stitcher, device.hear(1.0), rate_hz)
        assert stitcher.zero + blocks[-1].end == pytest.approx(device.now - 0.01, abs=0.015)

    assert is_whole(blocks)
    assert stitcher.drift == pytest.approx(fast, abs=20e-6)
    assert stitcher.missing == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("fast", [-200e-6, 200e-6])
def test_a_wait_is_as_long_as_by_the_clock(fast: float) -> None:
    """Clicks a second apart by the clock are a second apart in the lesson."""
    device, stitcher = Device(fast=fast), Stitcher(START, 1.0)
    blocks = stitch(stitcher, with_clicks(device, 400.0))
    sound = np.abs(np.frombuffer(b"".join(block.pcm for block in blocks), "<i2").astype(int))
    clicks = np.array([second * RATE_HZ + np.argmax(sound[second * RATE_HZ :][:RATE_HZ]) for second in range(399)])
    clicks = clicks / RATE_HZ - 0.5 - np.arange(399)

    assert np.abs(clicks).max() < 0.008
    assert np.abs(clicks[200:]).max() < 0.002


def with_clicks(device: Device, seconds: float) -> Iterator[Sound]:
    for sound in device.hear(seconds):
        begin, pcm = sound.captured_at - START, np.zeros(BLOCK_SAMPLES, "<i2")
        into = (np.floor(begin - 0.5) + 1.5 - begin) / 0.02 * BLOCK_SAMPLES  # until the next half second
        if into < BLOCK_SAMPLES:
            pcm[int(into)] = 30_000
        yield Sound(sound.first_sample, sound.captured_at, sound.has_overflowed, pcm.tobytes())


def test_zeros_are_no_signal_and_a_quiet_room_is_one() -> None:
    watch = SignalWatch()
    blocks = list(DrawnMicrophone("." * 130).blocks())
    for block in blocks:
        watch.feed(block)
        assert not watch.is_silent

    watch = SignalWatch()
    silent_at = None
    for block in blocks:
        watch.feed(AudioBlock(block.first_sample, bytes(len(block.pcm))))
        silent_at = silent_at or (block.end if watch.is_silent else None)
    assert silent_at == pytest.approx(SILENT_AFTER, abs=0.021)

    watch.feed(AudioBlock(0, b"\0\0" * 10 + MUTED_PEAK.to_bytes(2, "little")))
    assert not watch.is_silent


def test_missing_sound_says_nothing_about_the_signal() -> None:
    watch = SignalWatch()
    for block in DrawnMicrophone("x" * 130).blocks():
        watch.feed(block)
    assert not watch.is_silent
