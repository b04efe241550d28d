"""The ear and its hindsight, on speech: they hear when, they hear whose, and they hear the same in pieces.

::

    [1.0]TTTT[1.0]PPPP[1.0]  --> voice odds: under, over, under, over, under
"""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import hindsight
from analytics.arrays import Floats
from analytics.column import Sliced
from analytics.cues import COUNT, Cues
from analytics.ear import DELAY_FRAMES, Answer, Ear
from analytics.features import Slices
from analytics.listener import Listener
from analytics.print_network import PRINT
from analytics.prints import near, same_voice, unit
from analytics.spectrum import HOP, MARGIN, STEP, Spectrum
from analytics.teacher_voice import TeacherVoiceError, VoiceSample
from analytics.track import FRAMES_A_PRINT, Track
from tests.lessons.spoken import speak
from tests.lessons.sung import blocks

T, P = "T" * 20, "P" * 20


def heard(samples: np.ndarray) -> Track:
    """All answers about some sound."""
    spectrum, ear, track = Spectrum(), Ear(), Track()
    tail = np.zeros(MARGIN + DELAY_FRAMES * HOP + STEP, dtype=np.int16)
    sound = np.concatenate((np.zeros(MARGIN, dtype=np.int16), samples, tail)).astype(np.float32) / 32768
    for at in range(0, sound.size - 2 * MARGIN - STEP, STEP):
        frames = spectrum.frames(sound[at : at + 2 * MARGIN + STEP])
        nothing = np.zeros(len(frames.level_db), dtype=np.bool_)
        track.append(frames.level_db, frames.voicing, nothing, nothing)
        track.answer(ear.feed(frames))
    return track


@functools.cache
def scene() -> Track:
    return heard(speak(f"[2.0]{T}[1.0]{P}[1.0]{T}[1.0]{P}[2.0]"))


@functools.cache
def cues_of_scene() -> Cues:
    return Cues(scene(), Slices(), np.array([(200, 400), (500, 700), (800, 1000), (1100, 1300)]))


def test_a_voice_is_heard_where_it_is_and_nowhere_else() -> None:
    voice = scene().voice[:]
    inside = np.zeros(voice.size, dtype=np.bool_)
    for start in (2.0, 5.0, 8.0, 11.0):
        inside[round(start * 100) : round((start + 2.0) * 100)] = True

    assert np.mean((voice > 0.4) == inside) > 0.97


def test_two_pieces_of_one_voice_are_nearer_than_two_voices() -> None:
    prints = scene().prints
    one, other, again = (prints[at : at + 20].sum(axis=0) for at in (20, 50, 80))

    assert same_voice(one, again) > same_voice(one, other) + 1
    assert near(unit(one)).odds(unit(again)) > near(unit(one)).odds(unit(other))


def test_answers_about_the_time_before_the_lesson_are_dropped() -> None:
    samples = speak("[1.0]")
    track = heard(samples)

    assert track.answered <= len(track)
    assert track.answered >= samples.size // HOP


def test_two_lessons_do_not_hear_each_other() -> None:
    first = heard(speak(f"[1.0]{T}"))
    heard(speak(f"{P}{P}"))

    np.testing.assert_array_equal(first.voice[:], heard(speak(f"[1.0]{T}")).voice[:])


def test_nobody_is_heard_where_the_microphone_delivered_nothing() -> None:
    track = Track()
    missing = np.ones(20, dtype=np.bool_)
    track.append(np.full(20, -60.0), np.zeros(20), missing, ~missing)
    sure = Answer(np.full(36, 5.0), np.full((18, 2), 5.0), np.zeros((18, 3)), np.ones((18, PRINT)) / np.sqrt(PRINT))
    track.answer(sure)

    assert track.answered == 36 - DELAY_FRAMES
    assert np.all(track.voice[:] < -10)
    assert len(track.prints) == 20 // FRAMES_A_PRINT


@given(st.integers(1, 9000), st.integers(0, 2**16))
@settings(max_examples=10, deadline=None)
def test_hindsight_does_not_depend_on_where_a_piece_of_the_lesson_begins(count: int, seed: int) -> None:
    cues = np.random.default_rng(seed).normal(0, 0.5, (count, COUNT)).astype(np.float32)
    whole = hindsight.judge(cues)
    late = hindsight.judge(cues[count // 3 :])

    # The first seconds of the shorter one know less of what came before.
    known = 2 * 400
    assert whole.teacher.size == 2 * count
    np.testing.assert_allclose(whole.teacher[2 * (count // 3) + known :], late.teacher[known:], atol=0.2)


class LongLesson(Sliced[Floats]):
    """Cues of three hours that are nowhere as a whole, and the most that was asked for at once."""

    def __init__(self) -> None:
        self.most = 0

    def __len__(self) -> int:
        return 3 * 3600 * 50

    def __getitem__(self, rows: slice, /) -> Floats:
        first, last, _ = rows.indices(len(self))
        self.most = max(self.most, last - first)
        return np.zeros((last - first, COUNT), dtype=np.float32)


def test_hindsight_never_asks_for_more_than_a_minute_of_a_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = LongLesson()
    monkeypatch.setattr(hindsight, "_forward", lambda pieces: pieces[:, :, :6])

    judged = hindsight.judge(lesson)

    assert judged.teacher.size == 2 * len(lesson)
    assert 0 < lesson.most <= 60 * 50


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_cues_are_the_same_whichever_part_is_asked_for(data: st.DataObject) -> None:
    cues = cues_of_scene()
    whole = cues[:]
    first = data.draw(st.integers(0, len(cues)))
    last = data.draw(st.integers(first, len(cues)))

    assert whole.shape == (len(cues), COUNT)
    assert len(cues) == len(scene().prints) * 5
    np.testing.assert_allclose(cues[first:last], whole[first:last], atol=1e-6)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_part_of_what_was_kept_is_that_part_of_all_of_it(data: st.DataObject) -> None:
    track = scene()
    column = data.draw(st.sampled_from([track.level_db, track.voicing, track.sides, track.many, track.is_missing]))
    first = data.draw(st.integers(0, len(column)))
    last = data.draw(st.integers(0, len(column)))

    np.testing.assert_array_equal(column[first:last], column[:][first:last])


def test_a_lesson_is_heard_as_drawn_by_whoever_knows_her_voice_too() -> None:
    sample = VoiceSample()
    for block in blocks(speak(("T" * 20 + "...") * 5, seed=4)):
        sample.feed(block)
    hers = sample.print()
    listener = Listener("0123456789abcdef0123456789abcdef", teacher=hers)
    for block in blocks(speak(f"[1.5]{T}....{T}[1.8]{P}......{T}....{T}[3.2]{T}......{T}[0.8]{P}[1.0]")):
        listener.feed(block)
    listener.finish()

    assert np.linalg.norm(hers) == pytest.approx(1.0, abs=1e-3)
    assert [wait.kind for wait in listener.account().waits] == ["SR", "SI", "SR"]


@pytest.mark.parametrize("text", ["[10]", "TTTTTTTTTT[5]"], ids=["nobody speaks", "one second of voice"])
def test_too_little_of_her_voice_says_what_to_do(text: str) -> None:
    sample = VoiceSample()
    for block in blocks(speak(text)):
        sample.feed(block)

    with pytest.raises(TeacherVoiceError, match=r"6 s are needed.*half a minute"):
        sample.print()
