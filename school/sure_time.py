"""Whether the school's clock can be believed by somebody who is about to delete lessons.

::

    last believed   17 Nov 10:00      17 Nov 10:01      17 Nov 10:01           17 Nov 10:01
    the clock says  17 Nov 10:01      20 Oct 2036       1 Jan 1970             17 Nov 10:02
    it is           17 Nov 10:01      not sure          not sure               17 Nov 10:02

The last moment that was believed is in the database, so a restart does not make a wrong clock right. A clock more than
`LARGEST_STEP` away from it, either way, is not believed, and nothing is deleted by it: until it is right again, or a
technician says `waitwise school clock --right`. So much time without the server looks the same as a wrong clock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from school.database import Database, SureTimeRow, insert_new
from school.keeping import LARGEST_STEP

_LOG = logging.getLogger(__name__)

_ONE = 1


class SureTime:
    """The time, for whoever deletes."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._complained = False

    def look(self) -> datetime | None:
        """What time it is; None while the clock is not believed."""
        now = self._now()
        with self._database.writing() as session:
            insert_new(session, SureTimeRow, id=_ONE, at=now)
            row = session.get_one(SureTimeRow, _ONE, with_for_update=True)
            last = row.at
            if is_sure := abs(now - last) <= LARGEST_STEP:
                row.at = max(last, now)
        if not is_sure and not self._complained:
            _LOG.error(
                "The clock says %s, and %s was the last moment known: nothing is deleted by it. Where it is right, "
                "say so with `waitwise school clock --right`; else set it.",
                f"{now:%d %B %Y, %H:%M} UTC",
                f"{last:%d %B %Y, %H:%M} UTC",
            )
        self._complained = not is_sure
        return now if is_sure else None

    @property
    def last(self) -> datetime | None:
        """The last moment that was believed; None before the first look."""
        with self._database.reading() as session:
            row = session.get(SureTimeRow, _ONE)
            return None if row is None else row.at

    def believe(self) -> datetime:
        """Somebody who has looked at another clock says that ours is right."""
        now = self._now()
        with self._database.writing() as session:
            session.merge(SureTimeRow(id=_ONE, at=now))
        return now
