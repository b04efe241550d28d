"""A teacher who has lost every way to her keys joins again: new keys, the same person, nothing of before opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lesson.footage.identity import Identity
from lesson.footage.recipients import Recipient
from school.accounts import (
    enter,
    forget_devices,
    invite,
    invite_again,
    invited,
    join,
    sign_in_link,
)
from school.database import Database, TeacherRow
from school.errors import AccountError, NotFoundError
from school.migrate import migrate
from school.people import SchoolRole, Teacher
from school.sessions import SignedIn, here
from school.ways_in import ways_in
from tests.suites.locked_file import locked_file

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=200)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
    migrate(database)
    yield database
    database.close()


def teacher_of(database: Database, token: str, now: datetime) -> Teacher | None:
    """Who is signed in with this cookie."""
    found = here(database, token, now=now, idle=timedelta(hours=1))
    assert found is None or isinstance(found.person, Teacher)
    return None if found is None else found.person


def joins(database: Database, code: str, keys: Recipient, now: datetime) -> SignedIn:
    return join(database, code, keys, locked_file(keys), now=now, hours=12)


def test_her_new_keys_take_the_place_of_the_old_ones(database: Database) -> None:
    old, new = (Identity.generate().recipient for _ in range(2))
    first = joins(database, invite(database, "Ada", now=NOW, days=14).code, old, NOW)
    again = invite_again(database, first.person.id, now=LATER, days=14)
    assert teacher_of(database, first.token, now=NOW) is not None, "until she joins nothing changes"
    assert invited(database, again.code, now=LATER).name == "Ada"

    second = joins(database, again.code, new, LATER)
    assert (second.person.id, second.person.name, second.person.kid) == (first.person.id, "Ada", new.kid.hex())
    assert teacher_of(database, first.token, now=NOW) is None, "who was signed in with the old keys is not any more"
    assert teacher_of(database, second.token, now=LATER) == second.person
    assert second.person.devices > first.person.devices, "what a browser kept of the old keys is forgotten"
    assert {each.made_at for each in ways_in(database, second.person)} == {LATER}


def test_an_invitation_that_is_too_old_is_followed_by_another_one(database: Database) -> None:
    first = invite(database, "Ada", now=NOW, days=14)
    second = invite_again(database, first.teacher_id, now=LATER, days=14)
    assert second.teacher_id == first.teacher_id
    with pytest.raises(NotFoundError):
        invited(database, first.code, now=NOW)
    joins(database, second.code, Identity.generate().recipient, LATER)


def test_nobody_is_invited_again_who_was_never_invited(database: Database) -> None:
    with pytest.raises(AccountError, match="There is nobody of number 7"):
        invite_again(database, 7, now=NOW, days=14)


def test_who_has_no_keys_is_not_invited_again(database: Database) -> None:
    invitation = invite(database, "Tom", now=NOW, days=14, role=SchoolRole.TECHNICIAN, email="tom@school.example")
    invite_again(database, invitation.teacher_id, now=LATER, days=14)  # too old, and not used
    with database.writing() as session:
        session.get_one(TeacherRow, invitation.teacher_id).joined_at = LATER
    with pytest.raises(AccountError, match="no keys to lose"):
        invite_again(database, invitation.teacher_id, now=LATER, days=14)


def test_signing_out_everywhere_else_ends_every_session_and_link_but_this(database: Database) -> None:
    keys, others = Identity.generate().recipient, Identity.generate().recipient
    here = joins(database, invite(database, "Ada", now=NOW, days=14).code, keys, NOW)
    ben = joins(database, invite(database, "Ben", now=NOW, days=14).code, others, NOW)
    link = sign_in_link(database, here.person.id, now=NOW, minutes=15)
    lost = enter(database, sign_in_link(database, here.person.id, now=NOW, minutes=15), now=NOW, hours=12)

    devices = forget_devices(database, here.person.id, but=here.token)
    assert teacher_of(database, lost.token, now=NOW) is None
    with pytest.raises(NotFoundError):
        enter(database, link, now=NOW, hours=12)
    stays = teacher_of(database, here.token, now=NOW)
    assert stays is not None
    assert stays.devices == devices == here.person.devices + 1
    assert teacher_of(database, ben.token, now=NOW) == ben.person, "somebody else is not concerned"
