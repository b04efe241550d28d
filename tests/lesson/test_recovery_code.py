"""A recovery code: typed as people type, and a typing error is named with its group."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.footage.errors import RecoveryCodeError
from lesson.footage.recovery_code import GROUP, GROUPS, LETTERS, new_code, read_code

CODES = st.builds(new_code)
PLACES = st.tuples(st.integers(0, GROUPS - 1), st.integers(0, GROUP - 1))


def with_group(code: str, number: int, group: str) -> str:
    groups = code.split("-")
    return "-".join([*groups[:number], group, *groups[number + 1 :]])


def test_a_code_holds_160_random_bits_in_letters_that_are_not_taken_for_others() -> None:
    codes = [new_code() for _ in range(200)]
    assert len(set(codes)) == 200
    groups = codes[0].split("-")
    assert (len(groups), {len(each) for each in groups}) == (8, {5})
    seen = {letter for code in codes for group in code.split("-") for letter in group[:-1]}
    assert seen == set(LETTERS)
    assert (len(LETTERS) ** 32).bit_length() - 1 == 160
    assert not set("ILOU") & set(LETTERS)


@given(CODES, st.sampled_from(["-", " ", "", ".", " - ", "\n"]), st.booleans())
def test_it_is_read_however_it_is_typed(code: str, between: str, small: bool) -> None:
    typed = between.join(code.split("-"))
    assert read_code(f" {typed.lower() if small else typed} ") == code


@given(CODES, PLACES, st.sampled_from(LETTERS))
def test_one_wrong_letter_is_found_and_its_group_named(code: str, place: tuple[int, int], letter: str) -> None:
    number, at = place
    group = code.split("-")[number]
    wrong = group[:at] + letter + group[at + 1 :]
    if wrong == group:
        assert read_code(with_group(code, number, wrong)) == code
        return
    with pytest.raises(RecoveryCodeError, match=rf"typing error in group {number + 1}\."):
        read_code(with_group(code, number, wrong))


@given(CODES, st.integers(0, GROUPS - 1), st.permutations(range(GROUP)).map(lambda order: order[:2]))
def test_two_letters_of_a_group_that_changed_places_are_found(code: str, number: int, two: list[int]) -> None:
    letters = list(code.split("-")[number])
    one, other = two
    letters[one], letters[other] = letters[other], letters[one]
    turned = with_group(code, number, "".join(letters))
    if turned == code:
        assert read_code(turned) == code
        return
    with pytest.raises(RecoveryCodeError, match=rf"typing error in group {number + 1}\."):
        read_code(turned)


@given(CODES, st.permutations(range(GROUPS)).map(lambda order: sorted(order[:2])))
def test_two_groups_that_changed_places_are_found(code: str, two: list[int]) -> None:
    groups = code.split("-")
    one, other = two
    groups[one], groups[other] = groups[other], groups[one]
    if groups[one] == groups[other]:
        return
    with pytest.raises(RecoveryCodeError, match=rf"groups {one + 1} and {other + 1}\."):
        read_code("-".join(groups))


@given(st.text(max_size=60))
def test_any_other_text_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(RecoveryCodeError, match=r"A recovery code has|typing error"):
        read_code(text)
