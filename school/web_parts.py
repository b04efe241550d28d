"""What the browsers' pages and their JSON API share: the parts they stand on, and who is asking.

::

    cookie waitwise_session -> teacher_of -> a teacher, or 401
    teacher and lesson id   -> lesson_of  -> her lesson, or 404
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from lesson.messages import MessageError, check_lesson_id
from school.accounts import SignedIn, Teacher, teacher_of
from school.database import Database
from school.errors import NotFoundError, NotSignedInError, RefusedError
from school.footage_store import FootageStore
from school.lessons import Lesson, lesson_of
from school.settings import Settings

COOKIE = "waitwise_session"


@dataclass(frozen=True, slots=True)
class WebParts:
    """What this port needs."""

    settings: Settings
    database: Database
    store: FootageStore
    templates: Environment
    now: Callable[[], datetime]
    closing: asyncio.Event
    """Set when the server stops: live pages end then."""

    def page(self, template: str, *, teacher: Teacher | None = None, **values: object) -> Response:
        """Render a page for a teacher, or for a stranger."""
        person = None if teacher is None else {"name": teacher.name, "kid": teacher.kid}
        return HTMLResponse(self.templates.get_template(template).render(teacher=person, **values))

    def problem_page(self, error: RefusedError) -> Response:
        """Say on a page why something was refused."""
        template = self.templates.get_template("problem.html")
        html = template.render(teacher=None, title=error.title, detail=error.detail, status=error.status)
        return HTMLResponse(html, error.status, error.headers)

    def give_cookie(self, answer: Response, signed_in: SignedIn) -> None:
        """Put a new session into an answer."""
        answer.set_cookie(
            COOKIE,
            signed_in.token,
            max_age=self.settings.session_hours * 3600,
            secure=self.settings.is_https,
            httponly=True,
            samesite="strict",
        )


def parts_of(request: Request) -> WebParts:
    """The parts of the application that a request came to."""
    parts: WebParts = request.app.state.parts
    return parts


Parts = Annotated[WebParts, Depends(parts_of)]


def _visitor(request: Request, parts: Parts) -> Teacher | None:
    return teacher_of(parts.database, request.cookies.get(COOKIE), now=parts.now())


Visitor = Annotated[Teacher | None, Depends(_visitor)]


def _teacher(visitor: Visitor) -> Teacher:
    if visitor is None:
        raise NotSignedInError("Open your sign-in link again.")
    return visitor


SignedInTeacher = Annotated[Teacher, Depends(_teacher)]


def _own_lesson(lesson: str, teacher: SignedInTeacher, parts: Parts) -> Lesson:
    try:
        found = lesson_of(parts.database, teacher, check_lesson_id(lesson), parts.now())
    except MessageError:
        found = None
    if found is None:
        raise nothing()
    return found


OwnLesson = Annotated[Lesson, Depends(_own_lesson)]


def nothing() -> NotFoundError:
    """The one answer for what is not hers and for what is not there."""
    return NotFoundError("There is no such lesson, or it is not yours.")
