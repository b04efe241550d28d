"""Stretches of speech, drawn as odds; what is loud and how long it rings in this room."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.gate import joined, spans, stretches
from analytics.ipus import StretchBuilder
from analytics.level import RoomLevel, room_levels
from analytics.room import Room

FLOOR_DB, VOICE_DB = -60.0, -35.0
GAP, SHORTEST = 20, 15


def odds(text: str) -> np.ndarray:
    """Draw the ear's odds, 10 ms a character: # surely a voice, o perhaps, . surely none."""
    return np.array([{"#": 3.0, "o": 0.5}.get(character, -3.0) for character in text], dtype=np.float32)


def found(text: str) -> list[tuple[int, int]]:
    return [(start, end) for start, end in stretches(odds(text), GAP, SHORTEST).tolist()]


def test_a_gap_of_a_tenth_of_a_second_is_filled_and_a_long_one_is_not() -> None:
    assert found("." * 20 + "#" * 40 + "." * 10 + "#" * 40 + "." * 80) == [(20, 110)]
    assert found("." * 20 + "#" * 40 + "." * 60 + "#" * 40 + "." * 80) == [(20, 60), (120, 160)]


def test_a_tap_is_too_short_to_be_speech() -> None:
    assert found("." * 40 + "###" + "." * 80) == []


def test_perhaps_goes_on_with_a_voice_and_is_none_alone() -> None:
    assert found("." * 20 + "oooo" + "#" * 30 + "ooo" + "." * 40) == [(20, 57)]
    assert found("." * 20 + "o" * 30 + "." * 40) == []


@given(st.text("#o..", min_size=5, max_size=400), st.integers(1, 60))
def test_stretches_are_the_same_when_the_sound_comes_in_pieces(text: str, size: int) -> None:
    text = "".join(character * 7 for character in text) + "." * 100
    builder = StretchBuilder(GAP, SHORTEST)
    pieces = [span for at in range(0, len(text), size) for span in builder.feed(odds(text)[at : at + size]).tolist()]
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


def test_a_noisy_room_is_less_certain() -> None:
    assert Room.like(0.5, 15.0).sd_ms > Room.like(0.5, 28.0).sd_ms
