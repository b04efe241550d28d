"""A sealed lesson as one zip, made while it is sent: nothing of it lies in memory but the segment that is on its way.

::

    2026-11-17-1000-lab-2/header.json  stanzas/  grants/  links.jsonl  manifest.json      as `waitwise open` takes them
                          identity.json                                                  hers, locked under her words
                          0-000000.seg  0-000001.seg  ...                                 stored, not packed

A segment that is gone from the school's disk is left out; whoever opens the lesson is told so by its links.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime

from school.footage_store import FootageStore
from school.lessons import SealedLesson

_NAMELESS = re.compile(r"[^A-Za-z0-9]+")


def folder_name(sealed: SealedLesson) -> str:
    """What the zip and the folder in it are called: when and where it was recorded.

    The title is not in it: letters that one computer's files may have another's may not.
    """
    unit = _NAMELESS.sub("-", sealed.lesson.unit).strip("-")
    return f"{sealed.lesson.started_at:%Y-%m-%d-%H%M}-{unit or 'lesson'}"


def sealed_zip(sealed: SealedLesson, identity: bytes, store: FootageStore) -> Iterator[bytes]:
    """The bytes of the zip, a piece for each file."""
    folder, at = folder_name(sealed), sealed.lesson.started_at
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for path, data in _files(sealed, identity, store):
            archive.writestr(_entry(f"{folder}/{path}", at), data)
            yield pipe.take()
    yield pipe.take()


def _files(sealed: SealedLesson, identity: bytes, store: FootageStore) -> Iterator[tuple[str, bytes]]:
    lines = b"".join(line.rstrip(b"\n") + b"\n" for line in sealed.links)
    yield "header.json", sealed.header
    yield "links.jsonl", lines
    if sealed.manifest is not None:
        yield "manifest.json", sealed.manifest
    yield "identity.json", identity
    for folder, bodies in (("stanzas", sealed.stanzas), ("grants", sealed.grants)):
        for number, body in enumerate(bodies):
            yield f"{folder}/{number:04d}.json", body
    for name in sorted(store.lengths(sealed.lesson.lesson)):
        chunks = store.read(sealed.lesson.lesson, name)
        if chunks is not None:
            yield name.file_name, b"".join(chunks)


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.external_attr = 0o600 << 16
    return entry


class _Pipe(io.RawIOBase):
    """What zipfile writes, to be taken out again. It has no place to seek to, so lengths stand behind the bytes too."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It can only be written to."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Keep the next bytes."""
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Everything written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
