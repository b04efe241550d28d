"""A lesson's content key, wrapped for one person.

::

    stanzas/<kid>.json
    {"signed":{"header_sha256":"<H>","kid":"c4a7...","sealed":"<base64url of 64 bytes>"},"signature":"..."}

    sealed    HPKE base mode, X25519 / HKDF-SHA256 / AES-256-GCM (RFC 9180): encapsulated key 32, ciphertext 16, tag 16
    info      "waitwise.v1/wrap" 00 | H | kid
    signed    by the unit, purpose "stanza"

HPKE alone would leave it to each reader to notice that *her* stanza is damaged. The signature lets everybody, the
school included, see that any of them is, and that nobody but the unit added one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from lesson.footage.errors import StanzaError
from lesson.footage.hexes import expect_hex
from lesson.footage.recipients import KID_BYTES, Recipient
from lesson.footage.signed import SigningKey, refused_as, sign, verify
from lesson.wire import dumps, from_wire, loads

WRAP_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
SEALED_BYTES = 64
"""32 bytes of encapsulated key, 16 of content key, 16 of tag."""

_PURPOSE = "stanza"


@dataclass(frozen=True, slots=True)
class Stanza:
    """One wrapped content key. Nothing in it is secret."""

    header_sha256: str
    """H, hexadecimal: which lesson's key this is."""
    kid: str
    """Whose it is: the name of her keys, hexadecimal."""
    sealed: bytes

    def __post_init__(self) -> None:
        expect_hex(self.header_sha256, 32, "header_sha256")
        expect_hex(self.kid, KID_BYTES, "The recipient's name")
        if len(self.sealed) != SEALED_BYTES:
            raise ValueError(f"A wrapped content key has {SEALED_BYTES} bytes.")

    @property
    def file_name(self) -> str:
        """Where it stands in the lesson's folder."""
        return f"stanzas/{self.kid}.json"

    def encode(self, key: SigningKey) -> bytes:
        """The bytes of the stanza's file, signed by whoever made it."""
        return sign(_PURPOSE, dumps(self), key)

    @classmethod
    def decode(cls, data: bytes, signer: bytes) -> Self:
        """Verify with the signer's public key, then read. Raises `StanzaError`."""
        with refused_as(
            StanzaError, "A wrapped key was altered, or another unit made it.", "A wrapped key cannot be read."
        ):
            return from_wire(cls, loads(verify(_PURPOSE, data, signer)))


def wrap(content_key: bytes | bytearray, recipient: Recipient, header_hash: bytes) -> Stanza:
    """Wrap a lesson's content key for one person. Raises `StanzaError` if her key is none."""
    kid = recipient.kid
    try:
        public_key = X25519PublicKey.from_public_bytes(recipient.encryption_key)
        sealed = WRAP_SUITE.encrypt(bytes(content_key), public_key, info=wrap_info(header_hash, kid))
    except ValueError as error:
        raise StanzaError("This public key cannot be sealed to.") from error
    return Stanza(header_sha256=header_hash.hex(), kid=kid.hex(), sealed=sealed)


def wrap_info(header_hash: bytes, kid: bytes) -> bytes:
    """What a wrapped key is bound to: this lesson, and this person."""
    return b"waitwise.v1/wrap\0" + header_hash + kid
