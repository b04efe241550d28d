"""A teacher's corrections make later probabilities truer, and a handful of them does no harm.

::

    simulated teachers   said 0.9, right in 70 of 100      20 ... 300 labels      then 2000 events nobody labelled
"""

import dataclasses
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.calibration import MOST_PAIRS, NO_SCALE, Calibration, Measure, Pair, Scale, calibrated, fit, pairs_of
from analytics.corrections import corrected
from lesson.labels import label_of
from lesson.talk import Account, EventLabel, Flag, WaitTime
from lesson.wire import WireError
from tests.lessons.drawn import draw
from tests.lessons.drawn_account import account_of
from waitwise.evaluate.calibration import calibration_error

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HONEST, TOO_SURE, BACKWARD = Scale(), Scale(0.5, -0.6), Scale(1.0, -1.5)
"""What is true of an event, from what was said of it."""


def labelled(truth: Scale, count: int, seed: int) -> list[tuple[float, bool]]:
    """Probabilities as they are told of events, mostly high, and what is so."""
    random = np.random.default_rng(seed)
    said = random.beta(5, 1.5, count)
    return [(float(one), bool(random.random() < _true(truth, float(one)))) for one in said]


def _true(truth: Scale, said: float) -> float:
    return Scale(truth.slope, truth.shift + 1e-12)(said)


def distance(truth: Scale, scale: Scale) -> float:
    """How far, on average, what is said with a scale is from what is so: without the chance of drawing events."""
    said = np.random.default_rng(99).beta(5, 1.5, 500)
    return float(np.mean([abs(scale(float(one)) - _true(truth, float(one))) for one in said]))


@given(st.integers(1, 200), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_labels_do_no_harm_where_we_were_right(count: int, seed: int) -> None:
    assert distance(HONEST, fit(labelled(HONEST, count, seed))) < 0.08


@pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 30])
def test_a_handful_of_labels_does_the_least(count: int) -> None:
    moved = [distance(HONEST, fit(labelled(HONEST, count, seed))) for seed in range(30)]

    assert max(moved) < 0.05
    assert np.mean(moved) < 0.02


@pytest.mark.parametrize("truth", [TOO_SURE, BACKWARD], ids=["too sure", "always too high"])
@pytest.mark.parametrize("count", [1, 3, 5, 10, 30])
def test_where_we_were_wrong_even_few_labels_do_not_make_it_worse(truth: Scale, count: int) -> None:
    before = distance(truth, NO_SCALE)
    after = [distance(truth, fit(labelled(truth, count, seed))) for seed in range(40)]

    assert np.mean(after) < before
    assert np.percentile(after, 95) < before + 0.03


@pytest.mark.parametrize(
    ("truth", "before", "after"), [(TOO_SURE, 0.2, 0.07), (BACKWARD, 0.25, 0.11)], ids=["too sure", "always too high"]
)
def test_two_hundred_labels_bring_the_expected_calibration_error_down(
    truth: Scale, before: float, after: float
) -> None:
    errors = []
    for seed in range(10):
        scale = fit(labelled(truth, 200, seed))
        held_out = labelled(truth, 2000, 1000 + seed)
        errors.append(
            (
                calibration_error(held_out) or 0.0,
                calibration_error([(scale(said), is_so) for said, is_so in held_out]) or 0.0,
            )
        )

    assert min(was for was, _ in errors) > before
    assert np.mean([now for _, now in errors]) < after


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40), st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None)
def test_what_was_likelier_stays_likelier(pairs: list[tuple[float, bool]], one: float, other: float) -> None:
    scale = fit(pairs)
    low, high = sorted((one, other))

    assert 0 <= scale(low) <= scale(high) <= 1


def test_labels_that_say_the_opposite_of_us_never_turn_the_order_round() -> None:
    backwards = fit([(0.95, False), (0.05, True)] * 300)

    assert 0 < backwards.slope < 0.2
    assert backwards(0.9) > backwards(0.1)


def test_without_labels_nothing_changes() -> None:
    assert fit([]) == NO_SCALE
    assert [NO_SCALE(said) for said in (0.0, 0.3, 1.0)] == [0.0, 0.3, 1.0]


@given(st.integers(1, 30))
def test_more_labels_that_agree_move_it_further(count: int) -> None:
    assert fit([(0.8, False)] * (count + 1))(0.8) < fit([(0.8, False)] * count)(0.8) < 0.8


# From labels to pairs, from pairs to a later lesson.


