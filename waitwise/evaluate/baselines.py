"""Simple ways to do the same, so that a figure of ours has something to be compared with.

::

    our edges, all hers          our stretches of speech, every one taken for the teacher's
    our edges, told who          our stretches, and the truth says whose most of each is
    level alone, all hers        a voice is what is 8 dB over the floor
    webrtcvad 2, told who        webrtcvad's stretches (mode 2), and the truth says whose
    Silero, ...                  the same for every detector that is installed: `peers.py`

Gaps under 0.2 s are filled, stretches under 0.15 s dropped, and waits made of the rest by the same rules as ours.
Nothing is corrected for the room (ours are already), and only our edges bring group work with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analytics.arrays import Bools, Samples
from analytics.detector import FRAME_SAMPLES
from analytics.gate import joined, spans
from analytics.spectrum import HOP_S, STEP
from analytics.thresholds import Thresholds
from capture.file_microphone import FileMicrophone
from lesson.talk import Ipu, Phase, PhaseSpan, Role, State
from waitwise.evaluate.ears import Ear
from waitwise.evaluate.lessons import Truth
from waitwise.evaluate.peers import Peer
from waitwise.evaluate.speech import VOICES
from waitwise.evaluate.told import Told, told_from

OUR_EDGES = "our edges"
ALL_HERS, TOLD_WHO = "all hers", "told who"

Stretches = list[tuple[float, float]]


def names(peers: Sequence[Peer]) -> list[str]:
    """What the ways are called, in the order of the tables: who knows least first."""
    return [f"{edges}, {how}" for how in (ALL_HERS, TOLD_WHO) for edges in (OUR_EDGES, *(peer.name for peer in peers))]


def baselines(
    sound: Path,
    truth: Truth,
    ours: Told,
    peers: Sequence[Peer],
    thresholds: Thresholds,
    on_progress: Callable[[float], None],
) -> dict[str, Told]:
    """Hear a lesson in every simple way. Streams: an hour keeps one bit of each 10 ms and detector."""
    found = heard(sound, [peer.make() for peer in peers], on_progress)
    whole: Sequence[PhaseSpan] = [PhaseSpan(Phase.WHOLE_CLASS, 0.0, truth.duration)]
    rows: list[tuple[str, Stretches, Sequence[PhaseSpan]]] = [
        (OUR_EDGES, stretches_of(ours.states, thresholds), ours.phases),
        *((peer.name, stretches(mask, thresholds), whole) for peer, mask in zip(peers, found, strict=True)),
    ]
    told = {}
    for name, edges, phases in rows:
        hers = [Ipu(Role.TEACHER, start, end) for start, end in edges]
        whose_ = [Ipu(whose(start, end, truth.states), start, end) for start, end in edges]
        for how, ipus in ((ALL_HERS, hers), (TOLD_WHO, whose_)):
            told[f"{name}, {how}"] = told_from(ipus, phases, truth.duration, thresholds)
    return {name: told[name] for name in names(peers)}


def heard(sound: Path, ears: Sequence[Ear], on_progress: Callable[[float], None]) -> list[Bools]:
    """Let every ear hear a file; returns a bit each 10 ms, for each."""
    microphone = FileMicrophone(sound)
    pending = b""
    size = 2 * STEP
    try:
        for block in microphone.blocks():
            pending += block.pcm
            if len(pending) >= size:
                _tell(pending[:size], ears)
                pending = pending[size:]
                on_progress(block.end)
    finally:
        microphone.close()
    _tell(pending[: len(pending) // (2 * FRAME_SAMPLES) * 2 * FRAME_SAMPLES], ears)
    return [ear.mask() for ear in ears]


def stretches(mask: Bools, thresholds: Thresholds) -> Stretches:
    """Stretches of speech: gaps too short for a pause filled, sounds too short for a word dropped."""
    gap, shortest = round(thresholds.min_silence / HOP_S), round(thresholds.min_speech / HOP_S)
    if not mask.size:
        return []
    return [(start * HOP_S, end * HOP_S) for start, end in joined(spans(mask), gap, shortest).tolist()]


def stretches_of(states: Sequence[State], thresholds: Thresholds) -> Stretches:
    """Our stretches of speech, whoever spoke."""
    found: Stretches = []
    for state in states:
        if state.role not in VOICES:
            continue
        if found and state.start - found[-1][1] < thresholds.min_silence:
            found[-1] = found[-1][0], state.end
        else:
            found.append((state.start, state.end))
    return found


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


def _tell(pcm: bytes, ears: Sequence[Ear]) -> None:
    samples: Samples = np.frombuffer(pcm, dtype="<i2")
    for ear in ears if samples.size else ():
        ear.hear(samples)
