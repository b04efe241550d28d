"""What the encoder gives is what a player shows: each picture at its time, each sound at its sample.

::

    chart with the time in it  --> encode --> cut --> join --> decode --> the time that is read is the time it is shown
"""

from __future__ import annotations

import gc
import io
from collections.abc import Iterable, Iterator
from itertools import pairwise

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.boxes import read_boxes
from capture.camera import KEY_EVERY, PATIENCE, CodedPicture, Coding, Frame, blank, planes
from capture.chart_camera import ChartCamera
from capture.codecs import Preset
from capture.coder import CodedCamera, Coder
from capture.drawn_microphone import DrawnMicrophone
from capture.errors import EncoderError
from capture.fragments import Fragment, FragmentedMp4, FragmentKind
from capture.time_code import read_time_code
from lesson.sound import BLOCK_SAMPLES, RATE_HZ, AudioBlock

WIDTH, HEIGHT = 128, 72
CHART = ChartCamera(WIDTH, HEIGHT)
ONE_FRAME = 0.064
"""Seconds: 1024 samples at 16 kHz, what the sound encoder works in."""


class Filmed(FragmentedMp4):
    """Takes frames, and codes them first."""

    def __init__(
        self, width: int = WIDTH, height: int = HEIGHT, rate: float = 25.0, preset: Preset = "ultrafast"
    ) -> None:
        self.coder = Coder(width, height, rate, preset=preset)
        super().__init__(self.coder.coding)

    def frame(self, frame: Frame) -> list[Fragment]:
        return self.picture(self.coder.code(frame))


class Scripted:
    """The chart at these times, as a picture source."""

    size, rate_hz = (WIDTH, HEIGHT), 25.0

    def __init__(self, times: Iterable[float]) -> None:
        self.times = list(times)

    def frames_until(self, t: float) -> Iterator[Frame]:
        while self.times and self.times[0] <= t:
            yield frame(self.times.pop(0))

    def close(self) -> None:
        self.times.clear()


def frame(time: float) -> Frame:
    return Frame(time, CHART.picture(time))


def blocks(start: float, end: float, level: int = 0) -> Iterator[AudioBlock]:
    for number in range(round(start * 50), round(end * 50)):
        yield AudioBlock(number * BLOCK_SAMPLES, np.full(BLOCK_SAMPLES, level, "<i2").tobytes())


def record(times: Iterable[float], sound: Iterable[AudioBlock], preset: Preset = "ultrafast") -> list[Fragment]:
    """Pictures and sound in order of their time, as a lesson feeds them."""
    times = list(times)
    camera = CodedCamera(Scripted(times), preset=preset)
    mp4 = FragmentedMp4(camera.coding)
    out: list[Fragment] = []
    for block in sound:
        for picture in camera.pictures_until(block.end):
            out += mp4.picture(picture)
        out += mp4.sound(block)
    for picture in camera.pictures_until(times[-1] if times else 0.0):
        out += mp4.picture(picture)
    return out + mp4.finish()


def play(fragments: Iterable[Fragment]) -> av.container.InputContainer:
    return av.open(io.BytesIO(b"".join(fragment.data for fragment in fragments)))


def shown(fragments: Iterable[Fragment]) -> list[tuple[float, float | None]]:
    """When each picture is shown, and the time that is written in it."""
    with play(fragments) as player:
        return [(float(picture.time or 0), read_time_code(picture.to_ndarray())) for picture in player.decode(video=0)]


def heard(fragments: Iterable[Fragment]) -> npt.NDArray[np.float32]:
    """The sound, placed by its time stamps."""
    with play(fragments) as player:
        parts = [(round(float(part.time or 0) * RATE_HZ), part.to_ndarray()[0]) for part in player.decode(audio=0)]
    sound = np.zeros(max(start + len(part) for start, part in parts), np.float32)
    for start, part in parts:
        sound[max(start, 0) : start + len(part)] = part[max(-start, 0) :]
    return sound


RHYTHMS = {
    "25 a second": [number / 25 for number in range(150)],
    "a Pi camera's 23.04 a second": [number / 23.04 for number in range(138)],
    "whatever comes": [0.0, 0.02, 0.3, 0.31, 0.9, 2.2, 2.24, 3.0, 3.9, 4.1, 4.14, 5.0, 5.9],
    "one a second": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
}


@pytest.mark.parametrize("preset", ["ultrafast", "superfast"])
@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_each_picture_is_shown_at_its_time(rhythm: str, preset: Preset) -> None:
    times = RHYTHMS[rhythm]
    pictures = shown(record(times, blocks(0, 6), preset))
    assert [at for at, _ in pictures] == pytest.approx(times, abs=0.0001)
    assert [read for _, read in pictures] == pytest.approx(times, abs=0.0006)


