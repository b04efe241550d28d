"""A rehearsal spoken by a machine, timed by a metronome, in a room with chairs, taps, coughs and breath.

::

    pose, as long as it takes   |<- pause, known ->|  name   0.8 to 3 s   (a pretend reply)
    "What is seven times eight?"     N    N          "Sarah"               "It is fifty-six."
                                                     ^ truth: the first sound of the dry name, 28 dB under its peak

Voices are espeak-ng's and flite's (Debian packages), noises are made here. They resemble nobody and no room: what is
measured on them says that the parts work together, and how fast.
"""

from __future__ import annotations

import functools
import pathlib
import subprocess
import tempfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capture.file_microphone import FileMicrophone
from lesson.sound import RATE_HZ

Sound = NDArray[np.float64]

QUESTIONS = (
    "What is seven times eight?",
    "Why does ice float on water?",
    "How do we know that the earth turns around the sun?",
    "What could Macbeth have done instead?",
    "Where does the energy go when a ball stops bouncing?",
    "Which of these two fractions is larger, and why?",
    "Why?",
    "What happens to the pressure if we heat the gas?",
)
NAMES = ("Sarah", "Tom", "Charlotte", "Peter", "Aisha", "Stephen", "Jo", "Mohammed", "Chloe", "Finn")
REPLIES = ("Fifty six.", "Because it is lighter.", "I am not sure.", "It gets warmer.")
_UNDER_PEAK_DB = 28.0


@dataclass(frozen=True)
class Scene:
    voice: str = "flite:slt"
    snr_db: float = 25.0
    rt60: float = 0.0
    cycles: int = 20
    noises: bool = True
    replies: bool = True
    pause: tuple[float, float] = (5.0, 0.6)
    """Median and spread of the true pauses."""
    seed: int = 1


@dataclass(frozen=True)
class Cycle:
    pose_end: float
    name_start: float
    name_end: float
    noises: tuple[tuple[str, float], ...]

    @property
    def pause(self) -> float:
        return self.name_start - self.pose_end


@functools.cache
def say(voice: str, text: str) -> Sound:
    """Dry speech, from its first sound to its last."""
    engine, _, name = voice.partition(":")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "said.wav"
        command = (
            ["espeak-ng", "-v", name, "-s", "150", "-w", str(path), text]
            if engine == "espeak"
            else ["flite", "-voice", name, "-t", text, "-o", str(path)]
        )
        subprocess.run(command, check=True, capture_output=True)
        microphone = FileMicrophone(path)
        pcm = b"".join(block.pcm for block in microphone.blocks())
        microphone.close()
    return trimmed(np.frombuffer(pcm, dtype="<i2") / 32768)


def trimmed(sound: Sound) -> Sound:
    """Cut at the first and last 5 ms that are louder than 28 dB under the peak, with a fade that no one hears."""
    hop = 80
    power = np.array([np.mean(sound[at : at + hop] ** 2) for at in range(0, sound.size - hop, hop)])
    loud = np.flatnonzero(10 * np.log10(power + 1e-12) > 10 * np.log10(power.max()) - _UNDER_PEAK_DB)
    sound = sound[loud[0] * hop : (loud[-1] + 1) * hop].copy()
    sound[-hop:] *= np.linspace(1, 0, hop)
    return sound / np.sqrt(np.mean(sound**2)) * 10 ** (-28 / 20)


def chair(random: np.random.Generator) -> Sound:
    sound = random.normal(0, 1, round(random.uniform(0.1, 0.4) * RATE_HZ))
    return _coloured(sound, 300, 3500) * np.hanning(sound.size) ** 0.5


def tap(random: np.random.Generator) -> Sound:
    time = np.arange(round(0.06 * RATE_HZ)) / RATE_HZ
    hz = random.uniform(500, 1800)
    return (np.sin(2 * np.pi * hz * time) + random.normal(0, 0.7, time.size)) * np.exp(-time / 0.012)


def page(random: np.random.Generator) -> Sound:
    sound = random.normal(0, 1, round(0.3 * RATE_HZ))
    return _coloured(sound, 1500, 7000) * np.abs(np.sin(np.linspace(0, 9, sound.size)))


