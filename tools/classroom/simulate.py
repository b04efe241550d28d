"""Make simulated lessons: sound, truth, speaker turns, the teacher's voice sample, and a manifest.

::

    profile + seed --author--> script --render--> take --microphone--> NAME.flac   NAME.truth.json   NAME.rttm
                                                                       NAME.enrol.flac               manifest.json
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom import quick
from tools.classroom.author import write
from tools.classroom.cast import QUICK
from tools.classroom.check_truth import problems
from tools.classroom.enrolment import enrolment
from tools.classroom.errors import ClassroomError
from tools.classroom.flac import write_flac
from tools.classroom.microphone import Microphone, record
from tools.classroom.profiles import EVERY_PROFILE, Profile
from tools.classroom.render import play
from tools.classroom.script import TEACHER, Script
from tools.classroom.sentences import Side
from tools.classroom.take import Take
from tools.classroom.truth import tell
from tools.classroom.voices import Voices

SIMULATOR = "1"
"""Raised when the same seed makes another lesson."""
_PACKAGES = ("numpy", "scipy", "pyroomacoustics", "av")


def simulate(names: list[str], seed: int, seconds: float | None, out: Path, cache: Path, bank: str = QUICK) -> None:
    """Make lessons into a folder, so long or, if nobody says how long, each as long as its profile is.

    Raises:
        ClassroomError: no such profile, too short, a synthesiser is missing, or a truth contradicts itself.
    """
    unknown = sorted(set(names) - set(EVERY_PROFILE))
    if unknown:
        raise ClassroomError(f"No profile {', '.join(unknown)}. There are: {', '.join(EVERY_PROFILE)}.")
    lengths = {name: seconds or EVERY_PROFILE[name].seconds for name in names}
    if min(lengths.values()) < 60:
        raise ClassroomError("A lesson of under 60 s has no room for a phase of its own. Ask for 60 or more.")
    out.mkdir(parents=True, exist_ok=True)
    voices = Voices(cache)
    lessons = {name: _one(name, EVERY_PROFILE[name], seed, lengths[name], out, voices, bank) for name in names}
    manifest = {
        "simulator": SIMULATOR,
        "seed": seed,
        "side": Side.of(seed).name.lower(),
        "seconds": max(lengths.values()),
        "voices": bank,
        "versions": _versions(),
        "lessons": lessons,
    }
    _write(out / "manifest.json", manifest)


def _one(
    name: str, profile: Profile, seed: int, seconds: float, out: Path, voices: Voices, bank: str
) -> dict[str, str]:
    script = write(name, profile, seed, seconds, voices, bank)
    rng = np.random.default_rng([seed, *name.encode(), 1])
    has_agc, drift = bool(rng.random() < 0.5), float(rng.uniform(-50, 50))
    microphone = Microphone(seed, has_agc)
    if profile.is_damaged:
        microphone = Microphone(seed, has_agc, drift, round(seconds / 9), clip_dbfs=-14.0)
    played = play(script, voices)
    take, lost = record(played, microphone)
    sample, _ = record(play(enrolment(script, voices), voices), Microphone(seed, has_agc))
    truth = tell(script, take)
    truth["dropouts"] = [{"start_s": round(one / RATE_HZ, 3), "end_s": round(two / RATE_HZ, 3)} for one, two in lost]
    spans = [[round(ipu.start / RATE_HZ, 3), round(ipu.end / RATE_HZ, 3)] for ipu in sample.ipus]
    truth["enrolment"] = {"file": f"{name}.enrol.flac", "speech": spans}
    truth["slices"] = _slices(script, take, truth["slices"], microphone)
    if wrong := problems(truth):
        raise ClassroomError(f"The truth of {name} contradicts itself:\n" + "\n".join(wrong))
    write_flac(take.sound, out / f"{name}.flac")
    write_flac(sample.sound, out / f"{name}.enrol.flac")
    (out / f"{name}.rttm").write_text(rttm(name, truth), encoding="utf-8")
    _write(out / f"{name}.truth.json", truth)
    files = [f"{name}{end}" for end in (".flac", ".truth.json", ".rttm", ".enrol.flac")]
    return {file: hashlib.sha256((out / file).read_bytes()).hexdigest() for file in files}


def rttm(name: str, truth: dict[str, Any]) -> str:
    """Return every stretch of voice as a line of RTTM."""
    return "".join(
        f"SPEAKER {name} 1 {ipu['start_s']:.3f} {ipu['end_s'] - ipu['start_s']:.3f} <NA> <NA> {ipu['spk']} <NA> <NA>\n"
        for ipu in truth["ipus"]
    )


def _slices(script: Script, take: Take, told: dict[str, Any], microphone: Microphone) -> dict[str, Any]:
    kept = {key: value for key, value in told.items() if key not in {"teacher", "unit", "distances_m"}}
    return {
        **script.about,
        **kept,
        "teacher_dist_m": round(take.distances[TEACHER], 2),
        "agc": microphone.has_agc,
        "drift_ppm": round(microphone.drift_ppm, 1),
    }


def _versions() -> dict[str, str]:
    found = {package: importlib.metadata.version(package) for package in _PACKAGES}
    return {"python": platform.python_version(), **found, **quick.versions()}


def _write(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
