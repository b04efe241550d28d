"""A real camera: the real picamera2 over a sensor made of software, which stalls, is unplugged and comes back.

::

    moment as a time code --sensor--> picamera2, mask, encoder, its process --> coded pictures --> the same moment
                            stall, unplug, 23.04 a second    kill -9, kill -STOP
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from capture.camera import KEY_EVERY, Camera, CodedPicture, Image, blank
from capture.errors import CameraRefusedError
from capture.masks import Mask
from capture.picamera import _Mouth, _Sight
from capture.picamera_camera import PicameraCamera
from capture.seeing import KEY, Wanted
from capture.seeing_process import SeeingProcess, SpareSeeing
from capture.time_code import read_time_code
from lesson.problems import CAMERA_LOST, CAMERA_REFUSED, Problem
from tests.suites.camera import CameraSuite, decode
from tests.suites.camera_sensor import Sensor, sensor
from tests.suites.masked import CODING, SEATS, what_shows
from tests.suites.small_processes import expect_to_die_with_its_unit

SIZE, RATE = (640, 360), 25.0
PATIENT = 20.0
"""Seconds for a test in which nothing is lost: a busy computer is no slipped ribbon."""


class Lesson:
    """A lesson that is looked at in real time."""

    def __init__(
        self,
        mask: Mask | None = None,
        patience: float = PATIENT,
        size: tuple[int, int] = SIZE,
        start: Callable[[], SeeingProcess] = SeeingProcess,
    ) -> None:
        self.told: list[Problem | None] = []
        self.started: float | None = None
        self.seen: list[CodedPicture] = []
        self.camera = PicameraCamera(
            *size, RATE, lambda: self.started, mask=mask, on_problem=self.told.append, patience=patience, start=start
        )

    def start(self) -> None:
        self.started = time.monotonic()

    def look_until(self, is_enough: Callable[[], bool]) -> None:
        if self.started is None:
            self.start()
        assert self.started is not None
        until = time.monotonic() + 60
        while not is_enough():
            assert time.monotonic() < until
            self.seen += self.camera.pictures_until(time.monotonic() - self.started)
            time.sleep(0.01)

    def look_for(self, pictures: int) -> None:
        wanted = len(self.seen) + pictures
        self.look_until(lambda: len(self.seen) >= wanted)

    def off(self) -> list[float]:
        """How far each picture's time is from the one that the sensor wrote into it."""
        images = decode(picture.data for picture in self.seen)
        return [self.off_by(picture.time, image) for picture, image in zip(self.seen, images, strict=True)]

    def off_by(self, at: float, image: Image) -> float:
        moment = read_time_code(image)
        assert self.started is not None
        turn = (1 << 28) / 1000
        return 99.0 if moment is None else abs((moment - self.started - at + turn / 2) % turn - turn / 2)

    @property
    def process(self) -> int:
        process = self.camera._seeing.process
        assert process is not None
        return process.pid


