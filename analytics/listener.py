"""Listen to a lesson: blocks of sound in, what was heard out. No clock, no thread, no file.

::

    AudioBlock --> Listener.feed --> Heard(state) Heard(wait) Heard(phase) ...   while the lesson goes on
                   Listener.level    for the lamp: is anybody speaking, how long has it been silent
                   Listener.finish -> what was still open
                   Listener.account-> the whole lesson, judged again with all that was learnt in it

Blocks may have any size: sound is judged in steps of 100 ms counted in samples, so the events are the same.
Memory: the sound of 0.2 s, and of the last two hours 3.4 MB an hour of answers (`track.py`) and voice slices
(`features.py`) that cannot be turned back into speech. Of what came before them there is what was told live, 52 kB an
hour (`remembered.py`).
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from analytics.account import account_of
from analytics.arrays import Bools, Floats, Samples
from analytics.cues import GROUP_SHARE, SHARE_PRINTS
from analytics.ear import DELAY_FRAMES, FRAMES_A_STEP, GROUP, Ear
from analytics.earlier import Earlier
from analytics.features import Slices
from analytics.gate import ON
from analytics.ipus import StretchBuilder
from analytics.level import RoomLevel
from analytics.live import LiveTalk, Stretch
from analytics.odds import probability
from analytics.poor_sound import holes_of
from analytics.remembered import Named, hole_rows
from analytics.spectrum import HOP, HOP_S, MARGIN, STEP, STEP_FRAMES, Spectrum
from analytics.thresholds import Thresholds
from analytics.track import FRAMES_A_PRINT, STEPS_A_PRINT, Track
from analytics.voices import Sound
from analytics.windows import Windows
from lesson.sound import RATE_HZ, AudioBlock
from lesson.talk import Account, Heard, WaitTime

_RECENT_STEPS = 400
_CLIPPED = 32_700
_SAME_EVENT_S = 0.5
_GROUP_STEPS = SHARE_PRINTS * STEPS_A_PRINT
_SECOND = round(1 / HOP_S)
_PRINT_S = FRAMES_A_PRINT * HOP_S
_NOT_JUDGED_STEPS = -(-DELAY_FRAMES // STEP_FRAMES)
_QUIET_DB = 6.0
"""What the ear has not judged yet is silence for the lamp as far as it is not louder than this over the room's quiet.
Chosen on the six labelled lessons from 3, 4, 5, 6, 8 and 10: with the ear of `analytics-4` the lamp was then 0.07 s off
at the median, not 0.23, and lit falsely 31 times an hour, not 22; without this line it did 81 times."""
_KEPT_S = 2 * 3600.0
"""No lesson is so long. Somebody forgot to end it, or it is a day of lessons."""
_FORGOTTEN_SHARE = 0.05
_MORE_PRINTS = 20
"""Whether it is time to forget is looked at each second."""
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
        self,
        lesson_id: str,
        thresholds: Thresholds | None = None,
        teacher: Floats | None = None,
        *,
        kept: float = _KEPT_S,
    ) -> None:
        """`teacher`: her voice print, if she gave one (`teacher_voice.py`). `kept`: seconds that are judged again."""
        self.level = LevelReading()
        self._lesson_id, self._limits, self._teacher = lesson_id, thresholds or Thresholds(), teacher
        self._spectrum, self._room, self._ear = Spectrum(), RoomLevel(), Ear()
        self._kept = round(kept / _PRINT_S)
        self._at_once = int(self._kept * _FORGOTTEN_SHARE)
        most = self._kept + self._at_once + _MORE_PRINTS
        self._track, self._slices = Track(most), Slices(most * FRAMES_A_PRINT)
        self._stretches = StretchBuilder(
            round(self._limits.min_silence / HOP_S), round(self._limits.min_speech / HOP_S)
        )
        self._live = LiveTalk(lesson_id, self._limits, teacher)
        self._recent: deque[tuple[Floats, Floats, Bools, Bools]] = deque(maxlen=_RECENT_STEPS)
        self._sides: deque[Floats] = deque(maxlen=_RECENT_STEPS)
        self._many: deque[float] = deque(maxlen=_GROUP_STEPS)
        self._windows = Windows(STEP)
        self._forgotten = 0
        """Frames: what the track begins with, and frames are counted from."""
        self._holes = hole_rows()
        self._last_voice = 0
        self._account: Account | None = None

    def feed(self, block: AudioBlock) -> list[Heard]:
        """Take in the next block, of any size. A hole before it is filled with missing sound.

        Raises:
            ListenerError: the lesson is already finished, or the block lies hours ahead.
        """
        if self._account is not None:
            raise ListenerError("This lesson is finished. Make a new Listener for the next one.")
        hole = self._windows.hole(block)
        if hole > _MAX_GAP:
            raise ListenerError(f"Sound is missing for {hole / RATE_HZ:.0f} s. Start a new lesson.")
        return [heard for window in self._windows.feed(block) for heard in self._step(*window)]

    def finish(self) -> list[Heard]:
        """End the lesson: returns what was still open. `account` is ready after it."""
        if self._account is not None:
            return []
        duration = self._windows.samples / RATE_HZ
        # Until the ear has spoken about the last of it.
        tail = MARGIN + DELAY_FRAMES * HOP + 2 * STEP
        out = [heard for window in self._windows.end(tail) for heard in self._step(*window)]
        self._track.cut(-(-self._windows.samples // HOP) - self._forgotten)
        for start, end in self._stretches.finish().tolist():
            out += self._stretch(start, end)
        out += self._live.finish(duration)
        account = account_of(
            self._track,
            self._slices,
            self._lesson_id,
            thresholds=self._limits,
            duration=duration,
            teacher=self._teacher,
            earlier=Earlier(self._forgotten * HOP_S, self._live.ipus, self._live.phases, self._holes),
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

    def _step(self, samples: Samples, missing: Bools) -> list[Heard]:
        """Judge 100 ms."""
        first_frame = len(self._track)
        own = samples[MARGIN : MARGIN + STEP]
        frames = self._spectrum.frames(samples.astype(np.float32) / 32768)
        is_missing = np.any(missing[MARGIN : MARGIN + STEP].reshape(STEP_FRAMES, HOP), axis=1)
        is_clipped = np.any(np.abs(own.astype(np.int32)).reshape(STEP_FRAMES, HOP) >= _CLIPPED, axis=1)
        if is_missing.any():
            # Missing sound is neither quiet nor loud: it must not teach us the room.
            frames = frames.without(is_missing, self._room.floor_dbfs)
        self._room.feed(frames.level_db)
        self._track.append(frames.level_db, frames.voicing, is_missing, is_clipped)
        self._slices.append(first_frame, frames, self._room.floor_dbfs)
        self._recent.append((frames.level_db, frames.voicing, is_missing, is_clipped))
        before = self._track.answered
        answer = self._ear.feed(frames)
        voice, sides = self._track.answer(answer)
        self._sides.append(sides[:, 0] - sides[:, 1])
        self._many += probability(answer.many[:, GROUP]).tolist()
        out: list[Heard] = []
        for start, end in self._stretches.feed(voice).tolist():
            out += self._stretch(start, end)
        self._read(before, voice)
        if self._track.answered // _SECOND > before // _SECOND:
            is_group = len(self._many) == _GROUP_STEPS and float(np.mean(self._many)) > GROUP_SHARE
            now = (self._forgotten + self._track.answered) * HOP_S
            out += self._live.second(now, is_group, self.level.is_speech)
            self._forget()
        return out

    def _forget(self) -> None:
        """Drop the oldest of what is kept, a twentieth at once."""
        if len(self._track.prints) < self._kept + self._at_once:
            return
        frames = self._at_once * FRAMES_A_PRINT
        begun = self._forgotten * HOP_S
        for start, end in holes_of(self._track.is_missing[:frames]):
            self._holes.append((begun + start, begun + end))
        self._track.forget(self._at_once)
        self._slices.forget(frames)
        self._forgotten += frames
        self._last_voice -= frames

    def _stretch(self, start: int, end: int) -> list[Heard]:
        """Judge a finished stretch by the frames that are still at hand; frames from the start of the lesson."""
        started, ended = start * HOP_S, end * HOP_S
        start, end = max(0, start - self._forgotten), end - self._forgotten
        first = len(self._track) - STEP_FRAMES * len(self._recent)
        level, voicing, missing, clipped = (np.concatenate(column) for column in zip(*self._recent, strict=True))
        floor = np.full(level.size, self._room.floor_dbfs, dtype=np.float32)
        sound = Sound(level, floor, voicing, missing, clipped, np.zeros(level.size, dtype=np.bool_))
        flags = sound.flags(max(0, start - first), max(1, end - first), self._limits)
        sides = np.concatenate(self._sides)
        oldest = self._track.answered // FRAMES_A_STEP - sides.size
        own = sides[max(0, start // FRAMES_A_STEP - oldest) : max(1, end // FRAMES_A_STEP - oldest)]
        slices, prints = self._slices.between(start, end)[1], self._track.prints_between(start, end)
        return self._live.stretch(
            Stretch(started, ended, slices, prints, float(own.mean()) if own.size else 0.0, flags)
        )

    def _read(self, first_frame: int, voice: Floats) -> None:
        """Keep the reading for the lamp."""
        heard = np.flatnonzero(voice > ON)
        if heard.size:
            self._last_voice = first_frame + int(heard[-1]) + 1
        known = first_frame + voice.size
        steps = range(-min(_NOT_JUDGED_STEPS, len(self._recent)), 0)
        levels = np.concatenate([self._recent[step][0] for step in steps])
        not_judged = levels[levels.size - (len(self._track) - known) :]
        loud = np.flatnonzero(not_judged > self._room.floor_dbfs + _QUIET_DB)
        quiet = int(loud[0]) if loud.size else not_judged.size
        silence = (known + quiet - self._last_voice) * HOP_S
        self.level = LevelReading(
            level_dbfs=float(self._recent[-1][0].max()),
            floor_dbfs=self._room.floor_dbfs,
            is_speech=silence < self._limits.min_silence,
            silence_so_far=0.0 if silence < self._limits.min_silence else silence,
        )


def _renamed(waits: tuple[WaitTime, ...], told: Iterable[Named]) -> tuple[WaitTime, ...]:
    """Give events that were told live their names back: a page that shows one must find it again."""
    free = {event.event_id: event for event in told}
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
