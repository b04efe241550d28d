"""Where in a clip our errors lie, and how loud it is there: what its error is made of.

::

    true     SSSSSSSS.......................SSSSSSSS
    told     SSSSSSSSSSS.......SSSSSS.......S...SSSS
                     ^^^ beside speech       ^^^ missed inside
                          apart ^^^^^^
    level    -45     -50       -72              -60      dBFS; told as dB under what was rightly heard as speech

A voice that is told far from any speech and 25 dB under it is somebody else's microphone, a breath or a page; one
missed at the edge is a matter of where a word begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analytics.arrays import Bools, Floats
from capture.file_microphone import FileMicrophone
from waitwise.evaluate.speech import FRAME_S

_BESIDE = round(0.3 / FRAME_S)
"""Frames from an edge that are still beside it: as far as a wait's end may lie from where it should be."""
_SAMPLES = 160
_NOTHING_DBFS = -100.0


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Errors of one clip; seconds, and dB under the median level of speech that was heard."""

    speech_share: float
    talkers: int
    false_beside: float
    false_apart: float
    false_under_db: float | None
    missed_edge: float
    missed_inside: float
    missed_under_db: float | None

    @property
    def figures(self) -> dict[str, Any]:
        """By name, for the report."""
        return {
            "speech_share": self.speech_share,
            "talkers": self.talkers,
            "false_beside_s": self.false_beside,
            "false_apart_s": self.false_apart,
            "false_under_db": self.false_under_db,
            "missed_edge_s": self.missed_edge,
            "missed_inside_s": self.missed_inside,
            "missed_under_db": self.missed_under_db,
        }


def whereabouts(true: Bools, said: Bools, level_dbfs: Floats, talkers: int) -> Whereabouts:
    """Look at frames of 10 ms; all three have the same size."""
    false, missed, right = ~true & said, true & ~said, true & said
    beside, edge = false & _around(true), missed & _around(~true)
    usual = _median(level_dbfs, right)
    return Whereabouts(
        speech_share=float(true.mean()) if true.size else 0.0,
        talkers=talkers,
        false_beside=_seconds(beside),
        false_apart=_seconds(false & ~beside),
        false_under_db=_under(usual, _median(level_dbfs, false)),
        missed_edge=_seconds(edge),
        missed_inside=_seconds(missed & ~edge),
        missed_under_db=_under(usual, _median(level_dbfs, missed)),
    )


def levels(sound: Path) -> Floats:
    """(frames,) level of each 10 ms of a file, dBFS."""
    microphone = FileMicrophone(sound)
    try:
        pcm = b"".join(block.pcm for block in microphone.blocks())
    finally:
        microphone.close()
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768
    frames = samples[: samples.size // _SAMPLES * _SAMPLES].reshape(-1, _SAMPLES)
    return np.asarray(10 * np.log10(np.mean(frames**2, axis=1) + 10 ** (_NOTHING_DBFS / 10)))


def _around(mask: Bools) -> Bools:
    """Frames that are in the mask, or beside it."""
    if not mask.size:
        return mask
    near = np.convolve(mask, np.ones(2 * _BESIDE + 1))[_BESIDE : _BESIDE + mask.size]
    return np.asarray(near > 0.5)


def _seconds(mask: Bools) -> float:
    return float(np.sum(mask)) * FRAME_S


def _median(level: Floats, where: Bools) -> float | None:
    return float(np.median(level[where])) if where.any() else None


def _under(usual: float | None, level: float | None) -> float | None:
    return None if usual is None or level is None else usual - level
