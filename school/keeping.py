"""How long a lesson is kept: a day for each, decided in one place.

::

    header came      keep_days                          destroyed
    |--------------------------------|---- bin_days ----|
    | kept: most_days - bin_days                                 |---- bin_days ----|
                                                                                    most_days: nothing outlives it

The days count from the first moment, surely known, at which the school had the lesson's header. What its unit says of
the time does not count: a unit whose clock is years behind would have its lessons deleted as they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LARGEST_STEP = timedelta(days=3)
"""By how much the clock may have moved between two looks and still be believed (sure_time.py).

A weekend without the server. Less than the days in the bin: a clock that is wrong by as much empties no bin at once.
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the school has chosen."""

    keep_days: int
    most_days: int
    bin_days: int

    def leaves_at(self, counted_from: datetime, *, is_kept: bool) -> datetime:
        """When a lesson goes into the bin.

        >>> from datetime import UTC
        >>> policy, came = Policy(keep_days=28, most_days=365, bin_days=7), datetime(2026, 11, 17, tzinfo=UTC)
        >>> [str(policy.leaves_at(came, is_kept=kept).date()) for kept in (False, True)]
        ['2026-12-15', '2027-11-10']
        """
        return counted_from + timedelta(days=self.most_days - self.bin_days if is_kept else self.keep_days)
