"""The pages that people open.

::

    /            to /lessons, or to /welcome
    /welcome     what this is
    /join/CODE   an invited teacher makes her keys
    /enter/CODE  a sign-in link, once; on to ?next=
    /card        her key card, drawn in her browser
    /lessons     hers
    /lessons/ID  one of hers
"""

from __future__ import annotations

import re

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from lesson.wire import to_wire
from school.accounts import enter, invited_name
from school.lessons import lessons_of
from school.web_parts import OwnLesson, Parts, SignedInTeacher, Visitor

router = APIRouter()

_FIRST_PAGE = "/lessons"
# One slash and then no second one of either kind: `//host` and `/\host` lead to another server.
_LOCAL = re.compile(r"/(?:[\w.~!$&'()*+,;=:@%-][\w.~!$&'()*+,;=:@%/?-]*)?", re.ASCII)


def local_path(target: str | None) -> str:
    """`target` if it is a path on this server, else the list of lessons.

    >>> local_path("/lessons/5f0e"), local_path("//example.com"), local_path("https://example.com")
    ('/lessons/5f0e', '/lessons', '/lessons')
    """
    return target if target is not None and _LOCAL.fullmatch(target) else _FIRST_PAGE


@router.get("/")
def first(visitor: Visitor) -> Response:
    """Go where there is something to see."""
    return RedirectResponse(_FIRST_PAGE if visitor else "/welcome", 303)


@router.get("/welcome")
def welcome(visitor: Visitor, parts: Parts) -> Response:
    """Say what this is."""
    return parts.page("welcome.html", teacher=visitor)


@router.get("/join/{code}")
def join_page(code: str, parts: Parts) -> Response:
    """Let an invited teacher make her keys."""
    return parts.page("join.html", code=code, name=invited_name(parts.database, code, now=parts.now()))


@router.get("/enter/{code}")
def enter_page(code: str, parts: Parts, next: str | None = None) -> Response:  # noqa: A002 - the word in the address
    """Sign in, once."""
    signed_in = enter(parts.database, code, now=parts.now(), hours=parts.settings.session_hours)
    answer = RedirectResponse(local_path(next), 303)
    parts.give_cookie(answer, signed_in)
    return answer


@router.get("/card")
def card_page(teacher: SignedInTeacher, parts: Parts) -> Response:
    """Her key card. The page draws it from her own keys; what stands here of her keys is not on it."""
    return parts.page("card.html", teacher=teacher)


@router.get("/lessons")
def lessons_page(teacher: SignedInTeacher, parts: Parts) -> Response:
    """List her lessons."""
    lessons = [to_wire(each) for each in lessons_of(parts.database, teacher, parts.now())]
    return parts.page("lessons.html", teacher=teacher, lessons=lessons)


@router.get("/lessons/{lesson}")
def lesson_page(teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts) -> Response:
    """Show one of her lessons; the page fetches and opens the rest itself."""
    return parts.page("lesson.html", teacher=teacher, lesson=to_wire(lesson))
