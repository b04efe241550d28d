"""Voices behind the talk are heard in its pauses: ventilation, a hum and a chair are none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.background import babbling

SETTLE = 0.3
_A_SECOND = 100


def drawn(
    row: str, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, list[tuple[float, float]], list[tuple[float, float]]]:
    """Draw a lesson, one sign a second: # speech, . ventilation, - a hum, ~ murmur, w a whisper, x a chair."""
    random = np.random.default_rng(seed)
    level, voicing = [], []
    for sign in row:
        steady = random.normal(0, 0.8, _A_SECOND)
        rising = 5 * np.sin(np.arange(_A_SECOND) * 2 * np.pi / 23) + random.normal(0, 1.5, _A_SECOND)
        level.append(
            {
                "#": -35 + rising,
                ".": -60 + steady,
                "-": -55 + steady,
                "~": -43 + rising,
                "x": -45 + rising,
                "w": -62 + rising,
            }[sign]
        )
        low, high = {
            "#": (0.5, 1.0),
            ".": (0.1, 0.4),
            "-": (0.7, 0.9),
            "~": (0.3, 0.8),
            "x": (0.1, 0.4),
            "w": (0.3, 0.8),
        }[sign]
        voicing.append(random.uniform(low, high, _A_SECOND))
    spans = {
        wanted: [(float(at), float(at + 1)) for at, sign in enumerate(row) if sign == wanted] for wanted in ("#", "x")
    }
    return np.concatenate(level), np.concatenate(voicing), spans["#"], spans["x"]


def heard(row: str) -> str:
    level, voicing, speech, noises = drawn(row)
    return "".join("b" if murmurs else "." for murmurs in babbling(level, voicing, speech, noises, SETTLE))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("##..##...##.##..##..##.", id="ventilation"),
        pytest.param("##--##---##-##--##--##-", id="the hum of a projector"),
        pytest.param("##..##x..##.##.x##..##.", id="chairs"),
        pytest.param("##ww##www##w##ww##ww##w", id="whispers far below the talk"),
        pytest.param("#######################", id="a pause nowhere"),
        pytest.param(".......................", id="silence"),
    ],
)
def test_a_class_that_is_quiet_is_not_said_to_murmur(row: str) -> None:
    assert heard(row) == "." * len(row)


def test_a_class_that_murmurs_all_lesson_is_heard_without_a_quiet_time_beside_it() -> None:
    assert set(heard("##~~##~~~##~##~~##~~##~")) == {"b"}


def test_murmur_begins_and_ends_within_five_seconds() -> None:
    row = "##..##..##..##..##..##..##~~##~~##~~##~~##~~##~~##..##..##..##..##..##.."
    found = heard(row)

    assert set(found[:21] + found[53:]) == {"."}
    assert set(found[31:43]) == {"b"}


def test_without_a_pause_the_nearest_pause_decides() -> None:
    assert heard("#~~~~~~~" + "#" * 40 + "........")[8:].count("b") == pytest.approx(20, abs=8)


@settings(max_examples=40, deadline=None)
@given(st.text("#.-~x", max_size=40), st.integers(0, 3))
def test_there_is_an_answer_for_every_second(row: str, seed: int) -> None:
    level, voicing, speech, noises = drawn(row, seed) if row else (np.empty(0), np.empty(0), [], [])

    assert babbling(level, voicing, speech, noises, SETTLE).shape == (len(row),)
