"""Any file plays as a microphone: every rate, every number of channels, holes, damage and lies about its length."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.audio.frame import AudioFrame

from capture.drawn_microphone import DrawnMicrophone
from capture.errors import FileUnreadableError
from capture.file_microphone import MAX_MISSING, FileMicrophone
from capture.microphone import Microphone
from capture.pace import SteadyPace
from lesson.problems import FILE_UNREADABLE
from lesson.sound import RATE_HZ, AudioBlock
from tests.suites.microphone import MicrophoneSuite

Sound = npt.NDArray[np.float32]


def tone(seconds: float, rate: int, hertz: float = 440.0, level: float = 0.5) -> Sound:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def write_sound(
    path: Path,
    channels: list[Sound],
    rate: int,
    codec: str,
    fmt: str,
    layout: str,
    starts: Callable[[float], float] = lambda at: at,
) -> Path:
    """Write channels as a file; `starts` moves time stamps, to make holes."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, layout=layout)
        whole = np.stack(channels)
        step = rate // 10
        for first in range(0, whole.shape[1], step):
            part = whole[:, first : first + step]
            data = part if fmt.endswith("p") else part.T.reshape(1, -1)
            if fmt.startswith("s16"):
                data = (data * 32767).astype(np.int16)
            elif fmt.startswith("s32"):
                data = (data * (2**31 - 1)).astype(np.int32)
            elif fmt.startswith("u8"):
                data = (data * 127 + 128).astype(np.uint8)
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(data), format=fmt, layout=layout)
            frame.sample_rate = rate
            frame.time_base = Fraction(1, rate)
            frame.pts = round(starts(first / rate) * rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def wav(path: Path, seconds: float = 1.0, rate: int = 16_000) -> Path:
    return write_sound(path, [tone(seconds, rate)], rate, "pcm_s16le", "s16", "mono")


def hear(microphone: Microphone) -> tuple[npt.NDArray[np.int16], list[AudioBlock]]:
    blocks = list(microphone.blocks())
    microphone.close()
    return np.frombuffer(b"".join(block.pcm for block in blocks), "<i2"), blocks


def share_at(sound: npt.NDArray[np.int16], hertz: float) -> float:
    """Amplitude of one tone, of full scale."""
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / RATE_HZ)
    return float(2 * abs(np.mean(sound / 32768 * wave)))


class TestFileMicrophone(MicrophoneSuite):
    @pytest.fixture
    def microphone(self, tmp_path: Path) -> Microphone:
        sound = [tone(0.53, 44_100), tone(0.53, 44_100)]
        return FileMicrophone(write_sound(tmp_path / "a.flac", sound, 44_100, "flac", "s16", "stereo"))


class TestFileMicrophoneWithAHole(MicrophoneSuite):
    @pytest.fixture
    def microphone(self, tmp_path: Path) -> Microphone:
        path = tmp_path / "hole.mkv"
        write_sound(path, [tone(1, 16_000)], 16_000, "pcm_s16le", "s16", "mono", lambda at: at + (at > 0.45) * 0.7)
        return FileMicrophone(path)


class TestDrawnMicrophone(MicrophoneSuite):
    @pytest.fixture
    def microphone(self) -> Microphone:
        return DrawnMicrophone("TT?..xxPPGGCCNB.")