def cough(random: np.random.Generator) -> Sound:
    """A burst, a moment of hoarse voice, breath."""
    burst = random.normal(0, 1, round(0.09 * RATE_HZ)) * np.linspace(1, 0.5, round(0.09 * RATE_HZ))
    time = np.arange(round(0.07 * RATE_HZ)) / RATE_HZ
    voice = sum(np.sin(2 * np.pi * hz * time) for hz in (210, 420, 630)) * 0.5 + random.normal(0, 0.4, time.size)
    breath = random.normal(0, 0.35, round(0.2 * RATE_HZ)) * np.linspace(1, 0, round(0.2 * RATE_HZ))
    return _coloured(np.concatenate((burst, voice, breath)), 200, 6000)


def breath(random: np.random.Generator) -> Sound:
    sound = random.normal(0, 1, round(0.35 * RATE_HZ))
    return _coloured(sound, 800, 5000) * np.hanning(sound.size) * 0.2


NOISES = {"chair": chair, "tap": tap, "page": page, "cough": cough, "breath": breath}


def rehearse(scene: Scene) -> tuple[NDArray[np.int16], list[Cycle]]:
    """The sound of a rehearsal, and when everything was."""
    random = np.random.default_rng(scene.seed)
    pieces: list[tuple[float, Sound]] = []
    cycles: list[Cycle] = []
    at = 1.5
    for number in range(scene.cycles):
        pose = say(scene.voice, QUESTIONS[number % len(QUESTIONS)])
        pieces.append((at, pose))
        end = at + pose.size / RATE_HZ
        pause = float(np.clip(random.normal(*scene.pause), 1.3, 12.0))
        start = end + pause
        noises = _scatter(end, start, random) if scene.noises else []
        pieces += [(when, NOISES[kind](random) * 10 ** (random.uniform(-34, -24) / 20)) for kind, when in noises]
        name = say(scene.voice, NAMES[number % len(NAMES)])
        pieces.append((start, name))
        over = start + name.size / RATE_HZ
        cycles.append(Cycle(end, start, over, tuple(noises)))
        at = over + random.uniform(0.8, 2.5)
        if scene.replies and number % 3 == 0:
            reply = say(scene.voice, REPLIES[number % len(REPLIES)])
            pieces.append((at, reply))
            at += reply.size / RATE_HZ + random.uniform(0.5, 0.9)
    sound = np.zeros(round((at + 1.5) * RATE_HZ))
    for when, piece in pieces:
        first = round(when * RATE_HZ)
        sound[first : first + piece.size] += piece
    sound = in_room(sound, scene.rt60, random)
    sound += _coloured(random.normal(0, 1, sound.size), 60, 2500) * 10 ** ((-28 - scene.snr_db) / 20)
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16), cycles


def in_room(sound: Sound, rt60: float, random: np.random.Generator) -> Sound:
    """Direct sound, and a tail that is 6 dB softer in all and falls by 60 dB in `rt60`."""
    if not rt60:
        return sound
    time = np.arange(round(rt60 * RATE_HZ)) / RATE_HZ
    tail = random.normal(0, 1, time.size) * 10 ** (-3 * time / rt60)
    tail[: round(0.003 * RATE_HZ)] = 0
    tail *= 0.5 / np.sqrt(np.sum(tail**2))
    size = 1 << int(np.ceil(np.log2(sound.size + tail.size)))
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: sound.size]
    return np.asarray(sound + wet)


def _scatter(end: float, start: float, random: np.random.Generator) -> list[tuple[str, float]]:
    """One to three noises, none nearer than 0.3 s to a voice, or to another noise."""
    found: list[tuple[str, float]] = []
    for _ in range(int(random.integers(1, 4))):
        when = float(random.uniform(end + 0.3, max(end + 0.31, start - 0.8)))
        if all(abs(when - other) > 0.8 for _, other in found):
            found.append((str(random.choice(list(NOISES))), when))
    return found


def _coloured(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    """Only a band of it, at unit power."""
    spectrum, hz = np.fft.rfft(sound), np.fft.rfftfreq(sound.size, 1 / RATE_HZ)
    shaped = np.fft.irfft(spectrum * ((hz > low_hz) & (hz < high_hz)), sound.size)
    return np.asarray(shaped / np.sqrt(np.mean(shaped**2)))
