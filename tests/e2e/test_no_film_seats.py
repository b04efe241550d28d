"""No-film seats, drawn by a teacher in the room: a real browser, the page's real process, a camera that sees a chart.

::

    Room -> Draw -> a still -> areas by mouse, finger, keyboard -> Keep -> the still as it is filmed
"""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import httpx
import pytest
from av.video.reformatter import ColorRange, VideoReformatter
from playwright.sync_api import Browser, Locator, Page, expect

from capture.camera import Image
from capture.masks import Mask, read_mask
from capture.stills import read_proof
from device.room import Room, camera_of
from device.settings import CameraSettings, PictureSettings
from device.state import Doing
from tests.suites.masked import CODING, what_shows
from tests.suites.one_unit import OneUnit
from tests.suites.page_browser import Watched, axe_findings, watched
from tests.suites.pressed_unit import drawn
from tests.suites.unit_page import UnitAndPage, unit_and_page

pytestmark = pytest.mark.browser

CLASS = ("TTTTTTTTTTTTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 200
PHONE = {"width": 390, "height": 844}
CAMERA = {"camera": CameraSettings("chart"), "picture": PictureSettings(640, 360, 12.5)}


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[UnitAndPage]:
    settings = replace(OneUnit(tmp_path / "settings").settings, folder=tmp_path / "unit", **CAMERA)
    with unit_and_page(tmp_path, Room(drawn(CLASS, 1.0), camera_of(settings)), host="localhost", **CAMERA) as made:
        yield made


@pytest.fixture
def profile(browser: Browser) -> Iterator[Watched]:
    with watched(browser, viewport=PHONE, has_touch=True) as made:
        yield made


def editor(unit: UnitAndPage, page: Page) -> Locator:
    """As somebody who was just let in: the picture to draw on."""
    page.get_by_role("link", name="Room").click()
    page.get_by_role("link", name=re.compile("^Draw")).click()
    page.get_by_role("button", name="Take a still").click()
    stage = page.locator("[data-part=stage]")
    stage.wait_for()
    page.wait_for_function("() => document.querySelector('[data-part=stage] img').naturalWidth > 0")
    stage.scroll_into_view_if_needed()
    assert unit.program.state.still is not None
    return stage


def stroke(page: Page, stage: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = stage.bounding_box()
    assert box is not None
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=5)
    page.mouse.up()


def kept(unit: UnitAndPage, page: Page, name: str) -> tuple[Mask, bytes]:
    """Keep it; what was kept, and the still that the page then shows."""
    page.get_by_label("For which class").fill(name)
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("heading", name=f"This is how {name} is filmed")).to_be_visible()
    source = page.locator("img.still").get_attribute("src")
    data = page.evaluate("async (at) => [...new Uint8Array(await (await fetch(at)).arrayBuffer())]", source)
    return read_mask(unit.made.folder / "masks" / f"{name}.json"), bytes(data)


def image(data: bytes) -> Image:
    with av.open(io.BytesIO(data)) as file:
        frame = next(file.decode(video=0))
    return VideoReformatter().reformat(frame, format="yuv420p", dst_color_range=ColorRange.MPEG).to_ndarray()


def files(unit: UnitAndPage) -> set[Path]:
    return {path for path in unit.made.folder.parent.rglob("*") if path.is_file() and "sqlite" not in path.name}


