"""What every camera must do, whatever is behind it.

Subclass with a fixture `camera` that gives one with at least two pictures in the first second of its lesson, and, where
its pictures come in real time, `wait_until`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from av.codec.context import CodecContext
from av.packet import Packet

from capture.camera import KEY_EVERY, Camera, CodedPicture, Image


def decode(pictures: Iterable[bytes]) -> list[Image]:
    """What is to be seen in coded pictures, one by one."""
    decoder: Any = CodecContext.create("h264", "r")
    decoder.thread_count = 1
    frames = [frame for data in pictures for frame in decoder.decode(Packet(data))] + decoder.decode(None)
    return [frame.to_ndarray() for frame in frames]


class CameraSuite:
    seconds = 5.0
    """Of the lesson that is looked at."""

    def wait_until(self, seconds: float) -> None:
        """Let so much of the lesson pass; a camera of a file needs no time."""

    @pytest.fixture
    def seen(self, camera: Camera) -> list[CodedPicture]:
        pictures = []
        for now in self.moments():
            pictures += list(camera.pictures_until(now))
        camera.close()
        return pictures

    def moments(self) -> Iterator[float]:
        for step in range(1, round(self.seconds / 0.05) + 1):
            self.wait_until(step * 0.05)
            yield step * 0.05

    def test_all_pictures_can_be_decoded_and_have_the_size(self, camera: Camera, seen: list[CodedPicture]) -> None:
        coding = camera.coding
        assert coding.codec.startswith("avc1.")
        images = decode(picture.data for picture in seen)
        assert len(images) == len(seen) >= 2
        for image in images + decode([coding.blank]):
            assert image.shape == (coding.height * 3 // 2, coding.width)

    def test_key_pictures_come_by_time_and_can_be_decoded_alone(self, seen: list[CodedPicture]) -> None:
        keys = [picture for picture in seen if picture.is_key]
        assert seen[0].is_key
        gap = max(other.time - one.time for one, other in pairwise(seen))
        assert all(other.time - one.time <= KEY_EVERY + gap for one, other in pairwise(keys))
        assert all(len(decode([key.data])) == 1 for key in keys)

    def test_all_have_the_parameter_sets_that_were_agreed_on(self, camera: Camera, seen: list[CodedPicture]) -> None:
        def parameter_sets(data: bytes) -> bytes:
            return data[: data.index(b"\x00\x00\x01\x65")].partition(b"\x00\x00\x01\x06")[0].rstrip(b"\x00")

        agreed = parameter_sets(camera.coding.blank)
        assert {parameter_sets(picture.data) for picture in seen if picture.is_key} == {agreed}

    def test_times_only_go_forward(self, seen: list[CodedPicture]) -> None:
        assert seen[0].time >= 0
        assert all(one.time < other.time for one, other in pairwise(seen))

    def test_pictures_come_when_their_time_has_come_and_once(self, seen: list[CodedPicture], camera: Camera) -> None:
        assert len({picture.time for picture in seen}) == len(seen)
        assert all(picture.time <= self.seconds for picture in seen)
        assert list(camera.pictures_until(self.seconds)) == []

    def test_it_says_roughly_how_many_pictures_a_second(self, camera: Camera) -> None:
        assert 0.1 <= camera.rate_hz <= 240
        camera.close()

    @pytest.mark.parametrize("is_large", [True, False])
    def test_a_still_is_given_once_and_then_the_next(self, camera: Camera, is_large: bool) -> None:
        stills = []
        for now in self.moments():
            list(camera.pictures_until(now))
            if (still := camera.still(is_large=is_large)) is not None:
                stills.append(still)
        camera.close()
        assert len(stills) >= 2
        width = camera.coding.width if is_large else min(640, camera.coding.width)
        assert {still.image.shape[1] for still in stills} == {width}
        assert all(still.image.shape[0] % 3 == 0 for still in stills)
        assert all(one.time < other.time for one, other in pairwise(stills))

    def test_closed_it_gives_nothing(self, camera: Camera) -> None:
        camera.close()
        camera.close()
        assert list(camera.pictures_until(1.0)) == []
