"""A teacher makes her key in a real browser, a real unit records for it, and only that browser opens the lesson.

::

    /join in Chromium -> public key -> school -> unit pins it -> lesson, sealed -> school -> the same Chromium plays it
"""

import json
import pathlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from lesson.footage.recipients import check_words
from provisioning.throw_away import ThrowAwayAuthority
from school.accounts import Invitation
from tests.suites.page_people import accept
from tests.suites.programs import DEMO_SOUND, waitwise
from waitwise.demo.page import ARGUMENTS, browser
from waitwise.demo.world import World, free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def invited(tmp_path: pathlib.Path) -> Iterator[tuple[World, Invitation]]:
    authority = ThrowAwayAuthority(tmp_path / "authority", datetime.now(tz=UTC), is_demo=True)
    made = World(tmp_path, authority, free_port())
    try:
        yield made, made.open()
    finally:
        made.close()


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=list(ARGUMENTS))
        yield chromium.new_page()
        chromium.close()


def test_from_her_key_to_her_lesson(invited: tuple[World, Invitation], page: Page) -> None:
    made, invitation = invited

    nobody_yet = waitwise("unit", "record", made.unit_settings, "--sound", DEMO_SOUND, "--json")
    assert nobody_yet.returncode == 1
    assert json.loads(nobody_yet.stdout.splitlines()[-1])["problem"] == "no-recipient"

    papers = accept(page, f"{made.origin}/join/{invitation.code}")

    recorded = waitwise(
        *("unit", "record", made.unit_settings, "--sound", DEMO_SOUND, "--speed", "0", "--patience", "90", "--json")
    )
    assert recorded.returncode == 0, recorded.stderr
    lesson = json.loads(recorded.stdout.splitlines()[0])["lesson"]

    page.goto(f"{made.origin}/lessons/{lesson}")
    page.locator("[data-first-frame-ms]").wait_for(state="attached", timeout=60_000)
    expect(page.locator("[data-account=whole]")).to_be_attached()
    assert int(page.locator("[data-part=lesson]").get_attribute("data-waits") or 0) >= 15

    # A unit that meets teachers by their cards does not take the school's word for her, but that of who compared words.
    made.unit_settings.write_text('new_teachers = "cards"\n' + made.unit_settings.read_text())
    (made.unit_settings.parent / "recipients.json").unlink()
    unmet = waitwise("unit", "record", made.unit_settings, "--sound", DEMO_SOUND, "--json")
    assert json.loads(unmet.stdout.splitlines()[-1])["problem"] == "no-recipient"
    kid = bytes.fromhex(page.request.get(f"{made.origin}/api/me").json()["kid"])
    trusted = waitwise("unit", "trust", made.unit_settings, "--yes")
    assert " ".join(check_words(kid)) in trusted.stderr
    pinned = json.loads((made.unit_settings.parent / "recipients.json").read_text())
    assert [each["kid"] for each in pinned["recipients"]] == [kid.hex()]

    everything = b"".join(path.read_bytes() for path in (made.folder / "school").rglob("*") if path.is_file())
    for secret in (papers.words, papers.code, papers.code.replace("-", "")):
        assert secret.encode() not in everything
