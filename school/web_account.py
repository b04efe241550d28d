"""How somebody signs in, for herself to see and to change.

::

    GET  /account
    POST /api/account/password        another one, or a first one; every other session ends
    POST /api/account/sessions/end    one of hers
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from lesson.wire import to_wire
from school.errors import NotFoundError
from school.sessions import end, open_of
from school.signing_in import change_password
from school.web_parts import Inside, Parts, SignedInPerson, asked
from school.web_sign_in import door_of

router = APIRouter()


@dataclass(frozen=True, slots=True)
class PasswordRequest:
    """What the page sends for another password."""

    current: str
    """Empty for who has none."""
    new: str


@dataclass(frozen=True, slots=True)
class EndRequest:
    """What the page sends to end a session."""

    session: str
    """Its handle."""


@router.get("/account")
def account_page(here: Inside, parts: Parts) -> Response:
    """Show how she signs in, and where she is signed in."""
    sessions = open_of(parts.database, here.person, now=parts.now(), idle=parts.idle)
    return parts.page(
        "account.html",
        teacher=here.person,
        email=here.person.email,
        role=here.person.role.value.replace("-", " "),
        has_password=parts.passwords.is_set(here.person.id),
        sessions=to_wire(sessions),
        this=here.handle,
    )


@router.post("/api/account/password")
async def choose_password(request: Request, here: Inside, parts: Parts) -> Response:
    """Choose another password."""
    wish = await asked(PasswordRequest, request)
    door = door_of(request, parts)
    signed_in = await run_in_threadpool(change_password, door, here, wish.current, wish.new)
    answer = JSONResponse({})
    parts.give_cookie(answer, signed_in)
    return answer


@router.post("/api/account/sessions/end")
async def end_session(request: Request, person: SignedInPerson, parts: Parts) -> Response:
    """End one of her sessions."""
    wish = await asked(EndRequest, request)
    if not await run_in_threadpool(end, parts.database, person, wish.session):
        raise NotFoundError("This session has ended already.")
    return JSONResponse({})
