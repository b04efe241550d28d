"""What travels over MQTT between a unit and its school.

::

    waitwise/v1/<unit>/up/status    UnitStatus, retained; the last will is the same with online=false
    waitwise/v1/<unit>/up/events    Delivery(stream, seq, event), QoS 1
    waitwise/v1/<unit>/down/ack     Ack(stream, upto), retained, from the school

An event is delivered when the school says so with an `Ack`, never when the broker does: a broker that
was killed may forget what it acknowledged. A `Delivery` may therefore come more than once;
(unit, stream, seq) says whether it did.

The school can read all of this but what is inside `SealedEvidence.ciphertext`.
Nothing depends on MQTT 5: ids, order and acknowledgements are in the payload.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from lesson.wire import WireError, dumps, from_wire, later, loads, seconds, to_wire

T = TypeVar("T")

ROOT = "waitwise/v1"
MAX_MESSAGE_BYTES = 256 * 1024
"""Longer payloads are refused before they are parsed. Evidence of a minute is under 16 KiB."""

_UNIT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LESSON_ID = re.compile(r"[0-9a-f]{32}")


class MessageError(ValueError):
    """A payload that nobody agreed on."""


def check_unit_id(unit: str) -> str:
    """Return `unit` if it can stand in a topic and a certificate; raise `MessageError` otherwise.

    >>> check_unit_id("lab-2")
    'lab-2'
    """
    if not _UNIT_ID.fullmatch(unit):
        raise MessageError(f"{unit!r} is no unit id: use small letters, digits and hyphens, 63 at most.")
    return unit


def check_lesson_id(lesson_id: str) -> str:
    """Return `lesson_id` if it is 16 bytes in small hexadecimal digits; raise `MessageError` otherwise."""
    if not _LESSON_ID.fullmatch(lesson_id):
        raise MessageError(f"{lesson_id!r} is no lesson id: 32 hexadecimal digits were expected.")
    return lesson_id


def status_topic(unit: str) -> str:
    """Topic of a unit's retained status."""
    return f"{ROOT}/{check_unit_id(unit)}/up/status"


def events_topic(unit: str) -> str:
    """Topic of a unit's deliveries."""
    return f"{ROOT}/{check_unit_id(unit)}/up/events"


def ack_topic(unit: str) -> str:
    """Topic of the school's acknowledgements to a unit."""
    return f"{ROOT}/{check_unit_id(unit)}/down/ack"


ALL_STATUS = f"{ROOT}/+/up/status"
ALL_EVENTS = f"{ROOT}/+/up/events"


def unit_of(topic: str) -> str:
    """Unit id in a topic of ours; raise `MessageError` if it is none.

    >>> unit_of("waitwise/v1/lab-2/up/events")
    'lab-2'
    """
    parts = topic.split("/")
    if len(parts) != 5 or "/".join(parts[:2]) != ROOT:
        raise MessageError(f"{topic!r} is no topic of ours.")
    return check_unit_id(parts[2])


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """How a unit is. Health and storage; nothing of a lesson's content."""

    online: bool
    at: datetime
    version: str
    recording: str | None = None
    """Id of the lesson being recorded."""
    free_bytes: int | None = None
    waiting_segments: int = 0
    """Sealed segments that the school has not confirmed."""
    waiting_events: int = 0
    problems: tuple[str, ...] = ()
    """Codes from lesson/problems.py, most urgent first."""
    microphone_drift_ppm: float | None = later(None)
    """How much too fast the microphone counted in the last lesson, which is put right there. None: not known yet."""


@dataclass(frozen=True, slots=True)
class LessonStarted:
    """Somebody pressed the button."""

    lesson_id: str
    started_at: datetime
    header: bytes
    """Exact bytes of header.json: who can open the lesson, and how. Not secret."""
    stanzas: tuple[bytes, ...]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class SealedEvidence:
    """A few lines of `lesson.talk.Heard`, sealed like footage (track 4)."""

    lesson_id: str
    index: int
    ciphertext: bytes


