"""The page's addresses.

::

    /            record: start, pause, bookmark, stop       paired only
    /rehearse    pose, pause, name                          paired only
    /live        what changes, as server-sent events        paired only; ends in the evening
    /do          POST: one command                          paired only
    /pair        POST: show the number; POST: the number typed -> cookie
    /look, /files   style, fonts, scripts                   everybody

Forms and links do everything; scripts only save the waiting. Without them the page asks again every few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from device.commands import Claim, Command, Discard, Mode, ShowGoal, Start, command_from_wire
from device.local import LocalError
from device.page.pairing import Pairing, PairingError
from device.page.resident import Resident
from device.page.security import Security
from device.page.view import MODES, SLOTS, view
from lesson.wire import WireError, to_wire

COOKIE = "waitwise_unit"
_LOOK_AGAIN = 5.0
"""Seconds in which a live page that is no longer let in is closed at the latest."""
_TABS = {"record": "/", "rehearse": "/rehearse"}


@dataclass(frozen=True, slots=True)
class PageParts:
    """What the page stands on."""

    room: str
    scheme: str
    names: tuple[str, ...]
    resident: Resident
    pairing: Pairing
    show_number: Callable[[], bool]
    """Puts the number on the room's screen; False: there is none."""
    now: Callable[[], datetime]
    closing: asyncio.Event
    templates: Environment


def templates() -> Environment:
    """The page's templates. A name that nobody passed is a mistake, not an empty place."""
    loader = ChoiceLoader([PackageLoader("device.page"), PackageLoader("lesson", "look")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, auto_reload=False)


def page_app(parts: PageParts) -> ASGIApp:
    """Make the application."""
    app = FastAPI(openapi_url=None)
    app.state.parts = parts
    app.get("/")(record_page)
    app.get("/rehearse")(rehearse_page)
    app.get("/live", response_class=EventSourceResponse)(live)
    app.post("/do")(do)
    app.post("/number")(number)
    app.post("/pair")(pair)
    app.post("/leave")(leave)
    app.mount("/look", StaticFiles(packages=[("lesson", "look")]))
    app.mount("/files", StaticFiles(packages=[("device.page", "files")]))
    return Security(app, parts.scheme, parts.names)


def _parts(request: Request) -> PageParts:
    parts: PageParts = request.app.state.parts
    return parts


Parts = Annotated[PageParts, Depends(_parts)]


def _is_paired(request: Request, parts: Parts) -> bool:
    return parts.pairing.is_paired(request.cookies.get(COOKIE), parts.now())


IsPaired = Annotated[bool, Depends(_is_paired)]


async def record_page(parts: Parts, is_paired: IsPaired) -> Response:
    """Record."""
    return _page(parts, "record", is_paired=is_paired)


async def rehearse_page(parts: Parts, is_paired: IsPaired) -> Response:
    """Rehearse."""
    return _page(parts, "rehearse", is_paired=is_paired)


async def live(request: Request, parts: Parts, is_paired: IsPaired) -> AsyncIterator[ServerSentEvent]:
    """Each change, until the evening."""
    told = None
    while is_paired and not parts.closing.is_set():
        seen = parts.resident.number
        now = view(parts.resident.state, parts.now())
        if now != told:
            told = now
            yield ServerSentEvent(event="view", data=to_wire(now))
        await parts.resident.next(seen, _LOOK_AGAIN)
        is_paired = _is_paired(request, parts)
    if not parts.closing.is_set():
        yield ServerSentEvent(event="over", data={})


async def do(request: Request, parts: Parts, is_paired: IsPaired) -> Response:
    """Ask the unit for what a button says."""
    if not is_paired:
        raise HTTPException(401)
    form = await _form(request)
    try:
        await parts.resident.ask(_command(form))
    except WireError as error:
        raise HTTPException(422) from error
    except LocalError:
        return _page(parts, "record", is_paired=True, status=503)
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    return RedirectResponse(_TABS.get(form.get("tab", ""), "/"), 303)


async def number(parts: Parts) -> Response:
    """Show the number in the room. Whoever asks learns nothing by it."""
    try:
        parts.pairing.number(parts.now())
    except PairingError as error:
        return _pair_page(parts, str(error), 429)
    if not parts.show_number():
        return _pair_page(parts, "This unit has no screen to show the number on. Tell the technician.", 503)
    return _pair_page(parts, None, 200, is_shown=True)


async def pair(request: Request, parts: Parts) -> Response:
    """Let in who typed the number."""
    form = await _form(request)
    try:
        paired = parts.pairing.enter(form.get("number", ""), parts.now())
    except PairingError as error:
        return _pair_page(parts, str(error), 403, is_shown=parts.pairing.shown(parts.now()) is not None)
    answer = RedirectResponse("/", 303)
    age = round((paired.until - parts.now()).total_seconds())
    answer.set_cookie(
        COOKIE, paired.token, max_age=age, secure=parts.scheme == "https", httponly=True, samesite="strict"
    )
    return answer


async def leave(request: Request, parts: Parts) -> Response:
    """Let this browser see nothing any more."""
    parts.pairing.forget(request.cookies.get(COOKIE))
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _page(parts: PageParts, tab: str, *, is_paired: bool, status: int = 200) -> Response:
    if not is_paired:
        return _pair_page(parts, None, 200, is_shown=parts.pairing.shown(parts.now()) is not None)
    state = parts.resident.state
    modes = () if state is None else state.modes
    html = parts.templates.get_template("unit.html").render(
        room=parts.room,
        tab=tab,
        v=to_wire(view(state, parts.now())),
        modes=[(mode.value, MODES[mode]) for mode in modes],
        goal=5.0 if state is None else state.goal_wait,
        slots=SLOTS,
    )
    return HTMLResponse(html, status)


def _pair_page(parts: PageParts, wrong: str | None, status: int, *, is_shown: bool = False) -> Response:
    template = parts.templates.get_template("pair.html")
    return HTMLResponse(template.render(room=parts.room, wrong=wrong, is_shown=is_shown), status)


async def _form(request: Request) -> dict[str, str]:
    """A form's fields, each once. It is short: `Security` has looked."""
    text = (await request.body()).decode("ascii", "replace")
    return {name: values[-1] for name, values in parse_qs(text).items()}


def _command(form: dict[str, str]) -> Command:
    what = form.get("what", "")
    match what:
        case "start":
            try:
                mode = Mode(form["mode"]) if "mode" in form else None
            except ValueError as error:
                raise WireError("There is no such mode.") from error
            title, teacher = (form.get(name, "").strip()[:120] or None for name in ("title", "teacher"))
            return Start(mode=mode, title=title, teacher=teacher, is_dummy=form.get("dummy") == "yes")
        case "discard":
            return Discard(form.get("lesson", ""))
        case "claim":
            return Claim(form.get("unclaimed", ""), form.get("claimed_by", ""))
        case "show_goal":
            return ShowGoal(form.get("goal_of", ""), is_shown=form.get("goal_is_shown") == "no")
    given: dict[str, Any] = {"type": what}
    return command_from_wire(given)
