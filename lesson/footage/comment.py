"""What somebody says of a moment in a lesson: sealed to who may open the lesson, or to herself, and signed by her.

::

    written                    edited                           deleted
    number 1, before null <--- number 2, before SHA-256(1) <--- number 3, before SHA-256(2), sealed null

    {"signed":{"by":"<64 bytes>","comment":"9d1c...","number":1,"before":null,"header_sha256":"<H>",
               "readers":"lesson","sealed":"...","written_at":"..."},"signature":"..."}

    by         X25519 | Ed25519 public keys of who wrote it; cut out by counting, as in a grant
    sealed     to readers "lesson": nonce 12 | AES-256-GCM under the comment key | tag 16
               to readers "author": HPKE to her own key, with the same binding as `info`; nobody else opens it
    key        HKDF-SHA256(content key, no salt, binding), 32 bytes
    binding    "waitwise.v1/comment" 00 | H | kid of by | comment | number u32
    inside     length u16 | JSON of `Said` | zeros, up to 256, 512, 1024, 2048, 4096 or 8192 bytes

The school keeps the newest version of each. It can write none, alter none and move none to another lesson; it can hold
one back, and show an older one to who has not seen the newer: a reader therefore remembers what she has seen (`Seen`).
Who writes is proved by her keys; what her name is, the school says. When she wrote is what her own clock said.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lesson.footage.errors import CommentError
from lesson.footage.grant import Giver
from lesson.footage.hexes import expect_hex
from lesson.footage.recipients import Recipient
from lesson.footage.signed import KEY_BYTES, refused_as, sign, signer_named, verify
from lesson.footage.stanza import WRAP_SUITE
from lesson.wire import WireError, dumps, from_wire, loads, seconds

COMMENT_ID_BYTES = 16
MAX_NUMBER = 999_999
"""Versions of one comment."""
PADDED_BYTES = tuple(256 << step for step in range(6))
"""What is sealed has one of these lengths: the size of a comment says no more than which."""
NONCE_BYTES = 12

_PURPOSE = "comment"
_TAG_BYTES = 16
_LENGTH_BYTES = 2


class Readers(StrEnum):
    """Who can open a comment."""

    AUTHOR = "author"
    """She who wrote it."""
    LESSON = "lesson"
    """Everybody who may open the whole lesson. What they were once shown cannot become hers alone again."""


class Tag(StrEnum):
    """What kind of remark it is."""

    NOTE = "note"
    QUESTION = "question"
    WAIT_TIME = "wait_time"
    STRENGTH = "strength"
    TO_DISCUSS = "to_discuss"
    ACTION_STEP = "action_step"


@dataclass(frozen=True, slots=True)
class Said:
    """What is sealed: the school knows nothing of it, not even the moment."""

    parent: str | None
    """The comment that it answers. None: it begins a thread."""
    tag: Tag
    text: str
    at: float = seconds()
    """Where in the lesson."""
    end: float | None = seconds()
    """Up to where. None: it is about one moment."""

    def __post_init__(self) -> None:
        if self.at < 0 or (self.end is not None and self.end < self.at):
            raise ValueError("A comment is about a moment of the lesson, or about one and a later one.")
        if self.parent is not None:
            expect_hex(self.parent, COMMENT_ID_BYTES, "The comment that it answers")
        if not self.text.strip():
            raise ValueError("A comment without words says nothing.")

    def encode(self) -> bytes:
        """Padded bytes, to be sealed. Raises `CommentError` when it is too long."""
        told = dumps(self)
        wanted = _LENGTH_BYTES + len(told)
        length = next((each for each in PADDED_BYTES if each >= wanted), None)
        if length is None:
            raise CommentError("This comment is too long. Say it in two.")
        return len(told).to_bytes(_LENGTH_BYTES) + told + bytes(length - wanted)

    @classmethod
    def decode(cls, padded: bytes) -> Self:
        """Read what was sealed. Raises `CommentError`."""
        length = int.from_bytes(padded[:_LENGTH_BYTES])
        told, rest = padded[_LENGTH_BYTES : _LENGTH_BYTES + length], padded[_LENGTH_BYTES + length :]
        try:
            said = from_wire(cls, loads(told))
        except WireError as error:
            raise CommentError(f"What a comment says cannot be read. {error}") from error
        if len(told) != length or any(rest):
            raise CommentError("What a comment says is not padded as agreed.")
        return said


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader, or the school, remembers of a comment: its newest version."""

    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Comment:
    """One version of a comment. Nothing in it is secret."""

    by: str
    """Who wrote it: both public keys, hexadecimal."""
    comment: str
    """Its own name, the same for all versions: 16 random bytes, hexadecimal."""
    number: int
    """Which version: 1, 2, 3 ..."""
    before: str | None
    """SHA-256 of the version before, hexadecimal. None for the first."""
    header_sha256: str
    """H, hexadecimal: which lesson."""
    readers: Readers
    sealed: bytes | None
    """None: she has deleted it."""
    written_at: datetime

    def __post_init__(self) -> None:
        expect_hex(self.by, 2 * KEY_BYTES, "by")
        expect_hex(self.comment, COMMENT_ID_BYTES, "The comment's name")
        expect_hex(self.header_sha256, 32, "header_sha256")
        if self.before is not None:
            expect_hex(self.before, 32, "before")
        if not 1 <= self.number <= MAX_NUMBER or (self.number == 1) != (self.before is None):
            raise ValueError("Versions are numbered from 1, and each but the first names the one before.")
        if self.number == 1 and self.sealed is None:
            raise ValueError("What was never written cannot be deleted.")
        if self.sealed is not None and len(self.sealed) - _surplus(self.readers) not in PADDED_BYTES:
            raise ValueError("A comment is padded to one of the agreed lengths.")
        if self.written_at.tzinfo is None:
            raise ValueError("written_at needs its time zone.")

    @property
    def author(self) -> Recipient:
        """Who wrote it."""
        return Recipient.from_bytes(bytes.fromhex(self.by))

    @property
    def binding(self) -> bytes:
        """What its key is bound to: this lesson, its author, this comment, and which version."""
        return _binding(bytes.fromhex(self.header_sha256), self.author.kid, self.comment, self.number)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Verify with the key that it names, then read. Raises `CommentError`."""
        with refused_as(CommentError, "Somebody altered a comment.", "A comment cannot be read."):
            return from_wire(cls, loads(verify(_PURPOSE, data, signer_named(data)[KEY_BYTES:])))

    def expect_after(self, seen: Seen | None, data: bytes) -> Seen:
        """Hold it against what was seen before, and say what to remember. Raises `CommentError`."""
        mine = Seen(self.number, hashlib.sha256(data).hexdigest())
        if seen is None or mine == seen:
            return mine
        if self.number < seen.number:
            raise CommentError("This is an older version of a comment than the one that was seen before.")
        if self.number == seen.number:
            raise CommentError("There are two versions of one comment under one number.")
        if self.number == seen.number + 1 and self.before != seen.sha256:
            raise CommentError("This version of a comment does not follow the one that was seen before.")
        return mine


def write_comment(
    said: Said | None,
    *,
    by: Giver,
    readers: Readers,
    content_key: bytes,
    header_hash: bytes,
    at: datetime,
    comment: str | None = None,
    after: Seen | None = None,
) -> tuple[Comment, bytes]:
    """Seal and sign the next version: the comment, and the bytes of its file. `said` None deletes it."""
    comment = comment or secrets.token_hex(COMMENT_ID_BYTES)
    number = 1 if after is None else after.number + 1
    binding = _binding(header_hash, by.recipient.kid, comment, number)
    sealed = None
    if said is not None and readers is Readers.AUTHOR:
        public_key = X25519PublicKey.from_public_bytes(by.recipient.encryption_key)
        sealed = WRAP_SUITE.encrypt(said.encode(), public_key, info=binding)
    elif said is not None:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(comment_key(content_key, binding)).encrypt(nonce, said.encode(), None)
    made = Comment(
        by=by.recipient.to_bytes().hex(),
        comment=comment,
        number=number,
        before=None if after is None else after.sha256,
        header_sha256=header_hash.hex(),
        readers=readers,
        sealed=sealed,
        written_at=at,
    )
    return made, sign(_PURPOSE, dumps(made), by)


def comment_key(content_key: bytes, binding: bytes) -> bytes:
    """The 32 bytes one version of a comment is sealed with, for who may open the lesson."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=binding).derive(content_key)


def _binding(header_hash: bytes, kid: bytes, comment: str, number: int) -> bytes:
    return b"waitwise.v1/comment\0" + header_hash + kid + bytes.fromhex(comment) + number.to_bytes(4)


def _surplus(readers: Readers) -> int:
    """How much longer than its padded text the sealed one is."""
    return (KEY_BYTES if readers is Readers.AUTHOR else NONCE_BYTES) + _TAG_BYTES
