"""For whom a unit records: a teacher's public keys, pinned when the unit first sees them.

::

    school: {"recipients":[{"name","kid","encryption_key","signing_key","role"}]}
                     |
    first meeting    '--> recipients.json in the unit's folder, fsynced
    ever after            recipients.json: the school can take people away, not add them or change their keys

A school's server that swaps a teacher's key, or adds a "colleague", would become a reader of her lessons. Pinning
catches both after the first meeting; until key cards are held to the camera, the first meeting is trusted.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lesson.footage.recipients import Recipient, RecipientRole
from lesson.problems import NO_RECIPIENT, NOT_TRUSTED, WaitwiseError
from lesson.wire import WireError, dumps, from_wire, loads

PINNED = "recipients.json"


class RecipientsError(WaitwiseError):
    """There is nobody to record for, or not the one we knew."""

    problem = NO_RECIPIENT


class KeyChangedError(RecipientsError):
    """The school names another key than the one this unit has pinned."""

    problem = NOT_TRUSTED


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
    """What the school answers, and what is pinned."""

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


def pin(folder: Path, listed: bytes | None) -> RecipientList:
    """Return the people this unit may record for, pinning them when it meets its school for the first time.

    `listed` is the school's answer, or None when the school cannot be reached: then those pinned count. Afterwards
    the school can only take people away: a person it adds later is not recorded for.
    Raises `KeyChangedError` when a pinned person has other keys now.
    """
    path = folder / PINNED
    pinned = RecipientList.decode(path.read_bytes()) if path.exists() else RecipientList(())
    if listed is None:
        return pinned
    current = RecipientList.decode(listed)
    if not pinned.recipients:
        if current.recipients:
            _write(path, current)
        return current
    known = {each.kid for each in pinned.recipients}
    names = {each.name for each in pinned.recipients}
    for each in current.recipients:
        if each.name in names and each.kid not in known:
            raise KeyChangedError(
                f"The school names other keys for {each.name} than this unit knows. Nothing was recorded. If she has"
                " made new keys, compare her four words: waitwise unit trust."
            )
    still_there = {each.kid for each in current.recipients}
    return RecipientList(tuple(each for each in pinned.recipients if each.kid in still_there))


def newcomers(folder: Path, listed: bytes) -> tuple[ListedRecipient, ...]:
    """Return the people the school lists whose keys this unit has not pinned."""
    known = {each.kid for each in pin(folder, None).recipients}
    return tuple(each for each in RecipientList.decode(listed).recipients if each.kid not in known)


def trust(folder: Path, person: ListedRecipient) -> None:
    """Pin a person whose four words were compared, in place of anybody of that name."""
    others = [each for each in pin(folder, None).recipients if each.name != person.name]
    _write(folder / PINNED, RecipientList((*others, person)))


def choose(people: RecipientList, name: str | None) -> ListedRecipient:
    """Return whose lesson it is: the one named, or the only one. Raises `RecipientsError` when that is not clear."""
    if not people.recipients:
        raise RecipientsError("This unit knows no teacher who has made her keys and is still listed by the school.")
    if name is None and len(people.recipients) == 1:
        return people.recipients[0]
    names = ", ".join(each.name for each in people.recipients)
    found = [each for each in people.recipients if each.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise RecipientsError(f"Two teachers are called {name}: the school must name them apart.")
    raise RecipientsError(f"Say whose lesson it is: {names}.")


def _write(path: Path, pinned: RecipientList) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(dumps(pinned))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    # The folder as well: after a power cut the file can be whole and its name missing.
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
