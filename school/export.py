"""Everything that the school knows of one person, in one zip: hers by right, and readable without our programs.

::

    README.txt       what is in it, and what is not
    person.json      her row: names, moments, public keys       identity.json   her keys, as locked as they are here
    lessons.json     every lesson that she sees or that lies in her bin: when, where, how long, for whom, until when
    lessons/<id>/    header, stanzas, grants, links, manifest, receipt: what she needs beside the footage to open it
    grants.json      what she gave, and what was given to her   log.json        every line about her lessons, or her
    clips.json       the same of clips                          comments.json   hers, sealed      groups.json
    deletions.json   and deletions/<id>.json: signed receipts   units.json      units that may record for her
    sessions.json    where she is signed in, which links were made for her, since when her password; no secret of them

No footage: it can be hundreds of gigabytes, and each lesson's page and `waitwise open` have it. Nobody else's lesson is
in it, but for those that were shared with her.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from lesson.wire import to_wire
from school.database import (
    BackupCodeRow,
    Base,
    ClipRow,
    CodeRow,
    CommentRow,
    Database,
    DeletionOwnerRow,
    DeletionRow,
    EvidenceRow,
    GrantRow,
    GroupMemberRow,
    GroupRow,
    HoldRow,
    LessonLogRow,
    LessonRecipientRow,
    LessonRow,
    PasskeyRow,
    PasswordRow,
    SecondStepRow,
    SegmentRow,
    SignedInRow,
    StanzaRow,
    TeacherRow,
    UnitRow,
    UnitTeacherRow,
    WayInRow,
)
from school.errors import AccountError
from school.people import Person
from school.receipts import in_chain
from school.sharing import claim_kids, owner_kids

_README = """What the school's Waitwise server knows of {name}, as of {at:%d %B %Y, %H:%M} UTC.

person.json      your name here, when you were invited and joined, your public keys
identity.json    your secret keys, locked under your five words: the school cannot open them
lessons.json     every lesson that you can see or that is in your bin: when, in which room, how long, who else is
                 named in it, how many bytes, until when it is kept
lessons/         of each of these: header.json, stanzas, grants, links.jsonl, manifest.json, the unit's receipt.
                 With the footage beside them `waitwise open` opens the lesson
grants.json      lessons that you shared, and that were shared with you
clips.json       the same of clips
comments.json    what you wrote about lessons: sealed, the school cannot read it
groups.json      lists of colleagues that you made, and those in which you stand
log.json         what happened to your lessons, and every line about you in the log of another one
holds.json       lessons of yours whose deletion was stopped: by whom and why
deletions.json   lessons of yours that were destroyed; deletions/ has the signed receipts
units.json       units that may record for you
sessions.json    where and until when you are signed in, which links were made for you, since when you have your
                 password, a second step and each way to your keys, and your passkeys; what the school
                 keeps of these secrets is not in it