def test_drawn_with_a_mouse_it_is_shown_as_it_is_filmed(unit: UnitAndPage, profile: Watched) -> None:
    page = profile.page()
    unit.pair(page)
    before = files(unit)
    stage = editor(unit, page)
    expect(page.get_by_role("button", name="Keep")).to_be_disabled()
    stroke(page, stage, (0.1, 0.6), (0.4, 0.99))
    stroke(page, stage, (0.6, 0.2), (0.8, 0.5))
    stroke(page, stage, (0.8, 0.5), (0.9, 0.7))
    mask, still = kept(unit, page, "9b")

    assert [[(round(x, 1), round(y, 1)) for x, y in area] for area in mask.areas] == [
        [(0.1, 0.6), (0.4, 0.6), (0.4, 1.0), (0.1, 1.0)],
        [(0.6, 0.2), (0.8, 0.2), (0.9, 0.7), (0.6, 0.5)],
    ]
    assert read_proof(still).mask == mask.id
    assert what_shows([image(still)], mask) <= CODING
    expect(page.locator("[data-part=mask-id]")).to_have_text(mask.id)
    assert {path.name for path in files(unit) - before} == {"9b.json", "usual.txt"}
    page.get_by_role("link", name="It is right").click()
    expect(page.get_by_text("A press films all but the seats of 9b.")).to_be_visible()

    page.get_by_role("link", name="Record", exact=True).click()
    expect(page.get_by_text("Not filmed: the seats of 9b.")).to_be_visible()
    page.get_by_role("button", name="Record").click()
    unit.until(Doing.RECORDING)
    expect(page.get_by_text("Not filmed: the seats of 9b.")).to_be_visible()
    page.get_by_role("link", name="Room").click()
    expect(page.get_by_text("A lesson is being recorded.")).to_be_visible()
    expect(page.get_by_role("link", name="Look and change")).to_have_count(0)
    page.goto(f"{unit.address}/seats")
    expect(page.get_by_text("A lesson is being recorded.")).to_be_visible()
    unit.program.leave()
    [folder] = unit.made.lessons.iterdir()
    give_up = 600
    while not (folder / "manifest.json").exists() and give_up:
        page.wait_for_timeout(100)
        give_up -= 1
    assert unit.made.opened(folder).header.mask == mask.id


def test_the_keyboard_alone_draws(unit: UnitAndPage, profile: Watched) -> None:
    page = profile.page()
    unit.pair(page)
    editor(unit, page)
    page.get_by_role("button", name="Add an area").press("Enter")
    first = page.get_by_role("button", name="Area 1, corner 1: 40 % from the left, 40 % from the top")
    expect(first).to_be_focused()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    page.get_by_role("button", name="Add a corner").press("Enter")
    expect(page.get_by_role("button", name=re.compile("Area 1, corner 2: "))).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    expect(page.get_by_role("status").last).to_contain_text("1 area.")
    page.get_by_role("button", name="Add an area").press("Enter")
    page.get_by_role("button", name="Remove the area").press("Enter")
    mask, still = kept(unit, page, "Year 8")

    assert mask.areas == (((0.35, 0.398), (0.475, 0.399), (0.6, 0.6), (0.4, 0.6)),)
    assert read_proof(still).mask == mask.id


def test_a_finger_draws_and_taps_a_corner_to_where_it_belongs(unit: UnitAndPage, profile: Watched) -> None:
    page = profile.page()
    unit.pair(page)
    stage = editor(unit, page)
    box = stage.bounding_box()
    assert box is not None

    def at(x: float, y: float) -> dict[str, float]:
        return {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}

    finger = profile.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at(0.2, 0.2)]})
    for step in (0.3, 0.4, 0.5):
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at(step, step)]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    corner = at(0.5, 0.2)
    page.touchscreen.tap(corner["x"], corner["y"])
    there = at(0.8, 0.1)
    page.touchscreen.tap(there["x"], there["y"])
    mask, _ = kept(unit, page, "9b")

    assert [(round(x, 1), round(y, 1)) for x, y in mask.areas[0]] == [(0.2, 0.2), (0.8, 0.1), (0.5, 0.5), (0.2, 0.5)]


def test_a_kept_mask_is_looked_at_changed_and_another_one_used(unit: UnitAndPage, profile: Watched) -> None:
    page = profile.page()
    unit.pair(page)
    stage = editor(unit, page)
    stroke(page, stage, (0.2, 0.2), (0.5, 0.5))
    first, _ = kept(unit, page, "9b")
    page.get_by_role("button", name="Draw it again").click()
    expect(page.locator(".corner")).to_have_count(4)
    expect(page.get_by_label("For which class")).to_have_value("9b")
    page.locator(".corner").first.focus()
    page.keyboard.press("ArrowLeft")
    second, still = kept(unit, page, "9b")
    assert second.id != first.id
    assert second.areas[0][1:] == first.areas[0][1:]
    assert read_proof(still).mask == second.id

    page.get_by_role("button", name="Draw it again").click()
    page.locator(".corner").first.focus()
    kept(unit, page, "8a")
    page.get_by_role("link", name="It is right").click()
    expect(page.get_by_text("A press films all but the seats of 8a.")).to_be_visible()
    page.get_by_role("button", name="Use from now on: 9b").click()
    expect(page.get_by_text("A press films all but the seats of 9b.")).to_be_visible()
    page.get_by_role("link", name="Record", exact=True).click()
    page.get_by_label("Seats that are not filmed").select_option("8a")
    page.get_by_role("checkbox", name=re.compile("Dummy run")).check()
    page.get_by_role("button", name="Record").click()
    unit.until(Doing.RECORDING)


