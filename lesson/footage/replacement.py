"""A new identity file in place of the one that the school keeps: other words, another code, the same keys.

::

    {"signed":{"before":"<SHA-256 of the file that is there>","file":"<the new file>"},"signature":"<hers>"}

She signs it with her Ed25519 key, so that who has only her cookie cannot spoil the file she depends on; and `before`
makes it good once, for exactly the file she has seen.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Self

from lesson.footage.errors import IdentityError
from lesson.footage.hexes import expect_hex
from lesson.footage.identity_file import IdentityFile
from lesson.footage.signed import BadSignatureError, Signs, sign, verify
from lesson.wire import WireError, dumps, from_wire, loads

PURPOSE = "identity-file"


@dataclass(frozen=True, slots=True)
class Replacement:
    """What takes the place of what."""

    before: str
    """SHA-256 of the file that is replaced, hexadecimal."""
    file: bytes

    def __post_init__(self) -> None:
        expect_hex(self.before, 32, "before")

    @classmethod
    def of(cls, before: bytes, file: bytes) -> Self:
        """The file `before` gives way to `file`."""
        return cls(hashlib.sha256(before).hexdigest(), file)

    def encode(self, key: Signs) -> bytes:
        """The signed line."""
        return sign(PURPOSE, dumps(self), key)

    def expect(self, before: bytes) -> IdentityFile:
        """The new file, if it may take the place of `before`. Raises `IdentityError`."""
        if hashlib.sha256(before).hexdigest() != self.before:
            raise IdentityError("Another file is there by now than the one this was made for.")
        new = IdentityFile.decode(self.file)
        if new.recipient != IdentityFile.decode(before).recipient:
            raise IdentityError("The new file is for other keys.")
        return new

    @classmethod
    def decode(cls, line: bytes, signing_key: bytes) -> Self:
        """Read the line that she signed. Raises `IdentityError`."""
        try:
            return from_wire(cls, loads(verify(PURPOSE, line, signing_key)))
        except (BadSignatureError, WireError) as error:
            raise IdentityError(f"This was not signed with her key. {error}") from error
