"""Looks at the lesson page with a real browser, as a teacher would, and says when the first picture was there."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from waitwise import show
from waitwise.errors import CommandError

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

ARGUMENTS = (
    "--no-sandbox",  # the demo may run as root, where Chromium's own sandbox does not start
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

PATIENCE_MS = 60_000


def browser() -> str | None:
    """Path of an installed Chromium, if there is one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def first_frame_ms(address: str, picture: Path | None = None) -> float | None:
    """Open the lesson page and return the milliseconds from navigation to the first frame.

    None when no Chromium is installed. `picture`: where to save a screenshot of the page.
    """
    path = browser()
    if path is None:
        return None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with contextlib.ExitStack() as closing:
        try:
            playwright = closing.enter_context(sync_playwright())
            chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        except Exception as error:  # noqa: BLE001 - whatever keeps a browser from starting, the lesson is there
            show.say(f"{path} cannot be driven ({str(error).splitlines()[0]}), so nobody has looked at the page.")
            return None
        closing.callback(chromium.close)
        return _look(chromium.new_page(viewport={"width": 1440, "height": 1000}), address, picture)


def _look(page: Page, address: str, picture: Path | None) -> float:
    from playwright.sync_api import TimeoutError as TooLateError  # noqa: PLC0415 - see above

    page.goto(address)
    video = page.locator("[data-first-frame-ms]").first
    try:
        video.wait_for(state="attached", timeout=PATIENCE_MS)
    except TooLateError as error:
        sentence = "The lesson page showed no picture within a minute."
        raise CommandError(sentence, "Open its address in a browser: it says what is wrong.") from error
    if picture is not None:
        page.screenshot(path=picture, full_page=True)
    return round(float(video.get_attribute("data-first-frame-ms") or "nan"), 1)
