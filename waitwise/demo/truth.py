"""Which waits of the demo lesson were found: the lesson's script knows where they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lesson.talk import Account
from waitwise.evaluate.told import told_by
from waitwise.matching import Wait, match

LESSON = Path(__file__).parent.parent / "lesson_for_demo"
SOUND = LESSON / "lesson.flac"
TITLE = "Year 7 Science: Why do things float?"


@dataclass(frozen=True, slots=True)
class Found:
    """How many of the true waits were found."""

    found: int
    of: int
    matched: int


def compare(account: Account) -> Found:
    """Match an account of the demo lesson against its truth: wait time 1 only, answered (SR) or cut (SI)."""
    told = json.loads((LESSON / "truth.json").read_text())["waits"]
    truth = [Wait(w["kind"], w["t_end_s"], w["offered_wait_s"]) for w in told if w["kind"] in ("SR", "SI")]
    found = [Wait(wait.kind, wait.start, wait.length) for wait in told_by(account).waits if wait.kind in ("SR", "SI")]
    return Found(len(found), len(truth), len(match(truth, found)))
