"""Comments in real browsers: hers alone first, then shown; a colleague answers; a school that lies is found out.

::

    Ada: C -> "only me" -> Ctrl+Enter      R. Amin: nothing        Ada: Let others read them    R. Amin: reads, answers
    school: an old version, none at all, somebody else's bytes  -->  said in a sentence, the rest stands
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from lesson.footage.comment import Comment, Readers
from lesson.wire import from_wire
from tests.suites.page_browser import axe_findings, watched
from tests.suites.page_people import Teacher, join, lands_at, opened, seek, share_with
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


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Comment", exact=True)


def write(page: Page, text: str, *, at: float | None = None, readers: str | None = None, tag: str = "note") -> None:
    """Write a comment as a person does, at a moment."""
    if at is not None:
        seek(page, at)
    field(page).fill(text)
    page.get_by_role("combobox", name="Kind", exact=True).select_option(label=tag)
    if readers:
        page.get_by_role("combobox", name="Who can read it").select_option(label=readers)
    page.get_by_role("button", name="Post comment").click()
    expect(field(page)).to_have_value("")
    expect(page.get_by_text(text, exact=True)).to_be_visible()


def listed(page: Page) -> Locator:
    return page.get_by_role("list", name="Comments").locator("> li")


def served(page: Page, world: PageWorld, lesson: str) -> list[Comment]:
    """What the school has for her."""
    told = page.request.get(f"{world.browser}/api/lessons/{lesson}/comments").json()["comments"]
    return [Comment.decode(from_wire(bytes, each["comment"])) for each in told]


def test_her_own_comments_first_and_then_she_lets_her_colleague_read_them(
    world: PageWorld, browser: Browser, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Comments")
    with watched(browser) as hers, watched(browser) as his:
        page = opened(hers.page(), world, ada, lesson)
        expect(page.get_by_text("No comments yet.")).to_be_visible()
        assert axe_findings(page) == []
        write(page, "I answered my own question.", at=30.05)
        write(page, "Name came before the pause.", at=12.05, tag="wait time")
        expect(page.get_by_text("2 of these only you can read.")).to_be_visible()
        share_with(page, "R. Amin")
        page.get_by_role("button", name="Close").click()

        theirs = opened(his.page(), world, amin, lesson)
        expect(theirs.get_by_text("No comments yet.")).to_be_visible()
        assert served(theirs, world, lesson) == []

        page.get_by_role("button", name="Let others read them").click()
        expect(page.get_by_text("these only you can read")).to_be_hidden()
        assert [(each.readers, each.number) for each in served(theirs, world, lesson)] == [(Readers.LESSON, 2)] * 2

        theirs.reload()
        expect(listed(theirs)).to_have_count(2)
        expect(listed(theirs).nth(0)).to_contain_text(
            re.compile(r"0:12.*Name came before the pause.*Ada Okafor.*wait time")
        )
        expect(listed(theirs).nth(1)).to_contain_text("I answered my own question.")
        expect(theirs.get_by_role("button", name="Edit")).to_have_count(0)
        listed(theirs).nth(0).get_by_role("button", name="Reply").click()
        expect(theirs.get_by_text("You are answering Ada Okafor at 0:12.")).to_be_visible()
        field(theirs).fill("Try: pose, pause, name.")
        theirs.keyboard.press("Control+Enter")
        expect(theirs.get_by_role("list", name="Answers")).to_contain_text("Try: pose, pause, name.")
        assert axe_findings(theirs) == []

        page.reload()
        expect(page.get_by_role("list", name="Answers")).to_contain_text(re.compile("Try: pose, pause, name.*R. Amin"))
        page.get_by_role("button", name="Share…").click()
        told = page.get_by_role("list", name="What happened to it")
        expect(told).to_contain_text("R. Amin wrote a comment")
        expect(told).to_contain_text("Ada Okafor wrote a comment")


def test_each_comment_is_a_click_from_its_moment_in_the_list_and_on_the_timeline(
    world: PageWorld, browser: Browser, ada: Teacher
) -> None:
    lesson = world.record(ada.keys, "Moments")
    with watched(browser) as profile:
        page = opened(profile.page(), world, ada, lesson)
        for second, text in ((60.05, "late"), (12.05, "early"), (12.45, "a moment later")):
            write(page, text, at=second)
        expect(listed(page)).to_have_count(3)
        page.get_by_role("button", name="Play 1:00").click()
        lands_at(page, 60)
        expect(listed(page).nth(2)).to_have_attribute("data-chosen", "")

        marks = page.get_by_role("group", name="Comments on the timeline").get_by_role("button")
        expect(marks).to_have_count(2)
        expect(marks.nth(0)).to_have_accessible_name(re.compile("2 comments from 0:12. You: early"))
        marks.nth(0).click()
        lands_at(page, 12)
        expect(listed(page).nth(0)).to_have_attribute("data-chosen", "")
        marks.nth(0).click()
        expect(listed(page).nth(1)).to_have_attribute("data-chosen", "")

        # With the keyboard: one stop, then arrows; Enter goes there, and the focus stays.
        expect(marks.nth(0)).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(marks.nth(1)).to_be_focused()
        page.keyboard.press("Enter")
        lands_at(page, 60)
        expect(marks.nth(1)).to_be_focused()
        expect(marks.nth(1)).to_have_attribute("aria-current", "true")

        # Zoomed in they come apart.
        seek(page, 12.05)
        for _ in range(4):
            page.get_by_role("button", name="Zoom in").click()
        expect(marks).to_have_count(2)
        expect(marks.nth(1)).to_have_accessible_name(re.compile("Comment at 0:12. You: a moment later"))


def test_with_the_keyboard_alone_and_no_draft_is_lost(world: PageWorld, browser: Browser, ada: Teacher) -> None:
    lesson = world.record(ada.keys, "Keyboard")
    with watched(browser) as profile:
        page = opened(profile.page(), world, ada, lesson)
        seek(page, 25.05)
        page.get_by_role("tab", name="Waits").click()
        page.keyboard.press("c")
        expect(field(page)).to_be_focused()
        expect(page.get_by_role("textbox", name="Comment at")).to_have_value("0:25")
        page.keyboard.type("begun, c and all")
        page.keyboard.press("Escape")
        expect(field(page)).not_to_be_focused()
        expect(field(page)).to_have_value("begun, c and all")
        page.keyboard.press("l")
        lands_at(page, 35)
        page.keyboard.press("c")
        expect(page.get_by_role("textbox", name="Comment at")).to_have_value("0:25")

        page.get_by_role("textbox", name="Comment up to").fill("0:20")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("The end comes before the beginning.")).to_be_visible()
        page.get_by_role("textbox", name="Comment up to").fill("0:28")
        page.keyboard.press("Control+Enter")
        expect(listed(page)).to_contain_text("to 0:28")

        # An answer is begun, then an edit, then the answer again: each has its own words.
        page.get_by_role("button", name="Reply").focus()
        page.keyboard.press("Enter")
        page.keyboard.type("half an answer")
        page.get_by_role("button", name="Edit").focus()
        page.keyboard.press("Enter")
        expect(field(page)).to_have_value("begun, c and all")
        page.keyboard.type(", and edited")
        page.keyboard.press("Control+Enter")
        expect(listed(page)).to_contain_text("begun, c and all, and edited")
        page.get_by_role("button", name="Reply").click()
        expect(field(page)).to_have_value("half an answer")

        # Arrow keys go from tab to tab, and do not seek.
        page.get_by_role("tab", name="Comments").focus()
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Waits")).to_be_focused()
        expect(page.get_by_role("list", name="Waits in this lesson")).to_be_visible()


def test_what_the_school_cannot_keep_stays_in_the_field(world: PageWorld, browser: Browser, ada: Teacher) -> None:
    lesson = world.record(ada.keys, "Errors")
    with watched(browser) as profile:
        page = opened(profile.page(), world, ada, lesson)
        lost: list[str] = []

        def answer_is_lost(route: Route) -> None:
            if route.request.method != "POST":
                route.continue_()
                return
            route.fetch()
            lost.append(route.request.post_data or "")
            if len(lost) == 1:
                route.fulfill(status=503, json={"detail": "The school cannot write just now."})
            else:
                route.fulfill(response=route.fetch())

        page.route("**/comments", answer_is_lost)
        field(page).fill("Said once")
        page.keyboard.press("Control+Enter")
        expect(
            page.get_by_text("Not posted: your words are still here. The school cannot write just now.")
        ).to_be_visible()
        expect(field(page)).to_have_value("Said once")
        page.keyboard.press("Control+Enter")
        expect(field(page)).to_have_value("")
        expect(listed(page)).to_have_count(1)
        assert lost[0] == lost[1], "the same bytes again: it stands there once"
        profile.wrong.clear()  # Chromium notes the 503 in its console

        # Signed out meanwhile, in another tab.
        page.unroute("**/comments")
        page.route("**/comments", lambda route: route.fulfill(status=401, json={"detail": "Who is there?"}))
        field(page).fill("Said too late")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("You are signed out. Sign in again.").first).to_be_visible()
        expect(field(page)).to_have_value("Said too late")
        profile.wrong.clear()


def test_edited_elsewhere_is_told_and_nothing_is_overwritten(world: PageWorld, browser: Browser, ada: Teacher) -> None:
    lesson = world.record(ada.keys, "Two tabs")
    with watched(browser) as profile:
        page = opened(profile.page(), world, ada, lesson)
        write(page, "first words")
        other = opened(profile.page(), world, ada, lesson)
        other.get_by_role("button", name="Edit").click()
        page.get_by_role("button", name="Edit").click()
        field(page).fill("second words")
        page.keyboard.press("Control+Enter")
        expect(listed(page)).to_contain_text("second words")
        field(other).fill("other words")
        other.keyboard.press("Control+Enter")
        expect(
            other.get_by_text("This comment has been changed elsewhere meanwhile. Load the page again.")
        ).to_be_visible()
        expect(field(other)).to_have_value("other words")
        assert [each.number for each in served(page, world, lesson)] == [2]
        profile.wrong.clear()


def test_deleted_is_deleted_and_its_answers_stay(
    world: PageWorld, browser: Browser, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Deleted")
    with watched(browser) as hers, watched(browser) as his:
        page = opened(hers.page(), world, ada, lesson)
        share_with(page, "R. Amin")
        page.get_by_role("button", name="Close").click()
        theirs = opened(his.page(), world, amin, lesson)
        write(theirs, "His remark", at=20.05, tag="strength")
        page.reload()
        listed(page).get_by_role("button", name="Reply").click()
        field(page).fill("Her answer")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("list", name="Answers")).to_contain_text("Her answer")

        theirs.reload()
        theirs.get_by_role("button", name="Delete", exact=True).click()
        theirs.get_by_role("button", name="Keep it").click()
        expect(theirs.get_by_text("His remark")).to_be_visible()
        theirs.get_by_role("button", name="Delete", exact=True).click()
        theirs.get_by_role("button", name="Delete for good").click()
        expect(theirs.get_by_text("You have deleted this.")).to_be_visible()
        page.reload()
        expect(page.get_by_text("R. Amin has deleted this.")).to_be_visible()
        expect(page.get_by_text("Her answer")).to_be_visible()
        expect(page.get_by_text("His remark")).to_be_hidden()
        assert [each.sealed is None for each in served(page, world, lesson)] == [True, False]

        # Of a comment that nobody has answered nothing is left to see.
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name="Delete for good").click()
        expect(page.get_by_text("No comments yet.")).to_be_visible()


def test_filters_by_kind_and_by_person(world: PageWorld, browser: Browser, ada: Teacher, amin: Teacher) -> None:
    lesson = world.record(ada.keys, "Filters")
    with watched(browser) as hers, watched(browser) as his:
        page = opened(hers.page(), world, ada, lesson)
        share_with(page, "R. Amin")
        page.get_by_role("button", name="Close").click()
        write(page, "Hers", at=5.05, tag="question", readers="all who can open it")
        theirs = opened(his.page(), world, amin, lesson)
        write(theirs, "His", at=15.05, tag="strength")
        write(theirs, "His, too", at=25.05, tag="question")
        theirs.get_by_role("combobox", name="Show comments of this kind").select_option(label="question")
        expect(listed(theirs)).to_have_count(2)
        theirs.get_by_role("combobox", name="Show comments by").select_option(label="Ada Okafor")
        expect(listed(theirs)).to_have_count(1)
        marks = theirs.get_by_role("group", name="Comments on the timeline").get_by_role("button")
        expect(marks).to_have_count(1)
        theirs.get_by_role("combobox", name="Show comments of this kind").select_option(label="strength")
        expect(theirs.get_by_text("No comment is of this kind.")).to_be_visible()


def test_on_a_phone_in_the_dark(world: PageWorld, browser: Browser, ada: Teacher) -> None:
    lesson = world.record(ada.keys, "Phone")
    with watched(browser, viewport={"width": 412, "height": 915}, color_scheme="dark") as profile:
        page = opened(profile.page(), world, ada, lesson)
        for second in (5.05, 25.05, 45.05):
            write(page, f"One remark of several lines, long enough to be broken, at {second}", at=second)
        listed(page).nth(0).get_by_role("button", name="Play").click()
        assert axe_findings(page) == []
        rows, form, card = (
            page.locator(f"[data-part={name}]").bounding_box() for name in ("comments", "compose", "timeline")
        )
        assert rows is not None
        assert form is not None
        assert card is not None
        assert rows["height"] > 150
        assert rows["y"] + rows["height"] <= form["y"] + 1
        assert form["y"] + form["height"] <= card["y"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 412


def test_a_school_that_lies_about_comments_is_found_out(
    world: PageWorld, browser: Browser, ada: Teacher, amin: Teacher
) -> None:
    lesson, other = world.record(ada.keys, "Lies"), world.record(ada.keys, "Elsewhere")
    with watched(browser) as aside:
        page = opened(aside.page(), world, ada, other)
        write(page, "About another lesson")
        elsewhere = page.request.get(f"{world.browser}/api/lessons/{other}/comments").json()["comments"][0]
    with watched(browser) as profile, watched(browser) as his:
        page = opened(profile.page(), world, ada, lesson)
        share_with(page, "R. Amin")
        page.get_by_role("button", name="Close").click()
        write(page, "Old words", at=5.05, readers="only me")
        before = page.request.get(f"{world.browser}/api/lessons/{lesson}/comments").json()["comments"][0]
        page.get_by_role("button", name="Edit").click()
        field(page).fill("New words")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("New words")).to_be_visible()
        write(page, "It stands", at=40.05, readers="all who can open it")

        def lie(change: Any) -> None:
            def answer(route: Route) -> None:
                told = route.fetch().json()["comments"]
                route.fulfill(json={"comments": change(told)})

            page.unroute("**/comments")
            page.route("**/comments", answer)
            page.reload()
            expect(page.get_by_text("It stands")).to_be_visible()

        alert = page.locator("[data-part=comments-wrong]")
        flipped = before["comment"][:400] + ("A" if before["comment"][400] != "A" else "B") + before["comment"][401:]
        for change, sentence in (
            (lambda told: [before, told[1]], "This is an older version of a comment"),
            (lambda told: told[1:], "A comment that you have seen is not here any more"),
            (lambda told: [{**told[0], "comment": flipped}, told[1]], "Somebody altered a comment."),
            (lambda told: [*told, elsewhere], "This comment was written about another lesson."),
        ):
            lie(change)
            expect(alert).to_contain_text(sentence)
            expect(page.get_by_text("Old words")).to_be_hidden()
            expect(page.get_by_text("About another lesson", exact=True)).to_be_hidden()
        page.unroute("**/comments")
        page.reload()
        expect(page.get_by_text("New words")).to_be_visible()
        expect(alert).to_be_hidden()

        # What she keeps to herself does not open in her colleague's browser, though the school serves it.
        mine = page.request.get(f"{world.browser}/api/lessons/{lesson}/comments").json()["comments"][0]
        theirs = his.page()
        theirs.route("**/comments", lambda route: route.fulfill(json={"comments": [mine]}))
        opened(theirs, world, amin, lesson)
        expect(theirs.get_by_text("Who wrote this comment keeps it to herself. It is left out.")).to_be_visible()
        expect(theirs.get_by_text("New words")).to_be_hidden()
