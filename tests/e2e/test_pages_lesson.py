"""A teacher's afternoon with the pages, in a real browser against a real school.

::

    invitation -> join: keys made here, five words typed back -> lessons -> a lesson: player, timeline, waits
"""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Browser, Route, expect

from capture.camera import Frame
from capture.stills import jpeg
from lesson.footage.identity import SealedIdentity
from lesson.footage.segments import SegmentName, Track
from lesson.talk import Mark, MarkKind
from tests.suites.page_browser import Watched, axe_findings, watched
from tests.suites.page_lesson import SEGMENT, account
from tests.suites.page_people import Teacher, join, lands_at, opened, seek, unlocked, video, write_down_words
from tests.suites.page_world import PageWorld

pytestmark = pytest.mark.browser

Tab = Callable[..., AbstractContextManager[Watched]]


@pytest.fixture(scope="module")
def teacher(world: PageWorld, browser: Browser) -> Teacher:
    with watched(browser) as profile:
        return join(profile.page(), world)


@pytest.fixture(scope="module")
def lesson(world: PageWorld, teacher: Teacher) -> str:
    return world.record(teacher.keys, "Year 8 Science: Why do things float?")


def test_the_lesson_plays_and_every_seek_lands_on_its_picture(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, lesson)
        expect(page.get_by_text("Opened on this device only")).to_be_visible()
        assert page.url.endswith(f"/lessons/{lesson}")
        assert video(page, "video.duration") == pytest.approx(90, abs=0.2)

        for second in (45.05, 3.05, 88.05, 0.05, 61.55, 30.05):
            assert seek(page, second) == pytest.approx(second, abs=0.1)

        held = video(page, "[video.buffered.start(0), video.buffered.end(video.buffered.length - 1)]")
        assert held[1] - held[0] <= 24 + 12 + 3 * SEGMENT

        video(page, "video.currentTime = 88.5, video.muted = true")
        page.keyboard.press("k")
        page.wait_for_selector("[data-part=player][data-state=ended]")


def test_each_wait_is_a_click_from_its_moment(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, lesson)
        page.get_by_role("tab", name="Waits").click()
        waits = page.locator("[data-part=waits] button")
        expect(waits).to_have_count(14)
        expect(page.locator("[data-part=waits-count]")).to_have_text("12 counted")

        # In the list: the third wait, 5.6 s from 0:17, plays from three seconds before.
        waits.nth(2).click()
        lands_at(page, 14)
        expect(waits.nth(2)).to_have_attribute("aria-current", "true")
        told = page.locator("[data-part=detail]")
        expect(told).to_contain_text("5.6 s")
        expect(told).to_contain_text(
            re.compile(r"0:17 you stopped\s*paused 5.6 s\s*a pupil spoke 1.0 s\s*you waited 0.6 s")
        )
        expect(told).to_contain_text("How sure: sure, within 0.1 s")

        # On the timeline: the same dot, and the one after the next.
        dots = page.evaluate("document.querySelector('talk-timeline').dots")
        slider = page.get_by_role("slider", name="Where in the lesson")
        slider.click(position={"x": dots[4]["x"], "y": dots[4]["y"]})
        expect(waits.nth(4)).to_have_attribute("aria-current", "true")
        lands_at(page, 28)

        # With keys, forwards and back; and not when they are switched off.
        page.keyboard.press("n")
        expect(waits.nth(5)).to_have_attribute("aria-current", "true")
        page.keyboard.press("p")
        expect(waits.nth(4)).to_have_attribute("aria-current", "true")
        page.get_by_role("button", name="Keys").click()
        page.get_by_label("Single keys work on this page").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        expect(waits.nth(4)).to_have_attribute("aria-current", "true")

        # And in the table, which says in words what the dots say in shapes.
        page.get_by_text("Waits as a table").click()
        row = page.get_by_role("row").filter(has_text="0:31").first
        expect(row).to_contain_text("about your goal")
        page.get_by_role("button", name="Play 1:13").click()
        lands_at(page, 70)


