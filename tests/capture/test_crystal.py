"""How fast a sound card counts is learnt from bad dates, and lost sound is not taken for it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from capture.crystal import Crystal

Dates = Callable[[random.Random, int], float]


def on_time(_random: random.Random, _number: int) -> float:
    return 0.0


def busy(luck: random.Random, _number: int) -> float:
    """Up to 50 ms late."""
    return luck.uniform(0, 0.05)


def bursts(luck: random.Random, number: int) -> float:
    """Ten sounds at once, dated when the last of them came; and the first two seconds as PulseAudio dates them."""
    early = 0.06 if number < 100 else 0.0
    return (9 - number % 10) * 0.02 + luck.expovariate(1 / 0.003) - early


DATES: dict[str, Dates] = {"on time": on_time, "busy": busy, "bursts": bursts}


class Card:
    """A sound card that is `fast`, and what is said of when it heard what."""

    def __init__(self, crystal: Crystal, fast: float, late: Dates) -> None:
        self._crystal = crystal
        self._fast = fast
        self._late = late
        self._luck = random.Random(1)
        self._lost = 0.0
        self.counted = 0

    def hear(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            at = self.counted * 0.02 / (1 + self._fast) + self._lost
            self._crystal.hear(self.counted * 0.02, 700.0 + at + self._late(self._luck, self.counted))
            self.counted += 1

    def lose(self, seconds: float) -> None:
        self._lost += seconds


@pytest.mark.parametrize("dates", DATES)
@pytest.mark.parametrize("fast", [-500e-6, -50e-6, 0.0, 50e-6, 200e-6])
def test_the_drift_is_learnt_from_bad_dates(fast: float, dates: str) -> None:
    crystal = Crystal()
    Card(crystal, fast, DATES[dates]).hear(600)
    assert crystal.drift == pytest.approx(fast, abs=5e-6)


def test_it_is_not_learnt_before_two_points_are_a_minute_apart() -> None:
    crystal = Crystal()
    card = Card(crystal, 200e-6, on_time)
    card.hear(92)
    assert crystal.drift == 0.0
    card.hear(2)
    assert crystal.drift == pytest.approx(200e-6, abs=1e-6)


def test_what_was_learnt_is_kept_when_the_device_was_away() -> None:
    crystal = Crystal()
    Card(crystal, 200e-6, busy).hear(300)
    learnt = crystal.drift
    crystal.break_off()
    assert crystal.drift == learnt
    Card(crystal, 200e-6, busy).hear(45)
    assert crystal.drift == learnt


@settings(max_examples=20, deadline=None)
@given(lost=st.lists(st.tuples(st.floats(20, 200), st.floats(0.035, 0.5)), max_size=8), fast=st.sampled_from([0, 2e-4]))
@example(lost=[(118.0, 0.047)], fast=0)  # in the middle of a half minute
def test_sound_that_was_lost_is_no_drift(lost: list[tuple[float, float]], fast: float) -> None:
    """Too little to be missed at once, or as much as one likes where nobody looks for it."""
    crystal = Crystal()
    card = Card(crystal, fast, on_time)
    card.hear(200)
    for after, seconds in lost:
        card.hear(after)
        card.lose(seconds)
    card.hear(200)
    assert crystal.drift == pytest.approx(fast, abs=5e-6)


def test_a_slip_is_seen_within_seconds_and_a_crystal_is_none() -> None:
    crystal = Crystal()
    card = Card(crystal, -500e-6, busy)
    for _ in range(60 * 50):
        card.hear(0.02)
        assert crystal.slipped() == 0.0
    card.lose(0.3)
    seen = []
    for _ in range(4 * 50):
        card.hear(0.02)
        seen.append(crystal.slipped())
    assert max(seen) == pytest.approx(0.3, abs=0.02)
