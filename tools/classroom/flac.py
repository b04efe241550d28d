"""Keep a lesson's sound as FLAC: 16 kHz, mono, 16 bit, nothing lost."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom.gate import Sound

_FRAME = 4096


def write_flac(sound: Sound, path: Path) -> None:
    """Write the sound; full scale is 1."""
    pcm = np.round(sound * 32767).astype(np.int16)
    with av.open(str(path), "w", format="flac") as file:
        stream = file.add_stream(
            "flac", rate=RATE_HZ, layout="mono", options={"compression_level": "12", "lpc_coeff_precision": "15"}
        )
        stream.format = "s16"
        for first in range(0, len(pcm), _FRAME):
            frame = av.AudioFrame.from_ndarray(pcm[np.newaxis, first : first + _FRAME], format="s16", layout="mono")
            frame.sample_rate = RATE_HZ
            frame.pts = first
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
