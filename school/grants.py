"""Where a grant, or a clip, lies at the school, whoever brought it.

::

    a unit brings a claim ----.
    a teacher shares ----------+--> keep_grant: a row, and a line in the lesson's log
    a teacher shares a clip -------> keep_clip: the same, and a row for each segment that may be served for it

Whether somebody may give it was checked by whoever calls: envelope.py for a unit, sharing.py for a teacher.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lesson.footage.clip import Clip
from lesson.footage.grant import Grant
from school.database import ClipRow, ClipSegmentRow, GrantRow, TeacherRow, insert_new
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


def keep_clip(session: Session, lesson: str, clip: Clip, body: bytes, *, seconds: str, now: datetime) -> bool:
    """Keep a clip and note it; say whether it is new. `seconds` says which they are: `1:16 to 1:24`."""
    is_new = insert_new(
        session,
        ClipRow,
        lesson=lesson,
        clip_id=clip.clip,
        giver=clip.giver.kid.hex(),
        heir=clip.to,
        seconds=seconds,
        expires_at=clip.expires_at,
        body=body,
        kept_at=now,
    )
    if is_new:
        places = [{"track": int(name.track), "index": name.index} for name in clip.names]
        session.add_all(ClipSegmentRow(lesson=lesson, clip_id=clip.clip, **place) for place in places)
        note(session, lesson, Deed.SHARED, who=name_of(session, clip.to), kid=clip.to, at=now, clip=seconds)
    return is_new


def name_of(session: Session, kid: str) -> str:
    """How the person with these keys is called."""
    return session.scalar(select(TeacherRow.name).where(TeacherRow.kid == kid)) or "Somebody who has left"
