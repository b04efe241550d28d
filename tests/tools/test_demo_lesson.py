"""The demo lesson that ships: its truth can be true, and belongs to its sound."""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "waitwise" / "lesson_for_demo"
MIB = 1024 * 1024

Truth = dict[str, Any]


def _load(module: str) -> ModuleType:
    # tools/ is not installed: it is no part of the product.
    spec = importlib.util.spec_from_file_location(module, ROOT / "tools" / "classroom" / f"{module}.py")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


check_truth = _load("check_truth")


@pytest.fixture(scope="module")
def shipped() -> Truth:
    truth: Truth = json.loads((LESSON / "truth.json").read_text(encoding="utf-8"))
    return truth


@pytest.fixture
def truth(shipped: Truth) -> Truth:
    return copy.deepcopy(shipped)


@pytest.fixture(scope="module")
def sound(shipped: Truth) -> np.ndarray[Any, np.dtype[np.float64]]:
    with av.open(str(LESSON / shipped["audio"]["file"])) as file:
        stream = file.streams.audio[0]
        assert (stream.rate, stream.channels) == (shipped["audio"]["rate_hz"], 1)
        pcm = np.concatenate([frame.to_ndarray().ravel() for frame in file.decode(stream)])
    return pcm / 32768


def test_the_truth_does_not_contradict_itself(truth: Truth) -> None:
    assert check_truth.problems(truth) == []


def test_the_lesson_has_what_the_demo_needs(truth: Truth) -> None:
    assert check_truth.demo_problems(truth) == []


def test_the_sound_is_the_one_the_truth_was_made_with(truth: Truth) -> None:
    written = hashlib.sha256((LESSON / truth["audio"]["file"]).read_bytes()).hexdigest()
    assert written == truth["audio"]["sha256"]


def test_the_sound_is_as_long_as_the_truth(truth: Truth, sound: Any) -> None:
    assert len(sound) == truth["audio"]["samples"]
    assert abs(len(sound) / truth["audio"]["rate_hz"] - truth["duration_s"]) < 0.001


def test_it_is_small_enough_for_a_repository(truth: Truth) -> None:
    assert (LESSON / truth["audio"]["file"]).stat().st_size <= 3 * MIB


def test_the_microphone_was_not_overdriven(sound: Any) -> None:
    assert np.abs(sound).max() < 10 ** (-3 / 20)


def _levels(sound: Any, truth: Truth, roles: set[str], settle: float) -> list[float]:
    """Return the level of each state of these roles, without its first `settle` seconds."""
    rate = truth["audio"]["rate_hz"]
    # The difference of neighbours takes the ventilation's rumble away and leaves the voices.
    voices = np.diff(sound, prepend=0.0)
    levels = []
    for state in truth["states"]:
        first, last = round((state["start_s"] + settle) * rate), round(state["end_s"] * rate)
        if state["role"] in roles and last - first > 0.05 * rate:
            levels.append(float(10 * np.log10(np.mean(voices[first:last] ** 2))))
    return levels


def test_every_silence_is_quieter_than_every_voice(truth: Truth, sound: Any) -> None:
    quiet = _levels(sound, truth, {"silence"}, settle=0.3)  # the room is still ringing before
    loud = _levels(sound, truth, {"teacher", "pupil", "choral", "group", "overlap"}, settle=0.0)
    assert len(quiet) > 30
    assert len(loud) > 50
    assert max(quiet) + 6 < min(loud)
    assert np.median(quiet) + 15 < np.median(loud)


def test_a_voice_sets_in_where_the_truth_says(truth: Truth, sound: Any) -> None:
    """Just before an onset the room is as quiet as ever; a fifth of a second later it is not."""
    rate = truth["audio"]["rate_hz"]
    voices = np.diff(sound, prepend=0.0)
    floor = np.mean(voices[: round(1.4 * rate)] ** 2)
    rests = [state for state in truth["states"] if state["role"] == "silence" and state["start_s"] > 0]
    onsets = [state["end_s"] for state in rests if state["end_s"] - state["start_s"] > 0.6]
    onsets = [onset for onset in onsets if onset < truth["duration_s"]]
    assert len(onsets) > 20
    before = [np.mean(voices[round((at - 0.06) * rate) : round((at - 0.015) * rate)] ** 2) / floor for at in onsets]
    after = [np.mean(voices[round(at * rate) : round((at + 0.2) * rate)] ** 2) / floor for at in onsets]
    assert max(before) < 4
    assert min(after) > 4


def test_developers_can_check_it_from_the_command_line() -> None:
    command = [sys.executable, "-m", "tools.classroom.check_truth", str(LESSON)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "after questions" in done.stdout


def _lengthen_a_wait(truth: Truth) -> None:
    truth["waits"][0]["offered_wait_s"] += 0.05


def _forget_a_wait(truth: Truth) -> None:
    del truth["waits"][4]


def _leave_a_hole(truth: Truth) -> None:
    truth["states"][3]["end_s"] -= 0.01


def _let_states_overlap(truth: Truth) -> None:
    truth["states"][3]["start_s"] -= 0.01


def _swap_teacher_and_pupil(truth: Truth) -> None:
    next(state for state in truth["states"] if state["role"] == "pupil")["role"] = "teacher"


def _call_a_breath_a_wait(truth: Truth) -> None:
    truth["waits"].append(truth["other"].pop(0))


def _forget_the_cough(truth: Truth) -> None:
    del next(wait for wait in truth["waits"] if wait.get("noise_inside") == "cough")["noise_inside"]


def _speak_into_a_wait(truth: Truth) -> None:
    wait = truth["waits"][0]
    middle = wait["t_end_s"] + wait["offered_wait_s"] / 2
    voice = {"role": "pupil", "start_s": middle, "end_s": middle + 0.1, "spk": "nia"}
    truth["ipus"] = sorted([*truth["ipus"], voice], key=lambda ipu: ipu["start_s"])


def _stop_before_the_end(truth: Truth) -> None:
    del truth["phases"][-1]


LIES = [
    _lengthen_a_wait,
    _forget_a_wait,
    _leave_a_hole,
    _let_states_overlap,
    _swap_teacher_and_pupil,
    _call_a_breath_a_wait,
    _forget_the_cough,
    _speak_into_a_wait,
    _stop_before_the_end,
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__.strip("_").replace("_", " "))
def test_a_truth_with_a_lie_in_it_is_found_out(truth: Truth, lie: Any) -> None:
    lie(truth)
    assert check_truth.problems(truth) != []


def test_a_lesson_without_pair_talk_is_not_the_demo(truth: Truth) -> None:
    for phase in truth["phases"]:
        phase["phase"] = "whole_class"
    assert check_truth.demo_problems(truth) == ["the demo lesson lacks: one pair talk of 25 s"]


def test_another_sound_is_noticed(truth: Truth, tmp_path: Path) -> None:
    whole = (LESSON / truth["audio"]["file"]).read_bytes()
    (tmp_path / truth["audio"]["file"]).write_bytes(whole[:-1])
    assert check_truth.file_problems(LESSON, truth) == []
    assert check_truth.file_problems(tmp_path, truth) != []
