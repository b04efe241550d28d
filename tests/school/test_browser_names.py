"""What a teacher reads in the list of where she is signed in."""

from __future__ import annotations

import pytest

from school.browser_names import browser_name

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/156.0.0.0 Edg/156.0.0.0": "Edge on Windows",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/156.0.0.0 Safari/537.36": "Chrome on ChromeOS",
    f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/156.0.0.0 Mobile Safari/537.36": "Chrome on Android",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/26.0 Safari/605.1.15": "Safari on Mac",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {WEBKIT} Version/26.0 Safari/604.1": "Safari on iPhone",
    f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {WEBKIT} CriOS/156.0 Mobile Safari/604.1": "Chrome on iPad",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": "Firefox on Linux",
    "python-httpx/0.28.1": "python-httpx/0.28.1",
    "x" * 500: "x" * 40,
    "": "",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_a_browser_has_a_name_that_people_know(agent: str) -> None:
    assert browser_name(agent) == AGENTS[agent]
