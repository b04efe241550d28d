"""What lies in the folder of lessons and is not in the outbox yet: read from the folder, again and again.

::

    lessons/5f0e.../header.json  stanzas/  links.jsonl  manifest.json
                                           line  line  line  half a li
                                           ...read...  ^ from here      --> outbox

The folder is the truth, so nothing is lost between the program that records and the one that sends: whatever was not
said, or not heard, is found at the next look. A lesson that nobody has claimed waits (claims.py). A line without its
end is still being written. Nothing is changed here.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from device.folder import is_unclaimed
from lesson.footage.chain import Link
from lesson.footage.header import Header
from lesson.messages import check_lesson_id
from lesson.problems import WaitwiseError
from sync.outbox import Outbox
from sync.pieces import HEADER_NAME, MANIFEST_NAME

LINKS = "links.jsonl"

_log = logging.getLogger(__name__)


class LessonsToSend:
    """Puts into the outbox what it finds. Any thread."""

    def __init__(self, lessons: Path, outbox: Outbox) -> None:
        self._lessons = lessons
        self._outbox = outbox
        self._looking = threading.Lock()
        self._read: dict[str, int] = {}
        """Bytes of links.jsonl that are in the outbox."""
        self._complained: set[str] = set()
        self._dropped: set[str] = set()

    def look_everywhere(self) -> None:
        """Look at every lesson that the school has not confirmed, oldest first."""
        try:
            folders = sorted(self._lessons.iterdir(), key=lambda folder: folder.stat().st_mtime)
        except OSError as error:
            self._complain("", f"{self._lessons} cannot be read: {error}")
            return
        known = self._outbox.lessons()
        for folder in folders:
            if not known.get(folder.name):
                self.look(folder.name)

    def look(self, lesson_id: str) -> None:
        """Add what is new of this lesson. What is damaged is named once, and stays."""
        with self._looking:
            if lesson_id in self._dropped:
                return
            try:
                folder = self._lessons / check_lesson_id(lesson_id)
                if (folder / HEADER_NAME).exists():  # Else the power went before it: nothing was recorded.
                    self._add(lesson_id, folder)
                self._complained.discard(lesson_id)
            except (WaitwiseError, OSError, ValueError) as error:
                self._complain(lesson_id, f"Not all of {lesson_id!r} can be sent for now: {error}")

    def drop(self, lesson_id: str) -> bool:
        """Forget a lesson of which no footage has left; say whether that was so. Raises `OutboxError`."""
        with self._looking:
            if not self._outbox.drop_lesson(check_lesson_id(lesson_id)):
                return False
            self._dropped.add(lesson_id)  # its folder is about to be removed, and may still be found
            return True

    def forget(self, lesson_id: str) -> None:
        """Forget a lesson whose receipt is here. Raises `OutboxError`."""
        with self._looking:
            self._outbox.forget_lesson(lesson_id)
            self._dropped.add(lesson_id)

    def _add(self, lesson_id: str, folder: Path) -> None:
        if self._outbox.piece(lesson_id, MANIFEST_NAME) is not None:
            return  # it is added last
        if self._outbox.is_deleted(lesson_id):
            return  # the school takes nothing more of it, and its folder is about to go
        read = self._read.get(lesson_id, 0)
        header = Header.decode((folder / HEADER_NAME).read_bytes())
        if is_unclaimed(folder, header):
            return
        if read == 0:
            self._outbox.add_piece(lesson_id, HEADER_NAME, folder / HEADER_NAME)
            for key in sorted([*folder.glob("stanzas/*.json"), *folder.glob("grants/*.json")]):
                self._outbox.add_piece(lesson_id, f"{key.parent.name}/{key.name}", key)
        # Asked before the list is read: nothing is added to it after the manifest.
        has_ended = (folder / MANIFEST_NAME).exists()
        if (folder / LINKS).exists():
            signer = bytes.fromhex(header.unit_key)
            for line in _whole_lines(folder / LINKS, read):
                name = Link.decode(line.removesuffix(b"\n"), signer).name.file_name
                self._outbox.add_piece(lesson_id, name, folder / name, line)
                read += len(line)
                self._read[lesson_id] = read
        if has_ended:
            self._outbox.add_piece(lesson_id, MANIFEST_NAME, folder / MANIFEST_NAME)
            self._read.pop(lesson_id, None)

    def _complain(self, lesson_id: str, sentence: str) -> None:
        if lesson_id not in self._complained:
            self._complained.add(lesson_id)
            _log.warning("%s", sentence)


def _whole_lines(path: Path, after: int) -> list[bytes]:
    with path.open("rb") as file:
        file.seek(after)
        return [line for line in file.read().splitlines(keepends=True) if line.endswith(b"\n")]
