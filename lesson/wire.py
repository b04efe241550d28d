"""Values to JSON and back, strictly.

A frozen dataclass is its own schema::

    WaitTime(t_end=12.5, outcome=Outcome.ANSWERED, ...)  <->  {"t_end_s": 12.5, "outcome": "answered", ...}

* a field made with `seconds()` gets `_s` behind its name on the wire: code counts in seconds, files say so
* bytes travel as base64url without padding, moments as ISO 8601 in UTC, sets as sorted lists
* `from_wire` refuses what it does not know: a missing or surplus key, another type, a naive moment
* a field made with `later()` joined its schema after files had been written: while it has its default it is left out,
  so those files read as before
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import math
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

_UNIT = "unit"
_LATER = "later"


class WireError(ValueError):
    """The JSON is not what was agreed."""


def seconds(**kwargs: Any) -> Any:
    """Make a dataclass field that counts in seconds and says so on the wire."""
    return dataclasses.field(metadata={_UNIT: "s"}, **kwargs)


def later(default: Any) -> Any:
    """Make a dataclass field that files of before do not have, and that is left out while it has its default."""
    return dataclasses.field(default=default, metadata={_LATER: True})


def to_wire(value: object) -> Any:
    """Turn a value into what `json` writes.

    >>> to_wire({"when": datetime(2026, 11, 17, tzinfo=UTC), "key": b"abc"})
    {'when': '2026-11-17T00:00:00Z', 'key': 'YWJj'}
    """
    match value:
        case Enum():
            return value.value
        case bool() | int() | float() | str() | None:
            return value
        case bytes():
            return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
        case datetime():
            if value.tzinfo is None:
                raise WireError("A moment needs its time zone.")
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case frozenset():
            return sorted(to_wire(item) for item in value)
        case tuple() | list():
            return [to_wire(item) for item in value]
        case Mapping():
            return {str(key): to_wire(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        there = [(field, getattr(value, field.name)) for field in dataclasses.fields(value)]
        return {wire_name(field): to_wire(item) for field, item in there if not _is_left_out(field, item)}
    raise WireError(f"{type(value).__name__} has no form on the wire.")


def from_wire(kind: type[T], data: object) -> T:
    """Turn what `json` read into a value of `kind`, or raise `WireError` with the place."""
    return typing.cast("T", _decode(kind, data, kind.__name__))


def dumps(value: object) -> bytes:
    """One line of canonical JSON: keys in the order of the fields, no spaces, UTF-8."""
    try:
        return json.dumps(to_wire(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except ValueError as error:  # a NaN, an infinity, half a surrogate pair
        raise WireError(f"This cannot be written as JSON: {error}") from error


def loads(data: bytes | str) -> Any:
    """Read JSON, refusing what `dumps` never writes: NaN, infinities, a key twice."""
    try:
        # json.loads would guess UTF-16 and UTF-32 from bytes, and skip a byte order mark.
        text = data if isinstance(data, str) else data.decode("utf-8")
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise WireError(f"This is not JSON: {error}") from error


def _refuse_constant(name: str) -> Any:
    raise WireError(f"{name} is not a number.")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise WireError("A key stands twice.")
    return keys


def _is_left_out(field: dataclasses.Field[Any], item: object) -> bool:
    return is_later(field) and item == field.default


def is_later(field: dataclasses.Field[Any]) -> bool:
    """Whether a field may be missing, because it joined its schema later."""
    return _LATER in field.metadata


def wire_name(field: dataclasses.Field[Any]) -> str:
    """What a field is called on the wire."""
    unit = field.metadata.get(_UNIT)
    return f"{field.name}_{unit}" if unit else field.name


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _decode(kind: Any, data: object, place: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _decode_optional(kind, data, place)
    if origin is dict:
        _expect(isinstance(data, dict), place, kind)
        inner = typing.get_args(kind)[1]
        return {
            _decode_text(key, place): _decode(inner, item, f"{place}.{key}")
            for key, item in typing.cast("dict[str, Any]", data).items()
        }
    if origin in (tuple, frozenset):
        return _decode_many(origin, typing.get_args(kind)[0], data, place)
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, data, place)
    return _decode_plain(kind, data, place)


def _decode_optional(kind: Any, data: object, place: str) -> Any:
    inner = [arg for arg in typing.get_args(kind) if arg is not types.NoneType]
    if data is None or len(inner) != 1:
        _expect(data is None, place, kind)
        return None
    return _decode(inner[0], data, place)


def _decode_many(origin: Any, inner: Any, data: object, place: str) -> Any:
    if not isinstance(data, list):
        raise WireError(f"{place}: a list was expected.")
    return origin(_decode(inner, item, f"{place}[{number}]") for number, item in enumerate(data))


def _decode_dataclass(kind: Any, data: object, place: str) -> Any:
    if not isinstance(data, dict):
        raise WireError(f"{place}: an object was expected.")
    fields = {wire_name(field): field for field in dataclasses.fields(kind)}
    if surplus := data.keys() - fields.keys():
        raise WireError(f"{place}: nobody agreed on {', '.join(sorted(surplus))}.")
    left_out = {name for name, field in fields.items() if is_later(field) and name not in data}
    if missing := fields.keys() - data.keys() - left_out:
        raise WireError(f"{place}: {', '.join(sorted(missing))} is missing.")
    hints = _hints(kind)
    values = {
        field.name: _decode(hints[field.name], data[name], f"{place}.{name}")
        for name, field in fields.items()
        if name not in left_out
    }
    try:
        return kind(**values)
    except ValueError as error:
        raise WireError(f"{place}: {error}") from error


def _decode_plain(kind: Any, data: object, place: str) -> Any:
    if kind is float:
        _expect(isinstance(data, int | float) and not isinstance(data, bool), place, kind)
        try:
            number = float(typing.cast("float", data))
        except OverflowError as error:
            raise WireError(f"{place}: this number is too large.") from error
        _expect(math.isfinite(number), place, kind)
        return number
    if kind is int:
        _expect(isinstance(data, int) and not isinstance(data, bool), place, kind)
        return data
    if kind is bool:
        _expect(isinstance(data, bool), place, kind)
        return data
    if kind is str:
        return _decode_text(data, place)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _decode_enum(kind, data, place)
    _expect(isinstance(data, str), place, kind)
    text = typing.cast("str", data)
    try:
        if kind is bytes:
            return from_base64(text)
        if kind is datetime:
            moment = datetime.fromisoformat(text)
            _expect(moment.tzinfo is not None, place, kind)
            return moment.astimezone(UTC)
        return kind(text)
    except (ValueError, OverflowError, binascii.Error) as error:  # Overflow: the year 1, east of Greenwich
        raise WireError(f"{place}: {text!r} is no {kind.__name__}.") from error


def _decode_text(data: object, place: str) -> str:
    _expect(isinstance(data, str), place, str)
    text = typing.cast("str", data)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WireError(f"{place}: half a surrogate pair is no text.") from error
    return text


def _decode_enum(kind: type[Enum], data: object, place: str) -> Enum:
    for member in kind:
        # The type as well, because in Python True == 1.
        if type(member.value) is type(data) and member.value == data:
            return member
    raise WireError(f"{place}: {data!r} is no {kind.__name__}.")


def from_base64(text: str) -> bytes:
    """Bytes of base64url without padding; raise `ValueError` for any other spelling."""
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if to_wire(raw) != text:  # one value, one spelling
        raise ValueError(text)
    return raw


def _expect(holds: object, place: str, kind: Any) -> None:
    if not holds:
        raise WireError(f"{place}: {getattr(kind, '__name__', kind)} was expected.")
