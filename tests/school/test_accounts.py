"""Invitations and links work once, for a while, and only for whom they were made."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lesson.footage.identity import Identity
from school.accounts import (
    Invited,
    enter,
    forget_expired,
    invite,
    invited,
    join,
    sign_in_link,
)
from school.database import CodeRow, Database
from school.errors import AccountError, MismatchError, NotFoundError, OtherBytesError
from school.migrate import migrate
from school.people import Person, SchoolRole, Teacher
from school.sessions import here, leave

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
KEYS = Identity.generate().recipient


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
    migrate(database)
    yield database
    database.close()


def joined(database: Database) -> int:
    invitation = invite(database, "Ada", now=NOW, days=14)
    join(database, invitation.code, KEYS, b"sealed", now=NOW, hours=1)
    return invitation.teacher_id


def who(
    database: Database, token: str | None, at: datetime = NOW, idle: timedelta = timedelta(days=1)
) -> Person | None:
    found = here(database, token, now=at, idle=idle)
    return found and found.person


def race(what: Callable[[], object], times: int = 12) -> list[object]:
    """Do it at once in many threads; what each got."""
    barrier, got = threading.Barrier(times), []

    def run() -> None:
        barrier.wait()
        try:
            got.append(what())
        except NotFoundError:
            got.append(None)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_an_invited_teacher_joins_and_is_signed_in(database: Database) -> None:
    invitation = invite(database, "Ada Okafor", now=NOW, days=14)
    assert invited(database, invitation.code, now=NOW) == Invited("Ada Okafor", SchoolRole.TEACHER)
    signed_in = join(database, invitation.code, KEYS, b"sealed", now=NOW, hours=1)
    assert isinstance(signed_in.person, Teacher)
    assert signed_in.person.kid == KEYS.kid.hex()
    assert who(database, signed_in.token) == signed_in.person


def test_an_invitation_is_spent_once_even_when_many_come_at_once(database: Database) -> None:
    code = invite(database, "Ada", now=NOW, days=14).code
    got = race(lambda: join(database, code, KEYS, b"sealed", now=NOW, hours=1))
    assert len([each for each in got if each is not None]) == 1
    with pytest.raises(NotFoundError):
        invited(database, code, now=NOW)


def test_a_sign_in_link_lets_one_in_when_many_come_at_once(database: Database) -> None:
    code = sign_in_link(database, joined(database), now=NOW, minutes=15)
    got = race(lambda: enter(database, code, now=NOW, hours=1))
    assert len([each for each in got if each is not None]) == 1


@pytest.mark.parametrize(("minutes", "works"), [(0, True), (14, True), (15, False), (1000, False)])
def test_a_sign_in_link_works_for_fifteen_minutes(database: Database, minutes: int, works: bool) -> None:
    code = sign_in_link(database, joined(database), now=NOW, minutes=15)
    at = NOW + timedelta(minutes=minutes)
    if works:
        enter(database, code, now=at, hours=1)
    else:
        with pytest.raises(NotFoundError, match="too old"):
            enter(database, code, now=at, hours=1)


def test_a_code_for_one_thing_is_no_code_for_another(database: Database) -> None:
    teacher = joined(database)
    join_code = invite(database, "Ben", now=NOW, days=14).code
    enter_code = sign_in_link(database, teacher, now=NOW, minutes=15)
    with pytest.raises(NotFoundError):
        enter(database, join_code, now=NOW, hours=1)
    with pytest.raises(NotFoundError):
        join(database, enter_code, Identity.generate().recipient, b"sealed", now=NOW, hours=1)


def test_a_session_ends_by_itself_and_by_leaving(database: Database) -> None:
    teacher = joined(database)
    first, second = (
        enter(database, sign_in_link(database, teacher, now=NOW, minutes=15), now=NOW, hours=12) for _ in range(2)
    )
    assert who(database, first.token, NOW + timedelta(hours=11)) is not None
    assert who(database, first.token, NOW + timedelta(hours=12)) is None
    leave(database, first.token)
    assert who(database, first.token) is None
    assert who(database, second.token) is not None, "another device stays signed in"


@pytest.mark.parametrize("token", [None, "", "x", "\x00", "\ud800"])
def test_a_made_up_cookie_is_nobody(database: Database, token: str | None) -> None:
    joined(database)
    assert who(database, token) is None


def test_no_code_and_no_cookie_lies_in_the_database(database: Database, tmp_path: Path) -> None:
    invitation = invite(database, "Ada", now=NOW, days=14)
    signed_in = join(database, invitation.code, KEYS, b"sealed", now=NOW, hours=1)
    link = sign_in_link(database, invitation.teacher_id, now=NOW, minutes=15)
    database.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Ada" in everything
    for secret in (invitation.code, signed_in.token, link):
        assert len(secret) >= 22, "128 bits"
        assert secret.encode() not in everything


def test_keys_belong_to_one_teacher(database: Database) -> None:
    joined(database)
    code = invite(database, "Ben", now=NOW, days=14).code
    with pytest.raises(OtherBytesError):
        join(database, code, KEYS, b"sealed", now=NOW, hours=1)
    assert invited(database, code, now=NOW).name == "Ben", "the invitation was not spent"


@pytest.mark.parametrize("sealed", [b"", bytes(64 * 1024 + 1)])
def test_an_identity_of_no_sensible_length_is_refused(database: Database, sealed: bytes) -> None:
    code = invite(database, "Ada", now=NOW, days=14).code
    with pytest.raises(MismatchError):
        join(database, code, KEYS, sealed, now=NOW, hours=1)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\ud800", "x" * 201])
def test_a_name_can_be_read(database: Database, name: str) -> None:
    with pytest.raises(AccountError):
        invite(database, name, now=NOW, days=14)


def test_nobody_signs_in_before_she_has_joined(database: Database) -> None:
    invitation = invite(database, "Ada", now=NOW, days=14)
    for teacher in (invitation.teacher_id, 99):
        with pytest.raises(AccountError):
            sign_in_link(database, teacher, now=NOW, minutes=15)


def test_what_is_expired_is_forgotten(database: Database, tmp_path: Path) -> None:
    teacher = joined(database)
    sign_in_link(database, teacher, now=NOW, minutes=15)
    forget_expired(database, now=NOW + timedelta(days=365))
    with sqlite3.connect(tmp_path / "school.sqlite") as raw:
        assert raw.execute(f"SELECT count(*) FROM {CodeRow.__tablename__}").fetchone() == (0,)
    raw.close()
