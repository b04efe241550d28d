"""The unit's page on a phone in the room: a real browser, the page's real process, a real socket, a drawn room.

::

    Show me a number -> the room's screen -> paired -> Record ... Stop        Rehearse: ring and bars
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from device.commands import Mode
from device.presses import Gesture
from device.room import Room
from device.state import Doing
from lesson.footage.identity import Identity
from lesson.problems import ALL
from tests.suites.card_camera import Hand
from tests.suites.page_browser import Watched, axe_findings, watched
from tests.suites.pressed_unit import drawn
from tests.suites.unit_page import UnitAndPage, unit_and_page

pytestmark = pytest.mark.browser

CLASS = ("TTTTTTTTTTTTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 200
REHEARSAL = "." * 10 + ("T" * 15 + "." * 35 + "T" * 4 + "." * 20) * 5
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnitAndPage]:
    place = tmp_path_factory.mktemp("unit")
    teachers = {"Ms": Identity.generate(), "Mr Adeyemi": Identity.generate()}
    with unit_and_page(place, Room(drawn(CLASS, 1.0)), teachers=teachers, teacher="Ms") as made:
        yield made


@pytest.fixture
def profile(browser: Browser) -> Iterator[Watched]:
    with watched(browser, ignore_https_errors=True, viewport=PHONE) as made:
        yield made


@pytest.fixture
def page(unit: UnitAndPage, profile: Watched) -> Page:
    opened = profile.page()
    unit.pair(opened)
    return opened


@pytest.fixture
def http(unit: UnitAndPage) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=unit.address, verify=False, trust_env=False, timeout=20) as client:
        yield client


def paired(unit: UnitAndPage, http: httpx.Client) -> None:
    http.post("/number", headers={"Origin": unit.address})
    answer = http.post("/pair", data={"number": unit.screen.number()}, headers={"Origin": unit.address})
    assert answer.status_code == 303


def test_a_lesson_is_started_paused_marked_and_stopped_from_a_phone(unit: UnitAndPage, page: Page) -> None:
    page.get_by_role("radio", name="Numbers only").check()
    page.get_by_role("button", name="Record").click()
    unit.until(Doing.RECORDING)
    expect(page.get_by_role("status")).to_have_text("Recording")
    expect(page.get_by_text("No picture and no sound is kept.")).to_be_visible()
    page.wait_for_function("() => Number(document.querySelector('[data-part=level]').getAttribute('width')) > 20")
    expect(page.locator("[data-part=clock]")).to_have_text(re.compile("00:0[1-9]"))
    page.get_by_role("button", name="Bookmark").click()
    expect(page.get_by_text("1 bookmark.")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_have_text("Paused")
    page.get_by_role("button", name="Go on recording").click()
    expect(page.get_by_role("status")).to_have_text("Recording")
    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_role("status")).to_have_text("Ready")
    assert len(list(unit.made.lessons.iterdir())) == 1


def test_what_the_class_agreed_to_is_offered_and_follows_the_timetable(unit: UnitAndPage, page: Page) -> None:
    sound = page.get_by_role("radio", name="Sound and numbers", exact=True)
    sound.check()
    expect(page.get_by_role("radio", name="Picture, sound and numbers")).to_have_count(0)
    state, agreed = unit.program.state, page.get_by_text("What is kept is what 7B agreed to.")
    while not agreed.is_visible():  # what the unit itself has to tell may come in between
        unit.asked.tell(replace(state, modes=(Mode.NUMBERS,), classes=("7B",)))
        page.wait_for_timeout(200)
    expect(sound).to_have_count(0)
    expect(page.get_by_role("radio", name="Numbers only")).to_be_checked()
    unit.asked.tell(state)
    expect(sound).to_be_visible()


def test_the_last_lesson_is_thrown_away_with_a_second_press(unit: UnitAndPage, page: Page) -> None:
    before = set(unit.made.lessons.iterdir())
    page.get_by_role("radio", name="Sound and numbers", exact=True).check()
    page.get_by_role("button", name="Record").click()
    unit.until(Doing.RECORDING)
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Throw the last lesson away").click()
    assert len(set(unit.made.lessons.iterdir()) - before) == 1
    page.get_by_role("button", name="Yes, throw it away").click()
    expect(page.get_by_text("Throw the last lesson away")).to_be_hidden()

    assert set(unit.made.lessons.iterdir()) == before


def test_somebody_whom_the_unit_does_not_know_is_refused_with_a_reason_and_one_it_knows_is_not(
    unit: UnitAndPage, page: Page, http: httpx.Client
) -> None:
    paired(unit, http)
    http.post("/do", data={"what": "start", "teacher": "Mr Nobody"}, headers={"Origin": unit.address})
    expect(page.get_by_role("status")).to_have_text("Not started")

    assert unit.program.state.problems[0] in {problem.code for problem in ALL}
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_label("Whose lesson it is").select_option("Mr Adeyemi")
    page.get_by_role("checkbox", name=re.compile("Dummy run")).check()
    page.get_by_role("button", name="Record").click()
    assert unit.until(Doing.RECORDING).lesson.teacher == "Mr Adeyemi"  # type: ignore[union-attr]
    page.get_by_role("button", name="Stop").click()
    unit.until(Doing.READY)
    expect(page.get_by_label("Whose lesson it is")).to_have_value("Mr Adeyemi")


def test_a_lesson_that_nobody_could_name_is_claimed_with_a_press_at_the_unit(browser: Browser, tmp_path: Path) -> None:
    teachers = {"Ms Okafor": Identity.generate(), "Mr Adeyemi": Identity.generate()}
    with (
        unit_and_page(tmp_path, Room(drawn(CLASS, 4.0)), teachers=teachers) as unit,
        watched(browser, ignore_https_errors=True, viewport=PHONE) as profile,
    ):
        page = profile.page()
        unit.pair(page)
        expect(page.get_by_text("Else you can claim it here, within 7 days.")).to_be_visible()
        page.get_by_label("What the lesson is called").fill("7B Science")
        page.get_by_role("button", name="Record").click()
        unit.until(Doing.RECORDING)
        expect(page.get_by_text("sealed for whoever claims it, here, within 7 days.")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        yours = page.get_by_role("region", name="Lessons that nobody has claimed")
        expect(yours.get_by_text("1 min, 7B Science")).to_be_visible()
        assert axe_findings(page) == []
        yours.get_by_label("I am").select_option("Mr Adeyemi")
        yours.get_by_role("button", name="It is mine").click()
        expect(page.get_by_role("status")).to_have_text("Press the button")
        expect(
            page.get_by_text("Press the button at the unit within 30 seconds, and this lesson is Mr Adeyemi's.")
        ).to_be_visible()
        (folder,) = unit.made.lessons.iterdir()
        assert list(folder.glob("grants/*")) == []
        unit.program.gesture(Gesture.SHORT)
        expect(yours).to_be_hidden()
        (grant,) = folder.glob("grants/*.json")
        assert teachers["Mr Adeyemi"].recipient.kid.hex() in grant.read_text()


def test_a_key_card_is_asked_for_on_the_page_and_the_lesson_is_hers_who_shows_it(
    browser: Browser, tmp_path: Path
) -> None:
    teachers, hand = {"Ms Okafor": Identity.generate(), "Mr Adeyemi": Identity.generate()}, Hand()
    with (
        unit_and_page(tmp_path, Room(drawn(CLASS, 4.0), hand.camera), teachers=teachers) as unit,
        watched(browser, ignore_https_errors=True, viewport=PHONE) as profile,
    ):
        page = profile.page()
        unit.pair(page)
        expect(page.get_by_text("Choose whose lesson it is, or show your key card")).to_be_visible()
        page.get_by_label("Whose lesson it is").select_option("Ms Okafor")
        page.get_by_role("button", name="Show my key card").click()
        expect(page.get_by_role("status")).to_have_text("Hold your key card to the camera")
        expect(page.get_by_text("Nothing of what the camera sees is kept.")).to_be_visible()
        expect(page.get_by_role("button", name="Show my key card")).to_be_hidden()
        assert axe_findings(page) == []
        hand.hold(Identity.generate().recipient)
        expect(page.get_by_role("alert")).to_contain_text("not listed for this room")
        hand.hold(teachers["Mr Adeyemi"].recipient)
        lesson = unit.until(Doing.RECORDING).lesson
        assert lesson is not None
        assert lesson.teacher == "Mr Adeyemi", "the card counts, whatever was chosen"
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("status")).to_have_text("Ready")


def test_the_lamp_at_the_goal_is_asked_for_and_let_be(unit: UnitAndPage, page: Page) -> None:
    expect(page.get_by_text("the lamp does not show the goal")).to_be_visible()
    page.get_by_role("button", name="Wink at 5 seconds").click()
    expect(page.get_by_text("the lamp winks when a silence has lasted 5 seconds")).to_be_visible()
    assert unit.program.state.shows_goal
    page.get_by_role("button", name="Show it no longer").click()
    expect(page.get_by_text("the lamp does not show the goal")).to_be_visible()
    assert not unit.program.state.shows_goal


def test_a_dummy_run_keeps_nothing(unit: UnitAndPage, page: Page) -> None:
    before = set(unit.made.lessons.iterdir())
    page.get_by_role("checkbox", name=re.compile("Dummy run")).check()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("Dummy run: nothing is written.")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_have_text("Ready")

    assert set(unit.made.lessons.iterdir()) == before


def test_the_keyboard_alone_starts_and_stops(unit: UnitAndPage, page: Page) -> None:
    page.get_by_role("checkbox", name=re.compile("Dummy run")).check()
    page.get_by_role("link", name="Room").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    unit.until(Doing.RECORDING)
    expect(page.get_by_role("button", name="Stop")).to_be_focused()
    page.keyboard.press("Enter")
    unit.until(Doing.READY)


def test_without_scripts_it_starts_and_stops(unit: UnitAndPage, browser: Browser) -> None:
    with watched(browser, ignore_https_errors=True, viewport=PHONE, java_script_enabled=False) as profile:
        page = profile.page()
        unit.pair(page)
        page.get_by_role("checkbox", name=re.compile("Dummy run")).check()
        page.get_by_role("button", name="Record").click()
        unit.until(Doing.RECORDING)
        page.goto(unit.address)
        expect(page.get_by_role("status")).to_have_text("Recording")
        page.get_by_role("button", name="Stop").click()
        unit.until(Doing.READY)


def test_a_rehearsal_fills_the_ring_and_leaves_bars(browser: Browser, tmp_path: Path) -> None:
    room = Room(drawn(REHEARSAL, 2.0))
    with (
        unit_and_page(tmp_path, room, host="localhost", goal_wait=3.0) as unit,
        watched(browser, viewport=PHONE) as profile,
    ):
        page = profile.page()
        unit.pair(page)
        page.get_by_role("link", name="Rehearse").click()
        page.get_by_role("button", name="Start rehearsing").click()
        expect(page.get_by_role("status")).to_have_text("Rehearsing")
        page.wait_for_function(
            "() => parseFloat(document.querySelector('[data-part=ring]').getAttribute('stroke-dasharray')) > 50"
        )
        page.wait_for_function("() => Number(document.querySelector('[data-part=level]').getAttribute('width')) > 50")
        bars = page.locator("[data-part=bars] li:not([data-verdict=''])")
        page.wait_for_function(
            "() => document.querySelectorAll(\"[data-part=bars] li:not([data-verdict=''])\").length >= 3"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        unit.until(Doing.READY)
        expect(page.get_by_role("status")).to_have_text("Ready")

        tries = unit.program.state.rehearsal.tries  # type: ignore[union-attr]
        expect(bars).to_have_count(len(tries))
        assert bars.locator(".bar-says").all_inner_texts() == [f"{each.pause:.1f}" for each in tries]
        assert bars.locator(".bar-word").all_inner_texts() == [each.verdict for each in tries]
        assert list(unit.made.lessons.iterdir()) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(unit: UnitAndPage, browser: Browser, scheme: str) -> None:
    with watched(browser, ignore_https_errors=True, viewport=PHONE, color_scheme=scheme) as profile:
        page = profile.page()
        page.goto(unit.address)
        assert axe_findings(page) == []
        unit.pair(page)
        assert axe_findings(page) == []
        page.goto(f"{unit.address}/rehearse")
        page.wait_for_load_state()
        assert axe_findings(page) == []


def test_what_matters_stands_on_one_screen_of_a_phone(unit: UnitAndPage, page: Page) -> None:
    for part in ("doing", "clock", "meter"):
        box = page.locator(f"[data-part={part}]").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_the_number_nothing_is_shown_and_nothing_is_done(unit: UnitAndPage, http: httpx.Client) -> None:
    for path in ("/", "/rehearse", "/live"):
        with http.stream("GET", path) as told:
            text = next(told.iter_text())
        assert "hours" not in text
        assert "h free" not in text
        assert "headline" not in text
    answer = http.post("/do", data={"what": "start"}, headers={"Origin": unit.address})

    assert answer.status_code == 401
    assert unit.program.state.doing is Doing.READY


def test_a_wrong_number_and_a_used_one_let_nobody_in(unit: UnitAndPage, http: httpx.Client) -> None:
    http.post("/number", headers={"Origin": unit.address})
    number = unit.screen.number()
    wrong = "000000" if number != "000 000" else "000001"
    assert http.post("/pair", data={"number": wrong}, headers={"Origin": unit.address}).status_code == 403
    assert http.post("/pair", data={"number": number}, headers={"Origin": unit.address}).status_code == 303
    cookie = http.cookies.get("waitwise_unit")
    http.cookies.clear()

    assert cookie
    assert http.post("/pair", data={"number": number}, headers={"Origin": unit.address}).status_code == 403
    assert "Are you in" in http.get("/").text
    assert number.replace(" ", "") not in unit.journal.read_text()
    assert number not in unit.journal.read_text()


def test_the_cookie_is_for_this_page_only(unit: UnitAndPage, http: httpx.Client) -> None:
    http.post("/number", headers={"Origin": unit.address})
    answer = http.post("/pair", data={"number": unit.screen.number()}, headers={"Origin": unit.address})

    said = answer.headers["set-cookie"].lower()
    assert all(word in said for word in ("secure", "httponly", "samesite=strict", "max-age="))


@pytest.mark.parametrize("origin", [None, "null", "https://example.com", "http://127.0.0.1"])
def test_another_page_cannot_start_a_lesson(unit: UnitAndPage, http: httpx.Client, origin: str | None) -> None:
    paired(unit, http)
    answer = http.post("/do", data={"what": "start"}, headers={"Origin": origin} if origin else {})

    assert answer.status_code == 403
    assert unit.program.state.doing is Doing.READY


@pytest.mark.parametrize("host", ["evil.example", "lab-2.local.evil.example", "", "localhost.evil.example:1"])
def test_another_name_is_not_answered(unit: UnitAndPage, http: httpx.Client, host: str) -> None:
    assert http.get("/", headers={"Host": host}).status_code in (400, 421)
    assert http.get("/", headers={"Host": "lab-2.local"}).status_code == 200


@pytest.mark.parametrize("body", [{"what": "format"}, {"what": "start", "mode": "everything"}, {}])
def test_what_was_not_agreed_is_refused(unit: UnitAndPage, http: httpx.Client, body: dict[str, str]) -> None:
    paired(unit, http)

    assert http.post("/do", data=body, headers={"Origin": unit.address}).status_code == 422
    assert http.post("/do", data={"title": "x" * 5000}, headers={"Origin": unit.address}).status_code == 413


def test_no_script_or_style_from_elsewhere_or_in_the_page(http: httpx.Client) -> None:
    answer = http.get("/")
    policy = answer.headers["content-security-policy"]

    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


def test_the_certificate_is_the_one_that_was_told(unit: UnitAndPage) -> None:
    port = unit.address.rpartition(":")[2]
    told = subprocess.run(
        f"openssl s_client -connect 127.0.0.1:{port} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip().rpartition("=")[2] == unit.fingerprint


def test_a_unit_that_does_not_answer_is_said(browser: Browser, tmp_path: Path) -> None:
    with (
        unit_and_page(tmp_path, Room(drawn(CLASS, 1.0)), host="localhost") as unit,
        watched(browser, viewport=PHONE) as profile,
    ):
        page = profile.page()
        unit.pair(page)
        unit.asked.close()
        expect(page.get_by_text("The unit does not answer.")).to_be_visible()
        expect(page.get_by_role("button", name="Record")).to_be_hidden()
