"""Pinned, listed, usable: what the school can do with its list, and what only a person in the room can."""

import pathlib

import pytest

from device.recipients import (
    KeyChangedError,
    Known,
    ListedRecipient,
    RecipientList,
    RecipientsError,
    choose,
    meet,
    trust,
)
from lesson.footage.identity import Identity
from lesson.footage.recipients import RecipientRole
from lesson.wire import dumps


def person(name: str) -> ListedRecipient:
    keys = Identity.generate().recipient
    return ListedRecipient(name, keys.kid.hex(), keys.encryption_key, keys.signing_key, RecipientRole.TEACHER)


def listed(*people: ListedRecipient) -> bytes:
    return dumps(RecipientList(people))


def met(folder: pathlib.Path, *people: ListedRecipient, by_cards: bool = False) -> Known:
    """What the unit knows when the school lists these."""
    return meet(folder, listed(*people), by_cards=by_cards)


def unreached(folder: pathlib.Path) -> Known:
    return meet(folder, None, by_cards=False)


OKAFOR, AMIN = person("Ms J. Okafor"), person("R. Amin")
AGAIN = person("Ms J. Okafor")
"""She has made new keys, or somebody has exchanged them."""


def test_the_first_meeting_is_remembered(tmp_path: pathlib.Path) -> None:
    assert met(tmp_path, OKAFOR).usable == (OKAFOR,)
    assert unreached(tmp_path).usable == (OKAFOR,), "the school cannot be reached"


def test_by_cards_the_schools_list_makes_nobody_known(tmp_path: pathlib.Path) -> None:
    assert met(tmp_path, OKAFOR, by_cards=True) == Known((), (OKAFOR,))
    assert not (tmp_path / "recipients.json").exists()
    assert met(tmp_path, OKAFOR, by_cards=True).strangers == (OKAFOR,)


def test_other_keys_for_the_same_person_are_not_recorded_to(tmp_path: pathlib.Path) -> None:
    met(tmp_path, OKAFOR, AMIN)
    known = met(tmp_path, AGAIN, AMIN)

    assert known.usable == (AMIN,), "what is wrong with her keys stops nobody else"
    assert known.changed == known.strangers == (AGAIN,)
    for name in ("Ms J. Okafor", None):
        with pytest.raises(KeyChangedError, match=r"other keys for Ms J\. Okafor"):
            choose(known, name)
    assert choose(known, "R. Amin") == AMIN
    assert unreached(tmp_path).usable == (OKAFOR, AMIN)


def test_a_person_added_later_is_a_stranger(tmp_path: pathlib.Path) -> None:
    met(tmp_path, OKAFOR)
    known = met(tmp_path, OKAFOR, AMIN)

    assert (known.usable, known.strangers, known.changed) == ((OKAFOR,), (AMIN,), ())
    assert unreached(tmp_path).usable == (OKAFOR,)


def test_somebody_elses_keys_under_her_name_beside_hers_are_a_stranger(tmp_path: pathlib.Path) -> None:
    met(tmp_path, OKAFOR)
    known = met(tmp_path, OKAFOR, AGAIN)

    assert (known.usable, known.strangers, known.changed) == ((OKAFOR,), (AGAIN,), ())
    assert choose(known, "Ms J. Okafor") == OKAFOR


def test_her_keys_under_another_name_are_still_hers(tmp_path: pathlib.Path) -> None:
    met(tmp_path, OKAFOR)
    renamed = ListedRecipient("R. Amin", OKAFOR.kid, OKAFOR.encryption_key, OKAFOR.signing_key, OKAFOR.role)

    assert met(tmp_path, renamed).usable == (OKAFOR,)
    assert met(tmp_path, renamed).strangers == ()


def test_a_person_taken_away_is_not_recorded_for(tmp_path: pathlib.Path) -> None:
    met(tmp_path, OKAFOR, AMIN)

    assert met(tmp_path, AMIN).usable == (AMIN,)
    assert met(tmp_path, OKAFOR, AMIN).usable == (OKAFOR, AMIN), "she is known all the while"


def test_nothing_is_pinned_while_nobody_has_keys(tmp_path: pathlib.Path) -> None:
    assert met(tmp_path).usable == ()
    assert met(tmp_path, AMIN).usable == (AMIN,)


def test_keys_that_do_not_belong_to_their_name_are_refused(tmp_path: pathlib.Path) -> None:
    mixed = ListedRecipient(OKAFOR.name, OKAFOR.kid, AMIN.encryption_key, OKAFOR.signing_key, RecipientRole.TEACHER)

    with pytest.raises(RecipientsError, match="do not belong together"):
        met(tmp_path, mixed)
    with pytest.raises(RecipientsError, match="cannot be read"):
        meet(tmp_path, b"[]", by_cards=False)


def test_whose_lesson_it_is_must_be_clear() -> None:
    both = Known((OKAFOR, AMIN), (OKAFOR, AMIN))

    assert choose(Known((OKAFOR,), (OKAFOR,)), None) == OKAFOR
    assert choose(both, "R. Amin") == AMIN
    with pytest.raises(RecipientsError, match=r"Ms J\. Okafor, R\. Amin"):
        choose(both, None)
    with pytest.raises(RecipientsError, match="knows no teacher"):
        choose(Known(), None)


def test_two_teachers_of_one_name_are_not_taken_for_a_swapped_key(tmp_path: pathlib.Path) -> None:
    one, other, third = person("A. Smith"), person("A. Smith"), person("A. Smith")
    met(tmp_path, one, other, AMIN)

    assert met(tmp_path, one, other, AMIN).usable == (one, other, AMIN)
    assert choose(met(tmp_path, one, AMIN), "A. Smith") == one
    with pytest.raises(RecipientsError, match="Two teachers"):
        choose(unreached(tmp_path), "A. Smith")
    assert met(tmp_path, one, third).changed == (third,)


def test_who_was_met_is_pinned_in_place_of_her_old_keys_only(tmp_path: pathlib.Path) -> None:
    known = trust(tmp_path, met(tmp_path, OKAFOR), OKAFOR)
    assert known == met(tmp_path, OKAFOR)

    assert trust(tmp_path, met(tmp_path, OKAFOR, AMIN), AMIN) == met(tmp_path, OKAFOR, AMIN)
    assert met(tmp_path, OKAFOR, AMIN).usable == (OKAFOR, AMIN)

    trust(tmp_path, met(tmp_path, AGAIN, AMIN), AGAIN)
    assert unreached(tmp_path).pinned == (AMIN, AGAIN)

    namesake = person("R. Amin")
    trust(tmp_path, met(tmp_path, AGAIN, AMIN, namesake), namesake)
    assert unreached(tmp_path).pinned == (AMIN, AGAIN, namesake), "a namesake takes nobody's place"
