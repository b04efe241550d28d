"""What a unit adds to its outbox is sent once, in order, whatever happens to the unit."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.problems import DISK_FAILED, DISK_FULL, SCHOOL_REFUSED
from sync.errors import OutboxError, OutboxFullError, PieceError
from sync.outbox import MAX_EVENT_BYTES, REMEMBERED_EVENTS, Outbox
from sync.pieces import PieceName

LESSON = "00112233445566778899aabbccddeeff"
OTHER = "ff" * 16
KID = "ab" * 16
LINK = b'{"track":0}'


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.sqlite") as outbox:
        yield outbox


def add_lesson(outbox: Outbox, lesson_id: str = LESSON, segments: int = 3) -> None:
    """Add a lesson as a recorder does: segments while it goes on, the manifest at the end."""
    folder = Path("/footage")
    outbox.add_piece(lesson_id, "header.json", folder / "header.json")
    outbox.add_piece(lesson_id, f"stanzas/{KID}.json", folder / "stanza")
    for index in range(segments):
        name = f"0-{index:06}.seg"
        outbox.add_piece(lesson_id, name, folder / name, LINK)
    outbox.add_piece(lesson_id, "manifest.json", folder / "manifest.json")


def names(outbox: Outbox, limit: int = 100) -> list[str]:
    return [piece.name for piece in outbox.next_pieces(limit)]


def test_events_are_numbered_from_one_without_a_hole(outbox: Outbox) -> None:
    assert [outbox.add_event(b"%d" % n) for n in range(3)] == [1, 2, 3]
    assert [event.event for event in outbox.events_after(1, 10)] == [b"1", b"2"]
    assert [event.seq for event in outbox.events_after(0, 2)] == [1, 2]
    assert outbox.waiting_events == 3


def test_the_same_event_again_is_the_same_event_even_after_it_was_acknowledged(outbox: Outbox) -> None:
    assert outbox.add_event(b"started") == 1
    assert outbox.add_event(b"started") == 1
    assert outbox.acknowledged(outbox.stream, 1)
    assert outbox.add_event(b"started") == 1
    assert outbox.waiting_events == 0
    assert outbox.add_event(b"ended") == 2


def test_only_the_schools_ack_for_this_stream_deletes(outbox: Outbox) -> None:
    for n in range(5):
        outbox.add_event(b"%d" % n)
    assert not outbox.acknowledged("another", 5)
    assert outbox.acknowledged(outbox.stream, 3)
    assert not outbox.acknowledged(outbox.stream, 2), "an old one, retained somewhere"
    assert [event.seq for event in outbox.events_after(0, 10)] == [4, 5]
    assert (outbox.acked, outbox.waiting_events) == (3, 2)


def test_an_ack_from_the_future_starts_another_stream_and_keeps_what_waits(outbox: Outbox) -> None:
    """A card was copied, the copy ran for a week, and then the old card is put in again."""
    for n in range(5):
        outbox.add_event(b"%d" % n)
    outbox.acknowledged(outbox.stream, 2)
    before = outbox.stream
    assert not outbox.acknowledged(before, 40)
    assert outbox.stream != before
    assert [(event.seq, event.event) for event in outbox.events_after(0, 9)] == [(1, b"2"), (2, b"3"), (3, b"4")]
    assert outbox.add_event(b"5") == 4
    assert outbox.acked == 0


def test_old_acknowledged_events_are_forgotten_some_day(outbox: Outbox) -> None:
    for n in range(3):
        outbox.add_event(b"%d" % n)
    with outbox._db.change() as db:  # as if thousands of lessons' events had gone by
        db.execute("UPDATE events SET seq = seq + ?", (REMEMBERED_EVENTS,))
        db.execute("INSERT INTO events VALUES (1, x'00', NULL), (3, x'01', NULL)")
        db.execute("UPDATE stream SET last = ?, acked = 3", (REMEMBERED_EVENTS + 3,))
    assert outbox.acknowledged(outbox.stream, REMEMBERED_EVENTS + 2)
    left = [row[0] for row in outbox._db.rows("SELECT seq FROM events ORDER BY seq")]
    assert left == [3] + [REMEMBERED_EVENTS + n for n in (1, 2, 3)]


def test_an_event_that_no_message_could_carry_is_refused_before_it_blocks_the_stream(outbox: Outbox) -> None:
    with pytest.raises(PieceError):
        outbox.add_event(bytes(MAX_EVENT_BYTES + 1))
    assert outbox.add_event(bytes(MAX_EVENT_BYTES)) == 1


def test_a_lesson_is_sent_header_first_and_manifest_last_in_whatever_order_it_was_added(outbox: Outbox) -> None:
    outbox.add_piece(LESSON, "manifest.json", Path("/m"))
    outbox.add_piece(LESSON, "0-000000.seg", Path("/0"), LINK)
    outbox.add_piece(LESSON, "2-000000.seg", Path("/2"), LINK)
    outbox.add_piece(LESSON, "0-000001.seg", Path("/1"), LINK)
    outbox.add_piece(LESSON, f"stanzas/{KID}.json", Path("/s"))
    outbox.add_piece(LESSON, "header.json", Path("/h"))
    segments = ["0-000000.seg", "2-000000.seg", "0-000001.seg"]
    assert names(outbox) == ["header.json", f"stanzas/{KID}.json", *segments, "manifest.json"]
    assert outbox.waiting_segments == 3


def test_the_older_lesson_goes_first(outbox: Outbox) -> None:
    add_lesson(outbox, OTHER)
    add_lesson(outbox, LESSON)
    assert {piece.lesson_id for piece in outbox.next_pieces(6)} == {OTHER}
    assert outbox.next_pieces(7)[-1].lesson_id == LESSON
    assert outbox.lessons() == {OTHER: False, LESSON: False}


def test_a_piece_keeps_its_path_and_link(outbox: Outbox) -> None:
    outbox.add_piece(LESSON, "0-000001.seg", Path("/footage/x/0-000001.seg"), LINK)
    (piece,) = outbox.next_pieces(1)
    assert (piece.lesson_id, piece.path, piece.link) == (LESSON, Path("/footage/x/0-000001.seg"), LINK)
    outbox.add_piece(LESSON, "0-000001.seg", piece.path, LINK + b"\n")  # as it stands in links.jsonl
    assert outbox.piece(LESSON, "0-000001.seg") == piece
    assert outbox.piece(LESSON, "0-000002.seg") is None


def test_adding_a_piece_again_changes_nothing_and_as_another_file_is_refused(outbox: Outbox) -> None:
    add_lesson(outbox)
    outbox.delivered(*outbox.next_pieces(3))
    before = names(outbox)
    add_lesson(outbox)
    assert names(outbox) == before
    for path, link in (("/elsewhere", LINK), ("/footage/0-000001.seg", b"{}")):
        with pytest.raises(PieceError):
            outbox.add_piece(LESSON, "0-000001.seg", Path(path), link)


@pytest.mark.parametrize(
    ("lesson_id", "name", "link"),
    [
        ("no lesson", "header.json", None),
        (LESSON, "../header.json", None),
        (LESSON, "0-1.seg", LINK),
        (LESSON, "0-0000001.seg", LINK),
        (LESSON, "4-000001.seg", LINK),
        (LESSON, "00-000001.seg", LINK),
        (LESSON, "0-1000000.seg", LINK),
        (LESSON, f"stanzas/{KID.upper()}.json", None),
        (LESSON, "0-000001.seg", None),
        (LESSON, "header.json", LINK),
        (LESSON, "header.json\n", None),
        (LESSON, "0-000001.seg", b"two\nlines"),
    ],
)
def test_what_the_school_could_not_take_is_refused(
    outbox: Outbox, lesson_id: str, name: str, link: bytes | None
) -> None:
    with pytest.raises(PieceError):
        outbox.add_piece(lesson_id, name, Path("/x"), link)
    assert outbox.lessons() == {}


@given(st.integers(0, 3), st.integers(0, 999_999))
def test_every_segment_has_one_name(track: int, index: int) -> None:
    name = PieceName.of_segment(track, index)
    assert PieceName.parse(str(name)) == name


def test_a_receipt_ends_a_lesson_and_only_then_it_can_be_forgotten(outbox: Outbox) -> None:
    add_lesson(outbox)
    with pytest.raises(PieceError):
        outbox.forget_lesson(LESSON)
    assert outbox.receipt(LESSON) is None
    outbox.keep_receipt(LESSON, b"receipt")
    assert outbox.receipt(LESSON) == b"receipt"
    assert names(outbox) == []
    outbox.forget_lesson(LESSON)
    assert outbox.lessons() == {}
    outbox.forget_lesson(LESSON)  # nothing left to forget


def test_a_school_that_misses_segments_gets_them_again_with_the_manifest_after(outbox: Outbox) -> None:
    add_lesson(outbox)
    outbox.keep_receipt(LESSON, b"receipt")
    assert outbox.reopen_lesson(LESSON, [(0, 1), (7, 7)]) == 1, "7-7 was never ours"
    assert names(outbox) == ["0-000001.seg", "manifest.json"]
    assert outbox.receipt(LESSON) is None, "a school that lost a segment has not got the lesson"
    assert outbox.reopen_lesson("00" * 16, [(0, 1)]) == 0


def test_the_schools_word_for_what_it_has_works_both_ways(outbox: Outbox) -> None:
    """header stanza 0 1 2 manifest: the school has header and 1, we believed header, stanza and 0."""
    add_lesson(outbox)
    outbox.delivered(*outbox.next_pieces(3))
    outbox.set_aside(LESSON, SCHOOL_REFUSED, "0-000001.seg")
    assert outbox.resynchronise(LESSON, {"header.json", "0-000001.seg", "0-000009.seg"}) == 3
    assert names(outbox) == [f"stanzas/{KID}.json", "0-000000.seg", "0-000002.seg", "manifest.json"]
    assert outbox.resynchronise(LESSON, {"header.json", "0-000001.seg"}) == 0
    assert outbox.all_set_aside() == ()


def test_what_was_set_aside_waits_and_is_listed_with_its_reason(outbox: Outbox) -> None:
    add_lesson(outbox)
    outbox.set_aside(LESSON, DISK_FAILED, "0-000001.seg")
    assert "0-000001.seg" not in names(outbox)
    assert [(one.piece.name, one.problem) for one in outbox.all_set_aside()] == [("0-000001.seg", "disk-failed")]
    assert outbox.waiting_segments == 3, "it still waits"
    assert outbox.reopen_lesson(LESSON, [(0, 1)]) == 0, "and would fail again"
    outbox.set_aside(LESSON, SCHOOL_REFUSED)
    assert names(outbox) == []
    assert outbox.take_back() == 6
    assert names(outbox)[0] == "header.json"


def test_everything_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    with Outbox(path) as outbox:
        add_lesson(outbox)
        outbox.add_event(b"a")
        outbox.delivered(*outbox.next_pieces(2))
        stream, waiting = outbox.stream, names(outbox)
    with Outbox(path) as outbox:
        assert (outbox.stream, names(outbox), outbox.waiting_events) == (stream, waiting, 1)


def test_a_commit_reaches_the_card_before_the_call_returns(outbox: Outbox) -> None:
    assert outbox._db.row("PRAGMA synchronous")[0] == 2, "FULL"
    assert outbox._db.row("PRAGMA journal_mode")[0] == "wal"


def test_two_processes_worth_of_threads_share_an_outbox(tmp_path: Path) -> None:
    """The recorder adds through its own opening of the file while sync takes from another one."""
    path = tmp_path / "outbox.sqlite"
    with Outbox(path) as recorder, Outbox(path) as sync:
        taken: list[bytes] = []

        def take() -> None:
            while len(taken) < 200:
                for event in sync.events_after(len(taken), 7):
                    taken.append(event.event)
                    sync.acknowledged(sync.stream, event.seq)

        def add(half: int) -> None:
            for n in range(100):
                recorder.add_event(b"%d %d" % (half, n))

        threads = [threading.Thread(target=take), *(threading.Thread(target=add, args=(half,)) for half in (0, 1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(taken) == sorted(b"%d %d" % (half, n) for half in (0, 1) for n in range(100))
        assert sync.waiting_events == 0


def test_a_full_card_is_said_so_and_costs_nothing_that_was_there(outbox: Outbox) -> None:
    outbox.add_event(b"first")
    pages = outbox._db.row("PRAGMA page_count")[0]
    outbox._db.row(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OutboxFullError) as refused:
        outbox.add_event(bytes(100_000))
    assert refused.value.problem is DISK_FULL
    outbox._db.row(f"PRAGMA max_page_count = {pages + 1000}")
    assert outbox.add_event(b"second") == 2, "and no number was used up"


def test_a_file_that_is_no_outbox_is_an_outbox_error(tmp_path: Path) -> None:
    (tmp_path / "outbox.sqlite").write_bytes(b"not a database" * 1000)
    for path in (tmp_path / "outbox.sqlite", tmp_path / "no" / "such" / "folder.sqlite"):
        with pytest.raises(OutboxError) as refused:
            Outbox(path)
        assert refused.value.problem is DISK_FAILED


RECORDER = """
import sys
from pathlib import Path
from sync.outbox import Outbox

