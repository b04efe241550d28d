"""What is made for who is not signed in: the page to sign in at, and what it sends.

::

    GET  /sign-in?next=/lessons
    GET  /sign-in/school        to the school's own sign-on; .../back: from there, and on
    POST /api/sign-in           e-mail and password, and a code if one is wanted
    POST /api/passkey           what a device needs to sign in with a passkey; .../sign-in: what it has signed
    POST /api/join/password     an invitation of a role without keys
    POST /api/leave             the end of this session
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from school.limits import network_of
from school.passkeys import Signed, begin, sign_in_with_passkey
from school.sessions import SignedIn, leave
from school.sign_on import LASTS, Provider, RealWeb, come_back, leave_for
from school.signing_in import Door, join_with_password, sign_in
from school.web_pages import first_page_of, home_of, local_path
from school.web_parts import FOR_EVERYBODY, Parts, Visitor, WebParts, asked

router = APIRouter()


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What the page sends."""

    email: str
    password: str
    code: str
    """Empty until the answer says that one is wanted."""
    next: str
    """The page she wanted to see."""


@dataclass(frozen=True, slots=True)
class PasskeyRequest:
    """What the page sends when a device has signed."""

    signed: Signed
    next: str


@dataclass(frozen=True, slots=True)
class JoinWithPasswordRequest:
    """What the join page of a role without keys sends."""

    code: str
    password: str


def sign_in_address(request: Request) -> str:
    """Where a stranger is sent who asked for a page of somebody."""
    return f"/sign-in?next={quote(request.url.path)}"


def door_of(request: Request, parts: WebParts) -> Door:
    """What signing in needs to know of a request."""
    network = network_of(request.client.host if request.client else "")
    hours = parts.settings.session_hours
    return Door(parts.database, parts.passwords, parts.now(), hours, network, parts.browser(request))


@router.get("/sign-in")
def sign_in_page(visitor: Visitor, parts: Parts, next: str | None = None) -> Response:  # noqa: A002 - as in the address
    """Ask for e-mail and password."""
    if visitor is not None:
        return RedirectResponse(local_path(next, home_of(visitor)), 303)
    sign_on = parts.settings.sign_on_name if parts.settings.sign_on_issuer else None
    return parts.page("sign_in.html", next=local_path(next, ""), sign_on=sign_on)


@router.get("/sign-in/school", dependencies=FOR_EVERYBODY)
def go_to_sign_on(request: Request, parts: Parts, next: str | None = None) -> Response:  # noqa: A002 - as above
    """Send somebody to the school's own sign-on."""
    provider = Provider.of(parts.settings)
    leaving = leave_for(door_of(request, parts), provider, RealWeb(), local_path(next, ""))
    answer = RedirectResponse(leaving.address, 303)
    # Lax, not Strict: she comes back from another site. It lets nobody in by itself.
    lasts, secure = int(LASTS.total_seconds()), parts.settings.is_https
    answer.set_cookie(_way_back(parts), leaving.state, max_age=lasts, secure=secure, httponly=True, samesite="lax")
    return answer


@router.get("/sign-in/school/back", dependencies=FOR_EVERYBODY)
def come_from_sign_on(request: Request, parts: Parts, code: str = "", state: str = "") -> Response:
    """Sign in who comes back from there."""
    provider = Provider.of(parts.settings)
    cookie = request.cookies.get(_way_back(parts), "")
    door = door_of(request, parts)
    signed_in, target = come_back(door, provider, RealWeb(), code=code, state=state, cookie=cookie)
    # A page, not a redirect: a browser that was sent here by another site would not show the new cookie to the next.
    answer = parts.page("arrived.html", next=local_path(target, home_of(signed_in.person)))
    parts.give_cookie(answer, signed_in)
    answer.delete_cookie(_way_back(parts), secure=parts.settings.is_https, httponly=True, samesite="lax")
    return answer


@router.post("/api/sign-in", dependencies=FOR_EVERYBODY)
async def sign_in_here(request: Request, parts: Parts) -> Response:
    """Sign in with a password. Without `next` in the answer, a code is wanted."""
    wish = await asked(SignInRequest, request)
    signed_in = await run_in_threadpool(sign_in, door_of(request, parts), wish.email, wish.password, wish.code)
    if signed_in is None:
        return JSONResponse({"next": None})
    return let_in(parts, signed_in, wish.next)


@router.post("/api/passkey", dependencies=FOR_EVERYBODY)
async def begin_passkey(request: Request, parts: Parts) -> Response:
    """Give a device something to sign."""
    return JSONResponse(await run_in_threadpool(begin, door_of(request, parts), parts.settings.origin))


@router.post("/api/passkey/sign-in", dependencies=FOR_EVERYBODY)
async def use_passkey(request: Request, parts: Parts) -> Response:
    """Sign in with what it has signed."""
    wish = await asked(PasskeyRequest, request)
    door, origin = door_of(request, parts), parts.settings.origin
    return let_in(parts, await run_in_threadpool(sign_in_with_passkey, door, origin, wish.signed), wish.next)


@router.post("/api/join/password", dependencies=FOR_EVERYBODY)
async def join_here(request: Request, parts: Parts) -> Response:
    """Spend an invitation of a role without keys."""
    wish = await asked(JoinWithPasswordRequest, request)
    signed_in = await run_in_threadpool(join_with_password, door_of(request, parts), wish.code, wish.password)
    return let_in(parts, signed_in, "")


@router.post("/api/leave", dependencies=FOR_EVERYBODY)
def leave_school(request: Request, parts: Parts) -> Response:
    """End the session, here and in the browser."""
    leave(parts.database, parts.browser(request).had)
    answer = JSONResponse({})
    parts.take_cookie(answer)
    return answer


def let_in(parts: WebParts, signed_in: SignedIn, target: str) -> Response:
    """Give the cookie, and say where to go on."""
    answer = JSONResponse({"next": first_page_of(signed_in.person, target)})
    parts.give_cookie(answer, signed_in)
    return answer


def _way_back(parts: WebParts) -> str:
    return "__Host-waitwise_sign_on" if parts.settings.is_https else "waitwise_sign_on"
