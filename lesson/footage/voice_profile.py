"""A teacher's voice print, sealed to her: a small file that helps nobody else.

::

    her.voice
    {"kind":"waitwise voice profile","v":1,"kid":"c4a7...","sealed":"<base64url>"}

    sealed    HPKE base mode, X25519 / HKDF-SHA256 / AES-256-GCM (RFC 9180), as a lesson's content key is wrapped
    info      "waitwise.v1/voice-profile" 00 | kid
    inside    {"network":"<32 hexadecimal digits>","print":"<base64url of 32 float32, little endian>"}

A print means something only to the network that made it, so its name is kept beside it. Only a teacher has a profile;
a pupil's voice is never learnt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from lesson.footage.hexes import expect_hex
from lesson.footage.identity import Identity
from lesson.footage.recipients import KID_BYTES, Recipient
from lesson.footage.stanza import WRAP_SUITE
from lesson.problems import WaitwiseError
from lesson.wire import WireError, dumps, from_wire, loads

KIND = "waitwise voice profile"
VERSION = 1
PRINT_BYTES = 128
NETWORK_BYTES = 16


class VoiceProfileError(WaitwiseError, ValueError):
    """A voice profile is damaged, somebody else's, or of another version."""

    remedy: ClassVar[str] = "Give the voice sample once more: `waitwise voice SAMPLE --identity FILE -o NEW`."


@dataclass(frozen=True, slots=True)
class VoiceProfile:
    """What is inside."""

    network: str
    """First 16 bytes of the SHA-256 of the network's weights, hexadecimal."""
    print: bytes
    """32 numbers, float32, little endian."""

    def __post_init__(self) -> None:
        expect_hex(self.network, NETWORK_BYTES, "network")
        if len(self.print) != PRINT_BYTES:
            raise ValueError(f"A voice print has {PRINT_BYTES} bytes.")

    def seal(self, recipient: Recipient) -> bytes:
        """The bytes of the file. Needs the public half of her keys only. Raises `VoiceProfileError` if it is none."""
        try:
            public_key = X25519PublicKey.from_public_bytes(recipient.encryption_key)
            sealed = WRAP_SUITE.encrypt(dumps(self), public_key, info=_info(recipient.kid))
        except ValueError as error:
            raise VoiceProfileError("This public key cannot be sealed to.") from error
        return dumps(_File(KIND, VERSION, recipient.kid.hex(), sealed))

    @classmethod
    def open(cls, data: bytes, identity: Identity) -> Self:
        """Open a file with her identity. Raises `VoiceProfileError`."""
        kid = identity.recipient.kid
        try:
            file = from_wire(_File, loads(data))
        except WireError as error:
            raise VoiceProfileError(f"This voice profile cannot be read. {error}") from error
        if file.kid != kid.hex():
            raise VoiceProfileError("This voice profile is somebody else's.")
        try:
            return from_wire(cls, loads(WRAP_SUITE.decrypt(file.sealed, identity.encryption_key, info=_info(kid))))
        except (InvalidTag, ValueError) as error:
            raise VoiceProfileError("This voice profile was altered.") from error


@dataclass(frozen=True, slots=True)
class _File:
    kind: str
    v: int
    kid: str
    sealed: bytes

    def __post_init__(self) -> None:
        if (self.kind, self.v) != (KIND, VERSION):
            raise ValueError("This is not a voice profile of a kind known here.")
        expect_hex(self.kid, KID_BYTES, "kid")


def is_voice_profile(data: bytes) -> bool:
    """Whether a file means to be one: it is JSON. A recording never is."""
    return data.lstrip()[:1] == b"{"


def _info(kid: bytes) -> bytes:
    return b"waitwise.v1/voice-profile\0" + kid
