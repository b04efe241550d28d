"""Waits scored by hand on drawn lessons: `.` is silence of a tenth of a second, s an SR wait, i an SI wait.

::

    truth "..ssssssssss....."      SR from 0.2 s, 1.0 s long
    told  "...sssssssss....."      SR from 0.3 s, 0.9 s long: found, 0.1 s short
"""

import itertools
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waitwise.evaluate.calibration import calibration_error, reliability
from waitwise.evaluate.events import Counts, Events, percentile, score_events
from waitwise.evaluate.lessons import Event

KINDS = {"s": ("SR", "answered"), "i": ("SI", "continued"), "r": ("TR", "teacher")}


def waits(drawing: str, conf: float | None = None) -> list[Event]:
    found, at = [], 0
    for letter, run in itertools.groupby(drawing):
        length = len(list(run))
        if letter in KINDS:
            kind, outcome = KINDS[letter]
            found.append(Event(kind, round(at / 10, 3), round(length / 10, 3), outcome, conf))
        at += length
    return found


# truth, told, (true, told, found) at 0.25 s
SCENES = {
    "the same": ("..ssssssssss...", "..ssssssssss...", (1, 1, 1)),
    "a little late": ("..ssssssssss...", "...sssssssss...", (1, 1, 1)),
    "nothing true, nothing told": ("......", "......", (0, 0, 0)),
    "nothing told": ("..ssssssssss...", "...............", (1, 0, 0)),
    "nothing true": ("...............", "..ssssssssss...", (0, 1, 0)),
    "the same place, another kind": ("..ssssssssss...", "..iiiiiiiiii...", (1, 1, 0)),
    "no wait time 1 at all": ("..rrrrrrrrrr...", "..rrrrrrrrrr...", (0, 0, 0)),
    "two told for one true": ("..sssssssssssss", "..ssss.ssssssss", (1, 2, 0)),
    "two told, one alike enough": ("..ssssssssss....", "..ssssssss.s....", (1, 2, 1)),
    "one told for two true": ("..sssss.sssss..", "..sssssssssss..", (2, 1, 0)),
    "onset at reach: 0.25 s + a tenth of 1.5 s": (
        "sssssssssssssss....",
        "....sssssssssss....",
        (1, 1, 1),
    ),
    "onset beyond reach": ("sssssssssssssss....", ".....ssssssssss....", (1, 1, 0)),
    "exactly half in common": ("ssssssssss.", "sssss......", (1, 1, 1)),
    "less than half in common": ("ssssssssss.", "ssss.......", (1, 1, 0)),
    "an answer in two kinds at once": ("..ssss....iiii", "..iiii....iiii", (2, 2, 1)),
}


@pytest.mark.parametrize(("truth", "told", "counts"), SCENES.values(), ids=SCENES)
def test_what_is_found(truth: str, told: str, counts: tuple[int, int, int]) -> None:
    assert score_events(waits(truth), waits(told), 60.0).counts[0.25] == Counts(*counts)


def test_of_two_that_would_do_the_more_alike_is_the_one() -> None:
    truth = [Event("SR", 10.0, 3.0, "answered")]
    told = [Event("SR", 10.2, 2.0, "answered"), Event("SR", 10.1, 2.8, "answered")]

    events = score_events(truth, told, 60.0)

    assert events.counts[0.25] == Counts(true=1, told=2, found=1)
    assert events.lengths == ((3.0, 2.8),)
    assert events.errors == (pytest.approx(-0.2),)


@pytest.mark.parametrize(
    ("late", "found"),
    [
        (0.29, (0, 1, 1)),
        (0.19, (1, 1, 1)),
        (0.21, (0, 1, 1)),
        (0.49, (0, 1, 1)),
        (0.51, (0, 0, 1)),
        (0.99, (0, 0, 1)),
        (1.01, (0, 0, 0)),
    ],
)
def test_each_tolerance_has_its_own_edge(late: float, found: tuple[int, int, int]) -> None:
    """A wait of 6 s reaches the caps: 0.2, 0.5 and 1.0 s, twice the tolerance."""
    truth, told = [Event("SR", 5.0, 6.0, "answered")], [Event("SR", 5.0 + late, 6.0, "answered")]

    counts = score_events(truth, told, 60.0).counts

    assert tuple(counts[tolerance].found for tolerance in (0.1, 0.25, 0.5)) == found


def test_figures_of_a_small_lesson_by_hand() -> None:
    """Three true (SR 1.0, SR 2.0, SI 1.2 s), three told: the first too long, the SI exact, one false, one missed."""
    truth = [Event("SR", 10, 1.0, "answered"), Event("SR", 20, 2.0, "choral"), Event("SI", 30, 1.2, "named")]
    told = [
        Event("SR", 10, 1.2, "answered", 0.9),
        Event("SI", 30, 1.2, "continued", 0.8),
        Event("SI", 40, 1.0, "continued", 0.6),
    ]

    events = score_events(truth, told, 360.0)

    usual = events.counts[0.25]
    assert (usual.precision, usual.recall, usual.f1) == (pytest.approx(2 / 3),) * 3
    assert events.errors == (pytest.approx(0.2), pytest.approx(0.0))
    assert events.gaps == (pytest.approx(0.2), math.inf)
    assert (percentile(events.gaps, 50), percentile(events.gaps, 90)) == (pytest.approx(0.2), math.inf)
    assert events.false_per_hour == pytest.approx(10)
    assert events.conf == ((0.9, True), (0.8, True), (0.6, False))
    assert events.outcomes == {
        ("answered", "answered"): 1,
        ("named", "continued"): 1,
        ("choral", "missed"): 1,
        ("not there", "continued"): 1,
    }
    assert events.by_kind == {"SI": Counts(1, 2, 1), "SR": Counts(2, 1, 1)}


