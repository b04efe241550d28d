"""Pinning: after the first meeting the school can take people away, not add them or change their keys."""

import pathlib

import pytest

from device.recipients import (
    KeyChangedError,
    ListedRecipient,
    RecipientList,
    RecipientsError,
    choose,
    newcomers,
    pin,
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


OKAFOR, AMIN = person("Ms J. Okafor"), person("R. Amin")


def test_the_first_meeting_is_remembered(tmp_path: pathlib.Path) -> None:
    assert pin(tmp_path, listed(OKAFOR)).recipients == (OKAFOR,)
    assert pin(tmp_path, None).recipients == (OKAFOR,), "the school cannot be reached"


def test_other_keys_for_the_same_person_are_refused(tmp_path: pathlib.Path) -> None:
    pin(tmp_path, listed(OKAFOR))

    with pytest.raises(KeyChangedError, match="other keys"):
        pin(tmp_path, listed(person("Ms J. Okafor")))
    assert pin(tmp_path, None).recipients == (OKAFOR,)


def test_a_person_added_later_is_not_recorded_for(tmp_path: pathlib.Path) -> None:
    pin(tmp_path, listed(OKAFOR))

    assert pin(tmp_path, listed(OKAFOR, AMIN)).recipients == (OKAFOR,)
    assert pin(tmp_path, None).recipients == (OKAFOR,)


def test_a_person_taken_away_is_not_recorded_for(tmp_path: pathlib.Path) -> None:
    pin(tmp_path, listed(OKAFOR, AMIN))

    assert pin(tmp_path, listed(AMIN)).recipients == (AMIN,)


def test_nothing_is_pinned_while_nobody_has_keys(tmp_path: pathlib.Path) -> None:
    assert pin(tmp_path, listed()).recipients == ()
    assert pin(tmp_path, listed(AMIN)).recipients == (AMIN,)


def test_keys_that_do_not_belong_to_their_name_are_refused(tmp_path: pathlib.Path) -> None:
    mixed = ListedRecipient(OKAFOR.name, OKAFOR.kid, AMIN.encryption_key, OKAFOR.signing_key, RecipientRole.TEACHER)

    with pytest.raises(RecipientsError, match="do not belong together"):
        pin(tmp_path, listed(mixed))
    with pytest.raises(RecipientsError, match="cannot be read"):
        pin(tmp_path, b"[]")


def test_whose_lesson_it_is_must_be_clear() -> None:
    both = RecipientList((OKAFOR, AMIN))

    assert choose(RecipientList((OKAFOR,)), None) == OKAFOR
    assert choose(both, "R. Amin") == AMIN
    with pytest.raises(RecipientsError, match=r"Ms J\. Okafor, R\. Amin"):
        choose(both, None)
    with pytest.raises(RecipientsError, match="knows no teacher"):
        choose(RecipientList(()), None)


def test_two_teachers_of_one_name_are_not_taken_for_a_swapped_key(tmp_path: pathlib.Path) -> None:
    one, other = person("A. Smith"), person("A. Smith")
    pin(tmp_path, listed(one, other, AMIN))

    assert pin(tmp_path, listed(one, other, AMIN)).recipients == (one, other, AMIN)
    assert choose(pin(tmp_path, listed(one, AMIN)), "A. Smith") == one
    with pytest.raises(RecipientsError, match="Two teachers"):
        choose(pin(tmp_path, None), "A. Smith")
    with pytest.raises(KeyChangedError):
        pin(tmp_path, listed(one, person("A. Smith")))


def test_trust_is_given_by_somebody_who_compared_the_words(tmp_path: pathlib.Path) -> None:
    pin(tmp_path, listed(OKAFOR))
    again = person("Ms J. Okafor")

    assert newcomers(tmp_path, listed(OKAFOR, AMIN)) == (AMIN,)
    trust(tmp_path, AMIN)
    assert pin(tmp_path, listed(OKAFOR, AMIN)).recipients == (OKAFOR, AMIN)
    assert newcomers(tmp_path, listed(again, AMIN)) == (again,)
    trust(tmp_path, again)
    assert set(pin(tmp_path, listed(again, AMIN)).recipients) == {again, AMIN}
