"""Sound made a little longer or shorter: nothing is lost, nothing is heard of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.stretcher import HALF, Stretcher
from lesson.sound import RATE_HZ

NOISE = np.random.default_rng(1).integers(-20_000, 20_000, 3_000).astype("<i2")

STEPS = st.sampled_from([0.998, 0.9998, 1.0, 1.00005, 1.0005, 1.002])


def test_where_nothing_is_to_be_corrected_what_goes_in_comes_out() -> None:
    stretcher = Stretcher(1.0)
    assert stretcher.feed(NOISE.tobytes()) + stretcher.finish() == NOISE.tobytes()


@given(step=STEPS, cuts=st.lists(st.integers(0, len(NOISE)), max_size=20))
def test_however_it_is_cut_the_same_comes_out(step: float, cuts: list[int]) -> None:
    whole, pieces = Stretcher(step), Stretcher(step)
    edges = [0, *sorted(cuts), len(NOISE)]
    out = b"".join(pieces.feed(NOISE[a:b].tobytes()) for a, b in pairwise(edges))
    assert out + pieces.finish() == whole.feed(NOISE.tobytes()) + whole.finish()


@given(steps=st.lists(STEPS, min_size=1, max_size=9))
def test_what_was_fed_is_given_or_held(steps: list[float]) -> None:
    stretcher = Stretcher(1.0)
    taken = 0.0
    for number, step in enumerate(steps, 1):
        stretcher.step = step
        taken += step * (len(stretcher.feed(NOISE[:320].tobytes())) // 2)
        assert taken + stretcher.held == pytest.approx(320 * number, abs=1e-6)
        assert HALF - 1 <= stretcher.held <= HALF + 1.1


@pytest.mark.parametrize(("hertz", "decibels"), [(200, -75), (1_000, -75), (4_000, -65)])
@pytest.mark.parametrize("step", [0.9998, 1.002])
def test_a_tone_stays_a_tone(hertz: float, decibels: float, step: float) -> None:
    at = np.arange(5 * RATE_HZ)
    tone = np.rint(20_000 * np.sin(2 * np.pi * hertz / RATE_HZ * at)).astype("<i2")
    out = np.frombuffer(Stretcher(step).feed(tone.tobytes()), "<i2").astype(float)
    wanted = 20_000 * np.sin(2 * np.pi * hertz / RATE_HZ * step * np.arange(len(out)))

    wrong = (out - wanted)[100:]
    assert 20 * np.log10(np.sqrt(np.mean(wrong**2)) / (20_000 / np.sqrt(2))) < decibels
