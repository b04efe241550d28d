"""What each figure rests on, aspect by aspect: what is weak is named, and nothing makes up for it.

::

    figure + what it was made of  ->  grades, one an aspect, with a sentence where it is not good
"""

import dataclasses
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.evidence import RULES, signal_of
from analytics.intervals import intervals
from analytics.poor_sound import poor_sound
from analytics.resample import rounds, share_range
from analytics.states import cover
from analytics.summary import is_no_question, summarise, talk_ratio, wait_summary
from analytics.thresholds import Thresholds
from analytics.turns import turns
from lesson.evidence import Aspect, Evidence, Grade, Ground, RoleCertainty
from lesson.talk import Flag, HumanLabel, Ipu, Phase, PhaseSpan, PoorSound, Role, State, Summary
from tests.analytics.test_wait_properties import timed
from tests.lessons.drawn import draw

LIMITS = Thresholds()
GOOD, FAIR, WEAK = Grade.GOOD, Grade.FAIR, Grade.WEAK


def grades(evidence: Evidence) -> dict[str, Grade]:
    return {ground.aspect.value: ground.grade for ground in evidence.grounds}


def spread_waits(n: int, median: float = 2.0, spread: float = 0.8) -> list[float]:
    """`n` waits as Rowe's are: log-normal, none of them by chance."""
    normal = statistics.NormalDist()
    return [median * math.exp(spread * normal.inv_cdf((place + 0.5) / n)) for place in range(n)]


SIGNALS = {
    # whole-class time, what is wrong with it, share, grade, what is said
    "all of it heard": ([], 1.0, GOOD, None),
    "a minute of ten missing": (
        [PoorSound(60, 120, frozenset({Flag.GAP_IN_AUDIO}))],
        0.9,
        GOOD,
        None,
    ),
    "two minutes of babble": (
        [PoorSound(60, 180, frozenset({Flag.BABBLE}))],
        0.8,
        FAIR,
        "2 min of 10 min could not be heard well (2 min: other voices behind).",
    ),
    "two faults at once count once, as the worse": (
        [PoorSound(60, 180, frozenset({Flag.LOW_SNR})), PoorSound(120, 300, frozenset({Flag.BABBLE}))],
        0.6,
        WEAK,
        "4 min of 10 min could not be heard well (3 min: other voices behind; 1 min: too noisy).",
    ),
    "what is wrong in group work spoils no wait": (
        [PoorSound(600, 900, frozenset({Flag.CLIPPED}))],
        1.0,
        GOOD,
        None,
    ),
}


@pytest.mark.parametrize(("poor", "share", "grade", "says"), SIGNALS.values(), ids=SIGNALS.keys())
def test_signal(poor: list[PoorSound], share: float, grade: Grade, says: str | None) -> None:
    phases = [PhaseSpan(Phase.WHOLE_CLASS, 0, 600), PhaseSpan(Phase.GROUP, 600, 900)]
    signal = signal_of([State(Role.TEACHER, 0, 900)], phases, poor)
    (ground,) = [each for each in _waits_of([2.0] * 12, 12, signal=signal).grounds if each.aspect is Aspect.SIGNAL]

    assert ground.value == pytest.approx(share)
    assert (ground.grade, ground.says) == (grade, says)


def test_a_stretch_whose_speaker_nobody_knows_was_not_heard_well() -> None:
    signal = signal_of([State(Role.TEACHER, 0, 60), State(Role.UNKNOWN, 60, 90), State(Role.PUPIL, 90, 100)], [], [])

    assert signal.share == pytest.approx(0.7)
    assert signal.reasons == {"we could not tell who spoke": pytest.approx(30.0)}


def _waits_of(waits: list[float], n_all: int, roles: RoleCertainty | None = None, signal: object = None) -> Evidence:
    return wait_summary(waits, n_all, LIMITS, roles, signal).evidence  # type: ignore[arg-type]


