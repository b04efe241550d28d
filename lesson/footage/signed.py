"""One line of JSON and its signature: a reader verifies the bytes first and parses them afterwards.

::

    {"signed":{"v":1,"end":"stopped"},"signature":"5tZc...86 characters..."}
    |<- 10 ->|<------- body ------->|<-------------- 102 --------------->|

The frame around the body has a fixed length, so the body is cut out by counting, not by parsing; the line is
still JSON for every other tool. The signature is Ed25519 (RFC 8032) over

    "waitwise.v1/<purpose>" 00 <body>

so that a link is never taken for a manifest. It does not say who may sign what: the caller brings the key.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lesson.footage.errors import FootageError
from lesson.footage.hexes import expect_hex

KEY_BYTES = 32
"""Length of an Ed25519 key, secret or public (RFC 8032)."""

_BEFORE = b'{"signed":'
_BETWEEN = b',"signature":"'
_AFTER = b'"}'
_SIGNATURE_BYTES = 64
_SIGNATURE_CHARACTERS = 86
_BEFORE_BY = b'{"signed":{"by":"'
_BY_CHARACTERS = 4 * KEY_BYTES
_BEHIND_BODY = len(_BETWEEN) + _SIGNATURE_CHARACTERS + len(_AFTER)


class BadSignatureError(ValueError):
    """The line is not framed as agreed, or its signature does not hold. Callers raise their own error from it."""


class Signs(Protocol):
    """Whoever can sign: a unit, a school, a person."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519 signature."""


class SigningKey:
    """An Ed25519 secret key. It never shows itself: `repr` tells the public half only."""

    __slots__ = ("_key",)

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        """Make a new key from the system's random numbers."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, secret: bytes) -> Self:
        """Take a key back from its 32 bytes. Raises ValueError for another length."""
        return cls(Ed25519PrivateKey.from_private_bytes(secret))

    def to_bytes(self) -> bytes:
        """The 32 secret bytes, for whoever keeps the key."""
        return self._key.private_bytes_raw()

    @property
    def public(self) -> bytes:
        """The 32 bytes everybody may know."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """64 bytes of signature."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(public={self.public.hex()})"


class UnitKey(SigningKey):
    """The key a unit signs its lessons with. It is not the unit's TLS key."""


class ReceiptKey(SigningKey):
    """The key a school signs its receipts with."""


def sign(purpose: str, body: bytes, key: Signs) -> bytes:
    """Frame `body`, one line of canonical JSON, with its signature. No newline at the end."""
    signature = base64.urlsafe_b64encode(key.sign(_message(purpose, body))).rstrip(b"=")
    return _BEFORE + body + _BETWEEN + signature + _AFTER


def verify(purpose: str, line: bytes, public_key: bytes) -> bytes:
    """The body of a signed line, or `BadSignatureError`. The line must not have a newline."""
    end_of_body = len(line) - _BEHIND_BODY
    start_of_signature = end_of_body + len(_BETWEEN)
    if (
        end_of_body < len(_BEFORE)
        or not line.startswith(_BEFORE)
        or line[end_of_body:start_of_signature] != _BETWEEN
        or not line.endswith(_AFTER)
    ):
        raise BadSignatureError("This is not a signed line.")
    body = line[len(_BEFORE) : end_of_body]
    signature = _signature(line[start_of_signature : -len(_AFTER)])
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _message(purpose, body))
    except (InvalidSignature, ValueError) as error:
        raise BadSignatureError("The signature does not hold.") from error
    return body


def signer_named(line: bytes) -> bytes:
    """Both public keys of a person, X25519 and Ed25519, that a line names first, cut out by counting.

    Raises `ValueError`.
    """
    by = line[len(_BEFORE_BY) : len(_BEFORE_BY) + _BY_CHARACTERS].decode("ascii")
    expect_hex(by, 2 * KEY_BYTES, "by")
    return bytes.fromhex(by)


@contextmanager
def refused_as(error: type[FootageError], altered: str, unreadable: str) -> Iterator[None]:
    """Verify and read a line within it: what does not hold is raised as `error`, with the sentence that fits."""
    try:
        yield
    except BadSignatureError as cause:
        raise error(f"{altered} {cause}") from cause
    except ValueError as cause:  # WireError, a name that is none
        raise error(f"{unreadable} {cause}") from cause


def _message(purpose: str, body: bytes) -> bytes:
    return b"waitwise.v1/" + purpose.encode() + b"\0" + body


def _signature(text: bytes) -> bytes:
    try:
        signature = base64.b64decode(text + b"==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignatureError("The signature is not base64url.") from error
    # Two spellings of one signature would be two files with one meaning.
    if len(signature) != _SIGNATURE_BYTES or base64.urlsafe_b64encode(signature).rstrip(b"=") != text:
        raise BadSignatureError("The signature is not base64url.")
    return signature
