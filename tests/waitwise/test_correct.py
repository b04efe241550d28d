"""`waitwise correct`: what a person types of a pause, and what she is shown.

::

    account.json + --label NAME=WORD  ->  a table before -> after, and a new account that keeps the old one
"""

import json
import pathlib

import pytest

from analytics.corrections import original
from lesson.talk import Account
from lesson.wire import from_wire, to_wire
from tests.lessons.drawn import draw
from tests.lessons.drawn_account import account_of
from tests.suites.programs import waitwise

LESSON = account_of(draw("TTTT?[3.5]PPPPPPPP....TTTTTTTT?[1.2]TTTTTTTTTTTTTTTTTTTTTTTTTT......PPPPPPP" * 8))
FIRST, SECOND = (wait.event_id[:8] for wait in LESSON.waits[:2])


@pytest.fixture
def heard(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "account.json"
    path.write_text(json.dumps({"file": "lesson.mp4", **to_wire(LESSON), "warnings": ["It ends early."]}))
    return path


def read(path: pathlib.Path) -> Account:
    told = json.loads(path.read_text())
    assert (told.pop("file"), told.pop("warnings")) == ("lesson.mp4", ["It ends early."])
    return from_wire(Account, told)


def test_without_a_label_the_pauses_are_listed_with_their_names(heard: pathlib.Path) -> None:
    result = waitwise("correct", heard, COLUMNS="120")

    assert result.returncode == 0
    assert all(wait.event_id[:8] in result.stdout for wait in LESSON.waits)
    assert "not-a-question  she asked nothing" in result.stderr


def test_figures_are_shown_before_and_after(heard: pathlib.Path, tmp_path: pathlib.Path) -> None:
    new = tmp_path / "new.json"
    result = waitwise(
        "correct", heard, "--label", f"{FIRST}=me", "--label", f"{SECOND}=not-a-question", "--out", new, COLUMNS="140"
    )

    assert result.returncode == 0, result.stderr
    assert "wait time 1, counted" in result.stdout
    assert "0:00  paused 3.5 s, a pupil answered -> 0:00  paused 3.5 s, she spoke again (me)" in result.stdout
    assert original(read(new)) == LESSON
    assert len(read(new).labels) == 2
    assert read(heard) == LESSON


def test_what_was_said_can_be_taken_back(heard: pathlib.Path, tmp_path: pathlib.Path) -> None:
    once, twice = tmp_path / "once.json", tmp_path / "twice.json"
    waitwise("correct", heard, "--label", f"{FIRST}=nobody", "--out", once)
    result = waitwise("correct", once, "--label", f"{FIRST}=as-heard", "--out", twice, "--json")

    told = json.loads(result.stdout)
    assert told == json.loads(twice.read_text())
    assert told["waits"] == to_wire(LESSON)["waits"]
    assert told["summary"] == to_wire(LESSON)["summary"]


def test_later_lessons_learn(heard: pathlib.Path, tmp_path: pathlib.Path) -> None:
    hers, told = tmp_path / "hers.json", tmp_path / "told.json"
    for _ in range(2):
        result = waitwise("correct", heard, "--label", f"{FIRST}=me", "--learn", hers)
        assert "knows 2 answers" in result.stderr, "the same lesson teaches once"
    assert hers.stat().st_mode & 0o777 == 0o600

    waitwise("correct", heard, "--use", hers, "--out", told)

    before, after = LESSON.waits[1], read(told).waits[1]
    assert after.p_role < before.p_role
    assert after.conf <= after.p_role
    assert (after.t_end, after.outcome) == (before.t_end, before.outcome)


WRONG = {
    "no such name": (["--label", "zz=me"], "No pause has a name that begins with 'zz'."),
    "a name of many": (["--label", "=me"], "No pause has a name"),
    "no word": (["--label", f"{FIRST}=mine"], "'mine' is nothing that can be said"),
    "two words that fight": (["--label", f"{FIRST}=me,pupil"], "contradicts itself"),
    "a file that is there": (["--label", f"{FIRST}=me", "--out", "{0}"], "is there already"),
    "no calibration": (["--use", "{0}"], "has learnt nothing"),
    "no folder": (["--label", f"{FIRST}=me", "--out", "{0}/no/new.json"], "was not written"),
}


@pytest.mark.parametrize(("options", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_done_is_said(options: list[str], sentence: str, heard: pathlib.Path) -> None:
    before = heard.read_bytes()
    result = waitwise("correct", heard, *(option.format(heard) for option in options), COLUMNS="200")

    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 2, "a sentence and a remedy"
    assert (heard.read_bytes(), [path.name for path in heard.parent.iterdir()]) == (before, ["account.json"])


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"duration_s":1}', b"no json"])
def test_what_is_no_account_is_refused(content: bytes, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "account.json"
    path.write_bytes(content)
    result = waitwise("correct", path, "--json")

    assert (result.returncode, json.loads(result.stdout)["error"]) == (1, "CommandError")