def test_a_mask_is_deleted_after_one_question_and_nobody_is_filmed_by_that(unit: UnitAndPage, profile: Watched) -> None:
    page = profile.page()
    unit.pair(page)
    stage = editor(unit, page)
    stroke(page, stage, (0.2, 0.2), (0.5, 0.5))
    kept(unit, page, "9b")
    page.get_by_role("link", name="It is right").click()
    expect(page.get_by_role("button", name="Yes, delete it: 9b")).not_to_be_visible()
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Yes, delete it: 9b").click()
    expect(page.get_by_text("Nothing is filmed until you say which seats are not")).to_be_visible()
    unit.press()
    unit.until(Doing.REFUSED)

    page.get_by_text("Film every seat", exact=True).click()
    page.get_by_role("button", name="Yes, film every seat").click()
    expect(page.get_by_text("Every seat is filmed.")).to_be_visible()
    expect(page.get_by_text("Film every seat", exact=True)).to_have_count(0)


def test_what_was_drawn_is_not_lost_when_a_lesson_begins(unit: UnitAndPage, profile: Watched) -> None:
    page = profile.page()
    unit.pair(page)
    stage = editor(unit, page)
    stroke(page, stage, (0.2, 0.2), (0.5, 0.5))
    unit.press()
    unit.until(Doing.RECORDING)
    expect(page.get_by_text("A lesson is being recorded.")).to_be_visible()
    expect(page.locator(".corner")).to_have_count(4)
    unit.press()
    unit.until(Doing.READY)
    mask, _ = kept(unit, page, "9b")

    assert len(mask.areas) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(unit: UnitAndPage, browser: Browser, scheme: str) -> None:
    with watched(browser, viewport=PHONE, color_scheme=scheme) as profile:
        page = profile.page()
        unit.pair(page)
        page.goto(f"{unit.address}/room")
        assert axe_findings(page) == []
        page.goto(f"{unit.address}/seats")
        assert axe_findings(page) == []
        stage = editor(unit, page)
        stroke(page, stage, (0.2, 0.2), (0.5, 0.5))
        assert axe_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        kept(unit, page, "9b")
        assert axe_findings(page) == []
        page.goto(f"{unit.address}/room")
        assert axe_findings(page) == []


@pytest.fixture
def http(unit: UnitAndPage) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=unit.address, trust_env=False, timeout=20, headers={"Origin": unit.address}) as client:
        yield client


def test_without_the_number_nobody_looks_or_draws(unit: UnitAndPage, http: httpx.Client, profile: Watched) -> None:
    page = profile.page()
    unit.pair(page)
    editor(unit, page)
    still = unit.program.state.still
    assert still is not None
    told = unit.program.state

    assert http.get(f"/seats/still/{still.id}").status_code == 401
    assert "still" not in http.get("/seats").text
    assert "No-film seats" not in http.get("/room").text
    for form in (
        {"what": "look"},
        {"what": "keep", "name": "9b", "areas": "0,0 1,0 1,1"},
        {"what": "use", "name": "9b"},
    ):
        assert http.post("/seats", data=form).status_code == 401
    assert unit.program.state.still == told.still
    assert unit.program.state.masks == ()


def test_what_cannot_be_a_mask_is_refused(unit: UnitAndPage, http: httpx.Client) -> None:
    http.post("/number")
    http.post("/pair", data={"number": unit.screen.number()})
    for form in (
        {},
        {"what": "keep", "name": "9b", "areas": ""},
        {"what": "keep", "name": "9b", "areas": "0,0 1,0"},
        {"what": "keep", "name": "9b", "areas": "0,0 1,0 1,1.5"},
        {"what": "keep", "name": "9b", "areas": "0,0 1,0 1,nan"},
        {"what": "keep", "name": "../9b", "areas": "0,0 1,0 1,1"},
        {"what": "keep", "name": "", "areas": "0,0 1,0 1,1"},
        {"what": "use", "name": ""},
    ):
        assert http.post("/seats", data=form).status_code == 422, form
    assert http.get("/seats/still/nothing").status_code == 404
    unit.press()
    unit.until(Doing.RECORDING)
    answer = http.post("/seats", data={"what": "keep", "name": "9b", "areas": "0,0 1,0 1,1"})

    assert answer.status_code == 409
    assert "A lesson is being recorded." in answer.text
    assert not (unit.made.folder / "masks").exists()
