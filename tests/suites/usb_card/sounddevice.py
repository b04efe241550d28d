"""A stand-in for python-sounddevice with one USB sound card that knows 48 kHz only, as many do. It hears 440 Hz.

Found instead of the real one by a process that has this folder first on its path.
"""

import array
import math
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

RATE_HZ = 48_000
default = SimpleNamespace(device=[-1, -1])


class PortAudioError(Exception):
    pass


def query_devices() -> list[dict[str, Any]]:
    return [
        {"index": 0, "name": "Loudspeaker (hw:0,0)", "max_input_channels": 0},
        {"index": 1, "name": "Jabra SPEAK 510 USB: Audio (hw:1,0)", "max_input_channels": 2},
    ]


def check_input_settings(device: int, channels: int, dtype: str, samplerate: int) -> None:
    if (device, channels, dtype, samplerate) != (1, 1, "int16", RATE_HZ):
        raise PortAudioError("Invalid sample rate [PaErrorCode -9997]")


class RawInputStream:
    latency = 0.04

    def __init__(
        self,
        device: int,
        samplerate: int,
        channels: int,
        dtype: str,
        blocksize: int,
        callback: Callable[..., None],
        finished_callback: Callable[[], None],
    ) -> None:
        check_input_settings(device, channels, dtype, samplerate)
        self._samples, self._callback = blocksize, callback

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        status = SimpleNamespace(input_overflow=False)
        started_at = time.monotonic()
        for first in range(0, 10**9, self._samples):
            # A crystal's pace, however busy the computer is: what is late is made up for, as a card's buffer does.
            captured_at = started_at + first / RATE_HZ
            time.sleep(max(captured_at + self._samples / RATE_HZ - time.monotonic(), 0.0))
            wave = (math.sin(2 * math.pi * 440 * (first + n) / RATE_HZ) for n in range(self._samples))
            now = time.monotonic()
            times = SimpleNamespace(currentTime=now, inputBufferAdcTime=captured_at)
            self._callback(
                array.array("h", (round(16_384 * each) for each in wave)).tobytes(), self._samples, times, status
            )
