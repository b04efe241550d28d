"""From a script to a lesson and its truth, in one folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.check_truth import SOUND, TRUTH, problems
from tools.classroom.errors import ClassroomError
from tools.classroom.flac import write_flac
from tools.classroom.reading import read_script
from tools.classroom.render import play
from tools.classroom.take import Take
from tools.classroom.truth import tell
from tools.classroom.voices import Voices

PEAK_DBFS = -3.0
"""No sample may be louder: a unit's microphone is set up with room to spare."""


def make(script_file: Path, out: Path, cache: Path) -> None:
    """Play a script and write sound and truth.

    Raises:
        ClassroomError: the lesson could not be made, or its truth contradicts itself.
    """
    script = read_script(script_file)
    take = play(script, Voices(cache))
    expect_headroom(take)
    truth = tell(script, take)
    wrong = problems(truth)
    if wrong:
        raise ClassroomError("The truth contradicts itself:\n" + "\n".join(wrong))
    out.mkdir(parents=True, exist_ok=True)
    write_flac(take.sound, out / SOUND)
    sha256 = hashlib.sha256((out / SOUND).read_bytes()).hexdigest()
    truth["audio"] = {"file": SOUND, "sha256": sha256, "rate_hz": RATE_HZ, "samples": len(take.sound)}
    (out / TRUTH).write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    print(f"{out / SOUND}: {truth['duration_s']:.1f} s, {len(truth['waits'])} waits, sha256 {sha256[:12]}")


def expect_headroom(take: Take) -> None:
    """Refuse a lesson that is too loud.

    Raises:
        ClassroomError: it is.
    """
    peak = float(20 * np.log10(np.abs(take.sound).max()))
    if peak > PEAK_DBFS:
        raise ClassroomError(f"Peak {peak:.1f} dBFS. Remedy: lower levels.teacher_dbfs by {peak - PEAK_DBFS:.1f}.")
