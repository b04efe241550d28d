r"""The ear: two small networks that hear who is speaking, learnt from recorded voices in simulated rooms.

::

    frames of 10 ms     two of them, 20 ms      0.16 s later
    32 bands   ---.                          .-- voice      is anybody speaking to the class, each 10 ms
    voicing    ---+--> 64 --> GRU 96 -+----->+-- sides      the teacher, pupils: two log odds
    pitch      ---'      \-> GRU 80 -'       +-- many       the class together, group work, babble behind the talk
    room's quiet --'
    and loud       '--> print_network.py -----> print      32 numbers: alike for one voice, unlike for two

They hear relative to the room: each band against its own quiet, and all of them against the loudest of late. An answer
about a frame comes when 0.16 s more of sound is known. `ear.npz` holds the weights of the upper one, which remembers;
`docs/developer/ear.md` says what both learnt from and how to teach them again. No words go in or come out, and no sound
can be made from their answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats
from analytics.print_network import DELAY_STEPS, PrintNetwork
from analytics.recurrent import recur, start, weights
from analytics.spectrum import EAR_BANDS, STEP_FRAMES, Frames

FRAMES_A_STEP = 2
"""The networks step once for two frames: 20 ms."""
DELAY_FRAMES = DELAY_STEPS * FRAMES_A_STEP
"""How many frames its answer comes after the sound: 0.16 s, of both networks."""
CHORAL, GROUP, BABBLE = range(3)
"""Columns of `many`."""

_FILE = "ear.npz"
_LARGEST = 6.0
_QUIET_FALLS, _QUIET_RISES = 0.3, 0.01
_LOUD_RISES, _LOUD_FALLS = 0.2, 0.005
"""Shares of the way in 0.1 s: the room's quiet follows down at once and up in 10 s, its loud the other way in 20 s."""
_FIRST_LOUD_DB, _LEAST_LOUD_DB = 20.0, 8.0
_USUAL_PITCH = 7.6
"""Octaves over 1 Hz: 194 Hz, between men and children."""
_VOICED = 0.45


@dataclass(frozen=True, slots=True)
class Answer:
    """What the ear says about n frames and n / 2 steps, all of them `DELAY_FRAMES` old."""

    voice: Floats
    """(n,) log odds that somebody speaks to the class."""
    sides: Floats
    """(n / 2, 2) log odds that the teacher, and that pupils speak."""
    many: Floats
    """(n / 2, 3) log odds of a choral answer, of group work, of babble behind the talk."""
    prints: Floats
    """(n / 2, PRINT) of length 0 (nobody) to 1: in one direction where one person speaks."""


class Ear:
    """Hears one lesson, in order: feed it 0.1 s at a time, or a part of it, 20 ms at least. Memory: constant."""

    def __init__(self) -> None:
        self._net, self._prints = _Network(), PrintNetwork()
        self._front = _Front()

    def feed(self, frames: Frames) -> Answer:
        """Take in the next frames; what comes out is about the sound 0.16 s before."""
        inputs = self._front.relative(frames).reshape(len(frames.level_db) // FRAMES_A_STEP, -1)
        out = self._net.step(inputs)
        return Answer(voice=out[:, :2].ravel(), sides=out[:, 2:4], many=out[:, 4:7], prints=self._prints.step(inputs))


class _Front:
    """Levels as the network wants them: against the room's quiet and loud."""

    def __init__(self) -> None:
        self._band_quiet: Floats | None = None
        self._quiet = self._loud = 0.0
        self._gathered: list[tuple[Floats, Floats]] = []

    def relative(self, frames: Frames) -> Floats:
        """(n, inputs) for n frames."""
        bands, quiet = frames.ear_db, self._band_quiet
        self._gathered.append((bands, frames.level_db))
        if quiet is None or sum(len(part) for part, _ in self._gathered) >= STEP_FRAMES:
            quiet = self._follow(*(np.concatenate(column) for column in zip(*self._gathered, strict=True)))
            self._gathered.clear()
        out = np.empty((len(bands), 2 * EAR_BANDS + 3), dtype=np.float32)
        out[:, :EAR_BANDS] = (bands - quiet) / 10
        out[:, EAR_BANDS : 2 * EAR_BANDS] = (bands - np.float32(self._loud)) / 10
        out[:, -3] = frames.voicing * 2 - 1
        out[:, -2] = (np.log2(frames.pitch_hz) - _USUAL_PITCH) * (frames.voicing > _VOICED)
        out[:, -1] = (self._loud - self._quiet) / 10 - 2
        return np.clip(out, -_LARGEST, _LARGEST)

    def _follow(self, bands: Floats, level_db: Floats) -> Floats:
        """Follow the room, by 0.1 s of it; returns its quiet in each band."""
        mean, top, quiet = float(level_db.mean()), float(level_db.max()), self._band_quiet
        if quiet is None:
            quiet, self._quiet, self._loud = bands.mean(axis=0), mean, mean + _FIRST_LOUD_DB
        off = bands.mean(axis=0) - quiet
        self._band_quiet = quiet = quiet + np.where(off < 0, np.float32(_QUIET_FALLS), np.float32(_QUIET_RISES)) * off
        self._quiet += (_QUIET_FALLS if mean < self._quiet else _QUIET_RISES) * (mean - self._quiet)
        self._loud += (_LOUD_RISES if top > self._loud else _LOUD_FALLS) * (top - self._loud)
        self._loud = max(self._loud, self._quiet + _LEAST_LOUD_DB)
        return np.asarray(quiet)


class _Network:
    """The network and the states of its two recurrent layers."""

    def __init__(self) -> None:
        self._w = weights(_FILE)
        self._first, self._second = (start(self._w, name, 1) for name in ("first", "second"))

    def step(self, inputs: Floats) -> Floats:
        """(steps, inputs) to (steps, 7): voice of either frame, teacher, pupils, three of many."""
        w = self._w
        hidden = np.maximum(inputs @ w["in"] + w["in_bias"], 0)[None]
        first = recur(w, "first", hidden, self._first)
        second = recur(w, "second", first, self._second)
        self._first, self._second = first[:, -1], second[:, -1]
        return np.asarray(np.hstack((first[0], second[0])) @ w["out"] + w["out_bias"])