WAITS = {
    "a usual lesson": (spread_waits(48), 50, RoleCertainty(0.95, 0.0, 0), [GOOD, GOOD, GOOD, GOOD]),
    "a third of the pauses lost": (spread_waits(48), 72, RoleCertainty(0.95, 0.0, 0), [FAIR, GOOD, GOOD, GOOD]),
    "half of the pauses lost": (spread_waits(48), 96, RoleCertainty(0.95, 0.0, 0), [WEAK, GOOD, GOOD, GOOD]),
    "voices alike": (spread_waits(48), 48, RoleCertainty(0.8, 0.1, 4), [GOOD, FAIR, GOOD, GOOD]),
    "voices hardly told apart": (spread_waits(48), 48, RoleCertainty(0.8, 0.35, 14), [GOOD, WEAK, GOOD, GOOD]),
    "forty pauses leave a little more open than good": (spread_waits(40), 40, None, [GOOD, FAIR, GOOD]),
    "twenty pauses": (spread_waits(20), 20, RoleCertainty(0.95, 0.0, 0), [GOOD, GOOD, FAIR, FAIR]),
    "twelve pauses": (spread_waits(12), 12, RoleCertainty(0.95, 0.0, 0), [GOOD, GOOD, FAIR, WEAK]),
    "twelve pauses, very different": (spread_waits(12, spread=1.6), 12, None, [GOOD, WEAK, WEAK]),
    "many pauses, all alike": (spread_waits(60, spread=0.1), 60, None, [GOOD, GOOD, GOOD]),
}


@pytest.mark.parametrize(("waits", "n_all", "roles", "expected"), WAITS.values(), ids=WAITS.keys())
def test_coverage_roles_spread_count(
    waits: list[float], n_all: int, roles: RoleCertainty | None, expected: list[Grade]
) -> None:
    evidence = _waits_of(waits, n_all, roles)

    assert [ground.grade for ground in evidence.grounds] == expected
    for ground in evidence.grounds:
        assert (ground.says is None) == (ground.grade is GOOD)


def test_what_is_weak_is_named_and_comes_first() -> None:
    evidence = _waits_of(spread_waits(12, spread=0.2), 20, RoleCertainty(0.8, 0.25, 3))

    assert evidence.says == (
        "12 of 20 pauses could be measured.",
        "12 pauses are few: from 20 on they say what is usual.",
        "Who spoke is doubtful at 3 of 12 pauses.",
    )


@pytest.mark.parametrize(
    ("n", "says"),
    [
        (0, "No pause could be counted, and under 10 a median says nothing."),
        (1, "Only 1 pause could be counted, and under 10 a median says nothing."),
        (9, "Only 9 pauses could be counted, and under 10 a median says nothing."),
        (10, None),
    ],
)
def test_a_median_of_too_few_is_refused_with_the_reason(n: int, says: str | None) -> None:
    summary = wait_summary([6.0] * n, n, LIMITS)

    assert (summary.median is None, summary.reached_goal is None) == (says is not None, says is not None)
    assert summary.evidence.refused == says
    assert summary.goal_counts.yes == n, "a count is a fact, however few"


def test_counts_and_shares_say_the_same() -> None:
    waits = [2.7, 2.75, 3.0, 3.25, 3.3, 4.7, 4.75, 5.25, 5.26, 9.0]
    summary = wait_summary(waits, 10, LIMITS)

    assert dataclasses.astuple(summary.criterion_counts) == (6, 3, 1)
    assert dataclasses.astuple(summary.goal_counts) == (2, 2, 6)
    assert (summary.reached_goal, summary.borderline_goal) == (0.2, 0.2)


@given(st.lists(st.floats(0, 14.9), max_size=40))
def test_every_wait_is_yes_or_borderline_or_no(waits: list[float]) -> None:
    summary = wait_summary(waits, len(waits), LIMITS)

    assert sum(dataclasses.astuple(summary.criterion_counts)) == len(waits)
    assert sum(dataclasses.astuple(summary.goal_counts)) == len(waits)


