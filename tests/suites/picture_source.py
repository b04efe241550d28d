"""What every picture source must do, whatever is behind it.

Subclass with a fixture `source` that gives one with at least two frames in the first second.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from capture.camera import Frame, PictureSource


class PictureSourceSuite:
    @pytest.fixture
    def seen(self, source: PictureSource) -> list[Frame]:
        frames = [frame for step in range(1, 21) for frame in source.frames_until(step * 0.05)]
        source.close()
        return frames

    def test_there_are_pictures_of_the_size(self, source: PictureSource, seen: list[Frame]) -> None:
        width, height = source.size
        assert len(seen) >= 2
        assert width % 2 == height % 2 == 0
        for frame in seen:
            assert frame.image.shape == (height * 3 // 2, width)
            assert frame.image.dtype == np.uint8

    def test_times_never_go_back(self, seen: list[Frame]) -> None:
        assert seen[0].time >= 0
        assert all(one.time <= other.time for one, other in pairwise(seen))

    def test_frames_come_when_their_time_has_come_and_once(self, source: PictureSource) -> None:
        given: list[float] = []
        for step in range(1, 11):
            new = [frame.time for frame in source.frames_until(step / 10)]
            assert all(time <= step / 10 for time in new)
            assert all(time > (step - 1) / 10 for time in new if time)
            given += new
        assert len(set(given)) == len(given)
        assert list(source.frames_until(1.0)) == []

    def test_a_given_picture_does_not_change_any_more(self, source: PictureSource) -> None:
        first = next(iter(source.frames_until(1.0)))
        before = first.image.copy()
        list(source.frames_until(1.0))
        assert np.array_equal(first.image, before)

    def test_it_says_roughly_how_many_frames_a_second(self, source: PictureSource) -> None:
        assert 0.1 <= source.rate_hz <= 240

    def test_closed_it_gives_nothing(self, source: PictureSource) -> None:
        source.close()
        source.close()
        assert list(source.frames_until(1.0)) == []
