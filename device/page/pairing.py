"""Who may see the page: whoever has read six digits from the screen in the room, or pressed the unit's button there.

::

    phone: "show me the number"  -->  428 913 on the room's screen, two minutes   phone: 428913  -->  cookie, until the
                                      the same one, whoever asks meanwhile                            evening
    phone: the code on the unit's card  -->  the lamp asks, 30 s  -->  two presses of the button  -->  cookie

    five wrong ones  -->  the number is void, and nobody may try for 30 s, then 1 min, 2 min ... at most an hour

The proof is that somebody is in the room. So the number stands on the room's screen only: not in the journal, not in a
file and not in a command's answer, where a technician in his office would read it. Pure: fed with moments.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lesson.problems import WaitwiseError

DIGITS = 6
SHOWN_FOR = timedelta(minutes=2)
TRIES = 5
"""Since somebody was let in, whatever the number is by now. Of a million numbers, 5 tries an hour at last: fifteen
years for an even chance at one."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
SHORTEST_SESSION = timedelta(hours=1)
"""For who pairs in the evening. Longer than `HERE_FOR`."""
WAITS_FOR = timedelta(seconds=40)
"""For the button: the lamp asks for 30 s."""
HERE_FOR = timedelta(minutes=15)
"""How long somebody who has read a number counts as being in the room: for looking through the camera. A phone that
was paired in the morning may be anywhere by noon."""


class PairingError(WaitwiseError):
    """The number was not taken. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Paired:
    """A browser that was let in."""

    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A browser that has typed the code on the card, and waits for the button."""

    token: str
    asked: str
    """What the unit is told of it, and tells when the button was pressed twice."""
    until: datetime


@dataclass(frozen=True, slots=True)
class _Session:
    until: datetime
    is_here_until: datetime


class Pairing:
    """Numbers, tries and who was let in. All of it is forgotten when the program ends."""

    def __init__(self, day_ends_hour: int, new_number: Callable[[], str] | None = None) -> None:
        self._day_ends_hour = day_ends_hour
        self._new_number = new_number or _new_number
        self._number: str | None = None
        self._number_until: datetime | None = None
        self._tries = 0
        self._blocks = 0
        self._blocked_until: datetime | None = None
        self._sessions: dict[bytes, _Session] = {}
        self._waiting: Waiting | None = None

    def number(self, now: datetime) -> str:
        """The number to show now: the one that is shown, or a new one. Raises `PairingError`."""
        self._refuse_if_blocked(now)
        if self._number is None or self._number_until is None or now >= self._number_until:
            # Wrong tries go on being counted: else four at each number, every two minutes, would never be noticed.
            self._number, self._number_until = self._new_number(), now + SHOWN_FOR
        return self._number

    def shown(self, now: datetime) -> str | None:
        """The number that should stand on the screen; None: nothing."""
        return self._number if self._number_until is not None and now < self._number_until else None

    def enter(self, typed: str, now: datetime) -> Paired:
        """Let somebody in who typed the number, once. Raises `PairingError`."""
        self._refuse_if_blocked(now)
        number = self.shown(now)
        if number is None:
            self._number = None
            raise PairingError("No number is shown. Ask for one, then look at the screen in the room.")
        if not hmac.compare_digest("".join(typed.split()).encode(), number.encode()):
            self._count(now)
            raise PairingError("That is not the number on the screen.")
        self._number, self._number_until = None, None
        return self._let_in(now)

    def ask(self, now: datetime, *, is_on_card: bool) -> Waiting:
        """Somebody typed a code; let her wait for the button, where it is the one on the card. Raises `PairingError`.

        A right code counts as a try, too: who has photographed the card cannot make the lamp ask all day.
        """
        self._refuse_if_blocked(now)
        if is_on_card and self._waiting is not None and now < self._waiting.until:
            # Two at a time, and nobody could say whom the button lets in.
            raise PairingError("Another phone is waiting for the button. Try again in a minute.")
        self._count(now)
        if not is_on_card:
            raise PairingError("That is not the code on the card.")
        self._waiting = Waiting(secrets.token_urlsafe(32), secrets.token_hex(16), now + WAITS_FOR)
        return self._waiting

    def pressed(self, token: str | None, answered: str | None, now: datetime) -> Paired | None:
        """Let in who waits, once, if `answered`, which two presses have answered, is what she asked; None: not yet.

        Raises `PairingError` for who does not wait, or no longer.
        """
        waiting = self._waiting
        if token is None or waiting is None or not hmac.compare_digest(_hash(token), _hash(waiting.token)):
            raise PairingError("This phone is not waiting for the button. Type the code on the card.")
        if now >= waiting.until:
            self._waiting = None
            raise PairingError("Nobody pressed the button twice in time. Type the code once more.")
        if answered != waiting.asked:
            return None
        self._waiting = None
        return self._let_in(now)

    def _count(self, now: datetime) -> None:
        self._tries += 1
        if self._tries >= TRIES:
            self._block(now)

    def _let_in(self, now: datetime) -> Paired:
        self._tries = self._blocks = 0
        paired = Paired(secrets.token_urlsafe(32), self._evening(now))
        self._sessions = {kept: session for kept, session in self._sessions.items() if now < session.until}
        self._sessions[_hash(paired.token)] = _Session(paired.until, now + HERE_FOR)
        return paired

    def is_paired(self, token: str | None, now: datetime) -> bool:
        """Whether a browser was let in, and it is not yet evening."""
        session = None if token is None else self._sessions.get(_hash(token))
        return session is not None and now < session.until

    def is_present(self, token: str | None, now: datetime) -> bool:
        """Whether a browser was let in so lately that whoever has it is still in the room."""
        session = None if token is None else self._sessions.get(_hash(token))
        return session is not None and now < session.is_here_until

    def forget(self, token: str | None) -> None:
        """Somebody leaves."""
        if token is not None:
            self._sessions.pop(_hash(token), None)

    def _evening(self, now: datetime) -> datetime:
        here = now.astimezone()
        evening = here.replace(hour=self._day_ends_hour, minute=0, second=0, microsecond=0)
        return max(evening, here + SHORTEST_SESSION)

    def _block(self, now: datetime) -> None:
        self._number, self._number_until, self._tries = None, None, 0
        self._blocked_until = now + min(FIRST_WAIT * 2 ** min(self._blocks, 10), LONGEST_WAIT)
        self._blocks += 1

    def _refuse_if_blocked(self, now: datetime) -> None:
        if self._blocked_until is not None and now < self._blocked_until:
            left = round((self._blocked_until - now).total_seconds()) + 1
            raise PairingError(f"Too many wrong numbers. Try again in {left} s.")


def _new_number() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
