"""Writing that survives a power cut: a file is there whole or not at all, a line is there once it was acknowledged.

::

    write_whole("0-000012.seg", data)          append_line("links.jsonl", line)
      create  .part-0-000012.seg                 append  links.jsonl
      fsync   .part-0-000012.seg                 fsync   links.jsonl
      rename  -> 0-000012.seg                    fsync   the folder, when the file is new
      fsync   the folder

When a call returns, a power cut cannot undo it. A name that starts with ``.part-`` was never finished; nobody
reads it, and the next `write_whole` of the same name replaces it.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from capture.errors import DiskFailedError, DiskFullError
from capture.files import Files, RealFiles

PART = ".part-"
"""A file that was begun."""

RESERVE = f"{PART}reserve"
"""Room held back for the end of a lesson."""


class Disk(Protocol):
    """Where a lesson is kept. Names are relative, with ``/`` between."""

    def write_whole(self, name: str, data: bytes) -> None:
        """Write a file so that it is whole and stays, whatever happens to the power; replaces an old one.

        Raises:
            DiskFullError: no room. Nothing of the file is left.
            DiskFailedError: the disk refused.
        """

    def append_line(self, name: str, line: bytes) -> None:
        """Write `line`, which ends with a newline, to the end of a file so that it stays.

        Raises:
            DiskFullError: no room. The line is not there.
            DiskFailedError: the disk refused.
        """

    def names(self) -> list[str]:
        """Files that are whole, sorted."""

    def read(self, name: str) -> bytes:
        """All bytes of a file.

        Raises:
            DiskFailedError: no such file, or the disk refused.
        """

    def free_bytes(self) -> int:
        """Bytes that can still be written."""

    def reserve(self, length_bytes: int) -> None:
        """Hold room back, so that what must be written last can be written on a full disk.

        Raises:
            DiskFullError: there is not that much room.
        """

    def release_reserve(self) -> None:
        """Give the room back that `reserve` held, if any."""

    def remove_parts(self) -> None:
        """Remove what a power cut left unfinished, the reserve included. For the next boot, not during a lesson."""


class SafeDisk:
    """The order of steps that makes writing safe, on any `Files`."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def write_whole(self, name: str, data: bytes) -> None:
        """Part-file, fsync, rename, fsync of the folder."""
        folder, base = _split(name)
        part = f"{folder}{PART}{base}"
        with _our_errors(name):
            self._make_folder(folder)
            try:
                self._files.create(part, data)
                self._files.fsync(part)
            except OSError:
                self._discard(part)
                raise
            self._files.rename(part, name)
            # fsync the folder as well: after a power cut the file can be whole and its name missing.
            self._files.fsync_folder(folder.rstrip("/"))

    def append_line(self, name: str, line: bytes) -> None:
        """Append, fsync; fsync of the folder where the file is new."""
        if not line.endswith(b"\n") or line.count(b"\n") > 1:
            raise ValueError("A line ends with its only newline.")
        folder, _ = _split(name)
        with _our_errors(name):
            self._make_folder(folder)
            is_new = not self._files.exists(name)
            self._files.append(name, line)
        try:
            self._files.fsync(name)
            if is_new:
                self._files.fsync_folder(folder.rstrip("/"))
        except OSError as error:
            # Even where it is for want of room: the line may be there or not, so it must not be tried again.
            raise DiskFailedError(f"{name}: {error.strerror or error}.") from error

    def names(self) -> list[str]:
        """Files that are whole."""
        with _our_errors("the folder"):
            return [name for name in self._files.names() if not _split(name)[1].startswith(PART)]

    def read(self, name: str) -> bytes:
        """All bytes of a file."""
        _split(name)
        with _our_errors(name):
            return self._files.read(name)

    def free_bytes(self) -> int:
        """Bytes that can still be written."""
        with _our_errors("the folder"):
            return self._files.free_bytes()

    def reserve(self, length_bytes: int) -> None:
        """A file of zeros. Its name need not survive a power cut."""
        with _our_errors("the reserve"):
            try:
                self._files.create(RESERVE, bytes(length_bytes))
                self._files.fsync(RESERVE)
            except OSError:
                self._discard(RESERVE)
                raise

    def release_reserve(self) -> None:
        """Remove the file of zeros."""
        self._discard(RESERVE)

    def remove_parts(self) -> None:
        """Remove every part-file."""
        with _our_errors("the folder"):
            for name in self._files.names():
                if _split(name)[1].startswith(PART):
                    self._files.remove(name)

    def _discard(self, name: str) -> None:
        with contextlib.suppress(OSError):
            self._files.remove(name)

    def _make_folder(self, folder: str) -> None:
        if folder and not self._files.exists(folder.rstrip("/")):
            self._files.make_folder(folder.rstrip("/"))
            self._files.fsync_folder("")


class FolderDisk(SafeDisk):
    """A real folder, one per lesson."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`; make it, and bring its name to the disk, if it is not there.

        Raises:
            DiskFailedError: it cannot be made.
        """
        with _our_errors(str(folder)):
            if not folder.is_dir():
                folder.mkdir(mode=0o750)
                RealFiles(folder.parent).fsync_folder("")
        self.folder = folder
        super().__init__(RealFiles(folder))


def _split(name: str) -> tuple[str, str]:
    """Folder with its slash, and the rest; one folder deep, nothing hidden, nothing upwards.

    >>> _split("stanzas/ab.json")
    ('stanzas/', 'ab.json')
    """
    parts = name.split("/")
    if len(parts) > 2 or any(part in ("", ".", "..") for part in parts) or "\0" in name:
        raise ValueError(f"{name!r} is no name in a lesson's folder.")
    return name[: -len(parts[-1])], parts[-1]


@contextlib.contextmanager
def _our_errors(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(f"No room for {name}.") from error
        raise DiskFailedError(f"{name}: {error.strerror or error}.") from error
