"""What hearing costs beside a voice detector alone: processor time, memory, and memory over a long day.

::

    a minute of the demo lesson    ours | webrtcvad | earshot | Silero | TEN     in turn, in one process: seconds of CPU
    an hour of it                  ours, a detector ten minutes, each alone      most memory
    eight hours of it              ours                                          memory after one hour, after eight
    ten seconds of it              each in a process of its own, under Valgrind  instructions

A detector alone knows voice from no voice; it does not know who spoke or how long a pause was.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import webrtcvad

from analytics.listener import Listener
from lesson.sound import BLOCK_SAMPLES, RATE_HZ, AudioBlock
from waitwise.evaluate.peers import Earshot, Silero, Ten, installed

OURS = "ours"
MINUTES = 60
MINUTES_ALONE = 10
"""A detector keeps nothing of what it heard."""
_FROM_S, _COUNTED_S = 20, 10
"""Seconds of the demo lesson in which both sides speak."""

PROGRAM = "import sys; from tools.listening import alone; alone(*sys.argv[1:])"
HOUSE = Path(__file__).parents[1]


class Webrtc:
    """webrtcvad as it streams, 20 ms at a time."""

    size = BLOCK_SAMPLES

    def __init__(self) -> None:
        self._detector = webrtcvad.Vad(2)

    def __call__(self, piece: np.ndarray) -> bool:
        """Voice or no voice."""
        return bool(self._detector.is_speech(piece.tobytes(), RATE_HZ))


class OneSilero(Silero):
    """Silero as its makers stream it: one state."""

    def __init__(self) -> None:
        super().__init__(is_reset_beside=False)


ALONE = {"webrtcvad 2": Webrtc, "Silero": OneSilero, "earshot": Earshot, "TEN": Ten}


def peers() -> list[str]:
    """Detectors that can be measured here."""
    found = {peer.name for peer in installed()[0]}
    return [name for name in ALONE if name in found]


def hear(blocks: Iterator[AudioBlock] | list[AudioBlock]) -> None:
    """Everything a unit hears."""
    listener = Listener(lesson_id="0" * 32)
    for block in blocks:
        listener.feed(block)
    listener.finish()


def detect(name: str, sound: np.ndarray) -> None:
    """Voice or no voice, and nothing else."""
    ask = ALONE[name]()
    for at in range(0, sound.size - ask.size + 1, ask.size):
        ask(sound[at : at + ask.size])


def cpu_a_minute(blocks: list[AudioBlock], runs: int) -> dict[str, float]:
    """Seconds of processor time, of all threads; medians. Ours and all others take turns."""
    sound = np.frombuffer(b"".join(block.pcm for block in blocks), dtype="<i2")
    works: dict[str, Callable[[], None]] = {OURS: lambda: hear(blocks)}
    works |= {name: lambda name=name: detect(name, sound) for name in peers()}
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            start = time.process_time()
            work()
            taken[name].append(time.process_time() - start)
    return {name: statistics.median(each) / (sound.size / RATE_HZ / 60) for name, each in taken.items()}


def peak_mb_alone(sound: Path) -> dict[str, float]:
    """Most memory of each in a process that has Python, numpy and what it needs; ours hears an hour and judges it."""
    return {name: _told(name, sound, MINUTES if name == OURS else MINUTES_ALONE)[-1] for name in (OURS, *peers())}


def instructions_a_second(sound: Path) -> dict[str, float]:
    """Millions of instructions for a second of sound, by Valgrind: the same on a busy machine and on an idle one.

    Counted twice, for ten seconds and for twenty, so that starting Python is in neither.
    """
    with tempfile.TemporaryDirectory() as folder:
        piece = Path(folder, "piece.pcm")
        piece.write_bytes(sound.read_bytes()[_FROM_S * 2 * RATE_HZ : (_FROM_S + _COUNTED_S) * 2 * RATE_HZ])
        return {name: _counted(name, piece, 2) - _counted(name, piece, 1) for name in (OURS, *peers())}


def _counted(name: str, piece: Path, times: int) -> float:
    """Millions for each second of the piece."""
    count = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
    command = [*count, sys.executable, "-c", PROGRAM, name, str(piece), str(times * _COUNTED_S / 60)]
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    told = subprocess.run(command, cwd=HOUSE, env=alone, capture_output=True, text=True, check=True).stderr
    return int(told.rpartition("Collected : ")[2].split()[0]) / _COUNTED_S / 1e6


def memory_by_hour(sound: Path, hours: int) -> tuple[float, float]:
    """MB that ours keeps after one hour of sound, and after so many."""
    kept = _told(OURS, sound, 60 * hours)
    return kept[0], kept[-2]


def alone(name: str, sound: str, minutes: str) -> None:
    """Hear raw sound again and again for so many minutes; tells memory after each hour and its peak, in MB."""
    pcm = Path(sound).read_bytes()
    blocks = _looped(pcm, round(float(minutes) * 60 * RATE_HZ))
    if name == OURS:
        listener = Listener(lesson_id="0" * 32)
        for block in blocks:
            listener.feed(block)
            if (block.first_sample + BLOCK_SAMPLES) % (3600 * RATE_HZ) == 0:
                print(_status("VmRSS"))
        listener.finish()
    else:
        one_round = np.frombuffer(pcm, dtype="<i2")
        for _ in range(max(1, round(float(minutes) * 60 * RATE_HZ / one_round.size))):
            detect(name, one_round)
    print(_status("VmHWM"))


def _looped(pcm: bytes, samples: int) -> Iterator[AudioBlock]:
    size = 2 * BLOCK_SAMPLES
    whole = len(pcm) // size
    for number in range(samples // BLOCK_SAMPLES):
        at = number % whole * size
        yield AudioBlock(number * BLOCK_SAMPLES, pcm[at : at + size])


def _told(name: str, sound: Path, minutes: int) -> list[float]:
    command = [sys.executable, "-c", PROGRAM, name, str(sound), str(minutes)]
    told = subprocess.run(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True, check=True)
    return [float(line) for line in told.stdout.split()]


def _status(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(key))) / 1000
