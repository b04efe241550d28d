"""Asks the school which lessons it has deleted, and tells it which copies are gone.

::

    GET  deletions      signed receipts --verified--> outbox --> whoever owns the folder of lessons deletes the copy
    PUT  deletions/<id>                 <------------ outbox <-- it is gone

What is kept here deletes nothing yet: device/ring.py compares each receipt with the lesson's own header once more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from lesson.footage.deletion import Deletion
from lesson.footage.errors import DeletionError
from sync.errors import SchoolRefusedError, SyncError
from sync.outbox import Outbox
from sync.uplink import Uplink

ASK_EVERY = 600.0
"""Seconds between two questions: a lesson that she deleted is gone from its unit soon, where the unit is on."""

_log = logging.getLogger(__name__)


class Deletions:
    """Asks over an uplink. The uplink's thread."""

    def __init__(
        self, outbox: Outbox, uplink: Uplink, receipt_key: bytes, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`receipt_key`: the school's public one."""
        self._outbox = outbox
        self._uplink = uplink
        self._receipt_key = receipt_key
        self._monotonic = monotonic
        self._ask_at = float("-inf")

    def step(self) -> None:
        """Do what is due. Raises `OutboxError` only: a school that cannot be asked is asked another time."""
        try:
            for lesson_id in self._outbox.gone_copies():
                self._tell(lesson_id)
            if self._monotonic() >= self._ask_at:
                self._ask_at = self._monotonic() + ASK_EVERY
                for receipt in self._uplink.deletions():
                    self._keep(receipt)
        except SyncError as error:
            _log.info("The school cannot be asked what it has deleted: %s", error)
            self._ask_at = self._monotonic() + ASK_EVERY

    def _tell(self, lesson_id: str) -> None:
        try:
            self._uplink.has_deleted(lesson_id)
        except SchoolRefusedError as error:
            # A school that was restored from an older backup does not know that it has deleted it.
            _log.warning("The school does not take that the copy of lesson %s is gone: %s", lesson_id, error)
        self._outbox.forget_deletion(lesson_id)

    def _keep(self, receipt: bytes) -> None:
        try:
            told = Deletion.verify(receipt, self._receipt_key)
        except DeletionError as error:
            _log.error("Nothing is deleted: %s", error)
            return
        self._outbox.keep_deletion(told.lesson, receipt)
