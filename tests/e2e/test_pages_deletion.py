"""Deleting a lesson in a real browser: into the bin, out of it, in again, and for good, until only a receipt is left.

::

    Delete… -> Put it into the bin   bin: Undo -> in the list again
    Delete… -> Put it into the bin   bin: Delete for good… -> Delete for good    "The signature holds."   receipt saved
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.suites.page_browser import axe_findings, watched
from tests.suites.page_people import Teacher, join, opened
from tests.suites.page_world import PageWorld

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ada(world: PageWorld, browser: Browser) -> Teacher:
    with watched(browser) as profile:
        return join(profile.page(), world)


def into_the_bin(page: Page) -> None:
    """From the lesson's page."""
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog", name="Delete this lesson?").get_by_role("button", name="Put it into the bin").click()
    page.wait_for_url("**/lessons")


def test_deleted_taken_back_and_deleted_for_good_with_a_receipt(
    world: PageWorld, browser: Browser, ada: Teacher, tmp_path: Path
) -> None:
    title = "Year 8 Science: Why do things float?"
    lesson = world.record(ada.keys, title)
    with watched(browser) as hers:
        page = opened(hers.page(), world, ada, lesson)
        page.get_by_role("button", name="Delete…").click()
        assert axe_findings(page) == []
        page.get_by_role("button", name="Cancel").click()
        into_the_bin(page)
        expect(page.get_by_role("heading", name="Bin")).to_be_visible()
        expect(page.get_by_role("link", name=title)).to_have_count(0)
        assert page.request.get(f"{world.browser}/lessons/{lesson}").status == 404
        assert page.request.get(f"{world.browser}/api/lessons/{lesson}/segments/0/1").status == 404
        assert axe_findings(page) == []

        page.get_by_role("button", name="Undo").click()
        page.get_by_role("link", name=title).click()
        page.wait_for_selector("[data-part=player][data-first-frame-ms]")
        page.get_by_role("button", name="Share…").click()
        log = page.get_by_role("list", name="What happened to it")
        expect(log).to_contain_text("Ada Okafor took it out of the bin")
        expect(log).to_contain_text("Ada Okafor put it into the bin")
        page.get_by_role("button", name="Close").click()

        into_the_bin(page)
        page.get_by_role("button", name="Delete for good…").click()
        dialog = page.get_by_role("dialog", name="Delete it for good?")
        expect(dialog).to_contain_text(title)
        dialog.get_by_role("button", name="Leave it in the bin").click()
        page.get_by_role("button", name="Delete for good…").click()
        dialog.get_by_role("button", name="Delete for good").click()
        receipts = page.get_by_role("group").filter(has_text="Deleted for good")
        expect(
            receipts.get_by_text(re.compile(r"segments, .* MB, and every key\. The signature holds\."))
        ).to_be_visible()
        expect(page.get_by_text("The unit has not said yet that its copy is gone.")).to_be_visible()
        expect(page.get_by_role("heading", name="Bin")).to_have_count(0)
        assert axe_findings(page) == []
        assert not (world.folder / "data" / "footage" / lesson).exists()
        assert page.request.get(f"{world.browser}/api/lessons/{lesson}").status == 404

        with page.expect_download() as saving:
            page.get_by_role("link", name="Save receipt").click()
        receipt = tmp_path / saving.value.suggested_filename
        saving.value.save_as(receipt)
        key = page.locator("[data-part=deletions]").get_attribute("data-key") or ""
        command = [sys.executable, "-m", "waitwise", "deletion", str(receipt), "--school", key]
        verified = subprocess.run(command, capture_output=True, text=True, check=False)
        assert f"destroyed lesson {lesson}" in verified.stderr
        answer = world.http.get(f"/v1/lessons/{lesson}/have")
        assert answer.status_code == 410
        assert "receipt" in answer.json()


def test_a_receipt_that_the_school_altered_is_found_out(world: PageWorld, browser: Browser, ada: Teacher) -> None:
    lesson = world.record(ada.keys, "Altered")
    with watched(browser) as hers:
        page = opened(hers.page(), world, ada, lesson)
        into_the_bin(page)
        page.route(
            "**/api/deletions/*",
            lambda route: route.fulfill(body=route.fetch().text().replace('"segments":', '"segments":9')),
        )
        page.get_by_role("button", name="Delete for good…").click()
        page.get_by_role("dialog", name="Delete it for good?").get_by_role("button", name="Delete for good").click()
        expect(page.get_by_text("The deletion receipt was altered, or another school made it.").first).to_be_visible()


def test_she_keeps_a_lesson_and_changes_her_mind(world: PageWorld, browser: Browser, ada: Teacher) -> None:
    lesson = world.record(ada.keys, "To be kept")
    with watched(browser) as hers:
        page = opened(hers.page(), world, ada, lesson)
        days = page.locator("[data-part=days]")
        expect(days).to_contain_text("unless you keep it")
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(days).to_contain_text("the school keeps no lesson longer")
        page.goto(f"{world.browser}/lessons")
        expect(page.get_by_role("row", name="To be kept").get_by_text("Kept", exact=True)).to_be_visible()
        page.goto(f"{world.browser}/lessons/{lesson}")
        page.get_by_role("button", name="Do not keep it").click()
        expect(days).to_contain_text("unless you keep it")