def test_an_answer_told_as_her_own_is_one_confusion_in_outcomes_and_no_find() -> None:
    events = score_events(waits("..ssssssssss.."), waits("..iiiiiiiiii.."), 60.0)

    assert events.outcomes == {("answered", "continued"): 1}
    assert events.gaps == (math.inf,)


def test_nothing_true_has_no_recall_and_nothing_told_no_precision() -> None:
    none = score_events([], [], 60.0)

    assert (none.counts[0.25].precision, none.counts[0.25].recall, none.counts[0.25].f1) == (None, None, None)
    assert (none.gaps, percentile(none.gaps, 50)) == ((), None)


def test_two_lessons_are_added_before_a_ratio_is_made() -> None:
    good, bad = score_events(waits("..sss."), waits("..sss."), 1800.0), score_events(waits("..sss.sss"), [], 1800.0)

    both = good + bad

    assert both.counts[0.25] == Counts(true=3, told=1, found=1)
    assert both.counts[0.25].f1 == pytest.approx(0.5)
    assert both.hours == pytest.approx(1.0)
    assert Events() + good == good


lengths = st.floats(0.2, 14.0)
rows = st.lists(st.tuples(st.sampled_from(["SR", "SI"]), st.floats(0.1, 20.0), lengths), max_size=12)


def _row(drawn: list[tuple[str, float, float]]) -> list[Event]:
    found, at = [], 0.0
    for kind, pause, length in drawn:
        found.append(Event(kind, at + pause, length, "answered", 0.5))
        at += pause + length
    return found


@given(rows, rows)
def test_f1_has_bounds(one: list[tuple[str, float, float]], other: list[tuple[str, float, float]]) -> None:
    for counts in score_events(_row(one), _row(other), 600.0).counts.values():
        assert 0 <= counts.found <= min(counts.true, counts.told)
        assert counts.f1 is None or 0 <= counts.f1 <= 1


@given(st.lists(st.tuples(st.floats(0.1, 20.0), st.floats(-0.1, 0.1)), max_size=12))
def test_f1_does_not_care_which_of_the_two_is_the_truth(drawn: list[tuple[float, float]]) -> None:
    """Of waits of one length: the reach grows with the true one."""
    one = _row([("SR", pause, 2.0) for pause, _ in drawn])
    other = [Event("SR", wait.start + late, 2.0, "answered") for wait, (_, late) in zip(one, drawn, strict=True)]

    there, back = score_events(one, other, 600.0), score_events(other, one, 600.0)

    assert [counts.f1 for counts in there.counts.values()] == [counts.f1 for counts in back.counts.values()]


@given(rows)
def test_a_perfect_copy_scores_one(drawn: list[tuple[str, float, float]]) -> None:
    events = score_events(_row(drawn), _row(drawn), 600.0)

    assert all(counts.f1 in {None, 1.0} for counts in events.counts.values())
    assert set(events.errors) <= {0.0}
    assert set(events.gaps) <= {0.0}


@given(st.lists(st.tuples(st.just("SR"), st.floats(3.0, 20.0), st.floats(0.2, 2.0)), min_size=1, max_size=12))
def test_all_told_later_than_any_tolerance_scores_zero(drawn: list[tuple[str, float, float]]) -> None:
    """Onsets lie 3 s or more from the next wait, and 1.01 s is beyond the reach of 1.0 s."""
    truth = _row(drawn)
    told = [Event(wait.kind, wait.start + 1.01, wait.length, wait.outcome) for wait in truth]

    assert {counts.found for counts in score_events(truth, told, 600.0).counts.values()} == {0}


def test_a_reply_of_the_teacher_has_a_length_too_and_a_missed_one_is_infinite() -> None:
    events = score_events(waits("..rrrrrrrrrr...rrrrr"), waits("..rrrrrrrrr........."), 60.0)

    assert events.lengths_2 == ((1.0, 0.9),)
    assert events.gaps_2 == (pytest.approx(0.1), math.inf)
    assert (events.lengths, events.gaps) == ((), ())


@pytest.mark.parametrize(
    ("conf", "told", "babble", "counts"),
    [
        (0.8, "..iiiiiiiiii", [(1.0, 5.0)], (1, 1)),
        (0.79, "..iiiiiiiiii", [(1.0, 5.0)], (1, 0)),
        (0.9, "..ssssssssss", [(1.0, 5.0)], (1, 0)),
        (0.9, "..iiiiiiiiii", [(1.2, 5.0)], (0, 0)),
        (0.9, "..iiiiiiiiii", [], (0, 0)),
    ],
    ids=["sure and wrong", "not so sure", "sure and right", "beside the babble", "no babble"],
)
def test_sure_and_wrong_in_babble(
    conf: float, told: str, babble: list[tuple[float, float]], counts: tuple[int, int]
) -> None:
    """True is an answer at the same place."""
    events = score_events(waits("..ssssssssss"), waits(told, conf), 60.0, babble)

    assert (events.in_babble, events.sure_and_wrong) == counts


def test_bins_of_a_reliability_diagram_leave_out_what_was_never_said() -> None:
    assert reliability([(1.0, True), (0.95, False), (0.2, False)]) == [(0.2, 0.0, 1), (0.975, 0.5, 2)]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ([], None),
        ([(1.0, True)], 0.0),
        ([(1.0, False)], 1.0),
        ([(0.75, True), (0.75, False)], 0.25),
        # Two bins: .9 of which all are so (off .1), .3 of which none is (off .3), equally many.
        ([(0.9, True), (0.3, False)], 0.2),
    ],
    ids=json.dumps,
)
def test_calibration_by_hand(said: list[tuple[float, bool]], error: float | None) -> None:
    assert calibration_error(said) == (None if error is None else pytest.approx(error))