@given(st.sets(st.floats(0.2, 14), min_size=20, max_size=60), st.data())
def test_with_fair_coverage_the_true_median_is_in_the_middle_half(seen: set[float], data: st.DataObject) -> None:
    """Why two thirds: whatever the pauses were that nobody could measure."""
    row = sorted(seen)
    lost = data.draw(st.lists(st.floats(0, 15), max_size=len(row) // 2))
    assert RULES["coverage"].grade(len(row) / (len(row) + len(lost))) is not WEAK

    median = float(np.median([*row, *lost]))

    assert row[int(0.25 * len(row)) - 1] <= median <= row[-int(0.25 * len(row))]


def test_no_grade_makes_up_for_another() -> None:
    grounds = [Ground(aspect, 1.0, GOOD) for aspect in Aspect]

    assert Evidence(40, tuple(grounds)).weakest is GOOD
    assert Evidence(40, (*grounds, Ground(Aspect.COUNT, 1.0, WEAK, "few"))).weakest is WEAK
    assert Evidence(9, tuple(grounds), refused="too few").weakest is WEAK
    assert Evidence().weakest is None


@given(st.sampled_from(sorted(RULES)), st.floats(0, 50), st.floats(0, 50))
def test_better_values_never_have_worse_grades(name: str, one: float, two: float) -> None:
    rule, order = RULES[name], [WEAK, FAIR, GOOD]
    worse, better = sorted((one, two), reverse=rule.good < rule.fair)

    assert order.index(rule.grade(better)) >= order.index(rule.grade(worse))


def test_every_rule_says_why() -> None:
    for rule in RULES.values():
        assert rule.source.endswith(".")
        assert (rule.grade(rule.good), rule.grade(rule.fair)) == (GOOD, FAIR)


def lesson_of(text: str, poor: tuple[PoorSound, ...] = (), roles: RoleCertainty | None = None) -> Summary:
    drawn = draw(text)
    states = cover(drawn.duration, drawn.ipus, drawn.phases)
    gaps = intervals(drawn.ipus, lambda _: Phase.WHOLE_CLASS, LIMITS)
    return summarise(
        timed(drawn),
        gaps,
        states,
        drawn.phases,
        turns(drawn.ipus, LIMITS),
        thresholds=LIMITS,
        poor=poor,
        roles=roles,
    )


CYCLE = "TTTTTTTTTTTTTTTTTTTT?[2.0]PPPPPPPPPPPPPPP[1.4]"
"""7 seconds: she talks for 2.1 s, a pupil for 1.5 s."""


def test_the_whole_lesson_is_judged() -> None:
    poor = (PoorSound(0.0, 105.0, frozenset({Flag.GAP_IN_AUDIO})),)
    told = lesson_of(CYCLE * 60, poor, RoleCertainty(0.65, 0.5))

    assert told.waits.evidence.n == 60
    assert grades(told.waits.evidence) == dict.fromkeys(("coverage", "roles", "spread", "count"), GOOD) | {
        "signal": FAIR
    }
    assert grades(told.waits2.evidence)["signal"] is FAIR
    assert grades(told.talk.evidence) == {"signal": FAIR, "roles": WEAK, "spread": GOOD, "count": GOOD}
    assert "Who spoke is doubtful for 50% of the talk." in told.talk.evidence.says


def test_a_short_lesson_has_shares_and_no_interval_and_says_so() -> None:
    talk = lesson_of(CYCLE * 5).talk

    assert talk.teacher_share_of_talk == pytest.approx(2.1 / 3.6)
    assert talk.teacher_share_of_talk_range is None
    assert talk.evidence.refused == (
        "How far the shares may be off cannot be said: the teacher took over 4 times, and 9 are needed."
    )


def test_a_silent_lesson_has_no_share_of_talk() -> None:
    assert lesson_of("." * 6000).talk.evidence.refused == (
        "How far the shares may be off cannot be said: nobody was heard speaking."
    )


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 30)), min_size=10, max_size=80))
def test_an_interval_of_a_share_holds_the_share(blocks: list[tuple[float, float]]) -> None:
    part = np.array([own for own, _ in blocks])
    whole = part + np.array([other for _, other in blocks])
    found = share_range(part, whole)

    assert found is not None
    assert found == share_range(part, whole)
    assert 0 <= found.low <= found.high <= 1
    assert found.low <= (part / whole).max() + 1e-9
    assert found.high >= (part / whole).min() - 1e-9