def test_the_timeline_is_a_slider_that_zooms_without_a_mouse(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, lesson)
        slider = page.get_by_role("slider", name="Where in the lesson")
        slider.focus()
        for key, second in (("End", 89.9), ("Home", 0), ("PageUp", 60), ("ArrowRight", 65), ("ArrowLeft", 60)):
            page.keyboard.press(key)
            lands_at(page, second)
        expect(slider).to_have_attribute(
            "aria-valuetext", re.compile("1 minute of 1 minute 30 seconds, quiet, whole class")
        )

        view = "(({from, to}) => [from, to])(document.querySelector('talk-timeline').view)"
        assert page.evaluate(view) == [0, 90]
        page.keyboard.press("+")
        page.get_by_role("button", name="Zoom in").click()
        start, end = page.evaluate(view)
        assert end - start == pytest.approx(22.5)
        assert start <= 60 <= end
        page.get_by_role("button", name="Show later").click()
        assert page.evaluate(view)[0] > start
        page.get_by_role("button", name="Whole lesson").click()
        assert page.evaluate(view) == [0, 90]


def test_the_timeline_follows_a_mouse_and_leaves_who_looks_elsewhere_alone(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    with watched(browser, viewport={"width": 1440, "height": 1300}) as profile:
        page = opened(profile.page(), world, teacher, lesson)
        box = page.get_by_role("slider", name="Where in the lesson").bounding_box()
        assert box is not None

        def view() -> list[float]:
            return list(page.evaluate("(({from, to}) => [from, to])(document.querySelector('talk-timeline').view)"))

        def drag(start: int, end: int, down: int) -> None:
            page.mouse.move(box["x"] + start, box["y"] + down)
            page.mouse.down()
            page.mouse.move(box["x"] + end, box["y"] + down, steps=5)
            page.mouse.up()

        drag(300, 600, 15)  # a window in the strip
        start, end = view()
        assert 0 < start < end < 90
        drag(450, 550, 15)  # the window, to the right
        assert view()[0] > start
        assert view()[1] - view()[0] == pytest.approx(end - start)
        right = view()[0]
        drag(700, 900, 120)  # the lanes, like a sheet of paper
        assert view()[0] < right

        page.mouse.move(box["x"] + 700, box["y"] + 250)
        page.keyboard.down("Control")
        page.mouse.wheel(0, -240)
        page.keyboard.up("Control")
        page.wait_for_selector("talk-timeline [data-do=out][aria-disabled=false]")
        assert view()[1] - view()[0] < end - start

        # She plays on and looks at another place: the view stays where she looks.
        page.get_by_role("button", name="Whole lesson").click()
        seek(page, 5.05)
        video(page, "video.muted = true")
        for _ in range(3):
            page.get_by_role("button", name="Zoom in").click()
        for _ in range(4):
            page.get_by_role("button", name="Show later").click()
        elsewhere = view()
        assert elsewhere[0] > 10
        page.keyboard.press("k")
        expect(page.locator("[data-part=now]")).to_have_text("0:07")
        assert view() == elsewhere


def test_the_numbers_say_what_they_are_shares_of(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, lesson)
        card = page.locator("[data-part=summary]")
        expect(card).to_contain_text("2.4 s median pause after you spoke")
        expect(card).to_contain_text("12 pauses, 92 % of all those heard")
        expect(card).to_contain_text("2 of 12 reached your goal of 5 s. 2 more came within 0.25 s of it.")
        expect(card).to_contain_text("92 % of the talk")
        expect(card).to_contain_text("47 % of the lesson's 1.5 min")
        expect(page.locator("[data-part=unheard]")).to_contain_text("2 s of 1.5 min")

        # How sure, and why: opened, it stays open when her goal changes.
        pauses = card.locator("details[data-figure='the pauses']")
        expect(pauses.locator("summary")).to_contain_text("Not very sure of the pauses")
        expect(card.get_by_text("Who spoke is doubtful at 2 of 12 pauses.")).to_be_hidden()
        pauses.locator("summary").click()
        expect(card.get_by_text("Who spoke is doubtful at 2 of 12 pauses.")).to_be_visible()
        expect(card.get_by_text("12 pauses are few: from 20 on they say what is usual.")).to_be_visible()

        # Her own goal: everything follows, and it is still there tomorrow.
        page.get_by_role("spinbutton", name="Your goal").fill("3")
        page.get_by_role("spinbutton", name="Your goal").press("Enter")
        page.get_by_role("spinbutton", name="Your goal").blur()
        expect(card).to_contain_text("4 of 12 reached your goal of 3 s. 1 more came within 0.25 s of it.")
        expect(card.get_by_text("Who spoke is doubtful at 2 of 12 pauses.")).to_be_visible()
        page.reload()
        expect(card).to_contain_text("your goal of 3 s")


def test_under_ten_waits_it_is_too_few_to_say(world: PageWorld, browser: Browser, teacher: Teacher) -> None:
    few = world.record(teacher.keys, "A short one", account((1.0, 2.0, 5.6)))
    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, few)

        expect(page.locator("[data-part=summary]")).to_contain_text("Too few to say")
        expect(page.locator("[data-part=summary]")).to_contain_text(
            "Only 3 pauses could be counted, and under 10 a median says nothing."
        )
        expect(page.locator("[data-part=summary]")).not_to_contain_text("median pause")


