"""Fowler's silences, drawn."""

import pytest

from analytics.intervals import intervals
from analytics.thresholds import Thresholds
from analytics.turns import turns
from lesson.talk import Phase
from tests.lessons.drawn import draw

LIMITS = Thresholds()

SCENES = {
    "teacher to pupil": ("TTTT....PPPP", [("SR", 0.4)]),
    "teacher to class": ("TTTT....CCCC", [("SR", 0.4)]),
    "a latch keeps its offset": ("TTTT.PPPP", [("SR", 0.1)]),
    "an overlap keeps its sign": ("TTTTTTT\n    PPPPP", [("SR", -0.3)]),
    "teacher to teacher, over a second": ("TTTT[1.1]TTTT", [("SI", 1.1)]),
    "teacher to teacher, a phrasing pause": ("TTTT.........TTTT", []),
    "teacher to teacher, work time": ("TTTT[15]TTTT", []),
    "pupil to teacher": ("PPPP....TTTT", [("TR", 0.4)]),
    "pupil to another pupil": ("PPPP....QQQQ", [("TI", 0.4)]),
    "inside one pupil's answer": ("PPPP[1.2]PPPP", [("WP", 1.2)]),
    "a pause in his answer that she ends is no pause of his": ("PPPP[1.2]TTTT....PPPP", [("TR", 1.2), ("SR", 0.4)]),
    "a pupil takes a breath": ("PPPP....PPPP", []),
    "a backchannel is nobody's turn": ("TTTTT.PP.TTTTT", []),
    "a chair lies inside": ("TTTT...NN...PPPP", [("SR", 0.8)]),
    "nothing is said about what we could not hear": ("TTTT....UUUU....PPPP", []),
    "a film is no silence": ("TTTT....VVVV....PPPP", []),
    "she goes on over a long word of his": ("TTTTTTTTTTTTTTT....TTTT\n   PPPPPPPP", [("SR", -1.2)]),
}


@pytest.mark.parametrize(("drawing", "expected"), SCENES.values(), ids=SCENES.keys())
def test_a_silence_has_its_name(drawing: str, expected: list[tuple[str, float]]) -> None:
    found = intervals(draw(drawing).ipus, lambda _: Phase.WHOLE_CLASS, LIMITS)

    assert [(gap.kind, round(gap.offered_wait, 3)) for gap in found] == expected


TURNS = {
    "pauses do not end a turn": ("TTTT....TTTT....PPPP", [("teacher", 2), ("pupil", 1)]),
    "a word of under a quarter second does not either": ("TTTT...PP...TTTT", [("teacher", 2)]),
    "a longer one does": ("TTTT...PPP...TTTT", [("teacher", 1), ("pupil", 1), ("teacher", 1)]),
    "a chair is nobody's turn": ("TTTT...NNNN...TTTT", [("teacher", 2)]),
}


@pytest.mark.parametrize(("drawing", "expected"), TURNS.values(), ids=TURNS.keys())
def test_turns(drawing: str, expected: list[tuple[str, int]]) -> None:
    assert [(turn.role, turn.n_ipus) for turn in turns(draw(drawing).ipus, LIMITS)] == expected
