"""Who may see the unit's page: one who reads the screen in the room, or presses its button; nobody by trying."""

from datetime import UTC, datetime, timedelta

import pytest

from device.page.pairing import (
    FIRST_WAIT,
    HERE_FOR,
    LONGEST_WAIT,
    SHOWN_FOR,
    TRIES,
    WAITS_FOR,
    Pairing,
    PairingError,
)

MORNING = datetime(2026, 11, 17, 9, 0).astimezone()


def shown(now: datetime = MORNING) -> tuple[Pairing, str]:
    numbers = iter(["428913", "000417", "555000", "102030"])
    pairing = Pairing(18, lambda: next(numbers))
    return pairing, pairing.number(now)


def test_the_number_lets_one_browser_in_until_the_evening() -> None:
    pairing, number = shown()
    paired = pairing.enter(f"{number[:3]} {number[3:]}", MORNING)

    assert pairing.is_paired(paired.token, MORNING + timedelta(hours=8, minutes=59))
    assert not pairing.is_paired(paired.token, MORNING + timedelta(hours=9))
    assert not pairing.is_paired("guessed", MORNING)
    assert not pairing.is_paired(None, MORNING)


def test_who_has_read_a_number_is_in_the_room_for_a_quarter_of_an_hour() -> None:
    pairing, number = shown()
    paired = pairing.enter(number, MORNING)

    assert pairing.is_present(paired.token, MORNING + HERE_FOR - timedelta(seconds=1))
    assert not pairing.is_present(paired.token, MORNING + HERE_FOR)
    assert pairing.is_paired(paired.token, MORNING + HERE_FOR)
    assert not pairing.is_present("guessed", MORNING)
    assert not pairing.is_present(None, MORNING)


def test_a_number_is_good_once() -> None:
    pairing, number = shown()
    pairing.enter(number, MORNING)

    with pytest.raises(PairingError, match="No number is shown"):
        pairing.enter(number, MORNING)


def test_a_number_is_good_for_two_minutes() -> None:
    pairing, number = shown()

    with pytest.raises(PairingError, match="No number is shown"):
        pairing.enter(number, MORNING + SHOWN_FOR)
    assert pairing.number(MORNING + SHOWN_FOR) != number


def test_whoever_asks_again_does_not_take_the_number_from_who_is_typing_it() -> None:
    pairing, number = shown()

    assert pairing.number(MORNING + SHOWN_FOR / 2) == number


def test_five_wrong_numbers_and_even_the_right_one_is_refused_for_a_time_that_grows() -> None:
    pairing, number = shown()
    now, waits = MORNING, []
    for _ in range(10):
        for _ in range(TRIES):
            with pytest.raises(PairingError, match="not the number"):
                pairing.enter("999999", now)
        with pytest.raises(PairingError, match="Too many"):
            pairing.enter(number, now)
        began = now
        while True:
            try:
                pairing = with_next_number(pairing, now)
                break
            except PairingError:
                now += timedelta(seconds=30)
        waits.append(now - began)
        number = "777777"

    assert waits[:3] == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4]
    assert waits[-1] == LONGEST_WAIT


def with_next_number(pairing: Pairing, now: datetime) -> Pairing:
    pairing._new_number = lambda: "777777"
    pairing.number(now)
    return pairing


def test_a_few_tries_at_each_new_number_are_counted_together() -> None:
    pairing = Pairing(18, lambda: "555000")
    for number_of_minutes in range(0, 2 * TRIES, 2):
        now = MORNING + timedelta(minutes=number_of_minutes)
        pairing.number(now)
        with pytest.raises(PairingError, match="not the number"):
            pairing.enter("111111", now)

    with pytest.raises(PairingError, match="Too many wrong numbers"):
        pairing.number(now)


def test_who_pairs_in_the_evening_has_an_hour() -> None:
    evening = MORNING.replace(hour=19)
    pairing, number = shown(evening)
    paired = pairing.enter(number, evening)

    assert pairing.is_paired(paired.token, evening + timedelta(minutes=59))
    assert not pairing.is_paired(paired.token, evening + timedelta(minutes=60))


def test_who_leaves_is_not_let_in_again() -> None:
    pairing, number = shown()
    paired = pairing.enter(number, MORNING)
    pairing.forget(paired.token)

    assert not pairing.is_paired(paired.token, MORNING)


def test_numbers_are_six_digits_and_new_each_time() -> None:
    numbers = {Pairing(18).number(datetime.now(UTC)) for _ in range(50)}

    assert len(numbers) > 40
    assert all(len(each) == 6 and each.isdecimal() for each in numbers)


