"""The ways in, and the way out.

::

    /number    POST: show the number on the room's screen
    /pair      POST: the number typed -> cookie
    /card      POST: where there is no screen, the code on the card -> the lamp asks
    /waiting   after that, until the button is pressed twice -> cookie
    /leave     POST: this browser sees nothing any more
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from fastapi import HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from device.commands import AskToPair
from device.local import LocalError
from device.page.pairing import Paired, PairingError
from device.page.parts import COOKIE, TABS, IsPaired, PageParts, Parts, form_of, pair_page

WAITING_COOKIE = "waitwise_waiting"


async def number(request: Request, parts: Parts, is_paired: IsPaired) -> Response:
    """Show the number in the room. Whoever asks learns nothing by it."""
    tab = (await form_of(request)).get("tab", "")
    try:
        parts.pairing.number(parts.now())
    except PairingError as error:
        return pair_page(parts, wrong=str(error), status=429, tab=tab, is_known=is_paired)
    if not parts.show_number():
        return pair_page(parts, status=503, tab=tab, is_known=is_paired)
    return pair_page(parts, tab=tab, is_known=is_paired)


async def pair(request: Request, parts: Parts, is_paired: IsPaired) -> Response:
    """Let in who typed the number."""
    form = await form_of(request)
    tab = form.get("tab", "")
    try:
        paired = parts.pairing.enter(form.get("number", ""), parts.now())
    except PairingError as error:
        return pair_page(parts, wrong=str(error), status=403, tab=tab, is_known=is_paired)
    return _let_in(request, parts, paired, tab)


async def card(request: Request, parts: Parts, is_paired: IsPaired) -> Response:
    """Let who has the card ask for the button."""
    form = await form_of(request)
    tab = form.get("tab", "")
    if parts.has_screen() or not parts.card.is_there():
        raise HTTPException(404)
    try:
        waits = parts.pairing.ask(parts.now(), is_on_card=parts.card.says(form.get("code", "")))
    except PairingError as error:
        return pair_page(parts, wrong=str(error), status=403, tab=tab, is_known=is_paired)
    try:
        await parts.resident.ask(AskToPair(waits.asked))
    except LocalError:
        return pair_page(parts, wrong="The unit does not answer.", status=503, tab=tab, is_known=is_paired)
    answer = RedirectResponse(f"/waiting?{urlencode({'tab': tab})}", 303)
    _set_cookie(answer, parts, WAITING_COOKIE, waits.token, waits.until)
    return answer


async def waiting(request: Request, parts: Parts, is_paired: IsPaired, tab: str = "") -> Response:
    """Wait for the button."""
    state = parts.resident.state
    answered = None if state is None else state.let_in
    try:
        paired = parts.pairing.pressed(request.cookies.get(WAITING_COOKIE), answered, parts.now())
    except PairingError as error:
        return pair_page(parts, wrong=str(error), status=403, tab=tab, is_known=is_paired)
    if paired is None:
        return HTMLResponse(parts.templates.get_template("waiting.html").render(room=parts.room, to=TABS.get(tab, "/")))
    return _let_in(request, parts, paired, tab)


def _let_in(request: Request, parts: PageParts, paired: Paired, tab: str) -> Response:
    parts.pairing.forget(request.cookies.get(COOKIE))
    answer = RedirectResponse(TABS.get(tab, "/"), 303)
    answer.delete_cookie(WAITING_COOKIE)
    _set_cookie(answer, parts, COOKIE, paired.token, paired.until)
    return answer


def _set_cookie(answer: Response, parts: PageParts, name: str, token: str, until: datetime) -> None:
    age = round((until - parts.now()).total_seconds())
    answer.set_cookie(name, token, max_age=age, secure=parts.scheme == "https", httponly=True, samesite="strict")


async def leave(request: Request, parts: Parts) -> Response:
    """Let this browser see nothing any more."""
    parts.pairing.forget(request.cookies.get(COOKIE))
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE)
    return answer
