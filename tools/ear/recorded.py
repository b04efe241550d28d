"""Noises that somebody recorded: what formulas draw is not enough like a sneeze or the rain.

::

    VOICES/noises.npz --Recorded--> burst(rng)            one short noise, faster or slower, maybe cut short
                                    steady(rng, count)    one that does not stop, again and again
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import resample_poly

RATE = 16000
Rng = np.random.Generator
FADE = 800
_BURSTS = {"sneeze": 0.6, "sound": 0.25, "crackle": 0.15}
_STEADY = {"rain": 0.7, "hum": 0.3}
"""How often which."""
NAME = "noises.npz"


def levelled(sound: Any) -> Any:
    """At the level of a voice, without an offset."""
    sound = sound - sound.mean()
    return (sound / (np.sqrt(np.mean(sound**2)) + 1e-9) * 0.05).astype("f4")


class Recorded:
    """What `cut_noises` kept in `root`; nothing, where it kept nothing."""

    def __init__(self, root: Path) -> None:
        self._kept: dict[str, list[Any]] = {}
        if (root / NAME).exists():
            with np.load(root / NAME) as kept:
                for name in kept.files:
                    self._kept.setdefault(name.rstrip("0123456789"), []).append(kept[name])

    def burst(self, rng: Rng) -> Any | None:
        """One noise, a little faster or slower than it was, maybe cut short."""
        take = self._take(rng, _BURSTS)
        if take is None:
            return None
        sound = _faster(rng, take)
        if rng.random() < 0.4:
            first, length = 0, int(rng.uniform(0.2, 0.7) * RATE)
            if rng.random() < 0.5 and len(sound) > length:
                first = int(rng.integers(len(sound) - length))
            sound = sound[first : first + length].copy()
            fade = min(FADE, len(sound) // 4)
            sound[-fade:] *= np.linspace(1, 0, fade)
        return levelled(sound)

    def steady(self, rng: Rng, count: int) -> Any | None:
        """`count` samples of one take, again and again, its ends laid over each other."""
        take = self._take(rng, _STEADY)
        if take is None:
            return None
        take = _faster(rng, take)
        over = min(RATE // 2, len(take) // 4)
        up = np.sqrt(np.linspace(0, 1, over))
        out = np.zeros(count + len(take), "f4")
        piece = take.copy()
        piece[:over] *= up
        piece[-over:] *= up[::-1]
        for first in range(0, count, len(take) - over):
            out[first : first + len(take)] += piece
        return out[over : over + count] / (out[over : over + count].std() + 1e-9)

    def _take(self, rng: Rng, often: dict[str, float]) -> Any | None:
        takes = self._kept.get(str(rng.choice(list(often), p=list(often.values()))))
        return takes[rng.integers(len(takes))] if takes else None


def _faster(rng: Rng, sound: Any) -> Any:
    return resample_poly(sound, 20, int(rng.integers(16, 26))).astype("f4")
