"""A person's secret keys, and how the file they are kept in (identity_file.py) is locked and opened.

::

    account key   32 random bytes
    sealed        AES-256-GCM(account key, nonce, X25519 secret | Ed25519 secret,
                              aad "waitwise.v1/identity" 00 | X25519 public | Ed25519 public)
    wrapped       AES-256-GCM(PBKDF2-SHA-256(secret, salt, rounds), nonce, account key,
                              aad "waitwise.v1/account-key" 00 | kid | by 00 | kdf 00 | rounds u32 | salt)
    by a passkey  under HKDF-SHA256(what the passkey makes of the salt, info "waitwise.v1/passkey" 00 | kid) instead

The account key may be wrapped several times: by the passphrase, by a recovery code, by passkeys. Adding or changing
one leaves the keys alone. For demo and tests there is the *open identity*, whose secrets stand in the file as they are.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass, replace
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lesson.footage.errors import IdentityError
from lesson.footage.hexes import expect_hex
from lesson.footage.identity_file import (
    KDF,
    NONCE_BYTES,
    PASSKEY,
    PASSKEY_KDF,
    ROUNDS,
    SALT_BYTES,
    SEALED_KIND,
    TAG_BYTES,
    VERSION,
    IdentityFile,
    Secret,
    Wrap,
)
from lesson.footage.recipients import Recipient
from lesson.footage.recovery_code import is_code, read_code
from lesson.footage.signed import KEY_BYTES
from lesson.wire import WireError, dumps, from_wire, loads

OPEN_KIND = "waitwise open identity"


class Identity:
    """A person's two secret keys. It never shows itself: `repr` tells the public half only."""

    __slots__ = ("_encryption", "_signing", "recipient")

    def __init__(self, encryption: X25519PrivateKey, signing: Ed25519PrivateKey) -> None:
        self._encryption = encryption
        self._signing = signing
        self.recipient = Recipient(encryption.public_key().public_bytes_raw(), signing.public_key().public_bytes_raw())
        """The public half."""

    @classmethod
    def generate(cls) -> Self:
        """Make a new identity from the system's random numbers."""
        return cls(X25519PrivateKey.generate(), Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, secret: bytes) -> Self:
        """Take an identity back from its 64 bytes: X25519, then Ed25519. Raises ValueError for another length."""
        return cls(
            X25519PrivateKey.from_private_bytes(secret[:KEY_BYTES]),
            Ed25519PrivateKey.from_private_bytes(secret[KEY_BYTES:]),
        )

    def to_bytes(self) -> bytes:
        """The 64 secret bytes."""
        return self._encryption.private_bytes_raw() + self._signing.private_bytes_raw()

    @property
    def encryption_key(self) -> X25519PrivateKey:
        """What content keys are unwrapped with."""
        return self._encryption

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519 signature."""
        return self._signing.sign(message)

    def __repr__(self) -> str:
        return f"Identity(kid={self.recipient.kid.hex()})"


@dataclass(frozen=True, slots=True)
class SealedIdentity(IdentityFile):
    """An identity file, as its owner locks and opens it."""

    @classmethod
    def seal(cls, identity: Identity, passphrase: str) -> Self:
        """Lock an identity under a passphrase."""
        account_key = secrets.token_bytes(KEY_BYTES)
        recipient = identity.recipient
        nonce = secrets.token_bytes(NONCE_BYTES)
        return cls(
            kind=SEALED_KIND,
            v=VERSION,
            encryption_key=recipient.encryption_key.hex(),
            signing_key=recipient.signing_key.hex(),
            nonce=nonce,
            sealed=AESGCM(account_key).encrypt(nonce, identity.to_bytes(), _identity_aad(recipient)),
            wraps=(_wrap(account_key, recipient, "passphrase", passphrase),),
        )

    def unlock(self, secret: str, by: Secret = "passphrase") -> Identity:
        """Open the file. Raises `IdentityError` for a wrong secret, and for keys that do not belong together."""
        return self._unlocked(self._account_key(secret, by))

    def unlock_with_passkey(self, output: bytes) -> Identity:
        """Open the file with the 32 bytes that a passkey makes of its wrap's salt. Raises `IdentityError`."""
        return self._unlocked(self._account_key(output, PASSKEY))

    def _unlocked(self, account_key: bytes) -> Identity:
        try:
            raw = AESGCM(account_key).decrypt(self.nonce, self.sealed, _identity_aad(self.recipient))
        except InvalidTag as error:
            raise IdentityError("The identity file was altered.") from error
        return _expect_keys(Identity.from_bytes(raw), self.encryption_key, self.signing_key)

    def add(self, secret: str, by: Secret, *, unlocked_with: str, unlocked_by: Secret = "passphrase") -> Self:
        """The same file with one more way in, in place of an earlier one of its kind. Needs a way that is there.

        The account key stays. A new one would protect nothing, for the keys that it locks are the same, and it would
        shut the ways in that are not at hand.
        """
        account_key = self._account_key(unlocked_with, unlocked_by)
        kept = tuple(wrap for wrap in self.wraps if wrap.by != by)
        return replace(self, wraps=(*kept, _wrap(account_key, self.recipient, by, secret)))

    def add_passkey(self, credential: bytes, salt: bytes, output: bytes, *, unlocked_with: str) -> Self:
        """The same file with a passkey as one more way in: `output` is what it makes of `salt`."""
        account_key, nonce = self._account_key(unlocked_with, "passphrase"), secrets.token_bytes(NONCE_BYTES)
        wrap = Wrap(PASSKEY, PASSKEY_KDF, 1, salt, nonce, bytes(KEY_BYTES + TAG_BYTES), credential)
        return replace(self, wraps=(*self.wraps, _wrapped(wrap, account_key, self.recipient, output)))

    def _account_key(self, secret: str | bytes, by: str) -> bytes:
        for wrap in self.wraps:
            if wrap.by == by:
                key = _key(secret, wrap, self.recipient)
                try:
                    return AESGCM(key).decrypt(wrap.nonce, wrap.wrapped, _wrap_aad(self.recipient, wrap))
                except InvalidTag:
                    continue
        what = by.replace("_", " ")
        raise IdentityError(f"The {what} is wrong, or the identity file was altered.")


