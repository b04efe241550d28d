"""Takes in headers, stanzas and grants, by HTTPS and by MQTT alike: the same checks, the same rows.

::

    header.json          names the lesson, its unit, the unit's signing key and the recipients
    stanzas/<kid>.json   signed by that key, for one of those recipients
    grants/<grant>.json  signed by whose lesson it is, for whom she likes

The bytes are kept exactly as they came, because everything else of the lesson is bound to their hash. What is read
from them is only what the school needs: whose lesson it is, and since when.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from lesson.footage.errors import GrantError, HeaderError, StanzaError
from lesson.footage.grant import check_grants
from lesson.footage.header import Header, header_hash
from lesson.footage.recipients import RecipientRole
from lesson.footage.stanza import Stanza
from school.bin import refuse_deleted
from school.database import GrantRow, LessonRecipientRow, LessonRow, StanzaRow, UnitRow, insert_new
from school.errors import ForbiddenError, MismatchError, NotFoundError, OtherBytesError
from school.grants import keep_grant
from school.lesson_log import Deed


def lesson_of_unit(session: Session, unit: str, lesson: str) -> LessonRow | None:
    """A unit's own lesson, or None if nobody spoke of it yet. Raises `ForbiddenError` for another unit's.

    Raises `GoneError` for one that was deleted.
    """
    refuse_deleted(session, lesson)
    row = session.get(LessonRow, lesson)
    if row is not None and row.unit != unit:
        raise ForbiddenError("This lesson is another unit's.")
    return row


def open_lesson(session: Session, unit: str, lesson: str, now: datetime) -> LessonRow:
    """A unit's own lesson, new if nobody spoke of it yet. Raises as `lesson_of_unit` does."""
    insert_new(session, LessonRow, lesson=lesson, unit=unit, first_heard_at=now)
    row = lesson_of_unit(session, unit, lesson)
    assert row is not None
    return row


def header_of(row: LessonRow | None) -> tuple[bytes, Header]:
    """Bytes and values of a lesson's header. Raises `NotFoundError` if it has not come yet."""
    if row is None or row.header is None:
        raise NotFoundError("Send the header of this lesson first.")
    return row.header, Header.decode(row.header)


def keep_header(session: Session, unit: UnitRow, lesson: str, body: bytes, now: datetime) -> bool:
    """Keep a header; say whether it is new.

    Raises `MismatchError`, `ForbiddenError` or `OtherBytesError`.
    """
    try:
        header = Header.decode(body)
    except HeaderError as error:
        raise MismatchError(str(error)) from error
    if header.lesson != lesson:
        raise MismatchError(f"This header is for lesson {header.lesson}.")
    known = header.unit_key if unit.signing_key is None else unit.signing_key.hex()
    if (header.unit, header.unit_key) != (unit.unit, known):
        raise ForbiddenError("This header names another unit, or another signing key than the one that was registered.")
    row = open_lesson(session, unit.unit, lesson, now)
    if row.header is not None:
        if row.header != body:
            raise OtherBytesError("The school has another header for this lesson. It stays.")
        return False
    row.header, row.started_at = body, header.started_at
    session.flush()
    for listed in header.recipients:
        insert_new(session, LessonRecipientRow, lesson=lesson, kid=listed.kid, role=listed.role.value)
    return True


def keep_stanza(session: Session, unit: UnitRow, lesson: str, body: bytes, kid: str | None = None) -> bool:
    """Keep a wrapped key, for `kid` if that is known from its name; say whether it is new.

    Raises `NotFoundError`, `MismatchError`, `ForbiddenError` or `OtherBytesError`.
    """
    header_bytes, header = header_of(lesson_of_unit(session, unit.unit, lesson))
    try:
        stanza = Stanza.decode(body, bytes.fromhex(header.unit_key))
    except StanzaError as error:
        raise MismatchError(str(error)) from error
    if stanza.header_sha256 != header_hash(header_bytes).hex() or kid not in (None, stanza.kid):
        raise MismatchError("This wrapped key belongs to another lesson or to another person.")
    if stanza.kid not in header.kids():
        raise MismatchError("The header does not name this recipient.")
    if insert_new(session, StanzaRow, lesson=lesson, kid=stanza.kid, body=body):
        return True
    if session.get_one(StanzaRow, (lesson, stanza.kid)).body != body:
        raise OtherBytesError("The school has another wrapped key for this recipient. It stays.")
    return False


def keep_claim(session: Session, unit: UnitRow, lesson: str, body: bytes, name: str, now: datetime) -> bool:
    """Keep the grant by which somebody claimed a lesson at its unit; say whether it is new.

    A unit hands on no other: what a teacher shares, she shares herself. Raises as `keep_stanza`.
    """
    header_bytes, header = header_of(lesson_of_unit(session, unit.unit, lesson))
    try:
        (grant,) = check_grants(header, header_hash(header_bytes), [body])
    except GrantError as error:
        raise MismatchError(str(error)) from error
    if grant.grant != name or grant.giver.kid.hex() not in header.kids(RecipientRole.CLAIM):
        raise MismatchError("This is another grant, or none by which a lesson is claimed.")
    if keep_grant(session, lesson, grant, body, deed=Deed.CLAIMED, now=now):
        return True
    if session.get_one(GrantRow, (lesson, name)).body != body:
        raise OtherBytesError("The school has another grant of that name. It stays.")
    return False
