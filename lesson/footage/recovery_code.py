"""The recovery code: a second way to a teacher's keys, on paper, for the day she has forgotten her five words.

::

    4Q7XK-9HTMB-0ZC2D-WJ5RN-...                       8 groups of 5 letters and digits, 32 of them random: 160 bits
    |||| +-- check of this group and of its place
    ++++-- 4 of 32 letters: no I, L, O, U, which are read as 1, 1, 0 and V however they were written

    check = place XOR a*x1 XOR a^2*x2 XOR a^3*x3 XOR a^4*x4      in GF(32), a^5 = a^2 + 1, place = 1 to 8

One wrong letter in a group, and two of its letters or two whole groups that changed places, are always noticed, and the
group is named. What is right here can still be somebody else's code: that only the lock can tell.
"""

from __future__ import annotations

import re
import secrets

from lesson.footage.errors import RecoveryCodeError

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32."""
GROUPS = 8
GROUP = 5
"""Letters of a group, its check among them."""

_READ_AS = str.maketrans("ILOU", "110V")
_FIELD = 0b100101
"""x^5 + x^2 + 1."""


def new_code() -> str:
    """Generate a recovery code with the system's random numbers, as it is printed.

    >>> len(new_code())
    47
    """
    drawn = [[secrets.randbelow(len(LETTERS)) for _ in range(GROUP - 1)] for _ in range(GROUPS)]
    return "-".join(_written(place, numbers) for place, numbers in enumerate(drawn, 1))


def is_code(typed: str) -> bool:
    """Whether this is meant for a recovery code: those have digits, and five words have none.

    >>> is_code("showing eggnog dab barcode zoom"), is_code("4Q7XK")
    (False, True)
    """
    return any(letter in "0123456789" for letter in typed)


def read_code(text: str) -> str:
    """A code as it is printed, however somebody typed it. Raises `RecoveryCodeError`, which names what is mistyped.

    >>> read_code("00001 00003 00002 00004 00005 00006 00007 00008")
    Traceback (most recent call last):
    lesson.footage.errors.RecoveryCodeError: There is a typing error in groups 2 and 3.
    >>> read_code("oooo1 oooo2 oooo3 oooo4 oooo5 oooo6 oooo7 oooo8")
    '00001-00002-00003-00004-00005-00006-00007-00008'
    """
    groups = [each for each in re.split(r"[^0-9A-Za-z]+", text) if each]
    if len(groups) != GROUPS:
        run = "".join(groups)
        if len(run) != GROUPS * GROUP:
            raise RecoveryCodeError(
                f"A recovery code has {GROUPS} groups of {GROUP} letters and digits, {GROUPS * GROUP} in all;"
                f" these are {len(run)}."
            )
        groups = [run[at : at + GROUP] for at in range(0, len(run), GROUP)]
    read = [each.upper().translate(_READ_AS) for each in groups]
    if wrong := [place for place, group in enumerate(read, 1) if not _holds(place, group)]:
        raise RecoveryCodeError(f"There is a typing error in {_places(wrong)}.")
    return "-".join(read)


def _written(place: int, numbers: list[int]) -> str:
    return "".join(LETTERS[number] for number in (*numbers, _check(place, numbers)))


def _holds(place: int, group: str) -> bool:
    # Every letter is one of the 32 by now: [0-9A-Z] without I, L, O and U.
    return len(group) == GROUP and group == _written(place, [LETTERS.index(letter) for letter in group[:-1]])


def _check(place: int, numbers: list[int]) -> int:
    total = 0
    for number in reversed(numbers):
        total = (total ^ number) << 1
        total ^= _FIELD if total >= len(LETTERS) else 0
    return total ^ place


def _places(wrong: list[int]) -> str:
    if len(wrong) == 1:
        return f"group {wrong[0]}"
    return f"groups {', '.join(map(str, wrong[:-1]))} and {wrong[-1]}"
