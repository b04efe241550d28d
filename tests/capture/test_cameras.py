"""A test chart whose time can be read, the pictures of a file at their own times, and both as a camera."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from capture.camera import Camera, PictureSource, blank, planes
from capture.chart_camera import ORANGE, ChartCamera, clock_face
from capture.coder import CodedCamera
from capture.errors import FileUnreadableError
from capture.file_camera import FileCamera
from capture.strokes import glyph
from capture.time_code import draw_time_code, read_time_code
from tests.suites.camera import CameraSuite, decode
from tests.suites.picture_source import PictureSourceSuite

CHART = ChartCamera(320, 180, 25.0)


def write_film(path: Path, times: list[float], width: int = 96, height: int = 64) -> Path:
    """A film whose pictures show their time, at these times."""
    chart = ChartCamera(width, height)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for time in times:
            picture = VideoFrame.from_ndarray(chart.picture(time), format="yuv420p")
            picture.pts, picture.time_base = round(time * 1000), Fraction(1, 1000)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return path


class TestChartCamera(PictureSourceSuite):
    @pytest.fixture
    def source(self) -> PictureSource:
        return ChartCamera(160, 90, 12.5)


class TestFileCamera(PictureSourceSuite):
    @pytest.fixture
    def source(self, tmp_path: Path) -> PictureSource:
        return FileCamera(write_film(tmp_path / "a.mp4", [0.0, 0.033, 0.5, 0.51, 0.9]), 96, 64)


class TestCodedChart(CameraSuite):
    @pytest.fixture
    def camera(self) -> Camera:
        return CodedCamera(ChartCamera(1280, 720, 5.0))


class TestCodedFile(CameraSuite):
    @pytest.fixture
    def camera(self, tmp_path: Path) -> Camera:
        return CodedCamera(FileCamera(write_film(tmp_path / "a.mp4", [0.0, 0.033, 0.5, 0.51, 0.9, 4.0]), 96, 64))


def test_a_film_that_ends_leaves_its_last_picture_standing(tmp_path: Path) -> None:
    camera = CodedCamera(FileCamera(write_film(tmp_path / "a.mp4", [0.0, 0.5]), 96, 64))
    pictures = [picture for step in range(1, 300) for picture in camera.pictures_until(step / 50)]
    assert [picture.time for picture in pictures] == pytest.approx([0.0, 0.5, 1.52, 2.54, 3.56, 4.58], abs=0.021)
    assert [read_time_code(image) for image in decode(picture.data for picture in pictures)] == [0.0] + [0.5] * 5


@given(
    st.integers(0, 100 * 3600 * 1000).filter(lambda ms: ms < 1 << 28),
    st.sampled_from([(64, 48), (160, 90), (1280, 720)]),
)
def test_the_time_in_a_picture_can_be_read_back(milliseconds: int, size: tuple[int, int]) -> None:
    image = blank(*size)
    draw_time_code(planes(image)[0], milliseconds / 1000)
    assert read_time_code(image) == milliseconds / 1000


def test_a_picture_without_a_time_has_none() -> None:
    assert read_time_code(blank(320, 180)) is None
    broken = CHART.picture(5.0)
    broken[167:174, 196:205] = 255 - broken[167:174, 196:205]  # one cell
    assert read_time_code(broken) is None


def test_the_square_is_where_the_path_says() -> None:
    for time in (0.0, 1.7, 6.0, 11.9, 100.0):
        image = CHART.picture(time)
        left, top, side = CHART.square(time)
        luma, u, v = planes(image)
        assert (luma[top : top + side, left : left + side] == ORANGE[0]).all()
        assert (u == ORANGE[1]).sum() == (v == ORANGE[2]).sum() == (side // 2) ** 2


def test_every_picture_differs_from_the_next() -> None:
    frames = list(ChartCamera(160, 90, 25.0).frames_until(2.0))
    assert len(frames) == 51
    assert all(not np.array_equal(one.image, other.image) for one, other in pairwise(frames))


def test_frames_are_equal_when_time_and_picture_are() -> None:
    one, other = next(ChartCamera(64, 48).frames_until(0)), next(ChartCamera(64, 48).frames_until(0))
    assert one == other
    assert one != next(ChartCamera(80, 48).frames_until(0))


def test_digits_are_different_and_drawn() -> None:
    inks = [glyph(digit, 40) for digit in "0123456789"]
    for number, ink in enumerate(inks):
        assert ink.max() == 1
        assert ink.min() == 0
        for other in inks[number + 1 :]:
            assert np.abs(ink - other).sum() > 20


@pytest.mark.parametrize(
    ("time", "face"), [(0.0, "00:00:00.000"), (3599.9996, "01:00:00.000"), (4000.04, "01:06:40.040")]
)
def test_the_clock_face_is_for_people(time: float, face: str) -> None:
    assert clock_face(time) == face


def test_a_chart_too_small_to_read_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        ChartCamera(32, 32)


def test_a_file_with_any_rhythm_keeps_its_times(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.045, 0.7, 1.9, 1.94, 2.0]
    camera = FileCamera(write_film(tmp_path / "vfr.mkv", times), 96, 64)
    seen = [frame for step in range(1, 25) for frame in camera.frames_until(step * 0.1)]
    assert [frame.time for frame in seen] == pytest.approx(times, abs=0.0011)
    assert [read_time_code(frame.image) for frame in seen] == times


def test_another_shape_gets_bars_and_no_distortion(tmp_path: Path) -> None:
    camera = FileCamera(write_film(tmp_path / "a.mp4", [0.0, 0.1], 128, 128), 256, 128)
    luma = planes(next(camera.frames_until(0)).image)[0]
    assert luma.shape == (128, 256)
    assert (luma[:, :64] == luma[0, 0]).all()
    assert (luma[:, 192:] == luma[0, 0]).all()
    assert len(np.unique(luma[:, 64:192])) > 10


def test_a_larger_size_is_scaled_to(tmp_path: Path) -> None:
    camera = FileCamera(write_film(tmp_path / "a.mp4", [1.5]), 192, 128)
    assert read_time_code(next(camera.frames_until(9)).image) == 1.5


@pytest.mark.parametrize("content", [b"", b"no film" * 100])
def test_what_is_no_film_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(FileUnreadableError):
        FileCamera(path, 64, 48)


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1600), np.int16), format="s16", layout="mono")
        frame.sample_rate = 16_000
        out.mux(stream.encode(frame))
    with pytest.raises(FileUnreadableError, match="no video"):
        FileCamera(path, 64, 48)


def test_a_film_cut_short_shows_what_there_is(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mkv", [number / 20 for number in range(60)])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    frames = list(FileCamera(path, 96, 64).frames_until(9))
    assert 10 < len(frames) < 50
