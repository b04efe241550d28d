"""A clip at the school: what its teacher may cut, what nobody else may, and what a colleague is served, and is not.

::

    lesson   [init][ 1 ][ 2 ][ 3 ][ 4 ]  log  evidence
    clip     [init]     [ 2 ][ 3 ]                         served to her: these, the header, the links, the manifest
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from lesson.footage.clip import Clip, give_clip
from lesson.footage.grant import give
from lesson.footage.header import header_hash
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson, unwrap
from lesson.footage.segments import SegmentName, Track, segment_key
from lesson.footage.stanza import Stanza
from lesson.wire import from_wire, to_wire
from school.database import ClipRow, ClipSegmentRow
from school.lesson_log import Entry, first_hash

CLIP = (0, 2, 3)
SEGMENTS = 5


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

    def keys(self, *indexes: int, sealed: Any = None) -> tuple[bytes, dict[SegmentName, bytes]]:
        """H, and the keys of these segments."""
        sealed = sealed or self.sealed
        hashed = header_hash(sealed.header)
        content_key = unwrap(
            Stanza.decode(sealed.stanzas[self.teacher.kid], self.unit.key.public), self.teacher.identity, hashed
        )
        names = [SegmentName(Track.AV, index) for index in indexes]
        return hashed, {
            name: segment_key(content_key, hashed, name, final=name.index == SEGMENTS - 1) for name in names
        }

    def cut(
        self,
        *indexes: int,
        by: Identity | None = None,
        to: Identity | None = None,
        until: datetime | None = None,
        sealed: Any = None,
    ) -> tuple[Clip, bytes]:
        """What her browser cuts and signs."""
        hashed, keys = self.keys(*(indexes or CLIP), sealed=sealed)
        to, by = to or self.colleague.identity, by or self.teacher.identity
        return give_clip(keys, hashed, to=to.recipient, by=by, at=datetime.now(UTC), until=until, note="Look here.")

    def post(self, who: Any, body: bytes) -> Any:
        return self.browser(who).post(f"/api/lessons/{self.lesson}/clips", json={"clip": to_wire(body)})

    def withdraw(self, who: Any, clip: Clip) -> Any:
        return self.browser(who).post(f"/api/lessons/{self.lesson}/withdraw", json={"grant": clip.clip})

    def sees(self, who: Any) -> dict[str, int]:
        """Status of everything there is of the lesson."""
        paths = ["", "/evidence", "/live", "/sharing", "/segments/2/0"]
        paths += [f"/segments/0/{index}" for index in range(SEGMENTS)]
        statuses = {}
        for path in paths:
            with self.browser(who).stream("GET", f"/api/lessons/{self.lesson}{path}") as answer:
                statuses[path] = answer.status_code
        return statuses

    def log(self) -> list[tuple[str, str, str | None]]:
        got = self.browser(self.teacher).get(f"/api/lessons/{self.lesson}/sharing").json()
        return [(each["deed"], each["who"], each.get("clip")) for each in got["log"]]


@pytest.fixture
def taught(new_unit: Any, new_teacher: Any, record: Any, send_all: Any, browser: Any) -> Taught:
    teacher, colleague = new_teacher(), new_teacher("R. Amin")
    unit = new_unit(teacher)
    sealed = record(unit, teacher, segments=SEGMENTS)
    assert send_all(unit, sealed).status_code == 200
    return Taught(unit, teacher, colleague, sealed, browser)


SERVED = {"", "/segments/0/0", "/segments/0/2", "/segments/0/3"}


def test_she_is_served_her_seconds_and_nothing_else_until_they_are_withdrawn(taught: Taught) -> None:
    clip, body = taught.cut(until=datetime.now(UTC) + timedelta(days=28))
    assert set(taught.sees(taught.colleague).values()) == {404}
    posted = taught.post(taught.teacher, body)
    assert (posted.status_code, posted.json()["clip"]) == (201, "0:02 to 0:06")

    assert {path for path, status in taught.sees(taught.colleague).items() if status == 200} == SERVED
    got = taught.browser(taught.colleague).get(f"/api/lessons/{taught.lesson}").json()
    assert (got["shared_by"], got["clips"][0], got["stanzas"], got["grants"]) == ("Ada Okafor", to_wire(body), [], [])
    opened = OpenLesson(
        from_wire(bytes, got["header"]),
        [],
        b"".join(from_wire(bytes, each) + b"\n" for each in got["links"]),
        from_wire(bytes, got["manifest"]),
        taught.colleague.identity,
        unit_key=from_wire(bytes, got["unit_key"]),
        clips=[from_wire(bytes, each) for each in got["clips"]],
        at=datetime.now(UTC),
    )
    assert [name.index for name in opened.segments] == list(CLIP)
    for name in opened.segments:
        sealed = taught.browser(taught.colleague).get(f"/api/lessons/{taught.lesson}/segments/0/{name.index}").content
        assert opened.open_segment(name, sealed)
    assert [each.note for each in opened.clips] == ["Look here."]

    (listed,) = taught.browser(taught.colleague).get("/api/lessons").json()["lessons"]
    assert (listed["shared_by"], listed["clips"]) == ("Ada Okafor", ["0:02 to 0:06"])
    assert listed["shared_until"] == to_wire(clip.expires_at)

    assert taught.withdraw(taught.teacher, clip).status_code == 200
    assert set(taught.sees(taught.colleague).values()) == {404}
    assert taught.browser(taught.colleague).get("/api/lessons").json() == {"lessons": []}
    assert taught.withdraw(taught.teacher, clip).status_code == 404, "once"
    seconds = "0:02 to 0:06"
    assert taught.log() == [(deed, "R. Amin", seconds) for deed in ("shared", "opened", "withdrawn")]


def test_what_is_withdrawn_leaves_no_row_behind(taught: Taught, school: Any) -> None:
    clip, body = taught.cut()
    taught.post(taught.teacher, body)
    taught.withdraw(taught.teacher, clip)
    with school.database.reading() as session:
        for row in (ClipRow, ClipSegmentRow):
            assert session.scalars(select(row).where(row.lesson == taught.lesson)).all() == []


def test_after_its_end_nothing_is_served(taught: Taught, school: Any) -> None:
    _, body = taught.cut(until=datetime.now(UTC) + timedelta(hours=1))
    taught.post(taught.teacher, body)
    assert taught.sees(taught.colleague)["/segments/0/2"] == 200
    with school.database.writing() as session:
        session.execute(update(ClipRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert set(taught.sees(taught.colleague).values()) == {404}


def test_two_clips_are_served_and_each_ends_for_itself(taught: Taught) -> None:
    first, one = taught.cut(0, 1)
    _, other = taught.cut(0, 3, 4)
    taught.post(taught.teacher, one)
    taught.post(taught.teacher, other)
    served = {path for path, status in taught.sees(taught.colleague).items() if status == 200}
    assert served == {"", *(f"/segments/0/{index}" for index in (0, 1, 3, 4))}
    (listed,) = taught.browser(taught.colleague).get("/api/lessons").json()["lessons"]
    assert sorted(listed["clips"]) == ["0:00 to 0:02", "0:04 to 0:08"]
    taught.withdraw(taught.teacher, first)
    served = {path for path, status in taught.sees(taught.colleague).items() if status == 200}
    assert served == {"", *(f"/segments/0/{index}" for index in (0, 3, 4))}


def test_the_end_of_one_clip_is_not_put_off_by_another(taught: Taught, school: Any) -> None:
    first, one = taught.cut(0, 1)
    _, other = taught.cut(0, 3, 4)
    taught.post(taught.teacher, one)
    taught.post(taught.teacher, other)
    with school.database.writing() as session:
        over = update(ClipRow).where(ClipRow.clip_id == first.clip)
        session.execute(over.values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    served = {path for path, status in taught.sees(taught.colleague).items() if status == 200}
    assert served == {"", *(f"/segments/0/{index}" for index in (0, 3, 4))}
    assert len(taught.browser(taught.colleague).get(f"/api/lessons/{taught.lesson}").json()["clips"]) == 1


def test_the_whole_lesson_stands_over_its_clips(taught: Taught) -> None:
    taught.post(taught.teacher, taught.cut()[1])
    hashed = header_hash(taught.sealed.header)
    stanza = Stanza.decode(taught.sealed.stanzas[taught.teacher.kid], taught.unit.key.public)
    key = unwrap(stanza, taught.teacher.identity, hashed)
    to, by = taught.colleague.identity.recipient, taught.teacher.identity
    _, grant = give(key, hashed, to=to, by=by, at=datetime.now(UTC))
    path = f"/api/lessons/{taught.lesson}/grants"
    assert taught.browser(taught.teacher).post(path, json={"grant": to_wire(grant)}).status_code == 201
    got = taught.browser(taught.colleague).get(f"/api/lessons/{taught.lesson}").json()
    assert (got["clips"], len(got["grants"])) == ([], 1)
    assert taught.sees(taught.colleague)["/segments/2/0"] == 200
    assert [each["clips"] for each in taught.browser(taught.colleague).get("/api/lessons").json()["lessons"]] == [[]]


def test_only_whose_lesson_it_is_cuts_a_clip_and_only_with_her_own_signature(
    taught: Taught, new_teacher: Any, record: Any
) -> None:
    """Each of these is refused, and nobody sees a second by it."""
    thief = new_teacher("A thief")
    own, other = taught.cut()[1], record(taught.unit, taught.teacher, segments=SEGMENTS)
    refused = {
        "by a stranger, signed by herself": (thief, taught.cut(by=thief.identity, to=thief.identity)[1], 404),
        "by a stranger, signed by the teacher": (thief, own, 404),
        "by the teacher, signed by somebody else": (taught.teacher, taught.cut(by=thief.identity)[1], 422),
        "of another lesson": (taught.teacher, taught.cut(sealed=other)[1], 422),
        "altered": (taught.teacher, own.replace(b'"sealed":"', b'"sealed":"A', 1), 422),
        "widened": (taught.teacher, own.replace(b'"0-000003.seg"', b'"0-000003.seg","0-000004.seg"', 1), 422),
        "over already": (taught.teacher, taught.cut(until=datetime.now(UTC))[1], 422),
        "to nobody here": (taught.teacher, taught.cut(to=Identity.generate())[1], 422),
        "no clip": (taught.teacher, b"{}", 422),
        "with a hole": (taught.teacher, taught.cut(0, 1, 3)[1], 422),
        "that cannot be played": (taught.teacher, taught.cut(2, 3)[1], 422),
        "of nothing but what it takes to play": (taught.teacher, taught.cut(0)[1], 422),
        "of what was never sealed": (taught.teacher, taught.cut(0, 4, 5)[1], 422),
    }
    assert {name: taught.post(who, body).status_code for name, (who, body, _) in refused.items()} == {
        name: status for name, (_, _, status) in refused.items()
    }
    assert set(taught.sees(thief).values()) == set(taught.sees(taught.colleague).values()) == {404}
    assert taught.log() == []


def test_a_clip_of_what_has_not_arrived_yet_is_refused(
    new_unit: Any, new_teacher: Any, record: Any, put: Any, put_segment: Any, browser: Any
) -> None:
    """Nobody could say which seconds they are: what lies before them is not here."""
    teacher, colleague = new_teacher(), new_teacher("R. Amin")
    unit = new_unit(teacher)
    sealed = record(unit, teacher, segments=SEGMENTS)
    put(unit, f"{sealed.lesson}/header", sealed.header)
    put(unit, f"{sealed.lesson}/stanzas/{teacher.kid}", sealed.stanzas[teacher.kid])
    arriving = Taught(unit, teacher, colleague, sealed, browser)
    for segment in (sealed.segments[0], *sealed.segments[2:]):
        put_segment(unit, sealed, segment)
    assert arriving.post(teacher, arriving.cut()[1]).status_code == 422
    put_segment(unit, sealed, sealed.segments[1])
    assert arriving.post(teacher, arriving.cut()[1]).status_code == 201


def test_who_was_given_a_clip_can_neither_give_it_on_nor_see_who_else_has_one(taught: Taught, new_teacher: Any) -> None:
    clip, body = taught.cut()
    taught.post(taught.teacher, body)
    friend = new_teacher("A friend")
    onward = taught.cut(by=taught.colleague.identity, to=friend.identity)[1]
    assert taught.post(taught.colleague, onward).status_code == 404
    assert taught.withdraw(taught.colleague, clip).status_code == 404
    assert taught.sees(taught.colleague)["/sharing"] == 404
    assert set(taught.sees(friend).values()) == {404}


def test_the_same_clip_again_changes_nothing(taught: Taught) -> None:
    _, body = taught.cut()
    assert [taught.post(taught.teacher, body).status_code for _ in range(2)] == [201, 409]
    assert taught.log() == [("shared", "R. Amin", "0:02 to 0:06")]


def test_the_log_says_which_seconds_and_they_cannot_be_changed(taught: Taught) -> None:
    taught.post(taught.teacher, taught.cut()[1])
    taught.browser(taught.colleague).get(f"/api/lessons/{taught.lesson}")
    got = taught.browser(taught.teacher).get(f"/api/lessons/{taught.lesson}/sharing").json()
    log = [from_wire(Entry, each) for each in got["log"]]
    assert [each.before for each in log] == [first_hash(taught.lesson), log[0].hash]
    assert [each.hash for each in log] == [each.hashed() for each in log]
    altered = from_wire(Entry, {**got["log"][0], "clip": "0:02 to 0:04"})
    assert altered.hashed() != altered.hash
    (shared,) = got["shared"]
    assert (shared["name"], shared["clip"]) == ("R. Amin", "0:02 to 0:06")
