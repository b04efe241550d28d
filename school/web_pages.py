"""The pages that people open.

::

    /            to /lessons, or to /welcome
    /welcome     what this is
    /join/CODE   an invitation: she makes her keys, or chooses a password
    /enter/CODE  a sign-in link, once; on to ?next=
    /keys        every way to her keys, to change them
    /card        her key card, drawn in her browser
    /export      everything that the school knows of her, one zip
    /lessons     hers, what lies in her bin, and receipts for what was destroyed
    /lessons/ID  one of hers
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from lesson.wire import to_wire
from school.accounts import enter, invited
from school.bin import binned_of, deleted_of
from school.export import export
from school.holds import hold_of
from school.lessons import Lesson, lessons_of
from school.people import Person, Teacher
from school.ways_in import has_recovery_code, ways_in
from school.web_parts import FOR_EVERYBODY, OwnLessonOrClip, Parts, SignedInPerson, SignedInTeacher, Visitor, WebParts

router = APIRouter()

_FIRST_PAGE = "/lessons"
# One slash and then no second one of either kind: `//host` and `/\host` lead to another server.
_LOCAL = re.compile(r"/(?:[\w.~!$&'()*+,;=:@%-][\w.~!$&'()*+,;=:@%/?-]*)?", re.ASCII)


def local_path(target: str | None, home: str = _FIRST_PAGE) -> str:
    """`target` if it is a path on this server, else `home`.

    >>> local_path("/lessons/5f0e"), local_path("//example.com"), local_path("https://example.com")
    ('/lessons/5f0e', '/lessons', '/lessons')
    """
    return target if target is not None and _LOCAL.fullmatch(target) else home


def home_of(person: Person) -> str:
    """The page somebody sees first. Roles without keys have none yet but their account."""
    return _FIRST_PAGE if person.role.has_keys else "/account"


def first_page_of(person: Person, target: str | None) -> str:
    """Where somebody goes who has just signed in: who has keys, and no recovery code yet, is asked to make one."""
    path = local_path(target, home_of(person))
    lacks_code = isinstance(person, Teacher) and not has_recovery_code(person)
    return f"/keys?{urlencode({'next': path})}" if lacks_code else path


@router.get("/")
def first(visitor: Visitor) -> Response:
    """Go where there is something to see."""
    return RedirectResponse(home_of(visitor) if visitor else "/welcome", 303)


@router.get("/welcome")
def welcome(visitor: Visitor, parts: Parts) -> Response:
    """Say what this is."""
    return parts.page("welcome.html", teacher=visitor)


@router.get("/join/{code}", dependencies=FOR_EVERYBODY)
def join_page(code: str, parts: Parts) -> Response:
    """Let somebody who was invited make her keys, or choose a password."""
    whose = invited(parts.database, code, now=parts.now())
    template = "join.html" if whose.role.has_keys else "join_password.html"
    return parts.page(template, code=code, name=whose.name, role=whose.role.value, origin=parts.settings.origin)


@router.get("/enter/{code}", dependencies=FOR_EVERYBODY)
def enter_page(
    request: Request,
    code: str,
    parts: Parts,
    next: str | None = None,  # noqa: A002 - the word in the address
) -> Response:
    """Sign in, once."""
    hours, browser = parts.settings.session_hours, parts.browser(request)
    signed_in = enter(parts.database, code, now=parts.now(), hours=hours, browser=browser)
    answer = RedirectResponse(first_page_of(signed_in.person, next), 303)
    parts.give_cookie(answer, signed_in)
    return answer


@router.get("/keys")
def keys_page(teacher: SignedInTeacher, parts: Parts, next: str | None = None) -> Response:  # noqa: A002 - as above
    """Every way to her keys. The page changes them: what it takes never comes here."""
    ways = to_wire(ways_in(parts.database, teacher))
    return parts.page("keys.html", teacher=teacher, ways=ways, origin=parts.settings.origin, next=local_path(next))


@router.get("/card")
def card_page(teacher: SignedInTeacher, parts: Parts) -> Response:
    """Her key card. The page draws it from her own keys; what stands here of her keys is not on it."""
    return parts.page("card.html", teacher=teacher)


@router.get("/export")
def export_page(person: SignedInPerson, parts: Parts) -> Response:
    """Everything that the school knows of her, as a file."""
    now = parts.now()
    headers = {"Content-Disposition": f'attachment; filename="waitwise-{now:%Y-%m-%d}.zip"'}
    return Response(export(parts.database, person, now), media_type="application/zip", headers=headers)


@router.get("/lessons")
def lessons_page(teacher: SignedInTeacher, parts: Parts) -> Response:
    """List her lessons."""
    now, policy = parts.now(), parts.settings.policy
    return parts.page(
        "lessons.html",
        teacher=teacher,
        lessons=[_with_days(each, parts) for each in lessons_of(parts.database, teacher, now)],
        binned=[to_wire(each) for each in binned_of(parts.database, teacher, policy, now)],
        deleted=[to_wire(each) for each in deleted_of(parts.database, teacher)],
        bin_days=policy.bin_days,
        receipt_key=parts.receipt_key.hex(),
    )


@router.get("/lessons/{lesson}")
def lesson_page(teacher: SignedInTeacher, lesson: OwnLessonOrClip, parts: Parts) -> Response:
    """Show one of her lessons; the page fetches and opens the rest itself."""
    hold = to_wire(hold_of(parts.database, lesson.lesson))
    days, bin_days = _with_days(lesson, parts), parts.settings.policy.bin_days
    return parts.page("lesson.html", teacher=teacher, lesson=days, hold=hold, bin_days=bin_days)


def _with_days(lesson: Lesson, parts: WebParts) -> dict[str, Any]:
    """A lesson as the pages show it, with the day on which it goes into the bin."""
    leaves_at = parts.settings.policy.leaves_at(lesson.counted_from or parts.now(), is_kept=lesson.is_kept)
    return {**to_wire(lesson), "leaves_at": to_wire(leaves_at)}
