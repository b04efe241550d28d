"""A technician asks whether all of it works on this computer, and is told what does not."""

import json
import pathlib
import sys

from tests.suites.programs import HOUSE, waitwise


def test_everything_works_here(tmp_path: pathlib.Path) -> None:
    result = waitwise("self-test", "--json", TMPDIR=str(tmp_path))

    told = json.loads(result.stdout)
    assert result.returncode == 0, result.stderr
    assert told["on"]["python"] == ".".join(map(str, sys.version_info[:3]))
    tried = {each["name"]: each for each in told["tried"]}
    assert list(tried) == ["hearing", "recording", "damage", "page", "microphones", "parts"]
    assert tried["hearing"]["detail"] == "20 of 20 waits of the demo lesson"
    assert tried["recording"]["detail"].startswith("101 pictures")
    assert list(tmp_path.iterdir()) == [], "nothing is kept"


def test_what_does_not_work_is_named_and_the_rest_is_tried(tmp_path: pathlib.Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")

    result = waitwise("self-test", PYTHONPATH=f"{tmp_path}:{HOUSE}")

    assert result.returncode == 1
    (fails,) = (line for line in result.stdout.splitlines() if line.startswith("FAILS"))
    assert "microphones" in fails
    assert "PortAudio is not installed here" in fails
    assert result.stdout.count("works ") == 5
