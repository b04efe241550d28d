"""A lesson of which nobody could say whose it is: at the school it is nobody's, until its unit brings who claimed it.

header: role claim ----> nobody sees it, and no receipt ----> grant by the claim key ----> hers, and hers alone
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from lesson.footage.grant import Grant, give
from lesson.footage.header import header_hash
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson, unwrap
from lesson.footage.stanza import Stanza
from lesson.messages import LessonStarted, SealedEvidence
from lesson.wire import from_wire


@dataclass
class Unclaimed:
    """A lesson that its unit recorded to a claim key."""

    unit: Any
    claim: Identity
    sealed: Any

    def given(self, to: Identity, by: Identity | None = None) -> tuple[Grant, bytes]:
        hashed = header_hash(self.sealed.header)
        stanza = Stanza.decode(self.sealed.stanzas[self.claim.recipient.kid.hex()], self.unit.key.public)
        key = unwrap(stanza, self.claim, hashed)
        return give(key, hashed, to=to.recipient, by=by or self.claim, at=datetime.now(UTC))


@pytest.fixture
def unclaimed(new_unit: Any, record: Any) -> Unclaimed:
    unit, claim = new_unit(), Identity.generate()
    return Unclaimed(unit, claim, record(unit, claim=claim))


def test_it_is_hers_once_her_claim_is_there_and_not_before(
    unclaimed: Unclaimed, new_teacher: Any, send_all: Any, put: Any, browser: Any
) -> None:
    teacher, colleague, lesson = new_teacher(), new_teacher("A colleague"), unclaimed.sealed.lesson
    answer = send_all(unclaimed.unit, unclaimed.sealed)
    assert answer.status_code == 422, "no receipt: the unit must keep what nobody could open"
    assert browser(teacher).get(f"/api/lessons/{lesson}").status_code == 404
    grant, data = unclaimed.given(teacher.identity)
    assert put(unclaimed.unit, f"{lesson}/grants/{grant.grant}", data).status_code == 201
    assert put(unclaimed.unit, f"{lesson}/grants/{grant.grant}", data).status_code == 200
    assert put(unclaimed.unit, f"{lesson}/manifest", unclaimed.sealed.manifest).status_code == 200
    assert browser(colleague).get(f"/api/lessons/{lesson}").status_code == 404
    assert browser(colleague).get("/api/lessons").json() == {"lessons": []}
    assert [each["lesson"] for each in browser(teacher).get("/api/lessons").json()["lessons"]] == [lesson]
    got = browser(teacher).get(f"/api/lessons/{lesson}").json()
    opened = OpenLesson(
        from_wire(bytes, got["header"]),
        [from_wire(bytes, each) for each in got["stanzas"]],
        b"".join(from_wire(bytes, each) + b"\n" for each in got["links"]),
        from_wire(bytes, got["manifest"]),
        teacher.identity,
        grants=[from_wire(bytes, each) for each in got["grants"]],
    )
    log = unclaimed.sealed.segments[-1]
    bytes_of_log = browser(teacher).get(f"/api/lessons/{lesson}/segments/2/0").content
    assert opened.open_segment(log.name, bytes_of_log) == b'{"wait": "secret numbers"}\n'
    have = unclaimed.unit.http.get(f"/v1/lessons/{lesson}/have").json()
    assert have["grants"] == [grant.grant]


def test_a_lesson_that_a_card_claims_while_it_is_recorded_is_hers_live(
    unclaimed: Unclaimed, new_teacher: Any, send_all: Any, put: Any, tell: Any, browser: Any
) -> None:
    """The unit brings the grant with the header, and tells then what it has kept to tell, from the beginning on."""
    teacher, sealed = new_teacher(), unclaimed.sealed
    at, stanzas = datetime(2026, 11, 17, 9, 0, tzinfo=UTC), tuple(sealed.stanzas.values())
    assert put(unclaimed.unit, f"{sealed.lesson}/header", sealed.header).status_code == 201
    grant, data = unclaimed.given(teacher.identity)
    assert put(unclaimed.unit, f"{sealed.lesson}/grants/{grant.grant}", data).status_code == 201
    tell(
        unclaimed.unit,
        LessonStarted(sealed.lesson, at, sealed.header, stanzas),
        *(SealedEvidence(sealed.lesson, *piece) for piece in sealed.evidence),
    )
    assert browser(teacher).get(f"/api/lessons/{sealed.lesson}").json()["state"] == "recording"
    live = browser(teacher).get(f"/api/lessons/{sealed.lesson}/evidence?after=-1").json()["evidence"]
    assert [each["index"] for each in live] == list(range(len(sealed.evidence)))

    assert send_all(unclaimed.unit, sealed, already=200).status_code == 200
    assert browser(teacher).get(f"/api/lessons/{sealed.lesson}").json()["state"] == "complete"


def test_a_claim_that_does_not_hold_gives_nothing_to_anybody(
    unclaimed: Unclaimed, new_teacher: Any, new_unit: Any, put: Any, browser: Any
) -> None:
    thief, lesson = new_teacher("A thief"), unclaimed.sealed.lesson
    put(unclaimed.unit, f"{lesson}/header", unclaimed.sealed.header)
    grant, data = unclaimed.given(thief.identity)
    by_herself, forged = unclaimed.given(thief.identity, by=thief.identity)
    for name, body in (
        (by_herself.grant, forged),
        (grant.grant, data[:-1]),
        (grant.grant, data.replace(b'"to":"', b'"to":"0', 1)),
        ("00" * 16, data),
    ):
        assert put(unclaimed.unit, f"{lesson}/grants/{name}", body).status_code == 422
    other = new_unit()
    assert put(other, f"{lesson}/grants/{grant.grant}", data).status_code == 403, "another unit's lesson"
    assert browser(thief).get(f"/api/lessons/{lesson}").status_code == 404


def test_a_unit_brings_no_other_grant(new_unit: Any, new_teacher: Any, record: Any, put: Any, browser: Any) -> None:
    """What a teacher shares, she shares herself: a unit that has a copy of her grant cannot bring it back."""
    teacher, colleague = new_teacher(), new_teacher("A colleague")
    unit = new_unit(teacher)
    sealed = record(unit, teacher)
    put(unit, f"{sealed.lesson}/header", sealed.header)
    grant, data = give(
        bytes(16),
        header_hash(sealed.header),
        to=colleague.identity.recipient,
        by=teacher.identity,
        at=datetime.now(UTC),
    )
    assert put(unit, f"{sealed.lesson}/grants/{grant.grant}", data).status_code == 422
    assert browser(colleague).get(f"/api/lessons/{sealed.lesson}").status_code == 404
