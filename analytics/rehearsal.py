"""A teacher rehearses alone: each pose, pause, name is timed and scored while she hears herself say the name.

::

    AudioBlock --> Rehearsal.feed --> Pausing Pausing ... Try(3, 5.2 s, yes) Confirmed(3, named)
                       |
                       | 20 ms at a time: spectrum, detector, level
                       v
                   onset.py: a voice has begun | is over | was a chair
                       v
                   tries.py: pose, pause, name

Events come as soon as they are certain, counted in samples, so blocks of any size give the same ones. A try is told
about 0.23 s of sound after the name began, and seldom after more than 0.3; what that costs is written in `onset.py`.
Kept: 45 ms of sound, six seconds of what the ear answered, and what her voice is like for as long as the rehearsal
lasts; nothing is written.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from analytics.arrays import Bools, Samples
from analytics.detector import VoiceDetector
from analytics.ear import FRAMES_A_STEP
from analytics.gate import OFF
from analytics.onset import OVER_FRAMES, DetectorOdds, EarOdds, HerVoice, VoiceOdds, ending, is_noise, onset
from analytics.print_network import PRINT
from analytics.spectrum import HOP, HOP_S, MARGIN, Spectrum
from analytics.thresholds import Thresholds
from analytics.tries import TryCounter
from analytics.try_events import Confirmed, RehearsalEvent, Reopened
from analytics.windows import Windows
from lesson.problems import WaitwiseError
from lesson.sound import RATE_HZ, AudioBlock

_FRAMES = 2
"""Frames judged at once. Fewer would be told no sooner: the ear steps once for two."""
_STEP = _FRAMES * HOP
_KEPT_FRAMES = 600
_MAX_HOLE = 60 * RATE_HZ
_USUAL_RT60 = 0.5

# Fitted to a hundred tries by real voices in rooms of 0.4 to 0.8 s, and as many by synthetic ones up to 1.0 s.
_START_BIAS_S = -0.015
"""How late a beginning is found: the ear hears a little of what comes."""
_END_BIAS_S, _END_BIAS_PER_RT60 = 0.055, 0.15
"""How late an end is found in a usual room, and for each second of reverberation more."""
_SILENT_DB = -100.0
_METER_STEPS = 5
"""Steps of 20 ms that a meter shows the loudest of."""


class RehearsalError(WaitwiseError):
    """The rehearsal was fed in a way that would make its times wrong."""


class Rehearsal:
    """Hears one rehearsal."""

    def __init__(
        self,
        thresholds: Thresholds | None = None,
        detector: VoiceDetector | None = None,
        rt60: float = _USUAL_RT60,
    ) -> None:
        """`rt60`: seconds of reverberation, if a room check measured it; ends of speech are corrected for it."""
        self._hearing: VoiceOdds = EarOdds() if detector is None else DetectorOdds(detector)
        self._end_bias = _END_BIAS_S + _END_BIAS_PER_RT60 * (rt60 - _USUAL_RT60)
        self._spectrum, self._counter = Spectrum(_FRAMES), TryCounter(thresholds)
        self._windows = Windows(_STEP)
        self._odds = np.zeros(0, dtype=np.float32)
        self._prints = np.zeros((0, PRINT), dtype=np.float32)
        self._her = HerVoice()
        self._level_db = _SILENT_DB
        self._loudest: deque[float] = deque(maxlen=_METER_STEPS)
        self._frames = 0
        self._is_voice = self._is_lost = False
        self._since_frame = 0
        """Where this voice began, or the last one ended."""
        self._end_before = self._searched_frame = 0

    @property
    def level_dbfs(self) -> float | None:
        """How loud the last 100 ms were, for a meter. None: nothing was heard yet."""
        return max(self._loudest, default=None)

    def feed(self, block: AudioBlock) -> list[RehearsalEvent]:
        """Take in the next block, of any size. A hole before it is filled with missing sound.

        Raises:
            RehearsalError: the block lies more than a minute ahead.
        """
        hole = self._windows.hole(block)
        if hole > _MAX_HOLE:
            raise RehearsalError(f"Sound is missing for {hole / RATE_HZ:.0f} s. Start the rehearsal again.")
        return [event for window in self._windows.feed(block) for event in self._step(*window, is_over=False)]

    def finish(self) -> list[RehearsalEvent]:
        """End the rehearsal: what the last words were is told."""
        told = [event for window in self._windows.end(RATE_HZ) for event in self._step(*window, is_over=True)]
        # The silence after the end is ours, not hers.
        return [event for event in told if isinstance(event, Confirmed | Reopened)]

    def _step(self, samples: Samples, missing: Bools, *, is_over: bool) -> list[RehearsalEvent]:
        own = samples[MARGIN : MARGIN + _STEP]
        frames = self._spectrum.frames(samples.astype(np.float32) / 32768)
        is_missing = np.any(missing[MARGIN : MARGIN + _STEP].reshape(_FRAMES, HOP), axis=1)
        if is_missing.any():
            # What is missing sounds like what was there before it, without a voice.
            frames = frames.without(is_missing, self._level_db)
        else:
            self._level_db += 0.01 * (float(frames.level_db.min()) - self._level_db)
        self._loudest.append(float(frames.level_db.max()))
        odds, prints = self._hearing.feed(frames, own)
        self._odds = np.concatenate((self._odds, odds))[-_KEPT_FRAMES:]
        self._prints = np.concatenate((self._prints, prints))[-_KEPT_FRAMES // FRAMES_A_STEP :]
        self._frames += _FRAMES
        now = round(self._frames * HOP_S + MARGIN / RATE_HZ, 4)
        out: list[RehearsalEvent] = []
        if is_missing.any() and not self._is_lost and not is_over:
            out += self._counter.missing(now)
        self._is_lost = bool(is_missing.any())
        self._listen()
        since = self._since_frame * HOP_S - (_START_BIAS_S if self._is_voice else self._end_bias)
        return [*out, *self._counter.feed(now, is_voice=self._is_voice, since=round(max(0.0, since), 4))]

    def _listen(self) -> None:
        """Follow the voice: has one begun, is it over, was it one?"""
        known = self._frames - self._hearing.delay
        first = known - self._odds.size
        if not self._is_voice:
            searched = max(self._searched_frame, first)
            at = searched - first
            start = onset(self._odds[at:], self._prints[at // FRAMES_A_STEP :], self._hearing, self._her)
            if start is not None:
                self._end_before, self._since_frame, self._is_voice = self._since_frame, searched + start, True
            return
        if np.any(self._odds[-OVER_FRAMES:] > OFF):
            return
        began = max(self._since_frame, first)
        own = self._odds[began - first :]
        own = own[: ending(own)]
        prints = self._prints[(began - first) // FRAMES_A_STEP :][: -(-own.size // FRAMES_A_STEP)]
        self._is_voice, self._searched_frame = False, known - OVER_FRAMES
        if is_noise(own, prints, self._her):
            self._since_frame = self._end_before
            return
        self._since_frame = began + own.size
        self._her.learn(own, prints)
