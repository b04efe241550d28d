"""Every row of the tables of elicitations and edge rules, drawn.

::

    "TTTT?....PPPP"    0.1 s a character; tests/lessons/drawn.py has the letters
"""

import dataclasses

import pytest

from analytics.account import time_waits
from analytics.room import Room
from analytics.thresholds import Thresholds
from analytics.waits import WaitTimer
from lesson.talk import Basis, Flag, Ipu, Outcome, Phase, Role, WaitTime
from tests.lessons.drawn import draw

LESSON = "0123456789abcdef0123456789abcdef"
LIMITS = Thresholds()
NO_QUESTIONS = Thresholds(question=2.0)
"""Rows of the table that need no question model: nothing is surer than 1."""


def waits(text: str) -> list[WaitTime]:
    drawn = draw(text)
    return time_waits(drawn.ipus, drawn.phases, LESSON, thresholds=NO_QUESTIONS, room=Room(), duration=drawn.duration)


def told(text: str) -> list[tuple[str, float, str]]:
    return [(wait.kind, round(wait.offered_wait, 3), wait.outcome) for wait in waits(text)]


SCENES = {
    "a pupil answers": ("TTTT?....PPPP", [("SR", 0.4, "answered")]),
    "a one-word answer counts": ("TTTT?....PP..TT", [("SR", 0.4, "answered")]),
    "the class answers together": ("TTTT?......CCCC", [("SR", 0.6, "choral")]),
    "a pupil starts before she ends": ("TTTTTT\n    PPPPPP", [("SR", -0.2, "overlapped")]),
    "a pupil follows at once: a latch, no wait": ("TTTT?.PPPP", []),
    "she goes on after a second": ("TTTT?..........TTTT", [("SI", 1.0, "continued")]),
    "a phrasing pause is no wait": ("TTTT.........TTTT", []),
    "pose, pause, name": (
        "TTTTTT?[3.0]TTTTT.....PPPPPP",
        [("SI", 3.0, "named"), ("SR", 0.5, "answered")],
    ),
    "too many words for a name": (
        "TTTTTT?[3.0]TTTTTTTTTTTTTTT.....PPPPPP",
        [("SI", 3.0, "continued"), ("SR", 0.5, "answered")],
    ),
    "a name, and nobody for three seconds": (
        "TTTTTT?[3.0]TTTTT[3.0]PPPPPP",
        [("SI", 3.0, "continued"), ("SR", 3.0, "answered")],
    ),
    "a name, and an answer at once": ("TTTTTT?[2.0]TTTTT.PPPPPP", [("SI", 2.0, "named")]),
    "she sets group work": ("TTTT?[2.0]" + "G" * 300, [("SR", 2.0, "to_group")]),
    "she sets silent work": ("TTTT?" + "," * 300 + "TTT", [("SI", 15.0, "to_silent_work")]),
    "group work long after her last word was not set by it": ("TTTT?[16]" + "G" * 300, [("SI", 15.0, "none")]),
    "nobody says anything for fifteen seconds": ("TTTT?[16]TTTT", [("SI", 15.0, "none")]),
    "the lesson ends in silence": ("TTTT?[16]", [("SI", 15.0, "none")]),
    "the lesson ends before anything is certain": ("TTTT?[5]", []),
    "inside group work nothing is a wait": ("G" * 300 + "TTTT....PPPP....TTTT", [("SR", 0.4, "answered")]),
    "a backchannel does not end her turn": ("TTTTT.PP.TTTTTT......PPPP", [("SR", 0.6, "answered")]),
    "a backchannel over her voice": ("TTTTTTTTTTTT......PPPP\n     PP", [("SR", 0.6, "answered")]),
    "a short answer is no backchannel": ("TTTT?......PPP..TTTT", [("SR", 0.6, "answered")]),
    "a chair does not end a silence": ("TTTT?.....NNN.....PPPP", [("SR", 1.3, "answered")]),
    "what we could not hear is no silence": ("TTTT?[2.0]UUUU[2.0]TTTT", [("SI", 2.0, "none")]),
    "a film is nobody's answer": ("TTTT?....VVVVVVVV", []),
    "a film is no silence": ("TTTT?....VVVVVVVV....TTTT", []),
    "pupil to pupil is no wait of hers": ("PPPP......QQQQ....TTTT", []),
}


@pytest.mark.parametrize(("drawing", "expected"), SCENES.values(), ids=SCENES.keys())
def test_what_is_told(drawing: str, expected: list[tuple[str, float, str]]) -> None:
    assert told(drawing) == expected


def test_an_answer_has_its_length_and_wait_time_two() -> None:
    (wait,) = waits("TTTT?......PPPPPPPP..PPPP.....TTTT")

    assert wait.t_end == pytest.approx(0.5)
    assert wait.answer_len == pytest.approx(1.4)
    assert wait.wait2 == pytest.approx(0.5)


