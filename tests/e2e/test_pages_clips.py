"""Sharing a clip, in two real browsers: a few seconds, their numbers and a note, and nothing else of the lesson.

::

    Ada:      From 0:20 To 0:26 -> Share clip… -> R. Amin -> note -> Share
    R. Amin:  0:20 to 0:26 plays; before and behind it "Not shared"; the note      Ada: "opened it (0:20 to 0:26 alone)"
"""

import base64
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.suites.page_browser import axe_findings, watched
from tests.suites.page_people import Teacher, join, lands_at, opened, seek, unlocked, video
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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as profile:
        yield profile.page()


@pytest.fixture
def theirs(browser: Browser) -> Iterator[Page]:
    with watched(browser) as profile:
        yield profile.page()


def mark(page: Page, start: str, end: str) -> None:
    """Type the stretch."""
    page.get_by_role("textbox", name="From", exact=True).fill(start)
    page.get_by_role("textbox", name="to", exact=True).fill(end)
    page.keyboard.press("Tab")


def give(page: Page, *, note: str = "", numbers: bool = False) -> None:
    """Share what the dialog offers with R. Amin."""
    choice = page.get_by_role("combobox", name="With", exact=True)
    expect(choice).to_be_enabled()
    choice.select_option("R. Amin")
    page.get_by_role("textbox", name="Note").fill(note)
    page.get_by_role("checkbox", name="With the numbers").set_checked(numbers)
    page.get_by_role("button", name="Share", exact=True).click()


def opened_clip(page: Page, world: PageWorld, teacher: Teacher, lesson: str) -> Page:
    """Open a lesson of which she has a clip, and wait for its first picture."""
    page.goto(unlocked(world, teacher, lesson))
    page.wait_for_selector("[data-part=player][data-first-frame-ms]")
    return page


