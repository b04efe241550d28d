"""What a mask covers cannot be seen in any picture, and a mask that cannot be read stops the filming.

::

    corners drawn on a still  --> cells --> every plane of every picture, before it is coded
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.camera import blank, planes
from capture.chart_camera import ChartCamera
from capture.coder import CodedCamera
from capture.cover import COLOUR, Cover, rasterise
from capture.errors import MaskUnreadableError
from capture.masks import Mask, read_mask
from lesson.problems import MASK_UNREADABLE
from tests.suites.camera import decode
from tests.suites.masked import CODING, SEATS, what_shows, within

TRIANGLE = ((0.0, 0.5), (0.5, 0.5), (0.25, 1.0))


def write(folder: Path, text: str) -> Path:
    path = folder / "9b.json"
    path.write_text(text)
    return path


def test_a_mask_is_read_from_its_file(tmp_path: Path) -> None:
    path = write(tmp_path, '{"v": 1, "areas": [[[0, 0.5], [0.5, 0.5], [0.25, 1]]]}')
    assert read_mask(path) == Mask((TRIANGLE,))
    assert read_mask(path).id == Mask((TRIANGLE,)).id


def test_the_id_names_what_is_covered() -> None:
    ids = {Mask((TRIANGLE,)).id, Mask((TRIANGLE, TRIANGLE)).id, Mask((TRIANGLE[::-1],)).id, SEATS.id}
    assert len(ids) == 4
    # Stands in the headers of lessons: it may never change.
    assert Mask((TRIANGLE,)).id == "6e7566a594281ae3a88ccb2cdb94a378"


DAMAGED = {
    "empty": "",
    "no JSON": "{",
    "without an area": '{"v": 1, "areas": []}',
    "two corners": '{"v": 1, "areas": [[[0, 0], [1, 1]]]}',
    "a corner outside": '{"v": 1, "areas": [[[0, 0], [1, 1], [1.1, 0]]]}',
    "no number": '{"v": 1, "areas": [[[0, 0], [1, 1], [NaN, 0]]]}',
    "of a newer version": '{"v": 2, "areas": [[[0, 0], [1, 1], [1, 0]]]}',
    "something more": '{"v": 1, "areas": [[[0, 0], [1, 1], [1, 0]]], "only": "mornings"}',
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_mask_is_refused(how: str, tmp_path: Path) -> None:
    with pytest.raises(MaskUnreadableError) as refused:
        read_mask(write(tmp_path, DAMAGED[how]))
    assert refused.value.problem is MASK_UNREADABLE


def test_a_mask_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MaskUnreadableError, match="cannot be read"):
        read_mask(tmp_path / "9b.json")


share = st.floats(0, 1, width=32)
corners = st.lists(st.tuples(share, share), min_size=3, max_size=6)


@settings(max_examples=150, deadline=None)
@given(corners, st.lists(st.floats(0, 1), min_size=6, max_size=6), st.sampled_from([(16, 9), (40, 22), (3, 2)]))
def test_every_point_between_the_corners_is_covered(
    area: list[tuple[float, float]], weights: list[float], size: tuple[int, int]
) -> None:
    """Every triangle of neighbouring corners and any third one that lies within the area, sampled at random points."""
    columns, rows = size
    covered = rasterise([tuple(area)], columns, rows)
    for start, end in zip(area, area[1:] + area[:1], strict=True):
        x, y = (start[at] + weights[0] * (end[at] - start[at]) for at in (0, 1))
        assert covered[min(int(y * rows), rows - 1), min(int(x * columns), columns - 1)]
    triangle = area[:3]
    covered = rasterise([tuple(triangle)], columns, rows)
    parts = np.array(weights[:3]) + 1e-9
    x, y = np.average(triangle, axis=0, weights=parts)
    assert covered[min(int(y * rows), rows - 1), min(int(x * columns), columns - 1)]


def test_lines_that_cross_cover_what_they_go_around_twice() -> None:
    angles = np.pi * (0.5 + np.arange(5) * 0.8)
    star = tuple(zip(0.5 + 0.45 * np.cos(angles), 0.5 + 0.45 * np.sin(angles), strict=True))
    covered = rasterise([star], 90, 90)
    assert covered[45, 45]
    assert not covered[5, 5]


def test_little_more_is_covered_than_was_drawn() -> None:
    cells = rasterise([((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))], 100, 100)
    rows, columns = np.nonzero(cells)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (24, 76, 24, 76)


def test_what_is_covered_has_one_colour_and_the_rest_is_left_alone() -> None:
    image = blank(320, 180, (200, 90, 90))
    Cover(SEATS, 320, 180).put_on(image)
    assert what_shows([image]) == 0
    drawn = np.mean([within(area, 320, 180) for area in SEATS.areas], axis=(1, 2)).sum()
    left = np.mean(planes(image)[0] == 200)
    assert 1 - drawn - 0.03 < left < 1 - drawn


def test_rows_that_are_longer_than_the_picture_are_covered_in_the_right_place() -> None:
    wide, narrow = blank(384, 180, (200, 90, 90)), blank(320, 180, (200, 90, 90))
    for image in (wide, narrow):
        Cover(SEATS, 320, 180).put_on(image)
    for one, other in zip(planes(wide), planes(narrow), strict=True):
        assert np.array_equal(one[:, : other.shape[1]], other)
        assert (one[:, other.shape[1] :] != COLOUR[0]).all()


def filmed(mask: Mask | None) -> int:
    camera = CodedCamera(ChartCamera(640, 360, 12.5), mask=mask)
    assert camera.mask == (None if mask is None else mask.id)
    pictures = [picture.data for step in range(1, 150) for picture in camera.pictures_until(step / 12.5)]
    images = decode(pictures)
    assert len(images) == 150
    still = camera.still()
    assert still is not None
    return what_shows([*images, still.image])


def test_in_no_picture_of_the_chart_anything_shows() -> None:
    assert filmed(SEATS) <= CODING


def test_without_a_mask_it_would_show() -> None:
    assert filmed(None) > 5 * CODING
