"""What the browsers' pages and their JSON API share: the parts they stand on, and who may use what.

::

    cookie -> here -> somebody who is signed in, or 401 -> a role that may, or 403
    somebody with keys, and a lesson id  -> lesson_of    -> her lesson, or 404: what every route asks
                                         -> lesson_or_clip_of: what the three ask that serve clips

Every route says who may use it by asking for one of these, and a route that asks for none stops the server at its start
(`check_gates`)::

    FOR_EVERYBODY      anybody            nothing
    Visitor            anybody            the person who is signed in, or None
    SignedInPerson     any role           the person
    SignedInTeacher    roles with keys    the person with her keys
    OwnLesson          roles with keys    a lesson that is hers, or was given to her
    OwnLessonOrClip    roles with keys    the same, or one of which she was given clips

There is no role that may use another person's lesson.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from jinja2 import Environment
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount

from lesson.messages import MessageError, check_lesson_id
from lesson.wire import WireError, from_wire, loads
from school.browser_names import browser_name
from school.database import Database
from school.errors import ForbiddenError, MismatchError, NotFoundError, NotSignedInError, RefusedError, SchoolError
from school.footage_store import FootageStore
from school.lessons import Lesson, lesson_of, lesson_or_clip_of
from school.passwords import Passwords
from school.people import WITH_KEYS, Person, SchoolRole, Teacher
from school.sessions import Browser, Here, SignedIn, here
from school.settings import Settings
from school.sweeper import Sweeper
from school.ways_in import has_passkey, has_recovery_code

COOKIE = "waitwise_session"
"""Under HTTPS its name begins with `__Host-`: no neighbour of this server under the same domain can set one."""
PUBLIC_FOLDERS = frozenset({"/look", "/pages"})
"""Files that are the same for everybody."""

Asked = TypeVar("Asked")


class GateMissingError(SchoolError):
    """A route does not say who may use it."""


@dataclass(frozen=True, slots=True)
class WebParts:
    """What this port needs."""

    settings: Settings
    database: Database
    passwords: Passwords
    store: FootageStore
    templates: Environment
    now: Callable[[], datetime]
    closing: asyncio.Event
    """Set when the server stops: live pages end then."""
    sweeper: Sweeper
    receipt_key: bytes
    """Public half: what deletion receipts are verified with."""

    @property
    def cookie(self) -> str:
        """Name of the cookie in which a session lies."""
        return f"__Host-{COOKIE}" if self.settings.is_https else COOKIE

    @property
    def idle(self) -> timedelta:
        """How long a session may do nothing."""
        return timedelta(minutes=self.settings.idle_minutes)

    def here(self, request: Request) -> Here | None:
        """The session a request came with, if it is on."""
        return here(self.database, request.cookies.get(self.cookie), now=self.now(), idle=self.idle)

    def browser(self, request: Request) -> Browser:
        """The browser of a request."""
        return Browser(browser_name(request.headers.get("user-agent", "")), request.cookies.get(self.cookie, ""))

    def page(self, template: str, *, teacher: Person | None = None, **values: object) -> Response:
        """Render a page for somebody who is signed in, or for a stranger."""
        person = None if teacher is None else _shown(teacher)
        return HTMLResponse(self.templates.get_template(template).render(teacher=person, **values))

    def problem_page(self, error: RefusedError) -> Response:
        """Say on a page why something was refused."""
        template = self.templates.get_template("problem.html")
        html = template.render(teacher=None, title=error.title, detail=error.detail, status=error.status)
        return HTMLResponse(html, error.status, error.headers)

    def give_cookie(self, answer: Response, signed_in: SignedIn) -> None:
        """Put a new session into an answer."""
        answer.set_cookie(
            self.cookie,
            signed_in.token,
            max_age=self.settings.session_hours * 3600,
            secure=self.settings.is_https,
            httponly=True,
            samesite="strict",
        )

    def take_cookie(self, answer: Response) -> None:
        """Take it out of the browser."""
        answer.delete_cookie(self.cookie, secure=self.settings.is_https, httponly=True, samesite="strict")


def parts_of(request: Request) -> WebParts:
    """The parts of the application that a request came to."""
    parts: WebParts = request.app.state.parts
    return parts


Parts = Annotated[WebParts, Depends(parts_of)]


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may use a route. Every one of them is listed in `GATES`."""

    roles: frozenset[SchoolRole]
    lets_strangers_in: bool = False

    def __call__(self, request: Request) -> Here | None:
        """Let a request in, or raise."""
        found = parts_of(request).here(request)
        if self.lets_strangers_in:
            return found
        if found is None:
            raise NotSignedInError("Sign in first.")
        if found.person.role not in self.roles:
            raise ForbiddenError(f"This is not for a {found.person.role.value.replace('-', ' ')}.")
        return found


