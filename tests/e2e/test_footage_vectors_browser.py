"""The shared vectors in a real browser, under the policy of the lesson page: strict CSP and Trusted Types."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors" / "footage"
SERVED = ("/school/pages/footage/", "/tests/e2e/footage_vectors", "/tests/lesson/footage_vectors", "/tests/vectors/")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src blob:; "
    "require-trusted-types-for 'script'"
)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Files(BaseHTTPRequestHandler):
    """Hands out a few folders of the repository."""

    def do_GET(self) -> None:
        file = ROOT / self.path.lstrip("/")
        if self.path == "/tests/vectors/footage/":
            self._answer(json.dumps(sorted(one.name for one in VECTORS.glob("*.txt"))).encode(), ".json")
        elif self.path.startswith(SERVED) and ".." not in self.path and file.is_file() and file.suffix in TYPES:
            self._answer(file.read_bytes(), file.suffix)
        else:
            self.send_error(404)

    def _answer(self, body: bytes, suffix: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", TYPES[suffix])
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet: a failure shows in the test."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.browser
def test_every_vector_in_chromium(address: str) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed.")
    sync_api = pytest.importorskip("playwright.sync_api", reason="The browser driver (extra `demo`) is not installed.")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        try:
            page = browser.new_page()
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"{address}/tests/e2e/footage_vectors.html")
            page.wait_for_selector("ol[data-done=yes]", timeout=60_000)
            told = page.eval_on_selector_all("li", "items => items.map(one => [one.dataset.name, one.textContent])")
            policy = page.get_attribute("ol", "data-policy")
        finally:
            browser.close()
    assert complaints == []
    assert policy == "on"
    assert {name: wrong for name, wrong in told if wrong} == {}
    names = {name for name, _ in told}
    assert names >= {file.name for file in VECTORS.glob("*.txt")}
    assert "RFC 9180" in names
    assert len(names) > 90
