"""Simple ways to do the same, so that a figure of ours has something to be compared with.

::

    our edges, all hers          our stretches of speech, every one taken for the teacher's
    level alone, all hers        a voice is what is 8 dB over the floor
    webrtcvad 2, all hers        a voice is what webrtcvad (mode 2) says; edges as they come
    our edges, told who          our stretches, and the truth says whose most of each is
    webrtcvad 2, told who        webrtcvad's, the same: what the ear is worth without judging who spoke

Gaps under 0.2 s are filled, stretches under 0.15 s dropped, and waits made of the rest by the same rules as ours.
Nothing is corrected for the room (ours are already), and only our edges bring group work with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analytics.arrays import Bools
from analytics.detector import FRAME_SAMPLES, LevelDetector, VoiceDetector
from analytics.gate import joined, spans
from analytics.spectrum import HOP_S, STEP
from analytics.thresholds import Thresholds
from analytics.webrtc_detector import WebrtcDetector
from capture.file_microphone import FileMicrophone
from lesson.talk import Ipu, Phase, PhaseSpan, Role, State
from waitwise.evaluate.lessons import Truth
from waitwise.evaluate.told import Told, told_from

OURS_ALL_HERS = "our edges, all hers"
LEVEL = "level alone, all hers"
WEBRTC = "webrtcvad 2, all hers"
OURS_TOLD = "our edges, told who"
WEBRTC_TOLD = "webrtcvad 2, told who"
ALL_HERS = (OURS_ALL_HERS, LEVEL, WEBRTC)
BASELINES = (*ALL_HERS, OURS_TOLD, WEBRTC_TOLD)

VOICES = frozenset({Role.TEACHER, Role.PUPIL, Role.CHORAL, Role.OVERLAP, Role.UNKNOWN})

Stretches = list[tuple[float, float]]


def baselines(
    sound: Path, truth: Truth, ours: Told, thresholds: Thresholds, on_progress: Callable[[float], None]
) -> dict[str, Told]:
    """Hear a lesson in every simple way. Streams: an hour keeps one bit of each 10 ms and detector."""
    level, webrtc = heard(sound, [LevelDetector(), WebrtcDetector(mode=2)], thresholds, on_progress)
    whole = [PhaseSpan(Phase.WHOLE_CLASS, 0.0, truth.duration)]
    edges = _stretches_of(ours.states, thresholds)
    rows = {
        OURS_ALL_HERS: (_hers(edges), ours.phases),
        LEVEL: (_hers(level), whole),
        WEBRTC: (_hers(webrtc), whole),
        OURS_TOLD: (_told_who(edges, truth), ours.phases),
        WEBRTC_TOLD: (_told_who(webrtc, truth), whole),
    }
    return {name: told_from(ipus, phases, truth.duration, thresholds) for name, (ipus, phases) in rows.items()}


def heard(
    sound: Path, detectors: Sequence[VoiceDetector], thresholds: Thresholds, on_progress: Callable[[float], None]
) -> list[Stretches]:
    """Stretches of speech, for each detector."""
    found: list[list[Bools]] = [[] for _ in detectors]
    microphone = FileMicrophone(sound)
    pending = b""
    size = 2 * STEP
    try:
        for block in microphone.blocks():
            pending += block.pcm
            if len(pending) >= size:
                _judge(pending[:size], detectors, found)
                pending = pending[size:]
                on_progress(block.end)
    finally:
        microphone.close()
    whole = len(pending) // (2 * FRAME_SAMPLES) * 2 * FRAME_SAMPLES
    if whole:
        _judge(pending[:whole], detectors, found)
    gap, shortest = round(thresholds.min_silence / HOP_S), round(thresholds.min_speech / HOP_S)
    return [
        [(start * HOP_S, end * HOP_S) for start, end in joined(spans(np.concatenate(mask)), gap, shortest).tolist()]
        if mask
        else []
        for mask in found
    ]


def whose(start: float, end: float, states: Sequence[State]) -> Role:
    """Whose most of a stretch really is; noise if nobody's."""
    time = dict.fromkeys((Role.TEACHER, Role.PUPIL, Role.CHORAL, Role.GROUP), 0.0)
    for state in states:
        common = min(end, state.end) - max(start, state.start)
        role = Role.TEACHER if state.role is Role.OVERLAP else state.role
        if common > 0 and role in time:
            time[role] += common
    most = max(time, key=lambda role: time[role])
    return most if time[most] > 0 else Role.NOISE


def _judge(pcm: bytes, detectors: Sequence[VoiceDetector], found: list[list[Bools]]) -> None:
    samples = np.frombuffer(pcm, dtype="<i2")
    for detector, mask in zip(detectors, found, strict=True):
        mask.append(np.asarray(detector.feed(samples) >= 0.5))


def _hers(stretches: Stretches) -> list[Ipu]:
    return [Ipu(Role.TEACHER, start, end) for start, end in stretches]


def _told_who(stretches: Stretches, truth: Truth) -> list[Ipu]:
    return [Ipu(whose(start, end, truth.states), start, end) for start, end in stretches]


def _stretches_of(states: Sequence[State], thresholds: Thresholds) -> Stretches:
    found: Stretches = []
    for state in states:
        if state.role not in VOICES:
            continue
        if found and state.start - found[-1][1] < thresholds.min_silence:
            found[-1] = found[-1][0], state.end
        else:
            found.append((state.start, state.end))
    return found
