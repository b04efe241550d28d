"""A unit's three programs are three words of one command, and none carries in its memory what only another needs."""

import subprocess
import sys

import pytest

CARRIES = {
    "run": ({"numpy", "av"}, {"fastapi", "uvicorn"}),
    "sync": ({"paho", "urllib3"}, {"numpy", "av", "sounddevice", "fastapi"}),
    "page": ({"fastapi"}, {"av", "sounddevice", "paho"}),
}
"""Word: what it has to load, and what it must not."""


@pytest.mark.parametrize("word", CARRIES)
def test_a_program_loads_what_it_needs_and_no_more(word: str) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "waitwise", "unit", word, "no-settings.toml"]
    socket = ["--socket", "no.sock"] if word == "sync" else []
    done = subprocess.run([*command, *socket], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no-settings.toml cannot be read" in done.stderr
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}

    needed, others = CARRIES[word]
    assert needed <= loaded
    assert not others & loaded
