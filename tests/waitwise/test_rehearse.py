"""`waitwise rehearse`: a recorded rehearsal in, tries out as they happen.

::

    tests/lessons/rehearsed.py --> rehearsal.wav --> waitwise rehearse --fast --> a line a try | an object an event
"""

import json
import pathlib
import time
import wave

import pytest

from analytics.try_events import Try, Verdict
from tests.lessons.rehearsed import Cycle, Scene, rehearse
from tests.suites.programs import waitwise
from waitwise.rehearse_cli import bar, try_line


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, list[Cycle]]:
    samples, cycles = rehearse(Scene(cycles=3, noises=False, replies=False, rt60=0.4, pause=(4.0, 0.2), seed=4))
    path = tmp_path_factory.mktemp("rehearsal") / "rehearsal.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.astype("<i2").tobytes())
    return path, cycles


def test_people_see_each_try_with_its_seconds_and_a_word(rehearsal: tuple[pathlib.Path, list[Cycle]]) -> None:
    result = waitwise("rehearse", "--sound", rehearsal[0], "--fast", "--goal", "3", COLUMNS="60")

    assert result.returncode == 0
    lines = [line for line in result.stdout.splitlines() if line.startswith("  try")]
    assert [line.split()[-1] for line in lines] == ["yes", "yes", "yes"]
    assert "3 tries with a name: median" in result.stdout
    assert "\x1b" not in result.stdout + result.stderr


def test_programs_get_an_object_an_event_and_the_summary_last(rehearsal: tuple[pathlib.Path, list[Cycle]]) -> None:
    path, cycles = rehearsal
    result = waitwise("rehearse", "--sound", path, "--fast", "--json")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    tries = [event for event in events if event["event"] == "try"]

    assert result.returncode == 0
    assert {event["event"] for event in events} == {"pausing", "pose_ended", "try", "confirmed", "rehearsal"}
    for event, cycle in zip(tries, cycles, strict=True):
        assert event["pause_s"] == pytest.approx(cycle.pause, abs=0.25)
        assert event["at_s"] + event["latency_s"] - cycle.name_start <= 0.35
    assert events[-1]["named"] == 3
    assert events[-1]["range_s"] == [min(each["pause_s"] for each in tries), max(each["pause_s"] for each in tries)]


def test_without_fast_it_takes_as_long_as_it_took(
    rehearsal: tuple[pathlib.Path, list[Cycle]], tmp_path: pathlib.Path
) -> None:
    with wave.open(str(rehearsal[0]), "rb") as file:
        sound = file.readframes(3 * 16_000)
    short = tmp_path / "short.wav"
    with wave.open(str(short), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(sound)
    started = time.monotonic()
    result = waitwise("rehearse", "--sound", short)

    assert time.monotonic() - started >= 2.9
    assert "No try was heard" in result.stdout


def test_what_is_wrong_is_said(tmp_path: pathlib.Path) -> None:
    result = waitwise("rehearse", "--sound", tmp_path / "gone.wav", "--json")

    assert result.returncode == 1
    assert json.loads(result.stdout)["error"] == "FileUnreadableError"
    assert waitwise("rehearse", "--sound", tmp_path / "gone.wav", "--goal", "11").returncode == 2


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_a_word_and_the_goal_a_mark(verdict: Verdict) -> None:
    line = try_line(Try(number=3, verdict=verdict, pause=4.25, at=0.0, latency=0.2), goal=5.0).plain

    assert str(verdict) in line
    assert "4.2 s" in line
    assert bar(4.25, 5.0) in line
    assert len({len(bar(seconds / 4, 5.0)) for seconds in range(80)}) == 1
    assert all(bar(seconds / 4, 5.0).count("|") == 1 for seconds in range(80))
