"""A lesson's days, the bin, and what is left when it was destroyed: a receipt, and nothing that could open it.

::

    kept 28 days        binned 7 days       destroyed
    |-------------------|-------------------|  receipt
"""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from lesson.footage.deletion import DeletedBy, Deletion
from lesson.footage.header import Header, header_hash
from lesson.footage.stanza import Stanza
from lesson.messages import LessonStarted, encode_delivery, encode_event
from lesson.settings import SettingsError
from school.accounts import invite
from school.bin import binned_of, deleted_of, keep, let_go, put_in, receipt_of, take_out
from school.database import Base, ClipRow, Database, DeletionRow, LessonRow, SegmentRow, StanzaRow, UnreadableRow
from school.errors import AccountError, ForbiddenError, GoneError, HeldError, NotFoundError
from school.holds import end_hold, place_hold
from school.ingest import Ingest
from school.lesson_log import entries
from school.lessons import lesson_of
from school.people import SchoolRole
from school.settings import Settings
from school.sure_time import SureTime
from tests.suites.school_place import DAY, SEGMENTS, UNIT, SchoolPlace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SchoolPlace]:
    made = SchoolPlace(tmp_path)
    yield made
    made.close()


# Days


def test_a_lesson_goes_into_the_bin_after_its_days_and_is_destroyed_after_those_of_the_bin(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    lesson = place.record(identity).lesson
    place.sweep()
    place.pass_days(27.5)
    assert place.state(lesson) == "kept"
    place.pass_days(1)
    assert place.state(lesson) == "binned"
    assert lesson_of(place.database, teacher, lesson, place.now) is None, "served to nobody"
    (binned,) = binned_of(place.database, teacher, place.policy, place.now)
    assert (binned.by, binned.can_come_back) == (DeletedBy.POLICY, True)
    place.pass_days(6)
    assert place.state(lesson) == "binned"
    place.pass_days(1.5)
    assert place.state(lesson) == "destroyed"
    assert place.files(lesson) == []


def test_a_kept_lesson_stays_and_does_not_outlive_the_most_days(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    lesson = place.record(identity).lesson
    place.sweep()
    keep(place.database, teacher, lesson, is_kept=True)
    place.pass_days(357.5)
    assert place.state(lesson) == "kept"
    place.pass_days(1)
    (binned,) = binned_of(place.database, teacher, place.policy, place.now)
    assert not binned.can_come_back
    with pytest.raises(ForbiddenError, match="no lesson for longer than 365 days"):
        take_out(place.database, teacher, lesson, place.policy, place.now)
    place.pass_days(7)
    assert place.state(lesson) == "destroyed"


def test_undo_brings_it_back_whole_and_keeps_what_would_be_binned_again_at_once(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    lesson = place.record(identity).lesson
    place.sweep()
    put_in(place.database, teacher, lesson, place.now)
    take_out(place.database, teacher, lesson, place.policy, place.now)
    found = lesson_of(place.database, teacher, lesson, place.now)
    assert found is not None
    assert not found.is_kept
    assert len(place.files(lesson)) == SEGMENTS
    place.pass_days(29)
    take_out(place.database, teacher, lesson, place.policy, place.now)
    place.pass_days(20)
    found = lesson_of(place.database, teacher, lesson, place.now)
    assert found is not None
    assert found.is_kept


def test_nobody_else_keeps_deletes_or_takes_out(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    stranger, _ = place.teacher("A stranger")
    lesson = place.record(identity).lesson
    with pytest.raises(ForbiddenError):
        keep(place.database, stranger, lesson, is_kept=True)
    with pytest.raises(ForbiddenError):
        put_in(place.database, stranger, lesson, place.now)
    put_in(place.database, teacher, lesson, place.now)
    with pytest.raises(NotFoundError):
        take_out(place.database, stranger, lesson, place.policy, place.now)
    with pytest.raises(NotFoundError):
        let_go(place.database, stranger, lesson, place.now)
    assert binned_of(place.database, stranger, place.policy, place.now) == []
    let_go(place.database, teacher, lesson, place.now)
    assert place.sweeper.destroy(lesson)
    assert receipt_of(place.database, stranger, lesson) is None
    assert deleted_of(place.database, stranger) == []


@pytest.mark.parametrize(
    "days",
    [{"bin_days": 3}, {"keep_days": 0}, {"keep_days": 360}, {"most_days": 30}],
    ids=["a bin that a wrong clock could empty", "no day", "longer than the most", "the most shorter than usual"],
)
def test_days_that_do_not_go_together_are_refused(days: dict[str, int], tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("units_certificate", "units_key", "units_authority")}
    with pytest.raises(SettingsError, match="_days must be"):
        Settings(data_folder=tmp_path, **files, **days)  # type: ignore[arg-type]


# The clock

JUMPS = {
    "to 2036": datetime(2036, 10, 20, tzinfo=UTC),
    "four days ahead": datetime(2026, 11, 21, 10, tzinfo=UTC),
    "back to 1970": datetime(1970, 1, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_clock_that_jumped_deletes_nothing(place: SchoolPlace, jump: datetime) -> None:
    teacher, identity = place.teacher()
    kept, binned = place.record(identity).lesson, place.record(identity).lesson
    place.sweep()
    put_in(place.database, teacher, binned, place.now)
    place.sweep()
    before, place.now = place.now, jump
    for _ in range(3):
        place.sweep()
    again = SchoolPlace(place.folder, now=jump)  # a restart does not make it right
    again.sweep()
    again.close()
    assert (place.state(kept), place.state(binned)) == ("kept", "binned")
    place.now = before + timedelta(minutes=5)
    place.pass_days(7.5)
    assert (place.state(kept), place.state(binned)) == ("kept", "destroyed"), "a clock that is right again counts on"


def test_what_came_while_the_clock_was_wrong_has_all_its_days_afterwards(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    place.sweep()
    right, place.now = place.now, datetime(1970, 1, 1, tzinfo=UTC)
    kept, binned = place.record(identity).lesson, place.record(identity).lesson
    put_in(place.database, teacher, binned, place.now)
    place.sweep()
    place.now = right
    place.sweep()
    place.pass_days(6.5)
    assert (place.state(kept), place.state(binned)) == ("kept", "binned")
    place.pass_days(1)
    assert (place.state(kept), place.state(binned)) == ("kept", "destroyed")


def test_a_server_that_was_off_for_long_waits_until_somebody_says_that_its_clock_is_right(place: SchoolPlace) -> None:
    _, identity = place.teacher()
    lesson = place.record(identity).lesson
    place.sweep()
    place.now += 40 * DAY
    place.pass_days(2)
    assert place.state(lesson) == "kept"
    SureTime(place.database, lambda: place.now).believe()
    place.sweep()
    assert place.state(lesson) == "binned"


def test_a_clock_that_was_ahead_from_the_first_day_on_is_put_right(tmp_path: Path) -> None:
    place = SchoolPlace(tmp_path, now=datetime(2036, 1, 1, tzinfo=UTC))
    teacher, identity = place.teacher()
    kept, binned = place.record(identity).lesson, place.record(identity).lesson
    put_in(place.database, teacher, binned, place.now)
    place.sweep()
    place.now = datetime(2026, 11, 17, tzinfo=UTC)
    SureTime(place.database, lambda: place.now).believe()
    place.sweep()
    place.pass_days(7.5)
    assert (place.state(kept), place.state(binned)) == ("kept", "destroyed")
    place.pass_days(21)
    assert place.state(kept) == "binned"
    place.close()


# A hold


def test_a_hold_stops_every_way_of_deleting_and_its_end_lets_the_days_go_on(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    leads = [place.teacher("B. Lead", SchoolRole.SAFEGUARDING_LEAD)[0].id, place.teacher("C. Head")[0].id]
    kept, binned = place.record(identity).lesson, place.record(identity).lesson
    place.sweep()
    put_in(place.database, teacher, binned, place.now)
    for lesson in (kept, binned):
        place_hold(place.database, lesson, reason="A concern, case 12.", people=leads, now=place.now)
    place.pass_days(400)
    assert (place.state(kept), place.state(binned)) == ("kept", "binned"), "not even by the most days"
    with pytest.raises(HeldError, match=r"B. Lead and C. Head since 17 November 2026: A concern, case 12."):
        put_in(place.database, teacher, kept, place.now)
    with pytest.raises(HeldError):
        let_go(place.database, teacher, binned, place.now)
    assert not place.sweeper.destroy(binned)
    (line,) = binned_of(place.database, teacher, place.policy, place.now)
    assert line.hold is not None
    for lesson in (kept, binned):
        end_hold(place.database, lesson, reason="Nothing was found.", people=leads, now=place.now)
    place.sweep()
    assert (place.state(kept), place.state(binned)) == ("binned", "destroyed")
    with place.database.reading() as session:
        log = entries(session, kept)
    assert [(each.deed.value, each.who, each.why) for each in log] == [
        ("held", "B. Lead and C. Head", "A concern, case 12."),
        ("released", "B. Lead and C. Head", "Nothing was found."),
        ("binned", "The school's rule", None),
    ]
    assert [each.hash for each in log] == [each.hashed() for each in log]


def test_a_hold_takes_two_others_and_a_reason(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    one, two = place.teacher("B. Lead", SchoolRole.SAFEGUARDING_LEAD)[0].id, place.teacher("C. Head")[0].id
    colleague = place.teacher("E. Else")[0].id
    unjoined = invite(place.database, "D. New", now=place.now, days=1).teacher_id
    lesson = place.record(identity).lesson
    refused: dict[str, tuple[list[int], str]] = {
        "one person": ([one], "Why."),
        "one person twice": ([one, one], "Why."),
        "three people": ([one, two, teacher.id], "Why."),
        "whose lesson it is": ([one, teacher.id], "Why."),
        "somebody who has not joined": ([one, unjoined], "Why."),
        "nobody": ([one, 999], "Why."),
        "no safeguarding lead": ([two, colleague], "Why."),
        "no reason": ([one, two], "  "),
    }
    for people, reason in refused.values():
        with pytest.raises(AccountError):
            place_hold(place.database, lesson, reason=reason, people=people, now=place.now)
    with pytest.raises(AccountError, match="no such lesson"):
        place_hold(place.database, "ee" * 16, reason="Why.", people=[one, two], now=place.now)
    place_hold(place.database, lesson, reason="Why.", people=[one, two], now=place.now)
    with pytest.raises(AccountError, match="held already"):
        place_hold(place.database, lesson, reason="Why.", people=[one, two], now=place.now)
    with pytest.raises(AccountError):
        end_hold(place.database, lesson, reason="Why.", people=[one], now=place.now)


# What is left


def test_no_key_of_it_is_left_in_the_databases_files(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    sealed, other = place.record(identity), place.record(identity)
    keys, others = (Stanza.decode(each.stanza, place.unit_key.public).sealed for each in (sealed, other))
    refused = LessonStarted(sealed.lesson, place.now, sealed.header, (sealed.stanza,), "\n")
    Ingest(place.database, lambda: place.now).delivery(UNIT, encode_delivery("s", 1, encode_event(refused)))
    clip = secrets.token_bytes(200)
    with place.database.writing() as session:
        kids = {"giver": "a" * 32, "heir": "b" * 32}
        values = {"clip_id": "c" * 32, "seconds": "0:00 to 0:02", "body": clip, "kept_at": place.now}
        session.add(ClipRow(lesson=sealed.lesson, **kids, **values))
    wrapped = [sealed.stanza, to_text(keys), clip]
    assert all(each in place.raw() for each in wrapped)
    with place.database.reading() as session:
        assert len(session.scalars(select(UnreadableRow)).all()) == 1, "a message with the same key, set aside"
    put_in(place.database, teacher, sealed.lesson, place.now)
    let_go(place.database, teacher, sealed.lesson, place.now)
    assert place.sweeper.destroy(sealed.lesson)
    assert not [each for each in wrapped if each in place.raw()]
    assert sealed.header not in place.raw()
    with place.database.reading() as session:
        assert session.scalars(select(UnreadableRow)).all() == []
    assert to_text(others) in place.raw(), "the other lesson's is where it was"


def to_text(sealed: bytes) -> bytes:
    """As it stands in a stanza's line."""
    import base64

    return base64.urlsafe_b64encode(sealed).rstrip(b"=")


def test_the_receipt_says_what_was_destroyed_and_for_whom(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    sealed = place.record(identity)
    put_in(place.database, teacher, sealed.lesson, place.now)
    let_go(place.database, teacher, sealed.lesson, place.now)
    assert place.sweeper.destroy(sealed.lesson)
    told = Deletion.verify(receipt_of(place.database, teacher, sealed.lesson) or b"", place.key.public)
    assert told == Deletion(
        lesson=sealed.lesson,
        header_sha256=header_hash(sealed.header).hex(),
        chain=sealed.segments[-1].link.chain,
        segments=SEGMENTS,
        length_bytes=sum(len(each.ciphertext) for each in sealed.segments),
        by=DeletedBy.TEACHER,
        deleted_at=place.now,
    )
    with place.database.reading() as session:
        hangs_on_it = [table for table in Base.metadata.sorted_tables if "lesson" in table.c]
        left = [
            table.name
            for table in hangs_on_it
            if session.execute(select(table).where(table.c.lesson == sealed.lesson)).first() is not None
        ]
    assert left == ["deletion", "deletion_owner"]


def test_a_deleted_lesson_can_never_be_sent_again(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    sealed = place.record(identity)
    kid = Header.decode(sealed.header).recipients[0].kid
    put_in(place.database, teacher, sealed.lesson, place.now)
    let_go(place.database, teacher, sealed.lesson, place.now)
    place.sweeper.destroy(sealed.lesson)
    unit, lesson, uploads = place.unit, sealed.lesson, place.uploads
    tries = {
        "have": lambda: uploads.have(unit, lesson),
        "header": lambda: uploads.header(unit, lesson, sealed.header),
        "stanza": lambda: uploads.stanza(unit, lesson, kid, sealed.stanza),
        "segment": lambda: place.put_segment(sealed, sealed.segments[0]),
        "manifest": lambda: uploads.manifest(unit, lesson, sealed.manifest),
    }
    for name, attempt in tries.items():
        with pytest.raises(GoneError) as gone:
            attempt()
        assert gone.value.status == 410, name
        assert "receipt" in gone.value.document(), name
    started = LessonStarted(lesson, place.now, sealed.header, (sealed.stanza,))
    ack = Ingest(place.database, lambda: place.now).delivery(UNIT, encode_delivery("s", 1, encode_event(started)))
    assert ack is not None
    assert ack.upto == 1, "heard, so that the stream goes on"
    assert place.files(lesson) == []
    with place.database.reading() as session:
        assert session.scalars(select(LessonRow)).all() == []
        assert session.scalars(select(UnreadableRow)).all() == [], "and nothing of it is set aside"


def test_a_segment_that_comes_in_while_its_lesson_is_destroyed_leaves_no_file(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    sealed = place.seal(identity)
    place.uploads.header(place.unit, sealed.lesson, sealed.header)
    segment = sealed.segments[0]
    line = segment.line.removesuffix(b"\n")
    link = place.uploads.link(place.unit, sealed.lesson, segment.name, line, len(segment.ciphertext))
    with place.store.arriving() as arriving:
        arriving.write(segment.ciphertext)
        put_in(place.database, teacher, sealed.lesson, place.now)
        let_go(place.database, teacher, sealed.lesson, place.now)
        place.sweeper.destroy(sealed.lesson)
        with pytest.raises(GoneError):
            place.uploads.segment(place.unit, sealed.lesson, link, line, arriving)
    assert not (place.folder / "footage" / sealed.lesson).exists()


def test_a_file_that_a_killed_server_left_of_a_destroyed_lesson_goes_at_the_next_start(place: SchoolPlace) -> None:
    teacher, identity = place.teacher()
    lesson = place.record(identity).lesson
    put_in(place.database, teacher, lesson, place.now)
    let_go(place.database, teacher, lesson, place.now)
    place.sweeper.destroy(lesson)
    left = place.folder / "footage" / lesson
    left.mkdir()
    (left / "1-000000.seg").write_bytes(b"sealed")
    again = SchoolPlace(place.folder, now=place.now)
    again.sweep()
    again.close()
    assert not left.exists()


# Killed, and two at once


def test_killed_at_any_step_it_goes_on_and_never_leaves_a_lesson_that_is_half_there(tmp_path: Path) -> None:
    """kill -9 before every commit, unlink, fsync and rmdir: keys are gone before footage, rows after it."""
    template = tmp_path / "template"
    template.mkdir()
    made = SchoolPlace(template)
    teacher, identity = made.teacher()
    sealed, other = made.record(identity), made.record(identity)
    made.sweep()
    put_in(made.database, teacher, sealed.lesson, made.now)
    let_go(made.database, teacher, sealed.lesson, made.now)
    made.now += timedelta(minutes=1)
    made.close()
    states: list[str] = []
    for step in itertools.count(1):
        folder = tmp_path / f"killed-{step}"
        shutil.copytree(template, folder)
        was_killed = sweep_and_die(folder, made, step)
        again = SchoolPlace(folder, made.now, key=made.key)
        state = again.state(sealed.lesson)
        states.append(state)
        expect_in_order(again, sealed.lesson, state)
        again.sweep()
        assert again.state(sealed.lesson) == "destroyed"
        assert again.files(sealed.lesson) == []
        receipt = receipt_of(again.database, teacher, sealed.lesson)
        assert Deletion.verify(receipt or b"", made.key.public).segments == SEGMENTS
        assert sealed.stanza not in again.raw()
        assert again.state(other.lesson) == "kept"
        assert len(again.files(other.lesson)) == SEGMENTS
        again.close()
        shutil.rmtree(folder)
        if not was_killed:
            break
    assert [state for state, _ in itertools.groupby(states)] == ["binned", "shredded", "destroyed"]
    assert len(states) > 10


def expect_in_order(place: SchoolPlace, lesson: str, state: str) -> None:
    with place.database.reading() as session:
        stanzas = session.scalars(select(StanzaRow).where(StanzaRow.lesson == lesson)).all()
        rows = session.scalars(select(SegmentRow).where(SegmentRow.lesson == lesson)).all()
        receipt = session.get_one(DeletionRow, lesson).receipt
    assert bool(stanzas) == (state == "binned"), "the keys go with the first step"
    assert (len(place.files(lesson)) == SEGMENTS) or state != "binned", "footage only after the keys"
    assert bool(rows) == (state != "destroyed"), "rows last"
    assert (place.files(lesson) == []) or state != "destroyed", "a receipt only when the footage is gone"
    assert (receipt is not None) == (state == "destroyed")


def sweep_and_die(folder: Path, made: SchoolPlace, step: int) -> bool:
    """Sweep in another process, which kills itself before its `step`th step; say whether it did."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            place = SchoolPlace(folder, made.now, key=made.key)
            die_at(place.database, step)
            place.sweep()
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status == signal.SIGKILL


def die_at(database: Database, step: int) -> None:
    left = step

    def one() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def note(_frame: object, kind: str, function: object) -> None:
        if kind == "c_call" and function in (os.fsync, os.unlink, os.rmdir):
            one()

    event.listen(database.engine, "commit", lambda _: one())
    event.listen(database._writer, "commit", lambda _: one())
    sys.setprofile(note)


def test_two_servers_that_sweep_at_once_destroy_each_lesson_once(tmp_path: Path) -> None:
    place = SchoolPlace(tmp_path)
    teacher, identity = place.teacher()
    lessons = [place.record(identity).lesson for _ in range(12)]
    place.sweep()
    for lesson in lessons:
        put_in(place.database, teacher, lesson, place.now)
        let_go(place.database, teacher, lesson, place.now)
    servers = [SchoolPlace(tmp_path, place.now, key=place.key) for _ in range(3)]
    wrong: list[BaseException] = []
    signed: list[str] = []

    def sweep(server: SchoolPlace) -> None:
        try:
            sign = server.sweeper._sign
            server.sweeper._sign = lambda deletion: (signed.append(deletion.lesson), sign(deletion))[1]  # type: ignore[method-assign]
            server.sweep()
        except BaseException as error:  # noqa: BLE001 - told by the test
            wrong.append(error)

    threads = [threading.Thread(target=sweep, args=(server,)) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert {place.state(lesson) for lesson in lessons} == {"destroyed"}
    assert sorted(signed) == sorted(lessons), "each receipt is signed once"
    for server in (*servers, place):
        server.close()


# Upgrading


def test_an_older_database_counts_its_lessons_from_now_on_and_can_go_back(tmp_path: Path) -> None:
    from alembic import command

    from school.migrate import alembic_config

    place = SchoolPlace(tmp_path)
    _, identity = place.teacher()
    sealed = place.record(identity)
    with place.database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "0003")
        assert connection.execute(text("SELECT count(*) FROM segment")).scalar() == SEGMENTS, "nothing went with it"
    place.close()
    later = SchoolPlace(tmp_path, now=place.now + 300 * DAY)
    later.sweep()
    later.pass_days(27.5)
    assert later.state(sealed.lesson) == "kept"
    later.close()
