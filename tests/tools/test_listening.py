"""What hearing costs: sound that goes on for hours, and each detector in a process of its own.

::

    one minute  -->  |minute|minute|minute|...     blocks that follow each other without a hole
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from lesson.sound import BLOCK_SAMPLES, RATE_HZ
from tools import bench, listening


def test_a_minute_goes_on_for_as_long_as_is_wanted() -> None:
    pcm = np.arange(3 * BLOCK_SAMPLES + 7, dtype="<i2").tobytes()

    blocks = list(listening._looped(pcm, 10 * BLOCK_SAMPLES + 5))

    assert len(blocks) == 10
    assert all(one.end == pytest.approx(other.start) for one, other in pairwise(blocks))
    assert blocks[3].pcm == blocks[0].pcm != blocks[1].pcm


@pytest.mark.parametrize("name", [listening.OURS, *listening.peers()])
def test_each_can_be_measured_alone(name: str, tmp_path: Path) -> None:
    sound = tmp_path / "noise.pcm"
    sound.write_bytes(np.random.default_rng(1).normal(0, 300, 5 * RATE_HZ).astype("<i2").tobytes())

    told = listening._told(name, sound, 1)

    assert len(told) == 1
    assert 20 < told[0] < 1000


def test_a_share_of_the_work_is_neither_better_nor_worse() -> None:
    row = bench.Row("8 hours of hearing", "MB", 120.0, 100.0, "ours after 1 hour", 1, is_share=True)

    assert (row.ratio, row.who_is_better) == (pytest.approx(1.2), "-")
    assert "1.20  -         ours after 1 hour (1 run)" in bench.table([row])
