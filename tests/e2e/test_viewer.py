"""A lesson that a teacher has kept, played from her own files with the network cut.

::

    lesson page --"Download sealed"--> kept.zip
    waitwise viewer FOLDER --> index.html, opened from file:// --kept.zip, five words--> picture, seek, waits
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lesson.footage.identity import SealedIdentity
from lesson.footage.segments import SegmentName, Track
from tests.suites.page_browser import Watched, axe_findings, watched
from tests.suites.page_people import Teacher, join, lands_at, opened, seek, video
from tests.suites.page_world import PageWorld
from tests.suites.programs import waitwise
from waitwise.open_lesson import open_lesson

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def teacher(world: PageWorld, browser: Browser) -> Teacher:
    with watched(browser) as profile:
        return join(profile.page(), world)


@pytest.fixture(scope="module")
def kept(world: PageWorld, browser: Browser, teacher: Teacher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lesson as her browser saved it."""
    lesson = world.record(teacher.keys, "Year 8 Science: Why do things float?")
    with watched(browser) as profile:
        page = opened(profile.page(), world, teacher, lesson)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download sealed").click()
        file = tmp_path_factory.mktemp("kept") / download.value.suggested_filename
        download.value.save_as(file)
    return file


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a viewer that the command has written."""
    folder = tmp_path_factory.mktemp("viewer") / "waitwise-viewer"
    wrote = waitwise("viewer", str(folder))
    assert wrote.returncode == 0, wrote.stderr
    return (folder / "index.html").as_uri()


@contextmanager
def cut_off(browser: Browser, viewer: str, **options: object) -> Iterator[tuple[Page, Watched]]:
    """The viewer in a browser without a network, and without anything asked for but the file itself."""
    with watched(browser, offline=True, **options) as profile:
        page = profile.page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(viewer)
        yield page, profile
        assert [each for each in asked if not each.startswith(("blob:", "data:"))] == [viewer]


def unlock(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Your five words").fill(words)
    page.get_by_role("button", name="Unlock").click()


def play(page: Page, kept: Path, words: str) -> None:
    """Choose the zip, type the words, wait for the first picture and the account."""
    page.get_by_label("A lesson as a zip").set_input_files(kept)
    unlock(page, words)
    page.wait_for_selector("[data-part=player][data-first-frame-ms]")
    page.wait_for_selector("[data-part=lesson][data-account=whole]")


def unpacked(kept: Path, folder: Path) -> Path:
    """The zip as a folder."""
    with zipfile.ZipFile(kept) as archive:
        archive.extractall(folder)
    return folder / kept.stem


def changed(kept: Path, to: Path, name: str, data: bytes | None) -> Path:
    """The same zip with another file of this name, or without it."""
    with zipfile.ZipFile(kept) as archive, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as made:
        for each in archive.namelist():
            if each != f"{kept.stem}/{name}":
                made.writestr(each, archive.read(each))
            elif data is not None:
                made.writestr(each, data)
    return to


def test_a_kept_lesson_plays_from_her_own_files_without_any_network(
    browser: Browser, viewer: str, kept: Path, teacher: Teacher
) -> None:
    with cut_off(browser, viewer) as (page, _):
        play(page, kept, teacher.words)
        expect(page.get_by_role("heading", name=kept.stem)).to_be_visible()
        expect(page.get_by_text("Yours. Only you can open it")).to_be_visible()
        for second in (45.05, 3.05, 88.05, 30.05):
            assert seek(page, second) == pytest.approx(second, abs=0.1)

        waits = page.locator("[data-part=waits] button")
        expect(waits).to_have_count(14)
        dots = page.evaluate("document.querySelector('talk-timeline').dots")
        assert len(dots) == 14
        page.get_by_role("slider", name="Where in the lesson").click(position={"x": dots[4]["x"], "y": dots[4]["y"]})
        expect(waits.nth(4)).to_have_attribute("aria-current", "true")
        lands_at(page, 28)
        expect(page.locator("[data-part=notices]")).to_be_empty()


def test_the_folder_of_a_lesson_and_the_identity_file_beside_it_do_as_well(
    browser: Browser, viewer: str, kept: Path, teacher: Teacher, tmp_path: Path
) -> None:
    folder = unpacked(kept, tmp_path)
    identity = (folder / "identity.json").rename(tmp_path / "mine.json")
    with cut_off(browser, viewer) as (page, _):
        page.get_by_label("The folder of a lesson").set_input_files(folder)
        expect(page.get_by_text("Your identity file is not among these files.")).to_be_visible()
        page.get_by_label("Your identity file").set_input_files(identity)
        unlock(page, teacher.words)
        page.wait_for_selector("[data-part=player][data-first-frame-ms]")
        page.wait_for_selector("[data-part=lesson][data-account=whole]")


def test_other_words_are_said_and_open_nothing(browser: Browser, viewer: str, kept: Path, teacher: Teacher) -> None:
    with cut_off(browser, viewer) as (page, _):
        page.get_by_label("A lesson as a zip").set_input_files(kept)
        unlock(page, "five other words than those")
        expect(page.get_by_text("These are not your five words.")).to_be_visible()
        assert video(page, "video.readyState") == 0
        unlock(page, teacher.words.upper())
        page.wait_for_selector("[data-part=player][data-first-frame-ms]")


def test_a_lesson_can_be_dropped_on_the_page(browser: Browser, viewer: str, kept: Path, tmp_path: Path) -> None:
    for dropped in (kept, unpacked(kept, tmp_path)):
        with cut_off(browser, viewer) as (page, profile):
            hand = profile.context.new_cdp_session(page)
            data = {"items": [], "files": [str(dropped)], "dragOperationsMask": 1}
            for kind in ("dragEnter", "dragOver", "drop"):
                hand.send("Input.dispatchDragEvent", {"type": kind, "x": 20, "y": 300, "data": data})
            expect(page.get_by_role("textbox", name="Your five words")).to_be_visible()
            expect(page.get_by_role("heading", name=kept.stem)).to_be_visible()


def test_what_was_changed_or_lost_is_named_and_the_rest_plays(
    browser: Browser, viewer: str, kept: Path, teacher: Teacher, tmp_path: Path
) -> None:
    folder = unpacked(kept, tmp_path)
    sealed = bytearray((folder / SegmentName(Track.AV, 3).file_name).read_bytes())
    sealed[100] ^= 1
    with cut_off(browser, viewer) as (page, _):
        play(
            page, changed(kept, tmp_path / kept.name, SegmentName(Track.AV, 3).file_name, bytes(sealed)), teacher.words
        )
        notice = page.locator("[data-part=notices]")
        expect(notice).to_contain_text("0:04 to 0:06 cannot be played and is left out: 0-000003.seg was altered")
    (folder / SegmentName(Track.AV, 2).file_name).unlink()
    (folder / "manifest.json").unlink()
    with cut_off(browser, viewer) as (page, _):
        page.get_by_label("The folder of a lesson").set_input_files(folder)
        unlock(page, teacher.words)
        notice = page.locator("[data-part=notices]")
        expect(notice).to_contain_text("0:02 to 0:04 cannot be played and is left out: 0-000002.seg is missing.")
        expect(notice).to_contain_text("The end of this lesson is not certain")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("cut", "This is no zip, or its end is missing"),
        ("no lesson", "These files hold no lesson"),
        ("two lessons", "There are 2 lessons here"),
        ("a way out", "which no lesson has"),
        ("longer than it says", "is damaged in this zip"),
    ],
)
def test_a_file_that_is_no_kept_lesson_is_refused_in_a_sentence(
    browser: Browser, viewer: str, kept: Path, tmp_path: Path, what: str, sentence: str
) -> None:
    bad = tmp_path / "bad.zip"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in {"two lessons": ("a/header.json", "b/header.json"), "a way out": ("../header.json",)}.get(
            what, ("a/header.json" if what == "longer than it says" else "a/readme",)
        ):
            archive.writestr(name, b"{}" * 5000)
    data = bytearray(made.getvalue())
    if what == "longer than it says":
        at = data.rindex(b"PK\1\2") + 24
        data[at : at + 4] = (9_999).to_bytes(4, "little")
    bad.write_bytes(kept.read_bytes()[:-40] if what == "cut" else bytes(data))
    with cut_off(browser, viewer) as (page, _):
        page.get_by_label("A lesson as a zip").set_input_files(bad)
        expect(page.locator("[data-part=choose-says]")).to_contain_text(sentence)


def test_the_zip_is_what_the_command_opens_and_has_nothing_open_in_it(
    kept: Path, teacher: Teacher, tmp_path: Path
) -> None:
    folder = unpacked(kept, tmp_path)
    identity = SealedIdentity.decode((folder / "identity.json").read_bytes()).unlock(teacher.words)
    film = open_lesson(folder, identity, tmp_path / "film.mp4")
    assert (film.segments, film.left_out) == (46, ())
    whole = kept.read_bytes()
    assert not [open_word for open_word in (b"ftyp", b"moof", b"states", b"Why do") if open_word in whole]


def test_nothing_is_fetched_even_if_something_would(browser: Browser, viewer: str, world: PageWorld) -> None:
    with watched(browser) as profile:
        page = profile.context.new_page()
        page.goto(viewer)
        tried = """async (address) => {
            const can = (work) => work().then(() => true, () => false);
            const picture = new Image();
            picture.src = address;
            const script = () => import("data:text/javascript,1");
            return [await can(() => fetch(address)), await can(() => picture.decode()), await can(script)];
        }"""
        markup = "(() => { try { document.body.innerHTML = '<b>'; return 'made'; } catch { return 'refused'; } })()"
        assert page.evaluate(tried, f"{world.browser}/look/icons/waitwise.svg") == [False, False, False]
        assert page.evaluate(markup) == "refused"
        assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 412])
def test_axe_finds_nothing_in_the_viewer(
    browser: Browser, viewer: str, kept: Path, teacher: Teacher, scheme: str, width: int
) -> None:
    with cut_off(browser, viewer, color_scheme=scheme, viewport={"width": width, "height": 900}) as (page, _):
        found = {"choose": axe_findings(page)}
        page.get_by_label("A lesson as a zip").set_input_files(kept)
        page.get_by_role("textbox", name="Your five words").wait_for()
        found["locked"] = axe_findings(page)
        play(page, kept, teacher.words)
        found["lesson"] = axe_findings(page)
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1]
        assert found == {"choose": [], "locked": [], "lesson": []}
