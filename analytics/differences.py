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
    """Events in order. One that nobody heard before has an empty `event_id`. `changed`: stretches with another role."""
    before, after = _by_place(base), _by_place(new)
    found: list[WaitTime] = []
    for moment, wait in _by_place(heard).items():
        was, now = before.get(moment), after.pop(moment, None)
        touched = any(is_before(ipu, wait) or is_after(ipu, wait) for ipu in changed)
        if now is None:
            if was is None and not touched:
                found.append(wait)
        elif was is None:
            found.append(_like(wait, now) if touched else wait)
        else:
            changes = {name: getattr(now, name) for name in _FIELDS if _differs(was, now, name)}
            found.append(dataclasses.replace(wait, schema=SCHEMA, **changes) if changes else wait)
    for moment, now in after.items():
        was = before.get(moment)
        if was is None or any(_differs(was, now, name) for name in _FIELDS):
            found.append(_like(dataclasses.replace(heard[0], event_id="", basis=now.basis), now))
    return sorted(found, key=lambda wait: wait.t_end)


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


def _by_place(waits: Iterable[WaitTime]) -> dict[tuple[int, int], WaitTime]:
    """Events by their moment; two pupils over the end of her voice are two events of one moment."""
    found: dict[tuple[int, int], WaitTime] = {}
    seen: Counter[int] = Counter()
    for wait in waits:
        moment = _moment(wait.t_end)
        found[moment, seen[moment]] = wait
        seen[moment] += 1
    return found


def _like(heard: WaitTime, now: WaitTime) -> WaitTime:
    return dataclasses.replace(heard, schema=SCHEMA, **{name: getattr(now, name) for name in _FIELDS})


def _differs(one: WaitTime, other: WaitTime, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _moment(seconds: float) -> int:
    return round(seconds * 1000)


def _key(gap: Interval) -> tuple[str, int, int]:
    return gap.kind.value, _moment(gap.t_end), _moment(gap.offered_wait)


def _spoils(unusable: Interval, gap: Interval) -> bool:
    ends = gap.t_end + max(gap.offered_wait, 0.0)
    return (
        not unusable.usable and unusable.t_end <= ends and unusable.t_end + max(unusable.offered_wait, 0.0) >= gap.t_end
    )
