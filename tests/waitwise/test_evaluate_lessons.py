"""`waitwise evaluate`: which files are lessons, what is wrong with a truth, and one run on the demo lesson.

::

    floats.flac  floats.truth.json      a lesson         lesson.flac  truth.json      a lesson, too
"""

import copy
import hashlib
import json
import pathlib
import shutil
from typing import Any

import pytest

from tests.suites.programs import DEMO_SOUND, waitwise
from waitwise.evaluate.baselines import ALL_HERS, names
from waitwise.evaluate.lessons import TruthError, find_lessons, truth_from
from waitwise.evaluate.peers import installed
from waitwise.evaluate.run import evaluate
from waitwise.evaluate.slices import slices_of

DEMO = pathlib.Path(DEMO_SOUND).parent

SMALL: dict[str, Any] = {
    "duration_s": 10.0,
    "states": [
        {"role": "teacher", "start_s": 0.0, "end_s": 4.0},
        {"role": "silence", "start_s": 4.0, "end_s": 6.0},
        {"role": "pupil", "start_s": 6.0, "end_s": 10.0},
    ],
    "phases": [{"phase": "whole_class", "start_s": 0.0, "end_s": 10.0}],
    "waits": [{"kind": "SR", "t_end_s": 4.0, "offered_wait_s": 2.0, "outcome": "answered", "phase": "whole_class"}],
}


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    for name in ("b", "a"):
        (tmp_path / f"{name}.wav").touch()
        (tmp_path / f"{name}.truth.json").write_text(json.dumps(SMALL))
    return tmp_path


def test_lessons_come_by_name_with_the_sum_of_their_truth(folder: pathlib.Path) -> None:
    (folder / "a.enrol.flac").touch()
    (folder / "notes.txt").touch()

    lessons = find_lessons(folder)

    assert [lesson.name for lesson in lessons] == ["a", "b"]
    assert lessons[0].truth_sha256 == hashlib.sha256(json.dumps(SMALL).encode()).hexdigest()
    assert lessons[0].truth.waits[0].length == 2.0


def test_a_folder_of_one_lesson_may_call_it_so() -> None:
    assert [lesson.name for lesson in find_lessons(DEMO)] == ["lesson"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda at: (at / "a.truth.json").unlink(), r"a\.wav has no a\.truth\.json"),
        (lambda at: (at / "a.wav").unlink(), r"a\.truth\.json has no sound"),
        (lambda at: (at / "a.truth.json").write_text("{"), r"a\.truth\.json is no JSON"),
        (lambda at: (at / "a.truth.json").write_bytes(b"\xff"), r"a\.truth\.json is no JSON"),
        (lambda at: (at / "a.truth.json").write_text("[]"), r"a\.truth\.json is malformed"),
        (lambda at: (at / "a.flac").touch(), r"a is there as \.flac and as \.wav"),
        (lambda at: [file.unlink() for file in at.iterdir()], "There is no lesson"),
        (shutil.rmtree, "is no folder"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(folder: pathlib.Path, damage: Any, said: str) -> None:
    damage(folder)

    with pytest.raises(TruthError, match=said) as refused:
        evaluate(folder, lambda _done, _all: None)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("duration_s",), None, "malformed"),
        (("duration_s",), float("nan"), "no length of a lesson"),
        (("duration_s",), 12.0, "states end at 10.00 s, the lesson at 12.00 s"),
        (("states", 0, "role"), "headmaster", "headmaster"),
        (("states", 1, "start_s"), 4.5, "states leave a hole or overlap at 4.00 s"),
        (("states", 1, "start_s"), 3.5, "states leave a hole or overlap at 4.00 s"),
        (("states", 1), {"role": "silence"}, "lacks 'start_s'"),
        (("phases",), [], "phases end at 0.00 s"),
        (("waits", 0, "kind"), "XX", "XX"),
        (("waits", 0, "offered_wait_s"), -1.0, "cannot be -1.0 s long"),
        (("waits", 0, "t_end_s"), float("nan"), "the wait at nan s"),
    ],
)
def test_what_is_wrong_with_a_truth_is_said(path: tuple[Any, ...], value: Any, said: str) -> None:
    told = copy.deepcopy(SMALL)
    at = told
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value

    with pytest.raises(TruthError, match=said):
        truth_from(told, "a.truth.json")


def test_every_key_is_needed() -> None:
    for key in SMALL:
        with pytest.raises(TruthError, match=key):
            truth_from({name: value for name, value in SMALL.items() if name != key}, "a.truth.json")


