"""The camera that a unit's settings name is the one that a lesson is filmed with, covered as they say.

::

    [camera] source, mask  --> press --> a camera that is open, or why not
"""

import pathlib
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from capture.camera import Camera
from capture.drawn_microphone import DrawnMicrophone
from capture.errors import CameraRefusedError, MaskUnreadableError
from capture.pace import SteadyPace
from device.room import Room, camera_of
from device.settings import CameraSettings, PictureSettings
from device.state import Doing
from lesson.footage.segments import Track
from lesson.problems import MASK_UNREADABLE
from lesson.sound import AudioBlock
from tests.suites.camera_sensor import sensor
from tests.suites.one_unit import OneUnit
from tests.suites.pressed_unit import drawn, pressed_unit

MASK = '{"v": 1, "areas": [[[0, 0.6], [0.4, 0.6], [0.4, 1], [0, 1]]]}'
SMALL = PictureSettings(320, 180, 25.0)


def opened(place: pathlib.Path, mask_name: str | None = None, **camera: str) -> Camera | None:
    settings = replace(OneUnit(place).settings, camera=CameraSettings(**camera), picture=SMALL)
    masks = settings.folder / "masks"
    masks.mkdir(parents=True)
    (masks / "9b.json").write_text(MASK)
    (masks / "torn.json").write_text(MASK[:20])
    made = camera_of(settings)
    return None if made is None else made(mask_name, lambda: None, lambda _: None)


def test_where_there_is_none_none_is_opened(tmp_path: pathlib.Path) -> None:
    assert opened(tmp_path, source="none") is None


@pytest.mark.parametrize("source", ["chart", "picamera"])
def test_the_mask_in_the_settings_is_on_it_or_another_that_was_asked_for(
    source: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor(tmp_path, monkeypatch)
    ids = []
    for name, settings in (("a", {}), ("b", {"mask": "9b"}), ("c", {"mask": "torn", "mask_name": "9b"})):
        camera = opened(tmp_path / name, source=source, **settings)
        assert camera is not None
        assert (camera.coding.width, camera.coding.height) == (320, 180)
        ids.append(camera.mask)
        camera.close()
    assert ids[0] is None
    assert ids[1] == ids[2] is not None


@pytest.mark.parametrize("name", ["torn", "not-there", "../9b", "."])
def test_a_mask_that_cannot_be_put_on_keeps_the_camera_shut(name: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(MaskUnreadableError):
        opened(tmp_path, source="chart", mask=name)


def test_a_camera_that_is_not_there_says_so(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor(tmp_path, monkeypatch).be(is_unplugged=True)
    with pytest.raises(CameraRefusedError, match="No camera"):
        opened(tmp_path)


class InTheRoom(DrawnMicrophone):
    """A drawing whose second 0 is now."""

    def blocks(self) -> Iterator[AudioBlock]:
        self.zero = time.monotonic()
        return super().blocks()


def test_a_press_films_with_it(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor(tmp_path, monkeypatch)
    made = OneUnit(tmp_path / "settings").settings
    room = Room(
        lambda _: InTheRoom("T" * 600, SteadyPace(1.0, time.monotonic, time.sleep)),
        camera_of(replace(made, picture=SMALL)),
    )
    with pressed_unit(tmp_path / "unit", room, modes="video") as pressed:
        pressed.press()
        pressed.until_it_is(Doing.RECORDING)
        time.sleep(3)
        pressed.press()
        pressed.until_it_is(Doing.READY)
        lesson = pressed.made.opened(pressed.lessons[-1])
    assert lesson.header.media.video is not None
    assert (lesson.header.media.video.width, lesson.header.media.video.fps) == (320, 25.0)
    assert sum(name.track is Track.AV for name in lesson.segments) >= 3


def test_a_press_without_its_mask_is_refused(tmp_path: pathlib.Path) -> None:
    made = replace(OneUnit(tmp_path / "settings").settings, camera=CameraSettings(source="chart", mask="9b"))
    with pressed_unit(tmp_path / "unit", Room(drawn("T" * 600, 1.0), camera_of(made)), modes="video") as pressed:
        pressed.press()
        state = pressed.until_it_is(Doing.REFUSED)
        assert state.problems[0] == MASK_UNREADABLE.code
        assert pressed.lessons == []
