"""Can the back row be heard? A voice from the front and one from the back, each against the room's own quiet.

::

    quiet, 3 s      -69 ......................... floor: what the room sounds like when nobody speaks
    front, 5 s      -28 ##########  41 dB over    measured as in a lesson: analytics/level.py, analytics/voices.py
    back, 5 s       -63 ##           6 dB over    under 10 dB the edges of speech wander: answers would be missed

It is told when to listen for which, so that walking to the back row is not measured. Levels are kept for as long as one
of the three lasts; sound is not kept.
"""

from __future__ import annotations

import numpy as np

from analytics.arrays import Floats
from analytics.level import FLOOR_PERCENT
from analytics.room_measured import NOTHING, SECONDS, Measured, Outcome, Place
from analytics.spectrum import HOP_S, STEP, STEP_FRAMES, Spectrum
from analytics.thresholds import Thresholds
from analytics.voices import Sound
from analytics.windows import Windows
from lesson.sound import AudioBlock

FAIR_DB = 5.0
"""So little over the line a voice is heard, and a quieter one from the same seat is not."""


class RoomCheck:
    """One check of a room. `begin` says what comes, `feed` listens."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self.measured = NOTHING
        self.place: Place | None = None
        """What is listened for now. None: nothing is measured."""
        self.level_dbfs: float | None = None
        """How loud the last 100 ms were, for a meter. None: nothing was heard yet."""
        self._limits = thresholds or Thresholds()
        self._spectrum, self._windows = Spectrum(), Windows(STEP)
        self._levels: list[Floats] = []
        self._voicing: list[Floats] = []

    @property
    def left(self) -> float:
        """Seconds that are still listened for what is listened for."""
        return 0.0 if self.place is None else SECONDS[self.place] - round(len(self._levels) * STEP_FRAMES * HOP_S, 3)

    def begin(self, place: Place) -> None:
        """Listen for this from now on; what was measured of it before is forgotten."""
        self.place = place
        self._levels, self._voicing = [], []

    def feed(self, block: AudioBlock) -> None:
        """Take in the next block, of any size. Missing sound is neither quiet nor loud, and does not count."""
        for samples, missing in self._windows.feed(block):
            frames = self._spectrum.frames(samples.astype(np.float32) / 32768)
            if missing.any():
                continue
            self.level_dbfs = float(frames.level_db.max())
            if self.place is not None:
                self._levels.append(frames.level_db)
                self._voicing.append(frames.voicing)
                if self.left <= 0:
                    self._measure(self.place)

    def outcome(self) -> Outcome | None:
        """What follows; None where not everything was measured."""
        measured, line = self.measured, self._limits.low_snr_db
        if self.place is not None or measured.floor_dbfs is None:
            return None
        if measured.front_db is None or measured.front_db < line:
            return Outcome.FRONT_UNHEARD
        if measured.back_db is None or measured.back_db < line:
            return Outcome.BACK_UNHEARD
        return Outcome.FAIR if measured.back_db < line + FAIR_DB else Outcome.GOOD

    def _measure(self, place: Place) -> None:
        level, voicing = np.concatenate(self._levels), np.concatenate(self._voicing)
        before, self.place = self.measured, None
        self._levels, self._voicing = [], []
        if place is Place.QUIET:
            self.measured = Measured(round(float(np.percentile(level, FLOOR_PERCENT)), 1))
            return
        assert before.floor_dbfs is not None, "the room's quiet comes first"
        over = self._over_floor(level, voicing, before.floor_dbfs)
        if place is Place.FRONT:
            self.measured = Measured(before.floor_dbfs, over)
        else:
            self.measured = Measured(before.floor_dbfs, before.front_db, over)

    def _over_floor(self, level: Floats, voicing: Floats, floor_dbfs: float) -> float | None:
        """How far a voice stands out, from its first sound to its last; None: there was none."""
        no = np.zeros(level.size, dtype=np.bool_)
        floor = np.full(level.size, floor_dbfs, dtype=np.float32)
        sound = Sound(level, floor, voicing, no, no, no)
        heard = sound.unheard(0.0, level.size * HOP_S + 0.1, 0.0, self._limits)
        if heard is None:
            return None
        return round(sound.over_floor(round(heard[0] / HOP_S), round(heard[1] / HOP_S)), 1)
