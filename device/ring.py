"""Room for the next lesson: what the school has signed for may go, oldest first, and nothing else.

::

    lessons/  a (receipt)  b (receipt)  c (being sent)  d (damaged: nobody knows it)
              1st           2nd          never           never
    needed -->  a: the receipt holds for these very bytes? -> forgotten by the outbox -> out of lessons/ -> deleted

A lesson stays on the unit for as long as there is room, so that a school that lost something can ask again. Where a
receipt does not hold for what lies here, index and disk disagree: then nothing is deleted any more, and it is said.

What the school has deleted goes here, too, for a deletion receipt that holds for the lesson's own header.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from capture.recorder import HEADER, MANIFEST
from device.folder import gone_folder, remove
from lesson.footage.deletion import Deletion
from lesson.footage.errors import DeletionError, ReceiptError
from lesson.footage.receipt import Receipt
from lesson.messages import check_lesson_id

_log = logging.getLogger(__name__)


class Index(Protocol):
    """What an outbox knows of lessons (sync/outbox.py)."""

    def lessons(self) -> dict[str, bool]:
        """Every lesson, oldest first, and whether its receipt is here."""

    def receipt(self, lesson_id: str) -> bytes | None:
        """The school's receipt."""

    def forget_lesson(self, lesson_id: str) -> None:
        """Its files are about to be deleted."""

    def deletions(self) -> dict[str, bytes]:
        """Deletion receipts of lessons of which a copy may be here."""

    def copy_is_gone(self, lesson_id: str) -> None:
        """No copy is here any more."""


class Ring:
    """Deletes what may be deleted, when room is needed."""

    def __init__(self, lessons: Path, index: Index, receipt_key: bytes) -> None:
        """Take away what an earlier deletion left behind. `receipt_key`: the school's, 32 bytes."""
        self._lessons, self._index, self._receipt_key = lessons, index, receipt_key
        self._refused: set[str] = set()
        shutil.rmtree(gone_folder(lessons), ignore_errors=True)

    def make_room(self, needed_bytes: int, free_bytes: Callable[[], int]) -> list[str]:
        """Delete lessons that the school has until so much is free, or none is left; the ids of those deleted."""
        deleted: list[str] = []
        for lesson_id, has_receipt in self._index.lessons().items():
            if free_bytes() >= needed_bytes:
                break
            folder = self._lessons / lesson_id
            if not has_receipt or not folder.is_dir():
                continue
            try:
                self._expect_receipt(lesson_id, folder)
            except (ReceiptError, OSError) as error:
                _log.error("Nothing is deleted: lesson %s is not what the school signed for: %s", lesson_id, error)
                break
            self._delete(lesson_id, folder)
            deleted.append(lesson_id)
        return deleted

    def take_away_deleted(self, recording: str | None) -> list[str]:
        """Delete copies of what the school has deleted, but for the lesson that is recorded; the ids of those deleted.

        Each only for a receipt that holds for its own header. What has no copy here is said to be gone as well.
        """
        deleted: list[str] = []
        for lesson_id, receipt in self._index.deletions().items():
            folder = self._lessons / check_lesson_id(lesson_id)
            if lesson_id == recording:
                continue
            if folder.is_dir():
                try:
                    hashed = hashlib.sha256((folder / HEADER).read_bytes()).hexdigest()
                    Deletion.verify(receipt, self._receipt_key).expect(lesson=lesson_id, header_sha256=hashed)
                except (DeletionError, OSError) as error:
                    if lesson_id not in self._refused:
                        _log.error("Lesson %s stays: %s", lesson_id, error)
                    self._refused.add(lesson_id)
                    continue
                remove(folder)
                deleted.append(lesson_id)
                _log.warning("Lesson %s was deleted at the school: the copy here is deleted, too.", lesson_id)
            # Said afterwards: if the power goes now, the next look finds no folder, and says it again.
            self._index.copy_is_gone(lesson_id)
        return deleted

    def _expect_receipt(self, lesson_id: str, folder: Path) -> None:
        receipt = Receipt.verify(self._index.receipt(lesson_id) or b"", self._receipt_key)
        header, manifest = (hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (HEADER, MANIFEST))
        receipt.expect(header_sha256=header, manifest_sha256=manifest)
        if receipt.lesson != lesson_id:
            raise ReceiptError("The receipt is for another lesson.")

    def _delete(self, lesson_id: str, folder: Path) -> None:
        # Forgotten first: if the power goes now, the next start finds a whole lesson and asks the school again.
        self._index.forget_lesson(lesson_id)
        remove(folder)
