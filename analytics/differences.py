"""Carry over what a correction changes, field by field, and leave the rest as it was heard.

::

    heard     what the account says           from the sound itself
    base      the rules over the account      as near to it as an account allows
    new       the rules over what was said    base and new differ only where somebody said something

    a field that is the same in base and new keeps the value that was heard
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence

from analytics.redrawn import is_after, is_before
from lesson.talk import SCHEMA, Interval, Ipu, WaitTime

_OWN = frozenset({"event_id", "lesson_id", "schema", "sd_ms", "bias_ms", "human", "heard_as", "basis"})
"""Fields of an event that no rule derives from its stretches."""
_FIELDS = tuple(field.name for field in dataclasses.fields(WaitTime) if field.name not in _OWN)


def merged_waits(
    heard: Sequence[WaitTime], base: Iterable[WaitTime], new: Iterable[WaitTime], changed: Sequence[Ipu]
) -> list[WaitTime]:
    """Events in order; one that nobody heard before has an empty `event_id`. `changed`: stretches of another role."""
    old = {_place(wait): wait for wait in base}
    now_of, come = _paired(old, new)
    known = {_place(wait) for wait in heard}
    found: list[WaitTime] = []
    for wait in heard:
        was = old.get(_place(wait))
        touched = any(is_before(ipu, wait) or is_after(ipu, wait) for ipu in changed)
        if was is None:
            # The rules do not find it again in an account: it stays, unless somebody spoke of the voices beside it.
            if not touched:
                found.append(wait)
            continue
        now = now_of.get(_place(wait))
        if now is not None:
            changes = {name: getattr(now, name) for name in _FIELDS if getattr(was, name) != getattr(now, name)}
            found.append(dataclasses.replace(wait, schema=SCHEMA, **changes) if changes else wait)
    come += [now for place, now in now_of.items() if place not in known and now != old[place]]
    for now in come:
        made = dataclasses.replace(heard[0], event_id="", schema=SCHEMA, basis=now.basis)
        found.append(dataclasses.replace(made, **{name: getattr(now, name) for name in _FIELDS}))
    return sorted(found, key=lambda wait: wait.t_end)


def _paired(
    old: dict[tuple[int, int], WaitTime], new: Iterable[WaitTime]
) -> tuple[dict[tuple[int, int], WaitTime], list[WaitTime]]:
    """What became of each event, and new events. A pause of another length is still the pause of its moment."""
    rest = {_place(wait): wait for wait in new}
    same = {place: rest.pop(place) for place in old if place in rest}
    for place in (place for place in old if place not in same):
        moved = next((other for other in rest if other[0] == place[0]), None)
        if moved is not None:
            same[place] = rest.pop(moved)
    return same, list(rest.values())


def _place(wait: WaitTime) -> tuple[int, int]:
    return _moment(wait.t_end), _moment(wait.offered_wait)


def merged_intervals(
    heard: Sequence[Interval], base: Iterable[Interval], new: Iterable[Interval]
) -> tuple[Interval, ...]:
    """Intervals in order; a new one beside sound that could not be heard is not usable either."""
    old, now = list(base), list(new)
    gone = Counter(map(_key, old)) - Counter(map(_key, now))
    come = Counter(map(_key, now)) - Counter(map(_key, old))
    if not gone and not come:
        return tuple(heard)
    found = []
    for gap in heard:
        if gone[_key(gap)] > 0:
            gone[_key(gap)] -= 1
        else:
            found.append(gap)
    for gap in now:
        if come[_key(gap)] > 0:
            come[_key(gap)] -= 1
            found.append(dataclasses.replace(gap, usable=gap.usable and not any(_spoils(each, gap) for each in heard)))
    return tuple(sorted(found, key=lambda gap: _moment(gap.t_end + gap.offered_wait)))


def _moment(seconds: float) -> int:
    return round(seconds * 1000)


def _key(gap: Interval) -> tuple[str, int, int]:
    return gap.kind.value, _moment(gap.t_end), _moment(gap.offered_wait)


def _spoils(unusable: Interval, gap: Interval) -> bool:
    ends = gap.t_end + max(gap.offered_wait, 0.0)
    return (
        not unusable.usable and unusable.t_end <= ends and unusable.t_end + max(unusable.offered_wait, 0.0) >= gap.t_end
    )
