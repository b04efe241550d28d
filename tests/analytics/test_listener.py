"""Sound in, a lesson's account out: the same for any block size, honest about what was missing.

::

    drawn lesson --speak--> samples --blocks--> Listener --> the drawing again
"""

import functools
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.kept import Kept
from analytics.listener import Listener, ListenerError
from analytics.thresholds import Thresholds
from lesson.sound import AudioBlock
from lesson.talk import Account, Flag, Heard, Role
from lesson.wire import from_wire, loads, to_wire
from tests.lessons.spoken import speak
from tests.lessons.sung import blocks

LESSON = "0123456789abcdef0123456789abcdef"
T, P, Q = "T" * 22, "P" * 12, "Q" * 14
SCENE = (
    f"[1.5]{T}....{T}?[1.8]{P}......{T}?[0.8]{Q}.....{T}....{T}?[3.2]{T}......{T}?[0.6]{P}....."
    f"{T}.....{T}?[2.4]TTTT......{Q}......{T}....{T}?[1.2]{P}[1.0]"
)
TRUE_WAITS = [("SR", 1.8), ("SR", 0.8), ("SI", 3.2), ("SR", 0.6), ("SI", 2.4), ("SR", 0.6), ("SR", 1.2)]


@functools.cache
def scene() -> NDArray[np.int16]:
    return speak(SCENE)


def hear(parts: list[AudioBlock]) -> tuple[list[Heard], Account]:
    listener = Listener(LESSON)
    heard = [one for block in parts for one in listener.feed(block)]
    heard += listener.finish()
    return heard, listener.account()


@functools.cache
def heard_scene() -> tuple[list[Heard], Account]:
    return hear(blocks(scene()))


def test_a_drawn_lesson_is_heard_as_drawn() -> None:
    _, account = heard_scene()

    assert [wait.kind for wait in account.waits] == [kind for kind, _ in TRUE_WAITS]
    for wait, (_, seconds) in zip(account.waits, TRUE_WAITS, strict=True):
        assert wait.offered_wait == pytest.approx(seconds, abs=0.15)
    assert account.waits[4].outcome == "named"
    assert all(wait.usable for wait in account.waits)


def test_the_account_covers_the_lesson_and_survives_the_wire() -> None:
    _, account = heard_scene()

    assert account.duration == pytest.approx(scene().size / 16_000)
    assert (account.states[0].start, account.states[-1].end) == (0.0, account.duration)
    for one, two in pairwise(account.states):
        assert one.end == two.start
    assert account.config_hash == Thresholds().config_hash
    assert from_wire(Account, to_wire(account)) == account


def test_live_states_have_no_hole_either() -> None:
    heard, account = heard_scene()
    states = [one.state for one in heard if one.state is not None]

    assert (states[0].start, states[-1].end) == (0.0, pytest.approx(account.duration))
    for one, two in pairwise(states):
        assert one.end == two.start


def test_waits_told_live_keep_their_names_in_the_account() -> None:
    heard, account = heard_scene()
    told = {one.wait.event_id for one in heard if one.wait is not None}

    assert told
    assert told & {wait.event_id for wait in account.waits}
    assert len({wait.event_id for wait in account.waits}) == len(account.waits)


@given(st.lists(st.integers(1, 20_000), min_size=1, max_size=30))
@settings(max_examples=8, deadline=None)
def test_the_same_is_heard_whatever_the_blocks_are(sizes: list[int]) -> None:
    samples, at, parts = scene(), 0, []
    while at < samples.size:
        size = sizes[len(parts) % len(sizes)] if len(parts) < 300 else 16_000
        parts.append(AudioBlock(at, samples[at : at + size].astype("<i2").tobytes()))
        at += size

    assert hear(parts) == heard_scene()


def test_a_hole_in_the_sound_is_counted_and_spoils_only_what_it_touches() -> None:
    parts = blocks(scene())
    start = next(wait.t_end for wait in heard_scene()[1].waits if wait.offered_wait > 3)
    first = round((start + 1.0) / 0.02)
    lost = parts[:first] + parts[first + 50 :]
    _, account = hear(lost)

    assert account.duration == heard_scene()[1].duration
    spoilt = [wait for wait in account.waits if not wait.usable]
    assert spoilt[0].kind == "SI"
    assert all(Flag.GAP_IN_AUDIO in wait.flags for wait in spoilt)
    assert len(spoilt) <= 2
    assert len(account.waits) == len(TRUE_WAITS)


def test_missing_blocks_and_missing_sound_are_the_same() -> None:
    parts = blocks(scene())
    marked = [
        AudioBlock(part.first_sample, bytes(len(part.pcm)), is_missing=True) if 700 <= at < 730 else part
        for at, part in enumerate(parts)
    ]

    assert hear(marked)[1] == hear(parts[:700] + parts[730:])[1]


