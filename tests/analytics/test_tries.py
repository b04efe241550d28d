"""Pose, pause, name: every row of the table of turns, drawn.

::

    "TTTT?[5.2]TTTT......"    0.1 s a character; tests/lessons/drawn.py has the letters, N a noise
"""

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.thresholds import Thresholds
from analytics.tries import TryCounter
from analytics.try_events import (
    Confirmed,
    Kind,
    Lapsed,
    Pausing,
    PoseEnded,
    RehearsalEvent,
    Reopened,
    Try,
    TrySet,
    Verdict,
    Why,
)
from tests.lessons.drawn import SECONDS, draw

POSE, NAME, REST = "T" * 20, "T" * 5, "." * 12
STEP = 0.02


def hear(text: str, goal: float = 5.0) -> list[RehearsalEvent]:
    """Feed a drawing moment by moment, as an ear would that knows everything 0.24 s late."""
    counter = TryCounter(Thresholds(goal_wait=goal))
    (line,) = draw(text).lines
    events: list[RehearsalEvent] = []
    voice_since = end = 0.0
    before = "."
    for step in range(round(len(line) * SECONDS / STEP)):
        at = step * STEP
        now = line[int(at / SECONDS + 1e-9)]
        if now in "TN" and before not in "TN":
            voice_since = round(at, 3)
        if now not in "TN" and before == "T":
            end = round(at, 3)
        before = now
        since = voice_since if now in "TN" else end
        events += counter.feed(round(at + 0.24, 3), is_voice=now in "TN", since=since)
    return events


def told(text: str, goal: float = 5.0) -> list[tuple[str, object, object]]:
    """What was said about tries and pauses, readings left out."""
    out: list[tuple[str, object, object]] = []
    for event in hear(text, goal):
        match event:
            case Try():
                out.append(("try", event.pause, str(event.verdict)))
            case Confirmed():
                out.append((str(event.kind), event.number, str(event.verdict)))
            case Reopened():
                out.append(("reopened", event.number, None))
            case Lapsed():
                out.append(("lapsed", str(event.why), None))
    return out


SCENES = {
    "pose, five seconds, name": (f"{POSE}[5.3]{NAME}{REST}", [("try", 5.3, "yes"), ("named", 1, "yes")]),
    "a quarter second more or less is neither yes nor no": (
        f"{POSE}[5.2]{NAME}{REST}",
        [("try", 5.2, "borderline"), ("named", 1, "borderline")],
    ),
    "too soon": (f"{POSE}[3.0]{NAME}{REST}", [("try", 3.0, "no"), ("named", 1, "no")]),
    "she goes on asking: a cut pause": (f"{POSE}[2.0]{POSE}{REST}", [("try", 2.0, "no"), ("spoke_on", 1, "cut")]),
    "a name with words behind it, after her goal": (
        f"{POSE}[6.0]{POSE}{REST}",
        [("try", 6.0, "yes"), ("spoke_on", 1, "yes")],
    ),
    "what followed a cut pause is a pose": (
        f"{POSE}[2.0]{POSE}[5.5]{NAME}{REST}",
        [("try", 2.0, "no"), ("spoke_on", 1, "cut"), ("try", 5.5, "yes"), ("named", 2, "yes")],
    ),
    "a phrasing pause is no try": (f"{POSE}[0.9]{POSE}[5.5]{NAME}{REST}", [("try", 5.5, "yes"), ("named", 1, "yes")]),
    "two tries, straight on": (
        f"{POSE}[5.5]{NAME}[2.0]{POSE}[4.0]{NAME}{REST}",
        [("try", 5.5, "yes"), ("named", 1, "yes"), ("try", 4.0, "no"), ("named", 2, "no")],
    ),
    "a pretend reply and praise are no poses": (
        f"{POSE}[5.5]{NAME}[0.8]TTTTTTT[1.5]TTTT[2.0]{POSE}[5.5]{NAME}{REST}",
        [("try", 5.5, "yes"), ("named", 1, "yes"), ("try", 5.5, "yes"), ("named", 2, "yes")],
    ),
    "a reply at once after the name": (
        f"{POSE}[5.5]{NAME}.....TTTTTTTTTT[2.0]{POSE}[5.5]{NAME}{REST}",
        [("try", 5.5, "yes"), ("named", 1, "yes"), ("try", 5.5, "yes"), ("named", 2, "yes")],
    ),
    "a short question soon after a name, once nobody answers it": (
        f"{POSE}[5.5]{NAME}[2.0]TTTT[5.5]{NAME}{REST}",
        [("try", 5.5, "yes"), ("named", 1, "yes"), ("try", 5.5, "yes"), ("named", 2, "yes")],
    ),
    "a long reply is taken for a pose, and the score taken back": (
        f"{POSE}[5.5]{NAME}[0.8]{POSE}[1.5]{POSE}[5.5]{NAME}{REST}",
        [
            *(("try", 5.5, "yes"), ("named", 1, "yes")),
            *(("try", 1.5, "no"), ("spoke_on", 2, "cut")),
            *(("try", 5.5, "yes"), ("named", 3, "yes")),
        ],
    ),
    "a cough that passed for a name": (
        f"{POSE}[3.0]NNN[2.5]{NAME}{REST}",
        [("try", 3.0, "no"), ("reopened", 1, None), ("try", 5.8, "yes"), ("named", 1, "yes")],
    ),
    "a cough just after the pose": (f"{POSE}...NNN[5.0]{NAME}{REST}", [("try", 5.6, "yes"), ("named", 1, "yes")]),
    "a cough between the tries": (
        f"{POSE}[5.5]{NAME}[1.0]NNN[1.0]{POSE}[5.5]{NAME}{REST}",
        [("try", 5.5, "yes"), ("named", 1, "yes"), ("try", 5.5, "yes"), ("named", 2, "yes")],
    ),
    "more than fifteen seconds are no try": (f"{POSE}[16]{NAME}{REST}", [("lapsed", "too_long", None)]),
    "a word to herself before she begins": (
        f"TTTT[2.0]{POSE}[5.5]{NAME}{REST}",
        [("try", 5.5, "yes"), ("named", 1, "yes")],
    ),
    "silence before the first word is nothing": (
        f"[4.0]{POSE}[5.5]{NAME}{REST}",
        [("try", 5.5, "yes"), ("named", 1, "yes")],
    ),
}


