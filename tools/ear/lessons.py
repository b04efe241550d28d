"""Make lessons and let the product hear them; kept is what a network is taught with.

::

    scene --Spectrum--> frames --_Front------> stage 1: what the ear is given           + labels each 10 ms
                           '---Ear, Slices---> stage 2: what hindsight is given (cues)  + labels each 10 ms

Front end, ear and cues are the product's own, so that what is taught is what will be heard. Stage 2 therefore needs
the exported `analytics/ear.npz` of stage 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from analytics import gate
from analytics.cues import GROUP_SHARE, Cues, share_of
from analytics.ear import GROUP, Ear, _Front
from analytics.features import Slices
from analytics.level import RoomLevel
from analytics.spectrum import HOP_S, MARGIN, STEP, STEP_FRAMES, Frames, Spectrum
from analytics.teacher_voice import TeacherVoiceError, VoiceSample
from analytics.thresholds import Thresholds
from analytics.track import FRAMES_A_PRINT, Track
from lesson.sound import AudioBlock
from tools.ear.scene import Scene
from tools.ear.voices import Voices

SECONDS = {1: 90.0, 2: 180.0}
_UNTIL_ANSWERED = 2
"""Steps that are heard once more at the end: the ear answers 0.16 s late."""


def make(root: Path, out: Path, numbers: range, *, stage: int, all_voices: bool) -> None:
    """Write those lessons that are not there yet."""
    out.mkdir(parents=True, exist_ok=True)
    without = stage == 2 or not all_voices
    voices = Voices(root, without_held_out=without, for_hindsight=stage == 2)
    # Three rows of lessons that share none.
    row = {(1, True): 0, (1, False): 1, (2, True): 3}[stage, without]
    for number in numbers:
        path = out / f"{number}.npz"
        if path.exists():
            continue
        scene = Scene(number * 7 + row, voices, SECONDS[stage])
        kept = for_ear(scene) if stage == 1 else for_hindsight(scene)
        np.savez(path, **kept)
        print(path, flush=True)


def frames_of(sound: Any) -> Iterator[Frames]:
    """The product's frames of a whole lesson, 0.1 s at a time."""
    padded = np.concatenate((np.zeros(MARGIN), sound, np.zeros(MARGIN + STEP))).astype("f4") / 32768
    spectrum = Spectrum()
    for at in range(0, len(sound) // STEP * STEP, STEP):
        yield spectrum.frames(padded[at : at + STEP + 2 * MARGIN])


def for_ear(scene: Scene) -> dict[str, Any]:
    """Inputs and labels of stage 1."""
    front = _Front()
    inputs = np.concatenate([front.relative(frames) for frames in frames_of(scene.sound)])
    count = len(inputs)
    labels = scene.labels
    return {
        "inputs": inputs.astype("f2"),
        "roles": labels.roles()[:count],
        "babble": labels.babble[:count],
        "voice": labels.voice[:count],
    }


def for_hindsight(scene: Scene) -> dict[str, Any]:
    """Inputs and labels of stage 2."""
    ear, slices, room, track = Ear(), Slices(), RoomLevel(), Track()
    heard = list(frames_of(scene.sound))
    nothing = np.zeros(STEP_FRAMES, bool)
    for step, frames in enumerate(heard):
        room.feed(frames.level_db)
        slices.append(step * STEP_FRAMES, frames, room.floor_dbfs)
        track.append(frames.level_db, frames.voicing, nothing, nothing)
        track.answer(ear.feed(frames))
    for _ in range(_UNTIL_ANSWERED):
        track.answer(ear.feed(heard[-1]))
    track.cut(len(heard) * STEP_FRAMES)
    usual = Thresholds()
    found = gate.stretches(track.voice[:], round(usual.min_silence / HOP_S), round(usual.min_speech / HOP_S))
    share = share_of(track, GROUP)
    outside = [
        (start, end)
        for start, end in found.tolist()
        if share[min((start + end) // 2 // FRAMES_A_PRINT, len(share) - 1)] < GROUP_SHARE
    ]
    usable = np.array(outside, dtype=np.intp).reshape(-1, 2)
    given, known = (Cues(track, slices, usable, teacher)[:] for teacher in (None, _print(scene)))
    count = 2 * len(given)
    return {"inputs": given.astype("f2"), "known": known.astype("f2"), "roles": scene.labels.roles()[:count]}


def _print(scene: Scene) -> Any:
    """Her voice print, from a sample; none, if the ear heard too little of it."""
    sample = VoiceSample()
    sample.feed(AudioBlock(0, scene.sample().astype("<i2").tobytes()))
    try:
        return sample.print()
    except TeacherVoiceError:
        return None
