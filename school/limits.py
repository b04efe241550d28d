"""How often somebody may try, counted in the database: a restart forgets nothing, and a second process counts along.

::

    try 1 ... try 10   in 15 minutes   --11th-->  429, Retry-After: what is left of the 15 minutes
      since                                       a success in between forgets what was counted for the account

A try is counted before it is looked at, so that many at once cannot pass where one after the other could not. What is
counted is not who: the table holds hashes.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, update
from sqlalchemy.orm import Session

from school.database import AttemptRow, Database, insert_new
from school.errors import TooOftenError
from school.sessions import hashed

IPV6_PREFIX = 64
"""One household or one school has a whole network of this size: its addresses count as one."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries in so long a time."""

    what: str
    times: int
    within: timedelta


# Of ten thousand million guesses one is right (passwords.py): 200 a day are nothing.
ACCOUNT = (Limit("account", 10, timedelta(minutes=15)), Limit("account-day", 200, timedelta(days=1)))
# A whole school may stand behind one address, and forget its passwords over the summer.
ADDRESS = (Limit("address", 100, timedelta(minutes=15)),)
# Three codes of a million are right at any moment: 30 tries a day hit one once in 11,000 days.
CODE = (Limit("code", 5, timedelta(minutes=15)), Limit("code-day", 30, timedelta(days=1)))
# Each is a row of the database for five minutes.
CHALLENGES = (Limit("challenges", 500, timedelta(minutes=15)),)
LONGEST = max(limit.within for limit in (*ACCOUNT, *ADDRESS, *CODE, *CHALLENGES))


def count(database: Database, limits: tuple[Limit, ...], whose: str, *, now: datetime) -> None:
    """Count a try. Raises `TooOftenError` for one too many, which is not looked at."""
    with database.writing() as session:
        waits = [_count(session, limit, hashed(whose), now) for limit in limits]
    if wait := max(waits):
        raise TooOftenError(math.ceil(wait.total_seconds()))


def forget(database: Database, limits: tuple[Limit, ...], whose: str) -> None:
    """Begin to count anew: who tried is who she says she is."""
    with database.writing() as session:
        for limit in limits:
            session.execute(delete(AttemptRow).where(AttemptRow.what == limit.what, AttemptRow.whose == hashed(whose)))


def give_back(database: Database, limits: tuple[Limit, ...], whose: str) -> None:
    """Take back the last count: what was tried was right, and says nothing of the others who count there."""
    with database.writing() as session:
        for limit in limits:
            session.execute(
                update(AttemptRow)
                .where(AttemptRow.what == limit.what, AttemptRow.whose == hashed(whose), AttemptRow.times > 0)
                .values(times=AttemptRow.times - 1)
                .execution_options(synchronize_session=False)
            )


def forget_old(database: Database, *, now: datetime) -> None:
    """Remove what no longer counts."""
    with database.writing() as session:
        session.execute(delete(AttemptRow).where(AttemptRow.since <= now - LONGEST))


def network_of(address: str) -> str:
    """Whom an address counts for.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2:3:4:5:6"), network_of("::ffff:192.0.2.7"), network_of("")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7', 'unknown')
    """
    try:
        read = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped is not None:
            return str(read.ipv4_mapped)
        return str(ipaddress.ip_network((read, IPV6_PREFIX), strict=False))
    return str(read)


def _count(session: Session, limit: Limit, whose: str, now: datetime) -> timedelta:
    """Count one try; how long to wait if it is one too many."""
    insert_new(session, AttemptRow, what=limit.what, whose=whose, since=now, times=0)
    is_over = AttemptRow.since <= now - limit.within
    row = session.execute(
        update(AttemptRow)
        .where(AttemptRow.what == limit.what, AttemptRow.whose == whose)
        .values(
            times=case((is_over, 1), else_=AttemptRow.times + 1), since=case((is_over, now), else_=AttemptRow.since)
        )
        .returning(AttemptRow.times, AttemptRow.since)
        .execution_options(synchronize_session=False)
    ).one()
    return row.since + limit.within - now if row.times > limit.times else timedelta(0)
