"""May this lesson be recorded? Asked at the press, answered in under a second, with one reason where the answer is no.

::

    mode       does the class agree to it, and is there a camera for it
    teacher    is there somebody who can open the lesson, with the keys this unit has pinned
    space      room for the longest lesson, and for its end
    microphone blocks arrive, and they are not all zero
    clock      set by a server, or it is told that nobody did (sure_clock.py); no reason to refuse

Refuse rather than half-record. What the school has not confirmed is never deleted to make room.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from capture.errors import MicrophoneLostError
from capture.microphone import Microphone
from capture.recorder import RESERVE_BYTES
from device.commands import Mode
from lesson.problems import MICROPHONE_SILENT, NO_ROOM, NOT_AGREED, WaitwiseError
from lesson.sound import AudioBlock

BYTES_A_MINUTE = {
    Mode.VIDEO: 60 * (1_500_000 + 48_000 + 30_000) // 8,
    Mode.AUDIO: 60 * (48_000 + 8_000) // 8,
    Mode.NUMBERS: 60_000,
}
"""At most: what the encoders may give, and some for MP4, seals, links and the log. A lesson of numbers had 20,000."""

HEARD_WITHIN = 0.6
"""Seconds of sound in which there must be a sample that is not zero: what a switched-off microphone on USB gives are
zeros, and a press alone makes more noise than that. Nobody is refused for a quiet room."""

RESERVE = 10 * RESERVE_BYTES
"""Bytes for the lesson's end, the outbox and what else a system writes."""


class NoRoomError(WaitwiseError):
    """The disk has no room for a whole lesson."""

    problem = NO_ROOM


class NotAgreedError(WaitwiseError):
    """The class has not agreed to this, or the unit has no camera for it."""

    problem = NOT_AGREED


@dataclass(frozen=True, slots=True)
class Space:
    """How much room there is in the unit's folder."""

    free_bytes: int

    @classmethod
    def of(cls, folder: Path) -> Space:
        """Measure the disk that the folder is on."""
        return cls(shutil.disk_usage(folder).free)

    def hours(self, mode: Mode) -> float:
        """For how many hours of lessons there is room.

        >>> round(Space(12_000_000_000).hours(Mode.VIDEO))
        17
        """
        return max(self.free_bytes - RESERVE, 0) / BYTES_A_MINUTE[mode] / 60


def bytes_for(mode: Mode, minutes: float) -> int:
    """Bytes that must be free before such a lesson begins."""
    return round(BYTES_A_MINUTE[mode] * minutes) + RESERVE


def check_space(folder: Path, mode: Mode, minutes: float) -> None:
    """Raise `NoRoomError` unless the longest lesson fits."""
    needed, free = bytes_for(mode, minutes), Space.of(folder).free_bytes
    if free < needed:
        raise NoRoomError(
            f"A lesson of {minutes:.0f} minutes needs {needed / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free."
        )


def choose_mode(wanted: Mode | None, modes: tuple[Mode, ...]) -> Mode:
    """The mode of a lesson. Raises `NotAgreedError`."""
    if not modes:
        raise NotAgreedError("No mode is left that this class agreed to and this unit can record.")
    if wanted is not None and wanted not in modes:
        raise NotAgreedError(f"Here can be recorded: {', '.join(modes)}. Not: {wanted}.")
    return modes[0] if wanted is None else wanted


class MicrophoneSilentError(WaitwiseError):
    """The microphone gives zeros, and nothing else."""

    problem = MICROPHONE_SILENT


class HeardMicrophone:
    """A microphone that has been heard before the lesson is prepared. The lesson begins with what was heard."""

    def __init__(self, microphone: Microphone) -> None:
        """Listen until there is a signal. Closes the microphone where there is none.

        Raises:
            MicrophoneSilentError: only zeros.
            MicrophoneLostError: nothing at all.
        """
        self._microphone = microphone
        self._blocks = microphone.blocks()
        self._first: list[AudioBlock] = []
        with contextlib.ExitStack() as failing:
            failing.callback(microphone.close)
            self._listen()
            failing.pop_all()

    @property
    def zero(self) -> float | None:
        """What the microphone itself says."""
        return self._microphone.zero

    @property
    def drift(self) -> float | None:
        """What the microphone itself says."""
        return self._microphone.drift

    def blocks(self) -> Iterator[AudioBlock]:
        """From the first one on."""
        return itertools.chain(self._first, self._blocks)

    def close(self) -> None:
        """Let go of the device."""
        self._microphone.close()

    def _listen(self) -> None:
        for block in self._blocks:
            self._first.append(block)
            if any(block.pcm):
                return
            if block.end >= HEARD_WITHIN:
                break
        if all(block.is_missing for block in self._first):
            raise MicrophoneLostError("The microphone was opened, and gives no sound.")
        raise MicrophoneSilentError("The microphone gives zeros, and nothing else.")