def test_the_pieces_are_an_init_and_segments_and_only_the_last_is_final() -> None:
    pieces = record(RHYTHMS["25 a second"], blocks(0, 6))
    assert [piece.kind for piece in pieces] == [FragmentKind.INIT] + [FragmentKind.SEGMENT] * 4
    assert [piece.is_final for piece in pieces] == [False] * 4 + [True]
    assert [[box.kind for box in read_boxes(piece.data)] for piece in pieces] == [
        ["ftyp", "moov"],
        *[["moof", "mdat"]] * 4,
    ]


def test_segments_follow_one_another_and_say_when_they_play() -> None:
    _, *segments = record(RHYTHMS["25 a second"], blocks(0, 6))
    assert segments[0].start == 0
    for one, other in pairwise(segments):
        assert one.start + one.duration == pytest.approx(other.start)
        assert one.duration == pytest.approx(KEY_EVERY, abs=0.04)
    assert segments[-1].start + segments[-1].duration == pytest.approx(6.0, abs=0.05)


def test_any_segment_plays_with_the_init_alone() -> None:
    init, *segments = record(RHYTHMS["25 a second"], blocks(0, 6))
    for segment in segments:
        pictures = shown([init, segment])
        assert pictures[0][0] == pytest.approx(segment.start, abs=0.001)
        assert all(read == pytest.approx(at, abs=0.001) for at, read in pictures)


def test_a_segment_comes_out_under_two_seconds_after_its_first_picture() -> None:
    came: list[tuple[float, float]] = []
    camera = CodedCamera(ChartCamera(WIDTH, HEIGHT, 25.0))
    mp4 = FragmentedMp4(camera.coding)
    for block in blocks(0, 8):
        for picture in camera.pictures_until(block.end):
            came += [(block.end, piece.start) for piece in mp4.picture(picture) if piece.duration]
        came += [(block.end, piece.start) for piece in mp4.sound(block) if piece.duration]
    assert len(came) == 4
    assert all(out - start <= 1.9 for out, start in came)


def flash_and_click(at: float, first_picture: float = 0.0) -> list[Fragment]:
    """A lesson that is dark and quiet but for one moment."""
    mp4 = Filmed(preset="superfast")
    bright, dark = blank(WIDTH, HEIGHT, (220, 128, 128)), blank(WIDTH, HEIGHT, (30, 128, 128))
    out: list[Fragment] = []
    number = 0
    for block in blocks(0, 6):
        while (time := number / 25) <= block.end:
            if time >= first_picture:
                out += mp4.frame(Frame(time, bright if at <= time < at + 0.2 else dark))
            number += 1
        pcm = np.frombuffer(block.pcm, "<i2").copy()
        index = np.arange(block.first_sample, block.first_sample + block.samples)
        loud = (index >= at * RATE_HZ) & (index < (at + 0.2) * RATE_HZ)
        pcm[loud] = (12_000 * np.sin(2 * np.pi * 1000 * index[loud] / RATE_HZ)).astype("<i2")
        out += mp4.sound(AudioBlock(block.first_sample, pcm.tobytes()))
    return out + mp4.finish()


@pytest.mark.parametrize("at", [0.4, 1.72, 2.0, 4.96])
@pytest.mark.parametrize("first_picture", [0.0, 0.2])
def test_flash_and_click_are_seen_and_heard_together(at: float, first_picture: float) -> None:
    fragments = flash_and_click(at, first_picture)
    with play(fragments) as player:
        flash = next(
            float(picture.time or 0)
            for picture in player.decode(video=0)
            if planes(picture.to_ndarray())[0].mean() > 120
        )
    click = int(np.argmax(np.abs(heard(fragments)) > 0.1)) / RATE_HZ
    assert flash == pytest.approx(at, abs=0.001)
    # The encoder smears a click by some milliseconds to the front; a picture is 40 ms.
    assert click == pytest.approx(at, abs=0.012)


@pytest.mark.parametrize("preset", ["ultrafast", "superfast"])
@pytest.mark.parametrize(
    ("width", "height", "rate"), [(128, 72, 5.0), (1280, 720, 25.0), (1280, 720, 60.0), (1920, 1080, 30.0)]
)
def test_the_codecs_are_known_before_the_first_picture_and_true(
    width: int, height: int, rate: float, preset: Preset
) -> None:
    mp4 = Filmed(width, height, rate, preset)
    declared = mp4.codecs
    init, *_ = [*mp4.frame(Frame(0.0, blank(width, height))), *mp4.finish()]
    at = init.data.index(b"avcC")
    assert init.data[at + 4] == 1
    assert declared.video == f"avc1.{init.data[at + 5 : at + 8].hex().upper()}"
    # ISO/IEC 14496-1: decoder specific info (tag 5); its first five bits are the object type, 2 = AAC LC.
    esds = init.data[init.data.index(b"esds") :]
    specific = esds.index(b"\x05\x80\x80\x80") + 5
    assert declared.audio == f"mp4a.40.{esds[specific] >> 3}"
    assert declared.mime == f'video/mp4; codecs="{declared.video}, mp4a.40.2"'


