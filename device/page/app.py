"""The page's addresses.

::

    /            record: start, pause, bookmark, stop       paired only
    /rehearse    pose, pause, name                          paired only
    /room        what is not filmed                         paired only
    /seats       see seats.py                               present only
    /live        what changes, as server-sent events        paired only; ends in the evening
    /do          POST: one command                          paired only
    /number, /pair, /card, /waiting, /leave   see entering.py
    /look, /files   style, fonts, scripts                   everybody

Forms and links do everything; scripts only save the waiting. Without them the page asks again every few seconds.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from device.commands import Claim, Command, Discard, Mode, ShowGoal, Start, command_from_wire
from device.local import LocalError
from device.page.checking import check_words
from device.page.entering import card, leave, number, pair, waiting
from device.page.parts import TABS, IsPaired, PageParts, Parts, form_of, is_let_in, pair_page
from device.page.seats import change_seats, room_page, seats_page, seats_words, still_picture
from device.page.security import Security
from device.page.view import MODES, SLOTS, view
from lesson.wire import WireError, to_wire

_LOOK_AGAIN = 5.0
"""Seconds in which a live page that is no longer let in is closed at the latest."""


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
    app.post("/card")(card)
    app.get("/waiting")(waiting)
    app.post("/leave")(leave)
    app.get("/room")(room_page)
    app.get("/seats")(seats_page)
    app.post("/seats")(change_seats)
    app.get("/seats/still/{still_id}")(still_picture)
    app.mount("/look", StaticFiles(packages=[("lesson", "look")]))
    app.mount("/files", StaticFiles(packages=[("device.page", "files")]))
    return Security(app, parts.scheme, parts.names)


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
        state = parts.resident.state
        now = (view(state, parts.monotonic()), seats_words(state), check_words(state))
        if now != told:
            told = now
            yield ServerSentEvent(
                event="view", data={**to_wire(now[0]), "seats": to_wire(now[1]), "check": to_wire(now[2])}
            )
        await parts.resident.next(seen, _LOOK_AGAIN)
        is_paired = is_let_in(request, parts)
    if not parts.closing.is_set():
        yield ServerSentEvent(event="over", data={})


async def do(request: Request, parts: Parts, is_paired: IsPaired) -> Response:
    """Ask the unit for what a button says."""
    if not is_paired:
        raise HTTPException(401)
    form = await form_of(request)
    try:
        await parts.resident.ask(_command(form))
    except WireError as error:
        raise HTTPException(422) from error
    except LocalError:
        return _page(parts, "record", is_paired=True, status=503)
    if "application/json" in request.headers.get("accept", ""):
        return Response(status_code=204)
    return RedirectResponse(TABS.get(form.get("tab", ""), "/"), 303)


def _page(parts: PageParts, tab: str, *, is_paired: bool, status: int = 200) -> Response:
    if not is_paired:
        return pair_page(parts, tab=tab)
    state = parts.resident.state
    html = parts.templates.get_template("unit.html").render(
        room=parts.room,
        tab=tab,
        v=to_wire(view(state, parts.monotonic())),
        modes=[(mode.value, words) for mode, words in MODES.items()],
        goal=5.0 if state is None else state.goal_wait,
        slots=SLOTS,
    )
    return HTMLResponse(html, status)


def _command(form: dict[str, str]) -> Command:
    what = form.get("what", "")
    match what:
        case "start" | "key_card":
            try:
                mode = Mode(form["mode"]) if "mode" in form else None
            except ValueError as error:
                raise WireError("There is no such mode.") from error
            title, teacher, mask = (form.get(name, "").strip()[:120] or None for name in ("title", "teacher", "mask"))
            is_dummy, by_card = form.get("dummy") == "yes", what == "key_card"
            return Start(mode=mode, title=title, teacher=teacher, mask=mask, by_card=by_card, is_dummy=is_dummy)
        case "discard":
            return Discard(form.get("lesson", ""))
        case "claim":
            return Claim(form.get("unclaimed", ""), form.get("claimed_by", ""))
        case "show_goal":
            return ShowGoal(form.get("goal_of", ""), is_shown=form.get("goal_is_shown") == "no")
    given: dict[str, Any] = {"type": what}
    return command_from_wire(given)
