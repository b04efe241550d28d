"""The camera looks for somebody who is in the room now: a phone that was paired in the morning may be anywhere by noon.

::

    9:00 number typed   9:14 looks   9:15 asked for the number once more   ... 18:00 let go
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from capture.masks import Mask
from device.commands import Command, Look, Mode, Stop
from device.page.app import page_app
from device.page.card import Card
from device.page.pairing import Pairing
from device.page.parts import PageParts, templates
from device.page.resident import Resident
from device.state import Doing, StillInHand, UnitState
from tests.suites.masked import SEATS

MORNING = datetime(2026, 11, 17, 9, 0).astimezone()
HERE = "http://localhost"


@dataclass
class InMemory:
    """A unit that has taken a still and does nothing it is asked for, but remembers."""

    state: UnitState
    number: int = 0
    asked: list[Command] = field(default_factory=list)

    async def ask(self, command: Command) -> None:
        self.asked.append(command)

    async def still(self, still_id: str) -> bytes:
        return b"\xff\xd8" + still_id.encode()

    async def mask(self, _: str) -> Mask:
        return SEATS

    async def next(self, _: int, __: float) -> None:
        """Nothing new comes."""


@dataclass
class At:
    """A page whose time is moved."""

    unit: InMemory
    now: datetime = MORNING

    def visit(self, what: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
        async def visited() -> Any:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=HERE, headers={"Origin": HERE}) as browser:
                await browser.post("/number")
                await browser.post("/pair", data={"number": "428913", "tab": "seats"})
                return await what(browser)

        pairing = Pairing(18, lambda: "428913")
        self.app = page_app(
            PageParts(
                room="Lab 2",
                scheme="http",
                names=(),
                resident=cast("Resident", self.unit),
                pairing=pairing,
                show_number=lambda: True,
                has_screen=lambda: True,
                card=Card(Path("/nowhere")),
                now=lambda: self.now,
                monotonic=lambda: 0.0,
                closing=asyncio.Event(),
                templates=templates(),
            )
        )
        return asyncio.run(visited())


@pytest.fixture
def at() -> At:
    state = UnitState(
        doing=Doing.READY,
        since_at=MORNING,
        room="Lab 2",
        modes=tuple(Mode),
        masks=("9b",),
        still=StillInHand("5", None, None),
    )
    return At(InMemory(state))


def test_who_has_just_read_the_number_looks(at: At) -> None:
    async def look(browser: httpx.AsyncClient) -> list[int]:
        at.now += timedelta(minutes=14)
        return [
            (await browser.get("/seats/still/5")).status_code,
            (await browser.post("/seats", data={"what": "look"})).status_code,
        ]

    assert at.visit(look) == [200, 303]
    assert at.unit.asked == [Look()]


def test_who_was_let_in_this_morning_is_asked_again_and_then_looks(at: At) -> None:
    async def look(browser: httpx.AsyncClient) -> list[int]:
        at.now += timedelta(minutes=15)
        page = await browser.get("/seats?mask=9b")
        assert "Are you in Lab 2 now?" in page.text
        assert "/seats/still" not in page.text
        assert "A press" not in page.text
        refused = [
            (await browser.get("/seats/still/5")).status_code,
            (await browser.post("/seats", data={"what": "look"})).status_code,
            (await browser.post("/seats", data={"what": "keep", "name": "9b", "areas": "0,0 1,0 1,1"})).status_code,
            (await browser.post("/seats", data={"what": "use", "name": "9b"})).status_code,
        ]
        assert at.unit.asked == []
        assert (await browser.get("/room")).status_code == 200
        assert (await browser.post("/do", data={"what": "stop"})).status_code == 303, "lessons go on"
        old = browser.cookies["waitwise_unit"]
        await browser.post("/number", data={"tab": "seats"})
        again = await browser.post("/pair", data={"number": "428913", "tab": "seats"})
        assert again.headers["location"] == "/seats"
        assert "/seats/still/5" in (await browser.get("/seats")).text
        browser.cookies.set("waitwise_unit", old, domain="localhost.local")
        assert "Are you in" in (await browser.get("/room", headers={"Cookie": f"waitwise_unit={old}"})).text
        return refused

    assert at.visit(look) == [401, 401, 401, 401]
    assert at.unit.asked == [Stop()]


def test_nobody_is_led_elsewhere_by_a_form(at: At) -> None:
    async def pair(browser: httpx.AsyncClient) -> str:
        await browser.post("/number")
        answer = await browser.post("/pair", data={"number": "428913", "tab": "https://example.com"})
        return answer.headers["location"]

    assert at.visit(pair) == "/"
