"""Sharing a lesson: what its teacher may do, what nobody else may, and what a colleague gets and when.

::

    she signs a grant --> colleague sees it --> she withdraws it, or its time is over --> colleague sees nothing
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from lesson.footage.grant import Grant, give
from lesson.footage.header import header_hash
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson, unwrap
from lesson.footage.stanza import Stanza
from lesson.wire import from_wire, to_wire
from school.database import GrantRow
from school.lesson_log import Entry, first_hash


@dataclass
class Taught:
    """A lesson at the school, its teacher, and a colleague."""

    unit: Any
    teacher: Any
    colleague: Any
    sealed: Any
    browser: Any

    @property
    def lesson(self) -> str:
        return str(self.sealed.lesson)

    def grant(
        self, by: Identity | None = None, to: Identity | None = None, until: datetime | None = None, sealed: Any = None
    ) -> tuple[Grant, bytes]:
        """What her browser signs."""
        sealed = sealed or self.sealed
        hashed = header_hash(sealed.header)
        stanza = Stanza.decode(sealed.stanzas[self.teacher.kid], self.unit.key.public)
        key = unwrap(stanza, self.teacher.identity, hashed)
        to, by = to or self.colleague.identity, by or self.teacher.identity
        return give(key, hashed, to=to.recipient, by=by, at=datetime.now(UTC), until=until)

    def post(self, who: Any, body: bytes, to: str | None = None) -> Any:
        return self.browser(who).post(f"/api/lessons/{to or self.lesson}/grants", json={"grant": to_wire(body)})

    def withdraw(self, who: Any, grant: Grant) -> Any:
        return self.browser(who).post(f"/api/lessons/{self.lesson}/withdraw", json={"grant": grant.grant})

    def sees(self, who: Any) -> list[int]:
        """Status of everything there is of the lesson."""
        paths = ("", "/segments/2/0", "/evidence", "/live")
        statuses = []
        for path in paths:
            with self.browser(who).stream("GET", f"/api/lessons/{self.lesson}{path}") as answer:
                statuses.append(answer.status_code)
        return statuses

    def log(self) -> list[tuple[str, str]]:
        got = self.browser(self.teacher).get(f"/api/lessons/{self.lesson}/sharing").json()
        return [(each["deed"], each["who"]) for each in got["log"]]


@pytest.fixture
def taught(new_unit: Any, new_teacher: Any, record: Any, send_all: Any, browser: Any) -> Taught:
    teacher, colleague = new_teacher(), new_teacher("R. Amin")
    unit = new_unit(teacher)
    sealed = record(unit, teacher)
    assert send_all(unit, sealed).status_code == 200
    return Taught(unit, teacher, colleague, sealed, browser)


def test_a_colleague_opens_what_was_shared_with_her_until_it_is_withdrawn(taught: Taught) -> None:
    grant, body = taught.grant(until=datetime.now(UTC) + timedelta(days=28))
    assert taught.sees(taught.colleague) == [404] * 4
    assert taught.post(taught.teacher, body).status_code == 201

    got = taught.browser(taught.colleague).get(f"/api/lessons/{taught.lesson}").json()
    assert got["shared_by"] == "Ada Okafor"
    opened = OpenLesson(
        from_wire(bytes, got["header"]),
        [from_wire(bytes, each) for each in got["stanzas"]],
        b"".join(from_wire(bytes, each) + b"\n" for each in got["links"]),
        from_wire(bytes, got["manifest"]),
        taught.colleague.identity,
        grants=[from_wire(bytes, each) for each in got["grants"]],
        at=datetime.now(UTC),
    )
    log = taught.sealed.segments[-1]
    sealed = taught.browser(taught.colleague).get(f"/api/lessons/{taught.lesson}/segments/2/0").content
    assert opened.open_segment(log.name, sealed) == b'{"wait": "secret numbers"}\n'
    (listed,) = taught.browser(taught.colleague).get("/api/lessons").json()["lessons"]
    assert (listed["lesson"], listed["shared_by"]) == (taught.lesson, "Ada Okafor")
    assert listed["shared_until"] == to_wire(grant.expires_at)

    assert taught.withdraw(taught.teacher, grant).status_code == 200
    assert taught.sees(taught.colleague) == [404] * 4
    assert taught.browser(taught.colleague).get("/api/lessons").json() == {"lessons": []}
    assert taught.withdraw(taught.teacher, grant).status_code == 404, "once"
    assert taught.log() == [("shared", "R. Amin"), ("opened", "R. Amin"), ("withdrawn", "R. Amin")]


def test_after_its_end_nothing_is_served(taught: Taught, school: Any) -> None:
    _, body = taught.grant(until=datetime.now(UTC) + timedelta(hours=1))
    assert taught.post(taught.teacher, body).status_code == 201
    assert taught.sees(taught.colleague) == [200] * 4
    with school.database.writing() as session:
        session.execute(update(GrantRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert taught.sees(taught.colleague) == [404] * 4


def test_only_whose_lesson_it_is_shares_it_and_only_with_her_own_signature(
    taught: Taught, new_teacher: Any, record: Any
) -> None:
    """Each of these is refused, and nobody sees the lesson by it."""
    thief = new_teacher("A thief")
    own, other = taught.grant()[1], record(taught.unit, taught.teacher)
    refused = {
        "by a stranger, signed by herself": (thief, taught.grant(by=thief.identity, to=thief.identity)[1], 404),
        "by a stranger, signed by the teacher": (thief, own, 404),
        "by the teacher, signed by somebody else": (taught.teacher, taught.grant(by=thief.identity)[1], 422),
        "of another lesson": (taught.teacher, taught.grant(sealed=other)[1], 422),
        "altered": (taught.teacher, own.replace(b'"sealed":"', b'"sealed":"A', 1), 422),
        "over already": (taught.teacher, taught.grant(until=datetime.now(UTC))[1], 422),
        "to nobody here": (taught.teacher, taught.grant(to=Identity.generate())[1], 422),
        "no grant": (taught.teacher, b"{}", 422),
    }
    assert {name: taught.post(who, body).status_code for name, (who, body, _) in refused.items()} == {
        name: status for name, (_, _, status) in refused.items()
    }
    assert taught.sees(thief) == taught.sees(taught.colleague) == [404] * 4
    assert taught.log() == []


def test_who_was_given_a_lesson_cannot_give_it_on_nor_look_who_else_has_it(taught: Taught, new_teacher: Any) -> None:
    grant, body = taught.grant()
    taught.post(taught.teacher, body)
    friend = new_teacher("A friend")
    onward = taught.grant(by=taught.colleague.identity, to=friend.identity)[1]
    assert taught.post(taught.colleague, onward).status_code == 403
    assert taught.withdraw(taught.colleague, grant).status_code == 403
    assert taught.browser(taught.colleague).get(f"/api/lessons/{taught.lesson}/sharing").status_code == 403
    for wish in ("keep", "usual", "bin"):
        answer = taught.browser(taught.colleague).post(f"/api/lessons/{taught.lesson}/days", json={"wish": wish})
        assert answer.status_code == 403, wish
    assert taught.sees(friend) == [404] * 4


def test_the_same_share_again_changes_nothing(taught: Taught) -> None:
    _, body = taught.grant()
    assert [taught.post(taught.teacher, body).status_code for _ in range(2)] == [201, 409]
    assert taught.log() == [("shared", "R. Amin")]


def test_the_log_is_a_chain_and_a_reload_is_not_another_opening(taught: Taught) -> None:
    taught.post(taught.teacher, taught.grant()[1])
    for _ in range(3):
        taught.browser(taught.colleague).get(f"/api/lessons/{taught.lesson}")
    taught.browser(taught.teacher).get(f"/api/lessons/{taught.lesson}")
    got = taught.browser(taught.teacher).get(f"/api/lessons/{taught.lesson}/sharing").json()
    log = [from_wire(Entry, each) for each in got["log"]]
    assert [(each.number, each.deed.value) for each in log] == [(1, "shared"), (2, "opened")]
    assert [each.before for each in log] == [first_hash(taught.lesson), log[0].hash]
    assert [each.hash for each in log] == [each.hashed() for each in log]


def test_who_looks_again_waits_for_no_writer(taught: Taught, school: Any) -> None:
    """What was opened a moment ago is only read: it is served while somebody else writes, a backup for example."""
    taught.post(taught.teacher, taught.grant()[1])
    assert taught.sees(taught.colleague)[0] == 200
    with school.database.writing():
        assert taught.sees(taught.colleague)[0] == 200


def test_she_finds_her_colleagues_and_not_herself(taught: Taught) -> None:
    people = taught.browser(taught.teacher).get("/api/people").json()["people"]
    kids = {each["kid"] for each in people}
    assert taught.colleague.kid in kids
    assert taught.teacher.kid not in kids
    assert set(people[0]) == {"name", "kid", "encryption_key", "signing_key"}
