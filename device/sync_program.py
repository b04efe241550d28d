"""The program that brings to the school what another one records: it looks, sends, and says that it is alive.

::

    start, and every minute   look at every lesson's folder: what was not said, or not heard, is found
    always                    two threads send (device/sending.py), others answer who records (device/sync_socket.py)
    a thread that is stuck    no word to systemd any more, which restarts this program; nothing is lost by that
"""

from __future__ import annotations

import threading
import time

from device.notify import Notifier
from device.school_side import SchoolSide

LOOK_EVERY = 60.0
"""Seconds between two looks at all lessons."""


class SyncProgram:
    """Runs until it is ended."""

    def __init__(self, school: SchoolSide, notifier: Notifier) -> None:
        self._school = school
        self._notifier = notifier

    def run(self, ended: threading.Event) -> None:
        """Send until `ended`."""
        self._school.start()
        self._notifier.ready()
        every = min(self._notifier.alive_every or LOOK_EVERY, LOOK_EVERY)
        looked_at = float("-inf")
        while not ended.is_set():
            if time.monotonic() - looked_at >= LOOK_EVERY:
                looked_at = time.monotonic()
                self._school.to_send.look_everywhere()
            waiting = self._school.waiting
            self._notifier.status(
                f"{waiting.lessons} lessons wait, {waiting.segments} segments. {' '.join(waiting.problems)}"
            )
            self._notifier.alive()
            ended.wait(every)
        self._notifier.stopping()