def test_the_usual_codecs_are_these() -> None:
    assert Coder(1280, 720, 25.0).coding.codec == "avc1.64001F"
    assert Coder(1280, 720, 25.0, preset="ultrafast").coding.codec == "avc1.42C01F"
    assert Coder(1920, 1080, 30.0).coding.codec == "avc1.640028"


def test_sound_alone_comes_in_segments_too() -> None:
    mp4 = FragmentedMp4()
    assert mp4.codecs.mime == 'audio/mp4; codecs="mp4a.40.2"'
    came: list[tuple[float, Fragment]] = []
    for block in DrawnMicrophone("TTTT?.....PPPP......" * 3).blocks():
        came += [(block.end, piece) for piece in mp4.sound(block)]
    assert all(out - piece.start <= 1.9 for out, piece in came)
    pieces = [piece for _, piece in came] + mp4.finish()
    assert [piece.is_final for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    for one, other in pairwise(pieces[1:]):
        assert one.start + one.duration == pytest.approx(other.start)
        assert one.duration == pytest.approx(KEY_EVERY, abs=1.01 * ONE_FRAME)
    assert len(heard(pieces)) / RATE_HZ == pytest.approx(6.0, abs=ONE_FRAME)
    level = np.abs(heard(pieces))
    assert level[: RATE_HZ // 2].max() > 0.1
    assert level[int(0.6 * RATE_HZ) : int(0.9 * RATE_HZ)].max() < 0.01
    with pytest.raises(EncoderError, match="without pictures"):
        FragmentedMp4().picture(CodedPicture(0.0, b"", is_key=True))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-50, 400), min_size=1, max_size=25))
def test_times_that_stand_still_or_go_back_lose_no_picture(steps: list[int]) -> None:
    """A camera's times are not always what they should be; the muxer must never refuse a lesson for it."""
    times = [max(0.0, sum(steps[: number + 1]) / 1000) for number in range(len(steps))]
    mp4 = Filmed()
    pieces = [piece for time in times for piece in mp4.frame(frame(time))] + mp4.finish()
    ats = [at for at, _ in shown(pieces)]
    assert ats[0] == 0
    assert all(other - one >= 0.00099 for one, other in pairwise(ats))
    assert len(ats) in (len(times), len(times) + 1)


def test_missing_sound_is_silence_and_keeps_the_count() -> None:
    sound = [*blocks(0, 1, 5000), *blocks(3, 4, 5000)]
    level = np.abs(heard(record([], sound)))
    assert level[int(0.2 * RATE_HZ) : int(0.9 * RATE_HZ)].min() > 0.1
    assert level[int(1.2 * RATE_HZ) : int(2.8 * RATE_HZ)].max() < 0.01
    assert level[int(3.2 * RATE_HZ) : int(3.8 * RATE_HZ)].min() > 0.1


def test_a_camera_that_stops_leaves_its_last_picture_and_the_segments_go_on() -> None:
    pieces = record([number / 25 for number in range(26)], blocks(0, 12))
    pictures = shown(pieces)
    assert pictures[25] == pytest.approx((1.0, 1.0), abs=0.001)
    assert {read for _, read in pictures[25:]} == {1.0}
    assert all(other[0] - one[0] <= PATIENCE for one, other in pairwise(pictures))
    assert all(piece.duration < 2 * PATIENCE for piece in pieces)
    assert len(heard(pieces)) == pytest.approx(12 * RATE_HZ, abs=1024)


def test_a_dead_camera_leaves_its_last_key_picture_and_goes_on_with_the_next() -> None:
    """What comes between them builds upon pictures that are not there any more."""
    coder = Coder(WIDTH, HEIGHT, 25.0)
    mp4 = FragmentedMp4(coder.coding)
    coded = [coder.code(frame(number / 25)) for number in range(300)]
    pieces: list[Fragment] = []
    for block in blocks(0, 11):
        while coded and coded[0].time <= block.end:
            picture = coded.pop(0)
            if not 3.0 < picture.time < 8.48:
                pieces += mp4.picture(picture)
        pieces += mp4.sound(block)
    pieces += mp4.finish()
    pictures = shown(pieces)
    assert [at for at, read in pictures if 3.0 < at < 8.5] == pytest.approx([4.02, 5.04, 6.06, 7.06, 8.06], abs=0.03)
    assert {read for at, read in pictures if 3.0 < at < 9.5} == {1.6}
    assert all(read == pytest.approx(at, abs=0.001) for at, read in pictures if not 3.0 < at < 9.5)
    assert pictures[-1][0] == pytest.approx(11.0, abs=0.001)
    assert all(piece.duration < 2 * PATIENCE for piece in pieces)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(EncoderError, match="parameter set"):
        Coding(64, 48, b"").codec  # noqa: B018 - it is worked out when it is asked for
    with pytest.raises(EncoderError, match="key picture"):
        FragmentedMp4(Coding(64, 48, b"nothing that was coded"))


