"""Cut the recorded noises of ESC-10 (Piczak 2015) for lessons.

::

    006 - Person sneeze/*.ogg           --> bursts, apart by 0.15 s of quiet ----.
    dogs, roosters, clocks, fires       --> the same, four of a take at the most +--> VOICES/noises.npz
    rain, sea, helicopters, chainsaws   --> takes of 5 s ------------------------'

Nobody keeps a rooster in class. It is there because it is voiced and no voice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from scipy.signal import resample_poly

from analytics import gate
from tools.ear.recorded import FADE, NAME, RATE, levelled

_HOP = 160
_BURSTS = {"sneeze": "*sneeze", "sound": "00[159] - *", "crackle": "*crackling"}
_STEADY = {"rain": "*Rain", "hum": "00[378] - *"}
_MOST = 4
"""Bursts of a take."""
_UNDER_PEAK_DB = 30.0
_APART, _SHORTEST, _LONGEST = 15, 10, 150
"""Frames of 10 ms."""


def cut(root: Path, out: Path, never: set[str]) -> None:
    """Write what may be heard of ESC-10; `never`: takes as `1-26143-A`."""
    out.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = {}
    for kind, folders in (_BURSTS | _STEADY).items():
        takes = [_read(path) for path in sorted(root.glob(f"{folders}/*.ogg")) if path.stem not in never]
        pieces = [levelled(take) for take in takes] if kind in _STEADY else [b for take in takes for b in _bursts(take)]
        kept |= {f"{kind}{at}": piece for at, piece in enumerate(pieces)}
        print(f"{len(pieces)} of {kind}")
    np.savez(out / NAME, **kept)


def _read(path: Path) -> Any:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return resample_poly(sound.mean(1), RATE // 100, rate // 100).astype("f4")


def _bursts(sound: Any) -> list[Any]:
    count = len(sound) // _HOP
    level = 10 * np.log10((sound[: count * _HOP].reshape(count, _HOP) ** 2).mean(1) + 1e-12)
    loud = gate.spans(level > level.max() - _UNDER_PEAK_DB)
    out = []
    for start, last in gate.joined(loud, _APART, _SHORTEST).tolist():
        end = min(last, start + _LONGEST)
        burst = levelled(sound[start * _HOP : end * _HOP])
        fade = min(FADE, len(burst) // 4)
        burst[-fade:] *= np.linspace(1, 0, fade, dtype="f4")
        out.append(burst)
    return out[:_MOST]
