"""Of two channels one is given, and it is a live one.

::

    first    ~~~~____~~~~      half a second each: ~ hears, _ hears nothing
    second   ~~~~~~~~~~~~
    given    111111222222      which one is heard
    told     ..........!!      somebody is told that one is dead
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from capture.hearing import Sound
from capture.two_channels import TwoChannels

LOUD = {"~": 1000, "_": 0, ".": 15}
"""A dot is a line that is not plugged in: some noise, and less than any microphone has."""

SCENES = {
    "both hear": ("~~~~~~~~", "~~~~~~~~", "11111111", "........"),
    "the second one dies": ("~~~~~~~~~~~~", "~~~~________", "111111111111", ".........!!!"),
    "the first one dies": ("~~~~________", "~~~~~~~~~~~~", "111112222222", ".........!!!"),
    "the first one is unplugged": ("~~~~........", "~~~~~~~~~~~~", "111112222222", ".........!!!"),
    "the first one dies for a moment": ("~~~~_~~~", "~~~~~~~~", "11111111", "........"),
    "there never was a second one": ("~~~~~~~~~~~~", "____________", "111111111111", "............"),
    "there never was a first one": ("____________", "~~~~~~~~~~~~", "222222222222", "............"),
    "nobody hears anything": ("~~~~________", "~~~~________", "111111111111", "............"),
    "the first one is back, and not at once": (
        "~~~~____" + 22 * "~",
        "~~~~~~~~" + 22 * "~",
        "11111222" + 19 * "2" + "111",
        "........" + 22 * ".",
    ),
    "the first one is back when the second one dies": ("~~__~~~~~~~~", "~~~~~~______", "111222211111", "...........!"),
    "a plug that pops is no microphone": ("_~__________", "~~~~~~~~~~~~", "222222222222", "............"),
}


def sounds(first: str, second: str) -> Iterator[Sound]:
    """Every sample of a channel that hears is loud, and of the other sign in the second one."""
    count = 320
    for number in range(25 * len(first)):
        both = np.empty((count, 2), "<i2")
        both[:, 0], both[:, 1] = LOUD[first[number // 25]], -LOUD[second[number // 25]]
        yield Sound(number * count, number / 50, has_overflowed=False, pcm=both.tobytes())


@pytest.mark.parametrize("name", SCENES)
def test_the_channel_that_is_given_hears(name: str) -> None:
    first, second, given, told = SCENES[name]
    channels = TwoChannels()
    heard, said = [], []
    for number, sound in enumerate(sounds(first, second)):
        one = channels.choose(sound)
        assert one == replace(sound, pcm=one.pcm)
        assert len(one.pcm) == 640
        if number % 25 == 24:  # at the end of each half second
            heard.append(int(np.frombuffer(one.pcm, "<i2")[-1]))
            said.append("!" if channels.is_one_dead else ".")

    assert heard == [LOUD[first[half]] if which == "1" else -LOUD[second[half]] for half, which in enumerate(given)]
    assert "".join(said) == told


def test_one_channel_fades_into_the_other() -> None:
    """From nothing to a loud voice would be a click, and a click is heard as somebody."""
    channels = TwoChannels()
    pcm = b"".join(channels.choose(sound).pcm for sound in sounds("~~___", "~~~~~"))
    steps = np.abs(np.diff(np.frombuffer(pcm, "<i2").astype(int)))
    dies_at = 16_000
    assert steps[dies_at - 1] == 1000
    assert np.delete(steps, dies_at - 1).max() == 4


def test_at_the_beginning_the_one_that_hears_is_given_at_once() -> None:
    """Before a press is refused because of a microphone that gives zeros."""
    channels = TwoChannels()
    first = channels.choose(next(sounds("_", "~")))
    assert np.frombuffer(first.pcm, "<i2")[-1] == -LOUD["~"]


def test_the_loudest_sample_there_is_is_heard() -> None:
    pcm = np.full((320, 2), -32_768, "<i2")
    one = TwoChannels().choose(Sound(0, 0.0, has_overflowed=False, pcm=pcm.tobytes()))
    assert one.pcm == pcm[:, 0].tobytes()