FORMATS = {
    "8 bit telephone": ("a.wav", 8_000, "pcm_u8", "u8", "mono"),
    "WAV 16 kHz": ("a.wav", 16_000, "pcm_s16le", "s16", "mono"),
    "WAV 44.1 kHz stereo": ("a.wav", 44_100, "pcm_s16le", "s16", "stereo"),
    "WAV 96 kHz 24 bit": ("a.wav", 96_000, "pcm_s24le", "s32", "stereo"),
    "WAV of floats": ("a.wav", 48_000, "pcm_f32le", "flt", "stereo"),
    "FLAC 22.05 kHz": ("a.flac", 22_050, "flac", "s16", "mono"),
    "Opus 48 kHz": ("a.opus", 48_000, "libopus", "flt", "stereo"),
    "AAC in MP4": ("a.m4a", 44_100, "aac", "fltp", "stereo"),
    "surround 5.1": ("a.wav", 48_000, "pcm_s16le", "s16", "5.1"),
    "four microphones": ("a.mkv", 48_000, "pcm_s16le", "s16", "4.0"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_any_rate_and_any_channels_become_16_khz_mono(tmp_path: Path, name: str) -> None:
    file, rate, codec, fmt, layout = FORMATS[name]
    n = len(av.AudioLayout(layout).channels)
    path = write_sound(tmp_path / file, [tone(1.0, rate)] * n, rate, codec, fmt, layout)
    microphone = FileMicrophone(path)
    sound, _ = hear(microphone)
    assert abs(len(sound) - RATE_HZ) <= 0.05 * RATE_HZ
    assert share_at(sound[1600:14400], 440) == pytest.approx(0.5, abs=0.03)
    assert microphone.missing == 0.0
    assert microphone.warnings == []


@pytest.mark.parametrize("layout", ["stereo", "5.1", "4.0", "7.1"])
def test_no_channel_is_lost_in_the_down_mix(tmp_path: Path, layout: str) -> None:
    n = len(av.AudioLayout(layout).channels)
    for only in range(n):
        channels = [tone(0.5, 48_000) if number == only else np.zeros(24_000, np.float32) for number in range(n)]
        path = write_sound(tmp_path / f"{only}.wav", channels, 48_000, "pcm_s16le", "s16", layout)
        sound, _ = hear(FileMicrophone(path))
        assert share_at(sound[1600:6400], 440) == pytest.approx(0.5 / n, rel=0.05)


def test_sound_keeps_its_place_through_the_resampler(tmp_path: Path) -> None:
    click = np.zeros(48_000, np.float32)
    click[24_000:24_048] = 0.9  # 1 ms at 0.5 s
    path = write_sound(tmp_path / "a.wav", [click, click], 48_000, "pcm_s16le", "s16", "stereo")
    sound, _ = hear(FileMicrophone(path))
    assert len(sound) == RATE_HZ
    assert abs(int(np.argmax(np.abs(sound))) - 8_008) <= 16


def test_a_hole_in_the_file_is_missing_sound(tmp_path: Path) -> None:
    path = tmp_path / "hole.mkv"
    write_sound(path, [tone(2, 16_000)], 16_000, "pcm_s16le", "s16", "mono", lambda at: at + (at > 0.95) * 3)
    microphone = FileMicrophone(path)
    sound, blocks = hear(microphone)
    assert len(sound) == pytest.approx(5 * RATE_HZ, abs=320)
    missing = [block for block in blocks if block.is_missing]
    assert missing[0].start == pytest.approx(1.0, abs=0.02)
    assert missing[-1].end == pytest.approx(4.0, abs=0.02)
    assert share_at(sound[4 * RATE_HZ + 800 : 5 * RATE_HZ - 800], 440) == pytest.approx(0.5, abs=0.03)
    assert len(microphone.warnings) == 1
    assert "3.0 s of sound are missing at 1.0 s" in microphone.warnings[0]


def test_a_time_stamp_hours_ahead_makes_no_hours_of_zeros(tmp_path: Path) -> None:
    path = tmp_path / "broken.mkv"
    write_sound(path, [tone(2, 16_000)], 16_000, "pcm_s16le", "s16", "mono", lambda at: at + (at > 0.95) * 18_000)
    microphone = FileMicrophone(path)
    sound, blocks = hear(microphone)
    assert len(sound) == 2 * RATE_HZ
    assert not any(block.is_missing for block in blocks)
    assert share_at(sound[1600:30_400], 440) == pytest.approx(0.5, abs=0.03)
    assert "jump by +18000.0 s" in microphone.warnings[0]


def test_time_stamps_that_start_again_lose_no_sound(tmp_path: Path) -> None:
    part = write_sound(tmp_path / "part.ts", [tone(2, 48_000)], 48_000, "mp2", "s16", "mono").read_bytes()
    path = tmp_path / "two.ts"
    path.write_bytes(part + part)
    microphone = FileMicrophone(path)
    sound, blocks = hear(microphone)
    assert len(sound) == pytest.approx(4 * RATE_HZ, abs=0.1 * RATE_HZ)
    assert not any(block.is_missing for block in blocks)
    assert "jump by -" in microphone.warnings[0]


def test_many_holes_are_filled_up_to_the_limit_only(tmp_path: Path) -> None:
    path = tmp_path / "holes.mkv"
    write_sound(path, [tone(2, 16_000)], 16_000, "pcm_s16le", "s16", "mono", lambda at: at + round(at / 0.1) * 200)
    microphone = FileMicrophone(path)
    seconds = 0.0
    for block in microphone.blocks():
        seconds = block.end
    assert 2 < seconds <= 2 + MAX_MISSING


def test_a_file_whose_clock_does_not_start_at_zero_starts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "later.mkv"
    write_sound(path, [tone(1, 16_000)], 16_000, "pcm_s16le", "s16", "mono", lambda at: at + 5)
    microphone = FileMicrophone(path)
    sound, blocks = hear(microphone)
    assert len(sound) == RATE_HZ
    assert not any(block.is_missing for block in blocks)
    assert microphone.warnings == []


def test_sound_that_starts_after_the_picture_starts_with_missing_blocks(tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = out.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for number in range(10):
            picture = av.VideoFrame.from_ndarray(np.full((72, 64), 128, np.uint8), format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 10)
            out.mux(video.encode(picture))
        out.mux(video.encode(None))
        frame = AudioFrame.from_ndarray(np.full((1, 8000), 9000, np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 16_000, 8000, Fraction(1, 16_000)
        out.mux(audio.encode(frame))
        out.mux(audio.encode(None))
    sound, blocks = hear(FileMicrophone(path))
    assert int(np.argmax(sound > 4000)) == pytest.approx(8000, abs=20)
    assert blocks[0].is_missing


def test_a_file_cut_short_is_played_and_says_how_much_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "cut.flac"
    data = write_sound(path, [tone(4, 16_000)], 16_000, "flac", "s16", "mono").read_bytes()
    path.write_bytes(data[: len(data) // 2])
    microphone = FileMicrophone(path)
    sound, _ = hear(microphone)
    assert 1.0 < len(sound) / RATE_HZ < 3.0
    assert microphone.missing == pytest.approx(4.0 - len(sound) / RATE_HZ, abs=0.01)
    assert any("cut short" in warning for warning in microphone.warnings)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_wav_cut_short_plays_to_its_last_sample(tmp_path: Path, kept: float) -> None:
    path = wav(tmp_path / "cut.wav", 4.0)
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * kept) // 2 * 2])
    microphone = FileMicrophone(path)
    sound, _ = hear(microphone)
    assert len(sound) == pytest.approx(4 * RATE_HZ * kept, abs=100)
    assert microphone.missing == pytest.approx(4 * (1 - kept), abs=0.01) or kept > 0.9


def test_damage_in_the_middle_costs_the_damaged_part_only(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    data = bytearray(write_sound(path, [tone(6, 16_000)], 16_000, "flac", "s16", "mono").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    path.write_bytes(data)
    sound, _ = hear(FileMicrophone(path))
    assert len(sound) / RATE_HZ > 5.0


NO_SOUND: dict[str, bytes] = {
    "empty.wav": b"",
    "text.txt": b"Dear coach,\n" * 50,
    "zeros.mp4": bytes(5000),
    "playlist.m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n",
    "list.ffconcat": b"ffconcat version 1.0\nfile '/etc/hostname'\n",
}


@pytest.mark.parametrize("name", NO_SOUND)
def test_what_is_no_recording_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(NO_SOUND[name])
    with pytest.raises(FileUnreadableError) as refused:
        FileMicrophone(path)
    assert refused.value.problem is FILE_UNREADABLE


def test_a_wav_without_a_sample_is_refused(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", 1.0)
    path.write_bytes(path.read_bytes()[:78])
    with pytest.raises(FileUnreadableError, match="no sound in it"):
        FileMicrophone(path)


def test_a_silent_film_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.full((72, 64), 128, np.uint8), format="yuv420p")
        out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    with pytest.raises(FileUnreadableError, match="no audio"):
        FileMicrophone(path)


@pytest.mark.parametrize("name", [".", "missing.wav"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileUnreadableError, match="not a file"):
        FileMicrophone(tmp_path / name)


def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    rate = 48_000
    part = tone(20, rate)
    peaks = []
    for parts in (1, 4):
        path = write_sound(tmp_path / f"{parts}.flac", [np.tile(part, parts)] * 2, rate, "flac", "s16", "stereo")
        microphone = FileMicrophone(path)
        tracemalloc.start()
        for _ in microphone.blocks():
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000
    assert peaks[1] < 5_000_000


class MovedClock:
    """A clock you move: sleeping moves it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.mark.parametrize(("speed", "seconds"), [(1.0, 0.48), (10.0, 0.048), (0.5, 0.96)])
def test_a_steady_pace_plays_as_fast_as_it_is_told(speed: float, seconds: float) -> None:
    clock = MovedClock()
    hear(DrawnMicrophone("TTTTT", SteadyPace(speed, clock, clock.sleep)))
    # The first call, at the end of the first block, starts the clock 0.02 s of the lesson early.
    assert clock.now - 1000.0 == pytest.approx(seconds + 0.02 / speed)


def test_who_fell_behind_is_not_slowed_down() -> None:
    clock = MovedClock()
    pace = SteadyPace(1.0, clock, clock.sleep)
    pace.wait_until(0.0)
    clock.now += 5
    pace.wait_until(3.0)
    assert clock.slept == []
    pace.wait_until(6.0)
    assert clock.slept == [pytest.approx(1.0)]


def test_a_pace_that_never_gets_there_is_refused() -> None:
    with pytest.raises(ValueError, match="never"):
        SteadyPace(0, lambda: 0.0, lambda seconds: None)


def test_drawn_voices_differ_in_level_and_spectrum() -> None:
    teacher, _ = hear(DrawnMicrophone("T" * 10))
    pupil, _ = hear(DrawnMicrophone("P" * 10))
    quiet, _ = hear(DrawnMicrophone("." * 10))

    def level(sound: npt.NDArray[np.int16]) -> float:
        return float(np.sqrt(np.mean(sound.astype(float) ** 2)))

    def centre(sound: npt.NDArray[np.int16]) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float((power * np.fft.rfftfreq(len(sound), 1 / RATE_HZ)).sum() / power.sum())

    assert level(teacher) > 1.3 * level(pupil) > 50 * level(quiet)
    assert centre(pupil) > 1.3 * centre(teacher)


def test_a_drawing_has_no_other_characters() -> None:
    with pytest.raises(ValueError, match="'Z'"):
        DrawnMicrophone("TTZ")
