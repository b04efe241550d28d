"""Whose lesson a press records: the first that can say decides, and nobody is ever guessed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from device.recipients import Known, ListedRecipient, RecipientsError
from device.timetable import Period
from device.whose import Why, whose_lesson
from lesson.footage.identity import Identity
from lesson.footage.recipients import RecipientRole


def person(name: str) -> ListedRecipient:
    keys = Identity.generate().recipient
    return ListedRecipient(name, keys.kid.hex(), keys.encryption_key, keys.signing_key, RecipientRole.TEACHER)


OKAFOR, AMIN, OSEI = person("Ms J. Okafor"), person("R. Amin"), person("K. Osei")


def known(*people: ListedRecipient) -> Known:
    return Known(people, people)


BOTH = known(OKAFOR, AMIN)
NINE = datetime(2026, 11, 9, 9, tzinfo=UTC)


def period(title: str, *people: str) -> Period:
    return Period(NINE, NINE + timedelta(hours=1), title, people)


SEVEN, EIGHT = period("7B Science", "Ms J. Okafor"), period("8A Science", "R. Amin")
SAID = {
    "somebody says so, whatever else": ({"named": "R. Amin", "periods": [SEVEN]}, AMIN, Why.NAMED),
    "the timetable": ({"periods": [SEVEN]}, OKAFOR, Why.TIMETABLE),
    "the timetable before the room": ({"periods": [SEVEN], "usual": "R. Amin"}, OKAFOR, Why.TIMETABLE),
    "her name written otherwise": ({"periods": [period("", "ms j okafor")]}, OKAFOR, Why.TIMETABLE),
    "her name in the title": ({"periods": [period("7B / Ms J. Okafor / Lab 2")]}, OKAFOR, Why.TIMETABLE),
    "a name that only begins like hers": ({"periods": [period("7B, R. Aminata")]}, None, Why.UNKNOWN),
    "two lessons at once": ({"periods": [SEVEN, EIGHT]}, None, Why.UNKNOWN),
    "two at once, one of somebody unknown": ({"periods": [SEVEN, period("9C", "K. Osei")]}, None, Why.UNKNOWN),
    "two teachers in one lesson": ({"periods": [period("7B", "R. Amin", "Ms J. Okafor")]}, None, Why.UNKNOWN),
    "two at once, and a room that is hers": ({"periods": [SEVEN, EIGHT], "usual": "R. Amin"}, None, Why.UNKNOWN),
    "a stranger's lesson in her room": ({"periods": [period("9C", "K. Osei")], "usual": "R. Amin"}, None, Why.UNKNOWN),
    "a lesson that names nobody, in her room": ({"periods": [period("9C")], "usual": "R. Amin"}, AMIN, Why.ROOM),
    "the room's teacher": ({"usual": "R. Amin"}, AMIN, Why.ROOM),
    "the room's teacher is gone": ({"usual": "K. Osei"}, None, Why.UNKNOWN),
    "a timetable, and nobody knows what it has now": ({"periods": None, "usual": "R. Amin"}, None, Why.UNKNOWN),
    "the same, and somebody says so": ({"periods": None, "named": "R. Amin"}, AMIN, Why.NAMED),
    "nothing is known": ({}, None, Why.UNKNOWN),
}


@pytest.mark.parametrize("name", SAID)
def test_whose_it_is(name: str) -> None:
    told, who, why = SAID[name]

    found = whose_lesson(BOTH, **told)

    assert (found.person, found.why) == (who, why)


NAMES = {
    "Ms J. Okafor": ("OKA", "okafor@school.example", "Okafor, J."),
    "R. Amin": ("AMI", "ART", "staff@school.example"),
    "K. Osei": ("OSE", "staff@school.example"),
}
WRITTEN = {
    "a code in the title": (period("7B Science OKA"), OKAFOR),
    "a code in brackets": (period("7B Science (OKA, Lab 2)"), OKAFOR),
    "a code among those who take part": (period("7B Science", "oka"), OKAFOR),
    "an address": (period("7B Science", "Okafor@School.example"), OKAFOR),
    "a name the other way round": (period("7B Science: Okafor, J."), OKAFOR),
    "her name, as ever": (period("7B Science", "R. Amin"), AMIN),
    "a code that is part of a word": (period("7B OKAPIS"), None),
    "a code in other letters is a word": (period("Art 7B"), None),
    "the code of that": (period("ART 7B"), AMIN),
    "two codes": (period("7B OKA/AMI"), None),
    "an address of two, of whom the unit knows one": (period("7B", "staff@school.example"), None),
    "the code of somebody whom the unit does not know": (period("7B OSE"), None),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_whom_the_timetable_means_by_what_it_writes(name: str) -> None:
    lesson, who = WRITTEN[name]

    found = whose_lesson(BOTH, periods=[lesson], names=NAMES)

    assert (found.person, found.why) == (who, Why.UNKNOWN if who is None else Why.TIMETABLE)


def test_the_code_of_a_stranger_is_a_stranger_also_in_the_room_of_another_teacher() -> None:
    assert whose_lesson(BOTH, periods=[period("7B OSE")], names=NAMES, usual="R. Amin").person is None
    assert whose_lesson(BOTH, periods=[period("7B")], names=NAMES, usual="R. Amin").person == AMIN


def test_the_timetable_brings_the_title_and_nobody_else_does() -> None:
    assert whose_lesson(BOTH, periods=[SEVEN]).title == "7B Science"
    assert whose_lesson(BOTH, periods=[SEVEN], named="R. Amin").title is None


def test_the_only_teacher_needs_nothing_said() -> None:
    assert whose_lesson(known(AMIN)).person == AMIN
    assert whose_lesson(known(AMIN), periods=[SEVEN]).person is None, "Ms Okafor's lesson is not for him"
    assert whose_lesson(known()).person is None


def test_who_is_listed_and_not_met_yet_makes_the_only_one_a_guess() -> None:
    later, swapped = Known((AMIN,), (AMIN, OKAFOR)), Known((AMIN, OKAFOR), (AMIN, person("Ms J. Okafor")))

    for met in (later, swapped):
        assert whose_lesson(met).person is None
        assert whose_lesson(met, usual="R. Amin").person == AMIN
        assert whose_lesson(met, periods=[EIGHT]).person == AMIN
        assert whose_lesson(met, periods=[period("7B / Ms J. Okafor")], usual="R. Amin").person is None


def test_a_name_that_the_unit_may_not_record_for_is_an_error() -> None:
    with pytest.raises(RecipientsError, match="Say whose lesson it is"):
        whose_lesson(BOTH, named="K. Osei")


def test_two_teachers_of_one_name_are_not_guessed_at() -> None:
    twins = known(AMIN, replace(OSEI, name="R. Amin"))

    assert whose_lesson(twins, usual="R. Amin").person is None
    assert whose_lesson(twins, periods=[EIGHT]).person is None