def test_a_camera_that_comes_back_goes_on_at_its_time() -> None:
    times = [0.0, 0.5, 9.0, 9.04, 9.08]
    pictures = dict(shown(record(times, blocks(0, 10))))
    assert [at for at, read in pictures.items() if read is not None and abs(read - at) < 0.001] == pytest.approx(times)


def test_a_camera_that_never_came_is_a_slate_picture() -> None:
    pieces = record([], blocks(0, 5))
    pictures = shown(pieces)
    assert pictures[0] == (0.0, None)
    assert len(pieces) >= 3
    assert shown(record([], blocks(0, 0.5))) == [(0.0, None)]


def test_a_camera_that_comes_late_is_shown_from_the_start() -> None:
    assert shown(record([0.48, 0.52], blocks(0, 1))) == [
        (0.0, 0.48),
        pytest.approx((0.48, 0.48)),
        pytest.approx((0.52, 0.52)),
    ]


def test_a_microphone_that_stops_leaves_silence_and_what_comes_too_late_is_counted() -> None:
    mp4 = Filmed()
    pieces = [piece for block in blocks(0, 1, 5000) for piece in mp4.sound(block)]
    for number in range(250):
        pieces += mp4.frame(frame(number / 25))
    assert len([piece for piece in pieces if piece.duration]) >= 4
    for block in blocks(1, 11, 5000):
        pieces += mp4.sound(block)
    pieces += mp4.finish()
    level = np.abs(heard(pieces))
    assert level[int(1.2 * RATE_HZ) : int(8.2 * RATE_HZ)].max() < 0.01
    assert level[int(8.4 * RATE_HZ) : int(10.8 * RATE_HZ)].min() > 0.1
    assert 7 * RATE_HZ < mp4.late_samples < 9 * RATE_HZ
    assert len(level) == pytest.approx(11 * RATE_HZ, abs=1024)


def test_an_encoder_that_is_dropped_in_the_middle_takes_nothing_with_it() -> None:
    for _ in range(5):
        mp4 = Filmed()
        mp4.frame(frame(0.0))
        for block in blocks(0, 0.5):
            mp4.sound(block)
        del mp4
        gc.collect()
    mp4 = Filmed()
    mp4.frame(frame(0.0))
    mp4.close()
    mp4.close()
    with pytest.raises(EncoderError, match="has ended"):
        mp4.finish()


def test_a_lesson_without_anything_is_empty() -> None:
    assert Filmed().finish() == []
    assert FragmentedMp4().finish() == []


@pytest.mark.parametrize("with_sound", [False, True])
def test_the_shortest_lesson_is_one_picture(with_sound: bool) -> None:
    mp4 = Filmed()
    pieces = mp4.frame(frame(0.0))
    if with_sound:
        pieces += mp4.sound(AudioBlock(0, bytes(2)))
    pieces += mp4.finish()
    assert [piece.kind for piece in pieces] == [FragmentKind.INIT, FragmentKind.SEGMENT]
    assert pieces[-1].is_final
    assert shown(pieces) == [(0.0, 0.0)]


def test_another_size_is_refused_and_loses_nothing() -> None:
    mp4 = Filmed()
    pieces = mp4.frame(frame(0.0))
    with pytest.raises(EncoderError, match="agreed"):
        mp4.frame(Frame(0.04, blank(64, 48)))
    pieces += [*mp4.frame(frame(0.08)), *mp4.finish()]
    assert [at for at, _ in shown(pieces)] == pytest.approx([0.0, 0.08])
    for late in (lambda: mp4.frame(frame(1)), lambda: mp4.sound(AudioBlock(0, b"")), mp4.finish):
        with pytest.raises(EncoderError, match="has ended"):
            late()


@pytest.mark.parametrize(("width", "height", "rate"), [(7680, 4320, 60.0), (127, 72, 25.0), (1280, 720, 0.0)])
def test_a_picture_that_nobody_can_encode_is_refused(width: int, height: int, rate: float) -> None:
    with pytest.raises(EncoderError):
        Coder(width, height, rate)
