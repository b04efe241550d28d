"""A whole lesson: phases as often as in schools, a walk at a walking pace, and a "mm" that is nobody's turn.

::

    plan     whole_class | transition | group | whole_class | silent_work | ...
    truth    whole_class | transition | group | whole_class | silent_work | ...     the same, about as long
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from lesson.sound import RATE_HZ
from lesson.talk import Phase
from tests.tools.test_simulated_classroom import HummingVoices, words_of
from tools.classroom import check_truth
from tools.classroom.author import write
from tools.classroom.cast import QUICK
from tools.classroom.errors import ClassroomError
from tools.classroom.gate import FADE_IN
from tools.classroom.lesson_plan import LONGEST_WORK, SHARES, SHORTEST, draw_plan
from tools.classroom.profiles import EVERY_PROFILE, PROFILES, WHOLE_LESSON
from tools.classroom.render import play
from tools.classroom.script import TEACHER, Backchannel, Piece, Say, Script, Sound, Spot
from tools.classroom.sentences import Side, sentences
from tools.classroom.talk import BACKCHANNEL_MAX, HER_WORDS, PUPIL_WORDS, draw_words
from tools.classroom.truth import tell
from tools.classroom.walk import GRID, PACE, draw_walk
from tools.classroom.whole_work import lombard_db
from waitwise.evaluate.lessons import truth_from


def script_of(seed: int, seconds: float = 600.0) -> Script:
    return write(WHOLE_LESSON, EVERY_PROFILE[WHOLE_LESSON], seed, seconds, HummingVoices(), QUICK)


@pytest.fixture(scope="module")
def script() -> Script:
    return script_of(2)


@pytest.fixture(scope="module")
def truth(script: Script) -> dict[str, Any]:
    return tell(script, play(script, HummingVoices()))


def test_it_is_none_of_the_sixteen() -> None:
    assert len(PROFILES) == 16
    assert set(EVERY_PROFILE) - set(PROFILES) == {WHOLE_LESSON}


@pytest.mark.parametrize("seconds", [600.0, 3000.0])
def test_phases_take_their_share_of_many_lessons(seconds: float) -> None:
    plans = [draw_plan(np.random.default_rng(seed), seconds) for seed in range(300)]
    took: Counter[str] = Counter()
    for span in (span for plan in plans for span in plan):
        took[span.phase] += round(span.end - span.start)

    for phase, share in SHARES.items():
        assert took[phase] / (300 * seconds) == pytest.approx(share, abs=0.015)


@pytest.mark.parametrize("seconds", [300.0, 600.0, 3000.0])
def test_a_plan_has_no_hole_and_always_group_work(seconds: float) -> None:
    for seed in range(100):
        plan = draw_plan(np.random.default_rng(seed), seconds)

        assert (plan[0].phase, plan[-1].phase) == ("whole_class", "whole_class")
        assert (plan[0].start, plan[-1].end) == (0.0, pytest.approx(seconds))
        assert all(one.end == pytest.approx(other.start) for one, other in pairwise(plan))
        assert "group" in {span.phase for span in plan}
        for span in plan:
            if span.phase in {"group", "silent_work"}:
                assert SHORTEST[span.phase] <= span.end - span.start + 0.001 <= LONGEST_WORK


def test_a_lesson_too_short_for_group_work_is_refused() -> None:
    with pytest.raises(ClassroomError, match="300 s"):
        draw_plan(np.random.default_rng(2), 200.0)


def test_she_walks_as_fast_as_people_do_and_stands_within_reach(script: Script) -> None:
    walk = draw_walk(np.random.default_rng(2), script.room, script.speakers, 600.0)
    knots = list(zip(walk.seconds, walk.across, walk.back, strict=True))
    ways = [(math.dist(one[1:], two[1:]), two[0] - one[0]) for one, two in pairwise(knots)]

    assert all(PACE[0] <= metres / seconds <= PACE[1] for metres, seconds in ways if metres)
    assert all(1 <= math.dist((*knot[1:], 1.6), script.room.unit) <= 7 for knot in knots[2:])


def test_from_sentence_to_sentence_she_gets_no_further_than_she_can_walk(script: Script) -> None:
    at, middles = script.lead, []
    for turn in script.turns:
        if isinstance(turn, Say):
            length = HummingVoices().say(turn.pieces[0].words, script.speakers[turn.who]).length / RATE_HZ
            at += turn.after + length
            if turn.spot:
                middles.append((at - length / 2, turn.spot.position))
        else:
            # Whatever is no single voice takes longer than nothing, so that her time to walk is only underestimated.
            middles.append((math.nan, (0.0, 0.0, 0.0)))
    steps = [(math.dist(one[1], two[1]), two[0] - one[0]) for one, two in pairwise(middles)]

    assert len({where for _, where in middles}) > 8
    assert all(not metres > PACE[1] * seconds + GRID * math.sqrt(2) for metres, seconds in steps)


def test_a_sentence_is_heard_when_the_truth_says_wherever_she_stands(script: Script) -> None:
    """From 1 m and from 6 m: without her own delay for each the second would be 14 ms early."""
    unit = script.room.unit
    spots = [Spot((unit[0], unit[1] + metres, unit[2]), 0.0) for metres in (1.0, 6.0)]
    turns = tuple(Say(TEACHER, 2.0, (Piece(0.0, "Listen to this."),), spot=spot) for spot in spots)

    take = play(replace(script, turns=turns, steady=(), length=None), HummingVoices())
    for ipu in take.ipus:
        loud = np.abs(take.sound[ipu.start - RATE_HZ // 4 : ipu.end])
        onset = int(np.argmax(loud > 0.25 * loud.max())) - RATE_HZ // 4

        assert -FADE_IN <= onset <= FADE_IN // 4


def test_the_same_seed_writes_the_same_lesson() -> None:
    assert script_of(4) == script_of(4)
    assert script_of(4) != script_of(6)


def test_tests_and_tuning_say_nothing_alike() -> None:
    assert not words_of(script_of(2)) & words_of(script_of(3))


def test_everything_new_is_in_a_lesson(script: Script) -> None:
    said = words_of(script)
    nods = Counter(turn.who == TEACHER for turn in script.turns if isinstance(turn, Backchannel))
    sounds = {turn.kind for turn in script.turns if isinstance(turn, Sound)}

    for kind in ("own question", "remark", "to transition", "instruction", "moving", "to group", "call back"):
        assert said & set(sentences(kind, Side.TEST)), kind
    assert nods[True]
    assert nods[False]
    assert {"laugh", "shh", "cough", "chair"} <= sounds


def test_steady_noises_and_loudness_over_them_are_drawn() -> None:
    lessons = [script_of(seed) for seed in range(16)]

    assert {kind for lesson in lessons for kind, _ in lesson.steady} == {"projector", "playground", "rain"}
    assert any(not lesson.steady for lesson in lessons)
    assert len({lesson.levels.ventilation_dbfs for lesson in lessons}) >= 5


def test_turns_are_as_long_and_as_short_as_counted() -> None:
    rng = np.random.default_rng(2)
    for words, median in ((HER_WORDS, 17.5), (PUPIL_WORDS, 4.4)):
        drawn = [draw_words(rng, words) for _ in range(4000)]

        assert float(np.median(drawn)) == pytest.approx(median, rel=0.1)
        assert max(drawn) <= words[2]


def test_hand_overs_without_a_question_and_pupils_questions_are_as_frequent_as_counted() -> None:
    """Whole-class talk only; names are neither. Ten lessons have some hundred of each."""
    counted: Counter[str] = Counter()
    for seed in range(0, 20, 2):
        turns = [turn for turn in script_of(seed).turns if isinstance(turn, Say) and not turn.is_name]
        own, moving = (set(sentences(kind, Side.TEST)) for kind in ("own question", "moving"))
        counted["own"] += sum(turn.pieces[0].words in own for turn in turns)
        counted["hers"] += sum(turn.who == TEACHER and turn.pieces[0].is_question for turn in turns)
        for one, two in pairwise(turns):
            if one.who == TEACHER and two.who != TEACHER and two.pieces[0].words not in moving:
                counted["asked" if one.pieces[0].is_question else "unasked"] += 1

    assert counted["own"] / (counted["own"] + counted["hers"]) == pytest.approx(0.12, abs=0.04)
    assert counted["unasked"] / (counted["asked"] + counted["unasked"]) == pytest.approx(0.30, abs=0.08)


def test_more_groups_are_louder_each() -> None:
    assert [lombard_db(groups) for groups in (2, 3, 5)] == [0.0, 3.0, 6.0]


def test_its_truth_can_be_true_and_has_the_planned_phases(script: Script, truth: dict[str, Any]) -> None:
    assert check_truth.problems(truth) == []
    phases = [span["phase"] for span in truth["phases"]]

    assert phases[0] == phases[-1] == "whole_class"
    assert {"group", "silent_work", "transition"} <= set(phases)
    assert script.length == truth["duration_s"] == 600.0
    for span in truth["phases"]:
        if span["phase"] in {"group", "silent_work"}:
            # The last voice of a group ends before its time does.
            assert span["end_s"] - span["start_s"] > 55


def test_a_backchannel_is_no_turn_and_ends_no_wait(script: Script, truth: dict[str, Any]) -> None:
    nods = [ipu for ipu in truth["ipus"] if ipu.get("backchannel")]
    rows = [row for shelf in ("waits", "latches", "other") for row in truth[shelf]]
    edges = {row["t_end_s"] for row in rows} | {round(row["t_end_s"] + row["offered_wait_s"], 3) for row in rows}

    assert len(nods) == sum(isinstance(turn, Backchannel) for turn in script.turns)
    assert {nod["role"] for nod in nods} == {"teacher", "pupil"}
    for nod in nods:
        assert nod["end_s"] - nod["start_s"] <= BACKCHANNEL_MAX
        assert not edges & {nod["start_s"], nod["end_s"]}


def test_they_chatter_in_transitions_and_nowhere_else(truth: dict[str, Any]) -> None:
    moves = [span for span in truth["phases"] if span["phase"] == "transition"]

    assert truth["background"]
    for babble in truth["background"]:
        assert [move for move in moves if move["start_s"] <= babble["start_s"] < babble["end_s"] <= move["end_s"]]


def test_a_pupils_question_is_no_elicitation(truth: dict[str, Any]) -> None:
    asked = {ipu["end_s"] for ipu in truth["ipus"] if ipu.get("question") and ipu["role"] == "pupil"}
    after = [row["kind"] for shelf in ("waits", "latches") for row in truth[shelf] if row["t_end_s"] in asked]

    assert len(after) >= 3
    assert set(after) == {"TR"}


@pytest.mark.parametrize(
    ("length", "after", "wrong"),
    [(0.6, 1.0, "as long as a turn"), (0.4, 3.0, "nobody else has the floor")],
)
def test_a_truth_with_an_impossible_backchannel_is_refused(length: float, after: float, wrong: str) -> None:
    word = {"role": "pupil", "spk": "p", "start_s": after, "end_s": after + length, "backchannel": True}
    hers = {"role": "teacher", "spk": "teacher", "start_s": 0.0, "end_s": 2.0}
    lists = {key: [] for key in ("states", "phases", "waits", "latches", "other", "excluded", "noises")}
    told = lists | {"duration_s": 4.0, "ipus": [hers, word]}

    assert [problem for problem in check_truth.problems(told) if wrong in problem]


def test_the_evaluation_reads_it(truth: dict[str, Any]) -> None:
    told = truth_from(truth, WHOLE_LESSON)

    assert {span.phase for span in told.phases} >= {Phase.GROUP, Phase.SILENT_WORK, Phase.TRANSITION}
    assert {wait.kind for wait in told.waits} >= {"SR", "SI", "TR"}
