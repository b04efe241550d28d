"""Where the errors of a clip lie."""

from __future__ import annotations

import numpy as np
import pytest

from waitwise.evaluate.whereabouts import whereabouts


def frames(drawn: str) -> np.ndarray:
    """Tenths of a second, `S` speech."""
    return np.repeat([letter == "S" for letter in drawn], 10)


def test_errors_beside_an_edge_and_far_from_it_are_apart() -> None:
    true = frames("SSSSSSSSSS..........SSSSSSSSSS")
    said = frames("SSSSSSSSSSS.....SS..SSSS....SS")
    #                        ^     .^ 0.3 s    ^^^^ inside
    where = whereabouts(true, said, np.zeros(true.size), talkers=2)

    assert (where.false_beside, where.false_apart) == pytest.approx((0.1 + 0.1, 0.1), abs=0.011)
    assert where.missed_edge == pytest.approx(0.0, abs=0.001)
    assert where.missed_inside == pytest.approx(0.4)
    assert where.speech_share == pytest.approx(2 / 3)


def test_a_word_missed_at_its_end_is_missed_at_an_edge() -> None:
    where = whereabouts(frames("SSSSS....."), frames("SSS......."), np.zeros(100), talkers=1)

    assert (where.missed_edge, where.missed_inside) == pytest.approx((0.2, 0.0))


def test_levels_are_told_under_the_speech_that_was_heard() -> None:
    true, said = frames("SSS.....SS"), frames("SSS...SS..")
    level = np.repeat([-40.0] * 3 + [-80.0] * 3 + [-65.0] * 2 + [-72.0] * 2, 10)
    where = whereabouts(true, said, level, talkers=1)

    assert (where.false_under_db, where.missed_under_db) == (25.0, 32.0)


def test_where_nothing_is_wrong_there_is_no_level() -> None:
    where = whereabouts(frames("SS.."), frames("SS.."), np.zeros(40), talkers=1)

    assert (where.false_under_db, where.missed_under_db) == (None, None)
