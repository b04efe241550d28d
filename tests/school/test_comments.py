"""Comments at the school: who writes and reads them, in which order versions come, and what the school knows of them.

::

    she writes 1 --> she edits 2 --> she deletes 3          nobody else's version, no gap, no fork, no way back
    hers alone --> for the lesson's readers                 a colleague reads and writes while it is shared with him
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from lesson.footage.comment import MAX_NUMBER, Comment, Readers, Said, Seen, Tag, write_comment
from lesson.footage.grant import give
from lesson.footage.header import header_hash
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson, unwrap
from lesson.footage.signed import sign
from lesson.footage.stanza import Stanza
from lesson.wire import dumps, from_wire, to_wire
from school.comments import MAX_BYTES, MAX_OF_ONE, comments_of, keep_comment
from school.database import CommentRow, GrantRow, LessonRow, TeacherRow
from school.errors import NotFoundError
from school.people import Teacher, person_of

TEXT = "She counted to five, and Kai went on."


@dataclass
class Taught:
    """A lesson at the school, its teacher, a colleague with whom it is shared, and a stranger."""

    unit: Any
    teacher: Any
    colleague: Any
    stranger: Any
    sealed: Any
    browser: Any

    @property
    def lesson(self) -> str:
        return str(self.sealed.lesson)

    @property
    def content_key(self) -> bytes:
        stanza = Stanza.decode(self.sealed.stanzas[self.teacher.kid], self.unit.key.public)
        return unwrap(stanza, self.teacher.identity, header_hash(self.sealed.header))

    def share(self, until: datetime | None = None) -> str:
        grant, body = give(
            self.content_key,
            header_hash(self.sealed.header),
            to=self.colleague.identity.recipient,
            by=self.teacher.identity,
            at=datetime.now(UTC),
            until=until,
        )
        answer = self.browser(self.teacher).post(f"/api/lessons/{self.lesson}/grants", json={"grant": to_wire(body)})
        assert answer.status_code == 201
        return grant.grant

    def written(
        self,
        who: Any,
        text: str | None = TEXT,
        readers: Readers = Readers.LESSON,
        behind: bytes | None = None,
        **changes: Any,
    ) -> bytes:
        """What her browser seals and signs; `text` None deletes."""
        read = None if behind is None else Comment.decode(behind)
        usual = {
            "by": who.identity,
            "readers": readers,
            "content_key": self.content_key,
            "header_hash": header_hash(self.sealed.header),
            "at": datetime.now(UTC),
            "comment": None if read is None else read.comment,
            "after": None if read is None or behind is None else read.expect_after(None, behind),
        }
        said = None if text is None else Said(None, Tag.STRENGTH, text, 12.0, None)
        return write_comment(said, **{**usual, **changes})[1]

    def post(self, who: Any, body: bytes, lesson: str | None = None) -> int:
        path = f"/api/lessons/{lesson or self.lesson}/comments"
        return int(self.browser(who).post(path, json={"comment": to_wire(body)}).status_code)

    def told(self, who: Any) -> Any:
        answer = self.browser(who).get(f"/api/lessons/{self.lesson}/comments")
        return answer.json()["comments"] if answer.status_code == 200 else answer.status_code

    def bodies(self, who: Any) -> list[bytes]:
        return [from_wire(bytes, each["comment"]) for each in self.told(who)]

    def log(self) -> list[tuple[str, str]]:
        got = self.browser(self.teacher).get(f"/api/lessons/{self.lesson}/sharing").json()
        return [(each["deed"], each["who"]) for each in got["log"]]


@pytest.fixture
def taught(new_unit: Any, new_teacher: Any, record: Any, send_all: Any, browser: Any) -> Taught:
    teacher = new_teacher()
    unit = new_unit(teacher)
    sealed = record(unit, teacher)
    assert send_all(unit, sealed).status_code == 200
    return Taught(unit, teacher, new_teacher("R. Amin"), new_teacher("A stranger"), sealed, browser)


def test_a_colleague_reads_and_writes_while_the_lesson_is_shared_with_him(taught: Taught) -> None:
    hers, his = taught.written(taught.teacher), taught.written(taught.colleague, "I would have waited, too.")
    assert taught.post(taught.teacher, hers) == 201
    assert (taught.post(taught.colleague, his), taught.told(taught.colleague)) == (404, 404)

    grant = taught.share()
    assert taught.post(taught.colleague, his) == 201
    assert taught.bodies(taught.colleague) == taught.bodies(taught.teacher) == [hers, his]
    assert [(each["name"], each["kid"]) for each in taught.told(taught.teacher)] == [
        ("Ada Okafor", taught.teacher.kid),
        ("R. Amin", taught.colleague.kid),
    ]
    opened = OpenLesson(
        taught.sealed.header, list(taught.sealed.stanzas.values()), b"", None, taught.teacher.identity
    ).open_comment(Comment.decode(his), taught.teacher.identity)
    assert opened == Said(None, Tag.STRENGTH, "I would have waited, too.", 12.0, None)

    taught.browser(taught.teacher).post(f"/api/lessons/{taught.lesson}/withdraw", json={"grant": grant})
    assert taught.told(taught.colleague) == 404
    assert taught.post(taught.colleague, taught.written(taught.colleague, behind=his)) == 404
    assert taught.bodies(taught.teacher) == [hers, his], "what he has said stays said"
    assert taught.log() == [
        ("commented", "Ada Okafor"),
        ("shared", "R. Amin"),
        ("commented", "R. Amin"),
        ("withdrawn", "R. Amin"),
    ]


def test_after_the_end_of_a_share_nothing_is_read_or_written(taught: Taught, school: Any) -> None:
    taught.share(until=datetime.now(UTC) + timedelta(hours=1))
    his = taught.written(taught.colleague)
    assert taught.post(taught.colleague, his) == 201
    with school.database.writing() as session:
        over = update(GrantRow).where(GrantRow.lesson == taught.lesson)
        session.execute(over.values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert taught.told(taught.colleague) == 404
    assert taught.post(taught.colleague, taught.written(taught.colleague)) == 404


def test_what_she_keeps_to_herself_is_hers_until_she_shows_it(taught: Taught) -> None:
    taught.share()
    mine = taught.written(taught.teacher, readers=Readers.AUTHOR)
    assert taught.post(taught.teacher, mine) == 201
    assert (taught.bodies(taught.teacher), taught.bodies(taught.colleague)) == ([mine], [])
    assert ("commented", "Ada Okafor") not in taught.log()

    shown = taught.written(taught.teacher, behind=mine)
    assert taught.post(taught.teacher, shown) == 201
    assert taught.bodies(taught.teacher) == taught.bodies(taught.colleague) == [shown]
    edited = taught.written(taught.teacher, "Edited", behind=shown)
    assert taught.post(taught.teacher, edited) == 201
    assert taught.log().count(("commented", "Ada Okafor")) == 1, "the log says it once"

    back = taught.written(taught.teacher, readers=Readers.AUTHOR, behind=edited)
    assert taught.post(taught.teacher, back) == 422
    assert taught.bodies(taught.colleague) == [edited]


def test_an_edit_takes_the_place_of_what_was_written_and_a_deletion_leaves_no_words(
    taught: Taught, school: Any
) -> None:
    first = taught.written(taught.teacher)
    second = taught.written(taught.teacher, "Edited", behind=first)
    third = taught.written(taught.teacher, None, behind=second)
    assert [taught.post(taught.teacher, body) for body in (first, second, third)] == [201] * 3
    (left,) = taught.bodies(taught.teacher)
    assert left == third
    assert Comment.decode(left).sealed is None
    with school.database.reading() as session:
        kept = session.scalars(select(CommentRow.body).where(CommentRow.lesson == taught.lesson)).all()
    assert kept == [third]


def test_the_same_version_again_changes_nothing(taught: Taught) -> None:
    first = taught.written(taught.teacher)
    assert [taught.post(taught.teacher, first) for _ in range(3)] == [201, 200, 200]
    assert taught.bodies(taught.teacher) == [first]
    assert taught.log() == [("commented", "Ada Okafor")]


def test_what_does_not_follow_is_refused_and_changes_nothing(taught: Taught, record: Any) -> None:
    """Each of these is what somebody with a session, and with keys of her own, may try."""
    taught.share()
    teacher, colleague = taught.teacher, taught.colleague
    first = taught.written(teacher)
    second = taught.written(teacher, "Edited", behind=first)
    assert [taught.post(teacher, body) for body in (first, second)] == [201] * 2
    read, gone = Comment.decode(first), taught.written(teacher)
    deleted = taught.written(teacher, None, behind=gone)
    assert [taught.post(teacher, body) for body in (gone, deleted)] == [201] * 2
    before = taught.bodies(teacher)

    def after(seen: Seen) -> bytes:
        return taught.written(teacher, comment=read.comment, after=seen)

    other = record(taught.unit, teacher)
    refused = {
        "an old version again": (teacher, first, 409),
        "a fork": (teacher, taught.written(teacher, "Another edit", behind=first), 409),
        "a gap": (teacher, after(Seen(5, "0" * 64)), 409),
        "behind something else": (teacher, after(Seen(2, "0" * 64)), 409),
        "a version of nothing": (teacher, taught.written(teacher, behind=taught.written(teacher)), 409),
        "a second first one": (teacher, taught.written(teacher, comment=read.comment), 409),
        "the dead revived": (teacher, taught.written(teacher, behind=deleted), 409),
        "his version of hers": (colleague, taught.written(colleague, behind=second), 422),
        "his deletion of hers": (colleague, taught.written(colleague, None, behind=second), 422),
        "hers, sent by him": (colleague, taught.written(teacher), 422),
        "signed by nobody here": (teacher, taught.written(teacher, by=Identity.generate()), 422),
        "about another lesson": (teacher, taught.written(teacher, header_hash=header_hash(other.header)), 422),
        "altered": (teacher, taught.written(teacher).replace(b'"sealed":"', b'"sealed":"A', 1), 422),
        "no comment": (teacher, b"{}", 422),
        "a stranger's": (taught.stranger, taught.written(taught.stranger), 404),
    }
    got = {name: taught.post(who, body) for name, (who, body, _) in refused.items()}
    assert got == {name: status for name, (_, _, status) in refused.items()}
    assert taught.bodies(teacher) == before


def test_how_much_one_person_can_leave_is_limited(taught: Taught, school: Any) -> None:
    longest = taught.written(taught.teacher, "é" * 4000)
    assert len(longest) < MAX_BYTES
    assert taught.post(taught.teacher, longest) == 201
    assert taught.post(taught.teacher, bytes(MAX_BYTES + 1)) == 413

    row = {"lesson": taught.lesson, "author": taught.teacher.kid, "number": 1, "readers": "lesson", "is_deleted": True}
    now = datetime.now(UTC)
    with school.database.writing() as session:
        session.add_all(
            CommentRow(**row, comment=secrets.token_hex(16), body=b"", first_kept_at=now, kept_at=now)
            for _ in range(MAX_OF_ONE - 1)
        )
    assert taught.post(taught.teacher, taught.written(taught.teacher)) == 413
    assert taught.post(taught.teacher, taught.written(taught.teacher, "Edited", behind=longest)) == 201
    taught.share()
    assert taught.post(taught.colleague, taught.written(taught.colleague)) == 201, "it is hers, not his"


def test_the_school_has_no_word_of_it(taught: Taught, school: Any) -> None:
    """The same text, tag, moment and thread twice: the two rows share nothing but who, when and how long."""
    bodies = [taught.written(taught.teacher), taught.written(taught.teacher)]
    for body in bodies:
        assert taught.post(taught.teacher, body) == 201
    with school.database.reading() as session:
        rows = session.scalars(select(CommentRow).where(CommentRow.lesson == taught.lesson)).all()
        assert session.scalars(select(func.count()).select_from(CommentRow)).one() >= 2
    columns = {each.name for each in CommentRow.__table__.columns}
    assert columns == {
        *("lesson", "comment", "author", "number", "readers", "is_deleted", "body", "first_kept_at", "kept_at"),
    }
    one, two = (Comment.decode(row.body) for row in rows)
    assert one.sealed is not None
    assert two.sealed is not None
    assert len(one.sealed) == len(two.sealed) == 12 + 256 + 16
    assert one.sealed != two.sealed
    everything = b"".join(row.body for row in rows)
    assert not [word for word in (TEXT.encode(), b"strength", b"12.0", b"at_s") if word in everything]


def test_a_number_above_all_is_no_version(taught: Taught) -> None:
    read = Comment.decode(taught.written(taught.teacher))
    with pytest.raises(ValueError, match="numbered from 1"):
        replace(read, number=MAX_NUMBER + 1, before="0" * 64)
    assert (
        taught.post(
            taught.teacher, sign("comment", dumps(read).replace(b'"number":1', b'"number":0'), taught.teacher.identity)
        )
        == 422
    )


def test_not_only_the_routes_ask_who_may(taught: Taught, school: Any) -> None:
    """A page's route lets nobody in either; the module does not rest on that."""
    now, body = datetime.now(UTC), taught.written(taught.stranger)
    with school.database.reading() as session:
        stranger = person_of(session.get_one(TeacherRow, taught.stranger.id))
    assert isinstance(stranger, Teacher)
    with pytest.raises(NotFoundError):
        keep_comment(school.database, stranger, taught.lesson, body, now)
    with pytest.raises(NotFoundError):
        comments_of(school.database, stranger, taught.lesson, now)
    assert taught.bodies(taught.teacher) == []


def test_with_the_lesson_its_comments_go(taught: Taught, school: Any) -> None:
    assert taught.post(taught.teacher, taught.written(taught.teacher)) == 201
    with school.database.writing() as session:
        session.execute(delete(LessonRow).where(LessonRow.lesson == taught.lesson))
    with school.database.reading() as session:
        left = select(func.count()).select_from(CommentRow).where(CommentRow.lesson == taught.lesson)
        assert session.scalars(left).one() == 0
