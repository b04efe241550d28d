"""What the page's addresses have in common: what they stand on, who asks, what was typed, and the way in.

::

    cookie --> IsPaired    has read a number in the room today
           --> IsPresent   has read one in the last quarter of an hour: the camera looks for nobody else
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from device.page.card import Card
from device.page.pairing import Pairing
from device.page.resident import Resident

COOKIE = "waitwise_unit"
TABS = {"record": "/", "rehearse": "/rehearse", "room": "/room", "seats": "/seats"}
"""Pages that a form may lead back to."""


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
    has_screen: Callable[[], bool]
    card: Card
    """What lets a phone ask where there is no screen."""
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    closing: asyncio.Event
    templates: Environment


def templates() -> Environment:
    """The page's templates. A name that nobody passed is a mistake, not an empty place."""
    loader = ChoiceLoader([PackageLoader("device.page"), PackageLoader("lesson", "look")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, auto_reload=False)


def _parts(request: Request) -> PageParts:
    parts: PageParts = request.app.state.parts
    return parts


Parts = Annotated[PageParts, Depends(_parts)]


def is_let_in(request: Request, parts: Parts) -> bool:
    """Whether this browser was let in."""
    return parts.pairing.is_paired(request.cookies.get(COOKIE), parts.now())


def _is_present(request: Request, parts: Parts) -> bool:
    return parts.pairing.is_present(request.cookies.get(COOKIE), parts.now())


IsPaired = Annotated[bool, Depends(is_let_in)]
IsPresent = Annotated[bool, Depends(_is_present)]


async def form_of(request: Request) -> dict[str, str]:
    """A form's fields, each once. It is short: `Security` has looked."""
    text = (await request.body()).decode("ascii", "replace")
    return {name: values[-1] for name, values in parse_qs(text).items()}


def pair_page(
    parts: PageParts,
    *,
    wrong: str | None = None,
    status: int = 200,
    tab: str = "record",
    is_known: bool = False,
) -> Response:
    """Ask for the number. `is_known`: of somebody who was let in, and has to say that she is still here."""
    html = parts.templates.get_template("pair.html").render(
        room=parts.room,
        wrong=wrong,
        is_shown=parts.pairing.shown(parts.now()) is not None,
        has_screen=parts.has_screen(),
        has_card=parts.card.is_there(),
        tab=tab,
        is_known=is_known,
    )
    return HTMLResponse(html, status)
