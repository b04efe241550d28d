"""Where sealed segments lie. Nothing that was kept is ever written a second time.

::

    arriving/5b1f...             while it comes in
        |  fsync: the bytes are on the disk
        |  link:  takes the name, or fails because the name is taken
        v  fsync of the folder: the name is on the disk as well
    <lesson>/0-000012.seg        kept

Only then may the database say that the segment is here, and only then does the unit hear "stored". A power cut at any
moment leaves a whole segment, or a file in `arriving` that nobody was told of; the next start removes it.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import StrEnum
from io import FileIO
from pathlib import Path
from typing import Protocol

from lesson.footage.errors import SegmentMisplacedError
from lesson.footage.segments import SegmentName
from lesson.messages import check_lesson_id
from lesson.problems import DISK_FULL
from school.errors import BusyError, SchoolError

CHUNK_BYTES = 256 * 1024
"""Bytes read or compared at a time."""

_ARRIVING = "arriving"
_FULL = {errno.ENOSPC, errno.EDQUOT}


class StoreError(SchoolError):
    """The footage folder cannot be used."""


class StoreFullError(BusyError):
    """No room for another segment."""

    title = "The school's disk is full"
    problem = DISK_FULL


class Kept(StrEnum):
    """What became of a segment that was handed over."""

    CREATED = "created"
    SAME = "same"
    """The same bytes were here already."""
    CONFLICT = "conflict"
    """Other bytes were here already; they stay."""


class Arriving(Protocol):
    """A segment on its way in."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""

    def keep(self, lesson: str, name: SegmentName) -> Kept:
        """Put it under its name, surely on the disk. Call it once, after the last byte."""


class FootageStore(Protocol):
    """Keeps sealed segments; tests/suites/footage_store.py says what that means."""

    def arriving(self) -> AbstractContextManager[Arriving]:
        """Take in a segment. What was not kept when the block ends is forgotten."""

    def read(self, lesson: str, name: SegmentName) -> Iterator[bytes] | None:
        """The bytes of a segment in chunks, or None if it is not here."""

    def lengths(self, lesson: str) -> dict[SegmentName, int]:
        """Which segments of a lesson are here, and how many bytes each has."""

    def remove(self, lesson: str) -> None:
        """Delete all segments of a lesson, surely. Again, or for a lesson that is not here, does nothing."""

    def clean(self) -> int:
        """Forget what a power cut left half-way in; say how many. Only before anything is taken in."""


class FolderStore:
    """A folder on a local file system that knows hard links and fsync."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arriving = folder / _ARRIVING
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._arriving.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(folder)
        except OSError as error:
            raise StoreError(f"The footage folder {folder} cannot be used: {error}. Check its rights.") from error

    @contextmanager
    def arriving(self) -> Iterator[ArrivingFile]:
        """Take in a segment. What was not kept when the block ends is forgotten."""
        path = self._arriving / secrets.token_hex(16)
        with _full_disk_named():
            file = FileIO(path, "xb")
        try:
            with file:
                yield ArrivingFile(file, path, self._folder)
        finally:
            path.unlink(missing_ok=True)

    def read(self, lesson: str, name: SegmentName) -> Iterator[bytes] | None:
        """The bytes of a segment in chunks, or None if it is not here."""
        try:
            file = FileIO(self._folder / check_lesson_id(lesson) / name.file_name)
        except FileNotFoundError:
            return None
        return _chunks(file)

    def lengths(self, lesson: str) -> dict[SegmentName, int]:
        """Which segments of a lesson are here, and how many bytes each has."""
        found = {}
        with suppress(FileNotFoundError), os.scandir(self._folder / check_lesson_id(lesson)) as entries:
            for entry in entries:
                with suppress(SegmentMisplacedError):  # somebody else's file
                    found[SegmentName.from_file_name(entry.name)] = entry.stat().st_size
        return found

    def remove(self, lesson: str) -> None:
        """Delete all segments of a lesson, surely. Again, or for a lesson that is not here, does nothing."""
        folder = self._folder / check_lesson_id(lesson)
        # Somebody else may be removing it as well: whoever comes second finds nothing.
        with _full_disk_named(), suppress(FileNotFoundError):
            for path in list(folder.iterdir()):
                path.unlink(missing_ok=True)
            _sync_folder(folder)
            folder.rmdir()
            _sync_folder(self._folder)

    def clean(self) -> int:
        """Forget what a power cut left half-way in; say how many. Only before anything is taken in."""
        leftovers = list(self._arriving.iterdir())
        for path in leftovers:
            path.unlink()
        _sync_folder(self._arriving)
        return len(leftovers)


class ArrivingFile:
    """A file that has no name yet."""

    def __init__(self, file: FileIO, path: Path, folder: Path) -> None:
        self._file = file
        self._path = path
        self._folder = folder

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        rest = memoryview(chunk)
        with _full_disk_named():
            while rest:
                rest = rest[self._file.write(rest) :]

    def keep(self, lesson: str, name: SegmentName) -> Kept:
        """Put it under its name, surely on the disk. Call it once, after the last byte."""
        folder = self._folder / check_lesson_id(lesson)
        target = folder / name.file_name
        with _full_disk_named():
            os.fsync(self._file.fileno())
            _make_folder(folder)
            try:
                os.link(self._path, target)
                kept = Kept.CREATED
            except FileExistsError:
                kept = Kept.SAME if _same_bytes(self._path, target) else Kept.CONFLICT
            # Also for SAME: whoever linked it first may have been killed before this line.
            _sync_folder(folder)
        return kept


@contextmanager
def _full_disk_named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFullError(
                "Free some space in the footage folder; the unit keeps its lessons and tries again."
            ) from error
        raise BusyError(f"Writing to the footage folder failed ({error.strerror}). Check the disk.") from error


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
    # Not only by whoever made it: another upload of the same lesson may have made it and not yet synced it.
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _same_bytes(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    return all(left == right for left, right in zip(_chunks(FileIO(one)), _chunks(FileIO(other)), strict=True))


def _chunks(file: FileIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