def test_locked_until_the_five_words_and_again_after_lock(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    with watched(browser) as profile:
        page = profile.page()
        page.goto(world.enter(teacher.id, f"/lessons/{lesson}"))
        expect(page.get_by_role("heading", name="Type your five words")).to_be_visible()
        assert video(page, "video.readyState") == 0
        field = page.get_by_role("textbox", name="Your five words")
        field.fill("not these five words sorry")
        field.press("Enter")
        expect(page.get_by_text("These are not your five words.")).to_be_visible()
        field.fill(teacher.words.title())
        field.press("Enter")
        page.wait_for_selector("[data-part=player][data-first-frame-ms]")

        page.reload()
        page.wait_for_selector("[data-part=player][data-first-frame-ms]")

        page.get_by_text("Ada Okafor").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download my identity file").click()
        sealed = SealedIdentity.decode(download.value.path().read_bytes())
        assert sealed.unlock(teacher.words).recipient == teacher.keys

        page.get_by_role("button", name="Lock this device").click()
        expect(page.get_by_role("heading", name="Type your five words")).to_be_visible()


def test_what_she_marked_while_she_taught_is_drawn_and_a_click_away(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    marks = (Mark(MarkKind.BOOKMARK, 33.0, 33.0), Mark(MarkKind.PAUSE, 50.0, 61.0))
    marked = world.record(teacher.keys, "Marked", replace(account(), marks=marks))
    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, marked)
        expect(page.get_by_text("Paused 0:50 to 1:01: nothing was recorded.")).to_be_visible()
        page.get_by_role("button", name="Bookmark at 0:33").click()
        lands_at(page, 23.0)
        assert axe_findings(page) == []
        drawn = page.evaluate(INK_BETWEEN_STRIP_AND_PHASES)
        page = opened(profile.page(), world, teacher, lesson)
        expect(page.get_by_role("group", name="What you marked")).to_be_hidden()
        assert drawn > 40
        assert page.evaluate(INK_BETWEEN_STRIP_AND_PHASES) == 0


def test_the_pictures_that_prove_the_mask_are_shown_when_somebody_looks(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    live = world.start(teacher.keys, "Masked", account())
    live.footage(0)
    for second in (0.0, 180.0):
        seen = Frame(second, np.full((180 * 3 // 2, 320), 128, np.uint8))
        world.put_segment(live.lesson, live.sealer.seal(Track.STILLS, jpeg(seen, "1c9f")))
    live.stop()
    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, live.lesson)
        page.get_by_text("Seats that are never filmed").click()
        pictures = page.get_by_role("img", name="What the camera saw, with the seats painted over")
        expect(pictures).to_have_count(2)
        expect(page.get_by_text("at 3:00")).to_be_visible()
        grey = "canvas => canvas.getContext('2d').getImageData(5, 5, 1, 1).data[0]"
        assert pictures.first.evaluate(grey) == pytest.approx(130, abs=4)
        page = opened(profile.page(), world, teacher, lesson)
        expect(page.get_by_text("Seats that are never filmed")).to_be_hidden()


INK_BETWEEN_STRIP_AND_PHASES = """() => {
    const canvas = document.querySelector("talk-timeline canvas");
    const { width } = canvas;
    const row = canvas.getContext("2d").getImageData(0, 60, width, 8).data;
    return row.filter((value, n) => n % 4 === 3 && value > 128).length;
}"""


def test_a_lesson_that_she_has_claimed_opens_and_is_hers(world: PageWorld, browser: Browser, teacher: Teacher) -> None:
    claimed = world.record_and_claim(teacher.keys, "Year 8 Science: nobody knew whose")
    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, claimed)
        expect(page.get_by_text("Yours. Only you can open it")).to_be_visible()
        assert seek(page, 45.05) == pytest.approx(45.05, abs=0.1)


def test_a_damaged_segment_is_named_and_the_rest_plays(world: PageWorld, browser: Browser, teacher: Teacher) -> None:
    damaged = world.record(teacher.keys, "Damaged on the school's disk")
    name = SegmentName(Track.AV, 3).file_name
    (file,) = world.folder.rglob(f"{damaged}/{name}")
    sealed = bytearray(file.read_bytes())
    sealed[100] ^= 1
    file.chmod(0o600)
    file.write_bytes(sealed)

    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, damaged)
        notice = page.locator("[data-part=notices]")
        expect(notice).to_contain_text("0:04 to 0:06 cannot be played and is left out: 0-000003.seg was altered")
        video(page, "video.currentTime = 3, video.muted = true")
        page.keyboard.press("k")
        expect(page.locator("[data-part=now]")).to_have_text("0:07")


@pytest.mark.parametrize(
    ("what", "sentence", "plays"),
    [
        ("manifest", "The end of this lesson is not certain", True),
        ("links", "This lesson is damaged after 0:36", True),
        ("another manifest", "not the one the lesson was sealed with", False),
        ("unit_key", "altered, or another unit made it", False),
        ("header", "not the one the lesson was sealed with", False),
        ("stanzas", "wrapped key", False),
    ],
)
def test_a_school_that_lies_is_found_out(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str, what: str, sentence: str, *, plays: bool
) -> None:
    other = world.record(teacher.keys, "Another") if what == "another manifest" else ""

    def lie(route: Route) -> None:
        answer = route.fetch().json()
        if what == "links":
            answer["links"][19] = flipped(answer["links"][19])
        elif what == "another manifest":
            answer["manifest"] = page.request.get(f"{world.browser}/api/lessons/{other}").json()["manifest"]
        elif what == "stanzas":
            answer["stanzas"] = [flipped(each) for each in answer["stanzas"]]
        else:
            answer[what] = flipped(answer[what])
        route.fulfill(json=answer)

    with watched(browser) as profile:
        page = profile.page()
        page.route(f"**/api/lessons/{lesson}", lie)
        page.goto(unlocked(world, teacher, lesson))
        expect(page.locator("[data-part=notices]")).to_contain_text(sentence)
        if plays:
            page.wait_for_selector("[data-part=player][data-first-frame-ms]")
        else:
            expect(page.locator("[data-part=player]")).to_have_attribute("data-state", "failed")
            assert video(page, "video.readyState") == 0


def test_another_lesson_than_the_one_asked_for_is_not_opened(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    other = world.record(teacher.keys, "Another of hers")
    with watched(browser) as profile:
        page = profile.page()
        instead = f"{world.browser}/api/lessons/{other}"
        page.route(f"**/api/lessons/{lesson}", lambda route: route.fulfill(json=route.fetch(url=instead).json()))
        page.goto(unlocked(world, teacher, lesson))
        expect(page.locator("[data-part=notices]")).to_contain_text("another lesson than the one that was asked for")
        expect(page.locator("[data-part=player]")).to_have_attribute("data-state", "failed")


def flipped(text: str) -> str:
    """Another letter in the middle of a base64url text."""
    middle = len(text) // 2
    return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]


def test_a_lesson_being_recorded_is_drawn_as_it_happens(world: PageWorld, browser: Browser, teacher: Teacher) -> None:
    live = world.start(teacher.keys, "Recording now", account())
    live.footage(0, 10)
    live.say(8)
    with watched(browser) as profile:
        page = profile.page()
        page.goto(unlocked(world, teacher, live.lesson))
        page.wait_for_selector("[data-part=player][data-first-frame-ms]")
        page.get_by_role("tab", name="Waits").click()
        waits = page.locator("[data-part=waits] button")
        expect(page.get_by_text("Recording now", exact=True).first).to_be_visible()
        expect(waits).to_have_count(2)
        expect(page.locator("[data-part=summary]")).to_contain_text("come when the recording ends")

        live.say(16)
        expect(waits).to_have_count(6)

        live.say(len(live.lines))
        live.footage(10)
        live.stop()
        page.wait_for_selector("[data-part=lesson][data-account=whole]")
        expect(page.locator("[data-part=all]")).to_have_text("1:30")
        expect(page.locator("[data-part=summary]")).to_contain_text("median pause after you spoke")
        assert seek(page, 80.05) == pytest.approx(80.05, abs=0.1)


def test_a_browser_with_little_memory_gets_a_smaller_window(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    # A browser that is full at 16 s, as others are at 160 MB.
    full = """
        const append = SourceBuffer.prototype.appendBuffer;
        globalThis.refused = 0;
        SourceBuffer.prototype.appendBuffer = function (bytes) {
          let held = 0;
          for (let n = 0; n < this.buffered.length; n += 1) held += this.buffered.end(n) - this.buffered.start(n);
          if (held > 16) { globalThis.refused += 1; throw new DOMException("full", "QuotaExceededError"); }
          return append.call(this, bytes);
        };"""
    with watched(browser) as profile:
        page = profile.page()
        page.add_init_script(full)
        opened(page, world, teacher, lesson)
        look = "const look = () => (refused ? done(refused) : requestAnimationFrame(look)); look();"
        assert page.evaluate(f"new Promise((done) => {{ {look} }})") > 0
        for second in (40.05, 80.05, 10.05, 60.05):
            assert seek(page, second) == pytest.approx(second, abs=0.1)
        expect(page.locator("[data-part=notices]")).to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 412])
def test_axe_finds_nothing_on_any_page(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str, scheme: str, width: int
) -> None:
    with watched(browser, color_scheme=scheme, viewport={"width": width, "height": 900}) as profile:
        page = profile.page()
        found: dict[str, list[str]] = {}

        def look(name: str) -> None:
            found[name] = axe_findings(page)
            # Nothing is wider than the screen: nobody has to scroll in two directions.
            wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert wide[0] <= wide[1], name

        page.goto(f"{world.browser}/welcome")
        look("welcome")
        page.goto(f"{world.browser}/join/{world.invitation().code}")
        look("join")
        page.get_by_role("button", name="Make my keys").click()
        look("words")
        write_down_words(page, "Go on")
        look("code")
        page.get_by_role("button", name="I have it on paper").click()
        look("code again")
        page.goto(world.enter(teacher.id, f"/lessons/{lesson}"))
        look("locked")
        page.goto(f"{world.browser}/card")
        look("locked card")
        page.goto(f"{world.browser}/lessons")
        look("lessons")
        page.get_by_text("Ada Okafor").click()
        look("menu")
        opened(page, world, teacher, lesson)
        page.keyboard.press("n")
        page.get_by_text("Waits as a table").click()
        look("lesson")
        page.get_by_role("button", name="Keys").click()
        look("keys")
        page.goto(f"{world.browser}/card")
        page.locator("[data-part=sheet][data-kid]").wait_for()
        look("card")
        page.goto(f"{world.browser}/keys")
        look("ways to her keys")
        page.get_by_role("button", name="Choose new words").click()
        look("open first")
        assert {name: findings for name, findings in found.items() if findings} == {}


def test_the_pages_are_finished_html_without_scripts(
    world: PageWorld, browser: Browser, teacher: Teacher, lesson: str
) -> None:
    with watched(browser, java_script_enabled=False) as profile:
        page = profile.page()
        page.goto(world.enter(teacher.id))
        expect(page.get_by_role("link", name="Year 8 Science: Why do things float?")).to_be_visible()
        page.get_by_role("link", name="Year 8 Science: Why do things float?").click()
        expect(page.locator("noscript .notice")).to_be_visible()


def test_the_words_never_reach_the_school(world: PageWorld, browser: Browser, teacher: Teacher, lesson: str) -> None:
    with watched(browser) as profile:
        page = profile.page()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(json.dumps([request.url, request.headers, request.post_data])))
        opened(page, world, teacher, lesson)
        assert page.evaluate("location.hash") == ""
        words = teacher.words.split()
        # A word such as "media" may stand in a header by chance; two in a row do not.
        assert sent
        assert not [one for one in sent for a, b in pairwise(words) if re.search(f"{a}.{b}", one)]
