"""How somebody signs in, for herself to see and to change.

::

    GET  /account
    POST /api/account/password        another one, or a first one; every other session ends
    POST /api/account/second-step     a secret for her phone; .../confirm: on; .../off
    POST /api/account/passkeys        what her device needs to make one; .../add; .../remove
    POST /api/account/sessions/end    one of hers
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from lesson.wire import to_wire
from school.errors import NotFoundError
from school.passkeys import Made, add, begin_adding, passkeys_of, remove
from school.second_step import second_step_of
from school.sessions import end, open_of
from school.signing_in import begin_second_step, change_password, confirm_second_step, turn_off_second_step
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
class ProvenRequest:
    """What the page sends for what asks again who she is."""

    password: str
    code: str
    """Empty for who has no second step."""


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """The first code of a new secret."""

    code: str


@dataclass(frozen=True, slots=True)
class PasskeyRequest:
    """What the page sends when her device has made a passkey."""

    name: str
    made: Made


@dataclass(frozen=True, slots=True)
class RemoveRequest:
    """What the page sends to forget a passkey."""

    passkey: int
    password: str
    code: str


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
        second_step=to_wire(second_step_of(parts.database, here.person.id)),
        passkeys=to_wire(passkeys_of(parts.database, here.person.id)),
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


@router.post("/api/account/second-step")
async def new_second_step(request: Request, here: Inside, parts: Parts) -> Response:
    """Give her a secret for her phone."""
    wish = await asked(ProvenRequest, request)
    made = await run_in_threadpool(begin_second_step, door_of(request, parts), here, wish.password, wish.code)
    return JSONResponse(to_wire(made))


@router.post("/api/account/second-step/confirm")
async def use_second_step(request: Request, here: Inside, parts: Parts) -> Response:
    """Turn it on."""
    wish = await asked(CodeRequest, request)
    signed_in, codes = await run_in_threadpool(confirm_second_step, door_of(request, parts), here, wish.code)
    answer = JSONResponse({"backup_codes": codes})
    parts.give_cookie(answer, signed_in)
    return answer


@router.post("/api/account/second-step/off")
async def end_second_step(request: Request, here: Inside, parts: Parts) -> Response:
    """Turn it off."""
    wish = await asked(ProvenRequest, request)
    door = door_of(request, parts)
    signed_in = await run_in_threadpool(turn_off_second_step, door, here, wish.password, wish.code)
    answer = JSONResponse({})
    parts.give_cookie(answer, signed_in)
    return answer


@router.post("/api/account/passkeys")
async def new_passkey(request: Request, here: Inside, parts: Parts) -> Response:
    """Give her device what it needs to make one."""
    wish = await asked(ProvenRequest, request)
    door, origin = door_of(request, parts), parts.settings.origin
    return JSONResponse(await run_in_threadpool(begin_adding, door, origin, here, wish.password, wish.code))


@router.post("/api/account/passkeys/add")
async def add_passkey(request: Request, here: Inside, parts: Parts) -> Response:
    """Keep the public half."""
    wish = await asked(PasskeyRequest, request)
    await run_in_threadpool(add, door_of(request, parts), parts.settings.origin, here, wish.name, wish.made)
    return JSONResponse({}, 201)


@router.post("/api/account/passkeys/remove")
async def remove_passkey(request: Request, here: Inside, parts: Parts) -> Response:
    """Forget one of hers."""
    wish = await asked(RemoveRequest, request)
    door = door_of(request, parts)
    signed_in = await run_in_threadpool(remove, door, here, wish.passkey, wish.password, wish.code)
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
