"""The header of a sealed lesson: which lesson, which unit, since when, for whom, and how to play it.

::

    {"v":1,"suite":"waitwise.v1","lesson":"5f0e...","unit":"room-12","unit_key":"9ad1...",
     "started_at":"2026-11-17T09:00:00Z","clock":{"quality":"synced"},
     "recipients":[{"kid":"c4a7...","role":"teacher"}],
     "media":{"video":{"codec":"avc1.42C01F","width":1280,"height":720,"fps":25.0},
              "audio":{"codec":"mp4a.40.2","rate_hz":48000}},
     "mask":null}

Everything else of a lesson is bound to H, the SHA-256 of exactly these bytes: the header is never written a second
time from its values. It is not signed by itself: each stanza and the manifest sign H, and the links start from it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from lesson.footage.errors import HeaderError
from lesson.footage.hexes import expect_hex
from lesson.footage.recipients import KID_BYTES, Recipient, RecipientRole
from lesson.footage.signed import KEY_BYTES
from lesson.wire import WireError, dumps, from_wire, loads

VERSION = 1
SUITE = "waitwise.v1"
"""HPKE X25519/HKDF-SHA256/AES-256-GCM, HKDF-SHA256, Cobblestone-128, SHA-256, Ed25519: fixed, never negotiated."""

LESSON_ID_BYTES = 16


class ClockQuality(StrEnum):
    """How far `started_at` can be trusted."""

    SYNCED = "synced"
    """The unit had the time from a server."""
    FLOOR = "floor"
    """Not earlier than this."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Clock:
    """What the unit knew of the time when the lesson started."""

    quality: ClockQuality


@dataclass(frozen=True, slots=True)
class ListedRecipient:
    """Somebody this lesson is sealed to."""

    kid: str
    """Name of her keys: 16 bytes, hexadecimal."""
    role: RecipientRole

    def __post_init__(self) -> None:
        expect_hex(self.kid, KID_BYTES, "A recipient's name")


@dataclass(frozen=True, slots=True)
class Video:
    """The picture, as a player needs to know it."""

    codec: str
    """RFC 6381, for example `avc1.42C01F`."""
    width: int
    height: int
    fps: float


@dataclass(frozen=True, slots=True)
class Audio:
    """The sound, as a player needs to know it."""

    codec: str
    """RFC 6381, for example `mp4a.40.2`."""
    rate_hz: int


@dataclass(frozen=True, slots=True)
class Media:
    """What is recorded. A lesson may have no picture, or no sound."""

    video: Video | None
    audio: Audio | None


@dataclass(frozen=True, slots=True)
class Header:
    """What everybody may know about a lesson before it is opened."""

    v: int
    suite: str
    lesson: str
    """16 random bytes, hexadecimal."""
    unit: str
    unit_key: str
    """Ed25519 public key the unit signs this lesson with, hexadecimal."""
    started_at: datetime
    clock: Clock
    recipients: tuple[ListedRecipient, ...]
    media: Media
    mask: str | None
    """Name of the privacy mask that was on the picture."""

    def __post_init__(self) -> None:
        if (self.v, self.suite) != (VERSION, SUITE):
            raise ValueError(
                f"Version {self.v} with suite {self.suite!r} is not known here: a newer program is needed."
            )
        expect_hex(self.lesson, LESSON_ID_BYTES, "The lesson")
        expect_hex(self.unit_key, KEY_BYTES, "The unit's key")
        if self.started_at.tzinfo is None:
            raise ValueError("started_at needs its time zone.")
        kids = [listed.kid for listed in self.recipients]
        if not kids or len(set(kids)) != len(kids):
            raise ValueError("A lesson needs recipients, each once.")

    @classmethod
    def new(
        cls,
        *,
        unit: str,
        unit_key: bytes,
        started_at: datetime,
        recipients: tuple[tuple[Recipient, RecipientRole], ...],
        media: Media,
        clock: ClockQuality = ClockQuality.UNKNOWN,
        mask: str | None = None,
    ) -> Self:
        """Make the header of a new lesson, with a new lesson id. `unit_key` is the public half."""
        return cls(
            v=VERSION,
            suite=SUITE,
            lesson=secrets.token_hex(LESSON_ID_BYTES),
            unit=unit,
            unit_key=unit_key.hex(),
            started_at=started_at,
            clock=Clock(clock),
            recipients=tuple(ListedRecipient(recipient.kid.hex(), role) for recipient, role in recipients),
            media=media,
            mask=mask,
        )

    def kids(self, role: RecipientRole | None = None) -> frozenset[str]:
        """Names of the keys it is sealed to; of those with one role, when asked for it."""
        return frozenset(listed.kid for listed in self.recipients if role in (None, listed.role))

    def encode(self) -> bytes:
        """The bytes of header.json. Do this once a lesson, and keep the bytes."""
        return dumps(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read header.json. Raises `HeaderError`."""
        try:
            return from_wire(cls, loads(data))
        except WireError as error:
            raise HeaderError(f"The header of the lesson cannot be read. {error}") from error


def header_hash(data: bytes) -> bytes:
    """H, 32 bytes: what everything in a lesson is bound to."""
    return hashlib.sha256(data).digest()
