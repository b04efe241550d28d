"""Every event once, in order, acknowledged only up to the first hole.

sent      1  2  4  3  4     (4 overtook 3)
answered  1  2  2  3  4
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lesson.footage.header import Header, Media
from lesson.footage.identity import Identity
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.signed import UnitKey
from lesson.messages import (
    DISCARDED,
    MAX_MESSAGE_BYTES,
    Ack,
    Event,
    LessonEnded,
    LessonStarted,
    SealedEvidence,
    UnitStatus,
    encode_delivery,
    encode_event,
    encode_status,
)
from school.database import Database, EvidenceRow, LessonRow, StanzaRow, UnitRow, UnitStatusRow, UnreadableRow
from school.ingest import Ingest
from school.migrate import migrate

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
UNIT_KEY = UnitKey.generate()
TEACHER = Identity.generate().recipient
LESSON = "5f" * 16


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
    migrate(database)
    with database.writing() as session:
        for unit in ("lab-2", "lab-3"):
            session.add(
                UnitRow(unit=unit, room="Lab", key_hash=unit * 8, signing_key=UNIT_KEY.public, registered_at=NOW)
            )
    yield database
    database.close()


@pytest.fixture
def ingest(database: Database) -> Ingest:
    return Ingest(database, lambda: NOW)


def started(unit: str = "lab-2", title: str | None = "Forces") -> LessonStarted:
    header = Header.new(
        unit=unit,
        unit_key=UNIT_KEY.public,
        started_at=NOW,
        recipients=((TEACHER, RecipientRole.TEACHER),),
        media=Media(None, None),
    )
    sealer = LessonSealer(header, [TEACHER], UNIT_KEY)
    stanzas = tuple(stanza.data for stanza in sealer.stanzas)
    return LessonStarted(header.lesson, NOW, sealer.header_bytes, stanzas, title)


def with_altered_stanza(start: LessonStarted) -> LessonStarted:
    return replace(start, stanzas=(start.stanzas[0][:-9] + b'AAAAAAA"}',))


def evidence(index: int, lesson: str = LESSON) -> SealedEvidence:
    return SealedEvidence(lesson, index, b"sealed %d" % index)


def payload(seq: int, event: Event, stream: str = "s1") -> bytes:
    return encode_delivery(stream, seq, encode_event(event))


def rows(database: Database, kind: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.scalars(select(kind)))


def test_a_lesson_is_heard_from_its_start_to_its_end(ingest: Ingest, database: Database) -> None:
    start = started()
    end = LessonEnded(start.lesson_id, NOW, "stopped", n_segments=3, n_evidence=1, duration=61.5)
    for seq, event in enumerate([start, evidence(0, start.lesson_id), end], 1):
        assert ingest.delivery("lab-2", payload(seq, event)) == Ack("s1", seq)
    (lesson,) = rows(database, LessonRow)
    assert (lesson.lesson, lesson.unit, lesson.title) == (start.lesson_id, "lab-2", "Forces")
    assert (lesson.header, lesson.ended_at, lesson.duration, lesson.end) == (start.header, NOW, 61.5, "stopped")
    assert [row.body for row in rows(database, StanzaRow)] == list(start.stanzas)
    assert [row.ciphertext for row in rows(database, EvidenceRow)] == [b"sealed 0"]
    assert rows(database, UnreadableRow) == []


def test_a_lesson_that_was_thrown_away_at_its_unit_is_waited_for_no_longer(ingest: Ingest, database: Database) -> None:
    start = started()
    end = LessonEnded(start.lesson_id, NOW, "stopped", n_segments=3, n_evidence=1, duration=61.5)
    gone = LessonEnded(start.lesson_id, NOW + timedelta(minutes=2), DISCARDED, 0, 0, 0.0)
    for seq, event in enumerate([start, end, gone, gone], 1):
        assert ingest.delivery("lab-2", payload(seq, event)) == Ack("s1", seq)
    (lesson,) = rows(database, LessonRow)
    assert (lesson.end, lesson.ended_at, lesson.duration) == (DISCARDED, NOW, 61.5)


def test_nothing_is_acknowledged_over_a_hole(ingest: Ingest, database: Database) -> None:
    sent = [1, 2, 4, 3, 4]
    acks = [ingest.delivery("lab-2", payload(seq, evidence(seq))) for seq in sent]
    assert acks == [Ack("s1", upto) for upto in (1, 2, 2, 3, 4)]
    assert sorted(row.index for row in rows(database, EvidenceRow)) == [1, 2, 3, 4]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(1, 6), max_size=30))
def test_in_any_order_and_however_often_each_is_kept_once(database: Database, order: list[int]) -> None:
    """Whatever arrives in whatever order: the ack is the longest prefix that came in order, and it is kept."""
    ingest, stream = Ingest(database, lambda: NOW), os.urandom(8).hex()
    lesson, upto = os.urandom(16).hex(), 0
    for seq in order:
        ack = ingest.delivery("lab-2", payload(seq, evidence(seq, lesson), stream))
        upto = seq if seq == upto + 1 else upto
        assert ack == Ack(stream, upto)
    with database.reading() as session:
        kept = session.scalars(select(EvidenceRow.index).where(EvidenceRow.lesson == lesson)).all()
    assert sorted(kept) == list(range(1, upto + 1))


def test_each_stream_and_each_unit_counts_for_itself(ingest: Ingest) -> None:
    lessons = {"lab-2": LESSON, "lab-3": "0a" * 16}
    for unit, lesson in lessons.items():
        for stream in ("s1", "new-card"):
            assert ingest.delivery(unit, payload(1, evidence(0, lesson), stream)) == Ack(stream, 1)
    assert ingest.delivery("lab-2", payload(3, evidence(3), "s1")) == Ack("s1", 1)


def test_after_a_connection_the_latest_stream_of_each_unit_is_said_again(database: Database) -> None:
    minutes = iter(range(60))
    ingest = Ingest(database, lambda: NOW.replace(minute=next(minutes)))
    ingest.delivery("lab-2", payload(1, evidence(1), "old-card"))
    ingest.delivery("lab-2", payload(1, evidence(2), "new-card"))
    ingest.delivery("lab-3", payload(1, evidence(1, "0a" * 16), "s"))
    assert dict(ingest.acks()) == {"lab-2": Ack("new-card", 1), "lab-3": Ack("s", 1)}


UNREADABLE = {
    "an event of no known kind": b'{"stream":"s1","seq":1,"event":{"type":"lesson_paused"}}',
    "half a message": payload(1, evidence(0))[:-9],
    "no JSON behind its place": b'{"stream":"s1","seq":1,"event":\xff\xfe',
    "longer than a message may be": payload(1, SealedEvidence(LESSON, 0, bytes(MAX_MESSAGE_BYTES))),
    "evidence beyond all lessons": payload(1, SealedEvidence(LESSON, 10**30, b"x")),
    "evidence before the first": payload(1, SealedEvidence(LESSON, -1, b"x")),
    "a header that is none": payload(1, LessonStarted(LESSON, NOW, b"{}", ())),
    "another lesson's header": payload(1, LessonStarted(LESSON, NOW, started().header, ())),
    "another unit's header": payload(1, started(unit="lab-9")),
    "a wrapped key that was altered": payload(1, with_altered_stanza(started())),
    "a title that cannot be printed": payload(1, started(title="Forces\x00")),
    "half a letter in the title": payload(1, started(title="x")).replace(b'"title":"x"', b'"title":"\\ud800"'),
    "an end that is none": payload(1, LessonEnded(LESSON, NOW, "exploded", 0, 0, 0.0)),
}


@pytest.mark.parametrize("bad", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_message_is_kept_aside_and_does_not_stop_the_stream(
    ingest: Ingest, database: Database, bad: bytes
) -> None:
    assert ingest.delivery("lab-2", bad) == Ack("s1", 1)
    assert ingest.delivery("lab-2", bad) == Ack("s1", 1)
    assert ingest.delivery("lab-2", payload(2, evidence(7))) == Ack("s1", 2)
    (aside,) = rows(database, UnreadableRow)
    assert aside.payload == bad
    assert aside.reason
    assert [row.index for row in rows(database, EvidenceRow)] == [7]
    assert [row.lesson for row in rows(database, LessonRow)] == [LESSON], "and nothing of it was half done"


@pytest.mark.parametrize(
    "bad",
    [b"", b"{}", b"[]", b'{"stream":"s1","seq":0,"event":{}}', b'{"seq":1,"stream":"s1","event":{}}', b"\x00" * 50],
)
def test_a_message_without_a_place_is_kept_aside_and_not_acknowledged(
    ingest: Ingest, database: Database, bad: bytes
) -> None:
    assert ingest.delivery("lab-2", bad) is None
    assert [row.payload for row in rows(database, UnreadableRow)] == [bad]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=200), at=st.integers(0, 400))
def test_no_bytes_at_all_can_stop_it(database: Database, noise: bytes, at: int) -> None:
    whole = payload(1, evidence(1), stream=os.urandom(4).hex())
    Ingest(database, lambda: NOW).delivery("lab-3", whole[:at] + noise + whole[at:])


def test_a_reason_that_quotes_a_nul_can_be_kept_by_every_database(ingest: Ingest, database: Database) -> None:
    hostile = b'{"stream":"s1","seq":1,"event":{"type":"lesson_ended","\\u0000":1}}'

    assert ingest.delivery("lab-2", hostile) == Ack("s1", 1)

    (kept,) = rows(database, UnreadableRow)
    assert "nobody agreed" in kept.reason
    assert "\0" not in kept.reason


def test_when_the_table_is_full_the_unit_keeps_its_messages(database: Database) -> None:
    ingest = Ingest(database, lambda: NOW, max_unreadable=2)
    for seq in (1, 2):
        assert ingest.delivery("lab-2", b'{"stream":"s1","seq":%d,"event":{}}' % seq) == Ack("s1", seq)
    assert ingest.delivery("lab-2", b'{"stream":"s1","seq":3,"event":{}}') == Ack("s1", 2)
    assert len(rows(database, UnreadableRow)) == 2


def test_other_evidence_under_the_same_number_does_not_replace_it(ingest: Ingest, database: Database) -> None:
    ingest.delivery("lab-2", payload(1, evidence(0)))
    ingest.delivery("lab-2", payload(2, SealedEvidence(LESSON, 0, b"other")))
    assert [row.ciphertext for row in rows(database, EvidenceRow)] == [b"sealed 0"]
    (aside,) = rows(database, UnreadableRow)
    assert "other evidence" in aside.reason


def test_another_units_lesson_cannot_be_spoken_of(ingest: Ingest, database: Database) -> None:
    ingest.delivery("lab-2", payload(1, evidence(0)))
    ingest.delivery("lab-3", payload(1, evidence(1)))
    ingest.delivery("lab-3", payload(2, LessonEnded(LESSON, NOW, "stopped", 0, 0, 0.0)))
    assert [row.index for row in rows(database, EvidenceRow)] == [0]
    assert len(rows(database, UnreadableRow)) == 2
    assert rows(database, LessonRow)[0].ended_at is None


def test_an_unknown_or_revoked_unit_keeps_its_messages(ingest: Ingest, database: Database) -> None:
    with database.writing() as session:
        session.get_one(UnitRow, "lab-3").revoked_at = NOW
    for unit in ("nobody", "lab-3"):
        assert ingest.delivery(unit, payload(1, evidence(0))) is None
        ingest.status(unit, encode_status(UnitStatus(True, NOW, "1")))
    assert rows(database, LessonRow) == rows(database, UnitStatusRow) == rows(database, UnreadableRow) == []


def test_the_last_good_status_stays(ingest: Ingest, database: Database) -> None:
    good = encode_status(UnitStatus(True, NOW, "0.1.0", waiting_segments=3))
    ingest.status("lab-2", encode_status(UnitStatus(False, NOW, "0.1.0")))
    ingest.status("lab-2", good)
    ingest.status("lab-2", b"{}")
    assert [row.status for row in rows(database, UnitStatusRow)] == [good]
    assert [row.payload for row in rows(database, UnreadableRow)] == [b"{}"]


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, database: Database) -> None:
    """A process that takes in events says each ack, and is killed: the next one goes on behind it, without a hole."""
    program = textwrap.dedent("""
        import sys; from datetime import UTC, datetime
        from lesson.messages import SealedEvidence, encode_delivery, encode_event
        from school.database import Database; from school.ingest import Ingest
        ingest = Ingest(Database("sqlite:///" + sys.argv[1]), lambda: datetime.now(UTC))
        for seq in range(int(sys.argv[2]) + 1, 10**6):
            event = encode_event(SealedEvidence("5f" * 16, seq, b"sealed"))
            print(ingest.delivery("lab-2", encode_delivery("s1", seq, event)).upto, flush=True)
    """)
    acknowledged = 0
    for kill_after in (1, 7, 20):
        command = [sys.executable, "-c", program, str(tmp_path / "school.sqlite"), str(acknowledged)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(kill_after):
                acknowledged = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            # What it said between our last look and its end counts as well.
            said = process.stdout.read().decode().split("\n")[:-1]
            acknowledged = int(said[-1]) if said else acknowledged
        kept = sorted(row.index for row in rows(database, EvidenceRow))
        assert kept[:acknowledged] == list(range(1, acknowledged + 1))
        assert len(kept) - acknowledged in (0, 1), "kept and not yet said: at most the one it was at"
        acknowledged = len(kept)
