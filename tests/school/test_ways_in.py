"""What the school takes as a teacher's locked file: what she has signed, for the same keys, with both ways in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lesson.footage.errors import IdentityError
from lesson.footage.identity import Identity
from lesson.footage.identity_file import IdentityFile
from lesson.footage.replacement import PURPOSE, Replacement
from lesson.footage.signed import sign, verify
from lesson.wire import from_wire, to_wire
from school.accounts import invite, join
from school.database import Database
from school.migrate import migrate
from school.people import Teacher
from school.sessions import here
from school.ways_in import replace_identity, ways_in
from tests.suites.locked_file import locked_file


def teacher_of(database: Database, token: str) -> Teacher:
    """Who is signed in with this cookie."""
    found = here(database, token, now=datetime.now(UTC), idle=timedelta(hours=1))
    assert found is not None
    assert isinstance(found.person, Teacher)
    return found.person


def sealed(client: Any) -> bytes:
    """The file that the school has."""
    return from_wire(bytes, client.get("/api/me").json()["sealed_identity"])


def replaced(client: Any, line: bytes) -> int:
    return int(client.post("/api/identity", json={"replacement": to_wire(line)}).status_code)


def with_new_words(file: bytes) -> bytes:
    """The same keys and the same code under other words, as her browser makes it."""
    raw, other = json.loads(file), json.loads(locked_file(IdentityFile.decode(file).recipient, "passphrase"))
    raw["wraps"] = [each for each in raw["wraps"] if each["by"] != "passphrase"] + other["wraps"]
    return json.dumps(raw, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("ways", "status"),
    [
        (("passphrase", "recovery_code"), 201),
        (("passphrase",), 422),
        (("recovery_code",), 422),
    ],
    ids=["both", "words only", "code only"],
)
def test_nobody_joins_without_a_recovery_code(school: Any, browser: Any, ways: tuple[str, ...], status: int) -> None:
    code, keys = invite(school.database, "Ada", now=datetime.now(UTC), days=1).code, Identity.generate().recipient
    body = {
        "code": code,
        "encryption_key": to_wire(keys.encryption_key),
        "signing_key": to_wire(keys.signing_key),
        "sealed_identity": to_wire(locked_file(keys, *ways)),
    }
    assert browser().post("/api/join", json=body).status_code == status
    assert browser().get(f"/join/{code}").status_code == (404 if status == 201 else 200), "spent by joining only"


@pytest.mark.parametrize("what", ["another file", "no file"])
def test_nobody_joins_with_a_file_that_is_not_for_her_keys(school: Any, browser: Any, what: str) -> None:
    code, keys = invite(school.database, "Ada", now=datetime.now(UTC), days=1).code, Identity.generate().recipient
    file = locked_file(Identity.generate().recipient) if what == "another file" else b"sealed"
    body = {
        "code": code,
        "encryption_key": to_wire(keys.encryption_key),
        "signing_key": to_wire(keys.signing_key),
        "sealed_identity": to_wire(file),
    }
    assert browser().post("/api/join", json=body).status_code == 422


class TestAnotherFile:
    """She has chosen new words: the school gets a file, and her signature."""

    def test_hers_takes_the_place_of_the_old_one(self, new_teacher: Any, browser: Any) -> None:
        ada = new_teacher()
        client = browser(ada)
        before = sealed(client)
        after = with_new_words(before)
        assert replaced(client, Replacement.of(before, after).encode(ada.identity)) == 200
        assert sealed(client) == after

    def test_a_stolen_cookie_does_not_sign(self, new_teacher: Any, browser: Any) -> None:
        ada, thief = new_teacher(), Identity.generate()
        client = browser(ada)
        before = sealed(client)
        assert replaced(client, Replacement.of(before, with_new_words(before)).encode(thief)) == 422
        assert sealed(client) == before

    def test_a_line_is_good_once(self, new_teacher: Any, browser: Any) -> None:
        ada = new_teacher()
        client = browser(ada)
        first = sealed(client)
        second = with_new_words(first)
        line = Replacement.of(first, second).encode(ada.identity)
        assert replaced(client, line) == 200
        third = with_new_words(second)
        assert replaced(client, Replacement.of(second, third).encode(ada.identity)) == 200
        assert replaced(client, line) == 409
        assert sealed(client) == third, "who has seen the old words cannot bring them back"

    @pytest.mark.parametrize(
        ("what", "status"), [("other keys", 409), ("no code", 422), ("no words", 422), ("no file", 409), ("long", 422)]
    )
    def test_a_file_that_would_lock_her_out_is_refused(
        self, new_teacher: Any, browser: Any, what: str, status: int
    ) -> None:
        ada = new_teacher()
        client, keys = browser(ada), ada.identity.recipient
        before = sealed(client)
        file = {
            "other keys": locked_file(Identity.generate().recipient),
            "no code": locked_file(keys, "passphrase"),
            "no words": locked_file(keys, "recovery_code"),
            "no file": b"{}",
            "long": locked_file(keys) + b" " * 64 * 1024,
        }[what]
        assert replaced(client, Replacement.of(before, file).encode(ada.identity)) == status
        assert sealed(client) == before

    def test_two_browsers_at_once_do_not_undo_each_other(self, new_teacher: Any, browser: Any) -> None:
        ada = new_teacher()
        client = browser(ada)
        before = sealed(client)
        one, other = (Replacement.of(before, with_new_words(before)).encode(ada.identity) for _ in range(2))
        assert (replaced(client, one), replaced(client, other)) == (200, 409)


def test_each_way_says_since_when_it_is_there(school: Any, new_teacher: Any) -> None:
    ada = new_teacher()
    teacher = teacher_of(school.database, ada.token)
    joined = ways_in(school.database, teacher)
    assert [each.by for each in joined] == ["passphrase", "recovery_code"]
    assert joined[0].made_at == joined[1].made_at

    later = joined[0].made_at + timedelta(days=3)
    line = Replacement.of(teacher.sealed_identity, with_new_words(teacher.sealed_identity)).encode(ada.identity)
    replace_identity(school.database, teacher, line, later)
    teacher = teacher_of(school.database, ada.token)
    assert {each.by: each.made_at for each in ways_in(school.database, teacher)} == {
        "recovery_code": joined[1].made_at,
        "passphrase": later,
    }


def test_nothing_of_the_old_file_stays_in_the_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
    migrate(database)
    now, identity = datetime.now(UTC), Identity.generate()
    before = locked_file(identity.recipient)
    invitation = invite(database, "Ada", now=now, days=1)
    teacher = join(database, invitation.code, identity.recipient, before, now=now, hours=1).person
    assert isinstance(teacher, Teacher)
    after = with_new_words(before)
    replace_identity(database, teacher, Replacement.of(before, after).encode(identity), now)
    database.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    old, new = (next(w.wrapped for w in IdentityFile.decode(f).wraps if w.by == "passphrase") for f in (before, after))
    assert to_wire(new).encode() in everything
    assert to_wire(old).encode() not in everything


def test_a_line_for_something_else_is_no_replacement() -> None:
    identity = Identity.generate()
    before = locked_file(identity.recipient)
    line = Replacement.of(before, with_new_words(before)).encode(identity)
    assert Replacement.decode(line, identity.recipient.signing_key).expect(before)
    grant = sign("grant", verify(PURPOSE, line, identity.recipient.signing_key), identity)
    for damaged in (line.replace(b"before", b"beforf"), grant, line[:-1], b""):
        with pytest.raises(IdentityError):
            Replacement.decode(damaged, identity.recipient.signing_key)


@pytest.mark.parametrize(("ways", "page"), [((), "/lessons/abc"), (("passphrase",), "/keys?next=%2Flessons%2Fabc")])
def test_who_has_no_code_comes_to_the_page_that_makes_one(
    new_teacher: Any, browser: Any, link_for: Any, ways: tuple[str, ...], page: str
) -> None:
    identity = Identity.generate()
    ada = new_teacher(identity=identity, sealed=locked_file(identity.recipient, *ways))
    client = browser()
    assert client.get(f"/enter/{link_for(ada)}?next=/lessons/abc").headers["location"] == page
    told = "You have no recovery code" in client.get("/lessons").text
    assert told == bool(ways)
