"""People at the school's pages, in a real browser: joining, unlocking, opening a lesson, seeking in it.

::

    invitation --join--> Teacher: two papers, her keys --opened--> the lesson with its first picture --seek--> a moment
"""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from lesson.footage.recipients import Recipient
from lesson.wire import from_wire
from tests.suites.page_world import PageWorld


@dataclass(frozen=True)
class Papers:
    """What she has written down while she joined."""

    words: str
    code: str


@dataclass(frozen=True)
class Teacher:
    id: int
    words: str
    code: str
    keys: Recipient


def shown_words(page: Page) -> str:
    """The five words as they stand on the screen."""
    words = page.get_by_role("list", name="Your five words").get_by_role("listitem")
    expect(words).to_have_count(5)
    return " ".join(words.all_inner_texts())


def shown_code(page: Page) -> str:
    """The recovery code as it stands on the screen."""
    groups = page.get_by_role("list", name="Your recovery code").get_by_role("listitem")
    expect(groups).to_have_count(8)
    return "-".join(groups.all_inner_texts())


def write_down_words(page: Page, done: str) -> str:
    """Read the five words on the screen, and type them back."""
    words = shown_words(page)
    page.get_by_role("button", name="I have written them down").click()
    page.get_by_role("textbox", name="Your five words").fill(words.upper())
    page.get_by_role("button", name=done).click()
    return words


def write_down_code(page: Page, done: str) -> str:
    """Read the recovery code on the screen, and type it back."""
    code = shown_code(page)
    page.get_by_role("button", name="I have it on paper").click()
    page.get_by_role("textbox", name="Your recovery code").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name=done).click()
    return code


def accept(page: Page, invitation: str) -> Papers:
    """Go through the join page as a person does, from her invitation to her card: what she has on paper."""
    page.goto(invitation)
    page.get_by_role("button", name="Make my keys").click()
    words = write_down_words(page, "Go on")
    code = write_down_code(page, "Join")
    page.wait_for_url("**/card")
    return Papers(words, code)


def join(page: Page, world: PageWorld, name: str = "Ada Okafor") -> Teacher:
    """Invite somebody, who makes her keys."""
    invitation = world.invitation(name)
    papers = accept(page, f"{world.browser}/join/{invitation.code}")
    me = page.request.get(f"{world.browser}/api/me").json()
    keys = world.joined(invitation, from_wire(bytes, me["encryption_key"]), from_wire(bytes, me["signing_key"]))
    return Teacher(invitation.teacher_id, papers.words, papers.code, keys)


def unlocked(world: PageWorld, teacher: Teacher, lesson: str) -> str:
    """Address that signs in and unlocks: the fragment survives the redirect and never reaches the school."""
    return f"{world.enter(teacher.id, f'/lessons/{lesson}')}#unlock={teacher.words.replace(' ', '-')}"


def opened(page: Page, world: PageWorld, teacher: Teacher, lesson: str) -> Page:
    """Open a lesson and wait until it shows its first picture and its account."""
    page.goto(unlocked(world, teacher, lesson))
    page.wait_for_selector("[data-part=player][data-first-frame-ms]")
    page.wait_for_selector("[data-part=lesson][data-account=whole]")
    return page


def share_with(page: Page, name: str) -> None:
    """Share the lesson that is open; the dialog stays open."""
    page.get_by_role("button", name="Share…").click()
    page.get_by_role("combobox", name="With", exact=True).select_option(name)
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text(f"{name} can open this lesson now.")).to_be_visible()


def shown(page: Page) -> float:
    """Moment of the picture on the screen, once the last seek has landed."""
    page.wait_for_selector("[data-part=player][data-seek-ms]")
    return float(page.get_attribute("[data-part=player]", "data-shown-s") or "nan")


def lands_at(page: Page, second: float) -> None:
    """The picture of `second` comes on the screen, at most two frames away, after a click that asked for it."""
    page.wait_for_function(
        """second => {
            const { seekMs, shownS } = document.querySelector("[data-part=player]").dataset;
            return seekMs !== undefined && Math.abs(Number(shownS) - second) <= 0.2;
        }""",
        arg=second,
    )


def seek(page: Page, second: float) -> float:
    """Send the player somewhere; the moment of the picture that it shows then."""
    page.evaluate("delete document.querySelector('[data-part=player]').dataset.seekMs")
    video(page, f"video.currentTime = {second}")
    return shown(page)


def video(page: Page, expression: str) -> Any:
    return page.evaluate(f"(() => {{ const video = document.querySelector('video'); return {expression}; }})()")
