"""What the process behind a microphone says, one datagram each.

::

    Devices   what microphones there are                                         asked to list, then the end
    Opened    name, rate and channels of the one that was opened                 asked to listen, once
    Sound     count of its first sample, moment of its capture, PCM              every 20 ms
    Failed    why there is no (more) sound                                       then the end

A sound is counted by the samples the device gave, at the device's own rate. The moment is CLOCK_MONOTONIC, which all
processes of a machine share. A hole in the count is sound that was thrown away here; `has_overflowed` is a hole before
the count, of unknown length.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone as PortAudio lists it."""

    index: int
    name: str
    channels: int


@dataclass(frozen=True, slots=True)
class Devices:
    """All microphones that PortAudio lists."""

    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """The device that was opened, its rate, and how many of its channels are heard: one or two."""

    name: str
    rate_hz: int
    channels: int


@dataclass(frozen=True, slots=True)
class Sound:
    """What the device heard in one go: signed 16 bit; of two channels, a sample of each in turn."""

    first_sample: int
    captured_at: float
    has_overflowed: bool
    pcm: bytes


class Why(StrEnum):
    """Why there is no sound."""

    UNKNOWN = "unknown"
    """No device is called so."""
    REFUSED = "refused"
    """It cannot be opened."""
    ENDED = "ended"
    """It was open, and is gone."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No sound, and why, in a sentence."""

    why: Why
    sentence: str


Message = Devices | Opened | Sound | Failed

LARGEST = 65_536
"""Bytes of a datagram, at most. 20 ms of two channels at 96 kHz are 7,680."""

_SOUND = struct.Struct("<cQd?")


def encode(message: Message) -> bytes:
    """A message as a datagram."""
    if isinstance(message, Sound):
        return _SOUND.pack(b"S", message.first_sample, message.captured_at, message.has_overflowed) + message.pcm
    return json.dumps({"is": type(message).__name__, **asdict(message)}).encode()


def decode(datagram: bytes) -> Message:
    r"""The message in a datagram.

    >>> decode(encode(Failed(Why.ENDED, "It is gone.")))
    Failed(why=<Why.ENDED: 'ended'>, sentence='It is gone.')
    >>> decode(encode(Sound(320, 1.5, False, bytes(4))))
    Sound(first_sample=320, captured_at=1.5, has_overflowed=False, pcm=b'\x00\x00\x00\x00')
    """
    if datagram.startswith(b"S"):
        _, first_sample, captured_at, has_overflowed = _SOUND.unpack_from(datagram)
        return Sound(first_sample, captured_at, has_overflowed, datagram[_SOUND.size :])
    told = json.loads(datagram)
    match told["is"]:
        case "Devices":
            return Devices(tuple(Device(**each) for each in told["devices"]))
        case "Opened":
            return Opened(told["name"], told["rate_hz"], told["channels"])
        case _:
            return Failed(Why(told["why"]), told["sentence"])
