"""Pairing one to one: by hand, against every possible way, and against scipy's solver.

::

    weights    {(row, column): seconds in common}   -->   the pairs whose weights add up to the most
"""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from waitwise.assignment import Pair, best_pairs
from waitwise.matching import Wait, match

SCENES: dict[str, tuple[dict[Pair, float], list[Pair]]] = {
    "nobody": ({}, []),
    "one and one": ({(4, 7): 2.0}, [(4, 7)]),
    "nothing in common": ({(0, 0): 0.0}, []),
    "the greedy way would take 3 and leave 0": (
        {(0, 0): 3.0, (0, 1): 2.0, (1, 0): 2.0},
        [(0, 1), (1, 0)],
    ),
    "one strong pair is more than two weak ones": ({(0, 0): 5.0, (0, 1): 2.0, (1, 0): 2.0}, [(0, 0)]),
    "two groups": ({(0, 0): 1.0, (5, 9): 1.0, (5, 8): 2.0}, [(0, 0), (5, 8)]),
    "more rows than columns": ({(0, 0): 1.0, (1, 0): 3.0, (2, 0): 2.0}, [(1, 0)]),
}


@pytest.mark.parametrize(("weights", "pairs"), SCENES.values(), ids=SCENES)
def test_pairs_by_hand(weights: dict[Pair, float], pairs: list[Pair]) -> None:
    assert best_pairs(weights) == pairs


tables = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(0, 9).map(float), max_size=16)


def _total(weights: dict[Pair, float], pairs: list[Pair]) -> float:
    return sum(weights[pair] for pair in pairs)


@given(tables)
def test_no_other_way_has_more(weights: dict[Pair, float]) -> None:
    found = best_pairs(weights)
    others = (
        [(row, column) for row, column in enumerate(order) if (row, column) in weights]
        for order in itertools.permutations(range(5))
    )

    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
    assert _total(weights, found) == max(_total(weights, other) for other in others)


@given(st.dictionaries(st.tuples(st.integers(0, 14), st.integers(0, 14)), st.floats(0.01, 9), max_size=80))
def test_scipy_finds_the_same_total(weights: dict[Pair, float]) -> None:
    table = np.zeros((15, 15))
    for pair, weight in weights.items():
        table[pair] = weight

    rows, columns = optimize.linear_sum_assignment(table, maximize=True)

    assert _total(weights, best_pairs(weights)) == pytest.approx(float(table[rows, columns].sum()))


def test_waits_are_paired_so_that_most_is_in_common() -> None:
    """The first told wait lies between two true ones; taking the most alike pair first would lose one of them."""
    truth = [Wait("SR", 0.0, 2.0), Wait("SR", 0.4, 2.0)]
    found = [Wait("SR", 0.35, 2.0), Wait("SR", 0.75, 2.0)]

    assert match(truth, found) == [(0, 0), (1, 1)]
