"""What the lesson page fetches and sends of comments: signed and sealed bytes, for the lesson's readers.

::

    GET  /api/lessons/ID/comments    those she may read, newest version only
    POST /api/lessons/ID/comments    a version that she signed: a new comment, an edit, a deletion
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from lesson.wire import to_wire
from school.comments import comments_of, keep_comment
from school.web_parts import OwnLesson, Parts, SignedInTeacher, asked

router = APIRouter(prefix="/api")


@dataclass(frozen=True, slots=True)
class CommentRequest:
    """What the page sends when somebody has written, edited or deleted a comment."""

    comment: bytes
    """The signed line."""


@router.get("/lessons/{lesson}/comments")
def show_comments(teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts) -> Response:
    """Comments that she may read."""
    found = comments_of(parts.database, teacher, lesson.lesson, parts.now())
    return JSONResponse({"comments": to_wire(found)})


@router.post("/lessons/{lesson}/comments")
async def write_comment(request: Request, teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts) -> Response:
    """Keep a version that her browser has signed."""
    wish = await asked(CommentRequest, request)
    is_new = await run_in_threadpool(keep_comment, parts.database, teacher, lesson.lesson, wish.comment, parts.now())
    return JSONResponse({}, 201 if is_new else 200)
