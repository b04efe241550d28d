"""Speak English at once with two small synthesisers that Debian carries: flite and eSpeak NG.

| voice | what it is | licence |
|---|---|---|
| `flite/slt`, `rms`, `awb` | built from a recorded speaker (CMU Arctic), statistical | flite: BSD-like |
| `flite/kal16` | diphones of a recorded speaker | the same |
| `espeak/en+VARIANT` | formant synthesis, many variants | GPL-3.0-or-later |

A sentence takes some hundredths of a second, so a whole class can be spoken in continuous integration. Both return the
same samples every time. `flite/rms` has no pitch control.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from tools.classroom.errors import ClassroomError
from tools.classroom.gate import Sound

PACKAGES = {"flite": "flite", "espeak": "espeak-ng"}
"""Command and Debian package of each engine (they are called alike)."""
_WORDS_A_MINUTE = 165
_PITCH_AT_99 = 1.62
"""`espeak-ng -p 99` speaks 1.62 times as high as `-p 50`, and `-p 0` 0.64 times (measured on `en+f2`, `en+m3`)."""


def is_quick(voice: str) -> bool:
    """Whether a voice is one of these."""
    return voice.partition("/")[0] in PACKAGES


def speak(words: str, voice: str, pace: float, pitch: float) -> tuple[Sound, int]:
    """Say the words; returns the samples, mono, and their rate.

    Raises:
        ClassroomError: the synthesiser is not installed, or does not know the voice.
    """
    engine, _, name = voice.partition("/")
    command = _command(engine)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        if engine == "flite":
            moved = [f"int_f0_target_mean={95 * pitch:.1f}"] if name == "kal16" else [f"f0_shift={pitch:.3f}"]
            options = [one for setting in (*moved, f"duration_stretch={1 / pace:.3f}") for one in ("--setf", setting)]
            asked = [command, "-voice", name, *options, "-t", words, "-o", str(file)]
        else:
            height = 50 + 49 * math.log(pitch) / math.log(_PITCH_AT_99)
            rate = round(_WORDS_A_MINUTE * pace)
            melody = ["-p", f"{min(99, max(0, height)):.0f}", "-s", str(rate)]
            asked = [command, "-v", name, *melody, "-w", str(file), words]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.returncode or not file.exists():
            raise ClassroomError(f"{voice} cannot say {words!r}: {done.stderr.strip() or 'no sound'}.")
        with wave.open(str(file)) as said:
            pcm = np.frombuffer(said.readframes(said.getnframes()), "<i2")
            return pcm.astype(np.float64) / 32768, said.getframerate()


def versions() -> dict[str, str]:
    """Which synthesisers speak, as they say themselves. Empty for one that is not here."""
    found = {}
    for engine, package in PACKAGES.items():
        if command := shutil.which(package):
            said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
            found[engine] = " ".join((said.stdout or said.stderr).split("Data at")[0].split())[:60]
    return found


def _command(engine: str) -> str:
    command = shutil.which(PACKAGES[engine])
    if command is None:
        raise ClassroomError(f"{PACKAGES[engine]} is not installed. Remedy: apt-get install {PACKAGES[engine]}")
    return command