@pytest.fixture
def imx708(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sensor:
    return sensor(tmp_path, monkeypatch)


@pytest.fixture
def opened() -> Iterator[list[Lesson]]:
    opened: list[Lesson] = []
    yield opened
    for lesson in opened:
        lesson.camera.close()


@pytest.fixture
def lesson(imx708: Sensor, opened: list[Lesson]) -> Lesson:
    opened.append(Lesson())
    return opened[0]


class TestPicameraCamera(CameraSuite):
    seconds = 2.5

    def wait_until(self, seconds: float) -> None:
        time.sleep(max(0.0, self.lesson.started + seconds - time.monotonic()))

    @pytest.fixture
    def camera(self, lesson: Lesson) -> Camera:
        self.lesson = lesson
        lesson.start()
        return lesson.camera


def test_a_picture_has_the_time_at_which_the_sensor_saw_it(lesson: Lesson, imx708: Sensor) -> None:
    imx708.be(rate_hz=23.04)
    lesson.look_for(120)
    assert max(lesson.off()) < 0.002
    gaps = sorted(other.time - one.time for one, other in pairwise(lesson.seen))
    assert gaps[len(gaps) // 2] == pytest.approx(1 / 23.04, abs=0.002)
    keys = [picture.time for picture in lesson.seen if picture.is_key]
    assert all(other - one == pytest.approx(KEY_EVERY, abs=0.1) for one, other in pairwise(keys[1:]))


def test_a_process_that_was_started_ahead_opens_nothing_until_it_is_told_and_then_sees(
    imx708: Sensor, opened: list[Lesson]
) -> None:
    spare = SpareSeeing()
    spare.prepare()
    ready = spare._process
    assert ready is not None
    spare.prepare()
    assert spare._process is ready, "one is enough"
    time.sleep(2.0)
    assert ready.receive() == [], "no camera, no picture, and no failure"
    opened.append(Lesson(start=spare.take))
    assert opened[0].process == ready.pid
    opened[0].look_for(20)
    assert max(opened[0].off()) < 0.002


def test_a_spare_process_that_has_died_is_replaced(imx708: Sensor) -> None:
    spare = SpareSeeing()
    spare.prepare()
    dead = spare._process
    assert dead is not None
    dead.kill()
    assert dead.is_gone(20.0)
    taken = spare.take()
    assert taken.pid != dead.pid
    taken.kill()
    assert taken.is_gone(20.0)


class Hardware:
    """An encoder that only counts what it is asked, and the buffers of one size that picamera2 hands over."""

    def __init__(self) -> None:
        self.asked_at: list[float] = []
        self.now = 0.0
        self.image = blank(64, 48)

    def force_key_frame(self) -> None:
        self.asked_at.append(self.now)

    def get_metadata(self) -> dict[str, int]:
        return {"SensorTimestamp": round(self.now * 1e9)}

    @contextlib.contextmanager
    def MappedArray(self, _request: object, _name: str, write: bool = True) -> Iterator[SimpleNamespace]:  # noqa: N802 - picamera2's name
        yield SimpleNamespace(array=self.image)


def test_an_encoder_is_asked_for_a_key_picture_by_the_sensors_time() -> None:
    hardware, (ours, theirs) = Hardware(), socket.socketpair()
    with ours, theirs:
        sight = _Sight(hardware, hardware, _Mouth(theirs), Wanted(0, 64, 48, 25.0, 1, ()))
        for number in range(200):
            hardware.now = 1000 + number / 23.04
            if number == 130:
                sight.ask(KEY)
            sight.before_encoding(hardware)
    assert [round((at - 1000) * 23.04) for at in hardware.asked_at] == [1, 38, 75, 112, 130, 167]


def test_nothing_from_before_the_lesson_is_given(lesson: Lesson) -> None:
    for _ in range(20):
        assert list(lesson.camera.pictures_until(0.0)) == []
        time.sleep(0.02)
    lesson.started = time.monotonic() + 1.7
    time.sleep(2.0)  # a key picture has come, from before the lesson
    lesson.look_for(10)
    assert lesson.seen[0].is_key
    assert 0 <= lesson.seen[0].time < 1.0
    # The first picture of all was a slate one: nobody is shown who was here before.
    assert read_time_code(decode([lesson.camera.coding.blank])[0]) is None


@pytest.mark.parametrize("size", [(1280, 720), (800, 450)])
def test_in_no_picture_anything_shows_that_the_mask_covers(
    size: tuple[int, int], imx708: Sensor, opened: list[Lesson]
) -> None:
    opened.append(masked := Lesson(SEATS, size=size))
    stills = []
    while len(stills) < 4:
        masked.look_for(12)
        both = [masked.camera.still(is_large=is_large) for is_large in (True, False)]
        stills += [still for still in both if still is not None]
    assert masked.camera.mask == SEATS.id
    assert what_shows(decode(picture.data for picture in masked.seen)) <= CODING
    assert [what_shows([still.image]) for still in stills] == [0] * len(stills)
    assert {still.image.shape[1] for still in stills} == {640, size[0]}


def test_a_still_has_the_time_at_which_the_sensor_saw_it(lesson: Lesson) -> None:
    while (early := lesson.camera.still()) is None:
        time.sleep(0.01)
    assert early.time == 0
    lesson.look_for(10)
    while (still := lesson.camera.still(is_large=True)) is None:
        lesson.look_for(1)
    assert still.time > 0
    assert lesson.off_by(still.time, still.image) < 0.002


def test_without_a_mask_it_would_show(lesson: Lesson) -> None:
    lesson.look_for(50)
    assert lesson.camera.mask is None
    assert what_shows(decode(picture.data for picture in lesson.seen)) > 5 * CODING


def check_loss(lesson: Lesson, since: int) -> None:
    """The camera was lost, this was told, and what it sees now is right."""
    assert lesson.told == [CAMERA_LOST, None]
    assert lesson.seen[since].is_key
    assert max(lesson.off()) < 0.002


def lose(lesson: Lesson) -> int:
    lesson.look_until(lambda: lesson.told == [CAMERA_LOST])
    return len(lesson.seen)


def recover(lesson: Lesson, since: int) -> None:
    lesson.look_until(lambda: len(lesson.told) == 2)
    lesson.look_for(20)
    check_loss(lesson, since)


@pytest.mark.parametrize("signal_number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_process_that_sees_no_more_is_replaced(signal_number: int, imx708: Sensor, opened: list[Lesson]) -> None:
    opened.append(lesson := Lesson(patience=1.0))
    lesson.look_for(20)
    before = lesson.process
    os.kill(before, signal_number)
    recover(lesson, lose(lesson))
    assert lesson.process != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_a_sensor_that_stalls_is_lost_and_comes_back(imx708: Sensor, opened: list[Lesson]) -> None:
    opened.append(lesson := Lesson(patience=1.0))
    lesson.look_for(20)
    imx708.be(is_stalled=True)
    since = lose(lesson)
    imx708.be()
    recover(lesson, since)


def test_a_camera_that_is_unplugged_is_lost_until_it_is_plugged_in_again(imx708: Sensor, opened: list[Lesson]) -> None:
    opened.append(lesson := Lesson(patience=1.0))
    lesson.look_for(20)
    imx708.be(is_unplugged=True)
    since = lose(lesson)
    lost_at = time.monotonic()
    lesson.look_until(lambda: time.monotonic() > lost_at + 3)
    assert lesson.told == [CAMERA_LOST]
    imx708.be()
    recover(lesson, since)


def test_a_few_dropped_frames_are_a_gap_and_no_loss(imx708: Sensor, lesson: Lesson) -> None:
    lesson.look_for(20)
    imx708.be(is_dropping=True)
    time.sleep(0.4)
    imx708.be()
    lesson.look_for(20)
    assert max(other.time - one.time for one, other in pairwise(lesson.seen)) > 0.3
    assert max(lesson.off()) < 0.002
    assert lesson.told == []


def test_a_sensors_clock_that_jumps_back_gives_no_picture_twice(imx708: Sensor, lesson: Lesson) -> None:
    lesson.look_for(60)
    imx708.be(jump=-0.5)
    lesson.look_for(60)
    assert all(one.time < other.time for one, other in pairwise(lesson.seen))
    assert max(lesson.off()) < 0.002


def test_it_never_waits_for_a_camera_that_hangs(imx708: Sensor, opened: list[Lesson]) -> None:
    opened.append(lesson := Lesson(patience=1.0))
    lesson.look_for(20)
    imx708.be(is_stalled=True, is_hung=True)
    longest = 0.0
    started = time.monotonic()
    while time.monotonic() - started < 4:
        before = time.thread_time()
        list(lesson.camera.pictures_until(time.monotonic()))
        longest = max(longest, time.thread_time() - before)
    assert longest < 0.05
    assert lesson.told == [CAMERA_LOST]


@pytest.mark.parametrize(
    ("how", "sentence"), [("is_unplugged", "No camera number 0 found"), ("is_busy", "cannot be opened")]
)
def test_a_camera_that_cannot_be_opened_says_why(how: str, sentence: str, imx708: Sensor) -> None:
    imx708.be(**{how: True})
    with pytest.raises(CameraRefusedError, match=sentence) as refused:
        Lesson()
    assert refused.value.problem is CAMERA_REFUSED


def test_without_picamera2_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "picamera2.py").write_text("raise ImportError('No module named libcamera')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    with pytest.raises(CameraRefusedError, match="picamera2 is not installed here") as refused:
        Lesson()
    assert refused.value.problem is not None
    assert "apt-get install python3-picamera2" in refused.value.problem.technician


HOLDS_A_PROCESS = """
from capture.picamera_camera import PicameraCamera
print(PicameraCamera(640, 360, 25.0, lambda: None)._seeing.process.pid, flush=True)
"""


def test_a_process_does_not_outlive_its_unit(imx708: Sensor) -> None:
    expect_to_die_with_its_unit(HOLDS_A_PROCESS)
