"""The card at a unit without a screen: its code lets a phone ask, and two presses of the button let it in.

::

    waitwise unit card  -->  7KQ2M-X9RTD on paper        card.txt in the page's folder: its SHA-256
    phone: the code     -->  the lamp asks, 30 s         presses: twice, quickly --> paired

The code alone lets nobody in: whoever photographed the card is not in the room. A new card makes the old one worthless.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from device.settings import UnitSettings, names_of
from lesson.problems import WaitwiseError

FILE = "card.txt"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: none is taken for another. Ten of them are 50 bits, and at most five can be tried in a row."""
_SAME = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class CardError(WaitwiseError):
    """A card cannot be made."""


class Card:
    """The card of one unit, as its page knows it. Looked at each time: a new one counts at once."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def is_there(self) -> bool:
        """Whether one was made."""
        return self._path.exists()

    def says(self, typed: str) -> bool:
        """Whether that is the code on the card."""
        try:
            kept = self._path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return False
        return hmac.compare_digest(_hash(typed), kept)


def new_card(folder: Path, draw: str | None = None) -> str:
    """Make a card, and return the code on it: it is kept nowhere. Raises `CardError`."""
    code = draw or "".join(secrets.choice(LETTERS) for _ in range(10))
    part = folder / f".{FILE}.part"
    try:
        owner = folder.stat()
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(_hash(code))
            file.flush()
            os.fsync(file.fileno())
        if os.geteuid() == 0:  # A technician types the command, and the page has an account of its own.
            os.chown(part, owner.st_uid, owner.st_gid)
        part.replace(folder / FILE)
    except OSError as error:
        raise CardError(f"The card cannot be kept in {folder}: {error.strerror}. Has the page been started?") from error
    return f"{code[:5]}-{code[5:]}"


def card_text(settings: UnitSettings, port: int, code: str, fingerprint: bytes) -> list[str]:
    """What stands on the card."""
    address = f"https://{names_of(settings)[0]}{'' if port == 443 else f':{port}'}"
    return [
        f"{settings.room}: pair a phone with the unit",
        "",
        f"  1. Open  {address}",
        "     The phone warns once. The long number behind its warning must be:",
        f"     {fingerprint.hex(':').upper()}",
        f"  2. Type  {code}",
        "  3. Press the unit's button twice, quickly.",
        "",
        "It lets a phone start and stop lessons until the evening. Keep this card in the room.",
    ]


def _hash(typed: str) -> str:
    code = typed.upper().translate(_SAME)
    return hashlib.sha256(b"waitwise.v1/card\0" + code.encode()).hexdigest()