def test_sound_that_comes_twice_is_heard_once() -> None:
    parts = blocks(scene())

    assert hear(parts[:500] + parts[490:]) == heard_scene()


def test_the_lamp_sees_speech_and_counts_silence() -> None:
    listener = Listener(LESSON)
    longest, while_speaking = 0.0, False
    for block in blocks(scene()):
        listener.feed(block)
        longest = max(longest, listener.level.silence_so_far)
        while_speaking |= listener.level.is_speech and listener.level.silence_so_far == 0

    assert while_speaking
    assert longest == pytest.approx(3.2, abs=0.3)


def test_group_work_is_a_phase_and_holds_no_waits() -> None:
    before, after = f"{T}....{T}?[0.6]{P}......{T}....{T}?[1.5]", f"[1.0]{T}....{T}?[0.8]{Q}[0.5]"
    _, account = hear(blocks(speak(before + "G" * 300 + after)))

    assert [span.phase for span in account.phases] == ["whole_class", "group", "whole_class"]
    assert account.phases[1].end - account.phases[1].start == pytest.approx(30.0, abs=1.0)
    assert not [wait for wait in account.waits if account.phases[1].start < wait.t_end < account.phases[1].end]
    assert [wait.outcome for wait in account.waits] == ["answered", "to_group", "answered"]


def test_an_empty_lesson_is_no_error() -> None:
    listener = Listener(LESSON)
    listener.finish()

    assert listener.account().waits == ()
    assert listener.account().duration == 0.0


def test_a_silent_lesson_has_no_teacher() -> None:
    _, account = hear(blocks(speak("[40]")))

    assert {state.role for state in account.states} == {Role.SILENCE}
    assert account.waits == ()


def test_a_finished_lesson_hears_nothing_more() -> None:
    listener = Listener(LESSON)
    with pytest.raises(ListenerError, match="finish"):
        listener.account()
    listener.finish()
    with pytest.raises(ListenerError, match="new Listener"):
        listener.feed(blocks(scene())[0])


def test_hours_of_missing_sound_are_another_lesson() -> None:
    with pytest.raises(ListenerError, match="Start a new lesson"):
        Listener(LESSON).feed(AudioBlock(16_000 * 3600 * 9, bytes(640)))


def kept_bytes(listener: Listener) -> int:
    return sum(map(len, spaces(listener)))


def spaces(listener: Listener) -> list[Kept]:
    kept = [each for part in (listener._track, listener._slices) for each in vars(part).values()]
    return [each for each in kept if isinstance(each, Kept)]


def test_what_is_kept_grows_by_a_few_megabytes_an_hour() -> None:
    listener = Listener(LESSON)
    for block in blocks(scene()):
        listener.feed(block)

    assert kept_bytes(listener) / (scene().size / 16_000) * 3600 < 4e6
    assert listener._windows._pending.size < 16_000


@functools.cache
def long_day() -> tuple[float, list[int], list[float], Listener]:
    """The scene four times, then a second without sound, then the scene; heard by who keeps only the last minute."""
    once = blocks(scene())
    size = scene().size // 160 * 160
    parts = [AudioBlock(at * size + one.first_sample, one.pcm) for at in range(4) for one in once]
    parts += [AudioBlock(4 * size + 16_000 + one.first_sample, one.pcm) for one in once]
    listener, sizes, silences = Listener(LESSON, kept=60.0), [], []
    asked_for = [id(each._space) for each in spaces(listener)]
    for at, block in enumerate(parts):
        listener.feed(block)
        silences.append(listener.level.silence_so_far)
        if at % 50 == 0:
            sizes.append(kept_bytes(listener))
    assert [id(each._space) for each in spaces(listener)] == asked_for, "nothing had to move to a larger space"
    listener.finish()
    return size / 16_000, sizes, silences, listener


