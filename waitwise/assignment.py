"""Pair two rows one to one so that the pairs' weights add up to the most that is possible.

::

    weights       x   y            rows that share no possible pair are solved apart:
        a         3   2            {a, b, x, y}   {c, z}   ...
        b         2   .
    best          a-y, b-x         2 + 2 is more than 3

Exact: the Hungarian method (Kuhn 1955, Munkres 1957; shortest augmenting paths with potentials) on each group. Waits
are in such groups of two or three, so this takes no time at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

Pair = tuple[int, int]


def best_pairs(weights: Mapping[Pair, float]) -> list[Pair]:
    """Return the pairs, sorted. Only pairs with a weight over 0 can be taken; nobody has to be paired.

    >>> best_pairs({(0, 0): 3.0, (0, 1): 2.0, (1, 0): 2.0})
    [(0, 1), (1, 0)]
    """
    possible = {pair: weight for pair, weight in weights.items() if weight > 0}
    found: list[Pair] = []
    for rows, columns in _groups(possible):
        found += _solved(rows, columns, possible)
    return sorted(found)


def _groups(possible: Mapping[Pair, float]) -> Iterator[tuple[list[int], list[int]]]:
    """Rows and columns that hang together."""
    row_to: dict[int, set[int]] = {}
    column_to: dict[int, set[int]] = {}
    for row, column in possible:
        row_to.setdefault(row, set()).add(column)
        column_to.setdefault(column, set()).add(row)
    left = set(row_to)
    while left:
        rows, columns, ahead = set[int](), set[int](), [min(left)]
        while ahead:
            row = ahead.pop()
            if row in rows:
                continue
            rows.add(row)
            new = row_to[row] - columns
            columns |= new
            ahead += [other for column in new for other in column_to[column]]
        left -= rows
        yield sorted(rows), sorted(columns)


def _solved(rows: list[int], columns: list[int], possible: Mapping[Pair, float]) -> list[Pair]:
    """One group. Each row has an own empty column as well, so that it may stay alone."""
    if len(rows) == len(columns) == 1:
        return [(rows[0], columns[0])]
    width = len(columns) + len(rows)
    cost = [
        [-possible.get((row, columns[at]), 0.0) if at < len(columns) else 0.0 for at in range(width)] for row in rows
    ]
    taken = _hungarian(cost, width)
    pairs = [(row, columns[at]) for row, at in zip(rows, taken, strict=True) if at < len(columns)]
    return [pair for pair in pairs if pair in possible]


def _hungarian(cost: list[list[float]], width: int) -> list[int]:
    """Column of each row, at the least cost. There are at least as many columns as rows; column 0 is an anchor."""
    rows = len(cost)
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (width + 1)
    owner = [0] * (width + 1)
    for row in range(1, rows + 1):
        owner[0], at = row, 0
        least, before, is_done = [math.inf] * (width + 1), [0] * (width + 1), [False] * (width + 1)
        while owner[at]:
            is_done[at] = True
            here = owner[at]
            for column in range(1, width + 1):
                reduced = cost[here - 1][column - 1] - row_price[here] - column_price[column]
                if not is_done[column] and reduced < least[column]:
                    least[column], before[column] = reduced, at
            step, nearest = min((least[column], column) for column in range(1, width + 1) if not is_done[column])
            for column in range(width + 1):
                if is_done[column]:
                    row_price[owner[column]] += step
                    column_price[column] -= step
                else:
                    least[column] -= step
            at = nearest
        while at:
            owner[at] = owner[before[at]]
            at = before[at]
    found = [0] * rows
    for column in range(1, width + 1):
        if owner[column]:
            found[owner[column] - 1] = column - 1
    return found
