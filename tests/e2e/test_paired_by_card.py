"""A unit without a screen: the code on its card, and two presses of its button, let a phone in; one of them does not.

::

    waitwise unit card -> paper -> phone: the code -> the lamp asks -> the button, twice -> paired
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from device.page.card import FILE
from device.room import Room
from device.state import Doing
from tests.suites.page_browser import Watched, axe_findings, watched
from tests.suites.pressed_unit import drawn
from tests.suites.unit_page import UnitAndPage, unit_and_page

pytestmark = pytest.mark.browser

CLASS = ("TTTTTTTTTTTTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 200
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[UnitAndPage]:
    with unit_and_page(tmp_path, Room(drawn(CLASS, 1.0)), has_screen=False) as made:
        yield made


@pytest.fixture
def profile(browser: Browser) -> Iterator[Watched]:
    with watched(browser, ignore_https_errors=True, viewport=PHONE) as made:
        yield made


def printed(unit: UnitAndPage) -> str:
    """A card, as a technician prints it."""
    command = [sys.executable, "-m", "waitwise", "unit", "card", str(unit.made.folder.parent / "unit.toml")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def code_on(card: str) -> str:
    found = re.search(r"Type  (\S{5}-\S{5})", card)
    assert found
    return found[1]


def ask(unit: UnitAndPage, page: Page, code: str) -> None:
    page.goto(unit.address)
    page.get_by_label("Code on the card").fill(code)
    page.get_by_role("button", name="Ask the unit").click()


def test_the_card_and_two_presses_let_a_phone_in(unit: UnitAndPage, profile: Watched) -> None:
    page = profile.page()
    page.goto(unit.address)
    expect(page.get_by_text("no screen to show a number on, and no card")).to_be_visible()
    card = printed(unit)
    assert unit.fingerprint is not None
    assert unit.fingerprint in card, "nothing else in the room says which certificate is the unit's"
    ask(unit, page, code_on(card).lower())
    expect(page.get_by_role("heading", name="Press the unit's button twice")).to_be_visible()
    assert axe_findings(page) == []
    unit.until(Doing.PAIRING)
    unit.press_twice()
    page.get_by_role("link", name="Rehearse").wait_for()
    expect(page.get_by_role("status").first).to_have_text("Ready")

    assert code_on(card) not in unit.journal.read_text()
    names = {cookie["name"]: cookie for cookie in profile.context.cookies()}
    assert set(names) == {"waitwise_unit"}
    assert all(cookie["httpOnly"] and cookie["secure"] for cookie in names.values())


def test_without_scripts_it_waits_too(unit: UnitAndPage, browser: Browser) -> None:
    code = code_on(printed(unit))
    with watched(browser, ignore_https_errors=True, viewport=PHONE, java_script_enabled=False) as profile:
        page = profile.page()
        ask(unit, page, code)
        unit.until(Doing.PAIRING)
        unit.press_twice()
        page.get_by_role("link", name="Rehearse").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(unit: UnitAndPage, browser: Browser, scheme: str) -> None:
    with watched(browser, ignore_https_errors=True, viewport=PHONE, color_scheme=scheme) as profile:
        page = profile.page()
        page.goto(unit.address)
        assert axe_findings(page) == []
        printed(unit)
        page.reload()
        assert axe_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.fixture
def http(unit: UnitAndPage) -> Iterator[httpx.Client]:
    headers = {"Origin": unit.address}
    with httpx.Client(base_url=unit.address, verify=False, trust_env=False, timeout=20, headers=headers) as client:
        yield client


def test_one_press_records_and_lets_nobody_in(unit: UnitAndPage, http: httpx.Client) -> None:
    assert http.post("/card", data={"code": code_on(printed(unit))}).status_code == 303
    unit.until(Doing.PAIRING)
    unit.press()
    unit.until(Doing.RECORDING)

    assert "Press the unit" in http.get("/waiting").text
    assert "Are you in" in http.get("/").text
    assert http.post("/do", data={"what": "stop"}).status_code == 401


def test_the_code_alone_and_another_phones_presses_let_nobody_in(unit: UnitAndPage, http: httpx.Client) -> None:
    code = code_on(printed(unit))
    assert http.post("/card", data={"code": code}).status_code == 303
    thief = httpx.Client(base_url=unit.address, verify=False, trust_env=False, headers={"Origin": unit.address})
    with thief:
        assert "Another phone" in thief.post("/card", data={"code": code}).text
        assert thief.get("/waiting").status_code == 403
        unit.until(Doing.PAIRING)
        unit.press_twice()
        unit.until(Doing.READY)
        assert thief.get("/waiting").status_code == 403
        assert "Are you in" in thief.get("/").text
    assert http.get("/waiting").status_code == 303
    assert http.get("/waiting").status_code == 403, "once"


def test_wrong_codes_and_a_card_that_was_replaced_ask_nothing(unit: UnitAndPage, http: httpx.Client) -> None:
    assert http.post("/card", data={"code": "00000-00000"}).status_code == 404
    old = code_on(printed(unit))
    new = code_on(printed(unit))
    assert http.post("/card", data={"code": old}).status_code == 403
    for _ in range(4):
        assert "not the code" in http.post("/card", data={"code": "00000-00000"}).text
    assert "Too many" in http.post("/card", data={"code": new}).text
    assert unit.program.state.doing is Doing.READY
    assert (unit.made.folder / "page" / FILE).exists()


def test_where_there_is_a_screen_no_card_is_taken(tmp_path: Path) -> None:
    with unit_and_page(tmp_path, Room(drawn(CLASS, 1.0))) as unit:
        code = code_on(printed(unit))
        answer = httpx.post(
            f"{unit.address}/card", data={"code": code}, headers={"Origin": unit.address}, verify=False, trust_env=False
        )
        assert answer.status_code == 404
        assert unit.program.state.doing is Doing.READY
