"""Stretches of speech, drawn as levels: what is loud here, where it starts and ends, what is only a chair."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.features import SIZE
from analytics.gate import core, joined, spans, stretches
from analytics.ipus import IpuBuilder
from analytics.level import RoomLevel, room_levels
from analytics.noise import is_noise, noise_beside_speech
from analytics.room import Room

FLOOR_DB, VOICE_DB, SOFT_DB = -60.0, -35.0, -45.0
LIMITS = (0.2, 0.15)


def levels(text: str) -> np.ndarray:
    """Draw 10 ms a character: # voice, o a soft sound, a room's tail of 1 dB a frame behind them, . quiet."""
    out = np.full(len(text), FLOOR_DB, dtype=np.float32)
    for at, character in enumerate(text):
        tail = out[at - 1] - 1.0 if at else FLOOR_DB
        out[at] = max(FLOOR_DB, tail, {"#": VOICE_DB, "o": SOFT_DB}.get(character, FLOOR_DB))
    return out


def found(text: str) -> list[tuple[int, int]]:
    level = levels(text)
    floor = np.full_like(level, FLOOR_DB)
    is_core = core(level, floor, VOICE_DB, np.ones_like(level), np.ones_like(level))
    return [(start, end) for start, end in stretches(is_core, level, floor, *LIMITS).tolist()]


def test_a_gap_of_a_tenth_of_a_second_is_filled_and_a_long_one_is_not() -> None:
    assert len(found("." * 20 + "#" * 40 + "." * 10 + "#" * 40 + "." * 80)) == 1
    assert len(found("." * 20 + "#" * 40 + "." * 60 + "#" * 40 + "." * 80)) == 2


def test_a_tap_is_too_short_to_be_speech() -> None:
    assert found("." * 40 + "ooo" + "." * 80) == []


def test_an_end_is_found_near_the_voice_and_not_where_the_room_falls_silent() -> None:
    ((start, end),) = found("." * 50 + "#" * 60 + "." * 100)

    assert start == 50
    assert 110 <= end <= 126


@given(st.text("#...", min_size=5, max_size=400), st.integers(1, 60))
def test_stretches_are_the_same_when_the_sound_comes_in_pieces(text: str, size: int) -> None:
    text = "".join(character * 7 for character in text) + "." * 100
    level = levels(text)
    is_core = core(level, FLOOR_DB, VOICE_DB, np.ones_like(level), np.ones_like(level))
    builder = IpuBuilder(*LIMITS)
    pieces = [
        span
        for at in range(0, level.size, size)
        for span in builder.feed(is_core[at : at + size], level[at : at + size], FLOOR_DB).tolist()
    ]
    pieces += builder.finish().tolist()

    assert [tuple(piece) for piece in pieces] == found(text)


@given(st.lists(st.booleans(), max_size=200))
def test_spans_are_what_they_are_made_of(bits: list[bool]) -> None:
    mask = np.array(bits, dtype=np.bool_)
    again = np.zeros_like(mask)
    for start, end in spans(mask).tolist():
        again[start:end] = True

    np.testing.assert_array_equal(mask, again)
    assert len(joined(spans(mask), 0, 0)) == len(spans(mask))


def test_loud_means_loud_here() -> None:
    random = np.random.default_rng(3)
    for floor in (-70.0, -50.0):
        room = RoomLevel()
        level = np.where(np.arange(3000) % 100 < 40, floor + 25, floor) + random.normal(0, 0.5, 3000)
        for at in range(0, 3000, 10):
            room.feed(level[at : at + 10])
        low, high = room_levels(level)

        assert room.floor_dbfs == pytest.approx(floor, abs=1.5)
        assert room.ceiling_dbfs == pytest.approx(floor + 25, abs=1.5)
        assert low[1500] == pytest.approx(floor, abs=1.5)
        assert high[1500] == pytest.approx(floor + 25, abs=1.5)


def test_a_projector_that_starts_becomes_the_floor() -> None:
    room = RoomLevel()
    for at in range(1200):
        room.feed(np.full(10, -65.0 if at < 300 else -52.0))

    assert room.floor_dbfs == pytest.approx(-52.0, abs=0.6)


def voiced(text: str) -> np.ndarray:
    """Draw 10 ms a character: ~ a pitch, = a weak one, - none."""
    return np.array([{"~": 0.92, "=": 0.78}.get(character, 0.3) for character in text], dtype=np.float32)


def slices(colour: float, count: int) -> np.ndarray:
    return np.full((count, SIZE), colour, dtype=np.float32)


SOUNDS = {
    "a word": ("--" + "~" * 20 + "---", 6.0, 4, False),
    "a page": ("-" * 30, 0.0, 0, True),
    "a cough": ("----====---==---" + "-" * 15, 3.0, 2, True),
    "a soft word with a breath in it": ("----~~~~---~~~~---" + "-" * 12, 6.0, 3, False),
    "a long whisper": ("-" * 80, 0.0, 0, False),
}


@pytest.mark.parametrize(("drawing", "colour", "count", "expected"), SOUNDS.values(), ids=SOUNDS.keys())
def test_what_is_noise(drawing: str, colour: float, count: int, expected: bool) -> None:
    assert is_noise(voiced(drawing), slices(colour, count), 6.0) is expected


def test_a_chair_right_after_a_word_is_cut_off_and_an_s_is_not() -> None:
    word, quiet = np.ones(40, dtype=np.bool_), np.zeros(30, dtype=np.bool_)
    sound, gap, hiss = np.ones(20, dtype=np.bool_), np.zeros(14, dtype=np.bool_), np.zeros(4, dtype=np.bool_)
    voicing = np.concatenate([np.full(40, 0.9), np.full(14 + 20 + 30, 0.2)])

    assert noise_beside_speech(np.concatenate([word, gap, sound, quiet]), voicing).tolist() == [[54, 74]]
    assert noise_beside_speech(np.concatenate([word, hiss, sound, quiet]), voicing).tolist() == []


def decays(rt60: float) -> tuple[np.ndarray, np.ndarray]:
    """Ten voices that end in a room with this reverberation."""
    tail = np.maximum(FLOOR_DB, VOICE_DB - 60 / rt60 * 0.01 * np.arange(100))
    level = np.tile(np.concatenate([np.full(100, VOICE_DB), tail]), 10).astype(np.float32)
    return level, np.array([(200 * at, 200 * at + 100) for at in range(10)])


@pytest.mark.parametrize("rt60", [0.35, 0.6, 0.9])
def test_the_room_is_known_by_how_its_voices_end(rt60: float) -> None:
    level, ends = decays(rt60)
    room = Room.of(level, np.full_like(level, FLOOR_DB), np.full_like(level, VOICE_DB), ends)

    assert room.rt60 == pytest.approx(rt60, rel=0.1)


def test_a_noisy_room_is_less_certain_and_its_starts_are_found_late() -> None:
    quiet, noisy = Room.like(0.5, 28.0), Room.like(0.5, 15.0)

    assert noisy.sd_ms > quiet.sd_ms
    assert noisy.start_bias_ms > quiet.start_bias_ms
    stretch = np.array([[100, 200]])
    assert noisy.corrected(stretch)[0, 0] < quiet.corrected(stretch)[0, 0] < 1.0
