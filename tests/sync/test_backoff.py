"""Waiting grows to five minutes, is never the same twice, and never ends."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sync.backoff import LONGEST_LIMIT, LONGEST_RETRY_AFTER, Backoff


class HighestDice(random.Random):
    """Always throws the most."""

    def uniform(self, a: float, b: float) -> float:
        return b


def test_waits_double_from_a_second_to_five_minutes() -> None:
    backoff = Backoff(dice=HighestDice())
    assert [backoff.failed() for _ in range(11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_success_forgets_the_failures() -> None:
    backoff = Backoff(dice=HighestDice())
    for _ in range(5):
        backoff.failed()
    backoff.succeeded()
    assert backoff.failed() == 1


def test_after_three_weeks_of_failures_it_still_says_how_long() -> None:
    backoff = Backoff(dice=random.Random(1))
    assert all(0 <= backoff.failed() <= LONGEST_LIMIT for _ in range(10_000))


def test_forty_units_do_not_come_back_in_the_same_second() -> None:
    """Full jitter: spread over the whole wait, not around it."""
    waits = []
    for seed in range(40):
        backoff = Backoff(dice=random.Random(seed))
        for _ in range(9):
            backoff.failed()
        waits.append(backoff.failed())
    assert min(waits) < 60
    assert max(waits) > 240
    assert len({round(wait) for wait in waits}) > 30


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_what_the_school_asks_for_is_honoured_within_an_hour(asked: float) -> None:
    wait = Backoff(dice=HighestDice()).failed(retry_after=asked)
    assert 0 <= wait <= LONGEST_RETRY_AFTER + 1
    if 0 < asked <= LONGEST_RETRY_AFTER:
        assert wait == asked + 1
