"""Hearing that has become more than a tenth worse on the simulated lessons is noticed, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.classroom.errors import ClassroomError
from tools.classroom.regressions import LESS_IS_BETTER, MORE_IS_BETTER, gate, worse

BEFORE = {
    **dict.fromkeys(LESS_IS_BETTER, 0.20),
    **dict.fromkeys(MORE_IS_BETTER, 0.80),
}


@pytest.mark.parametrize(
    ("name", "value", "is_worse"),
    [
        ("f1_0.25", 0.721, False),
        ("f1_0.25", 0.719, True),
        ("f1_0.25", 0.95, False),
        ("identification_error", 0.219, False),
        ("identification_error", 0.221, True),
        ("identification_error", 0.01, False),
        ("gap_error_p90_s", "infinite", True),
        ("coverage", None, True),
    ],
)
def test_a_tenth_is_the_limit(name: str, value: Any, is_worse: bool) -> None:
    assert bool(worse(BEFORE, {**BEFORE, name: value})) is is_worse


@pytest.mark.parametrize("name", [*LESS_IS_BETTER, *MORE_IS_BETTER])
def test_every_target_is_watched(name: str) -> None:
    assert len(worse(BEFORE, {**BEFORE, name: 0.5})) == 1


def test_what_was_perfect_may_not_rise_and_what_was_infinite_may_stay() -> None:
    assert worse({"false_per_hour": 0.0}, {"false_per_hour": 0.1})
    assert worse({"gap_error_p90_s": "infinite"}, {"gap_error_p90_s": "infinite"}) == []


def results(folder: Path, figures: dict[str, Any], lesson: str = "clean_front") -> Path:
    file = folder / "results.json"
    rows = [{"slice": "simulated A", "ways": {"waitwise": figures}}]
    file.write_text(json.dumps({"lessons": [{"name": lesson}], "slices": rows, "config_hash": "0a"}))
    return file


def test_the_gate_writes_a_baseline_and_holds_to_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    baseline = tmp_path / "baseline.json"
    (tmp_path / "manifest.json").write_text(json.dumps({"seed": 2, "versions": {"numpy": "2"}}))

    assert gate(results(tmp_path, BEFORE), baseline, write=True) == 0
    assert json.loads(baseline.read_text())["seed"] == 2
    assert gate(results(tmp_path, BEFORE), baseline) == 0
    assert gate(results(tmp_path, {**BEFORE, "f1_0.25": 0.5}), baseline) == 1
    assert "f1_0.25 was 0.8 and is 0.5" in capsys.readouterr().out


def test_other_lessons_are_not_compared(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    gate(results(tmp_path, BEFORE), baseline, write=True)

    with pytest.raises(ClassroomError, match="other lessons"):
        gate(results(tmp_path, BEFORE, lesson="video"), baseline)


def test_results_without_simulated_lessons_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text('{"lessons": [], "slices": []}')

    with pytest.raises(ClassroomError, match="no slice"):
        gate(file, tmp_path / "baseline.json")
