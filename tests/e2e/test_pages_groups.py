"""Sharing with a group, in real browsers: a list of her own, the words of each in it, and one grant for each.

::

    Ada: My groups -> "Science": R. Amin, L. Brooks     With: Science -> eight words -> Share     both open the lesson
    Ada: adds C. Osei                                   C. Osei: no such lesson, until she shares again
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lesson.footage.recipients import check_words
from tests.suites.page_browser import axe_findings, watched
from tests.suites.page_people import Teacher, join, opened
from tests.suites.page_world import PageWorld

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def people(world: PageWorld, browser: Browser) -> dict[str, Teacher]:
    joined = {}
    for name in ("Ada Okafor", "R. Amin", "L. Brooks", "C. Osei"):
        with watched(browser) as profile:
            joined[name] = join(profile.page(), world, name)
    return joined


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as profile:
        yield profile.page()


def status_for(world: PageWorld, browser: Browser, who: Teacher, lesson: str) -> int:
    """What somebody gets who asks for the lesson."""
    with watched(browser) as profile:
        page = profile.page()
        page.goto(world.enter(who.id))
        return page.request.get(f"{world.browser}/api/lessons/{lesson}").status


def keep(dialog: Locator, name: str, *members: str) -> None:
    """Fill the form of a group and keep it."""
    dialog.get_by_role("textbox", name="Name").fill(name)
    boxes = dialog.get_by_role("group", name="Who is in it")
    for box in boxes.get_by_role("checkbox").all():
        box.set_checked(box.evaluate("box => box.parentElement.textContent") in members)
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog.get_by_text(f"{name} is kept.")).to_be_visible()


def test_each_in_the_group_gets_a_grant_and_who_comes_later_none(
    world: PageWorld, browser: Browser, page: Page, people: dict[str, Teacher]
) -> None:
    lesson = world.record(people["Ada Okafor"].keys, "For the department")
    opened(page, world, people["Ada Okafor"], lesson)
    page.get_by_role("button", name="Share…", exact=True).click()
    dialog = page.get_by_role("dialog", name="Share this lesson")
    dialog.get_by_text("My groups", exact=True).click()
    keep(dialog, "Science", "R. Amin", "L. Brooks")
    choice = page.get_by_role("combobox", name="With", exact=True)
    choice.select_option("Science")
    told = dialog.get_by_role("list", name="Who is in this group")
    for name in ("R. Amin", "L. Brooks"):
        expect(told).to_contain_text(f"{name}: {' '.join(check_words(people[name].keys.kid))}")
    expect(dialog.get_by_text("Who is added later gets nothing until you share again.")).to_be_visible()
    assert axe_findings(page) == []
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("L. Brooks, R. Amin can open this lesson now.")).to_be_visible()
    expect(dialog.get_by_role("list", name="Who can open it").get_by_role("listitem")).to_have_count(2)
    assert [status_for(world, browser, people[name], lesson) for name in people] == [200, 200, 200, 404]

    dialog.get_by_role("button", name="Change Science").click()
    keep(dialog, "Science", "R. Amin", "L. Brooks", "C. Osei")
    assert status_for(world, browser, people["C. Osei"], lesson) == 404, "to be in a group is no right"
    expect(told).to_contain_text("C. Osei")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("C. Osei can open this lesson now. 2 of Science could already.")).to_be_visible()
    expect(dialog.get_by_role("list", name="Who can open it").get_by_role("listitem")).to_have_count(3)
    assert status_for(world, browser, people["C. Osei"], lesson) == 200

    dialog.get_by_role("button", name="Remove Science").click()
    expect(dialog.get_by_text("Science is gone. What was shared stays shared.")).to_be_visible()
    expect(choice.get_by_role("option", name="Science")).to_have_count(0)
    assert status_for(world, browser, people["L. Brooks"], lesson) == 200


def test_a_clip_goes_to_a_group_as_well(
    world: PageWorld, browser: Browser, page: Page, people: dict[str, Teacher]
) -> None:
    lesson = world.record(people["Ada Okafor"].keys, "A clip for two")
    opened(page, world, people["Ada Okafor"], lesson)
    page.get_by_role("textbox", name="From", exact=True).fill("0:20")
    page.get_by_role("textbox", name="to", exact=True).fill("0:26")
    page.get_by_role("button", name="Share clip…").first.click()
    dialog = page.get_by_role("dialog", name="Share this lesson")
    dialog.get_by_text("My groups", exact=True).click()
    keep(dialog, "A pair", "R. Amin", "C. Osei")
    page.get_by_role("combobox", name="With", exact=True).select_option("A pair")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("C. Osei, R. Amin can open 0:20 to 0:26 of this lesson now")).to_be_visible()
    shared = page.request.get(f"{world.browser}/api/lessons/{lesson}/sharing").json()["shared"]
    assert [(each["name"], each["clip"]) for each in shared] == [
        ("C. Osei", "0:20 to 0:26"),
        ("R. Amin", "0:20 to 0:26"),
    ]
    assert [status_for(world, browser, people[name], lesson) for name in people] == [200, 200, 404, 200]


def test_a_group_is_made_with_the_keyboard_alone(world: PageWorld, page: Page, people: dict[str, Teacher]) -> None:
    lesson = world.record(people["Ada Okafor"].keys, "With the keyboard")
    opened(page, world, people["Ada Okafor"], lesson)
    page.get_by_role("button", name="Share…", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="With", exact=True)).to_be_enabled()
    page.locator("[data-part=groups] > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Name").focus()
    page.keyboard.type("Coaching pair")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first of them, by name
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Coaching pair is kept.")).to_be_visible()
    expect(page.get_by_role("list", name="My groups")).to_contain_text("Coaching pair C. Osei")
    page.get_by_role("textbox", name="Name").fill("Nobody")
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Tick who is in it first.")).to_be_visible()
