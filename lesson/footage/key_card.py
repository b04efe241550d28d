"""A teacher's key card: her two public keys as the text of a QR code, so that no computer in between can exchange them.

::

    WAITWISE1:NIRY6XTVI232...                                       113 letters, all of them of QR's alphanumeric mode
    |<- 10 ->|<-- 103: base32 of X25519 public key | Ed25519 public key, no padding -->|

Nothing else is in it: the fewer the modules, the larger each, and the further off a camera reads it. Her name and her
four words (recipients.py) are printed beside it, for people. Everything on a card is public: whoever photographs it can
seal a lesson to her, and nothing more.
"""

from __future__ import annotations

import base64
import binascii
from typing import ClassVar

from lesson.footage.recipients import Recipient
from lesson.problems import WaitwiseError

PREFIX = "WAITWISE1:"
_PADDING = "="
"""What makes 103 letters the 104 that base32 is read in."""


class KeyCardError(WaitwiseError, ValueError):
    """This text is not that of a key card."""

    remedy: ClassVar[str] = "Print the card again from the school's page: Print my key card, in the account menu."


def encode(recipient: Recipient) -> str:
    """The text of her card.

    >>> encode(Recipient(bytes(32), bytes(32)))[:16]
    'WAITWISE1:AAAAAA'
    """
    return PREFIX + base64.b32encode(recipient.to_bytes()).decode().rstrip(_PADDING)


def decode(text: str) -> Recipient:
    """Whose card it is. One card has one text. Raises `KeyCardError`.

    >>> decode(encode(Recipient(bytes(32), bytes(32)))).kid.hex()
    'a3c6955d130905e9363734434845937d'
    """
    letters = text.removeprefix(PREFIX)
    if letters == text:
        raise KeyCardError("This is not a key card of this version.")
    try:
        recipient = Recipient.from_bytes(base64.b32decode(letters + _PADDING))
    except (binascii.Error, ValueError) as error:
        raise KeyCardError("This key card is damaged.") from error
    if encode(recipient) != text:
        raise KeyCardError("This key card is not written as key cards are.")
    return recipient