def test_a_colleague_sees_the_seconds_that_were_shared_and_no_others(
    world: PageWorld, page: Page, theirs: Page, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Why do things float?")
    opened(page, world, ada, lesson)
    mark(page, "0:20", "0:26")
    page.get_by_role("button", name="Share clip…").first.click()
    dialog = page.get_by_role("dialog", name="Share this lesson")
    expect(dialog.get_by_text("A clip: 0:20 to 0:26, and nothing else")).to_be_visible()
    expect(dialog.get_by_role("radio", name="A clip")).to_be_checked()
    assert axe_findings(page) == []
    give(page, note="Look at the pause.\nAnd after it.", numbers=True)
    expect(
        page.get_by_text("R. Amin can open 0:20 to 0:26 of this lesson now, and nothing else of it.")
    ).to_be_visible()
    expect(dialog.get_by_role("list", name="Who can open it")).to_contain_text("R. Amin 0:20 to 0:26 alone, until")
    expect(page.get_by_text("Yours. Also open to R. Amin (0:20 to 0:26) until")).to_be_attached()

    asked: list[str] = []
    theirs.on("request", lambda request: asked.append(request.url.partition(lesson)[2]))
    opened_clip(theirs, world, amin, lesson)
    expect(theirs.get_by_text("0:20 to 0:26 of this lesson was shared with you. The rest was not")).to_be_visible()
    expect(theirs.get_by_text("And after it.")).to_be_visible()
    expect(theirs.get_by_text(re.compile("Ada Okafor.s. A clip, shared with you until"))).to_be_visible()
    expect(theirs.get_by_text("This lesson", exact=True)).to_be_hidden()
    expect(theirs.get_by_role("button", name="Share…")).to_be_hidden()
    expect(theirs.get_by_role("button", name="Share clip…")).to_have_count(0)
    # The one pause that begins in these seconds is over behind them, at 26.1 s: it is not told.
    assert theirs.get_attribute("[data-part=lesson]", "data-waits") == "0"
    assert theirs.evaluate("document.querySelector('talk-timeline').shared") == [[20, 26]]
    assert theirs.get_attribute("[data-part=lesson]", "data-account") == "whole"
    assert axe_findings(theirs) == []
    assert float(theirs.get_attribute("[data-part=player]", "data-shown-s") or 0) == pytest.approx(20.05, abs=0.2)
    assert seek(theirs, 24.05) == pytest.approx(24.05, abs=0.1)
    seek(theirs, 5.0)
    lands_at(theirs, 20.05)
    video(theirs, "(video.currentTime = 25, video.play(), 0)")
    theirs.wait_for_selector("[data-part=player][data-state=ended]")
    assert video(theirs, "video.currentTime") == pytest.approx(26, abs=0.2)
    fetched = {path for path in asked if path.startswith("/segments/")}
    assert fetched == {f"/segments/0/{index}" for index in (0, 11, 12, 13)}
    assert not [path for path in asked if path.startswith(("/evidence", "/live"))]
    for path in ("segments/0/10", "segments/0/14", "segments/2/0", "evidence", "live", "sharing"):
        assert theirs.request.get(f"{world.browser}/api/lessons/{lesson}/{path}").status == 404, path
    theirs.goto(f"{world.browser}/lessons")
    expect(theirs.get_by_text(re.compile("Ada Okafor.s, 0:20 to 0:26 alone, shared with you"))).to_be_visible()

    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Share…", exact=True).click()
    expect(dialog.get_by_role("list", name="What happened to it")).to_contain_text(
        "R. Amin opened it (0:20 to 0:26 alone)"
    )
    dialog.get_by_role("button", name="Withdraw").click()
    expect(dialog.get_by_role("list", name="What happened to it")).to_contain_text("was taken off (0:20 to 0:26 alone)")
    assert theirs.request.get(f"{world.browser}/lessons/{lesson}").status == 404


def test_a_wait_is_shared_from_its_own_strip_with_its_number(
    world: PageWorld, page: Page, theirs: Page, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "A wait of 5.6 seconds")
    opened(page, world, ada, lesson)
    page.get_by_role("tab", name="Waits").click()
    page.get_by_role("list", name="Waits in this lesson").get_by_role("button", name=re.compile("^0:17")).click()
    page.locator("[data-part=detail]").get_by_role("button", name="Share clip…").click()
    # From three seconds before it to two behind what came then: 14.0 to 26.2 s, in segments of two.
    expect(page.get_by_text("A clip: 0:14 to 0:28, and nothing else")).to_be_visible()
    give(page, numbers=True)
    expect(page.get_by_text("R. Amin can open 0:14 to 0:28")).to_be_visible()

    opened_clip(theirs, world, amin, lesson)
    theirs.wait_for_selector("[data-part=lesson][data-account=whole]")
    rows = theirs.get_by_role("list", name="Waits in this lesson").get_by_role("button")
    expect(rows).to_have_count(2)  # the one at 0:24 lies in these seconds too
    expect(rows.first).to_contain_text("5.6 s")
    rows.first.click()
    lands_at(theirs, 14.0)


def test_without_its_numbers_a_clip_tells_none(
    world: PageWorld, page: Page, theirs: Page, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Picture and sound alone")
    opened(page, world, ada, lesson)
    mark(page, "14", "28")
    page.get_by_role("button", name="Share clip…").first.click()
    give(page)
    expect(page.get_by_text("R. Amin can open 0:14 to 0:28")).to_be_visible()
    opened_clip(theirs, world, amin, lesson)
    expect(theirs.get_by_text("The numbers were not shared with you.")).to_be_visible()
    assert theirs.get_attribute("[data-part=lesson]", "data-waits") == "0"
    assert not theirs.locator("[data-part=notices]").inner_text()


def test_two_clips_play_one_after_the_other(
    world: PageWorld, page: Page, theirs: Page, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Two clips")
    opened(page, world, ada, lesson)
    for start, end in (("0:10", "0:12"), ("1:00", "1:04")):
        mark(page, start, end)
        page.get_by_role("button", name="Share clip…").first.click()
        give(page)
        expect(page.get_by_text(f"R. Amin can open {start} to {end}")).to_be_visible()
        page.get_by_role("button", name="Close").click()
    opened_clip(theirs, world, amin, lesson)
    expect(theirs.get_by_text("0:10 to 0:12, 1:00 to 1:04 of this lesson were shared with you.")).to_be_visible()
    video(theirs, "(video.play(), 0)")
    theirs.wait_for_function("() => document.querySelector('video').currentTime > 60.3")
    theirs.wait_for_selector("[data-part=player][data-state=ended]")
    assert not theirs.locator("[data-part=notices]").inner_text()


def test_with_the_keyboard_alone(world: PageWorld, page: Page, ada: Teacher, amin: Teacher) -> None:
    lesson = world.record(ada.keys, "With the keyboard")
    opened(page, world, ada, lesson)
    start, end = (page.get_by_role("textbox", name=name, exact=True) for name in ("From", "to"))
    seek(page, 30.5)
    page.keyboard.press("i")
    expect(start).to_have_value("0:30")
    seek(page, 35.5)
    page.keyboard.press("o")
    expect(end).to_have_value("0:36")
    end.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(end).to_have_value("0:38")
    assert page.evaluate("document.querySelector('talk-timeline').stretch") == [30, 38]
    page.get_by_role("button", name="Share clip…").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("A clip: 0:30 to 0:38, and nothing else")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    end.fill("nonsense")
    page.keyboard.press("Tab")
    expect(end).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Share clip…").first.click()
    expect(page.get_by_text("Say from when to when first")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_note_goes_with_a_whole_lesson_and_the_school_cannot_read_it(
    world: PageWorld, page: Page, theirs: Page, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "With a note")
    opened(page, world, ada, lesson)
    page.get_by_role("button", name="Share…", exact=True).click()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    choice = page.get_by_role("combobox", name="With", exact=True)
    expect(choice).to_be_enabled()
    choice.select_option("R. Amin")
    page.get_by_role("textbox", name="Note").fill("Unmistakable")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("R. Amin can open this lesson now.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("")
    assert sent
    assert not [body for body in sent if "Unmistakable" in body]
    opened(theirs, world, amin, lesson)
    expect(theirs.get_by_text("Unmistakable")).to_be_visible()
    expect(theirs.get_by_text("Ada Okafor wrote")).to_be_visible()


def test_a_school_that_forges_a_wider_clip_gives_nothing(
    world: PageWorld, page: Page, theirs: Page, ada: Teacher, amin: Teacher
) -> None:
    """Another segment in the list, another lesson's clip, another end: each is said, and nothing plays."""
    lesson, other = (world.record(ada.keys, title) for title in ("Cut", "Another, cut"))
    for each in (lesson, other):
        opened(page, world, ada, each)
        mark(page, "0:20", "0:26")
        page.get_by_role("button", name="Share clip…").first.click()
        give(page)
        expect(page.get_by_role("list", name="What happened to it")).to_contain_text("R. Amin was given it")
    opened_clip(theirs, world, amin, lesson)
    told = theirs.request.get(f"{world.browser}/api/lessons/{lesson}").json()
    moved = theirs.request.get(f"{world.browser}/api/lessons/{other}").json()["clips"]
    forgeries = {
        "Somebody altered how this clip was handed on.": [
            _rewritten(told["clips"][0], b'"0-000013.seg"', b'"0-000014.seg"')
        ],
        "A clip of another lesson was handed on with this.": moved,
        "This clip was handed on twice under one name.": told["clips"] * 2,
    }
    served: list[str] = []
    theirs.route(f"**/api/lessons/{lesson}", lambda route: route.fulfill(json={**told, "clips": served}))
    for sentence, clips in forgeries.items():
        served[:] = clips
        theirs.reload()
        expect(theirs.get_by_text(sentence)).to_be_visible()
        expect(theirs.get_by_text("Not opened")).to_be_visible()


def _rewritten(clip: str, old: bytes, new: bytes) -> str:
    """The base64url of a file with other words in it."""
    data = base64.urlsafe_b64decode(clip + "=" * (-len(clip) % 4))
    assert old in data
    return base64.urlsafe_b64encode(data.replace(old, new)).rstrip(b"=").decode()
