"""Looks at the lesson page with a real browser, as a teacher would, and says when the first picture was there."""

from __future__ import annotations

import shutil
from pathlib import Path

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

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = chromium.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(address)
        video = page.locator("[data-first-frame-ms]").first
        video.wait_for(state="attached", timeout=PATIENCE_MS)
        told = video.get_attribute("data-first-frame-ms")
        if picture is not None:
            page.screenshot(path=picture, full_page=True)
        chromium.close()
    return None if told is None else round(float(told), 1)