Not in it: picture, sound and numbers. They are sealed to you, and only you can open them: use the lesson's page.
What is kept outside of this server (backups, a unit's own copy, the paper your invitation came on) is not in it either.
"""


_NOBODY = "nobody"
"""In place of the name of her keys, where she has none: no row has it. An empty one stands for the school's rule."""


@dataclass
class _Zip:
    at: datetime
    data: io.BytesIO = field(default_factory=io.BytesIO)

    def write(self, files: dict[str, bytes]) -> bytes:
        with zipfile.ZipFile(self.data, "w", zipfile.ZIP_DEFLATED) as file:
            for name, body in files.items():
                info = zipfile.ZipInfo(name, self.at.timetuple()[:6])
                info.external_attr = 0o600 << 16
                file.writestr(info, body, zipfile.ZIP_DEFLATED)
        return self.data.getvalue()


def export(database: Database, person: Person, now: datetime) -> bytes:
    """The zip of a person who has joined."""
    return export_by_number(database, person.id, now)


def export_by_number(database: Database, person: int, now: datetime) -> bytes:
    """The zip of anybody, by the number from her invitation. Raises `AccountError`."""
    with database.reading() as session:
        row = session.get(TeacherRow, person)
        if row is None:
            raise AccountError(f"There is nobody with the number {person}.")
        return _Zip(now).write(_files(session, row, now))


def _files(session: Session, person: TeacherRow, now: datetime) -> dict[str, bytes]:
    kid = person.kid or _NOBODY
    files = {"README.txt": _README.format(name=person.name, at=now).encode()}
    files["person.json"] = _json(_plain(person, without=("sealed_identity",)))
    if person.sealed_identity is not None:
        files["identity.json"] = person.sealed_identity
    named = select(LessonRecipientRow.lesson).where(LessonRecipientRow.kid == kid)
    given = select(GrantRow.lesson).where(
        GrantRow.heir == kid, GrantRow.expires_at.is_(None) | (GrantRow.expires_at > now)
    )
    binned_owned = select(DeletionOwnerRow.lesson).where(DeletionOwnerRow.kid == kid)
    binned = select(DeletionRow.lesson)
    hers = or_(
        LessonRow.lesson.in_(binned_owned),
        or_(LessonRow.lesson.in_(named), LessonRow.lesson.in_(given)) & LessonRow.lesson.not_in(binned),
    )
    lessons = session.scalars(
        select(LessonRow).where(hers, LessonRow.header.is_not(None)).order_by(LessonRow.lesson)
    ).all()
    files["lessons.json"] = _json([_lesson(session, row) for row in lessons])
    for row in lessons:
        files |= {f"lessons/{row.lesson}/{name}": body for name, body in _envelope(session, row, kid).items()}
    owned = {row.lesson for row in lessons if _is_owner(session, row.lesson, kid)}
    files["grants.json"] = _json(_rows(session, GrantRow, or_(GrantRow.giver == kid, GrantRow.heir == kid), "body"))
    files["clips.json"] = _json(_rows(session, ClipRow, or_(ClipRow.giver == kid, ClipRow.heir == kid), "body"))
    files["comments.json"] = _json(_rows(session, CommentRow, CommentRow.author == kid))
    files["log.json"] = _json(
        _rows(session, LessonLogRow, or_(LessonLogRow.lesson.in_(owned), LessonLogRow.kid == kid))
    )
    files["holds.json"] = _json(_rows(session, HoldRow, HoldRow.lesson.in_(owned)))
    deletions = session.scalars(select(DeletionRow).where(DeletionRow.lesson.in_(binned_owned))).all()
    files["deletions.json"] = _json([_plain(row, without=("receipt",)) for row in deletions])
    files |= {f"deletions/{row.lesson}.json": row.receipt for row in deletions if row.receipt is not None}
    units = select(UnitTeacherRow.unit).where(UnitTeacherRow.teacher_id == person.id)
    rooms = session.scalars(select(UnitRow).where(UnitRow.unit.in_(units)).order_by(UnitRow.unit))
    files["units.json"] = _json([{"unit": row.unit, "room": row.room} for row in rooms])
    signed_in = _rows(session, SignedInRow, SignedInRow.teacher_id == person.id, "token_hash")
    codes = _rows(session, CodeRow, CodeRow.teacher_id == person.id, "code_hash")
    password = _rows(session, PasswordRow, PasswordRow.teacher_id == person.id, "hash")
    second_step = _rows(session, SecondStepRow, SecondStepRow.teacher_id == person.id, "secret", "waiting")
    backup_codes = _rows(session, BackupCodeRow, BackupCodeRow.teacher_id == person.id, "code_hash")
    passkeys = _rows(session, PasskeyRow, PasskeyRow.teacher_id == person.id)
    ways_in = _rows(session, WayInRow, WayInRow.teacher_id == person.id)
    files["sessions.json"] = _json(
        {
            "signed_in": signed_in,
            "links": codes,
            "password": password,
            "second_step": second_step,
            "backup_codes": len(backup_codes),
            "passkeys": passkeys,
            "ways_in": ways_in,
        }
    )
    files["groups.json"] = _json(_groups(session, person))
    return files


def _groups(session: Session, person: TeacherRow) -> list[dict[str, Any]]:
    """The groups that she made, with who is in each, and those of others in which she stands."""
    members = select(GroupMemberRow.group_id).where(GroupMemberRow.teacher_id == person.id)
    found = []
    for row in session.scalars(select(GroupRow).where(or_(GroupRow.owner_id == person.id, GroupRow.id.in_(members)))):
        there = select(TeacherRow.name).join(GroupMemberRow, GroupMemberRow.teacher_id == TeacherRow.id)
        names = session.scalars(there.where(GroupMemberRow.group_id == row.id).order_by(TeacherRow.name)).all()
        is_hers = row.owner_id == person.id
        found.append({"name": row.name, "is_hers": is_hers, "members": list(names) if is_hers else [person.name]})
    return found


def _lesson(session: Session, row: LessonRow) -> dict[str, Any]:
    recipients = _rows(session, LessonRecipientRow, LessonRecipientRow.lesson == row.lesson)
    lengths = session.scalars(select(SegmentRow.length_bytes).where(SegmentRow.lesson == row.lesson)).all()
    evidence = session.scalars(select(EvidenceRow.index).where(EvidenceRow.lesson == row.lesson)).all()
    return {
        **_plain(row, without=("header", "manifest", "receipt")),
        "recipients": [{"kid": each["kid"], "role": each["role"]} for each in recipients],
        "segments": len(lengths),
        "length_bytes": sum(lengths),
        "evidence": len(evidence),
    }


def _envelope(session: Session, row: LessonRow, kid: str) -> dict[str, bytes]:
    """Her own wrapped keys, and the claim by which somebody could give them to her: not other people's."""
    files = {"header.json": row.header, "manifest.json": row.manifest, "receipt.json": row.receipt}
    found = {name: body for name, body in files.items() if body is not None}
    stanza = session.get(StanzaRow, (row.lesson, kid))
    if stanza is not None:
        found[f"stanzas/{kid}.json"] = stanza.body
    by_claim = GrantRow.giver.in_(claim_kids(row.lesson))
    query = select(GrantRow).where(GrantRow.lesson == row.lesson, or_(GrantRow.heir == kid, by_claim))
    found |= {f"grants/{grant.grant_id}.json": grant.body for grant in session.scalars(query)}
    # In the order of sealing: a reader follows the chain from line to line.
    assert row.header is not None
    rows = session.scalars(select(SegmentRow).where(SegmentRow.lesson == row.lesson)).all()
    found["links.jsonl"] = b"".join(each.link + b"\n" for each in in_chain(row.header, rows))
    return found


def _is_owner(session: Session, lesson: str, kid: str) -> bool:
    return kid in owner_kids(session, lesson) or session.get(DeletionOwnerRow, (lesson, kid)) is not None


def _rows(session: Session, table: type[Base], where: ColumnElement[bool], *without: str) -> list[dict[str, Any]]:
    query = select(table).where(where).order_by(*table.__table__.primary_key)
    return [_plain(row, without=without) for row in session.scalars(query)]


def _plain(row: Base, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A row as JSON has it; bytes as base64url."""
    names = [column.name for column in row.__table__.columns if column.name not in without]
    return {name: to_wire(getattr(row, name)) for name in names}


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"
