"""A recording in, an account of the lesson out: the same listener as on the unit, over a file.

::

    lesson.mp4 --FFmpeg--> 20 ms blocks --> analytics.listener --> account
                     |                                             + warnings: what the file did not hold
                     '--> how far: seconds heard, of how many

Sound streams through, so an hour needs no more memory than a minute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analytics.arrays import Floats
from analytics.listener import LevelReading, Listener
from capture.file_microphone import FileMicrophone
from lesson.talk import Account, Heard

TELL_EVERY = 16_000 * 10
"""Samples between two words about how far it is: ten seconds of sound take about a tenth of one."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """What was heard in a recording."""

    account: Account
    warnings: tuple[str, ...]
    """What the file did not hold, or held damaged: one sentence each."""


def analyse(
    path: Path,
    teacher: Floats | None = None,
    *,
    on_progress: Callable[[float, float | None], None] = lambda _done, _all: None,
    on_heard: Callable[[float, list[Heard]], None] = lambda _now, _heard: None,
    on_level: Callable[[float, LevelReading], None] = lambda _now, _reading: None,
) -> Analysed:
    """Listen to a file; raise `capture`'s `FileUnreadableError` when there is no sound in it.

    `teacher`: her voice print (`voice.py`), by which she is known in the lesson.

    `on_progress` is told now and then how many seconds of the lesson have been heard, and of how many; `on_heard` what
    was told live, and `on_level` what a lamp would show, and how many seconds of the lesson were over then.
    """
    # The same file gives the same event ids: they are made from the lesson's id.
    lesson_id = hashlib.sha256(b"waitwise analyse\0" + path.name.encode()).hexdigest()[:32]
    listener = Listener(lesson_id, teacher=teacher)
    microphone = FileMicrophone(path)
    try:
        for block in microphone.blocks():
            on_heard(block.end, listener.feed(block))
            on_level(block.end, listener.level)
            if block.first_sample % TELL_EVERY == 0:
                on_progress(block.start, microphone.duration)
    finally:
        microphone.close()
    last = listener.finish()
    account = listener.account()
    on_heard(account.duration, last)
    return Analysed(account, tuple(microphone.warnings))
