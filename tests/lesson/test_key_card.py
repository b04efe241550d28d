"""The text of a key card: one card has one text, and what is not exactly that is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.footage.identity import Identity
from lesson.footage.key_card import PREFIX, KeyCardError, decode, encode
from lesson.footage.recipients import Recipient

HERS = Identity.generate().recipient
TEXT = encode(HERS)
ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
"""What QR's alphanumeric mode has (ISO/IEC 18004, table 5): two letters take 11 bits there instead of 16."""

REFUSED = {
    "nothing": "",
    "another code on the wall": "https://school.example/menu",
    "a later version": "WAITWISE2:" + TEXT.removeprefix(PREFIX),
    "small letters": TEXT.lower(),
    "only the prefix": PREFIX,
    "cut by a letter": TEXT[:-1],
    "a letter too many": TEXT + "A",
    "with padding": TEXT + "=",
    "a digit that base32 has not": TEXT[:20] + "1" + TEXT[21:],
    "with spare bits set": TEXT[:-1] + chr(ord(TEXT[-1]) + 1),
    "a letter that is none": TEXT[:20] + "Ä" + TEXT[21:],
    "prefix twice": PREFIX + TEXT,
}


@given(st.binary(min_size=64, max_size=64))
def test_a_card_is_read_as_it_was_written(keys: bytes) -> None:
    recipient = Recipient(keys[:32], keys[32:])
    text = encode(recipient)

    assert decode(text) == recipient
    assert len(text) == 113
    assert set(text) <= ALPHANUMERIC


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_no_card_of_ours_is_refused(text: str) -> None:
    with pytest.raises(KeyCardError):
        decode(text)
