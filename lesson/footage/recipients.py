"""A person footage can be sealed to: her public keys, their name, and the four words for the name.

::

    kid    SHA-256("waitwise.v1/kid" 00 | X25519 public key | Ed25519 public key), first 16 bytes
    words  PBKDF2-SHA-256(kid, salt "waitwise.v1/words", 200,000 rounds), 8 bytes, as four words of the list

The words stand on the key card, on the unit and on the page: the same four, or somebody changed a key on the way.
Four words are 51.7 bits. A graphics card hashes that many keys in days, so the rounds make each guess dearer by
200,000: about 2^69 steps for one forged key that shows the right words.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from lesson.footage.signed import KEY_BYTES
from lesson.footage.words import word_list

KID_BYTES = 16
WORDS_ROUNDS = 200_000
"""Rounds behind the four words. About 0.1 s on a laptop, under a second on the slowest unit."""


class RecipientRole(StrEnum):
    """Why somebody is a recipient of a lesson."""

    TEACHER = "teacher"
    """Whose lesson it is."""
    COACH = "coach"
    CLAIM = "claim"
    """A key made for this one lesson, because nobody could say whose it is: who claims it is given the lesson by it."""
    RECOVERY = "recovery"
    """The school's recovery key, where a school has one: always shown, its use is always told."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person's public keys. There is nothing secret here."""

    encryption_key: bytes
    """X25519, 32 bytes: content keys are wrapped to it."""
    signing_key: bytes
    """Ed25519, 32 bytes: what she signs, grants for example, is verified with it."""

    def __post_init__(self) -> None:
        if len(self.encryption_key) != KEY_BYTES or len(self.signing_key) != KEY_BYTES:
            raise ValueError("A public key must be 32 bytes.")

    @classmethod
    def from_bytes(cls, keys: bytes) -> Self:
        """Take both back, X25519 first. Raises `ValueError` for another length."""
        return cls(keys[:KEY_BYTES], keys[KEY_BYTES:])

    def to_bytes(self) -> bytes:
        """Both keys, one behind the other."""
        return self.encryption_key + self.signing_key

    @property
    def kid(self) -> bytes:
        """The name of the two keys together, 16 bytes."""
        return hashlib.sha256(b"waitwise.v1/kid\0" + self.to_bytes()).digest()[:KID_BYTES]


def check_words(kid: bytes) -> tuple[str, str, str, str]:
    """The four words for a name, to be compared by eye.

    >>> check_words(bytes(16))
    ('showing', 'eggnog', 'dab', 'barcode')
    """
    stretched = hashlib.pbkdf2_hmac("sha256", kid, b"waitwise.v1/words", WORDS_ROUNDS, 8)
    words = word_list()
    rest = int.from_bytes(stretched)
    chosen: list[str] = []
    for _ in range(4):
        rest, index = divmod(rest, len(words))
        chosen.append(words[index])
    first, second, third, fourth = chosen
    return first, second, third, fourth