def test_the_card_and_the_button_let_one_browser_in_once() -> None:
    pairing = Pairing(18)
    waiting = pairing.ask(MORNING, is_on_card=True)

    assert pairing.pressed(waiting.token, None, MORNING) is None
    assert pairing.pressed(waiting.token, "an earlier ask", MORNING) is None
    paired = pairing.pressed(waiting.token, waiting.asked, MORNING)
    assert paired is not None
    assert pairing.is_paired(paired.token, MORNING + timedelta(hours=8, minutes=59))
    assert not pairing.is_paired(paired.token, MORNING + timedelta(hours=9))
    assert pairing.is_present(paired.token, MORNING)
    assert not pairing.is_paired(waiting.token, MORNING)
    with pytest.raises(PairingError, match="not waiting"):
        pairing.pressed(waiting.token, waiting.asked, MORNING)


def test_a_press_that_comes_too_late_lets_nobody_in() -> None:
    pairing = Pairing(18)
    waiting = pairing.ask(MORNING, is_on_card=True)
    with pytest.raises(PairingError, match="Nobody pressed"):
        pairing.pressed(waiting.token, waiting.asked, MORNING + WAITS_FOR)
    with pytest.raises(PairingError, match="not waiting"):
        pairing.pressed(waiting.token, waiting.asked, MORNING)


@pytest.mark.parametrize("token", [None, "", "guessed"])
def test_the_button_lets_nobody_in_but_who_asked(token: str | None) -> None:
    pairing = Pairing(18)
    waiting = pairing.ask(MORNING, is_on_card=True)
    with pytest.raises(PairingError, match="not waiting"):
        pairing.pressed(token, waiting.asked, MORNING)
    assert pairing.pressed(waiting.token, waiting.asked, MORNING) is not None


def test_while_one_waits_for_the_button_no_other_may() -> None:
    pairing = Pairing(18)
    first = pairing.ask(MORNING, is_on_card=True)
    with pytest.raises(PairingError, match="Another phone"):
        pairing.ask(MORNING + WAITS_FOR - timedelta(seconds=1), is_on_card=True)
    assert pairing.pressed(first.token, first.asked, MORNING) is not None
    second = pairing.ask(MORNING, is_on_card=True)

    assert second.asked != first.asked
    assert second.token != first.token


@pytest.mark.parametrize("is_on_card", [True, False])
def test_codes_are_counted_like_numbers_right_ones_too(is_on_card: bool) -> None:
    pairing, now = Pairing(18, lambda: "555000"), MORNING
    for _ in range(TRIES):
        try:
            pairing.ask(now, is_on_card=is_on_card)
        except PairingError as error:
            assert "not the code" in str(error)  # noqa: PT017 - where it is not on the card
        now += WAITS_FOR
    blocked = now - WAITS_FOR
    with pytest.raises(PairingError, match="Too many"):
        pairing.ask(blocked, is_on_card=True)
    with pytest.raises(PairingError, match="Too many"):
        pairing.number(blocked)
    pairing.ask(blocked + max(FIRST_WAIT, WAITS_FOR), is_on_card=True)


def test_who_waits_while_others_try_wrong_codes_is_let_in() -> None:
    pairing = Pairing(18)
    waiting = pairing.ask(MORNING, is_on_card=True)
    for _ in range(TRIES):
        with pytest.raises(PairingError, match=r"not the code|Too many"):
            pairing.ask(MORNING, is_on_card=False)

    assert pairing.pressed(waiting.token, waiting.asked, MORNING) is not None


@pytest.mark.parametrize("typed", ["", " ", "4", "42891", "4289130", "0428913", "428913x", "٤٢٨٩١٣"])
def test_nothing_but_the_whole_number_is_the_number(typed: str) -> None:
    pairing, number = shown()
    with pytest.raises(PairingError, match="not the number"):
        pairing.enter(typed, MORNING)

    pairing.enter(number, MORNING)


def test_five_wrong_numbers_make_the_number_void_for_good() -> None:
    pairing, number = shown()
    for _ in range(TRIES):
        with pytest.raises(PairingError, match="not the number"):
            pairing.enter("999999", MORNING)

    assert pairing.shown(MORNING) is None
    with pytest.raises(PairingError, match="No number is shown"):
        pairing.enter(number, MORNING + FIRST_WAIT)
    assert pairing.number(MORNING + FIRST_WAIT) != number


def test_who_is_let_in_sets_back_what_was_counted() -> None:
    pairing = Pairing(18, lambda: "555000")
    for _ in range(3):
        pairing.number(MORNING)
        for _ in range(TRIES - 1):
            with pytest.raises(PairingError, match="not the number"):
                pairing.enter("999999", MORNING)
        pairing.enter("555000", MORNING)
