"""The few things a disk can be asked to do, one at a time, so that each can fail or be forgotten.

::

    create   the bytes are in the page cache; the name is in the page cache
    fsync    the bytes are on the disk
    rename   the new name is in the page cache
    fsync_folder   the names in a folder are on the disk

Until both were asked for, a power cut may leave no file, an empty one, half of one, or one without its name.
`capture/disk.py` puts these in the right order; `capture/forgetful.py` forgets what was not asked for.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """A folder with folders in it. Names are relative, with ``/`` between. Everything may raise `OSError`."""

    def create(self, name: str, data: bytes) -> None:
        """Write a new file, or empty an old one and write it."""

    def append(self, name: str, data: bytes) -> None:
        """Write to the end of a file, which is made if there is none; all of `data` or nothing."""

    def fsync(self, name: str) -> None:
        """Bring a file's bytes to the disk."""

    def rename(self, name: str, new_name: str) -> None:
        """Give a file another name, replacing what had it."""

    def remove(self, name: str) -> None:
        """Take a name away."""

    def make_folder(self, name: str) -> None:
        """Make a folder."""

    def fsync_folder(self, name: str) -> None:
        """Bring the names in a folder to the disk; the outermost folder is ``""``."""

    def exists(self, name: str) -> bool:
        """Whether there is a file or a folder of that name."""

    def names(self) -> list[str]:
        """All files, sorted."""

    def read(self, name: str) -> bytes:
        """All bytes of a file."""

    def free_bytes(self) -> int:
        """Bytes that can still be written."""


class RealFiles:
    """A real folder."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which must be there."""
        self._folder = folder

    def create(self, name: str, data: bytes) -> None:
        """Write a new file."""
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)

    def append(self, name: str, data: bytes) -> None:
        """Write to the end of a file."""
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            length = os.fstat(descriptor).st_size
            try:
                _write_all(descriptor, data)
            except OSError:
                # Half a line would swallow the next one.
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, length)
                raise
        finally:
            os.close(descriptor)

    def fsync(self, name: str) -> None:
        """Bring a file's bytes to the disk."""
        self._fsync(self._folder / name, os.O_RDONLY)

    def rename(self, name: str, new_name: str) -> None:
        """Give a file another name."""
        (self._folder / name).replace(self._folder / new_name)

    def remove(self, name: str) -> None:
        """Take a name away."""
        (self._folder / name).unlink()

    def make_folder(self, name: str) -> None:
        """Make a folder."""
        (self._folder / name).mkdir(mode=0o750)

    def fsync_folder(self, name: str) -> None:
        """Bring the names in a folder to the disk."""
        self._fsync(self._folder / name, os.O_RDONLY | os.O_DIRECTORY)

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""
        return (self._folder / name).exists()

    def names(self) -> list[str]:
        """All files, sorted."""
        found = (path for path in self._folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self._folder).as_posix() for path in found)

    def read(self, name: str) -> bytes:
        """All bytes of a file."""
        return (self._folder / name).read_bytes()

    def free_bytes(self) -> int:
        """Bytes that can still be written."""
        return shutil.disk_usage(self._folder).free

    @staticmethod
    def _fsync(path: Path, flags: int) -> None:
        descriptor = os.open(path, flags | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
