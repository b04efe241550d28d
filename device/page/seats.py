"""No-film seats: drawn on a still of the room, kept as a mask, and shown as the camera films them from then on.

::

    /seats              present only: a still to draw on, or one that shows what is covered
    /seats/still/ID     present only: the still, out of the unit's memory
    /seats              POST look | keep | use | all | drop; refused with a sentence while a lesson is recorded

    areas   "0,0.6 0.4,0.6 0.4,1 0,1;..."     as a form sends them and a page draws them

The still passes through here and is kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from capture.masks import Area, Mask
from device.commands import Command, DropMask, FilmEverySeat, KeepMask, Look, Mode, UseMask
from device.controller import TABLE, Input
from device.local import LocalError
from device.mask_store import NAME
from device.page.checking import STEPS, check_words
from device.page.parts import IsPaired, IsPresent, PageParts, Parts, form_of, pair_page
from device.page.view import view
from device.state import Doing, UnitState
from lesson.wire import WireError, to_wire

SHOWS_WITHIN_S = 3
"""Seconds that a page waits for what it has just asked for to begin, at most."""

_LOCKED = {
    Doing.LOOKING: "The camera is looking: wait a moment. The light that your class can see is on.",
    Doing.CHECKING: "The room is being checked. When that is over, no-film seats can be changed.",
    Doing.PAIRING: "Somebody is pairing a phone. In half a minute no-film seats can be changed.",
    Doing.CLAIMING: "Somebody is claiming a lesson. When that is over, no-film seats can be changed.",
    Doing.REHEARSING: "Somebody is rehearsing. When that has ended, no-film seats can be changed.",
}
_IN_A_LESSON = (
    "A lesson is being recorded. It says from its first picture on which seats are not filmed, so they can be changed "
    "when it has ended."
)


@dataclass(frozen=True, slots=True)
class SeatsWords:
    """What a page about no-film seats says."""

    key: str
    """Changes when the page on which they are drawn is out of date."""
    list_key: str
    """Changes when the list of them is."""
    locked: str
    """Why nothing can be changed now. Empty: it can."""
    usual: str
    """What a press does not film."""
    masks: tuple[str, ...]
    mask: str
    """The one that a press puts on. Empty: none."""
    films_every_seat: bool
    """A press films all of them; nobody need say so."""


def seats_words(state: UnitState | None) -> SeatsWords:
    """The words for a state."""
    if state is None:
        return SeatsWords(
            "away", "away", "The unit does not answer.", usual="", masks=(), mask="", films_every_seat=True
        )
    usual = "Every seat is filmed." if state.mask is None else f"A press films all but the seats of {state.mask}."
    if not state.is_mask_clear:
        usual = "Nothing is filmed until you say which seats are not: choose or draw them."
    locked = ""
    if Mode.VIDEO not in state.modes:
        usual, locked = "", "Nobody is filmed here, so no seats need to be left out."
    elif Input.KEEP_MASK not in TABLE[state.doing]:
        locked = _LOCKED.get(state.doing, _IN_A_LESSON)
    still = "" if state.still is None else state.still.id
    return SeatsWords(
        key="|".join([still, locked, *state.masks, state.mask or ""]),
        list_key="|".join([usual, *state.masks]),
        films_every_seat=state.is_mask_clear and state.mask is None,
        locked=locked,
        usual=usual,
        masks=state.masks,
        mask=state.mask or "",
    )


async def room_page(parts: Parts, is_paired: IsPaired) -> Response:
    """The room: which seats are not filmed."""
    return _page(parts, "room.html", "room") if is_paired else pair_page(parts, tab="room")


async def seats_page(parts: Parts, is_paired: IsPaired, is_present: IsPresent, mask: str = "") -> Response:
    """Draw, or see what is covered."""
    if not is_present:
        return pair_page(parts, tab="seats", is_known=is_paired)
    state = parts.resident.state
    areas: tuple[Area, ...] = ()
    if state is not None and mask in state.masks:
        try:
            areas = (await parts.resident.mask(mask)).areas
        except LocalError:
            mask = ""
    still = None if state is None else state.still
    if still is not None and still.mask not in (None, mask):
        still = None  # It shows another mask than the one that is meant.
    return _page(parts, "seats.html", "room", still=still, name=mask, areas=to_points(areas))


async def still_picture(parts: Parts, is_present: IsPresent, still_id: str) -> Response:
    """The still."""
    if not is_present:
        raise HTTPException(401)
    try:
        return Response(await parts.resident.still(still_id), media_type="image/jpeg")
    except LocalError as error:
        raise HTTPException(404) from error


async def change_seats(request: Request, parts: Parts, is_present: IsPresent, is_paired: IsPaired) -> Response:
    """Look, keep, choose, or delete."""
    if not is_present:
        return pair_page(parts, status=401, tab="seats", is_known=is_paired)
    form = await form_of(request)
    try:
        command = _command(form)
    except WireError as error:
        raise HTTPException(422) from error
    before = seats_words(parts.resident.state)
    if before.locked:
        return _page(parts, "room.html", "room", status=409)
    try:
        await parts.resident.ask(command)
    except LocalError:
        return _page(parts, "room.html", "room", status=503)
    await _until_it_shows(parts, before)
    if isinstance(command, UseMask | FilmEverySeat | DropMask):
        return RedirectResponse("/room", 303)
    return RedirectResponse(f"/seats?{urlencode({'mask': form.get('name', '')})}", 303)


async def _until_it_shows(parts: PageParts, before: SeatsWords) -> None:
    """Else the next page would show the still that has just been forgotten."""
    for _ in range(SHOWS_WITHIN_S):
        seen = parts.resident.number
        if seats_words(parts.resident.state).key != before.key:
            return
        await parts.resident.next(seen, 1.0)


def to_points(areas: tuple[Area, ...]) -> str:
    """Areas as a form sends them.

    >>> to_points((((0.0, 0.6), (0.4, 0.6), (0.4, 1.0)),))
    '0,0.6 0.4,0.6 0.4,1'
    """
    return ";".join(" ".join(f"{x:g},{y:g}" for x, y in area) for area in areas)


def from_points(text: str) -> Mask:
    """The mask that they make. Raises `WireError` for anything else.

    >>> from_points('0,0.6 0.4,0.6 0.4,1').areas
    (((0.0, 0.6), (0.4, 0.6), (0.4, 1.0)),)
    """
    try:
        return Mask(tuple(tuple(_corner(each) for each in area.split()) for area in text.split(";")))
    except ValueError as error:
        raise WireError(f"This is no drawing of areas: {error}") from error


def _corner(text: str) -> tuple[float, float]:
    x, y = (float(part) for part in text.split(","))
    return x, y


def _command(form: dict[str, str]) -> Command:
    name = form.get("name", "").strip()
    match form.get("what"):
        case "look":
            return Look()
        case "keep" if NAME.fullmatch(name):
            return KeepMask(name, from_points(form.get("areas", "")).areas)
        case "use" if name:
            return UseMask(name)
        case "all":
            return FilmEverySeat()
        case "drop" if name:
            return DropMask(name)
    raise WireError("Nobody knows what that means.")


def _page(parts: PageParts, template: str, tab: str, status: int = 200, **values: Any) -> Response:
    state = parts.resident.state
    html = parts.templates.get_template(template).render(
        room=parts.room,
        tab=tab,
        v=to_wire(view(state, parts.monotonic())),
        s=seats_words(state),
        check=check_words(state),
        steps=STEPS,
        **values,
    )
    return HTMLResponse(html, status)
