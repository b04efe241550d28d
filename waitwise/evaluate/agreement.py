"""How far two rows of numbers agree: what really was, and what somebody said.

::

    said |        . o            bias          mean of said less true
         |     o .               limits        bias +- 1.96 sd: where 95 % of differences lie (Bland and Altman 1986)
         |   . o                 r             do they rise together? (a constant error does not show)
         | .o_________ true      ICC(A,1)      are they the same? (McGraw and Wong 1996; bias counts against it)

A pair is (true, said).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

Pair = tuple[float, float]
Pairs = tuple[Pair, ...]


def mean_error(pairs: Sequence[Pair]) -> float | None:
    """Mean distance, without sign. Infinite when nothing was said of one. None: no pairs.

    >>> mean_error([(1.0, 1.5), (2.0, 1.5)])
    0.5
    """
    return fmean(abs(said - true) for true, said in pairs) if pairs else None


def worst_error(pairs: Sequence[Pair]) -> float | None:
    """Largest distance, without sign."""
    return max((abs(said - true) for true, said in pairs), default=None)


def limits_of_agreement(pairs: Sequence[Pair]) -> tuple[float, float] | None:
    """Bland-Altman limits of said less true. None under two pairs.

    >>> limits_of_agreement([(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)])
    (0.0, 0.0)
    """
    if len(pairs) < 2:
        return None
    off = [said - true for true, said in pairs]
    middle, reach = fmean(off), 1.96 * stdev(off)
    return middle - reach, middle + reach


def pearson(pairs: Sequence[Pair]) -> float | None:
    """Pearson's r. None under three pairs, where one row does not vary, or where something is infinite.

    >>> round(pearson([(0.1, 0.3), (0.2, 0.4), (0.3, 0.5)]), 6)
    1.0
    """
    if not _is_enough(pairs):
        return None
    true, said = ([pair[side] for pair in pairs] for side in (0, 1))
    true_mean, said_mean = fmean(true), fmean(said)
    together = sum((t - true_mean) * (s - said_mean) for t, s in pairs)
    apart = math.sqrt(sum((t - true_mean) ** 2 for t in true) * sum((s - said_mean) ** 2 for s in said))
    return together / apart if apart > 1e-15 else None


def icc_agreement(pairs: Sequence[Pair]) -> float | None:
    """ICC(A,1): two-way, absolute agreement, one measurement. None as with `pearson`.

    >>> round(icc_agreement([(0.1, 0.3), (0.2, 0.4), (0.3, 0.5)]), 6)
    0.333333
    """
    if not _is_enough(pairs):
        return None
    n, k = len(pairs), 2
    rows = [(true + said) / 2 for true, said in pairs]
    columns = [fmean(pair[side] for pair in pairs) for side in (0, 1)]
    whole = fmean(rows)
    total = sum((value - whole) ** 2 for pair in pairs for value in pair)
    between_rows = k * sum((row - whole) ** 2 for row in rows)
    between_columns = n * sum((column - whole) ** 2 for column in columns)
    row_square, column_square = between_rows / (n - 1), between_columns / (k - 1)
    error_square = max(0.0, total - between_rows - between_columns) / ((n - 1) * (k - 1))
    below = row_square + (k - 1) * error_square + k / n * (column_square - error_square)
    return (row_square - error_square) / below if abs(below) > 1e-15 else None


def _is_enough(pairs: Sequence[Pair]) -> bool:
    return len(pairs) >= 3 and all(math.isfinite(value) for pair in pairs for value in pair)
