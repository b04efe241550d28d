"""What holds for every lesson anybody could draw."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.account import time_waits
from analytics.intervals import intervals
from analytics.phases import phase_at
from analytics.room import Room
from analytics.states import cover
from analytics.summary import summarise, talk_ratio
from analytics.thresholds import Thresholds
from analytics.turns import turns
from lesson.talk import IntervalKind, Ipu, Outcome, Phase, Role, WaitTime
from tests.lessons.drawn import Drawn, draw

LESSON = "0123456789abcdef0123456789abcdef"
LIMITS = Thresholds()
SPEAKING = {Role.TEACHER, Role.PUPIL, Role.CHORAL, Role.UNKNOWN, Role.AV}

letters = st.lists(st.tuples(st.sampled_from("TTTPPQCUNV....,G"), st.integers(1, 40)), min_size=1, max_size=40).map(
    lambda runs: "".join(who * length for who, length in runs)
)
lessons = letters.map(draw)
duets = st.tuples(letters, letters).map(
    lambda lines: draw("\n".join(line.replace("G", ".").replace(",", ".") for line in lines))
)


def timed(drawn: Drawn) -> list[WaitTime]:
    return time_waits(drawn.ipus, drawn.phases, LESSON, thresholds=LIMITS, room=Room(), duration=drawn.duration)


@given(lessons)
def test_a_wait_is_silence(drawn: Drawn) -> None:
    for wait in timed(drawn):
        if wait.outcome is Outcome.TO_SILENT_WORK:
            # Drawn silent work may be shorter than any real one.
            continue
        start, end = wait.t_end + 1e-6, wait.t_end + wait.offered_wait - 1e-6
        assert not [ipu for ipu in drawn.ipus if ipu.role in SPEAKING and ipu.start < end and ipu.end > start]


@given(lessons)
def test_every_wait_starts_where_the_teacher_stops_in_whole_class(drawn: Drawn) -> None:
    ends = {ipu.end for ipu in drawn.ipus if ipu.role is Role.TEACHER}
    for wait in timed(drawn):
        assert wait.t_end in ends
        assert wait.phase is Phase.WHOLE_CLASS


@given(duets)
def test_outcomes_and_silences_agree(drawn: Drawn) -> None:
    for wait in timed(drawn):
        assert (wait.outcome is Outcome.OVERLAPPED) == (wait.offered_wait < 0)
        assert wait.longest_silence >= wait.offered_wait
        assert wait.offered_wait <= LIMITS.max_wait
        assert 0 <= wait.conf <= wait.p_role <= 1
        if wait.kind is IntervalKind.SI and wait.outcome is not Outcome.TO_SILENT_WORK:
            assert wait.offered_wait >= LIMITS.phrase_pause_max
        if wait.time_to_answer is not None:
            assert wait.time_to_answer >= wait.offered_wait - 1e-9
        if wait.outcome is Outcome.NAMED:
            assert wait.pause_before_name == wait.offered_wait


@given(duets)
def test_every_answered_wait_is_an_interval_too(drawn: Drawn) -> None:
    found = intervals(drawn.ipus, lambda at: phase_at(drawn.phases, at), LIMITS)
    kept = {(gap.t_end, round(gap.offered_wait, 6)) for gap in found if gap.kind is IntervalKind.SR}
    for wait in timed(drawn):
        if wait.outcome in {Outcome.ANSWERED, Outcome.CHORAL, Outcome.OVERLAPPED}:
            assert (wait.t_end, round(wait.offered_wait, 6)) in kept


@given(duets)
def test_states_cover_the_lesson_without_a_hole_and_shares_add_up(drawn: Drawn) -> None:
    states = cover(drawn.duration, drawn.ipus, drawn.phases)
    assert states[0].start == 0
    assert states[-1].end == pytest.approx(drawn.duration)
    for one, two in pairwise(states):
        assert one.end == two.start
        assert one.role is not two.role
    _adds_up(drawn)


@given(lessons)
def test_shares_add_up_with_group_and_silent_work(drawn: Drawn) -> None:
    _adds_up(drawn)


def _adds_up(drawn: Drawn) -> None:
    talk = talk_ratio(cover(drawn.duration, drawn.ipus, drawn.phases), drawn.phases)
    shares = (
        talk.teacher_share_of_lesson,
        talk.pupil_share_of_lesson,
        talk.overlap_share,
        talk.silence_share,
        talk.group_share,
        talk.silent_work_share,
        talk.av_share,
        talk.unknown_share,
    )
    assert sum(shares) == pytest.approx(1)
    assert all(share >= 0 for share in shares)


@given(lessons)
@settings(max_examples=50)
def test_a_summary_never_counts_what_is_no_wait(drawn: Drawn) -> None:
    found = timed(drawn)
    gaps = intervals(drawn.ipus, lambda at: phase_at(drawn.phases, at), LIMITS)
    states = cover(drawn.duration, drawn.ipus, drawn.phases)
    summary = summarise(found, gaps, states, drawn.phases, turns(drawn.ipus, LIMITS), thresholds=LIMITS)

    assert summary.waits.n <= summary.waits.n_all <= len(found)
    assert (summary.waits.median is None) == (summary.waits.n < LIMITS.min_events_for_summary)
    assert sum(summary.outcomes.values()) == len(found)


@given(lessons, st.data())
def test_turns_change_sides(drawn: Drawn, data: st.DataObject) -> None:
    found = turns([ipu for ipu in drawn.ipus if ipu.role is not Role.NOISE], LIMITS)
    for one, two in pairwise(found):
        assert one.role is not two.role
    assert sum(turn.n_ipus for turn in found) <= len(drawn.ipus)


def test_an_ipu_may_follow_an_overlap() -> None:
    ipus = [Ipu(Role.TEACHER, 0, 2), Ipu(Role.PUPIL, 1, 4), Ipu(Role.TEACHER, 3, 5)]
    assert [state.role for state in cover(5.0, ipus, [])] == ["teacher", "overlap", "pupil", "overlap", "teacher"]