@dataclass(frozen=True, slots=True)
class OpenIdentity:
    """An identity file that is not locked. For demo and tests: whoever has the file has the keys."""

    kind: str
    v: int
    encryption_key: str
    signing_key: str
    secret: str

    def __post_init__(self) -> None:
        if (self.kind, self.v) != (OPEN_KIND, VERSION):
            raise ValueError("This is not an open identity file.")
        expect_hex(self.secret, 2 * KEY_BYTES, "secret")


def encode_open(identity: Identity) -> bytes:
    """The bytes of an open identity file."""
    recipient = identity.recipient
    return dumps(
        OpenIdentity(
            kind=OPEN_KIND,
            v=VERSION,
            encryption_key=recipient.encryption_key.hex(),
            signing_key=recipient.signing_key.hex(),
            secret=identity.to_bytes().hex(),
        )
    )


def read_identity(data: bytes, secret: str | None = None) -> Identity:
    """Read an identity file of either kind, with its five words or its recovery code, as a person typed them.

    Raises `IdentityError`, also when a secret is needed and none given; and `RecoveryCodeError` for a mistyped code.
    """
    try:
        raw = loads(data)
    except WireError as error:
        raise IdentityError(f"This identity file cannot be read. {error}") from error
    if isinstance(raw, dict) and raw.get("kind") == OPEN_KIND:
        try:
            opened = from_wire(OpenIdentity, raw)
        except WireError as error:
            raise IdentityError(f"This identity file cannot be read. {error}") from error
        identity = Identity.from_bytes(bytes.fromhex(opened.secret))
        return _expect_keys(identity, opened.encryption_key, opened.signing_key)
    sealed = SealedIdentity.decode(data)
    if secret is None:
        raise IdentityError("This identity file needs its passphrase.")
    if is_code(secret):
        return sealed.unlock(read_code(secret), by="recovery_code")
    return sealed.unlock(secret)


def typed(secret: str) -> str:
    """A secret as its wrap takes it: small letters and single spaces, however somebody typed it.

    Only A to Z are made small, and only the spaces of ASCII and hyphens are joined: every browser and every Python
    must come to the same bytes for ever, and tables of other letters change.

    >>> typed("  Drop-down  Zoom ")
    'drop down zoom'
    """
    folded = unicodedata.normalize("NFKC", secret)
    small = re.sub("[A-Z]", lambda letter: letter[0].lower(), folded)
    return re.sub(r"[ \t\n\r-]+", " ", small).strip(" ")


def _wrap(account_key: bytes, recipient: Recipient, by: Secret, secret: str) -> Wrap:
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    wrap = Wrap(by=by, kdf=KDF, rounds=ROUNDS, salt=salt, nonce=nonce, wrapped=bytes(KEY_BYTES + TAG_BYTES))
    return _wrapped(wrap, account_key, recipient, secret)


def _wrapped(wrap: Wrap, account_key: bytes, recipient: Recipient, secret: str | bytes) -> Wrap:
    key = _key(secret, wrap, recipient)
    return replace(wrap, wrapped=AESGCM(key).encrypt(wrap.nonce, account_key, _wrap_aad(recipient, wrap)))


def _key(secret: str | bytes, wrap: Wrap, recipient: Recipient) -> bytes:
    if isinstance(secret, str):
        return hashlib.pbkdf2_hmac("sha256", typed(secret).encode(), wrap.salt, wrap.rounds, KEY_BYTES)
    info = b"waitwise.v1/passkey\0" + recipient.kid
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)


def _identity_aad(recipient: Recipient) -> bytes:
    return b"waitwise.v1/identity\0" + recipient.to_bytes()


def _wrap_aad(recipient: Recipient, wrap: Wrap) -> bytes:
    named = wrap.by.encode() + b"\0" + wrap.kdf.encode() + b"\0"
    return b"waitwise.v1/account-key\0" + recipient.kid + named + wrap.rounds.to_bytes(4) + wrap.salt


def _expect_keys(identity: Identity, encryption_key: str, signing_key: str) -> Identity:
    recipient = identity.recipient
    if (recipient.encryption_key.hex(), recipient.signing_key.hex()) != (encryption_key, signing_key):
        raise IdentityError("The public and the secret keys of this file do not belong together.")
    return identity
