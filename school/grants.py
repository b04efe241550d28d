"""Where a grant lies at the school, whoever brought it.

::

    a unit brings a claim ----.
    a teacher shares ----------+--> keep_grant: a row, and a line in the lesson's log

Whether somebody may give it was checked by whoever calls: envelope.py for a unit, sharing.py for a teacher.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lesson.footage.grant import Grant
from school.database import GrantRow, TeacherRow, insert_new
from school.lesson_log import Deed, note


def keep_grant(session: Session, lesson: str, grant: Grant, body: bytes, *, deed: Deed, now: datetime) -> bool:
    """Keep a grant and note it; say whether it is new. One that was here already stays as it was."""
    is_new = insert_new(
        session,
        GrantRow,
        lesson=lesson,
        grant_id=grant.grant,
        giver=grant.giver.kid.hex(),
        heir=grant.to,
        expires_at=grant.expires_at,
        body=body,
        kept_at=now,
    )
    if is_new:
        note(session, lesson, deed, who=name_of(session, grant.to), kid=grant.to, at=now)
    return is_new


def name_of(session: Session, kid: str) -> str:
    """How the person with these keys is called."""
    return session.scalar(select(TeacherRow.name).where(TeacherRow.kid == kid)) or "Somebody who has left"
