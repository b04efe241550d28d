"""Whose lesson a press records now, and why: shown before the press.

::

    she is named, on the page or in the command      her
    the timetable has one lesson here, and knows her her, with its title
    it names somebody else, or has two lessons       nobody can say
    it cannot be read, or the clock may be wrong     nobody can say
    the room is usually hers (settings)              her
    the unit knows one teacher, and none else listed her
    else                                             nobody can say: her card, or a claim (claims.py)

The first that can say decides; where the timetable contradicts the rest, a lesson could be sealed to another teacher
than the one who gives it, so nobody is guessed. The timetable knows her by her name, or by what the settings say it
calls her; what could mean two teachers means nobody, also when the unit knows one of them only. Only a teacher whose
keys the unit has pinned is ever the answer (recipients.py). Where nobody can say, her key card can (card_asking.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from device.recipients import Known, ListedRecipient, choose
from device.timetable import Period
from lesson.problems import WHOSE_UNCLEAR, WaitwiseError


class WhoseError(WaitwiseError):
    """It cannot be told whose lesson it is."""

    problem = WHOSE_UNCLEAR


class Why(StrEnum):
    """What decided."""

    NAMED = "named"
    """Somebody said so, on the page or in the command."""
    CARD = "card"
    """Her key card was held to the camera."""
    TIMETABLE = "timetable"
    ROOM = "room"
    """The room is usually hers."""
    ONLY = "only"
    """The unit knows nobody else, and the school lists nobody else for it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose lesson it would be."""

    person: ListedRecipient | None
    why: Why
    title: str | None = None
    """What the timetable calls the lesson, when it decided."""


NOBODY = Whose(None, Why.UNKNOWN)


def whose_lesson(
    known: Known,
    *,
    named: str | None = None,
    periods: Iterable[Period] | None = (),
    usual: str | None = None,
    names: Mapping[str, Iterable[str]] | None = None,
) -> Whose:
    """Say whose lesson it is.

    Args:
        known: whom the unit has met, and whom the school lists.
        named: name of a person, said by a person.
        periods: what the timetable has in this room now; None: there is one, and nobody knows what it has now.
        usual: name of the teacher whose room it is.
        names: how the timetable writes teachers, by their names; also those whom the unit does not know.

    Raises:
        RecipientsError: `named` is nobody whom the unit may record for. A setting that names nobody whom we know is
            passed over.
    """
    if named is not None:
        return Whose(choose(known, named), Why.NAMED)
    if periods is None:
        return NOBODY
    meant = [(each, _meant(known, names or {}, each)) for each in periods]
    if meant := [(period, those) for period, those in meant if period.people or those]:
        return _timetabled(known, meant)
    if (theirs := [each for each in known.usable if each.name == usual]) and len(theirs) == 1:
        return Whose(theirs[0], Why.ROOM)
    if len(known.usable) == 1 and not known.strangers:
        return Whose(known.usable[0], Why.ONLY)
    return NOBODY


def refuse_to_guess(known: Known) -> NoReturn:
    """Say why nobody is recorded for: the unit knows nobody, or cannot say who of them it is."""
    if not known.usable or known.changed:
        choose(known, None)
    names = ", ".join(each.name for each in known.usable)
    raise WhoseError(f"Whose lesson it is, nobody has said, and the timetable does not say it either. Known: {names}.")


def _timetabled(known: Known, meant: list[tuple[Period, set[str]]]) -> Whose:
    """The one whom the timetable means, where it means one only."""
    (period, those), *others = meant
    found = [person for person in known.usable if person.name in those]
    return NOBODY if others or len(those) != 1 or len(found) != 1 else Whose(found[0], Why.TIMETABLE, period.title)


def _meant(known: Known, names: Mapping[str, Iterable[str]], period: Period) -> set[str]:
    """Names of whom a lesson may be."""
    everybody = {*(person.name for person in (*known.usable, *known.strangers)), *names}
    return {name for name in everybody if _is_meant(name, names.get(name, ()), period)}


def _is_meant(name: str, written: Iterable[str], period: Period) -> bool:
    """Whole, she is among those who take part, or stands in the title.

    In a title, what she is called there counts in the same capitals only: `ART` is a teacher and `Art` a lesson.
    """
    called, title = [_words(each) for each in (name, *written)], period.title or ""
    return (
        any(_words(each).casefold() in [one.casefold() for one in called] for each in period.people)
        or _stands_in(_words(name).casefold(), _words(title).casefold())
        or any(_stands_in(one, _words(title)) for one in called)
    )


def _stands_in(words: str, text: str) -> bool:
    return f" {words} " in f" {text} "


def _words(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text).split())
