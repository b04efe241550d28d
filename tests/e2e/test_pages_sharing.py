"""Sharing a lesson, in two real browsers: whose it is signs a grant in hers, and her colleague opens it in his.

::

    Ada: Share... -> R. Amin -> four words -> Share          R. Amin: the lesson plays       Ada: "R. Amin opened it"
    Ada: Withdraw                                            R. Amin: there is no such lesson
"""

import re

import pytest
from playwright.sync_api import Browser, Route, expect

from lesson.footage.recipients import check_words
from tests.suites.page_browser import axe_findings, watched
from tests.suites.page_people import Teacher, join, opened, seek, share_with, unlocked
from tests.suites.page_world import PageWorld

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ada(world: PageWorld, browser: Browser) -> Teacher:
    with watched(browser) as profile:
        return join(profile.page(), world)


@pytest.fixture(scope="module")
def amin(world: PageWorld, browser: Browser) -> Teacher:
    with watched(browser) as profile:
        return join(profile.page(), world, "R. Amin")


def test_a_colleague_opens_what_was_shared_and_not_what_was_withdrawn(
    world: PageWorld, browser: Browser, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Year 8 Science: Why do things float?")
    with watched(browser) as hers, watched(browser) as his:
        page = opened(hers.page(), world, ada, lesson)
        page.get_by_role("button", name="Share…").click()
        dialog = page.get_by_role("dialog", name="Share this lesson")
        expect(dialog.get_by_text("You, and nobody else.")).to_be_visible()
        page.get_by_role("combobox", name="With", exact=True).select_option("R. Amin")
        expect(dialog.get_by_text(" ".join(check_words(amin.keys.kid)))).to_be_visible()
        assert axe_findings(page) == []
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.get_by_text("R. Amin can open this lesson now.")).to_be_visible()
        expect(dialog.get_by_role("list", name="Who can open it")).to_contain_text("R. Amin until")

        expect(page.get_by_text("Yours. Also open to R. Amin until")).to_be_attached()

        theirs = opened(his.page(), world, amin, lesson)
        expect(theirs.get_by_text(re.compile("Ada Okafor.s. Shared with you until"))).to_be_visible()
        expect(theirs.get_by_role("button", name="Share…")).to_be_hidden()
        assert seek(theirs, 45.05) == pytest.approx(45.05, abs=0.1)
        theirs.goto(f"{world.browser}/lessons")
        expect(theirs.get_by_text(re.compile("Ada Okafor.s, shared with you"))).to_be_visible()

        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Share…").click()
        expect(dialog.get_by_role("list", name="What happened to it")).to_contain_text("R. Amin opened it")
        dialog.get_by_role("button", name="Withdraw").click()
        expect(dialog.get_by_text("You, and nobody else.")).to_be_visible()
        expect(dialog.get_by_role("list", name="What happened to it")).to_contain_text("R. Amin was taken off")
        expect(page.get_by_text("Yours. Only you can open it")).to_be_attached()
        assert theirs.request.get(f"{world.browser}/lessons/{lesson}").status == 404


def test_with_the_keyboard_alone(world: PageWorld, browser: Browser, ada: Teacher, amin: Teacher) -> None:
    lesson = world.record(ada.keys, "With the keyboard")
    with watched(browser) as hers:
        page = opened(hers.page(), world, ada, lesson)
        page.get_by_role("button", name="Share…").focus()
        page.keyboard.press("Enter")
        choice = page.get_by_role("combobox", name="With", exact=True)
        expect(choice).to_be_enabled()
        choice.focus()
        page.keyboard.type("R. Amin")
        expect(choice).to_have_value(amin.keys.kid.hex())
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Share", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("R. Amin can open this lesson now.")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_role("button", name="Share…")).to_be_focused()


def test_a_school_that_hands_out_other_keys_is_found_out(
    world: PageWorld, browser: Browser, ada: Teacher, amin: Teacher
) -> None:
    """Other keys under her colleague's name show other words; other keys under the name of his keys share nothing."""
    lesson = world.record(ada.keys, "Substituted keys")
    with watched(browser) as hers:
        page = opened(hers.page(), world, ada, lesson)

        def lie(route: Route) -> None:
            told = route.fetch().json()
            (person,) = (each for each in told["people"] if each["name"] == "R. Amin")
            person["encryption_key"] = "A" * 42 + "E"
            route.fulfill(json=told)

        page.route("**/api/people", lie)
        page.get_by_role("button", name="Share…").click()
        page.get_by_role("combobox", name="With", exact=True).select_option("R. Amin")
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.get_by_text("do not belong together. Nothing was shared.")).to_be_visible()
        expect(page.get_by_text("You, and nobody else.")).to_be_visible()


def test_a_school_that_takes_something_out_of_the_log_is_found_out(
    world: PageWorld, browser: Browser, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "A log that was cut")
    with watched(browser) as hers:
        page = opened(hers.page(), world, ada, lesson)
        share_with(page, "R. Amin")
        page.get_by_role("button", name="Close").click()

        def cut(route: Route) -> None:
            told = route.fetch().json()
            route.fulfill(json={**told, "log": told["log"][:-1]})

        page.route("**/sharing", cut)
        page.get_by_role("button", name="Share…").click()
        expect(page.get_by_text("something was taken out of it")).to_be_visible()
        page.get_by_role("button", name="Close").click()

        def rewrite(route: Route) -> None:
            told = route.fetch().json()
            told["log"][0]["who"] = "Somebody else"
            route.fulfill(json=told)

        page.unroute("**/sharing")
        page.route("**/sharing", rewrite)
        page.get_by_role("button", name="Share…").click()
        expect(page.get_by_text("does not hold together: somebody has changed it")).to_be_visible()


def test_a_school_that_forges_a_reader_gives_her_nothing(
    world: PageWorld, browser: Browser, ada: Teacher, amin: Teacher
) -> None:
    """A grant that the school serves, but that nobody signed who may: the browser opens nothing with it."""
    lesson, other = world.record(ada.keys, "Not shared"), world.record(ada.keys, "Shared")
    with watched(browser) as hers, watched(browser) as his:
        share_with(opened(hers.page(), world, ada, other), "R. Amin")
        page = his.page()
        page.goto(unlocked(world, amin, other))
        page.wait_for_selector("[data-part=player][data-first-frame-ms]")
        shared = page.request.get(f"{world.browser}/api/lessons/{other}").json()
        hidden = hers.page()
        hidden.goto(world.enter(ada.id))
        sealed = hidden.request.get(f"{world.browser}/api/lessons/{lesson}").json()

        def forge(route: Route) -> None:
            route.fulfill(json={**sealed, "lesson": other, "grants": shared["grants"]})

        page.route(f"**/api/lessons/{other}", forge)
        page.reload()
        expect(page.get_by_text("Another lesson was handed on with this.")).to_be_visible()
        expect(page.get_by_text("Not opened")).to_be_visible()
