r"""Say within 300 ms that a voice has begun, and where; and whether it was a voice, when it is over.

::

    odds     ______/^^^^^^\_____/^^\________       how surely a voice, each 10 ms
    SURE   - - - - - - - - - - - - - - - - -       two frames over it: a voice has begun
    ON     - - - - - - - - - - - - - - - - -       as good, when waiting any longer would be too late
    OFF    - - - - - - - - - - - - - - - - -       from where to where
    name         |######|      |##| cough          over after 0.12 s; short, and never sure or without pitch: a noise

The trade: when the score is due, 0.1 s of a name is heard with 0.16 s of what follows it. Most chairs, taps and pages
are told from a name by then; a cough or a sneeze often is not. It then ends the pause, and when it is over the try is
taken back and the pause goes on, as if nothing had been: a wrong score is seen for as long as the noise lasts and 0.3 s
more. A loud scrape with a pitch of its own passes for a name even then, and a whispered name may be taken for a noise.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from analytics.arrays import Floats, Samples
from analytics.detector import VoiceDetector
from analytics.ear import DELAY_FRAMES, Ear
from analytics.gate import OFF, ON, held, joined, spans
from analytics.level import RoomLevel
from analytics.spectrum import STEP_FRAMES, Frames

SURE = 1.5
OVER_FRAMES = 12
"""A voice is over after so many frames without: a stop inside a word is shorter."""
_GAP_FRAMES = 8

# Chosen on the beginnings of 100 real and 140 synthetic names and on 51 noises that the ear takes for voices at first
# (docs/developer/analytics.md).
_MAX_NOISE_FRAMES = 50
_UNSURE = 2.5
_TAP_FRAMES = 16
_RATHER_SURE = 3.0
_NO_PITCH = 0.50


class VoiceOdds(Protocol):
    """How surely somebody speaks, for each frame; the answer comes `delay` frames late."""

    delay: int
    sure_frames: int
    """So many frames over `SURE` are enough."""
    due_frames: int
    """So many frames after a beginning no more can be waited for."""

    def feed(self, frames: Frames, samples: Samples) -> Floats:
        """Log odds for the frames fed `delay` frames ago."""


class EarOdds:
    """What the ear says: it has heard 0.16 s more than the frame it speaks about."""

    delay, sure_frames, due_frames = DELAY_FRAMES, 2, 7

    def __init__(self) -> None:
        self._ear = Ear()

    def feed(self, frames: Frames, samples: Samples) -> Floats:
        """Ask the ear."""
        del samples
        return self._ear.feed(frames).voice


class DetectorOdds:
    """Any detector. It has heard nothing of what follows, so it is asked for longer, and about what is loud only."""

    delay, sure_frames, due_frames = 0, 14, 22

    def __init__(self, detector: VoiceDetector) -> None:
        self._detector, self._room = detector, RoomLevel()
        self._levels: list[Floats] = []

    def feed(self, frames: Frames, samples: Samples) -> Floats:
        """Ask the detector, the level and the pitch."""
        self._levels.append(frames.level_db)
        if sum(map(len, self._levels)) >= STEP_FRAMES:
            self._room.feed(np.concatenate(self._levels))
            self._levels.clear()
        floor = self._room.floor_dbfs
        is_loud = frames.level_db > floor + max(6.0, 0.4 * (self._room.ceiling_dbfs - floor))
        is_voice = is_loud & (self._detector.feed(samples) >= 0.5)
        # A sound without pitch goes on with a voice, but begins none.
        odds = np.select([frames.voicing > 0.8, frames.voicing > 0.65], [SURE + 1, ON + 0.1], (ON + OFF) / 2)
        return np.where(is_voice, odds, -SURE).astype(np.float32)


def onset(odds: Floats, hearing: VoiceOdds) -> int | None:
    """The frame in which a voice began, or None as long as that is not certain."""
    for start, end in joined(spans(held(odds)), _GAP_FRAMES, 0).tolist():
        inside = odds[start:end]
        if np.count_nonzero(inside > SURE) >= hearing.sure_frames:
            return int(start)
        is_due = odds.size - start >= hearing.due_frames
        is_going_on = odds.size - end < _GAP_FRAMES // 2
        if is_due and is_going_on and 2 * np.count_nonzero(inside > ON) >= hearing.due_frames:
            return int(start)
    return None


def ending(odds: Floats) -> int:
    """The frame after the last of a voice."""
    last = np.flatnonzero(held(odds))
    return int(last[-1]) + 1 if last.size else 0


def is_noise(odds: Floats, voicing: Floats) -> bool:
    """Judge a whole stretch that is over: too short or too unsure for a name, or without any pitch."""
    if not odds.size:
        return True
    if odds.size > _MAX_NOISE_FRAMES:
        return False
    surest = float(odds.max())
    is_tap = odds.size <= _TAP_FRAMES and surest < _RATHER_SURE
    return is_tap or surest < _UNSURE or float(np.percentile(voicing, 90)) < _NO_PITCH
