"""The file a person's secret keys are kept in, locked: what everybody may read of it, the school too.

::

    {"kind":"waitwise identity","v":1,
     "encryption_key":"<X25519 public>","signing_key":"<Ed25519 public>",
     "nonce":"...","sealed":"...",                                       both secret keys under the account key
     "wraps":[{"by":"passphrase","kdf":"PBKDF2-SHA-256","rounds":600000,"salt":"...","nonce":"...","wrapped":"..."},
              {"by":"recovery_code",...},
              {"by":"passkey","kdf":"HKDF-SHA-256","rounds":1,...,"credential":"..."}]}

Each wrap is a way in: the same account key under something a person knows or has. Nothing here can open one:
identity.py does, where the person is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, Self

from lesson.footage.errors import IdentityError
from lesson.footage.hexes import expect_hex
from lesson.footage.recipients import Recipient
from lesson.footage.signed import KEY_BYTES
from lesson.wire import WireError, dumps, from_wire, later, loads

SEALED_KIND = "waitwise identity"
VERSION = 1
ROUNDS = 600_000
"""PBKDF2-HMAC-SHA-256 rounds (OWASP Password Storage Cheat Sheet). A file with fewer is refused."""
MAX_ROUNDS = 10_000_000
"""A file with more would keep the reader busy for minutes: somebody altered it."""
KDF = "PBKDF2-SHA-256"
PASSKEY_KDF = "HKDF-SHA-256"
"""What a passkey gives is 32 random bytes already: nothing has to be made dear to guess."""
SALT_BYTES = 16
PASSKEY_SALT_BYTES = 32
MAX_CREDENTIAL_BYTES = 1023
"""Longest name of a passkey (WebAuthn level 3, credential id)."""
NONCE_BYTES = 12
TAG_BYTES = 16

PASSKEY = "passkey"
Secret = Literal["passphrase", "recovery_code"]
"""What a person types to open her file."""


@dataclass(frozen=True, slots=True)
class Wrap:
    """The account key, wrapped by something a person knows or keeps."""

    by: str
    """`passphrase`, `recovery_code` or `passkey`."""
    kdf: str
    rounds: int
    salt: bytes
    nonce: bytes
    wrapped: bytes
    credential: bytes | None = later(None)
    """Which passkey: its name, by which a browser asks for it."""

    def __post_init__(self) -> None:
        if self.by == PASSKEY:
            self._expect_passkey()
        elif self.kdf != KDF or not ROUNDS <= self.rounds <= MAX_ROUNDS or self.credential is not None:
            raise ValueError(f"An account key is wrapped with {KDF} and {ROUNDS} to {MAX_ROUNDS} rounds.")
        elif len(self.salt) != SALT_BYTES:
            raise ValueError("The salt has 16 bytes.")
        if len(self.nonce) != NONCE_BYTES:
            raise ValueError("The nonce has 12 bytes.")
        if len(self.wrapped) != KEY_BYTES + TAG_BYTES:
            raise ValueError("A wrapped account key has 48 bytes.")

    def _expect_passkey(self) -> None:
        if (self.kdf, self.rounds, len(self.salt)) != (PASSKEY_KDF, 1, PASSKEY_SALT_BYTES):
            raise ValueError(f"A passkey wraps with {PASSKEY_KDF}, once, and a salt of {PASSKEY_SALT_BYTES} bytes.")
        if not 0 < len(self.credential or b"") <= MAX_CREDENTIAL_BYTES:
            raise ValueError("A passkey has a name.")

    @property
    def name(self) -> str:
        """Tells this wrap from every other one, 16 bytes in hexadecimal. Nothing of the key can be told from it."""
        return hashlib.sha256(dumps(self)).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class IdentityFile:
    """An identity file, locked."""

    kind: str
    v: int
    encryption_key: str
    signing_key: str
    nonce: bytes
    sealed: bytes
    wraps: tuple[Wrap, ...]

    def __post_init__(self) -> None:
        if (self.kind, self.v) != (SEALED_KIND, VERSION):
            raise ValueError("This is not an identity file of a kind known here.")
        expect_hex(self.encryption_key, KEY_BYTES, "encryption_key")
        expect_hex(self.signing_key, KEY_BYTES, "signing_key")
        if (len(self.nonce), len(self.sealed)) != (NONCE_BYTES, 2 * KEY_BYTES + TAG_BYTES):
            raise ValueError("The nonce has 12 bytes and the sealed keys 80.")

    @property
    def recipient(self) -> Recipient:
        """The public half: readable without a passphrase, and checked when the file is unlocked."""
        return Recipient(bytes.fromhex(self.encryption_key), bytes.fromhex(self.signing_key))

    def has(self, by: str) -> bool:
        """Whether there is such a way in. Whether it opens, only she can tell."""
        return any(wrap.by == by for wrap in self.wraps)

    def encode(self) -> bytes:
        """The bytes of the file."""
        return dumps(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read the file, still locked. Raises `IdentityError`."""
        try:
            return from_wire(cls, loads(data))
        except WireError as error:
            raise IdentityError(f"This identity file cannot be read. {error}") from error
