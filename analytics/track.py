"""What a lesson sounded like, in two bytes each 10 ms, so that it can be judged again when all of it is known.

::

    level      one byte   0 to 255 for -115 to 12.5 dBFS in steps of half a decibel
    character  one byte   5 bits voicing | 1 voice | 1 missing | 1 clipped

0.7 MB an hour. No speech can be made of it: there is no spectrum in it, and no sample.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Bools, Floats

_LOWEST_DB = -115.0
_VOICE, _MISSING, _CLIPPED = 0x20, 0x40, 0x80


class Track:
    """The lesson so far, append only."""

    def __init__(self) -> None:
        self._level = bytearray()
        self._character = bytearray()

    def __len__(self) -> int:
        return len(self._level)

    def append(self, level_db: Floats, voicing: Floats, voice: Floats, is_missing: Bools, is_clipped: Bools) -> None:
        """Add frames."""
        self._level += np.clip((level_db - _LOWEST_DB) * 2 + 0.5, 0, 255).astype(np.uint8).tobytes()
        character = np.clip(voicing * 31 + 0.5, 0, 31).astype(np.uint8)
        character |= np.where(voice >= 0.5, _VOICE, 0).astype(np.uint8)
        character |= np.where(is_missing, _MISSING, 0).astype(np.uint8)
        character |= np.where(is_clipped, _CLIPPED, 0).astype(np.uint8)
        self._character += character.tobytes()

    def cut(self, frames: int) -> None:
        """Forget frames past the lesson's end."""
        del self._level[frames:], self._character[frames:]

    @property
    def level_db(self) -> Floats:
        """(n,) dBFS."""
        return np.frombuffer(bytes(self._level), dtype=np.uint8).astype(np.float32) / 2 + np.float32(_LOWEST_DB)

    @property
    def voicing(self) -> Floats:
        """(n,) 0 to 1."""
        return (self._bytes & 0x1F).astype(np.float32) / 31

    @property
    def voice(self) -> Floats:
        """(n,) 1 where the detector heard a voice."""
        return np.asarray((self._bytes & _VOICE) != 0, dtype=np.float32)

    @property
    def is_missing(self) -> Bools:
        """(n,) the microphone did not deliver."""
        return np.asarray((self._bytes & _MISSING) != 0)

    @property
    def is_clipped(self) -> Bools:
        """(n,) samples at the end of the scale."""
        return np.asarray((self._bytes & _CLIPPED) != 0)

    @property
    def _bytes(self) -> NDArray[np.uint8]:
        return np.frombuffer(bytes(self._character), dtype=np.uint8)
