"""A recording in, an account of the lesson out: the same listener as on the unit, over a file.

Sound streams through in blocks of 20 ms, so an hour needs no more memory than a minute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from analytics.listener import Listener
from capture.file_microphone import FileMicrophone
from lesson.talk import Account


def analyse(path: Path, *, on_progress: Callable[[float], None] = lambda _seconds: None) -> Account:
    """Listen to a file; raise `capture`'s `FileUnreadableError` when there is no sound in it.

    `on_progress` is told now and then how many seconds of the lesson have been heard.
    """
    # The same file gives the same event ids: they are made from the lesson's id.
    lesson_id = hashlib.sha256(b"waitwise analyse\0" + path.name.encode()).hexdigest()[:32]
    listener = Listener(lesson_id=lesson_id)
    microphone = FileMicrophone(path)
    try:
        for block in microphone.blocks():
            listener.feed(block)
            if block.first_sample % (16_000 * 10) == 0:
                on_progress(block.start)
    finally:
        microphone.close()
    listener.finish()
    return listener.account()
