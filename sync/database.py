"""The outbox's SQLite file: what is in it, and how it is kept through power cuts.

::

    stream   one row: id, last, acked            lessons  number, id, receipt
    events   seq, digest, event                  pieces   lesson, kind, name, path, link, delivered, aside
    deletions  id, receipt, is_gone

WAL, synchronous FULL: what a method of `Outbox` changed is on the card when the method returns. Several processes may
have the file open; one writes at a time, the others wait.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sync.errors import OutboxDamagedError, OutboxError, OutboxFullError

BUSY_TIMEOUT = 30.0
"""Seconds that one process waits for another one's write. A slow card takes under one."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS stream (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    id     TEXT NOT NULL,
    last   INTEGER NOT NULL,             -- seq of the newest event ever added
    acked  INTEGER NOT NULL              -- the school has everything up to here
);
CREATE TABLE IF NOT EXISTS events (
    seq     INTEGER PRIMARY KEY,
    digest  BLOB NOT NULL UNIQUE,        -- SHA-256 of the event: the same event added again is not another one
    event   BLOB                         -- NULL once it was acknowledged
);
CREATE TABLE IF NOT EXISTS lessons (
    number   INTEGER PRIMARY KEY,        -- lessons are sent in the order in which they began
    id       TEXT NOT NULL UNIQUE,
    receipt  BLOB
);
CREATE TABLE IF NOT EXISTS pieces (
    number     INTEGER PRIMARY KEY,
    lesson     INTEGER NOT NULL REFERENCES lessons(number) ON DELETE CASCADE,
    kind       INTEGER NOT NULL,
    name       TEXT NOT NULL,
    path       TEXT NOT NULL,
    link       BLOB,
    delivered  INTEGER NOT NULL DEFAULT 0,
    aside      TEXT,                     -- code of the problem that keeps it from being sent
    UNIQUE (lesson, name)
);
CREATE TABLE IF NOT EXISTS deletions (
    id       TEXT PRIMARY KEY,
    receipt  BLOB NOT NULL,
    is_gone  INTEGER NOT NULL DEFAULT 0  -- no copy is here any more; the school is to be told
);
CREATE INDEX IF NOT EXISTS to_send ON pieces (lesson, kind, number) WHERE delivered = 0 AND aside IS NULL;
CREATE INDEX IF NOT EXISTS undelivered ON pieces (kind, aside) WHERE delivered = 0;
"""


class Database:
    """The file, opened once. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Raises `OutboxError`."""
        self._lock = threading.RLock()
        with _as_outbox_errors():
            _make_private(path)
            self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(path)
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, path: Path) -> None:
        with _as_outbox_errors():
            self._db.execute("PRAGMA journal_mode = WAL")
            # FULL: in WAL mode, NORMAL may forget the last commits at a power cut.
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise OutboxDamagedError(f"The outbox is damaged: {found}. Check the card.")
        with self.change() as db:
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)
            db.execute("INSERT OR IGNORE INTO stream VALUES (1, ?, 0, 0)", (new_stream(),))
        # The name of a new file is as easily lost at a power cut as its bytes.
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Close the file. Nothing is lost without it."""
        with self._lock:
            self._db.close()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """All of what is done inside, or nothing of it. Raises `OutboxError`."""
        with self._lock, _as_outbox_errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                # A full disk can have ended the transaction already.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: object) -> list[Any]:
        """What a query finds. Raises `OutboxError`."""
        with self._lock, _as_outbox_errors(), closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()

    def row(self, query: str, *values: object) -> Any:
        """The first of what a query finds. Raises `OutboxError`."""
        return self.rows(query, *values)[0]


def _make_private(path: Path) -> None:
    # SQLite gives what it makes the rights of this file. An error is SQLite's to say.
    with suppress(OSError):
        path.touch(mode=0o600)


def new_stream() -> str:
    """A new stream's id, 32 hexadecimal digits."""
    return secrets.token_hex(16)


@contextmanager
def _as_outbox_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what the extended code adds
        if code == sqlite3.SQLITE_FULL:
            raise OutboxFullError("The outbox cannot grow: the card is full.") from error
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise OutboxDamagedError(f"The outbox is damaged: {error}. Check the card.") from error
        raise OutboxError(f"The outbox cannot be used: {error}. Check the card and the folder's rights.") from error
