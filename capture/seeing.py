"""What the process behind a real camera says, and what it is asked.

::

    it says    +---------+------+----------------+        Opened    once: which camera, which encoder
               | u32 len | kind | len - 1 bytes  | ...    Blank     once: a slate key picture, coded as all that follow
               +---------+------+----------------+        Seen      every picture: moment of its exposure, H.264
                                                          Still     on request: moment, an image as it is
                                                          Failed    why there is no (more) picture; then the end
    it is told first: u32 length, Wanted as JSON; then it is asked, a byte each: SMALL_STILL, LARGE_STILL, KEY

A moment is CLOCK_MONOTONIC in seconds, which all processes of a machine share. A stream, not datagrams: a still of
1280 x 720 has 1.4 MB.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np

from capture.camera import Image
from capture.masks import Area, Mask

SMALL_STILL, LARGE_STILL, KEY = b"s", b"l", b"k"
"""What can be asked for: a still, a large still, a key picture at once."""

_LENGTH = struct.Struct("<I")

LARGEST = 16 * 1024 * 1024
"""Bytes of a message, at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the process is told first, and once."""

    number: int
    """Which camera, in picamera2's order."""
    width: int
    height: int
    rate_hz: float
    bit_rate: int
    areas: tuple[Area, ...]
    """What the mask covers; empty: nothing."""

    @property
    def mask(self) -> Mask | None:
        """What is covered."""
        return Mask(self.areas) if self.areas else None

    def encode(self) -> bytes:
        """With its length before it."""
        body = json.dumps(asdict(self)).encode()
        return _LENGTH.pack(len(body)) + body

    @classmethod
    def decode(cls, body: bytes) -> Wanted:
        """Back from what stands behind the length."""
        told = json.loads(body)
        areas = tuple(tuple((x, y) for x, y in area) for area in told.pop("areas"))
        return cls(areas=areas, **told)


def receive_wanted(recv: Callable[[int], bytes]) -> Wanted | None:
    """Read it from a stream, and not a byte of what comes behind it. None: the stream has ended.

    >>> import io
    >>> wanted = Wanted(0, 1280, 720, 12.5, 1_500_000, (((0.0, 0.0), (1.0, 0.0), (0.5, 1.0)),))
    >>> stream = io.BytesIO(wanted.encode() + KEY)
    >>> receive_wanted(stream.read) == wanted, stream.read()
    (True, b'k')
    """
    (length,) = _LENGTH.unpack(_exactly(recv, _LENGTH.size) or b"\0\0\0\0")
    body = _exactly(recv, min(length, LARGEST)) if length else b""
    return Wanted.decode(body) if body else None


def _exactly(recv: Callable[[int], bytes], length: int) -> bytes:
    taken = b""
    while len(taken) < length:
        if not (piece := recv(length - len(taken))):
            return b""
        taken += piece
    return taken


@dataclass(frozen=True, slots=True)
class Opened:
    """The camera that was opened, and what codes its pictures."""

    model: str
    encoder: str


@dataclass(frozen=True, slots=True)
class Blank:
    """A slate key picture."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """A coded picture."""

    exposed_at: float
    is_key: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Still:
    """An image as it is, with the mask on it."""

    exposed_at: float
    is_large: bool
    width: int
    data: bytes

    @property
    def image(self) -> Image:
        """Its planes."""
        return np.frombuffer(self.data, np.uint8).reshape(-1, self.width)


class Why(StrEnum):
    """Why there is no picture."""

    REFUSED = "refused"
    """It cannot be opened."""
    ENDED = "ended"
    """It was open, and is gone."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No picture, and why, in a sentence."""

    why: Why
    sentence: str


Message = Opened | Blank | Seen | Still | Failed

_SEEN = struct.Struct("<d?")
_STILL = struct.Struct("<d?I")


def encode(message: Message) -> bytes:
    """A message with its length before it."""
    match message:
        case Blank():
            body = b"B" + message.data
        case Seen():
            body = b"P" + _SEEN.pack(message.exposed_at, message.is_key) + message.data
        case Still():
            body = b"I" + _STILL.pack(message.exposed_at, message.is_large, message.width) + message.data
        case Opened():
            body = b"O" + json.dumps(asdict(message)).encode()
        case Failed():
            body = b"F" + json.dumps(asdict(message)).encode()
    return _LENGTH.pack(len(body)) + body


class Inbox:
    r"""Collects bytes and gives whole messages.

    >>> inbox = Inbox()
    >>> sent = encode(Seen(1.5, True, b"\0\0\1")) + encode(Failed(Why.ENDED, "It is gone."))
    >>> inbox.feed(sent[:9])
    []
    >>> inbox.feed(sent[9:])
    [Seen(exposed_at=1.5, is_key=True, data=b'\x00\x00\x01'), Failed(why=<Why.ENDED: 'ended'>, sentence='It is gone.')]
    """

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Messages that `data` completes. Raises `ValueError` for what no process of ours says."""
        self._pending += data
        messages = []
        while len(self._pending) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._pending)
            if not 1 <= length <= LARGEST:
                raise ValueError(f"A message of {length} bytes cannot be.")
            end = _LENGTH.size + length
            if len(self._pending) < end:
                break
            messages.append(_decode(bytes(self._pending[_LENGTH.size : end])))
            del self._pending[:end]
        return messages


def _decode(body: bytes) -> Message:
    match body[:1]:
        case b"B":
            return Blank(body[1:])
        case b"P":
            exposed_at, is_key = _SEEN.unpack_from(body, 1)
            return Seen(exposed_at, is_key, body[1 + _SEEN.size :])
        case b"I":
            exposed_at, is_large, width = _STILL.unpack_from(body, 1)
            return Still(exposed_at, is_large, width, body[1 + _STILL.size :])
        case b"O":
            return Opened(**json.loads(body[1:]))
        case b"F":
            told = json.loads(body[1:])
            return Failed(Why(told["why"]), told["sentence"])
        case kind:
            raise ValueError(f"{kind!r} is no kind of message.")
