"""A check of the room: a voice that stands out is heard, one that does not is not, and the room's own quiet decides.

::

    quiet 3 s | front 5 s | walking, not measured | back 5 s  -->  good, fair, or who is not heard
"""

import numpy as np
import pytest

from analytics.room_check import RoomCheck
from analytics.room_measured import SECONDS, Measured, Outcome, Place
from capture.drawn_microphone import DrawnMicrophone
from lesson.sound import RATE_HZ, AudioBlock


def sound(drawing: str, gain: float = 1.0, room: float = 12.0) -> np.ndarray:
    """A drawing, so many times as loud, in a room with so loud a quiet."""
    pcm = b"".join(block.pcm for block in DrawnMicrophone(drawing).blocks())
    quiet = np.random.default_rng(7).normal(0.0, room, len(pcm) // 2)
    return np.rint(np.frombuffer(pcm, "<i2") * gain + quiet).clip(-32768, 32767).astype("<i2")


class Checked:
    """A check that is fed place after place."""

    def __init__(self) -> None:
        self.check, self.samples = RoomCheck(), 0

    def hear(self, samples: np.ndarray, size: int = 320) -> None:
        for first in range(0, samples.size, size):
            part = samples[first : first + size]
            self.check.feed(AudioBlock(self.samples, part.tobytes()))
            self.samples += part.size

    def at(self, place: Place, samples: np.ndarray) -> None:
        self.check.begin(place)
        self.hear(samples)
        assert self.check.place is None


QUIET, TALK = "." * 31, ("T" * 17 + "...") * 3
PUPIL = ("P" * 17 + "...") * 3


@pytest.mark.parametrize(
    ("front", "back", "room", "outcome"),
    [
        ((TALK, 1.0), (PUPIL, 0.3), 12.0, Outcome.GOOD),
        ((TALK, 1.0), (PUPIL, 0.006), 12.0, Outcome.BACK_UNHEARD),
        ((TALK, 1.0), ("." * 60, 1.0), 12.0, Outcome.BACK_UNHEARD),
        ((TALK, 1.0), (PUPIL, 0.3), 600.0, Outcome.BACK_UNHEARD),
        ((TALK, 0.004), (PUPIL, 0.3), 12.0, Outcome.FRONT_UNHEARD),
        (("." * 60, 1.0), (PUPIL, 1.0), 12.0, Outcome.FRONT_UNHEARD),
        (("N" * 60, 0.02), (PUPIL, 1.0), 12.0, Outcome.FRONT_UNHEARD),
    ],
)
def test_who_is_heard(front: tuple[str, float], back: tuple[str, float], room: float, outcome: Outcome) -> None:
    checked = Checked()
    checked.at(Place.QUIET, sound(QUIET, 0.0, room))
    checked.at(Place.FRONT, sound(*front, room))
    checked.at(Place.BACK, sound(*back, room))

    assert checked.check.outcome() is outcome


def test_a_voice_near_the_line_is_told_as_fair() -> None:
    outcomes = []
    for gain in np.geomspace(0.003, 0.5, 14):
        checked = Checked()
        checked.at(Place.QUIET, sound(QUIET, 0.0))
        checked.at(Place.FRONT, sound(TALK))
        checked.at(Place.BACK, sound(PUPIL, float(gain)))
        outcomes.append(checked.check.outcome())

    assert list(dict.fromkeys(outcomes)) == [Outcome.BACK_UNHEARD, Outcome.FAIR, Outcome.GOOD]


def test_twice_the_distance_is_six_decibels_less() -> None:
    checked = Checked()
    checked.at(Place.QUIET, sound(QUIET, 0.0))
    checked.at(Place.FRONT, sound(TALK, 0.4))
    checked.at(Place.BACK, sound(TALK, 0.2))
    measured = checked.check.measured

    assert measured.front_db is not None
    assert measured.back_db is not None
    assert measured.front_db - measured.back_db == pytest.approx(6.0, abs=0.3)


def test_what_is_heard_between_is_not_measured() -> None:
    checked = Checked()
    checked.at(Place.QUIET, sound(QUIET, 0.0))
    quiet = checked.check.measured
    checked.hear(sound("N" * 30 + "T" * 20))
    assert checked.check.measured == quiet
    assert checked.check.level_dbfs is not None
    assert quiet.floor_dbfs is not None
    assert checked.check.level_dbfs > quiet.floor_dbfs + 20


@pytest.mark.parametrize("size", [160, 1000, 16000])
def test_blocks_of_any_size_measure_the_same(size: int) -> None:
    measured = []
    for each in (320, size):
        checked = Checked()
        checked.check.begin(Place.QUIET)
        checked.hear(sound(QUIET, 0.0), each)
        measured.append(checked.check.measured)

    assert measured[0] == measured[1] != Measured()


def test_missing_sound_does_not_count() -> None:
    check = RoomCheck()
    check.begin(Place.QUIET)
    check.feed(AudioBlock(0, bytes(2 * RATE_HZ), is_missing=True))
    assert check.left == SECONDS[Place.QUIET]
    assert check.level_dbfs is None
