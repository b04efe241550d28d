"""Takes in what units say over MQTT: each event once, in order, and never a promise over a hole.

::

    seq = upto + 1   kept, then acknowledged          in one transaction
    seq <= upto      here already: acknowledged again
    seq > upto + 1   not kept; the answer says where the unit has to go on

A message that nobody agreed on must not stop the stream behind it, and must not be lost: it is kept as it came in the
table `unreadable`, with the reason, and counts as delivered. The table has room for `MAX_UNREADABLE` a unit; behind
that nothing more is acknowledged and the unit keeps its messages, so a broken program cannot fill the school's disk.

`Ingest` owns no connection and no thread: it is fed payloads and answers with what to publish.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lesson.footage.segments import MAX_INDEX
from lesson.messages import (
    DISCARDED,
    Ack,
    Event,
    LessonEnded,
    LessonStarted,
    MessageError,
    SealedEvidence,
    decode_delivery,
    decode_status,
)
from school.database import Database, EvidenceRow, StreamRow, UnitRow, UnitStatusRow, UnreadableRow, insert_new
from school.envelope import keep_header, keep_stanza, open_lesson
from school.errors import GoneError, MismatchError, OtherBytesError, RefusedError

MAX_UNREADABLE = 1000
"""Unreadable messages kept for a unit."""
MAX_TITLE = 200

_LOG = logging.getLogger(__name__)
_PLACE = re.compile(rb'\{"stream":"([!#-\[\]-~]{1,64})","seq":([1-9][0-9]{0,15}),')
"""How every delivery begins (`lesson.messages.encode_delivery`): readable even if the rest is not."""


@dataclass(frozen=True, slots=True)
class _Read:
    stream: str
    seq: int
    event: Event | None
    reason: str = ""


class Ingest:
    """Fed deliveries and statuses, one at a time."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], *, max_unreadable: int = MAX_UNREADABLE
    ) -> None:
        self._database = database
        self._now = now
        self._max_unreadable = max_unreadable

    def delivery(self, unit: str, payload: bytes) -> Ack | None:
        """Take in a payload of a unit's `up/events`; say what to publish on its `down/ack`, if anything."""
        read = _read(payload)
        with self._database.writing() as session:
            row = _trusted(session, unit)
            if row is None:
                return None
            if read.seq == 0:
                self._set_aside(session, unit, payload, read.reason)
                return None
            stream = _stream(session, unit, read.stream, self._now())
            stream.heard_at = self._now()
            if read.seq == stream.upto + 1 and self._take(session, row, read, payload):
                stream.upto = read.seq
        return Ack(stream.stream, stream.upto)

    def acks(self) -> list[tuple[str, Ack]]:
        """How far the school has each unit's latest stream: to be said again after every connection to the broker.

        What came while the school was not connected is lost at the broker. A unit that hears how far the school is
        sends the rest again.
        """
        query = select(StreamRow).order_by(StreamRow.heard_at)
        with self._database.reading() as session:
            latest = {row.unit: Ack(row.stream, row.upto) for row in session.scalars(query)}
        return list(latest.items())

    def status(self, unit: str, payload: bytes) -> None:
        """Take in a payload of a unit's `up/status`. An unreadable one leaves the last good one in place."""
        with self._database.writing() as session:
            if _trusted(session, unit) is None:
                return
            try:
                decode_status(payload)
            except MessageError as error:
                self._set_aside(session, unit, payload, str(error))
                return
            session.merge(UnitStatusRow(unit=unit, status=payload, received_at=self._now()))

    def _take(self, session: Session, unit: UnitRow, read: _Read, payload: bytes) -> bool:
        if read.event is None:
            return self._set_aside(session, unit.unit, payload, read.reason)
        try:
            with session.begin_nested():
                self._apply(session, unit, read.event)
        except GoneError:
            return True  # nothing of a lesson that was deleted is kept, not even as unreadable
        except RefusedError as error:
            return self._set_aside(session, unit.unit, payload, error.detail)
        return True

    def _apply(self, session: Session, unit: UnitRow, event: Event) -> None:
        now = self._now()
        row = open_lesson(session, unit.unit, event.lesson_id, now)
        match event:
            case LessonStarted():
                if event.title is not None and not (event.title.isprintable() and len(event.title) <= MAX_TITLE):
                    raise MismatchError("The title is too long, or cannot be printed.")
                keep_header(session, unit, event.lesson_id, event.header, now)
                for stanza in event.stanzas:
                    keep_stanza(session, unit, event.lesson_id, stanza)
                row.started_at, row.title = event.started_at, event.title or row.title
            case SealedEvidence():
                _keep_evidence(session, event)
            case LessonEnded():
                if event.end == DISCARDED:
                    row.ended_at = row.ended_at or event.ended_at
                else:
                    row.ended_at = event.ended_at
                # The manifest is signed, this is not: what the manifest said stays.
                if row.manifest is None:
                    row.end = _short(event.end)
                    row.duration = row.duration if event.end == DISCARDED else event.duration

    def _set_aside(self, session: Session, unit: str, payload: bytes, reason: str) -> bool:
        _LOG.warning("%s sent a message that cannot be read: %s", unit, reason)
        count = select(func.count()).select_from(UnreadableRow).where(UnreadableRow.unit == unit)
        if session.scalars(count).one() >= self._max_unreadable:
            _LOG.error(
                "%s has %d unreadable messages here. Update it, then empty the table.", unit, self._max_unreadable
            )
            return False
        insert_new(
            session,
            UnreadableRow,
            unit=unit,
            payload_hash=hashlib.sha256(payload).hexdigest(),
            payload=payload,
            reason=_storable(reason),
            received_at=self._now(),
        )
        return True


def _storable(reason: str) -> str:
    # A reason may quote the message: half a surrogate pair is no UTF-8, and PostgreSQL takes no NUL in a text.
    return reason.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _read(payload: bytes) -> _Read:
    place = _PLACE.match(payload)
    if place is None:
        return _Read("", 0, None, "It does not begin with a stream and a seq.")
    stream, seq = place[1].decode(), int(place[2])
    try:
        return _Read(stream, seq, decode_delivery(payload).event)
    except MessageError as error:
        return _Read(stream, seq, None, str(error))


def _trusted(session: Session, unit: str) -> UnitRow | None:
    row = session.get(UnitRow, unit)
    if row is None or row.revoked_at is not None:
        _LOG.warning("A message came from %s, which is not registered or was revoked. It stays there.", unit)
        return None
    return row


def _stream(session: Session, unit: str, stream: str, now: datetime) -> StreamRow:
    insert_new(session, StreamRow, unit=unit, stream=stream, upto=0, heard_at=now)
    # Two processes may take in the same unit's stream: one of them waits here (SQLite has one writer anyway).
    return session.get_one(StreamRow, (unit, stream), with_for_update=True)


def _keep_evidence(session: Session, event: SealedEvidence) -> None:
    if not 0 <= event.index <= MAX_INDEX:
        raise MismatchError(f"Evidence {event.index} is beyond what a lesson can have.")
    key = {"lesson": event.lesson_id, "index": event.index}
    if insert_new(session, EvidenceRow, **key, ciphertext=event.ciphertext):
        return
    if session.get_one(EvidenceRow, (event.lesson_id, event.index)).ciphertext != event.ciphertext:
        raise OtherBytesError(f"The school has other evidence number {event.index} for this lesson. It stays.")


def _short(end: str) -> str:
    if end not in {"stopped", "interrupted", "disk_full", DISCARDED}:
        raise MismatchError(f"{end!r} is no way for a lesson to end.")
    return end
