"""A teacher prints her key card in a real browser, and the unit's own reader reads her keys from the sheet.

::

    join --> /card --screenshot, or the sheet as it is printed--> cards_in (capture/card_reader.py) --> her kid
"""

import io
import re

import numpy as np
import pytest
from PIL import Image as Picture
from playwright.sync_api import Browser, expect

from capture.camera import blank, planes
from capture.card_reader import cards_in
from lesson.footage.recipients import Recipient, check_words
from tests.suites.page_browser import axe_findings, watched
from tests.suites.page_people import join
from tests.suites.page_world import PageWorld

pytestmark = pytest.mark.browser


def read(picture: bytes) -> tuple[Recipient, ...]:
    """What a unit would read, if this picture were before its camera."""
    grey = np.asarray(Picture.open(io.BytesIO(picture)).convert("L"))
    image = blank(grey.shape[1] // 2 * 2, grey.shape[0] // 2 * 2)
    luma = planes(image)[0]
    luma[:] = grey[: luma.shape[0], : luma.shape[1]]
    return cards_in(image)


def test_the_card_after_joining_and_on_paper_holds_her_keys(world: PageWorld, browser: Browser) -> None:
    with watched(browser) as profile:
        page = profile.page()
        hers = join(page, world)
        page.locator("[data-part=sheet][data-kid]").wait_for()

        assert [each.kid for each in read(page.screenshot(full_page=True))] == [hers.keys.kid]
        assert axe_findings(page) == []
        card = page.locator("[data-part=card]").first
        expect(card).to_contain_text("Ada Okafor")
        expect(card).to_contain_text(" ".join(check_words(hers.keys.kid)))

        page.emulate_media(media="print")
        assert [each.kid for each in read(page.screenshot(full_page=True))] == [hers.keys.kid]
        assert page.locator("[data-part=code] svg").first.bounding_box() == pytest.approx(
            {"x": 0, "y": 0, "width": 111.8 * 96 / 25.4, "height": 111.8 * 96 / 25.4}, abs=60
        )
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1

        page.evaluate("document.querySelector('[data-part=sheet]').dataset.size = 'wallet'")
        assert [each.kid for each in read(page.screenshot(full_page=True))] == [hers.keys.kid]
        page.emulate_media(media="screen", color_scheme="dark")
        assert [each.kid for each in read(page.screenshot(full_page=True))] == [hers.keys.kid]
        assert axe_findings(page) == []


def test_a_school_that_names_other_keys_does_not_get_onto_her_card(world: PageWorld, browser: Browser) -> None:
    with watched(browser) as profile:
        page = profile.page()
        hers = join(page, world)
        page.locator("[data-part=sheet][data-kid]").wait_for()
        page.route(
            "**/card",
            lambda route: route.fulfill(
                response=(got := route.fetch()), body=got.text().replace(hers.keys.kid.hex(), "0" * 32)
            ),
        )
        page.goto(f"{world.browser}/card")
        # The keys under another name are nobody's: her words are asked for, and nothing is drawn.
        expect(page.get_by_role("heading", name="Type your five words")).to_be_visible()
        assert read(page.screenshot(full_page=True)) == ()


def test_a_locked_device_asks_for_the_five_words_first(world: PageWorld, browser: Browser) -> None:
    with watched(browser) as profile:
        hers = join(profile.page(), world)
    with watched(browser) as profile:
        page = profile.page()
        page.goto(world.enter(hers.id, "/lessons"))
        page.get_by_text("Ada Okafor").click()
        page.get_by_role("link", name="Print my key card").click()
        expect(page.get_by_role("button", name="Print two large cards")).to_be_hidden()

        page.get_by_role("textbox", name="Your five words").fill("five other words than those")
        page.get_by_role("button", name="Unlock").click()
        expect(page.get_by_role("status")).to_contain_text("not your five words")
        page.get_by_role("textbox", name="Your five words").fill(hers.words)
        page.get_by_role("button", name="Unlock").click()
        page.locator("[data-part=sheet][data-kid]").wait_for()

        assert [each.kid for each in read(page.screenshot(full_page=True))] == [hers.keys.kid]
