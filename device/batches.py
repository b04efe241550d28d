"""What is heard, gathered into lines: for the lesson log on the disk and for evidence on its way to the school.

::

    heard      s s w s   s s s   s w
    evidence   ----->|-------->|--->|      at once when a wait ends, else every 5 s
    log        ------------------------>|  every 10 s: a power cut costs at most that

A line is one `lesson.talk.Heard` as JSON. Several lines make a batch: what is sealed as one.
"""

from __future__ import annotations

from collections.abc import Iterable

from lesson.talk import Heard
from lesson.wire import dumps

MAX_BATCH_BYTES = 128 * 1024
"""Sealed and in base64 a batch still fits into a message (lesson/messages.py)."""


def as_line(heard: Heard) -> bytes:
    """One line, with its newline."""
    return dumps(heard) + b"\n"


class Batches:
    """Gathers lines until a batch is due. Times are seconds of the lesson."""

    def __init__(self, every: float, *, waits_at_once: bool) -> None:
        self._every = every
        self._waits_at_once = waits_at_once
        self._lines: list[bytes] = []
        self._size = 0
        self._last = 0.0

    def feed(self, heard: Iterable[Heard], at: float) -> list[bytes]:
        """Take in what was heard up to `at`; return the batches that are due."""
        batches = []
        is_due = at - self._last >= self._every
        for each in heard:
            line = as_line(each)
            if self._size + len(line) > MAX_BATCH_BYTES:
                batches += self.flush(at)
            self._lines.append(line)
            self._size += len(line)
            is_due = is_due or (self._waits_at_once and each.wait is not None)
        return batches + (self.flush(at) if is_due else [])

    def flush(self, at: float) -> list[bytes]:
        """Return what is gathered, as one batch, or nothing."""
        lines, self._lines, self._size, self._last = self._lines, [], 0, at
        return [b"".join(lines)] if lines else []
