"""A lesson from a real PortAudio stream: the microphone goes away in the middle, and the lesson is sealed as any other.

::

    record --microphone mic   ~~~~ tone ~~~~ |kill -9| (missing) |start| ~~~~ tone ~~~~ ^C
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from capture.file_microphone import FileMicrophone
from lesson.sound import RATE_HZ
from tests.suites.programs import waitwise
from tests.suites.recording_unit import RecordingUnit, recording_unit
from tests.suites.sound_server import SoundServer, sound_server, write_wav
from waitwise.demo.world import world

HERTZ = 440.0


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[SoundServer]:
    (tmp_path / "sound").mkdir()
    with sound_server(tmp_path / "sound") as running:
        yield running


def test_a_lesson_survives_its_microphone(server: SoundServer, tmp_path: pathlib.Path) -> None:
    tone = (8_000 * np.sin(2 * np.pi * HERTZ * np.arange(2 * RATE_HZ) / RATE_HZ)).astype(np.int16)
    path = write_wav(tmp_path / "tone.wav", tone, RATE_HZ)
    with recording_unit(tmp_path / "world", "--microphone", "mic") as unit:
        server.play(path)

        server.kill()
        assert {"microphone": "microphone-lost"} in up_to_the_microphone(unit)
        server.start()
        assert {"microphone": None} in up_to_the_microphone(unit)
        server.play(path)

        said = unit.ends()
        told = unit.opened(tmp_path / "film.mp4")

    assert unit.process.returncode == 0
    assert said[-1]["waiting"] == {"segments": 0, "events": 0}
    (sealed,) = (line for line in said if "sealed" in line)
    assert any("sound are missing" in warning for warning in sealed["warnings"])
    assert told["end"] == "stopped"
    assert seconds_of_tone(tmp_path / "film.mp4") == pytest.approx(4.0, abs=0.4)


def up_to_the_microphone(unit: RecordingUnit) -> list[dict[str, Any]]:
    """What the unit says, up to the next word about its microphone."""
    said: list[dict[str, Any]] = []
    while not said or "microphone" not in said[-1]:
        said.append(unit.next())
    return said


def seconds_of_tone(film: pathlib.Path) -> float:
    pcm = b"".join(block.pcm for block in FileMicrophone(film).blocks())
    sound = np.frombuffer(pcm, "<i2")[: len(pcm) // 2 // 1600 * 1600].reshape(-1, 1600) / 32768
    strength = 2 * abs(np.mean(sound * np.exp(-2j * np.pi * HERTZ * np.arange(1600) / RATE_HZ), axis=1))
    return float(np.sum(strength > 0.1) * 0.1)


def test_a_technician_sees_which_microphones_there_are(server: SoundServer) -> None:
    listed = json.loads(waitwise("unit", "microphones", "--json").stdout)
    table = waitwise("unit", "microphones")

    (mic,) = (each for each in listed["microphones"] if each["name"] == "mic")
    assert (mic["usb_id"], mic["is_in_use"]) == (None, None)
    assert "│ mic " in table.stdout


def test_a_name_that_nobody_has_is_told_before_anything_is_recorded(
    server: SoundServer, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "world").mkdir()
    with world(tmp_path / "world", 0) as made:
        refused = waitwise("unit", "record", made.unit_settings, "--microphone", "1234:abcd", "--json")
        lessons = list((tmp_path / "world" / "unit" / "lessons").iterdir())

    told = json.loads(refused.stdout)
    assert (refused.returncode, told["problem"]) == (1, "microphone-unknown")
    assert "'mic'" in told["error"] + told["detail"]
    assert "waitwise unit microphones" in told["remedy"]
    assert lessons == []
