"""What was told live of a lesson, a few bytes each, until its account is written.

::

    an IPU      27 bytes   start, end, how sure | role | flags
    an event    25 bytes   end of her speech | kind | its name
    a phase     17 bytes   start, end | phase
    a hole      16 bytes   start, end

An hour of lively talk is 1,500 IPUs and 450 events: 52 kB. Values of their own would be ten times as much, and lie so
among what comes and goes that the memory between them would be lost as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from struct import Struct
from typing import Generic, NamedTuple, TypeVar, overload
from uuid import UUID

from lesson.talk import Flag, IntervalKind, Ipu, Phase, PhaseSpan, Role, WaitTime

_Row = TypeVar("_Row")
Hole = tuple[float, float]
"""Start and end of sound that the microphone did not give us."""

_ROLES, _PHASES, _KINDS, _FLAGS = tuple(Role), tuple(Phase), tuple(IntervalKind), tuple(Flag)


class Rows(Sequence[_Row], Generic[_Row]):
    """Values of one kind, in order. `form`: how one is written (`struct`)."""

    def __init__(self, form: str, pack: Callable[[_Row], tuple[object, ...]], unpack: Callable[..., _Row]) -> None:
        self._one, self._pack, self._unpack = Struct(form), pack, unpack
        self._bytes = bytearray()

    def __len__(self) -> int:
        return len(self._bytes) // self._one.size

    @overload
    def __getitem__(self, at: int, /) -> _Row: ...
    @overload
    def __getitem__(self, at: slice, /) -> list[_Row]: ...
    def __getitem__(self, at: int | slice, /) -> _Row | list[_Row]:
        """Make one again, or some."""
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        return self._unpack(*self._one.unpack_from(self._bytes, range(len(self))[at] * self._one.size))

    def __iter__(self) -> Iterator[_Row]:
        return (self._unpack(*values) for values in self._one.iter_unpack(bytes(self._bytes)))

    def append(self, row: _Row) -> None:
        """Add one behind."""
        self._bytes += self._one.pack(*self._pack(row))

    def replace(self, at: int, row: _Row) -> None:
        """Put one in the place of another."""
        self._one.pack_into(self._bytes, range(len(self))[at] * self._one.size, *self._pack(row))


def ipu_rows() -> Rows[Ipu]:
    """For IPUs, but for whose voice it was."""
    return Rows(
        "<dddBH",
        lambda ipu: (ipu.start, ipu.end, ipu.p_role, _ROLES.index(ipu.role), _bits(ipu.flags)),
        lambda start, end, sure, role, bits: Ipu(_ROLES[role], start, end, sure, flags=_flags(bits)),
    )


def phase_rows() -> Rows[PhaseSpan]:
    """For phases."""
    return Rows(
        "<ddB",
        lambda span: (span.start, span.end, _PHASES.index(span.phase)),
        lambda start, end, phase: PhaseSpan(_PHASES[phase], start, end),
    )


def hole_rows() -> Rows[Hole]:
    """For missing sound."""
    return Rows("<dd", lambda hole: hole, lambda start, end: (start, end))


class Named(NamedTuple):
    """An event that was told, by what makes it the same as one of the account."""

    event_id: str
    kind: IntervalKind
    t_end: float


class Names:
    """Every event's name, as it was told last. Only of the last few it is expected to be told again."""

    def __init__(self, again: int) -> None:
        """`again`: how many of the last events may be told again."""
        self._again = again
        self._rows: Rows[Named] = Rows(
            "<16sBd",
            lambda event: (UUID(event.event_id).bytes, _KINDS.index(event.kind), event.t_end),
            lambda name, kind, t_end: Named(UUID(bytes=name).hex, _KINDS[kind], t_end),
        )

    def __iter__(self) -> Iterator[Named]:
        return iter(self._rows)

    def tell(self, event: WaitTime) -> None:
        """Take in an event, for the first time or again."""
        named, count = Named(event.event_id, event.kind, event.t_end), len(self._rows)
        for at in range(count - 1, max(0, count - self._again) - 1, -1):
            if self._rows[at].event_id == event.event_id:
                self._rows.replace(at, named)
                return
        self._rows.append(named)


def _bits(flags: frozenset[Flag]) -> int:
    return sum(1 << at for at, flag in enumerate(_FLAGS) if flag in flags)


def _flags(bits: int) -> frozenset[Flag]:
    return frozenset(flag for at, flag in enumerate(_FLAGS) if bits >> at & 1)
