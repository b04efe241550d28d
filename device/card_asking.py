"""Whose key card is held up, and whether this unit believes it. Nothing of a picture is kept, and nothing is written.

::

    cards in a picture --feed--> hers, and usable                    --> it is her lesson
                                 listed, not met yet                 --> to be pinned, where recipients.py says
                                 not listed for this unit            --> a problem, and it goes on looking
                                 two cards of two teachers           --> nobody's: one of them has to go
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from capture.camera import Frame
from capture.card_reader import cards_in
from device.recipients import Known, ListedRecipient
from lesson.footage.recipients import Recipient
from lesson.problems import CARD_NOT_MET, CARD_UNKNOWN, CARD_UNSEEN, Problem, WaitwiseError

ASKED_FOR = 10.0
"""Seconds that a card is looked for: to find it in a bag."""


class CardError(WaitwiseError):
    """No card was held up, or one that does not help. `problem` says which."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.title}.")
        self.problem = problem


@dataclass(slots=True)
class CardAsking:
    """Fed with what each picture shows, until it says whose lesson it is."""

    known: Known
    by_cards: bool
    """Whether a card alone makes the unit know somebody new."""
    problem: Problem = field(default=CARD_UNSEEN, init=False)
    """Why it is nobody's, so far: what is wrong with the last card."""

    def feed(self, cards: Iterable[Recipient], *, is_held: bool) -> ListedRecipient | None:
        """Whose lesson it is; None: go on looking. Who is returned and is not usable yet has to be pinned.

        `is_held`: a finger at the unit says that this card is to be trusted.
        """
        kids = {card.kid.hex() for card in cards}
        # By the name under which she was met: the school may write another one today.
        shown = [each for each in (*self.known.usable, *self.known.strangers) if each.kid in kids]
        if len(shown) == 1:
            if self._is_believed(shown[0], is_held=is_held):
                return shown[0]
            self.problem = CARD_NOT_MET
        elif kids and not shown:
            self.problem = CARD_UNKNOWN
        return None

    def _is_believed(self, person: ListedRecipient, *, is_held: bool) -> bool:
        if person in self.known.usable or is_held:
            return True
        return self.by_cards and person not in self.known.changed


def look_for_card(
    stills: Iterable[Frame],
    asking: CardAsking,
    *,
    is_held: Callable[[], bool],
    tell: Callable[[Problem], None],
) -> ListedRecipient | None:
    """Look until a card says whose lesson it is, or there are no more stills.

    `tell` is told what is wrong with a card as soon as it is seen.
    """
    told = asking.problem
    for still in stills:
        if (person := asking.feed(cards_in(still.image), is_held=is_held())) is not None:
            return person
        if asking.problem is not told:
            told = asking.problem
            tell(told)
    return None
