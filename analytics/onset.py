r"""Say within about 300 ms that a voice has begun, and where; and whether it was a voice, when it is over.

::

    odds     ______/^^^^^^\_____/^^\________       how surely a voice, each 10 ms
    SURE   - - - - - - - - - - - - - - - - -       two frames over it: a voice has begun
    ON     - - - - - - - - - - - - - - - - -       as good, when waiting any longer would be too late
    OFF    - - - - - - - - - - - - - - - - -       from where to where
    name         |######|      |##| cough          over after 0.12 s
    print        alike         unlike              to the voice of the poses: short and unlike, or never sure: noise

The trade: when the score is due, 0.1 s of a name is heard with 0.16 s of what follows it. Most chairs, taps and pages
are told from a name by then, because the ear does not take them for a voice, or for one that is quite unlike hers. What
is not yet told ends the pause; when it is over it is judged again, the try is taken back and the pause goes on as if
nothing had been: a wrong score is seen for as long as the noise lasts and 0.3 s more. The price is a name that sounds
unlike her, whispered or coughed out, which may be taken for a noise; and nobody else can say the name for her.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from analytics.arrays import Floats, Samples
from analytics.detector import VoiceDetector
from analytics.ear import DELAY_FRAMES, FRAMES_A_STEP, Ear
from analytics.gate import OFF, ON, held, joined, spans
from analytics.level import RoomLevel
from analytics.print_network import PRINT
from analytics.spectrum import STEP_FRAMES, Frames

SURE = 1.5
OVER_FRAMES = 12
"""A voice is over after so many frames without: a stop inside a word is shorter."""
_GAP_FRAMES = 8

# Chosen on the names and the noises taken for voices of one rehearsal in each of five labelled lessons and four of
# synthetic voices: 2 % of the names are less like her than `_UNLIKE`, and 95 % of the noises.
_MAX_NOISE_FRAMES = 60
_UNSURE = 2.0
_UNLIKE = 0.45
_QUITE_UNLIKE = 0.2
_POSE_FRAMES = 100
"""A stretch of so many frames shows what her voice is like."""


class VoiceOdds(Protocol):
    """How surely somebody speaks, for each frame; the answer comes `delay` frames late."""

    delay: int
    sure_frames: int
    """So many frames over `SURE` are enough."""
    due_frames: int
    """So many frames after a beginning no more can be waited for."""

    def feed(self, frames: Frames, samples: Samples) -> tuple[Floats, Floats]:
        """(n,) log odds and (n / 2, PRINT) voice prints for the frames fed `delay` frames ago."""


class EarOdds:
    """What the ear says: it has heard 0.16 s more than the frame it speaks about."""

    delay, sure_frames, due_frames = DELAY_FRAMES, 2, 7

    def __init__(self) -> None:
        self._ear = Ear()

    def feed(self, frames: Frames, samples: Samples) -> tuple[Floats, Floats]:
        """Ask the ear."""
        del samples
        answer = self._ear.feed(frames)
        return answer.voice, answer.prints


class DetectorOdds:
    """Any detector. It has heard nothing of what follows, so it is asked for longer, and about what is loud only."""

    delay, sure_frames, due_frames = 0, 14, 22

    def __init__(self, detector: VoiceDetector) -> None:
        self._detector, self._room = detector, RoomLevel()
        self._levels: list[Floats] = []

    def feed(self, frames: Frames, samples: Samples) -> tuple[Floats, Floats]:
        """Ask the detector, the level and the pitch; it knows no voice from another."""
        self._levels.append(frames.level_db)
        if sum(map(len, self._levels)) >= STEP_FRAMES:
            self._room.feed(np.concatenate(self._levels))
            self._levels.clear()
        floor = self._room.floor_dbfs
        is_loud = frames.level_db > floor + max(6.0, 0.4 * (self._room.ceiling_dbfs - floor))
        is_voice = is_loud & (self._detector.feed(samples) >= 0.5)
        # A sound without pitch goes on with a voice, but begins none.
        odds = np.select([frames.voicing > 0.8, frames.voicing > 0.65], [SURE + 1, ON + 0.1], (ON + OFF) / 2)
        prints = np.zeros((len(odds) // FRAMES_A_STEP, PRINT), dtype=np.float32)
        return np.where(is_voice, odds, -SURE).astype(np.float32), prints


class HerVoice:
    """What the voice of the poses is like: 32 numbers, kept as long as the rehearsal lasts."""

    def __init__(self) -> None:
        self._sum = np.zeros(PRINT, dtype=np.float32)

    def learn(self, odds: Floats, prints: Floats) -> None:
        """Take in a stretch that is over; only long ones count."""
        if odds.size >= _POSE_FRAMES:
            self._sum += _weighted(odds, prints)

    def likeness(self, odds: Floats, prints: Floats) -> float:
        """From -1, quite unlike, to 1; 1 while nothing is known."""
        heard = _weighted(odds, prints)
        length = float(np.linalg.norm(self._sum) * np.linalg.norm(heard))
        return float(self._sum @ heard) / length if length > 0 else 1.0


def onset(odds: Floats, prints: Floats, hearing: VoiceOdds, her: HerVoice) -> int | None:
    """The frame in which a voice began, or None as long as that is not certain."""
    for start, end in joined(spans(held(odds)), _GAP_FRAMES, 0).tolist():
        inside = odds[start:end]
        is_due = odds.size - start >= hearing.due_frames
        is_going_on = odds.size - end < _GAP_FRAMES // 2
        is_sure = np.count_nonzero(inside > SURE) >= hearing.sure_frames
        is_rather = is_due and is_going_on and 2 * np.count_nonzero(inside > ON) >= hearing.due_frames
        if is_sure or is_rather:
            is_short = end - start <= _MAX_NOISE_FRAMES
            if not (is_short and her.likeness(inside, _part(prints, start, end)) < _QUITE_UNLIKE):
                return int(start)
    return None


def ending(odds: Floats) -> int:
    """The frame after the last of a voice."""
    last = np.flatnonzero(held(odds))
    return int(last[-1]) + 1 if last.size else 0


def is_noise(odds: Floats, prints: Floats, her: HerVoice) -> bool:
    """Judge a whole stretch that is over: short, and unlike her or never surely a voice."""
    if odds.size > _MAX_NOISE_FRAMES:
        return False
    return not odds.size or float(odds.max()) < _UNSURE or her.likeness(odds, prints) < _UNLIKE


def _part(prints: Floats, start: int, end: int) -> Floats:
    return prints[start // FRAMES_A_STEP : max(end, start + FRAMES_A_STEP) // FRAMES_A_STEP]


def _weighted(odds: Floats, prints: Floats) -> Floats:
    """Sum of prints, the surer the weightier."""
    weights = np.maximum(odds[: FRAMES_A_STEP * len(prints) : FRAMES_A_STEP], 0.1)
    return np.asarray(weights @ prints[: weights.size])
