"""In a sealed lesson nothing shows that the mask covers: not in any picture, not in any still, whatever saw it.

::

    chart, or picamera2 whose process is killed --> mask --> H.264 --> sealed --> opened --> decoded --> every pixel
"""

import io
import os
import pathlib
import signal
import threading
import time
from collections.abc import Iterator

import av
import pytest
from av.video.reformatter import ColorRange, VideoReformatter

from capture.camera import Camera, Image
from capture.chart_camera import ChartCamera
from capture.coder import CodedCamera
from capture.drawn_microphone import DrawnMicrophone
from capture.masks import Mask
from capture.pace import SteadyPace
from capture.picamera_camera import PicameraCamera
from capture.stills import read_proof
from device.session import PROOF_EVERY
from lesson.footage.segments import Track
from tests.suites.camera_sensor import sensor
from tests.suites.masked import CODING, SEATS, what_shows
from tests.suites.one_lesson import OneLesson

SIZE = (640, 360)


@pytest.fixture
def made(tmp_path: pathlib.Path) -> Iterator[OneLesson]:
    made = OneLesson(tmp_path)
    yield made
    made.outbox.close()


class RealTime(SteadyPace):
    """The room's own time, and when it began."""

    zero: float | None = None

    def __init__(self) -> None:
        super().__init__(1.0, time.monotonic, time.sleep)

    def wait_until(self, lesson_seconds: float) -> None:
        self.zero = self.zero or time.monotonic()
        super().wait_until(lesson_seconds)


def pictures_of(made: OneLesson) -> list[Image]:
    with av.open(io.BytesIO(b"".join(made.track(Track.AV)))) as player:
        return [picture.to_ndarray() for picture in player.decode(video=0)]


def stills_of(made: OneLesson) -> list[Image]:
    scaler = VideoReformatter()
    stills = []
    for data in made.track(Track.STILLS):
        with av.open(io.BytesIO(data)) as file:
            picture = next(file.decode(video=0))
        stills.append(scaler.reformat(picture, format="yuv420p", dst_color_range=ColorRange.MPEG).to_ndarray())
    return stills


def test_a_lesson_with_the_chart_shows_nothing(made: OneLesson) -> None:
    camera = CodedCamera(ChartCamera(*SIZE, 12.5), mask=SEATS)
    made.session(DrawnMicrophone("T" * 100), camera).run()

    assert made.opened().header.mask == SEATS.id
    pictures = pictures_of(made)
    assert len(pictures) == 126
    assert what_shows(pictures) <= CODING
    stills = stills_of(made)
    assert len(stills) == 1
    assert what_shows(stills) <= CODING
    [proof] = [read_proof(data) for data in made.track(Track.STILLS)]
    assert proof.mask == SEATS.id
    assert proof.at == pytest.approx(0.0, abs=0.1)


def test_a_lesson_with_a_real_camera_shows_nothing_before_and_after_its_process_is_killed(
    made: OneLesson, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor(tmp_path, monkeypatch)
    pace = RealTime()
    told: list[object] = []
    camera = PicameraCamera(*SIZE, 25.0, lambda: pace.zero, mask=SEATS, on_problem=told.append)
    process = camera._seeing.process
    assert process is not None
    killing = threading.Timer(2.5, os.kill, (process.pid, signal.SIGKILL))
    killing.start()
    made.session(DrawnMicrophone("T" * 80, pace), camera).run()
    killing.join()

    assert len(told) == 2
    pictures = pictures_of(made)
    assert len(pictures) > 80
    assert what_shows(pictures) <= CODING
    stills = stills_of(made)
    assert len(stills) == 1
    assert what_shows(stills) <= CODING


@pytest.mark.parametrize("mask", [None, SEATS])
def test_stills_are_taken_now_and_again_where_there_is_a_mask(made: OneLesson, mask: Mask | None) -> None:
    camera: Camera = CodedCamera(ChartCamera(64, 48, 1.0), mask=mask)
    made.session(DrawnMicrophone("." * round(10 * (2 * PROOF_EVERY + 10))), camera).run()

    proofs = [read_proof(data).at for data in made.track(Track.STILLS)]
    assert proofs == (pytest.approx([0.0, PROOF_EVERY, 2 * PROOF_EVERY], abs=2.1) if mask else [])


def test_no_still_is_taken_in_a_pause(made: OneLesson) -> None:
    session = made.session(DrawnMicrophone("." * 50), CodedCamera(ChartCamera(64, 48, 5.0), mask=SEATS))
    session.pause()
    session.run()
    assert made.track(Track.STILLS) == []
