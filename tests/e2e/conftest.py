"""What end-to-end tests stand on: the demo's world, started once, with real processes and real sockets.

The pages' tests have a browser and a school of their own, one of each for a module.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.suites.page_browser import chromium
from tests.suites.page_world import PageWorld, page_world
from tests.suites.programs import RunningDemo
from waitwise.demo.world import World
from waitwise.demo.world import world as demo_world


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """`waitwise demo` as typed, but as fast as it goes; ends with the tests."""
    folder = tmp_path_factory.mktemp("demo") / "world"
    command = [sys.executable, "-m", "waitwise", "demo", "--speed", "0", "--keep", str(folder), "--json"]
    quiet = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    process = subprocess.Popen(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line.rstrip())
        if "keeps serving" in line:
            break
    else:
        pytest.fail("The demo ended too early:\n" + "\n".join(said))
    text = "\n".join(said)
    address = re.search(r"http://\S+", text)
    passphrase = re.search(r"Her five words: (.*)", text)
    assert address is not None
    assert passphrase is not None
    yield RunningDemo(folder, address[0], passphrase[1].strip(), said, process)
    process.terminate()
    rest, _ = process.communicate(timeout=60)
    assert json.loads(rest.splitlines()[-1])["segments"]["sealed"] > 0


@pytest.fixture(scope="session")
def school_and_unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A broker, a school, a teacher and a unit, for lessons that a test records itself."""
    with demo_world(tmp_path_factory.mktemp("world"), 0) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorld]:
    with page_world(tmp_path_factory.mktemp("pages")) as made:
        yield made
