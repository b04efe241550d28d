"""What the schema allows and what `from_wire` takes are the same, by a second opinion."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.wire import WireError, from_wire, later, seconds, to_wire
from lesson.wire_schema import schema_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Inner:
    key: bytes


@dataclass(frozen=True)
class Asked:
    name: str
    count: int
    share: float
    is_on: bool
    colour: Colour
    inner: Inner | None
    many: tuple[Inner, ...]
    named: dict[str, int]
    at: datetime | None
    length: float = seconds()
    note: str | None = later(None)


VALIDATOR = jsonschema_rs.validator_for(schema_of(Asked))


@given(st.builds(Asked, at=st.none(), share=st.floats(0, 1), length=st.floats(0, 9)))
def test_what_is_written_is_allowed(value: Asked) -> None:
    assert VALIDATOR.is_valid(to_wire(value))


WHOLE = {
    "name": "n",
    "count": 1,
    "share": 0.5,
    "is_on": True,
    "colour": "red",
    "inner": {"key": "YWJj"},
    "many": [],
    "named": {"a": 1},
    "at": "2026-11-17T00:00:00Z",
    "length_s": 2.5,
}


@pytest.mark.parametrize(
    "change",
    [
        {"name": 1},
        {"count": "1"},
        {"share": "half"},
        {"is_on": 1},
        {"colour": "green"},
        {"inner": {"key": "a/b="}},
        {"inner": {}},
        {"many": [None]},
        {"named": {"a": "1"}},
        {"surplus": 1},
        {"length": 2.5},
    ],
)
def test_what_one_refuses_the_other_does_not_allow(change: dict[str, object]) -> None:
    assert VALIDATOR.is_valid(WHOLE)
    assert from_wire(Asked, WHOLE).note is None

    assert not VALIDATOR.is_valid({**WHOLE, **change})
    with pytest.raises(WireError):
        from_wire(Asked, {**WHOLE, **change})


def test_what_must_stand_there_must_stand_there() -> None:
    for name in WHOLE:
        assert not VALIDATOR.is_valid({key: value for key, value in WHOLE.items() if key != name})
