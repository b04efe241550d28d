"""A spoken rehearsal, timed by a metronome: how far off the pauses are, how soon they are scored, what is no name.

::

    flite, espeak-ng --> tests/lessons/rehearsed.py --> Rehearsal --> tries, beside the script
"""

import functools
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.detector import LevelDetector, VoiceDetector
from analytics.rehearsal import Rehearsal, RehearsalError
from analytics.thresholds import Thresholds
from analytics.try_events import Confirmed, Kind, Lapsed, Pausing, RehearsalEvent, Reopened, Try, TrySet, Why
from analytics.webrtc_detector import WebrtcDetector
from lesson.sound import RATE_HZ, AudioBlock
from tests.lessons.rehearsed import Cycle, Scene, rehearse
from tests.lessons.sung import blocks

SHORT = Scene(cycles=4, noises=True, seed=5)


def hear(parts: list[AudioBlock], detector: VoiceDetector | None = None, rt60: float = 0.5) -> list[RehearsalEvent]:
    rehearsal = Rehearsal(detector=detector, rt60=rt60)
    return [event for part in parts for event in rehearsal.feed(part)] + rehearsal.finish()


@functools.cache
def scene(which: Scene) -> tuple[NDArray[np.int16], list[Cycle]]:
    return rehearse(which)


@dataclass(frozen=True)
class Scored:
    found: list[tuple[Try, Cycle]]
    """Tries that were kept, each with its cycle."""
    false: list[Try]
    """Kept as named, where nobody was named."""
    latency: list[float]
    """From the true onset of the name, in the sound."""


def score(events: list[RehearsalEvent], cycles: list[Cycle]) -> Scored:
    tries = TrySet()
    for event in events:
        tries.take(event)
    found = [(each, cycle) for cycle in cycles for each in tries.tries if abs(each.at - cycle.name_start) < 0.3]
    hit = {each.number for each, _ in found}
    false = [each for each in tries.named if each.number not in hit]
    return Scored(found, false, [each.at + each.latency - cycle.name_start for each, cycle in found])


@pytest.mark.parametrize(
    ("voice", "snr_db", "rt60"),
    [("flite:slt", 25.0, 0.4), ("flite:rms", 15.0, 0.5), ("espeak:en-gb+f3", 20.0, 0.6)],
)
def test_twenty_cycles_are_timed_and_scored_while_the_name_is_said(voice: str, snr_db: float, rt60: float) -> None:
    samples, cycles = scene(Scene(voice, snr_db, rt60, seed=11))
    scored = score(hear(blocks(samples)), cycles)
    off = [abs(each.pause - cycle.pause) for each, cycle in scored.found]

    assert len(scored.found) >= 18
    assert len(scored.false) <= 1
    assert np.median(off) <= 0.1
    assert np.percentile(off, 90) <= 0.25
    assert np.median(scored.latency) <= 0.26
    assert np.mean(np.array(scored.latency) <= 0.3) >= 0.85


def test_chairs_taps_pages_and_breath_do_not_end_a_pause() -> None:
    noisy, cycles = scene(Scene(cycles=10, replies=False, seed=21))
    scored = score(hear(blocks(noisy)), cycles)

    assert sum(len(cycle.noises) for cycle in cycles) >= 12
    assert scored.false == []
    assert len(scored.found) >= 9


@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=20))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_is_told_whatever_the_blocks_are(sizes: list[int]) -> None:
    samples, _ = scene(SHORT)
    parts, at = [], 0
    while at < samples.size:
        size = sizes[len(parts) % len(sizes)] if len(parts) < 200 else 16_000
        parts.append(AudioBlock(at, samples[at : at + size].astype("<i2").tobytes()))
        at += size

    assert hear(parts) == told_of_short()


@functools.cache
def told_of_short() -> list[RehearsalEvent]:
    return hear(blocks(scene(SHORT)[0]))


def test_an_event_is_told_with_the_block_that_made_it_certain() -> None:
    samples, _ = scene(SHORT)
    rehearsal, heard = Rehearsal(), 0
    for part in blocks(samples):
        heard += part.samples
        for event in rehearsal.feed(part):
            if isinstance(event, Try):
                assert heard / RATE_HZ == pytest.approx(event.at + event.latency, abs=0.021)
    assert any(isinstance(event, Try) for event in told_of_short())


def test_the_ring_stands_where_the_score_will_be() -> None:
    readings = [event for event in told_of_short() if isinstance(event, Pausing | Try)]
    for before, event in pairwise(readings):
        if isinstance(event, Try) and isinstance(before, Pausing):
            assert 0.0 <= before.silence - event.pause <= 0.4


@pytest.mark.parametrize("detector", [WebrtcDetector, LevelDetector], ids=["webrtc", "level"])
def test_any_detector_can_stand_behind_it(detector: type[WebrtcDetector | LevelDetector]) -> None:
    samples, cycles = scene(Scene(cycles=6, noises=False, replies=False, seed=3))
    scored = score(hear(blocks(samples), detector(), rt60=0.0), cycles)

    assert len(scored.found) >= 5
    assert np.median([abs(each.pause - cycle.pause) for each, cycle in scored.found]) <= 0.2


def test_missing_sound_gives_the_pause_up_and_says_so() -> None:
    samples, cycles = scene(Scene(cycles=2, noises=False, replies=False, seed=3))
    lost = round((cycles[0].pose_end + 2.0) / 0.02)
    parts = [part for at, part in enumerate(blocks(samples)) if not lost <= at < lost + 25]
    events = hear(parts)

    assert [event.why for event in events if isinstance(event, Lapsed)] == [Why.MISSING_SOUND]
    assert [each.at for each in events if isinstance(each, Try)] == [pytest.approx(cycles[1].name_start, abs=0.15)]


def test_nothing_is_told_of_silence_and_of_noise() -> None:
    random = np.random.default_rng(1)
    events = hear(blocks((random.normal(0, 60, 20 * RATE_HZ)).astype(np.int16)))

    assert not [event for event in events if not isinstance(event, Reopened)]


def test_a_minute_of_nothing_needs_a_new_rehearsal() -> None:
    with pytest.raises(RehearsalError, match="Start the rehearsal again"):
        Rehearsal().feed(AudioBlock(61 * RATE_HZ, bytes(640)))


def test_no_sound_is_kept() -> None:
    samples, _ = scene(SHORT)
    rehearsal = Rehearsal()
    for part in blocks(samples):
        rehearsal.feed(part)
    sound = [value for value in vars(rehearsal).values() if isinstance(value, np.ndarray) and value.dtype == np.int16]

    assert sum(each.size for each in sound) < 0.08 * RATE_HZ


def test_her_goal_is_the_one_that_counts() -> None:
    samples, _ = scene(SHORT)
    rehearsal = Rehearsal(Thresholds(goal_wait=2.0))
    events = [event for part in blocks(samples) for event in rehearsal.feed(part)]

    named = {event.number for event in events if isinstance(event, Confirmed) and event.kind is Kind.NAMED}
    assert {event.verdict for event in events if isinstance(event, Try) and event.number in named} == {"yes"}
