"""Destroys lessons whose time has come: first the keys, then the footage, the rows last.

::

    BINNED    due, and the clock is sure   | one transaction: every wrapped key overwritten and removed, what is to be
       |                                   | in the receipt counted and kept
    SHREDDED  nobody can open it any more  | every segment unlinked, the folder fsynced and removed
       |                                   | one transaction: the receipt signed, the rows removed
    DESTROYED the receipt is kept

Each step can be done again, so a server that was killed goes on where it was, and two that sweep at once do it once:
the state is read again under a lock in each transaction. Only "due" depends on the clock; a lesson that has lost its
keys is finished whatever the clock says.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lesson.footage.deletion import DeletedBy, Deletion
from lesson.footage.header import header_hash
from lesson.footage.signed import ReceiptKey
from school.bin import BinState, days_begin, put_in_for
from school.database import (
    ClipRow,
    CommentRow,
    Database,
    DeletionRow,
    GrantRow,
    LessonRow,
    SegmentRow,
    StanzaRow,
    UnreadableRow,
)
from school.footage_store import FootageStore
from school.holds import hold_on
from school.keeping import Policy
from school.receipts import in_chain
from school.sure_time import SureTime

_LOG = logging.getLogger(__name__)


class Sweeper:
    """Looks for what is due, and destroys it. Any thread; one after the other."""

    def __init__(
        self, database: Database, store: FootageStore, key: ReceiptKey, policy: Policy, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._store = store
        self._key = key
        self._policy = policy
        self._now = now
        self._time = SureTime(database, now)
        self._sweeping = threading.Lock()
        self._is_first = True
        self._has_old_pages = True
        """The write-ahead log may have keys that were overwritten. At the start nobody knows."""

    def sweep(self) -> None:
        """Do everything that is due."""
        with self._sweeping:
            now = self._time.look()
            if now is not None:
                with self._database.writing() as session:
                    self._count_days(session, now)
                    self._bin_what_is_over(session, now)
                    days_begin(session, self._policy, now)
                for lesson in self._in_state(BinState.BINNED, DeletionRow.due_at <= now):
                    self._shred(lesson, now)
            for lesson in self._in_state(BinState.SHREDDED):
                self._finish(lesson)
            if self._is_first:
                # A segment that came in while its lesson was destroyed, and a server that was killed right then.
                for lesson in self._in_state(BinState.DESTROYED):
                    self._store.remove(lesson)
                self._is_first = False
            self._forget_old_pages()

    def destroy(self, lesson: str) -> bool:
        """Destroy at once what its teacher has let go, whatever the clock says; say whether it is destroyed."""
        with self._sweeping:
            self._shred(lesson, None)
            if self._in_state(BinState.SHREDDED, DeletionRow.lesson == lesson):
                self._finish(lesson)
            self._forget_old_pages()
            return bool(self._in_state(BinState.DESTROYED, DeletionRow.lesson == lesson))

    def _in_state(self, state: BinState, *also: object) -> list[str]:
        query = select(DeletionRow.lesson).where(DeletionRow.state == state.value, *also)  # type: ignore[arg-type]
        with self._database.reading() as session:
            return list(session.scalars(query.order_by(DeletionRow.lesson)))

    def _count_days(self, session: Session, now: datetime) -> None:
        # Also where the clock was ahead when they began: it would not be deleted before that moment comes.
        is_to_begin = LessonRow.counted_from.is_(None) | (LessonRow.counted_from > now)
        session.execute(update(LessonRow).where(LessonRow.header.is_not(None), is_to_begin).values(counted_from=now))

    def _bin_what_is_over(self, session: Session, now: datetime) -> None:
        known = select(DeletionRow.lesson)
        query = select(LessonRow).where(LessonRow.counted_from.is_not(None), LessonRow.lesson.not_in(known))
        for row in session.scalars(query):
            assert row.counted_from is not None
            if (
                hold_on(session, row.lesson) is None
                and self._policy.leaves_at(row.counted_from, is_kept=row.is_kept) <= now
            ):
                put_in_for(session, row, DeletedBy.POLICY, None, now)

    def _shred(self, lesson: str, now: datetime | None) -> None:
        """Nobody can open it afterwards. `now`: None where its teacher did not want to wait."""
        with self._database.writing() as session:
            deletion = session.get(DeletionRow, lesson, with_for_update=True)
            row = session.get(LessonRow, lesson, with_for_update=True)
            if deletion is None or row is None or deletion.state != BinState.BINNED or deletion.due_at is None:
                return
            if (now is not None and deletion.due_at > now) or hold_on(session, lesson) is not None:
                return
            _count(session, deletion, row)
            _overwrite_keys(session, row)
            deletion.state = BinState.SHREDDED.value
        self._has_old_pages = True
        _LOG.info("The keys to lesson %s are destroyed.", lesson)

    def _finish(self, lesson: str) -> None:
        self._store.remove(lesson)
        with self._database.writing() as session:
            deletion = session.get_one(DeletionRow, lesson, with_for_update=True)
            if deletion.state != BinState.SHREDDED:
                return
            deletion.receipt = self._sign(deletion)
            deletion.state = BinState.DESTROYED.value
            session.flush()
            session.execute(delete(LessonRow).where(LessonRow.lesson == lesson))
        self._has_old_pages = True
        _LOG.info("Lesson %s is destroyed, and its receipt is kept.", lesson)

    def _sign(self, deletion: DeletionRow) -> bytes:
        told = (deletion.header_sha256, deletion.chain, deletion.segments, deletion.length_bytes)
        header_sha256, chain, segments, length_bytes = told
        assert header_sha256 is not None  # counted before the keys went
        assert chain is not None
        assert segments is not None
        assert length_bytes is not None
        return Deletion(
            lesson=deletion.lesson,
            header_sha256=header_sha256,
            chain=chain,
            segments=segments,
            length_bytes=length_bytes,
            by=DeletedBy(deletion.by),
            deleted_at=self._now(),
        ).sign(self._key)

    def _forget_old_pages(self) -> None:
        if self._has_old_pages:
            # A reader that is at it keeps them a little longer: the next look tries again.
            self._has_old_pages = not self._database.forget_overwritten()


def _count(session: Session, deletion: DeletionRow, row: LessonRow) -> None:
    assert row.header is not None  # else its days would not count, and it would be nobody's
    segments = session.scalars(select(SegmentRow).where(SegmentRow.lesson == row.lesson)).all()
    chained = in_chain(row.header, segments)
    hashed = header_hash(row.header).hex()
    deletion.header_sha256 = hashed
    deletion.chain = chained[-1].chain if chained else hashed
    deletion.segments = len(segments)
    deletion.length_bytes = sum(each.length_bytes for each in segments)


def _overwrite_keys(session: Session, row: LessonRow) -> None:
    """Zeros first, for a database that leaves removed rows where they were; SQLite overwrites removed ones itself."""
    for table in (StanzaRow, GrantRow, ClipRow, CommentRow):
        longest = session.scalar(select(func.max(func.length(table.body))).where(table.lesson == row.lesson)) or 0
        session.execute(update(table).where(table.lesson == row.lesson).values(body=bytes(longest)))
        session.execute(delete(table).where(table.lesson == row.lesson))
    # A message that could not be read may have a wrapped key in it.
    kept = session.scalars(select(UnreadableRow).where(UnreadableRow.unit == row.unit))
    for each in [each for each in kept if row.lesson.encode() in each.payload]:
        each.payload = bytes(len(each.payload))
        session.flush()
        session.delete(each)
