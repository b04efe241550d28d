"""Listen to a lesson: blocks of sound in, what was heard out. No clock, no thread, no file.

::

    AudioBlock --> Listener.feed --> Heard(state) Heard(wait) Heard(phase) ...   while the lesson goes on
                   Listener.level    for the lamp: is anybody speaking, how long has it been silent
                   Listener.finish -> what was still open
                   Listener.account-> the whole lesson, judged again with all that was learnt in it

Blocks may have any size: sound is judged in steps of 100 ms counted in samples, so the events are the same.
Memory: the sound of 0.2 s, and about 1.4 MB an hour of frames (`track.py`) and voice slices (`features.py`) that
cannot be turned back into speech.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from dataclasses import dataclass

import numpy as np

from analytics import gate
from analytics.account import account_of
from analytics.arrays import Bools, Floats, Samples
from analytics.babble import Babble
from analytics.detector import VoiceDetector
from analytics.features import Slices
from analytics.ipus import IpuBuilder
from analytics.level import RoomLevel
from analytics.live import LiveTalk
from analytics.room import Room
from analytics.spectrum import HOP, HOP_S, MARGIN, STEP, STEP_FRAMES, Spectrum
from analytics.thresholds import Thresholds
from analytics.track import Track
from analytics.voices import Sound
from analytics.webrtc_detector import WebrtcDetector
from lesson.sound import RATE_HZ, AudioBlock
from lesson.talk import Account, Heard, WaitTime

_RECENT_STEPS = 400
_CLIPPED = 32_700
_USUAL_RT60 = 0.5
_SAME_EVENT_S = 0.5
_LAMP_FRAMES = 5
_MAX_GAP = 4 * 3600 * RATE_HZ


class ListenerError(ValueError):
    """The listener was used in a way that would make its numbers wrong."""


@dataclass(frozen=True, slots=True)
class LevelReading:
    """A live reading for a lamp or a meter."""

    level_dbfs: float = -100.0
    floor_dbfs: float = -60.0
    is_speech: bool = False
    silence_so_far: float = 0.0
    """Seconds since the last voice; 0 while somebody speaks."""


class Listener:
    """Hears one lesson."""

    def __init__(
        self, lesson_id: str, thresholds: Thresholds | None = None, detector: VoiceDetector | None = None
    ) -> None:
        self.level = LevelReading()
        self._lesson_id, self._limits = lesson_id, thresholds or Thresholds()
        self._detector = detector or WebrtcDetector()
        self._spectrum, self._room, self._track = Spectrum(), RoomLevel(), Track()
        self._slices, self._babble = Slices(), Babble()
        self._ipus = IpuBuilder(self._limits.min_silence, self._limits.min_speech)
        self._live = LiveTalk(lesson_id, self._limits)
        self._recent: deque[tuple[Floats, ...]] = deque(maxlen=_RECENT_STEPS)
        self._pending = np.zeros(MARGIN, dtype=np.int16)
        self._missing = np.zeros(MARGIN, dtype=np.bool_)
        self._samples = 0
        self._last_voice = 0
        self._account: Account | None = None

    def feed(self, block: AudioBlock) -> list[Heard]:
        """Take in the next block, of any size. A hole before it is filled with missing sound.

        Raises:
            ListenerError: the lesson is already finished, or the block lies hours ahead.
        """
        if self._account is not None:
            raise ListenerError("This lesson is finished. Make a new Listener for the next one.")
        hole = block.first_sample - self._samples
        if hole > _MAX_GAP:
            raise ListenerError(f"Sound is missing for {hole / RATE_HZ:.0f} s. Start a new lesson.")
        samples = np.frombuffer(block.pcm[: 2 * block.samples], dtype="<i2")
        # Sound that was heard before is not heard twice.
        samples = samples[max(0, -hole) :]
        missing = np.full(samples.size, block.is_missing)
        if hole > 0:
            samples = np.concatenate((np.zeros(hole, dtype=np.int16), samples))
            missing = np.concatenate((np.ones(hole, dtype=np.bool_), missing))
        self._samples += samples.size
        return self._take(samples, missing)

    def finish(self) -> list[Heard]:
        """End the lesson: returns what was still open. `account` is ready after it."""
        if self._account is not None:
            return []
        duration = self._samples / RATE_HZ
        tail = MARGIN + STEP
        out = self._take(np.zeros(tail, dtype=np.int16), np.zeros(tail, dtype=np.bool_))
        self._track.cut(-(-self._samples // HOP))
        for start, end in self._ipus.finish().tolist():
            out += self._stretch(start, end)
        out += self._live.finish(duration)
        account = account_of(
            self._track, self._slices, self._babble, self._lesson_id, thresholds=self._limits, duration=duration
        )
        self._account = dataclasses.replace(account, waits=_renamed(account.waits, self._live.told))
        return out

    def account(self) -> Account:
        """The whole lesson.

        Raises:
            ListenerError: before `finish`.
        """
        if self._account is None:
            raise ListenerError("The lesson is still going on. Call finish() first.")
        return self._account

    def _take(self, samples: Samples, missing: Bools) -> list[Heard]:
        self._pending = np.concatenate((self._pending, samples))
        self._missing = np.concatenate((self._missing, missing))
        out: list[Heard] = []
        first, window = 0, MARGIN + STEP + MARGIN
        while self._pending.size - first >= window:
            out += self._step(self._pending[first : first + window], self._missing[first : first + window])
            first += STEP
        self._pending, self._missing = self._pending[first:].copy(), self._missing[first:].copy()
        return out

    def _step(self, samples: Samples, missing: Bools) -> list[Heard]:
        """Judge 100 ms."""
        first_frame = len(self._track)
        own = samples[MARGIN : MARGIN + STEP]
        frames = self._spectrum.frames(samples.astype(np.float32) / 32768)
        is_missing = np.any(missing[MARGIN : MARGIN + STEP].reshape(STEP_FRAMES, HOP), axis=1)
        is_clipped = np.any(np.abs(own.astype(np.int32)).reshape(STEP_FRAMES, HOP) >= _CLIPPED, axis=1)
        voice = self._detector.feed(own)
        if is_missing.any():
            # Missing sound is neither quiet nor loud: it must not teach us the room.
            frames = frames.without(is_missing, self._room.floor_dbfs)
            voice = np.where(is_missing, np.float32(0), voice)
        self._room.feed(frames.level_db)
        floor = self._room.floor_dbfs
        is_core = gate.core(frames.level_db, floor, self._room.ceiling_dbfs, voice, frames.voicing)
        self._track.append(frames.level_db, frames.voicing, voice, is_missing, is_clipped)
        self._slices.append(first_frame, frames, floor)
        self._recent.append((frames.level_db, frames.voicing, is_missing, is_clipped))
        out: list[Heard] = []
        for start, end in self._ipus.feed(is_core, frames.level_db, floor).tolist():
            out += self._stretch(start, end)
        self._read(first_frame, frames.level_db, is_core)
        if self._babble.feed(frames):
            out += self._live.second(len(self._track) * HOP_S, self._babble.is_group_now, self.level.is_speech)
        return out

    def _stretch(self, start: int, end: int) -> list[Heard]:
        """Judge a finished stretch by the frames that are still at hand."""
        first = len(self._track) - STEP_FRAMES * len(self._recent)
        level, voicing, missing, clipped = (np.concatenate(column) for column in zip(*self._recent, strict=True))
        floor = np.full(level.size, self._room.floor_dbfs, dtype=np.float32)
        sound = Sound(level, floor, voicing, missing, clipped)
        room = Room.like(_USUAL_RT60, self._room.ceiling_dbfs - self._room.floor_dbfs)
        early, late = room.corrected(np.array([[start, end]]))[0].tolist()
        self._live.timer.room = room
        near = max(0, start - first), max(1, end - first)
        stretch = sound.judge(
            near, (early, late), self._slices.between(start, end), self._slices.usual_colour, self._limits
        )
        return self._live.stretch(stretch)

    def _read(self, first_frame: int, level_db: Floats, is_core: Bools) -> None:
        """Keep the reading for the lamp. A single loud frame, a tap, is no voice."""
        heard = np.flatnonzero(is_core)
        if heard.size >= _LAMP_FRAMES:
            self._last_voice = first_frame + int(heard[-1]) + 1
        now = first_frame + STEP_FRAMES
        silence = (now - self._last_voice) * HOP_S
        self.level = LevelReading(
            level_dbfs=float(level_db.max()),
            floor_dbfs=self._room.floor_dbfs,
            is_speech=silence < self._limits.min_silence,
            silence_so_far=0.0 if silence < self._limits.min_silence else silence,
        )


def _renamed(waits: tuple[WaitTime, ...], told: dict[str, WaitTime]) -> tuple[WaitTime, ...]:
    """Give events that were told live their names back: a page that shows one must find it again."""
    free = dict(told)
    out = []
    for wait in waits:
        same = [
            event
            for event in free.values()
            if event.kind is wait.kind and abs(event.t_end - wait.t_end) <= _SAME_EVENT_S
        ]
        if same:
            name = min(same, key=lambda event: abs(event.t_end - wait.t_end)).event_id
            del free[name]
        else:
            # Account events are counted apart from live ones, so that no two share a name.
            name = wait.event_id
        out.append(dataclasses.replace(wait, event_id=name))
    return tuple(out)
