"""Phases last; a few loud seconds are none."""

import numpy as np
import pytest

from analytics.phases import TENTHS, PhaseFollower, find_phases, phase_at
from analytics.thresholds import Thresholds
from lesson.talk import Phase

LIMITS = Thresholds()


def marks(text: str) -> np.ndarray:
    """One character a second."""
    return np.repeat([character == "x" for character in text], TENTHS)


def talk(start: float, end: float) -> list[tuple[float, float]]:
    """Speech with short pauses."""
    return [(at, at + 1.5) for at in np.arange(start, end - 1.5, 2.0).tolist()]


def test_many_voices_for_half_a_minute_are_group_work_from_their_first_word() -> None:
    speech = [*talk(0, 20), (22.0, 56.4), *talk(62, 90)]
    found = find_phases(90.0, marks("." * 26 + "x" * 30 + "." * 34), speech, LIMITS)

    assert [span.phase for span in found] == [Phase.WHOLE_CLASS, Phase.GROUP, Phase.WHOLE_CLASS]
    assert (found[1].start, found[1].end) == (pytest.approx(22.0), pytest.approx(56.4))
    assert (found[0].start, found[-1].end) == (0.0, 90.0)


@pytest.mark.parametrize(
    "speech",
    [
        [(22.0, 55.7), (56.3, 58.0), (58.4, 61.0)],  # after a breath
        [(22.0, 61.0)],  # over the last of them
    ],
)
def test_a_teacher_who_calls_the_class_back_is_no_group_work(speech: list[tuple[float, float]]) -> None:
    speech = [*talk(0, 20), *speech, *talk(62, 90)]
    found = find_phases(90.0, marks("." * 26 + "x" * 30 + "." * 34), speech, LIMITS)

    assert (found[1].phase, found[1].end) == (Phase.GROUP, pytest.approx(56.0))


def test_a_few_seconds_of_many_voices_are_none() -> None:
    found = find_phases(60.0, marks("." * 20 + "x" * 8 + "." * 32), talk(0, 60), LIMITS)

    assert [span.phase for span in found] == [Phase.WHOLE_CLASS]


def test_a_doubt_in_the_middle_does_not_end_group_work() -> None:
    speech = [*talk(0, 18), (20.0, 80.0), *talk(82, 90)]
    found = find_phases(90.0, marks("." * 24 + "x" * 20 + "." * 6 + "x" * 26 + "." * 14), speech, LIMITS)

    assert [span.phase for span in found] == [Phase.WHOLE_CLASS, Phase.GROUP, Phase.WHOLE_CLASS]


def test_twenty_silent_seconds_are_silent_work_and_nineteen_are_not() -> None:
    for seconds, expected in ((20.5, ["whole_class", "silent_work", "whole_class"]), (19.0, ["whole_class"])):
        speech = [(0.0, 10.0), (10.0 + seconds, 60.0)]
        assert [span.phase for span in find_phases(60.0, marks("." * 60), speech, LIMITS)] == expected


def test_a_lesson_without_a_word_is_silent_work() -> None:
    assert [span.phase for span in find_phases(30.0, marks("." * 30), [], LIMITS)] == [Phase.SILENT_WORK]


def test_a_phase_is_looked_up_by_its_moment() -> None:
    found = find_phases(60.0, marks("." * 60), [(0.0, 10.0), (40.0, 60.0)], LIMITS)

    assert [phase_at(found, at) for at in (0.0, 9.9, 10.0, 39.0, 40.0, 60.0)] == [
        "whole_class",
        "whole_class",
        "silent_work",
        "silent_work",
        "whole_class",
        "whole_class",
    ]


def test_live_another_phase_counts_when_it_has_lasted() -> None:
    follower = PhaseFollower(LIMITS)
    closed = [follower.feed(float(now), 30 <= now < 60, None) for now in range(1, 80)]
    spans = [span for span in closed if span is not None]

    assert [(span.phase, span.start) for span in spans] == [("whole_class", 0.0), ("group", 29.0)]
    assert follower.finish(80.0).phase is Phase.WHOLE_CLASS
