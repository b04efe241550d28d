"""Values go to JSON and come back the same; anything nobody agreed on is refused with its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.talk import (
    Account,
    Flag,
    Heard,
    IntervalKind,
    Mark,
    MarkKind,
    Outcome,
    Phase,
    PhaseSpan,
    Role,
    State,
    WaitTime,
)
from lesson.wire import WireError, dumps, from_wire, loads, seconds, to_wire

AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    LOW = 0
    HIGH = 1


@dataclass(frozen=True, slots=True)
class Small:
    """One field of each kind that travels."""

    name: str = "n"
    count: int = 1
    is_on: bool = False
    share: float = 0.5
    start: float = seconds(default=2.0)
    key: bytes = b"\x00\xff"
    at: datetime = AT
    colour: Colour = Colour.RED
    level: Level = Level.HIGH
    maybe: int | None = None
    many: tuple[int, ...] = (1, 2)
    some: frozenset[Colour] = frozenset({Colour.RED})
    counts: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Positive:
    number: int

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError("It must be positive.")


finite = st.floats(allow_nan=False, allow_infinity=False)
maybe = st.none() | finite
text = st.text(st.characters(exclude_categories=("Cs",)))
smalls = st.builds(
    Small,
    name=text,
    count=st.integers(),
    is_on=st.booleans(),
    share=finite,
    start=finite,
    key=st.binary(),
    at=st.datetimes(timezones=st.just(UTC)),
    level=st.sampled_from(Level),
    maybe=st.none() | st.integers(),
    many=st.lists(st.integers()).map(tuple),
    some=st.sets(st.sampled_from(Colour)).map(frozenset),
)
waits = st.builds(
    WaitTime,
    event_id=text,
    lesson_id=text,
    schema=text,
    kind=st.sampled_from(IntervalKind),
    t_end=finite,
    offered_wait=finite,
    time_to_answer=maybe,
    pause_before_name=maybe,
    pause_after_name=maybe,
    longest_silence=finite,
    outcome=st.sampled_from(Outcome),
    phase=st.sampled_from(Phase),
    flags=st.sets(st.sampled_from(Flag)).map(frozenset),
)
states = st.builds(State, role=st.sampled_from(Role), start=finite, end=finite)
phases = st.builds(PhaseSpan, phase=st.sampled_from(Phase), start=finite, end=finite)
accounts = st.builds(
    Account,
    duration=finite,
    states=st.lists(states, max_size=3).map(tuple),
    phases=st.lists(phases, max_size=3).map(tuple),
    waits=st.lists(waits, max_size=2).map(tuple),
)
heard = st.one_of(
    st.builds(Heard, state=states),
    st.builds(Heard, phase=phases),
    st.builds(Heard, wait=waits),
    st.builds(Heard, account=accounts),
)


@given(smalls)
def test_every_kind_of_field_comes_back(value: Small) -> None:
    assert from_wire(Small, loads(dumps(value))) == value


@given(heard)
def test_whatever_was_heard_comes_back(value: Heard) -> None:
    assert from_wire(Heard, loads(dumps(value))) == value


@given(smalls)
def test_the_same_value_is_the_same_bytes(value: Small) -> None:
    again = from_wire(Small, loads(dumps(value)))
    assert dumps(again) == dumps(value)
    assert b"\n" not in dumps(value)


def test_seconds_say_so_on_the_wire() -> None:
    wired = to_wire(Small())
    assert wired["start_s"] == 2.0
    assert "start" not in wired
    assert wired["key"] == "AP8"
    assert wired["at"] == "2026-11-17T09:00:00Z"


def test_moments_travel_in_utc() -> None:
    vienna = timezone(timedelta(hours=1))
    assert to_wire(datetime(2026, 11, 17, 10, 0, tzinfo=vienna)) == "2026-11-17T09:00:00Z"
    assert from_wire(Small, {**to_wire(Small()), "at": "2026-11-17T10:00:00+01:00"}).at == AT


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 1),
        ("name", None),
        ("name", "\ud800"),
        ("count", 1.0),
        ("count", True),
        ("count", "1"),
        ("is_on", 1),
        ("is_on", None),
        ("share", "0.5"),
        ("share", True),
        ("share", float("inf")),
        ("share", 10**400),
        ("start_s", None),
        ("key", "AP8="),
        ("key", "AP9"),
        ("key", "A"),
        ("key", "AP!8"),
        ("key", "\u00e9\u00e9"),
        ("at", "2026-11-17T09:00:00"),
        ("at", "yesterday"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("colour", "blue"),
        ("colour", 0),
        ("level", 2),
        ("level", True),
        ("level", "1"),
        ("level", 1.0),
        ("maybe", "1"),
        ("many", {"0": 1}),
        ("many", "12"),
        ("many", [1, "2"]),
        ("some", ["blue"]),
        ("counts", {"a": "1"}),
        ("counts", []),
    ],
)
def test_another_type_is_refused_with_its_place(field: str, value: object) -> None:
    with pytest.raises(WireError, match=field.removesuffix("_s")):
        from_wire(Small, {**to_wire(Small()), field: value})


def test_a_missing_and_a_surplus_key_are_refused() -> None:
    whole = to_wire(Small())
    with pytest.raises(WireError, match="nobody agreed on more"):
        from_wire(Small, {**whole, "more": 1})
    del whole["count"]
    with pytest.raises(WireError, match="count is missing"):
        from_wire(Small, whole)
    with pytest.raises(WireError, match="an object was expected"):
        from_wire(Small, [])


def test_keys_of_a_map_are_text() -> None:
    assert from_wire(Counted, {"counts": {"0": 3}}) == Counted({"0": 3})
    with pytest.raises(WireError, match="surrogate"):
        from_wire(Counted, loads(b'{"counts":{"\\udc00":1}}'))


def test_a_value_that_refuses_itself_is_refused_with_its_place() -> None:
    with pytest.raises(WireError, match="Positive: It must be positive"):
        from_wire(Positive, {"number": 0})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b"\xff",
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b"{} {}",
        b"[" * 100_000,
        b"1" * 5000,
    ],
    ids=lambda data: data[:12].hex(),
)
def test_what_is_not_our_json_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        loads(data)


@pytest.mark.parametrize(
    "value",
    [float("nan"), [float("inf")], "\ud800", pytest.param(object(), id="an object"), datetime(2026, 1, 1)],  # noqa: DTZ001
    ids=str,
)
def test_what_has_no_form_on_the_wire_is_not_written(value: object) -> None:
    with pytest.raises(WireError):
        dumps(value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | finite | text, st.lists))
def test_whatever_comes_a_refusal_is_ours(data: object) -> None:
    for kind in (Small, Heard, Counted):
        try:
            from_wire(kind, data)
        except WireError:
            continue


def test_what_was_written_before_a_later_field_was_there_reads_as_before() -> None:
    before = b'{"state":{"role":"pupil","start_s":1.0,"end_s":2.0},"phase":null,"wait":null,"account":null}'
    heard = from_wire(Heard, loads(before))

    assert heard == Heard(state=State(Role.PUPIL, 1.0, 2.0))
    assert dumps(heard) == before
    assert {"marks", "microphone_drift_ppm"}.isdisjoint(to_wire(Account(3.0)))


def test_a_later_field_travels_where_there_is_something() -> None:
    marked = Heard(account=Account(3.0, marks=(Mark(MarkKind.PAUSE, 1.0, None), Mark(MarkKind.BOOKMARK, 2.0, 2.0))))

    assert from_wire(Heard, loads(dumps(marked))) == marked
    assert dumps(Heard(mark=Mark(MarkKind.BOOKMARK, 2.0, 2.0))).endswith(
        b'"mark":{"kind":"bookmark","start_s":2.0,"end_s":2.0}}'
    )
