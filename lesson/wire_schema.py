"""The JSON Schema of what `from_wire` takes (draft 2020-12).

::

    JoinRequest(code: str, encryption_key: bytes)  ->  {"type": "object", "required": ["code", "encryption_key"],
                                                        "properties": {...}, "additionalProperties": false}

What a value refuses beyond its types, `from_wire` says: this tells a program how to ask, not whether it will be heard.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import datetime
from enum import Enum
from typing import Any

from lesson.wire import is_later, wire_name

Schema = dict[str, Any]

_PLAIN: dict[object, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bytes: {"type": "string", "pattern": "^[A-Za-z0-9_-]*$"},
    datetime: {"type": "string", "format": "date-time"},
}


def schema_of(kind: Any) -> Schema:
    """The schema of one kind of value.

    >>> schema_of(tuple[int | None, ...])
    {'type': 'array', 'items': {'anyOf': [{'type': 'integer'}, {'type': 'null'}]}}
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [{"type": "null"} if each is types.NoneType else schema_of(each) for each in inner]}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(inner[1])}
    if origin in (tuple, frozenset):
        return {"type": "array", "items": schema_of(inner[0])}
    if dataclasses.is_dataclass(kind):
        return _object(typing.cast("type", kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    return dict(_PLAIN[kind])


def _object(kind: type) -> Schema:
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    return {
        "type": "object",
        "properties": {wire_name(field): schema_of(hints[field.name]) for field in fields},
        "required": [wire_name(field) for field in fields if not is_later(field)],
        "additionalProperties": False,
    }
