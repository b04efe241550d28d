"""Ctrl+C on `waitwise unit record` is the unit's button: the lesson ends in good order and reaches the school.

::

    record --sound lesson.flac   ~~~~~~~~~^C
                                          '--> manifest "stopped" --> everything sent --> status 0
"""

import json
import pathlib
import signal
import subprocess

from tests.suites.programs import DEMO_SOUND, ctrl_c_works, waitwise
from waitwise.demo.world import waitwise_command, world


def test_ctrl_c_ends_the_lesson_and_sends_it(tmp_path: pathlib.Path) -> None:
    (tmp_path / "world").mkdir()
    with world(tmp_path / "world", 0) as made:
        command = waitwise_command(
            *("unit", "record", str(made.unit_settings), "--json", "--no-picture"),
            *("--sound", str(DEMO_SOUND), "--speed", "4", "--patience", "60"),
        )
        with ctrl_c_works():
            unit = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert unit.stdout is not None
        begun = json.loads(unit.stdout.readline())
        assert any("wait" in json.loads(line) for line in unit.stdout)

        unit.send_signal(signal.SIGINT)
        said = [json.loads(line) for line in unit.communicate(timeout=90)[0].splitlines()]

        opened = waitwise(
            *("open", begun["folder"], "--identity", made.identity_file, "-o", tmp_path / "film.mp4", "--json"),
            WAITWISE_PASSPHRASE=made.passphrase,
        )

    assert unit.returncode == 0
    assert said[-1]["waiting"] == {"segments": 0, "events": 0}
    told = json.loads(opened.stdout)
    assert told["end"] == "stopped"
    assert 5 < told["duration_s"] < 170
