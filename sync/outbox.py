"""What must still reach the school, on the unit's card, in order.

::

    recorder (thread or process)                                   sync (another thread or process)
    add_event(bytes) -> seq -----> events  1 2 3 4 5 ... -----> events_after(3) --MQTT--> school
                                           x x x       <------- acknowledged(stream, upto=3)
    add_piece(lesson, name) -----> pieces  h s 0-0 0-1 m -----> next_pieces() ---HTTPS--> school
                                           x x x       <------- delivered(piece)
                                   lessons receipt     <------- keep_receipt(lesson, receipt)

An event is deleted when the school acknowledged it, never earlier. A piece stays known after it was delivered, until
`forget_lesson`: a school that was restored from an older backup can ask for it again (`reopen_lesson`).

Adding the same thing twice adds it once, so that a recorder that was killed may simply say again what it may have said
before. Every method that changes something has it on the card (fsync) when it returns; a plug that is pulled in the
middle leaves all of it or nothing of it.

It holds no footage (pieces are named by path) and no key. Events are bytes to it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lesson.messages import MAX_MESSAGE_BYTES
from lesson.problems import Problem
from sync.database import Database, new_stream
from sync.errors import PieceError
from sync.pieces import Kind, Piece, check_piece

MAX_EVENT_BYTES = MAX_MESSAGE_BYTES - 256
"""A longer event would not fit into a message together with its place in the stream."""

REMEMBERED_EVENTS = 4096
"""So many acknowledged events are still recognised when they are added again. A lesson has a few hundred."""

_PIECE_COLUMNS = "lessons.id, pieces.name, pieces.path, pieces.link"


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """An event with its place in the stream."""

    seq: int
    event: bytes


@dataclass(frozen=True, slots=True)
class SetAside:
    """A piece that is not sent for now, and why."""

    piece: Piece
    problem: str
    """Code from lesson/problems.py."""


class Outbox:
    """The outbox of one unit, in one SQLite file. Use it from several threads; open it once in each process."""

    def __init__(self, path: Path) -> None:
        """Open the outbox at `path`, or make one. Raises `OutboxError`."""
        self._db = Database(path)

    def close(self) -> None:
        """Close the file. Nothing is lost without it."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # Events

    @property
    def stream(self) -> str:
        """Id of the stream, 32 hexadecimal digits, made with the outbox and again by `begin_stream`."""
        return str(self._db.row("SELECT id FROM stream")[0])

    @property
    def acked(self) -> int:
        """The school has every event up to this one."""
        return int(self._db.row("SELECT acked FROM stream")[0])

    def begin_stream(self) -> None:
        """Put whatever waits into a new stream. Once at each start of a unit; raises `OutboxError`.

        A card that was copied or restored would otherwise give new events the numbers of events the school has, and
        take its old acknowledgement for theirs. What the school has already is sent once more and changes nothing.
        """
        with self._db.change() as db:
            _start_another_stream(db)

    def add_event(self, event: bytes) -> int:
        """Keep an encoded event (`lesson.messages.encode_event`) and return its place, counted from 1.

        The same event again gets the place that it has. Raises `PieceError` if it is too long, else `OutboxError`.
        """
        if len(event) > MAX_EVENT_BYTES:
            raise PieceError(f"An event of {len(event)} bytes is too long: {MAX_EVENT_BYTES} at most.")
        digest = hashlib.sha256(event).digest()
        with self._db.change() as db:
            known = db.execute("SELECT seq FROM events WHERE digest = ?", (digest,)).fetchone()
            if known is not None:
                return int(known[0])
            seq = int(db.execute("UPDATE stream SET last = last + 1 RETURNING last").fetchone()[0])
            db.execute("INSERT INTO events VALUES (?, ?, ?)", (seq, digest, event))
            return seq

    def events_after(self, seq: int, limit: int) -> tuple[QueuedEvent, ...]:
        """At most `limit` unacknowledged events with a greater place than `seq`, in order."""
        rows = self._db.rows(
            "SELECT seq, event FROM events WHERE seq > ? AND event IS NOT NULL ORDER BY seq LIMIT ?", seq, limit
        )
        return tuple(QueuedEvent(*row) for row in rows)

    def acknowledged(self, stream: str, upto: int) -> bool:
        """Delete the events that the school has; say whether any were deleted.

        Another stream's or an older acknowledgement does nothing. One for events that were never added means that this
        card was copied or restored from a backup: the school would take our next events for old ones. Whatever is still
        here then goes into a new stream.
        """
        with self._db.change() as db:
            ours, last, acked = db.execute("SELECT id, last, acked FROM stream").fetchone()
            if stream != ours or upto <= acked:
                return False
            if upto > last:
                _start_another_stream(db)
                return False
            db.execute("UPDATE events SET event = NULL WHERE seq <= ? AND event IS NOT NULL", (upto,))
            db.execute("DELETE FROM events WHERE seq <= ?", (upto - REMEMBERED_EVENTS,))
            db.execute("UPDATE stream SET acked = ?", (upto,))
            return True

    # Pieces

    def add_piece(self, lesson_id: str, name: str, path: Path, link: bytes | None = None) -> None:
        """Have a file of a lesson sent: header.json, stanzas/<kid>.json, 0-000001.seg with its `link`, manifest.json.

        The file must be whole and on the disk. `link` is the line of links.jsonl, with or without its newline. The same
        piece again does nothing. Raises `PieceError` for a name, id or link that cannot be right, or a piece that was
        added as another file before; else `OutboxError`.
        """
        link = None if link is None else link.removesuffix(b"\n")
        kind = check_piece(lesson_id, name, link).kind
        with self._db.change() as db:
            db.execute("INSERT OR IGNORE INTO lessons (id) VALUES (?)", (lesson_id,))
            (lesson,) = db.execute("SELECT number FROM lessons WHERE id = ?", (lesson_id,)).fetchone()
            db.execute(
                "INSERT INTO pieces (lesson, kind, name, path, link) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (lesson, kind, name, os.fspath(path), link),
            )
            known = db.execute("SELECT path, link FROM pieces WHERE lesson = ? AND name = ?", (lesson, name)).fetchone()
            if known != (os.fspath(path), link):
                raise PieceError(f"{name} of lesson {lesson_id} was added before as another file or with another link.")

    def next_pieces(self, limit: int) -> tuple[Piece, ...]:
        """At most `limit` pieces to send: oldest lesson first; header, keys, segments as sealed, manifest last."""
        # The subquery walks the small index of what is to be sent; a join would sort whole lessons at every step.
        rows = self._db.rows(
            f"SELECT {_PIECE_COLUMNS} FROM pieces INDEXED BY to_send JOIN lessons ON lessons.number = pieces.lesson"  # noqa: S608
            " WHERE delivered = 0 AND aside IS NULL ORDER BY pieces.lesson, kind, pieces.number LIMIT ?",
            limit,
        )
        return tuple(map(_piece, rows))

    def delivered(self, *pieces: Piece) -> None:
        """The school has these pieces on its disk."""
        with self._db.change() as db:
            for piece in pieces:
                db.execute(
                    "UPDATE pieces SET delivered = 1, aside = NULL WHERE name = ? AND lesson ="
                    " (SELECT number FROM lessons WHERE id = ?)",
                    (piece.name, piece.lesson_id),
                )

    def piece(self, lesson_id: str, name: str) -> Piece | None:
        """A piece of a lesson, delivered or not, or None if it was never added."""
        rows = self._db.rows(
            f"SELECT {_PIECE_COLUMNS} FROM pieces JOIN lessons ON lessons.number = pieces.lesson"  # noqa: S608
            " WHERE lessons.id = ? AND name = ?",
            lesson_id,
            name,
        )
        return _piece(rows[0]) if rows else None

    def resynchronise(self, lesson_id: str, names: Collection[str]) -> int:
        """Take the school's word for which pieces of a lesson it has; return how many that changes.

        Works both ways: a school that was restored from a backup gets again what it lost. The manifest is not touched:
        sending it is how the receipt is asked for.
        """
        with self._db.change() as db:
            known = db.execute(
                "SELECT pieces.number, name, delivered FROM pieces JOIN lessons ON lessons.number = pieces.lesson"
                " WHERE lessons.id = ? AND kind != ?",
                (lesson_id, Kind.MANIFEST),
            ).fetchall()
            changes = [(name in names, number) for number, name, was in known if (name in names) != bool(was)]
            db.executemany("UPDATE pieces SET delivered = ?, aside = NULL WHERE number = ?", changes)
            return len(changes)

    def reopen_lesson(self, lesson_id: str, missing: Iterable[tuple[int, int]]) -> int:
        """Send segments (track, index) again that the school misses, and the manifest after them.

        Returns how many of them can be sent. Pieces that were set aside stay so, and a segment that this unit never
        had is not counted.
        """
        names = {f"{track:d}-{index:06d}.seg" for track, index in missing}
        with self._db.change() as db:
            row = db.execute("SELECT number FROM lessons WHERE id = ?", (lesson_id,)).fetchone()
            if row is None:
                return 0
            number = row[0]
            db.execute("UPDATE lessons SET receipt = NULL WHERE number = ?", (number,))
            db.execute("UPDATE pieces SET delivered = 0 WHERE lesson = ? AND kind = ?", (number, Kind.MANIFEST))
            return sum(
                db.execute(
                    "UPDATE pieces SET delivered = 0 WHERE lesson = ? AND name = ? AND aside IS NULL", (number, name)
                ).rowcount
                for name in names
            )

    def set_aside(self, lesson_id: str, problem: Problem, name: str | None = None) -> None:
        """Do not send this piece (or any piece of this lesson that is known now) until `take_back`."""
        with self._db.change() as db:
            db.execute(
                "UPDATE pieces SET aside = ? WHERE delivered = 0 AND (? IS NULL OR name = ?) AND lesson ="
                " (SELECT number FROM lessons WHERE id = ?)",
                (problem.code, name, name, lesson_id),
            )

    def all_set_aside(self) -> tuple[SetAside, ...]:
        """Every piece that is not sent for now, and why."""
        rows = self._db.rows(
            f"SELECT {_PIECE_COLUMNS}, aside FROM pieces JOIN lessons ON lessons.number = pieces.lesson"  # noqa: S608
            " WHERE delivered = 0 AND aside IS NOT NULL ORDER BY pieces.lesson, kind, pieces.number"
        )
        return tuple(SetAside(_piece(row[:4]), row[4]) for row in rows)

    def take_back(self) -> int:
        """Have everything that was set aside tried again; return how many pieces that is."""
        with self._db.change() as db:
            return db.execute("UPDATE pieces SET aside = NULL WHERE delivered = 0 AND aside IS NOT NULL").rowcount

    # Lessons

    def keep_receipt(self, lesson_id: str, receipt: bytes) -> None:
        """Keep the school's receipt: the lesson has arrived, with everything that its manifest names."""
        with self._db.change() as db:
            (lesson,) = db.execute(
                "INSERT INTO lessons (id, receipt) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET receipt = excluded.receipt RETURNING number",
                (lesson_id, receipt),
            ).fetchone()
            db.execute("UPDATE pieces SET delivered = 1, aside = NULL WHERE lesson = ?", (lesson,))

    def receipt(self, lesson_id: str) -> bytes | None:
        """The school's receipt for a lesson: with it, and only then, its files may be deleted."""
        for (receipt,) in self._db.rows("SELECT receipt FROM lessons WHERE id = ?", lesson_id):
            return None if receipt is None else bytes(receipt)
        return None

    def lessons(self) -> dict[str, bool]:
        """Every lesson that the outbox knows, oldest first, and whether its receipt is here."""
        rows = self._db.rows("SELECT id, receipt IS NOT NULL FROM lessons ORDER BY number")
        return {lesson_id: bool(has_receipt) for lesson_id, has_receipt in rows}

    def forget_lesson(self, lesson_id: str) -> None:
        """Forget a lesson whose files were deleted, or are about to be. Raises `PieceError` without a receipt."""
        with self._db.change() as db:
            known = db.execute("SELECT receipt IS NULL FROM lessons WHERE id = ?", (lesson_id,)).fetchone()
            if known is not None and known[0]:
                raise PieceError(f"Lesson {lesson_id} has no receipt: the school may not have it.")
            db.execute("DELETE FROM lessons WHERE id = ?", (lesson_id,))

    def drop_lesson(self, lesson_id: str) -> bool:
        """Forget a lesson that shall never be sent; say whether that was possible: not once a segment was delivered."""
        with self._db.change() as db:
            sent = db.execute(
                "SELECT count(*) FROM pieces JOIN lessons ON lessons.number = pieces.lesson"
                " WHERE lessons.id = ? AND pieces.kind = ? AND delivered = 1",
                (lesson_id, Kind.SEGMENT),
            ).fetchone()[0]
            if sent:
                return False
            db.execute("DELETE FROM lessons WHERE id = ?", (lesson_id,))
            return True

    # Lessons that the school has deleted

    def keep_deletion(self, lesson_id: str, receipt: bytes) -> None:
        """The school has deleted a lesson: nothing more of it is sent, and its copy here may go."""
        with self._db.change() as db:
            db.execute("INSERT OR IGNORE INTO deletions (id, receipt) VALUES (?, ?)", (lesson_id, receipt))
            db.execute("DELETE FROM lessons WHERE id = ?", (lesson_id,))

    def deletions(self) -> dict[str, bytes]:
        """Deletion receipts of lessons whose copy is still here, or may be."""
        rows = self._db.rows("SELECT id, receipt FROM deletions WHERE is_gone = 0 ORDER BY id")
        return {lesson_id: bytes(receipt) for lesson_id, receipt in rows}

    def is_deleted(self, lesson_id: str) -> bool:
        """Whether the school has deleted it."""
        return bool(self._db.rows("SELECT 1 FROM deletions WHERE id = ?", lesson_id))

    def copy_is_gone(self, lesson_id: str) -> None:
        """No copy of a deleted lesson is here any more."""
        with self._db.change() as db:
            db.execute("UPDATE deletions SET is_gone = 1 WHERE id = ?", (lesson_id,))

    def gone_copies(self) -> tuple[str, ...]:
        """Deleted lessons of which the school does not know yet that no copy is here."""
        return tuple(row[0] for row in self._db.rows("SELECT id FROM deletions WHERE is_gone = 1 ORDER BY id"))

    def forget_deletion(self, lesson_id: str) -> None:
        """The school knows it."""
        with self._db.change() as db:
            db.execute("DELETE FROM deletions WHERE id = ?", (lesson_id,))

    # Counts, for the unit's status

    @property
    def waiting_events(self) -> int:
        """Events that the school has not acknowledged."""
        return int(self._db.row("SELECT count(event) FROM events WHERE seq > (SELECT acked FROM stream)")[0])

    @property
    def waiting_segments(self) -> int:
        """Segments that the school has not confirmed, set aside or not."""
        return int(self._db.row("SELECT count(*) FROM pieces WHERE delivered = 0 AND kind = ?", Kind.SEGMENT)[0])


def _piece(row: tuple[Any, ...]) -> Piece:
    lesson_id, name, path, link = row
    return Piece(lesson_id, name, Path(path), link)


def _start_another_stream(db: sqlite3.Connection) -> None:
    waiting = db.execute("SELECT digest, event FROM events WHERE event IS NOT NULL ORDER BY seq").fetchall()
    db.execute("DELETE FROM events")
    db.executemany("INSERT INTO events VALUES (?, ?, ?)", [(seq, *row) for seq, row in enumerate(waiting, start=1)])
    db.execute("UPDATE stream SET id = ?, last = ?, acked = 0", (new_stream(), len(waiting)))