def test_an_answer_nobody_takes_up_has_no_wait_time_two() -> None:
    (wait,) = waits("TTTT?......PPPPPPPP")

    assert wait.answer_len == pytest.approx(0.8)
    assert wait.wait2 is None


def test_her_interruption_makes_wait_time_two_negative() -> None:
    (wait,) = waits("TTTT?......PPPPPPPP\n                  TTTTTTT")

    assert wait.wait2 == pytest.approx(-0.1)


def test_pose_pause_name_keeps_its_two_pauses_apart() -> None:
    named, answered = waits("TTTTTT?[3.0]TTTTT.....PPPPPP")

    assert (named.pause_before_name, named.pause_after_name) == (pytest.approx(3.0), pytest.approx(0.5))
    assert answered.pause_before_name is None
    assert answered.time_to_answer == pytest.approx(3.0 + 0.5 + 0.5)


def test_a_chain_is_timed_from_its_first_question_and_keeps_its_longest_silence() -> None:
    first, second, third = waits("TTTT?[2.0]TTTTTTTTTTTTTTTTTTTT[4.0]TTTTTTTTTTTTTTTTTTT......PPPP")

    assert [wait.time_to_answer for wait in (first, second)] == [None, None]
    assert third.time_to_answer == pytest.approx(2.0 + 2.0 + 4.0 + 1.9 + 0.6)
    assert third.longest_silence == pytest.approx(4.0)
    assert first.longest_silence == pytest.approx(2.0)


def test_an_answer_ends_the_chain() -> None:
    _, answered = waits("TTTT?[2.0]PPPP.....TTTTT......QQQQ")

    assert answered.time_to_answer == pytest.approx(0.6)


def test_a_question_long_after_is_another_chain() -> None:
    _, answered = waits("TTTT?[2.0]" + "T" * 160 + "......PPPP")

    assert answered.time_to_answer == pytest.approx(0.6)


def test_silences_around_speech_are_never_added_up() -> None:
    assert [wait.offered_wait for wait in waits("TT?[2.0]TTTTTTTTTTTTTTT[2.0]TTTT")] == [
        pytest.approx(2.0),
        pytest.approx(2.0),
    ]


def test_without_a_question_model_nothing_is_called_re_asked() -> None:
    for wait in told_with("TTTT?[2.0]TTTT?[2.0]TTTT?....PPP", None, None, None, None):
        assert wait.outcome is not Outcome.REASKED
        assert (wait.basis, wait.p_q, wait.n_reasks) == (Basis.GAP_ONLY, None, 0)


def test_by_time_alone_a_short_question_before_an_answer_is_a_name() -> None:
    timer = WaitTimer(LESSON, LIMITS)
    events: dict[str, WaitTime] = {}
    for ipu in draw("TTTT?[3.0]TTT?.....PPPP").ipus:
        events.update({event.event_id: event for event in timer.feed(ipu, 0.9, Basis.GAP_ONLY)})

    assert [(event.outcome, event.n_reasks) for event in events.values()] == [("named", 0), ("answered", 0)]


def test_an_account_says_how_likely_a_question_was_and_that_only_time_says_so() -> None:
    (wait,) = waits("TTTTTTTTTTTTTTTTTT?[2.0]PPPP")

    assert wait.basis is Basis.GAP_ONLY
    assert wait.p_q is not None
    assert 0 < wait.p_q < 1


def told_with(text: str, *p_qs: float | None) -> list[WaitTime]:
    """What is told when these are the probabilities of the stretches, in order."""
    timer = WaitTimer(LESSON, LIMITS)
    events: dict[str, WaitTime] = {}
    drawn = draw(text)
    for ipu, p_q in zip(drawn.ipus, p_qs, strict=True):
        events.update({event.event_id: event for event in timer.feed(ipu, p_q)})
    events.update({event.event_id: event for event in timer.finish(drawn.duration)})
    return list(events.values())


CHAINS = {
    "she asks again, and a pupil answers": (
        "TTTT?[2.0]TTTT?....PPP",
        (0.9, 0.8, None),
        [("reasked", 0), ("answered", 1)],
    ),
    "she asks again, and the class answers": (
        "TTTT?[2.0]TTTT?....CCC",
        (0.9, 0.8, None),
        [("reasked", 0), ("choral", 1)],
    ),
    "she asks again, and is overlapped": (
        "TTTT?[2.0]TTTTTT\n" + " " * 29 + "PPPP",
        (0.9, 0.8, None),
        [("reasked", 0), ("overlapped", 1)],
    ),
    "she asks again, and nobody answers": ("TTTT?[2.0]TTTT?[16]", (0.9, 0.8), [("reasked", 0), ("none", 1)]),
    "she asks, goes on, asks again": (
        "TTTT?[2.0]TTTT[2.0]TTTT?....PPP",
        (0.9, 0.1, 0.8, None),
        [("continued", 0), ("reasked", 0), ("answered", 1)],
    ),
    "asked again, then a name": (
        "TTTT?[2.0]TTTTTTTTTTTTTTT?[2.0]TTT....PPPP",
        (0.9, 0.8, 0.1, None),
        [("reasked", 0), ("named", 1), ("answered", 1)],
    ),
    "an answer ends the count": (
        "TTTT?[2.0]TTTT?....PPP.....TTTT?....QQQ",
        (0.9, 0.8, None, 0.9, None),
        [("reasked", 0), ("answered", 1), ("answered", 0)],
    ),
    "just under one half is no re-ask": (
        "TTTT?[2.0]TTTTTTTTTTTTTT?....PPP",
        (0.9, 0.499, None),
        [("continued", 0), ("answered", 0)],
    ),
}