@pytest.mark.parametrize(("drawing", "expected"), SCENES.values(), ids=SCENES.keys())
def test_what_is_told(drawing: str, expected: list[tuple[str, object, object]]) -> None:
    assert told(drawing) == expected


def test_her_own_goal_decides() -> None:
    assert told(f"{POSE}[3.0]{NAME}{REST}", goal=2.5)[0] == ("try", 3.0, "yes")
    assert told(f"{POSE}[3.0]{NAME}{REST}", goal=8.0)[0] == ("try", 3.0, "no")


def test_the_ring_fills_each_tenth_and_turns_at_the_goal() -> None:
    readings = [event for event in hear(f"{POSE}[4.0]{NAME}{REST}", goal=3.0) if isinstance(event, Pausing)]

    assert readings[0].silence < 0.45
    assert all(int(two.silence * 10 + 0.01) - int(one.silence * 10 + 0.01) == 1 for one, two in pairwise(readings))
    assert [reading.has_reached_goal for reading in readings] == [reading.silence >= 3.0 for reading in readings]
    assert readings[-1].has_reached_goal


def test_the_end_of_a_pose_is_told_once_a_second_of_silence_has_passed() -> None:
    events = hear(f"{POSE}.....{POSE}[3.0]{NAME}{REST}")
    (ended,) = [event for event in events if isinstance(event, PoseEnded)]

    assert ended.at == pytest.approx(4.5)


def test_missing_sound_gives_the_pause_up() -> None:
    counter = TryCounter()
    counter.feed(1.0, is_voice=True, since=0.2)
    counter.feed(2.0, is_voice=False, since=1.8)

    assert counter.is_pausing
    assert counter.missing(3.0) == [Lapsed(Why.MISSING_SOUND, 3.0)]
    assert not [event for event in counter.feed(6.0, is_voice=True, since=5.8) if isinstance(event, Try)]


def test_a_set_has_median_and_range_and_leaves_out_what_was_cut() -> None:
    tries = TrySet()
    for number, pause in enumerate((5.0, 3.0, 9.0, 1.4), start=1):
        tries.take(Try(number, Verdict.YES, pause, at=10.0 * number, latency=0.2))
    tries.take(Confirmed(4, Kind.SPOKE_ON, Verdict.CUT, at=50.0))
    tries.take(Try(5, Verdict.NO, 2.0, at=60.0, latency=0.2))
    tries.take(Reopened(5, at=60.5))

    assert (tries.median, tries.range, len(tries.named)) == (5.0, (3.0, 9.0), 3)
    assert [each.verdict for each in tries.tries] == ["yes", "yes", "yes", "cut"]
    assert (TrySet().median, TrySet().range) == (None, None)


@given(st.lists(st.tuples(st.integers(3, 40), st.integers(2, 180)), min_size=1, max_size=12))
def test_whatever_is_said_each_try_is_a_silence_that_was_there(turns: list[tuple[int, int]]) -> None:
    text = "".join("T" * voice + "." * silence for voice, silence in turns)
    silences = {round(silence * SECONDS, 3) for _, silence in turns}
    events = hear(text)
    tries = [event for event in events if isinstance(event, Try)]

    assert [each.number for each in tries] == list(range(1, len(tries) + 1))
    for each in tries:
        assert 1.0 <= each.pause <= 15.0
        assert round(each.pause, 3) in silences
        assert each.latency == pytest.approx(0.24)
    confirmed = [event.number for event in events if isinstance(event, Confirmed)]
    assert confirmed == sorted(set(confirmed))


def test_a_score_is_a_value() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Try(1, Verdict.YES, 5.0, 1.0, 0.2).pause = 6.0  # type: ignore[misc]
