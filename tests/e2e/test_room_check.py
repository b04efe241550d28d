"""A check of the room from a phone: a real browser, the page's real process, and a room in which the test speaks."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from device.room import Room
from device.state import Doing
from lesson.problems import BACK_UNHEARD
from tests.suites.page_browser import axe_findings, watched
from tests.suites.spoken_room import SpokenRoom
from tests.suites.unit_page import unit_and_page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_back_row_is_not_heard_and_then_it_is(browser: Browser, tmp_path: Path, scheme: str) -> None:
    room = SpokenRoom(2.0)
    with (
        unit_and_page(tmp_path, Room(room.microphone), host="localhost") as unit,
        watched(browser, viewport=PHONE, color_scheme=scheme) as profile,
    ):
        page = profile.page()
        page.set_default_timeout(60_000)
        unit.pair(page)
        page.get_by_role("link", name="Room").click()
        for back in (".", "P"):
            room.says = "."
            page.get_by_role("button", name="Check the room").press("Enter")
            expect(page.get_by_role("status").first).to_have_text("Checking the room")
            front = page.get_by_role("button", name="I am at the front")
            front.wait_for()
            assert axe_findings(page) == []
            room.says = "T"
            front.press("Enter")
            page.get_by_role("button", name="We are at the back").wait_for()
            room.says = back
            page.get_by_role("button", name="We are at the back").press("Enter")
            unit.until(Doing.READY)
            if back == ".":
                expect(page.get_by_text(BACK_UNHEARD.title)).to_be_visible()
                expect(page.get_by_text(BACK_UNHEARD.teacher)).to_be_visible()
                expect(page.get_by_text("nobody heard")).to_be_visible()
            else:
                expect(page.get_by_text("Front and back are heard well")).to_be_visible()
                expect(page.get_by_text(BACK_UNHEARD.title)).to_be_hidden()
            assert axe_findings(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert list(unit.made.lessons.iterdir()) == []
