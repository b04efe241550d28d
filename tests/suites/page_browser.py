"""A Chromium that watches: a request to anywhere else, an error in the console or a broken policy fails the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 30_000
"""That anything may take on a busy computer."""
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_HERE = {"127.0.0.1", "localhost"}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a download."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A browser's profile, and everything it did that it must not do."""

    context: BrowserContext
    wrong: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """Open a tab."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        return page

    def _note(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.wrong.append(f"console: {said.text} {said.location['url']}")

    def guard(self, request: Request) -> None:
        """Note a request that leaves this machine."""
        address = urlsplit(request.url)
        if address.scheme not in ("blob", "data", "file") and address.hostname not in _HERE:
            self.wrong.append(f"left the machine: {request.url}")


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Watched]:
    """A fresh profile; what went wrong in it is asserted at the end."""
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
    context.set_default_timeout(PATIENCE_MS)
    made = Watched(context)
    context.on("request", made.guard)
    try:
        yield made
        assert made.wrong == [], made.wrong
    finally:
        context.close()


def axe_findings(page: Page) -> list[str]:
    """What axe has to say against a page, by WCAG 2.2 A and AA and good practice."""
    # Half-way through a transition every colour is another one.
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)))")
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for each in found
        for node in each["nodes"]
    ]
