"""Ctrl+C on `waitwise unit record` is the unit's button: the lesson ends in good order and reaches the school.

::

    record --sound lesson.flac   ~~~~~~~~~^C
                                          '--> manifest "stopped" --> everything sent --> status 0
"""

import pathlib

from tests.suites.programs import DEMO_SOUND
from tests.suites.recording_unit import recording_unit


def test_ctrl_c_ends_the_lesson_and_sends_it(tmp_path: pathlib.Path) -> None:
    with recording_unit(tmp_path / "world", "--sound", str(DEMO_SOUND), "--speed", "4") as unit:
        while "wait" not in unit.next():
            pass
        said = unit.ends()
        told = unit.opened(tmp_path / "film.mp4")

    assert unit.process.returncode == 0
    assert said[-1]["waiting"] == {"segments": 0, "events": 0}
    assert told["end"] == "stopped"
    assert 5 < told["duration_s"] < 170