@pytest.mark.parametrize(("drawing", "p_qs", "expected"), CHAINS.values(), ids=CHAINS.keys())
def test_chains(drawing: str, p_qs: tuple[float | None, ...], expected: list[tuple[str, int]]) -> None:
    assert [(wait.outcome, wait.n_reasks) for wait in told_with(drawing, *p_qs)] == expected


def test_with_a_question_model_re_asks_are_counted() -> None:
    timer = WaitTimer(LESSON, LIMITS)
    events: dict[str, WaitTime] = {}
    for ipu, p_q in zip(draw("TTTT?[2.0]TTTT?[3.0]TTTT?.....PPP").ipus, (0.9, 0.8, 0.9, None), strict=True):
        events.update({event.event_id: event for event in timer.feed(ipu, p_q)})

    assert [event.outcome for event in events.values()] == ["reasked", "reasked", "answered"]
    assert list(events.values())[-1].n_reasks == 2
    assert {event.basis for event in events.values()} == {Basis.PROSODY}


def test_missing_sound_makes_a_wait_unusable() -> None:
    before, after = draw("TTTT?......PPPP").ipus
    cut = Ipu(after.role, after.start, after.end, flags=frozenset({Flag.GAP_IN_AUDIO}))
    (wait,) = time_waits([before, cut], [], LESSON, thresholds=LIMITS, room=Room(), duration=2.0)

    assert not wait.usable
    assert Flag.GAP_IN_AUDIO in wait.flags


def test_what_we_could_not_hear_makes_a_wait_unusable() -> None:
    (wait,) = waits("TTTT?[2.0]UUUU[2.0]TTTT")

    assert not wait.usable


def test_a_silence_with_voices_behind_it_is_used_and_less_sure() -> None:
    before, after = draw("TTTT?[2.0]PPPP").ipus
    told = []
    for flags in (frozenset[Flag](), frozenset({Flag.BABBLE})):
        timer = WaitTimer(LESSON, LIMITS)
        told += [*timer.feed(before), *timer.feed(dataclasses.replace(after, p_role=0.97, flags=flags))]
    plain, behind = told

    assert [wait.usable for wait in told] == [True, True]
    assert behind.flags == {Flag.BABBLE}
    assert behind.conf < 0.8 < plain.conf


def test_a_doubtful_role_is_flagged() -> None:
    ipus = [Ipu(Role.TEACHER, 0.0, 1.0, 0.95), Ipu(Role.PUPIL, 2.0, 3.0, 0.6)]
    (wait,) = time_waits(ipus, [], LESSON, thresholds=LIMITS, room=Room(), duration=3.0)

    assert Flag.ROLE_WEAK in wait.flags
    assert wait.p_role == pytest.approx(0.6)


def test_group_work_that_is_noticed_late_takes_back_what_looked_like_an_answer() -> None:
    timer = WaitTimer(LESSON, LIMITS)
    events: dict[str, WaitTime] = {}
    for ipu in draw("TTTT?.....PPPPPPPPPPPPPPPP...TTTT....PPPP").ipus:
        events.update({event.event_id: event for event in timer.feed(ipu)})
    assert len(events) == 2

    events.update({event.event_id: event for event in timer.enter(Phase.GROUP, 1.0)})

    first, second = events.values()
    assert (first.outcome, second.phase) == (Outcome.TO_GROUP, Phase.GROUP)


def test_events_of_the_same_lesson_have_the_same_names_and_of_another_lesson_others() -> None:
    drawn = draw("TTTT?....PPPP....TTTT?....QQQQ")

    def names(lesson: str) -> list[str]:
        found = time_waits(drawn.ipus, drawn.phases, lesson, thresholds=LIMITS, room=Room(), duration=drawn.duration)
        return [wait.event_id for wait in found]

    assert names(LESSON) == names(LESSON)
    assert not set(names(LESSON)) & set(names("f" * 32))
    assert len(set(names(LESSON))) == 2


@pytest.mark.parametrize("scene", ["she sets group work", "what we could not hear is no silence"])
def test_what_is_no_wait_is_told_and_in_no_figure(scene: str) -> None:
    drawing, _ = SCENES[scene]

    assert [wait.usable for wait in waits(drawing)] == [False]
