"""A lesson handed on: its content key, wrapped for somebody whom the header does not name, and signed by whose it is.

::

    grants/<grant>.json
    {"signed":{"by":"<64 bytes>","grant":"9d1c...","header_sha256":"<H>","to":"c4a7...","sealed":"<64 bytes>",
               "created_at":"...","expires_at":null,"note":"..."},"signature":"..."}

    by        X25519 | Ed25519 public keys of who gives it: her kid must be one that may
    sealed    as in a stanza, with info "waitwise.v1/grant" 00 | H | kid of by | to
    note      what the giver wrote to it, sealed to the same person; not there when she wrote nothing
              info "waitwise.v1/note" 00 | H | kid of by | to | grant
    signed    by `by`, purpose "grant"

    header: role teacher ----------> may give        (her lesson)
    header: role claim   --gives--> c4a7 ---> may give        (nobody knew whose lesson it was, until she claimed it)

The header is bound to everything in the lesson, and a kid is the hash of two public keys: so the school that keeps
grants cannot make one. `by` stands first and has a fixed length: the key is cut out by counting, and the rest is
parsed after the signature holds.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from lesson.footage.errors import GrantError
from lesson.footage.header import Header
from lesson.footage.hexes import expect_hex
from lesson.footage.recipients import KID_BYTES, Recipient, RecipientRole
from lesson.footage.signed import KEY_BYTES, Signs, refused_as, sign, signer_named, verify
from lesson.footage.stanza import SEALED_BYTES, WRAP_SUITE
from lesson.wire import dumps, from_wire, later, loads

GRANT_ID_BYTES = 16
MAX_NOTE_BYTES = 4096
NOTE_PAD_BYTES = 256

_PURPOSE = "grant"


@dataclass(frozen=True, slots=True)
class Grant:
    """A lesson handed on to one person. Nothing in it is secret."""

    by: str
    """Who gives it: both public keys, hexadecimal."""
    grant: str
    """Its own name: 16 random bytes, hexadecimal."""
    header_sha256: str
    """H, hexadecimal: which lesson."""
    to: str
    """Whose it is from now on, too: the name of her keys, hexadecimal."""
    sealed: bytes
    created_at: datetime
    expires_at: datetime | None
    """Until when the giver wants it to be opened. None: for good."""
    note: bytes | None = later(None)
    """What the giver wrote to it, sealed. None: nothing."""

    def __post_init__(self) -> None:
        expect_hex(self.by, 2 * KEY_BYTES, "by")
        expect_hex(self.grant, GRANT_ID_BYTES, "The grant's name")
        expect_hex(self.header_sha256, 32, "header_sha256")
        expect_hex(self.to, KID_BYTES, "The recipient's name")
        if len(self.sealed) != SEALED_BYTES:
            raise ValueError(f"A wrapped content key has {SEALED_BYTES} bytes.")
        if self.note is not None and len(self.note) > SEALED_BYTES + MAX_NOTE_BYTES + NOTE_PAD_BYTES:
            raise ValueError(f"A note has at most {MAX_NOTE_BYTES} bytes.")
        if None in (self.created_at.tzinfo, (self.expires_at or self.created_at).tzinfo):
            raise ValueError("created_at and expires_at need their time zones.")

    @property
    def giver(self) -> Recipient:
        """Who gives it."""
        return Recipient.from_bytes(bytes.fromhex(self.by))

    def is_over(self, at: datetime) -> bool:
        """Whether its time is over. Who has kept a copy can open that: this is for those who keep to it."""
        return self.expires_at is not None and at >= self.expires_at

    @property
    def file_name(self) -> str:
        """Where it stands in the lesson's folder."""
        return f"grants/{self.grant}.json"

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Verify with the key that it names, then read. Whether that one may give it is for `check_grants`.

        Raises `GrantError`.
        """
        with refused_as(
            GrantError,
            "Somebody altered how this lesson was handed on.",
            "How this lesson was handed on cannot be read.",
        ):
            return from_wire(cls, loads(verify(_PURPOSE, data, signer_named(data)[KEY_BYTES:])))

    @property
    def info(self) -> bytes:
        """What the wrapped key is bound to: this lesson, who gives it, and who gets it."""
        return _grant_info(bytes.fromhex(self.header_sha256), self.giver.kid, bytes.fromhex(self.to))

    @property
    def note_info(self) -> bytes:
        """What the note is bound to: the same, and this grant."""
        return _note_info(
            bytes.fromhex(self.header_sha256), self.giver.kid, bytes.fromhex(self.to), bytes.fromhex(self.grant)
        )


class Giver(Signs, Protocol):
    """Somebody with secret keys."""

    @property
    def recipient(self) -> Recipient:
        """The public halves."""


def give(
    content_key: bytes,
    header_hash: bytes,
    *,
    to: Recipient,
    by: Giver,
    at: datetime,
    until: datetime | None = None,
    note: str = "",
) -> tuple[Grant, bytes]:
    """Hand a lesson on: the grant, and the bytes of its file. Raises `GrantError` if her key is none."""
    name, giver = secrets.token_bytes(GRANT_ID_BYTES), by.recipient
    text = note.encode()
    padded = text + b" " * (-len(text) % NOTE_PAD_BYTES)
    grant = Grant(
        by=giver.to_bytes().hex(),
        grant=name.hex(),
        header_sha256=header_hash.hex(),
        to=to.kid.hex(),
        sealed=seal_to(to, content_key, _grant_info(header_hash, giver.kid, to.kid)),
        created_at=at,
        expires_at=until,
        note=seal_to(to, padded, _note_info(header_hash, giver.kid, to.kid, name)) if text else None,
    )
    return grant, sign(_PURPOSE, dumps(grant), by)


def check_grants(header: Header, hashed: bytes, grants: Iterable[bytes]) -> tuple[Grant, ...]:
    """Read the grants of a lesson, in their order. Raises `GrantError` for one that nobody could give."""
    read = tuple(Grant.decode(data) for data in grants)
    if len({grant.grant for grant in read}) != len(read):
        raise GrantError("This lesson was handed on twice under one name.")
    if any(grant.header_sha256 != hashed.hex() for grant in read):
        raise GrantError("Another lesson was handed on with this.")
    check_givers(header, read, (grant.giver for grant in read))
    return read


def check_givers(header: Header, grants: Iterable[Grant], givers: Iterable[Recipient]) -> None:
    """Raise `GrantError` unless each of `givers` is one whose lesson it is, by its header or by a claim in `grants`."""
    claims = header.kids(RecipientRole.CLAIM)
    owners = claims | header.kids(RecipientRole.TEACHER)
    owners |= {grant.to for grant in grants if grant.giver.kid.hex() in claims}
    if any(giver.kid.hex() not in owners for giver in givers):
        raise GrantError("This lesson was handed on by somebody whose it is not.")


def seal_to(to: Recipient, plaintext: bytes, info: bytes) -> bytes:
    """Seal to somebody's public key. Raises `GrantError` if it is none."""
    try:
        return WRAP_SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(to.encryption_key), info=info)
    except ValueError as error:
        raise GrantError("This public key cannot be sealed to.") from error


def _grant_info(header_hash: bytes, by: bytes, to: bytes) -> bytes:
    return b"waitwise.v1/grant\0" + header_hash + by + to


def _note_info(header_hash: bytes, by: bytes, to: bytes, grant: bytes) -> bytes:
    return b"waitwise.v1/note\0" + header_hash + by + to + grant