def test_of_a_very_long_lesson_no_more_is_kept_than_of_a_long_one() -> None:
    _, sizes, _, listener = long_day()

    assert len(spaces(listener)) == 6 + 2
    assert max(sizes) < 1.1 * 60 / 3600 * 4e6
    assert max(sizes[len(sizes) // 2 :]) < 1.02 * max(sizes)


def test_what_is_forgotten_of_a_very_long_lesson_is_told_as_it_was_live() -> None:
    once, _, _, listener = long_day()
    account = listener.account()
    starts = [at * once for at in range(4)] + [4 * once + 1]
    true = [(wait.kind, start + wait.t_end) for start in starts for wait in heard_scene()[1].waits]

    assert listener._forgotten * 0.01 > 3 * once
    assert [span.phase for span in account.phases] == ["whole_class"]
    assert account.phases[0].end == account.duration == pytest.approx(5 * once + 1, abs=0.1)
    assert account.states[0].start == 0.0
    assert all(one.end == other.start for one, other in pairwise(account.states))
    assert [(wait.kind, wait.t_end) for wait in account.waits] == [
        (kind, pytest.approx(at, abs=0.1)) for kind, at in true
    ]


def test_the_lamp_counts_on_while_something_is_forgotten() -> None:
    _, _, silences, _ = long_day()
    each = np.array_split(np.array(silences), 5)

    assert [scene.max() for scene in each] == [pytest.approx(3.4, abs=0.4)] * 5


def test_what_is_not_forgotten_is_kept_as_it_was() -> None:
    listener = Listener(LESSON)
    for block in blocks(scene()):
        listener.feed(block)
    track, slices = listener._track, listener._slices
    columns = "level_db", "voicing", "is_missing", "voice", "sides", "many", "prints"
    before, frames = [getattr(track, name)[:] for name in columns], 2000
    at, values = slices.between(frames, 10**6)

    track.forget(frames // 10)
    slices.forget(frames)

    for name, known, steps in zip(columns, before, (1, 1, 1, 1, 2, 10, 10), strict=True):
        assert np.array_equal(getattr(track, name)[:], known[frames // steps :])
    left, left_values = slices.between(0, 10**6)
    assert np.array_equal(left[left >= 0], at[at >= frames] - frames)
    assert np.array_equal(left_values, values[at >= frames])


def test_a_hole_is_still_known_when_what_was_heard_around_it_is_forgotten() -> None:
    hole = 16_000
    size = scene().size // 160 * 160
    parts = [*blocks(scene())]
    parts += [AudioBlock(size + hole + at * size + one.first_sample, one.pcm) for at in range(2) for one in parts]
    listener = Listener(LESSON, kept=60.0)
    for block in parts:
        listener.feed(block)
    listener.finish()

    assert listener._forgotten * 160 > size + hole
    holes = [poor for poor in listener.account().poor if Flag.GAP_IN_AUDIO in poor.flags]
    assert [(poor.start, poor.end) for poor in holes] == [pytest.approx((size / 16_000, size / 16_000 + 1), abs=0.03)]


def test_the_account_is_json_that_the_agreement_reads() -> None:
    from lesson.wire import dumps

    assert from_wire(Account, loads(dumps(heard_scene()[1]))) == heard_scene()[1]


def test_a_pupil_who_is_hardly_heard_makes_a_long_silence_unknown() -> None:
    quiet = speak(f"[1.5]{T}....{T}?[0.6]{P}.....{T}....{T}?[0.8]{Q}.....{T}....{T}?[5.0]{T}....{T}?[0.6]{P}[1.0]")
    _, heard = hear(blocks(quiet))
    long = next(wait for wait in heard.waits if wait.offered_wait > 4)
    first = round((long.t_end + 2.0) * 16_000)
    whisper = speak("P" * 9, seed=5).astype(np.float64)
    assert long.usable
    told = []
    # Just where the ear begins to hear her is not our promise; that it is not silence just under it is.
    for softer_db in np.arange(21.0, 28.0, 0.5):
        faint = quiet.copy()
        faint[first : first + whisper.size] += (whisper * 10 ** (-softer_db / 20)).astype(np.int16)
        _, account = hear(blocks(faint))
        middle = long.t_end + 2.2
        told.append(next(state.role for state in account.states if state.start <= middle < state.end))
        if told[-1] is Role.UNKNOWN:
            assert [wait.usable for wait in account.waits if abs(wait.t_end - long.t_end) < 0.2] == [False]

    assert told[0] is Role.PUPIL
    assert Role.UNKNOWN in told
    assert told == sorted(told, key=[Role.PUPIL, Role.UNKNOWN, Role.SILENCE].index)


def test_the_lamp_counts_on_while_it_is_quiet_and_stops_where_a_voice_begins() -> None:
    begins, ends = 1.5 + 2.2, 1.5 + 2.2 + 3.0  # the silence between the two
    listener = Listener(LESSON)
    read = []
    for block in blocks(speak(f"[1.5]{T}[3.0]{P}[2.0]")):
        listener.feed(block)
        read.append((block.end, listener.level.silence_so_far))

    inside = [silence - (now - begins) for now, silence in read if begins + 1.0 <= now <= ends - 0.1]
    # The ear answers 0.16 s late, and steps take 0.1 s.
    assert min(inside) > -0.15
    assert max(silence for now, silence in read if now < ends + 0.5) < ends - begins + 0.08
