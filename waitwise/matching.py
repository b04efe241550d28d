"""Which of the waits that were found are the ones that really were.

::

    truth   |----- SR -----|        |-- SI --|
    found     |---- SR ----|     |- SR -|            one match: same kind, onset near, enough in common

A found wait and a true one may match when they are of the same kind, the onsets are at most 0.25 s plus a tenth of the
true length apart (0.5 s at the most), and they share at least half of what they cover together. This is
`t_collar=0.25, percentage_of_length=0.5` of event-based sound event scoring (Mesaros, Heittola and Virtanen 2016), with
the collar growing as people's own marking of longer pauses does.

Of all ways to pair them one to one, that one counts in which the pairs have the most seconds in common together::

    truth   |------ a ------||------ b ------|       a-x 3 s, and y alone:  3 s
    found      |------ x ------||--- y ---|          a-x 3 s and b-y 2 s:   5 s, this one
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from waitwise.assignment import best_pairs


@dataclass(frozen=True, slots=True)
class Wait:
    """As much of a wait as matching needs. Seconds."""

    kind: str
    start: float
    length: float

    @property
    def end(self) -> float:
        """Where somebody spoke again."""
        return self.start + self.length


def shared(truth: Wait, found: Wait, tolerance: float = 0.25) -> float:
    """Share of time in common (intersection over union) when the two may match, else 0."""
    reach = min(tolerance + 0.1 * truth.length, 2 * tolerance)
    if truth.kind != found.kind or abs(truth.start - found.start) > reach:
        return 0.0
    common = min(truth.end, found.end) - max(truth.start, found.start)
    together = max(truth.end, found.end) - min(truth.start, found.start)
    share = common / together if together > 0 else 0.0
    return share if share >= 0.5 else 0.0


def match(truth: Sequence[Wait], found: Sequence[Wait], tolerance: float = 0.25) -> list[tuple[int, int]]:
    """Pairs (index in truth, index in found), one to one, with the most seconds in common.

    >>> match([Wait("SR", 10.0, 3.0)], [Wait("SR", 10.1, 2.8), Wait("SR", 10.2, 2.0)])
    [(0, 0)]
    """
    weights: dict[tuple[int, int], float] = {}
    for (t, true), (f, one) in product(enumerate(truth), enumerate(found)):
        share = shared(true, one, tolerance)
        if share > 0:
            # Where two ways have the same seconds in common, the more alike lengths decide.
            common = min(true.end, one.end) - max(true.start, one.start)
            weights[t, f] = common + 1e-6 * share
    return best_pairs(weights)
