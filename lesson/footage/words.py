"""Words people can read to each other: passphrases, and the names of keys.

The list is the EFF's long one, 7,776 words, 12.9 bits a word (words.NOTICE.txt says whose it is and its licence).
"""

from __future__ import annotations

import secrets
from functools import cache
from importlib import resources

PASSPHRASE_WORDS = 5
"""Words of a new passphrase: 64.6 bits, before the 600,000 rounds that every guess costs."""


@cache
def word_list() -> tuple[str, ...]:
    """All 7,776 words, in the order of the list."""
    return tuple(resources.files(__package__ or __name__).joinpath("words.txt").read_text("ascii").split())


def new_passphrase(words: int = PASSPHRASE_WORDS) -> str:
    """Generate a passphrase with the system's random numbers, its words between spaces.

    >>> len(new_passphrase().split(" "))
    5
    """
    return " ".join(secrets.choice(word_list()) for _ in range(words))