def test_a_round_is_from_where_she_takes_over_to_where_she_does_again() -> None:
    drawn = draw("..TTTT..TT....PP..PPP..TTT....PPPP\n" + " " * 32 + "TTTT....")
    states = cover(drawn.duration, drawn.ipus, drawn.phases)
    found = rounds(states, {"hers": frozenset({Role.TEACHER, Role.OVERLAP})})

    assert found["lesson"].tolist() == pytest.approx([2.3, 1.1, 0.6])
    assert found["hers"].tolist() == pytest.approx([0.6, 0.5, 0.2])


def test_the_interval_of_her_share_of_talk_is_right_in_nine_of_ten_lessons_or_more() -> None:
    """Lessons of 45 minutes whose turns have the lengths of real transcripts; the truth is the mean of many."""
    random = np.random.default_rng(7)
    drawn = [_talkative_lesson(random) for _ in range(200)]
    true = sum(teacher for teacher, _, _ in drawn) / sum(teacher + pupils for teacher, pupils, _ in drawn)
    ranges = [talk_ratio(states, []).teacher_share_of_talk_range for _, _, states in drawn]
    holds = sum(found is not None and found.low <= true <= found.high for found in ranges)

    assert holds / 200 >= 0.9
    assert holds / 200 < 1.0, "an interval that always holds says nothing"


def _talkative_lesson(random: np.random.Generator) -> tuple[float, float, list[State]]:
    states, at, time = [], 0.0, {Role.TEACHER: 0.0, Role.PUPIL: 0.0}
    while at < 2700.0:
        for role, mean, spread, longest, rate in (
            (Role.TEACHER, 2.86, 1.4, 400, 2.6),
            (Role.PUPIL, 1.49, 1.13, 80, 2.3),
        ):
            length = min(float(random.lognormal(mean, spread)), longest) / rate
            states += [State(role, at, at + length), State(Role.SILENCE, at + length, at + length + 1.0)]
            time[role] += length
            at += length + 1.0
    return time[Role.TEACHER], time[Role.PUPIL], states


def test_poor_sound_is_what_was_flagged_and_what_was_missing() -> None:
    flagged = Ipu(Role.PUPIL, 2.0, 3.0, flags=frozenset({Flag.BABBLE, Flag.GAP_IN_AUDIO, Flag.ROLE_WEAK}))

    assert poor_sound([Ipu(Role.TEACHER, 0, 1), flagged], [(5.0, 5.2)]) == (
        PoorSound(2.0, 3.0, frozenset({Flag.BABBLE})),
        PoorSound(5.0, 5.2, frozenset({Flag.GAP_IN_AUDIO})),
    )


def test_what_a_person_called_no_question_is_in_no_figure() -> None:
    drawn = draw(CYCLE * 12)
    waits = timed(drawn)
    waits[0] = dataclasses.replace(waits[0], human=HumanLabel(is_question=False))
    assert is_no_question(waits[0])
    told = summarise(waits, [], cover(drawn.duration, drawn.ipus, []), [], [], thresholds=LIMITS)

    assert (told.waits.n, told.waits.n_all, sum(told.outcomes.values())) == (11, 11, 11)
