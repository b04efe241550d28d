"""Signing in with a password: what is kept of it, who is let in, how often somebody may try, when a session ends.

try  1 2 3 ... 10 11      in 15 minutes
     n n n     n  429     and the right one is not looked at either
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from lesson.footage.identity import Identity
from school import limits
from school.accounts import enter, invite, join, set_email, sign_in_link
from school.database import Database, PasswordRow
from school.errors import (
    AccountError,
    ForbiddenError,
    MismatchError,
    NotFoundError,
    NotProvenError,
    RefusedError,
    TooOftenError,
)
from school.limits import ACCOUNT, ADDRESS, Limit
from school.migrate import migrate
from school.passwords import Passwords, check_new
from school.people import SchoolRole
from school.sessions import Browser, Here, SignedIn, end, here, open_of
from school.signing_in import Door, change_password, join_with_password, sign_in

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
EMAIL, PASSWORD, OTHER = "tess@school.example", "quiet pond seven lamps", "green hats on nine owls"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DAY = timedelta(days=1)


class CountingHasher(PasswordHasher):
    """Counts how often it compares."""

    compared = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        self.compared += 1
        return super().verify(hash, password)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def passwords(database: Database) -> Passwords:
    return Passwords(database, QUICK)


def door(
    database: Database,
    passwords: Passwords,
    at: datetime = NOW,
    network: str = "192.0.2.7",
    browser: Browser = Browser("Firefox"),  # noqa: B008 - frozen
) -> Door:
    return Door(database, passwords, at, 12, network, browser)


def tess(database: Database, passwords: Passwords, email: str = EMAIL) -> SignedIn:
    """A technician who has joined with PASSWORD."""
    invitation = invite(database, "Tess Hall", now=NOW, days=14, role=SchoolRole.TECHNICIAN, email=email)
    return join_with_password(door(database, passwords), invitation.code, PASSWORD)


def session_of(database: Database, signed_in: SignedIn, at: datetime = NOW, idle: timedelta = DAY) -> Here | None:
    return here(database, signed_in.token, now=at, idle=idle)


def is_on(database: Database, signed_in: SignedIn, at: datetime = NOW, idle: timedelta = DAY) -> bool:
    return session_of(database, signed_in, at, idle) is not None


class TestWhatIsTaken:
    @pytest.mark.parametrize(
        "password",
        [
            "short",
            "elevenchars",
            "Password1234!",
            "Springfield2026!",
            "aaaaaaaaaaaaaaaa",
            "qwertyuiop12",
            "tesshall2026",
            "tess@school.example",
            "waitwise waitwise",
            "x" * 201,
            "quiet pond\x00seven lamps",
        ],
    )
    def test_what_is_short_or_soon_guessed_is_refused(self, password: str) -> None:
        with pytest.raises(MismatchError, match=r"12 to 200|soon guessed|letters, digits"):
            check_new(password, "Tess Hall", EMAIL)

    @pytest.mark.parametrize("password", [PASSWORD, OTHER, "tr0ub4dor&3xyz", "Grüße vom Mühlbach 7", "x9$kkT!0qqLzP2"])
    def test_four_words_and_what_a_manager_makes_are_taken(self, password: str) -> None:
        check_new(password, "Tess Hall", EMAIL)

    def test_one_letter_typed_in_two_ways_is_one_letter(self, database: Database, passwords: Passwords) -> None:
        invitation = invite(database, "Tess", now=NOW, days=1, role=SchoolRole.TECHNICIAN, email=EMAIL)
        join_with_password(door(database, passwords), invitation.code, "Gr\u00fc\u00dfe vom Bach 7")
        assert sign_in(door(database, passwords), EMAIL, "Gru\u0308\u00dfe vom Bach 7").person.name == "Tess"


class TestWhatIsKept:
    def test_argon2id_as_rfc_9106_says(self, database: Database) -> None:
        parameters = extract_parameters(Passwords(database).hash(PASSWORD))
        assert parameters == RFC_9106_LOW_MEMORY
        assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (64 * 1024, 3, 4)

    def test_the_password_itself_is_nowhere(self, database: Database, passwords: Passwords, tmp_path: Path) -> None:
        signed_in = tess(database, passwords)
        database.close()
        everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert EMAIL.encode() in everything
        assert PASSWORD.encode() not in everything
        assert signed_in.token.encode() not in everything

    def test_with_other_parameters_it_is_kept_anew_when_it_is_next_right(
        self, database: Database, passwords: Passwords
    ) -> None:
        person = tess(database, passwords).person

        def kept() -> str:
            with database.reading() as session:
                return session.get_one(PasswordRow, person.id).hash

        before = kept()
        stronger = Passwords(database, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
        assert not stronger.is_right(person.id, OTHER)
        assert kept() == before
        assert stronger.is_right(person.id, PASSWORD)
        assert extract_parameters(kept()).time_cost == 2
        assert stronger.is_right(person.id, PASSWORD)


class TestWhoIsLetIn:
    def test_a_technician_joins_with_a_password_and_signs_in_again(
        self, database: Database, passwords: Passwords
    ) -> None:
        joined = tess(database, passwords)
        again = sign_in(door(database, passwords), f" {EMAIL.upper()} ", PASSWORD)
        assert again.person == joined.person
        assert again.person.role is SchoolRole.TECHNICIAN

    def test_a_name_that_is_nobodys_costs_as_much_work_and_gets_the_same_answer(self, database: Database) -> None:
        hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
        passwords = Passwords(database, hasher)
        tess(database, passwords)
        invite(database, "Not yet", now=NOW, days=14, role=SchoolRole.TECHNICIAN, email="not.yet@school.example")
        said = set()
        with pytest.raises(NotProvenError):
            sign_in(door(database, passwords), EMAIL, "\ud800" * 12)
        for email in (EMAIL, "nobody@school.example", "not.yet@school.example", "", "\ud800"):
            before = hasher.compared
            with pytest.raises(NotProvenError) as refused:
                sign_in(door(database, passwords), email, OTHER)
            assert hasher.compared == before + 1
            said.add((refused.value.status, refused.value.detail))
        assert len(said) == 1

    def test_the_password_of_somebody_else_is_no_use(self, database: Database, passwords: Passwords) -> None:
        tess(database, passwords)
        invitation = invite(database, "Cor", now=NOW, days=14, role=SchoolRole.COORDINATOR, email="cor@school.example")
        join_with_password(door(database, passwords), invitation.code, OTHER)
        with pytest.raises(NotProvenError):
            sign_in(door(database, passwords), EMAIL, OTHER)

    def test_who_has_keys_makes_them_and_who_has_none_does_not(self, database: Database, passwords: Passwords) -> None:
        keys = Identity.generate().recipient
        for role in SchoolRole:
            code = invite(database, "X", now=NOW, days=14, role=role, email=f"{role.value}@school.example").code
            if role.has_keys:
                with pytest.raises(ForbiddenError, match="Make your keys"):
                    join_with_password(door(database, passwords), code, PASSWORD)
            else:
                with pytest.raises(ForbiddenError, match="has no keys"):
                    join(database, code, keys, b"sealed", now=NOW, hours=1)
                join_with_password(door(database, passwords), code, PASSWORD)
                with pytest.raises(NotFoundError):
                    join_with_password(door(database, passwords), code, PASSWORD)

    def test_a_weak_password_spends_no_invitation(self, database: Database, passwords: Passwords) -> None:
        code = invite(database, "Tess", now=NOW, days=14, role=SchoolRole.TECHNICIAN, email=EMAIL).code
        with pytest.raises(MismatchError):
            join_with_password(door(database, passwords), code, "Password1234!")
        assert join_with_password(door(database, passwords), code, PASSWORD).person.name == "Tess"

    @pytest.mark.parametrize("email", ["", "tess", "a b@c.example", "a@b", "a@@b.example", "x" * 200 + "@c.example"])
    def test_an_address_is_one(self, database: Database, email: str) -> None:
        with pytest.raises(AccountError, match="no e-mail address"):
            invite(database, "Tess", now=NOW, days=14, email=email)

    def test_an_address_is_one_persons(self, database: Database, passwords: Passwords) -> None:
        tess(database, passwords)
        with pytest.raises(AccountError, match="Somebody else"):
            invite(database, "Another", now=NOW, days=14, email=EMAIL.upper())
        with pytest.raises(AccountError, match="name an e-mail address"):
            invite(database, "Another", now=NOW, days=14, role=SchoolRole.COORDINATOR)


class TestHowOften:
    def test_after_ten_tries_the_right_one_is_not_looked_at_until_the_time_is_over(
        self, database: Database, passwords: Passwords
    ) -> None:
        tess(database, passwords)
        for _ in range(10):
            with pytest.raises(NotProvenError):
                sign_in(door(database, passwords), EMAIL, OTHER)
        with pytest.raises(TooOftenError, match="Wait 10 minutes") as refused:
            sign_in(door(database, passwords, NOW + timedelta(minutes=5)), EMAIL, PASSWORD)
        assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "600"})
        with pytest.raises(TooOftenError):
            sign_in(
                door(database, passwords, NOW + timedelta(minutes=14, seconds=59), "another address"), EMAIL, PASSWORD
            )
        sign_in(door(database, passwords, NOW + timedelta(minutes=15)), EMAIL, PASSWORD)

    def test_a_second_process_counts_along_and_a_restart_forgets_nothing(
        self, database: Database, passwords: Passwords, tmp_path: Path
    ) -> None:
        tess(database, passwords)
        for number in range(10):
            other = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
            with pytest.raises(NotProvenError):
                sign_in(door(other if number % 2 else database, passwords), EMAIL, OTHER)
            other.close()
        with pytest.raises(TooOftenError):
            sign_in(door(database, passwords), EMAIL, PASSWORD)

    def test_many_at_once_get_no_more_tries_than_one_after_the_other(
        self, database: Database, passwords: Passwords
    ) -> None:
        tess(database, passwords)
        barrier, got = threading.Barrier(20), []

        def run() -> None:
            barrier.wait()
            try:
                sign_in(door(database, passwords), EMAIL, OTHER)
            except RefusedError as error:
                got.append(error.status)

        threads = [threading.Thread(target=run) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == [403] * 10 + [429] * 10

    def test_a_right_password_begins_anew(self, database: Database, passwords: Passwords) -> None:
        tess(database, passwords)
        for _ in range(3):
            for _ in range(9):
                with pytest.raises(NotProvenError):
                    sign_in(door(database, passwords), EMAIL, OTHER)
            sign_in(door(database, passwords), EMAIL, PASSWORD)

    def test_from_one_address_a_hundred_tries_on_whatever_accounts(
        self, database: Database, passwords: Passwords
    ) -> None:
        tess(database, passwords)
        for number in range(100):
            with pytest.raises(NotProvenError):
                sign_in(door(database, passwords), f"{number}@school.example", OTHER)
        with pytest.raises(TooOftenError):
            sign_in(door(database, passwords), EMAIL, PASSWORD)
        sign_in(door(database, passwords, network="198.51.100.1"), EMAIL, PASSWORD)

    def test_a_whole_school_behind_one_address_signs_in(self, database: Database, passwords: Passwords) -> None:
        tess(database, passwords)
        for _ in range(110):
            sign_in(door(database, passwords), EMAIL, PASSWORD)

    def test_a_name_that_is_nobodys_is_counted_like_any(self, database: Database, passwords: Passwords) -> None:
        for _ in range(10):
            with pytest.raises(NotProvenError):
                sign_in(door(database, passwords), "nobody@school.example", OTHER)
        with pytest.raises(TooOftenError):
            sign_in(door(database, passwords), "nobody@school.example", OTHER)

    def test_a_day_has_a_limit_of_its_own(self, database: Database, passwords: Passwords) -> None:
        tess(database, passwords)
        statuses = []
        for number in range(22):
            for _ in range(10):
                try:
                    sign_in(door(database, passwords, NOW + number * timedelta(minutes=15), str(number)), EMAIL, OTHER)
                except RefusedError as error:
                    statuses.append(error.status)
        assert statuses == [403] * 200 + [429] * 20

    def test_what_counts_no_longer_is_forgotten(self, database: Database) -> None:
        limits.count(database, ADDRESS, "192.0.2.7", now=NOW)
        limits.forget_old(database, now=NOW + DAY - timedelta(seconds=1))
        one = (Limit(ADDRESS[0].what, 1, DAY * 30),)
        with pytest.raises(TooOftenError):
            limits.count(database, one, "192.0.2.7", now=NOW + DAY)
        limits.forget_old(database, now=NOW + DAY)
        limits.count(database, one, "192.0.2.7", now=NOW + DAY)

    def test_no_name_and_no_address_stands_in_the_table(self, database: Database, tmp_path: Path) -> None:
        limits.count(database, ACCOUNT, "secret.name@school.example", now=NOW)
        database.close()
        everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"account-day" in everything
        assert b"secret.name" not in everything


class TestSessions:
    def test_it_ends_idle_and_it_ends_old(self, database: Database, passwords: Passwords) -> None:
        signed_in, idle = tess(database, passwords), timedelta(minutes=120)
        assert is_on(database, signed_in, NOW + timedelta(minutes=119), idle)
        assert is_on(database, signed_in, NOW + timedelta(minutes=238), idle), "it was used in between"
        assert not is_on(database, signed_in, NOW + timedelta(minutes=238 + 120), idle)
        for minutes in range(0, 12 * 60, 100):
            sign_in(door(database, passwords), EMAIL, PASSWORD)
            assert not is_on(database, signed_in, NOW + timedelta(hours=12, minutes=minutes), timedelta(days=9)), "old"

    def test_signing_in_gives_a_new_cookie_and_ends_the_old_one(self, database: Database, passwords: Passwords) -> None:
        first = tess(database, passwords)
        second = sign_in(door(database, passwords, browser=Browser("Firefox", first.token)), EMAIL, PASSWORD)
        assert second.token != first.token
        assert not is_on(database, first)
        assert is_on(database, second)

    def test_a_cookie_that_somebody_else_put_there_is_never_taken_on(
        self, database: Database, passwords: Passwords
    ) -> None:
        tess(database, passwords)
        planted = Browser("Firefox", "AAAAAAAAAAAAAAAAAAAAAA")
        signed_in = sign_in(door(database, passwords, browser=planted), EMAIL, PASSWORD)
        assert signed_in.token != planted.had
        assert here(database, planted.had, now=NOW, idle=DAY) is None

    def test_she_sees_where_she_is_signed_in_and_ends_it(self, database: Database, passwords: Passwords) -> None:
        first = tess(database, passwords)
        later, phone = NOW + timedelta(hours=1), Browser("A\x00phone" + "x" * 200)
        second = sign_in(door(database, passwords, later, browser=phone), EMAIL, PASSWORD)
        seen = open_of(database, first.person, now=later, idle=DAY)
        assert [(each.way, each.browser[:7]) for each in seen] == [("password", "Aphonex"), ("joined", "Firefox")]
        assert end(database, first.person, seen[0].handle)
        assert not is_on(database, second)
        assert is_on(database, first)
        assert not end(database, first.person, seen[0].handle)

    @pytest.mark.parametrize("handle", ["", "%", "_" * 16, "%" * 16, "f" * 16, "\ud800" * 16])
    def test_nobody_ends_what_is_not_hers(self, database: Database, passwords: Passwords, handle: str) -> None:
        hers = tess(database, passwords)
        other = tess(database, passwords, "other@school.example")
        found = session_of(database, hers)
        assert found is not None
        assert not end(database, other.person, found.handle)
        assert not end(database, hers.person, handle)
        assert is_on(database, hers)

    def test_one_that_was_ended_does_not_come_back_by_being_used(
        self, database: Database, passwords: Passwords
    ) -> None:
        signed_in = tess(database, passwords)
        found = session_of(database, signed_in)
        assert found is not None
        end(database, signed_in.person, found.handle)
        assert not is_on(database, signed_in, NOW + timedelta(minutes=5))


class TestAnotherPassword:
    def test_it_ends_every_other_session_and_asks_for_the_current_one(
        self, database: Database, passwords: Passwords
    ) -> None:
        first = tess(database, passwords)
        second = sign_in(door(database, passwords), EMAIL, PASSWORD)
        found = session_of(database, second)
        assert found is not None
        with pytest.raises(NotProvenError, match="current password"):
            change_password(door(database, passwords), found, OTHER, "nine blue boats at dawn")
        assert is_on(database, first)
        third = change_password(door(database, passwords), found, PASSWORD, OTHER)
        assert [is_on(database, each) for each in (first, second, third)] == [False, False, True]
        with pytest.raises(NotProvenError):
            sign_in(door(database, passwords), EMAIL, PASSWORD)
        sign_in(door(database, passwords), EMAIL, OTHER)

    def test_guessing_the_current_one_is_counted(self, database: Database, passwords: Passwords) -> None:
        found = session_of(database, tess(database, passwords))
        assert found is not None
        for _ in range(10):
            with pytest.raises(NotProvenError):
                change_password(door(database, passwords), found, OTHER, "nine blue boats at dawn")
        with pytest.raises(TooOftenError):
            change_password(door(database, passwords), found, PASSWORD, "nine blue boats at dawn")

    def test_a_first_one_is_set_by_who_has_just_signed_in(self, database: Database, passwords: Passwords) -> None:
        invitation = invite(database, "Ada", now=NOW, days=14)
        ada = join(database, invitation.code, Identity.generate().recipient, b"sealed", now=NOW, hours=12)
        found = session_of(database, ada)
        assert found is not None
        with pytest.raises(MismatchError, match="e-mail address"):
            change_password(door(database, passwords), found, "", PASSWORD)
        set_email(database, invitation.teacher_id, EMAIL)
        later = NOW + timedelta(minutes=16)
        found = session_of(database, ada, later)
        assert found is not None
        with pytest.raises(NotProvenError, match="sign in again"):
            change_password(door(database, passwords, later), found, "", PASSWORD)
        code = sign_in_link(database, invitation.teacher_id, now=later, minutes=15)
        found = session_of(database, enter(database, code, now=later, hours=12), later)
        assert found is not None
        change_password(door(database, passwords, later), found, "", PASSWORD)
        assert sign_in(door(database, passwords, later), EMAIL, PASSWORD).person.role is SchoolRole.TEACHER

    def test_a_weak_one_changes_nothing(self, database: Database, passwords: Passwords) -> None:
        found = session_of(database, tess(database, passwords))
        assert found is not None
        with pytest.raises(MismatchError):
            change_password(door(database, passwords), found, PASSWORD, "tess@school.example")
        assert sign_in(door(database, passwords), EMAIL, PASSWORD).person.name == "Tess Hall"
