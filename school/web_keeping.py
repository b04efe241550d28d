"""What a teacher takes home: a lesson of hers, sealed as it lies here, with her own locked keys beside it.

::

    GET /lessons/ID/sealed.zip      hers, whole: the bytes of sealed_zip.py      another's, or still arriving: refused

It can be opened by the same people as before, with the viewer or with `waitwise open`, and needs no school for it.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from school.errors import ForbiddenError, RefusedError
from school.lessons import LessonState, sealed_lesson_of
from school.sealed_zip import folder_name, sealed_zip
from school.web_parts import OwnLesson, Parts, SignedInTeacher, nothing

router = APIRouter()


class NotWholeError(RefusedError):
    """There will be more of it."""

    status = 409
    title = "Not yet"


@router.get("/lessons/{lesson}/sealed.zip")
def sealed_lesson(teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts) -> Response:
    """Send a lesson of hers as one file."""
    if lesson.shared_by is not None:
        raise ForbiddenError("This lesson was shared with you. Only whose it is can keep it.")
    if lesson.state is not LessonState.COMPLETE:
        raise NotWholeError("This lesson has not arrived as a whole. Wait until it is ready.")
    sealed = sealed_lesson_of(parts.database, teacher, lesson.lesson, parts.now())
    if sealed is None:
        raise nothing()
    return StreamingResponse(
        sealed_zip(sealed, teacher.sealed_identity, parts.store),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{folder_name(sealed)}.zip"'},
    )