EVERYBODY = Gate(frozenset(SchoolRole), lets_strangers_in=True)
WHO_HAS_JOINED = Gate(frozenset(SchoolRole))
WHO_HAS_KEYS = Gate(WITH_KEYS)
GATES = (EVERYBODY, WHO_HAS_JOINED, WHO_HAS_KEYS)

FOR_EVERYBODY = (Depends(EVERYBODY),)
AtTheDoor = Annotated[Here | None, Depends(EVERYBODY)]
Inside = Annotated[Here, Depends(WHO_HAS_JOINED)]


def _visitor(found: AtTheDoor) -> Person | None:
    return None if found is None else found.person


Visitor = Annotated[Person | None, Depends(_visitor)]


def _person(found: Inside) -> Person:
    return found.person


SignedInPerson = Annotated[Person, Depends(_person)]


def _teacher(found: Annotated[Here, Depends(WHO_HAS_KEYS)]) -> Teacher:
    assert isinstance(found.person, Teacher)  # nobody of a role with keys joins without them
    return found.person


SignedInTeacher = Annotated[Teacher, Depends(_teacher)]


def _own_lesson(lesson: str, teacher: SignedInTeacher, parts: Parts) -> Lesson:
    return _asked_for(lesson_of, lesson, teacher, parts)


OwnLesson = Annotated[Lesson, Depends(_own_lesson)]
"""A lesson that she may see as a whole."""


def _own_lesson_or_clip(lesson: str, teacher: SignedInTeacher, parts: Parts) -> Lesson:
    return _asked_for(lesson_or_clip_of, lesson, teacher, parts)


OwnLessonOrClip = Annotated[Lesson, Depends(_own_lesson_or_clip)]
"""The same, or one of which she has clips: whoever takes this serves what is in them, and nothing else."""


def _asked_for(
    find: Callable[[Database, Teacher, str, datetime], Lesson | None], lesson: str, teacher: Teacher, parts: WebParts
) -> Lesson:
    try:
        found = find(parts.database, teacher, check_lesson_id(lesson), parts.now())
    except MessageError:
        found = None
    if found is None:
        raise nothing()
    return found


def nothing() -> NotFoundError:
    """The one answer for what is not hers and for what is not there."""
    return NotFoundError("There is no such lesson, or it is not yours.")


def gate_of(route: APIRoute) -> Gate:
    """Who may use a route. Raises `GateMissingError` if it does not say, or says two things.

    What is about a lesson must ask for `OwnLesson` or `OwnLessonOrClip`.
    """
    calls = list(_calls(route.dependant))
    gates = [gate for gate in GATES if gate in calls]
    if len(gates) != 1:
        raise GateMissingError(f"{route.path} must say who may use it: once, by a gate of web_parts.py.")
    if "{lesson}" in route.path and not {_own_lesson, _own_lesson_or_clip} & set(calls):
        raise GateMissingError(f"{route.path} is about a lesson and does not ask whose it is.")
    return gates[0]


def check_gates(routes: list[BaseRoute]) -> None:
    """Stop the server if a route does not say who may use it."""
    for each in iter_route_contexts(routes):
        route = each.original_route
        if isinstance(route, APIRoute):
            gate_of(route)
        elif not isinstance(route, Mount) or route.path not in PUBLIC_FOLDERS:
            raise GateMissingError(f"Nobody says who may use {each.path or each.name}.")


async def asked(kind: type[Asked], request: Request) -> Asked:
    """What a page sends, as a value. Raises `MismatchError`."""
    try:
        return from_wire(kind, loads(await request.body()))
    except WireError as error:
        raise MismatchError(str(error)) from error


def _calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _shown(person: Person) -> dict[str, object]:
    if not isinstance(person, Teacher):
        return {"name": person.name, "kid": None}
    known = {"name": person.name, "kid": person.kid, "devices": person.devices}
    return {**known, "has_recovery_code": has_recovery_code(person), "has_passkey": has_passkey(person)}
