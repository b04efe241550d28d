"""A key made for one lesson of which nobody could say whose it is: it opens that lesson, and only to hand it on.

::

    press      ClaimKey.generate() --recipient, role claim--> header        to_bytes() --> the unit's disk
    claimed    ClaimKey.from_bytes() --hand_on--> grants/<grant>.json       the unit's disk: deleted

The one exception to "the unit cannot read afterwards", and why it is made: docs/decisions/0019.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from lesson.footage.errors import NotForYouError
from lesson.footage.grant import Grant, give
from lesson.footage.header import Header, header_hash
from lesson.footage.identity import Identity
from lesson.footage.opening import unwrap
from lesson.footage.recipients import Recipient
from lesson.footage.stanza import Stanza


class ClaimKey:
    """Two secret keys, as a person has them, of nobody. They never show themselves."""

    __slots__ = ("_identity",)

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @classmethod
    def generate(cls) -> Self:
        """Make one from the system's random numbers."""
        return cls(Identity.generate())

    @classmethod
    def from_bytes(cls, secret: bytes) -> Self:
        """Take it back from its 64 bytes. Raises ValueError for another length."""
        return cls(Identity.from_bytes(secret))

    def to_bytes(self) -> bytes:
        """The 64 secret bytes, for whoever keeps them."""
        return self._identity.to_bytes()

    @property
    def recipient(self) -> Recipient:
        """The public half: what the lesson's header names."""
        return self._identity.recipient

    def hand_on(self, header: bytes, stanzas: Iterable[bytes], to: Recipient, at: datetime) -> tuple[Grant, bytes]:
        """The grant that makes the lesson hers, and the bytes of its file.

        `header` and `stanzas` are the lesson's files. Raises `HeaderError`, `StanzaError`, `GrantError`, and
        `NotForYouError` where this is another lesson's key.
        """
        signer, hashed = bytes.fromhex(Header.decode(header).unit_key), header_hash(header)
        for stanza in (Stanza.decode(data, signer) for data in stanzas):
            if stanza.kid == self.recipient.kid.hex():
                return give(unwrap(stanza, self._identity, hashed), hashed, to=to, by=self._identity, at=at)
        raise NotForYouError("This claim key is another lesson's.")

    def __repr__(self) -> str:
        return f"ClaimKey(kid={self.recipient.kid.hex()})"