DISCARDED = "discarded"
"""How a lesson ended that was thrown away at its unit before any of its footage had left: nothing more of it comes."""


@dataclass(frozen=True, slots=True)
class LessonEnded:
    """Somebody pressed the button again, or the power came back; later, perhaps, that it was thrown away there."""

    lesson_id: str
    ended_at: datetime
    end: str
    """As in the manifest: stopped, interrupted or disk_full. Or `DISCARDED`."""
    n_segments: int
    n_evidence: int
    duration: float = seconds()


Event = LessonStarted | SealedEvidence | LessonEnded

_EVENTS: dict[str, type[LessonStarted | SealedEvidence | LessonEnded]] = {
    "lesson_started": LessonStarted,
    "sealed_evidence": SealedEvidence,
    "lesson_ended": LessonEnded,
}
_NAMES = {kind: name for name, kind in _EVENTS.items()}


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event with its place in a unit's stream."""

    stream: str
    """Random id of the outbox. A unit whose card was replaced starts another stream."""
    seq: int
    """1, 2, 3, ... without a hole."""
    event: Event


@dataclass(frozen=True, slots=True)
class Ack:
    """The school has everything of `stream` up to and including `upto` on its disk."""

    stream: str
    upto: int


def encode_event(event: Event) -> bytes:
    """JSON of one event, with its type."""
    return dumps({"type": _NAMES[type(event)], **to_wire(event)})


def decode_event(payload: bytes) -> Event:
    """Read what `encode_event` wrote; raise `MessageError` for anything else."""
    return _decode_event(_load(payload))


def encode_delivery(stream: str, seq: int, event: bytes) -> bytes:
    """Put an already encoded event into its place in the stream."""
    return b'{"stream":' + dumps(stream) + b',"seq":' + dumps(seq) + b',"event":' + event + b"}"


def decode_delivery(payload: bytes) -> Delivery:
    """Read a delivery; raise `MessageError` for anything else."""
    data = _load(payload)
    if set(data) != {field.name for field in fields(Delivery)}:
        raise MessageError("A delivery has a stream, a seq and an event.")
    stream, seq = data["stream"], data["seq"]
    if not isinstance(stream, str) or not isinstance(seq, int) or isinstance(seq, bool) or seq < 1:
        raise MessageError("A stream is a text and seq counts from 1.")
    return Delivery(stream, seq, _decode_event(data["event"]))


def encode_status(status: UnitStatus) -> bytes:
    """JSON of a status."""
    return dumps(status)


def decode_status(payload: bytes) -> UnitStatus:
    """Read a status; raise `MessageError` for anything else."""
    return _from(UnitStatus, _load(payload))


def encode_ack(ack: Ack) -> bytes:
    """JSON of an acknowledgement."""
    return dumps(ack)


def decode_ack(payload: bytes) -> Ack:
    """Read an acknowledgement; raise `MessageError` for anything else."""
    return _from(Ack, _load(payload))


def _decode_event(data: Any) -> Event:
    if not isinstance(data, dict) or not isinstance(data.get("type"), str) or data["type"] not in _EVENTS:
        raise MessageError("An event names its type: " + ", ".join(_EVENTS) + ".")
    event = _from(_EVENTS[data["type"]], {key: value for key, value in data.items() if key != "type"})
    check_lesson_id(event.lesson_id)
    return event


def _load(payload: bytes) -> dict[str, Any]:
    if len(payload) > MAX_MESSAGE_BYTES:
        raise MessageError(f"{len(payload)} bytes are more than a message may have ({MAX_MESSAGE_BYTES}).")
    try:
        data = loads(payload)
    except WireError as error:
        raise MessageError(str(error)) from error
    if not isinstance(data, dict):
        raise MessageError("A message is a JSON object.")
    return data


def _from(kind: type[T], data: dict[str, Any]) -> T:
    try:
        return from_wire(kind, data)
    except WireError as error:
        raise MessageError(str(error)) from error