outbox = Outbox(Path(sys.argv[1]))
first = int(sys.argv[2])
for n in range(first, first + 100_000):
    seq = outbox.add_event(b"%d" % n)
    outbox.add_piece("00112233445566778899aabbccddeeff", f"0-{n:06}.seg", Path(f"/{n}"), b"%d" % n)
    if n % 5 == 4:
        outbox.acknowledged(outbox.stream, seq - 2)
        outbox.delivered(*outbox.next_pieces(2))
    print(n, seq, flush=True)
"""


def test_kill_minus_nine_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Twenty-five power cuts of the program: each time it says again what it may have said before."""
    path = tmp_path / "outbox.sqlite"
    dice = random.Random(1)
    last = -1
    for _ in range(25):
        first = max(0, last - 3)
        with subprocess.Popen(
            [sys.executable, "-c", RECORDER, path, str(first)], stdout=subprocess.PIPE, text=True
        ) as recorder:
            wanted = last + dice.randrange(1, 12)
            for line in recorder.stdout:
                n, seq = map(int, line.split())
                assert seq == n + 1, "the same event always has the same place"
                last = max(last, n)
                if last >= wanted:
                    # Somewhere inside the next steps: a step takes about a millisecond here.
                    threading.Event().wait(dice.random() * 0.003)
                    os.kill(recorder.pid, signal.SIGKILL)
                    break
            for line in recorder.stdout:  # said before it died, so promised
                last = max(last, int(line.split()[0]))
        with Outbox(path) as outbox:
            assert outbox._db.row("PRAGMA integrity_check")[0] == "ok"
            everything = outbox._db.rows("SELECT seq, event FROM events ORDER BY seq")
            assert [seq for seq, _ in everything] == list(range(1, len(everything) + 1))
            assert len(everything) in (last + 1, last + 2), "all that was promised, and at most the one on its way"
            assert all(event == b"%d" % (seq - 1) for seq, event in everything if seq > outbox.acked)
            pieces = outbox._db.rows("SELECT name, link FROM pieces ORDER BY number")
            assert pieces == [(f"0-{n:06}.seg", b"%d" % n) for n in range(len(pieces))]
            assert len(pieces) in (last + 1, last + 2)
    assert last > 60