def lesson(seed: int = 0) -> Account:
    """Two events whose `p_q`, `p_role` and `conf` are known."""
    account = account_of(draw("TTTT?[1.2]PPPP....TTTT?[2.0]TTTTTTTTTTTTTTT"), f"{seed:032x}")
    assert len(account.waits) == 2
    first, second = account.waits
    return dataclasses.replace(
        account,
        waits=(
            dataclasses.replace(first, p_q=0.9, p_role=0.8, conf=0.7),
            dataclasses.replace(second, p_q=None, p_role=0.72, conf=0.6),
        ),
    )


def say(account: Account, *words: str) -> Account:
    labels = [
        EventLabel(wait.event_id, NINE, label_of(word))
        for wait, word in zip(account.waits, words, strict=False)
        if word
    ]
    return corrected(account, labels)


SAID = {
    "a question, so her ears were there": (
        ("question",),
        {("p_q", 0.9, True), ("p_role", 0.8, True), ("conf", 0.7, True)},
    ),
    "no question says nothing of roles": (("not-a-question",), {("p_q", 0.9, False)}),
    "another voice": (("me",), {("p_role", 0.8, False), ("conf", 0.7, False)}),
    "the voice that was heard": (("pupil",), {("p_role", 0.8, True), ("conf", 0.7, True)}),
    "another voice before": (("before-was-pupil",), {("p_role", 0.8, False), ("conf", 0.7, False)}),
    "it went on otherwise, by the same voice": (("", "asked-again"), {("p_role", 0.72, True), ("conf", 0.6, True)}),
    "nothing measured a question": (("", "not-a-question"), set()),
    "taken back": (("as-heard",), set()),
}


@pytest.mark.parametrize(("words", "expected"), SAID.values(), ids=SAID.keys())
def test_what_a_label_says_of_our_probabilities(words: tuple[str, ...], expected: set[tuple[str, float, bool]]) -> None:
    pairs = pairs_of(say(lesson(), *words))

    assert {(pair.measure.value, pair.said, pair.is_so) for pair in pairs} == expected


def test_the_same_lesson_again_teaches_nothing_new_and_a_changed_mind_replaces() -> None:
    account = lesson()
    once = Calibration().learn(say(account, "me"))

    assert once.learn(say(account, "me")) == once
    assert {pair.is_so for pair in once.learn(say(account, "pupil")).pairs} == {True}
    assert once.learn(say(account, "as-heard")).pairs == ()


def test_what_was_learnt_is_applied_to_a_later_lesson() -> None:
    learnt = Calibration()
    for seed in range(1, 120):
        learnt = learnt.learn(say(lesson(seed), "me,not-a-question"))
    later = lesson()
    now = calibrated(later, learnt)

    assert now.waits[0].p_q is not None
    assert now.waits[0].p_q < 0.6
    assert now.waits[0].p_role < 0.65
    assert now.waits[0].conf <= now.waits[0].p_role
    roles_only = Calibration(pairs=tuple(pair for pair in learnt.pairs if pair.measure is Measure.P_ROLE))
    assert calibrated(later, roles_only).waits[0].conf == calibrated(later, roles_only).waits[0].p_role, "never surer"
    assert now.waits[1].p_q is None
    assert all(Flag.ROLE_WEAK in wait.flags for wait in now.waits)
    assert [_heard(wait) for wait in now.waits] == [_heard(wait) for wait in later.waits], "no wait moves"
    assert calibrated(later, Calibration()) == later
    assert calibrated(now, learnt) == now, "a second time changes nothing"
    assert pairs_of(say(now, "me")) == pairs_of(say(later, "me")), (
        "we learn from what was said, not from what was made of it"
    )
    sure = calibrated(say(now, "pupil"), learnt).waits[0]
    assert (sure.p_role, Flag.ROLE_WEAK in sure.flags) == (1.0, False), "what a person said is not scaled"


def _heard(wait: WaitTime) -> tuple[object, ...]:
    return wait.event_id, wait.kind, wait.t_end, wait.offered_wait, wait.outcome, wait.usable


def test_it_travels_and_stays_small() -> None:
    pairs = tuple(Pair(f"{n:032x}", Measure.P_ROLE, 0.8, n % 3 > 0) for n in range(MOST_PAIRS + 50))
    learnt = Calibration(pairs=pairs).learn(say(lesson(10**6), "me"))

    assert Calibration.decode(learnt.encode()) == learnt
    assert sum(pair.measure is Measure.P_ROLE for pair in learnt.pairs) == MOST_PAIRS
    assert learnt.pairs[-2].said == 0.8
    assert len(learnt.encode()) < 100_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'{"schema":"2.0.0","pairs":[]}',
        b'{"schema":"1.0.0","pairs":[{"event_id":"a","measure":"p_q","said":1.5,"is_so":true}]}',
    ],
)
def test_what_is_no_calibration_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        Calibration.decode(data)
