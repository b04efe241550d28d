"""For whom a unit records: three lists, and what makes somebody pass from one into another.

::

    listed   whom the school names for this unit, with their public keys     asked now and then (people.py)
    pinned   whom the unit has met, by her keys                              recipients.json, in the unit's folder
    usable   pinned, and listed with these very keys                         a lesson is sealed to nobody else

                                       first-meeting                            cards
    the school lists somebody at all   pinned, if nobody is pinned yet          -
    her key card is held up            -                                        pinned, if she is new
    the same, the button held          pinned                                   pinned, other keys than before as well
    her four words were compared       pinned (waitwise unit trust)             pinned

A school's server that swaps a teacher's key, or adds a "colleague", would become a reader of her lessons. What is not
pinned is not sealed to, so it cannot; it can always take people away. `first-meeting` trusts it once, `cards` never.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from device.kept_file import keep_file
from lesson.footage.recipients import Recipient, RecipientRole
from lesson.problems import KEY_CHANGED, NO_RECIPIENT, WaitwiseError
from lesson.wire import WireError, dumps, from_wire, loads

PINNED = "recipients.json"


class RecipientsError(WaitwiseError):
    """There is nobody to record for, or not the one we knew."""

    problem = NO_RECIPIENT


class KeyChangedError(RecipientsError):
    """The school names another key than the one this unit has pinned."""

    problem = KEY_CHANGED


@dataclass(frozen=True, slots=True)
class ListedRecipient:
    """A person a unit may record for, as the school lists her."""

    name: str
    kid: str
    encryption_key: bytes
    signing_key: bytes
    role: RecipientRole

    @property
    def recipient(self) -> Recipient:
        """Her public keys."""
        return Recipient(self.encryption_key, self.signing_key)


@dataclass(frozen=True, slots=True)
class RecipientList:
    """What the school answers, and the file of those pinned."""

    recipients: tuple[ListedRecipient, ...]

    @classmethod
    def decode(cls, data: bytes) -> RecipientList:
        """Read a list; raise `RecipientsError` if a key does not belong to its kid."""
        try:
            found = from_wire(cls, loads(data))
            wrong = [listed.name for listed in found.recipients if listed.recipient.kid.hex() != listed.kid]
        except (WireError, ValueError) as error:
            raise RecipientsError(f"The list of teachers cannot be read: {error}") from error
        if wrong:
            raise RecipientsError(f"The keys of {wrong[0]} do not belong together.")
        return found


@dataclass(frozen=True, slots=True)
class Known:
    """Whom the unit has met, and whom the school lists."""

    pinned: tuple[ListedRecipient, ...] = ()
    listed: tuple[ListedRecipient, ...] = ()
    """While the school cannot be reached: those pinned."""

    @property
    def usable(self) -> tuple[ListedRecipient, ...]:
        """For whom it may record."""
        listed = {each.kid for each in self.listed}
        return tuple(each for each in self.pinned if each.kid in listed)

    @property
    def strangers(self) -> tuple[ListedRecipient, ...]:
        """Whom the school lists with keys that the unit has not met: who came later, or has other keys now."""
        pinned = {each.kid for each in self.pinned}
        return tuple(each for each in self.listed if each.kid not in pinned)

    @property
    def changed(self) -> tuple[ListedRecipient, ...]:
        """Strangers with the name of somebody pinned who is not listed any more: the same person, with other keys."""
        usable = self.usable
        gone = {each.name for each in self.pinned if each not in usable}
        return tuple(each for each in self.strangers if each.name in gone)

    def with_pinned(self, person: ListedRecipient) -> Known:
        """The same after she was met, in place of whoever has her name and is not listed any more."""
        usable = self.usable
        kept = [each for each in self.pinned if each.name != person.name or each in usable]
        return Known((*(each for each in kept if each.kid != person.kid), person), self.listed)


def meet(folder: Path, listed: bytes | None, *, by_cards: bool) -> Known:
    """Return whom the unit knows; where it trusts its first meeting, pin whom the school lists if nobody is pinned yet.

    `listed` is the school's answer, or None when the school cannot be reached. Raises `RecipientsError`.
    """
    path = folder / PINNED
    pinned = RecipientList.decode(path.read_bytes()).recipients if path.exists() else ()
    if listed is None:
        return Known(pinned, pinned)
    current = RecipientList.decode(listed).recipients
    if not pinned and current and not by_cards:
        keep_file(path, dumps(RecipientList(current)))
        pinned = current
    return Known(pinned, current)


def trust(folder: Path, known: Known, person: ListedRecipient) -> Known:
    """Pin a person who was met: her card was held up, or her four words were compared."""
    met = known.with_pinned(person)
    keep_file(folder / PINNED, dumps(RecipientList(met.pinned)))
    return met


def choose(known: Known, name: str | None) -> ListedRecipient:
    """Return whose lesson it is: the one named, or the only one. Raises `RecipientsError` when that is not clear."""
    if name is not None and len(found := [each for each in known.usable if each.name == name]) == 1:
        return found[0]
    if changed := [each for each in known.changed if name in (None, each.name)]:
        raise KeyChangedError(
            f"The school names other keys for {changed[0].name} than this unit knows. Nothing was recorded. If she has"
            " made new keys, let the unit see her key card, or compare her four words: waitwise unit trust."
        )
    if not known.usable:
        raise RecipientsError("This unit knows no teacher who has made her keys and is still listed by the school.")
    if name is None and len(known.usable) == 1:
        return known.usable[0]
    names = ", ".join(each.name for each in known.usable)
    if name is not None and any(each.name == name for each in known.usable):
        raise RecipientsError(f"Two teachers are called {name}: the school must name them apart.")
    raise RecipientsError(f"Say whose lesson it is: {names}.")
