"""How long to wait before the school is tried again.

::

    failures       1      2      3      4   ...   9      10 and more
    wait at most   1 s    2 s    4 s    8 s ...  256 s   300 s          (a random part of it: "full jitter")

There is no last try: a lesson that waited three weeks for the Wi-Fi is sent in the fourth. The wait is drawn from zero
up to the limit, so that forty units whose school was restarted do not all come back in the same second
(M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015: full jitter does the least work).

No clock and no sleep in here: it only says how long.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

FIRST_LIMIT = 1.0
"""Seconds: the longest wait after the first failure."""

LONGEST_LIMIT = 300.0
"""Seconds: the longest wait after many failures."""

LONGEST_RETRY_AFTER = 3600.0
"""Seconds: a school that asks for more than this has a fault, and the unit looks again after an hour."""


@dataclass(slots=True)
class Backoff:
    """Waits that grow with every failure in a row.

    >>> backoff = Backoff()
    >>> 0 <= backoff.failed() <= 1
    True
    >>> 0 <= backoff.failed() <= 2
    True
    >>> backoff.succeeded()
    >>> backoff.limit
    1.0
    """

    first: float = FIRST_LIMIT
    """Seconds."""
    longest: float = LONGEST_LIMIT
    """Seconds."""
    dice: random.Random = field(default_factory=random.SystemRandom)
    _failures: int = 0

    @property
    def limit(self) -> float:
        """Seconds: the longest that the next wait can be."""
        doublings = min(self._failures, 64)  # a float overflows after a thousand doublings, a unit must not
        return min(self.longest, self.first * 2.0**doublings)

    def failed(self, retry_after: float | None = None) -> float:
        """Count a failure and return the seconds to wait.

        `retry_after` is what the school asked for, in seconds; the random part comes on top of it.
        """
        wait = self.dice.uniform(0.0, self.limit)
        self._failures += 1
        if retry_after is None or not retry_after > 0:
            return wait
        return min(retry_after, LONGEST_RETRY_AFTER) + wait

    def succeeded(self) -> None:
        """Forget the failures."""
        self._failures = 0