def test_kinds_of_lesson() -> None:
    told = {"teacher": "man", "phase_of_school": "primary", "mic": "rear", "rt60_s": 0.9, "rt60_t30_s": 0.56}
    told |= {"snr_teacher_dba": 15, "noise": ["hvac", "rain"], "babble": False}

    assert slices_of(told) == [
        *("teacher man", "primary", "unit rear", "RT60 0.5 to 0.75 s", "SNR 15 to 20 dB(A)"),
        *("no babble", "noise hvac", "noise rain"),
    ]
    assert slices_of({"rt60_s": 0.75, "rt60_t30_s": 0.6}) == ["RT60 0.5 to 0.75 s", "quiet and ordinary rooms"]
    assert slices_of({"rt60_s": 0.5, "babble": True}) == ["RT60 0.5 to 0.75 s", "babble"]
    assert slices_of({}) == []


def test_whether_a_wait_followed_a_question_is_said_by_it_or_by_the_words_before_it() -> None:
    told = copy.deepcopy(SMALL)
    wait = told["waits"][0]
    ipus = [{"role": "teacher", "end_s": 4.0, "question": True}, {"role": "pupil", "end_s": 4.0, "question": False}]
    background = [{"kind": "babble", "start_s": 1.0, "end_s": 2.0}, {"kind": "murmur", "start_s": 0.0, "end_s": 9.0}]

    def said(**keys: Any) -> bool | None:
        return truth_from({**told, **keys}, "a.truth.json").waits[0].is_question

    assert said() is None
    assert said(ipus=ipus) is True
    assert said(ipus=ipus, waits=[{**wait, "question": False}]) is False
    assert said(waits=[{**wait, "outcome": "reasked"}]) is True
    assert truth_from({**told, "background": background}, "a.truth.json").babble == ((1.0, 2.0),)


@pytest.fixture(scope="module")
def of_the_demo() -> tuple[dict[str, Any], str]:
    """What was printed, and what was said beside it."""
    result = waitwise("evaluate", DEMO, "--json", "--gate")
    told = json.loads(result.stdout)
    assert result.returncode == (1 if any(row["is_met"] is False for row in told["targets"]) else 0)
    return told, result.stderr


def test_the_demo_lesson_in_one_object(of_the_demo: tuple[dict[str, Any], str]) -> None:
    told, _ = of_the_demo

    ours = told["pooled"]["waitwise"]
    assert ours == {**told["lessons"][0]["ways"]["waitwise"], "intervals_95": {}}
    assert ours["true"] == 20
    assert ours["f1_0.25"] >= 0.9
    assert ours["gaps"] == 15
    assert ours["wait2"] == 15
    assert ours["identification_error"] <= 0.1
    assert 0 < ours["live_delay_median_s"] < 10
    assert ours["questions_n"] >= 15
    assert 0.5 < ours["question_f1"] <= 1
    assert ours["speech_miss"] <= 0.1
    truth = (DEMO / "truth.json").read_bytes()
    assert told["lessons"][0]["truth_sha256"] == hashlib.sha256(truth).hexdigest()
    assert {"version", "analytics", "config_hash", "targets", "drawn"} <= told.keys()


def test_without_a_sample_of_her_voice_nothing_is_heard(folder: pathlib.Path) -> None:
    with pytest.raises(TruthError, match=r"a\.wav has no a\.enrol\.flac"):
        evaluate(folder, lambda _done, _all: None, teacher_voice=True)


def test_every_detector_stands_beside_ours_or_is_named_as_left_out(
    of_the_demo: tuple[dict[str, Any], str],
) -> None:
    told, said = of_the_demo
    peers, left_out = installed()

    assert told["ways"] == ["waitwise", *names(peers)]
    assert told["left_out"] == left_out
    assert all(f"{way} is left out: " in said for way in left_out)
    for way in told["ways"]:
        if way.endswith(ALL_HERS):
            assert told["pooled"][way]["f1_0.25"] < told["pooled"]["waitwise"]["f1_0.25"]
            assert told["pooled"][way]["gap_error_median_s"] == "infinite"


def test_an_error_is_one_object_too(tmp_path: pathlib.Path) -> None:
    result = waitwise("evaluate", tmp_path, "--json")

    assert result.returncode == 1
    assert json.loads(result.stdout)["error"] == "TruthError"
