"""Which card is believed, with the button held and without, and what is said of the others."""

import pytest

from device.card_asking import CardAsking
from device.recipients import Known, ListedRecipient
from lesson.footage.identity import Identity
from lesson.footage.recipients import RecipientRole
from lesson.problems import CARD_NOT_MET, CARD_UNKNOWN, CARD_UNSEEN, Problem


def person(name: str) -> ListedRecipient:
    keys = Identity.generate().recipient
    return ListedRecipient(name, keys.kid.hex(), keys.encryption_key, keys.signing_key, RecipientRole.TEACHER)


OKAFOR, AMIN, OSEI = person("Ms J. Okafor"), person("R. Amin"), person("K. Osei")
AMIN_AGAIN, ELSEWHERE = person("R. Amin"), person("P. Singh")
KNOWN = Known(pinned=(OKAFOR, AMIN), listed=(OKAFOR, AMIN_AGAIN, OSEI))
"""Ms Okafor is known, R. Amin has other keys, K. Osei came later, P. Singh is not listed here."""

CARDS = {
    # name: (cards, held, cards only, whose, problem)
    "hers": ([OKAFOR], False, False, OKAFOR, CARD_UNSEEN),
    "none": ([], False, False, None, CARD_UNSEEN),
    "of a teacher of other rooms": ([ELSEWHERE], False, False, None, CARD_UNKNOWN),
    "the same, however it is held": ([ELSEWHERE], True, True, None, CARD_UNKNOWN),
    "the old one, after new keys": ([AMIN], True, True, None, CARD_UNKNOWN),
    "of somebody who came later": ([OSEI], False, False, None, CARD_NOT_MET),
    "the same, with the button held": ([OSEI], True, False, OSEI, CARD_UNSEEN),
    "the same, where cards are believed": ([OSEI], False, True, OSEI, CARD_UNSEEN),
    "with other keys": ([AMIN_AGAIN], False, False, None, CARD_NOT_MET),
    "with other keys, where cards are believed": ([AMIN_AGAIN], False, True, None, CARD_NOT_MET),
    "with other keys, with the button held": ([AMIN_AGAIN], True, True, AMIN_AGAIN, CARD_UNSEEN),
    "hers, and a colleague's that is not listed": ([ELSEWHERE, OKAFOR], False, False, OKAFOR, CARD_UNSEEN),
    "two at once": ([OKAFOR, OSEI], True, True, None, CARD_UNSEEN),
}


@pytest.mark.parametrize("name", CARDS)
def test_whose_card_it_is(name: str) -> None:
    cards, is_held, by_cards, whose, problem = CARDS[name]
    asking = CardAsking(KNOWN, by_cards)

    assert asking.feed([each.recipient for each in cards], is_held=is_held) == whose
    assert asking.problem is problem


def test_it_goes_on_looking_after_a_card_that_does_not_help() -> None:
    asking = CardAsking(KNOWN, by_cards=False)
    told: list[Problem] = []
    for card, is_held in ((ELSEWHERE, False), (OSEI, False)):
        assert asking.feed([card.recipient], is_held=is_held) is None
        told.append(asking.problem)

    assert asking.feed([], is_held=True) is None
    assert told == [CARD_UNKNOWN, CARD_NOT_MET]
    assert asking.problem is CARD_NOT_MET, "the last card that was shown counts"
    assert asking.feed([OSEI.recipient], is_held=True) == OSEI
