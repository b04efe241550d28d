"""Open a sealed lesson: where the identity is, and nowhere else.

::

    lesson folder                          out.mp4
      header.json  stanzas/  links.jsonl     ftyp moov moof mdat moof mdat ...
      manifest.json  0-000000.seg ...      out.account.json   (on request)

Everything is verified before the first byte is written, and the film takes its name only when it is whole: a damaged
lesson leaves no film behind. With `skip_damaged` the intact rest is written and what was left out is named.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lesson.footage.errors import FootageError, HeaderError, SegmentMissingError
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson
from lesson.footage.segments import SegmentName, Track
from lesson.talk import Account, Heard
from lesson.wire import from_wire, loads


@dataclass(frozen=True, slots=True)
class Opened:
    """What was written."""

    lesson: str
    segments: int
    """Segments in the film, the initialization segment included."""
    duration_s: float
    end: str | None
    """How the lesson ended; None while it has no manifest."""
    left_out: tuple[str, ...]
    """Errors of what was skipped, one sentence each."""
    account: Account | None


def open_lesson(
    folder: Path,
    identity: Identity,
    out: Path,
    *,
    unit_key: bytes | None = None,
    skip_damaged: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Opened:
    """Write the film of the lesson in `folder` to `out`; raise a `FootageError` that names what is wrong."""
    lesson = _verified(folder, identity, unit_key)
    reader = _Reader(folder, lesson, skip_damaged=skip_damaged)
    film = [name for name in lesson.segments if name.track in (Track.AV, Track.AUDIO)]
    work = len(lesson.segments) * 2
    if not skip_damaged:
        # Once over everything before anything is written: no film of half a damaged lesson.
        for done, name in enumerate(lesson.segments):
            reader.open(name)
            on_progress(done, work)
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as stream:
            for done, name in enumerate(film):
                stream.write(reader.open(name) or b"")
                on_progress(len(lesson.segments) + done, work)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    account = _account(reader, [name for name in lesson.segments if name.track is Track.LOG])
    on_progress(work, work)
    return Opened(
        lesson=lesson.header.lesson,
        segments=len(film) - len(reader.errors.keys() & set(film)),
        duration_s=round(sum(link.duration for link in lesson.links if link.name in set(film)), 3),
        end=lesson.manifest.end.value if lesson.manifest else None,
        left_out=tuple(f"{type(error).__name__}: {error}" for error in reader.errors.values()),
        account=account,
    )


def _verified(folder: Path, identity: Identity, unit_key: bytes | None) -> OpenLesson:
    if not (folder / "header.json").is_file():
        raise HeaderError(f"{folder} holds no lesson: there is no header.json in it.")
    manifest = folder / "manifest.json"
    links = folder / "links.jsonl"
    return OpenLesson(
        (folder / "header.json").read_bytes(),
        [stanza.read_bytes() for stanza in sorted((folder / "stanzas").glob("*.json"))],
        links.read_bytes() if links.is_file() else b"",
        manifest.read_bytes() if manifest.is_file() else None,
        identity,
        unit_key=unit_key,
    )


class _Reader:
    """Reads and opens segments, remembering what it had to leave out."""

    def __init__(self, folder: Path, lesson: OpenLesson, *, skip_damaged: bool) -> None:
        self._folder = folder
        self._lesson = lesson
        self._skips = skip_damaged
        self.errors: dict[SegmentName, FootageError] = {}

    def open(self, name: SegmentName) -> bytes | None:
        """Plaintext of a segment, or None where it is skipped."""
        try:
            try:
                ciphertext = (self._folder / name.file_name).read_bytes()
            except FileNotFoundError as error:
                raise SegmentMissingError(f"{name.file_name} is missing.") from error
            return self._lesson.open_segment(name, ciphertext)
        except FootageError as error:
            if not self._skips:
                raise
            self.errors[name] = error
            return None


def _account(reader: _Reader, names: list[SegmentName]) -> Account | None:
    """The last account in the lesson log."""
    account = None
    for name in names:
        for line in (reader.open(name) or b"").splitlines():
            account = from_wire(Heard, loads(line)).account or account
    return account
