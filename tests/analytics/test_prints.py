"""She is followed by her print, whoever was taken for her first.

::

    prints   T T T P1 T T P2 P2 T T P3 T T ...     each near its own direction, with noise
    guess    T's    |  P's instead  |  nobody      -->  T's
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.arrays import Floats
from analytics.live_prints import LivePrints
from analytics.odds import probability
from analytics.print_network import DELAY_STEPS, PRINT, PrintNetwork
from analytics.prints import hers, mean_print, same_voice, smoothed, unit
from analytics.recurrent import weights

COUNT = 600
ALL = np.ones(COUNT, dtype=np.bool_)


def lesson(seed: int, pupils: int = 5, noise: float = 0.12) -> tuple[Floats, np.ndarray, Floats]:
    """Prints, whether each is hers, and her direction: she speaks two thirds of the time."""
    rng = np.random.default_rng(seed)
    voices = unit(rng.normal(size=(pupils + 1, PRINT)))
    runs = np.repeat(rng.random(COUNT // 10) < 2 / 3, 10)
    speaker = np.where(runs, 0, np.repeat(rng.integers(1, pupils + 1, COUNT // 10), 10))
    prints = unit(voices[speaker] + rng.normal(0, noise, (COUNT, PRINT)))
    return prints, speaker == 0, voices[0]


@pytest.mark.parametrize("right", [0.95, 0.6, 0.05], ids=["good guess", "poor guess", "the pupils taken for her"])
@pytest.mark.parametrize("seed", range(4))
def test_she_is_found_from_any_first_guess(right: float, seed: int) -> None:
    prints, is_hers, _ = lesson(seed)
    guessed = np.random.default_rng(seed).random(COUNT) < right
    guess = np.where(guessed == is_hers, 2.0, -2.0)

    own = smoothed(prints, ALL)
    plane = hers(own, guess, ALL)

    assert plane is not None
    assert np.mean((plane.odds(own) > 0) == is_hers) > 0.93


@pytest.mark.parametrize("pupil_share", [0.36, 0.4])
@pytest.mark.parametrize("seed", range(4))
def test_she_is_found_by_the_opposite_guess_when_one_pupil_is_heard_more_than_either_of_her_two_ways(
    seed: int, pupil_share: float
) -> None:
    rng = np.random.default_rng(seed)
    quiet, other, pupil = np.linalg.qr(rng.normal(size=(PRINT, 3)))[0].T
    loud = 0.2 * quiet + np.sqrt(1 - 0.2**2) * other
    each = round(COUNT / 10 * (1 - pupil_share) / 2)
    way = np.repeat(rng.permutation(np.repeat([0, 1, 2], [each, each, COUNT // 10 - 2 * each])), 10)
    prints = unit(np.stack([quiet, loud, pupil])[way] + rng.normal(0, 0.08, (COUNT, PRINT)))
    own = smoothed(prints, ALL)

    # The pupil, whose seconds are most alike of all, was taken for her: every other beginning finds the pupil again.
    plane = hers(own, np.where(way < 2, -2.0, 2.0), ALL)

    assert plane is not None
    assert np.mean((plane.odds(own) > 0) == (way < 2)) > 0.95


@pytest.mark.parametrize("guess", [3.0, -3.0, 0.0], ids=["her", "the pupil", "nobody"])
@pytest.mark.parametrize("seed", range(4))
def test_her_sample_finds_her_even_where_she_speaks_least(seed: int, guess: float) -> None:
    prints, is_pupil, _ = lesson(seed, pupils=1)
    her = unit(prints[~is_pupil].sum(axis=0))
    own = smoothed(prints, ALL)
    first = np.where(is_pupil, -guess, guess)

    plane = hers(own, first, ALL, her)

    assert plane is not None
    assert np.mean((plane.odds(own) > 0) == ~is_pupil) > 0.95


def test_with_less_than_a_second_of_voice_nobody_is_followed() -> None:
    prints, _, _ = lesson(0)
    few = np.arange(COUNT) < 9

    assert mean_print(prints, np.full(COUNT, 5.0), few) is None
    assert hers(prints, np.full(COUNT, 5.0), few) is None


def test_two_stretches_of_one_voice_and_of_two() -> None:
    prints, is_hers, _ = lesson(1, pupils=1)
    own, theirs = prints[is_hers], prints[~is_hers]

    assert same_voice(own[:20].sum(axis=0), own[20:40].sum(axis=0)) > 1
    assert same_voice(own[:20].sum(axis=0), theirs[:20].sum(axis=0)) < -1


def test_prints_are_those_of_layers_that_see_the_whole_lesson_at_once() -> None:
    inputs = np.random.default_rng(2).normal(0, 1, (80, 134)).astype(np.float32)
    w = weights("prints.npz")
    layer = np.maximum(inputs @ w["in"] + w["in_bias"], 0)
    layers = [layer]
    for at, reach in enumerate((1, 2, 2, 3)):
        padded = np.pad(layer, ((reach, reach), (0, 0)))
        around = np.hstack([padded[offset : offset + 80] for offset in (0, reach, 2 * reach)])
        layer = np.maximum(around @ w[f"layer{at}"] + w[f"layer{at}_bias"], 0) + layer
        layers.append(layer)
    out = np.hstack(layers) @ w["out"] + w["out_bias"]
    at_once = unit(out[:, :PRINT]) * probability(out[:, PRINT:])

    streamed = PrintNetwork().step(inputs)

    np.testing.assert_allclose(streamed[2 * DELAY_STEPS :], at_once[DELAY_STEPS:-DELAY_STEPS], atol=1e-5)


@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.integers(0, 2**16))
@settings(max_examples=25, deadline=None)
def test_prints_do_not_depend_on_the_size_of_blocks(sizes: list[int], seed: int) -> None:
    inputs = np.random.default_rng(seed).normal(0, 1, (sum(sizes), 134)).astype(np.float32)
    whole, parts = PrintNetwork().step(inputs), PrintNetwork()

    pieces = [parts.step(inputs[end - size : end]) for size, end in zip(sizes, np.cumsum(sizes), strict=True)]

    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-5)


def test_a_print_knows_nothing_of_what_was_before() -> None:
    inputs = np.random.default_rng(0).normal(0, 1, (60, 134)).astype(np.float32)
    other = inputs.copy()
    other[:20] = 0
    one, two = PrintNetwork().step(inputs), PrintNetwork().step(other)

    # What comes out at 36 is about 28, and 20 is the first step that it sees.
    first = 20 + 2 * DELAY_STEPS
    np.testing.assert_allclose(one[first:], two[first:], atol=1e-6)
    assert not np.allclose(one[first - 1], two[first - 1], atol=1e-6)
    assert np.all(np.linalg.norm(one, axis=1) <= 1)


def stretches(seed: int) -> list[tuple[Floats, bool]]:
    """A lesson as it is told live: half a second of one voice each, and whether it is hers."""
    prints, is_hers, _ = lesson(seed)
    return [(prints[at : at + 5], bool(is_hers[at])) for at in range(0, COUNT, 5)]


@pytest.mark.parametrize("seed", range(3))
def test_live_she_is_told_apart_after_the_first_stretches(seed: int) -> None:
    live = LivePrints()

    told = [(live.hear(prints, 1.0 if hers else -1.0), hers) for prints, hers in stretches(seed)]

    assert [odds for odds, _ in told[:4]] == [None] * 4
    assert np.mean([odds is not None and (odds > 0) == hers for odds, hers in told[20:]]) > 0.93


def test_live_her_sample_is_believed_against_who_speaks_most_and_every_guess() -> None:
    prints, is_other, _ = lesson(0, pupils=1)
    live = LivePrints(teacher=unit(prints[~is_other].sum(axis=0)))

    told = [(live.hear(prints[at : at + 5], 1.0 if is_other[at] else -1.0), is_other[at]) for at in range(0, COUNT, 5)]

    assert np.mean([odds is not None and (odds > 0) != other for odds, other in told[20:]]) > 0.93


def test_a_stretch_without_a_print_says_nothing() -> None:
    assert LivePrints().hear(np.zeros((0, PRINT)), 2.0) is None
