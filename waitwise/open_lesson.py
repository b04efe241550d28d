"""Open a sealed lesson: where the identity is, and nowhere else.

::

    lesson folder                          out.mp4
      header.json  stanzas/                  ftyp moov moof mdat moof mdat ...
      grants/  clips/
      links.jsonl  manifest.json  *.seg    out.account.json   (on request)

Everything is verified before the first byte is written, and the film takes its name only when it is whole: a damaged
lesson leaves no film behind, and one without a manifest counts as damaged, because nobody can tell where it ended.
With `skip_damaged` the intact rest is written and what was left out is named. What is written is for its owner only.
Of somebody to whom clips were handed on, and no more, the film has those seconds, and nothing else counts as missing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from lesson.footage.errors import (
    FootageError,
    GrantError,
    HeaderError,
    ManifestError,
    SegmentDamagedError,
    SegmentMissingError,
)
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson
from lesson.footage.segments import SegmentName, Track
from lesson.talk import Account, Heard
from lesson.wire import WireError, from_wire, loads
from waitwise.errors import CommandError

MAX_SEGMENT_BYTES = 256 * 1024 * 1024
"""Longer ones nobody seals: 2 s of the best picture have some megabytes."""

_NO_MANIFEST = "There is no manifest.json: the end of the lesson may be missing."


@dataclass(frozen=True, slots=True)
class Opened:
    """What was written."""

    lesson: str
    segments: int
    """Segments in the film, the initialization segment included."""
    stills: int
    """Pictures that prove the mask."""
    duration_s: float
    end: str | None
    """How the lesson ended; None while it has no manifest."""
    left_out: tuple[str, ...]
    """Errors of what was skipped, one sentence each."""
    account: Account | None
    is_clip: bool
    """Only some seconds were handed on to her."""
    notes: tuple[str, ...]
    """What the giver wrote to what she handed on."""


def open_lesson(
    folder: Path,
    identity: Identity,
    out: Path,
    *,
    unit_key: bytes | None = None,
    stills: Path | None = None,
    skip_damaged: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Opened:
    """Write the film of the lesson in `folder` to `out`; raise a `FootageError` that names what is wrong.

    `stills`: a new folder for the pictures that prove a privacy mask.
    """
    lesson = _verified(folder, identity, unit_key)
    if not (lesson.is_complete or skip_damaged):
        raise ManifestError(_NO_MANIFEST)
    reader = _Reader(folder, lesson, skip_damaged=skip_damaged)
    film = [name for name in lesson.segments if name.track in (Track.AV, Track.AUDIO)]
    work = len(lesson.segments) * 2
    if not skip_damaged:
        # Once over everything before anything is written: no film of half a damaged lesson.
        for done, name in enumerate(lesson.segments):
            reader.open(name)
            on_progress(done, work)
    logs = [name for name in lesson.segments if name.track is Track.LOG]
    account = _numbers_of_clips(lesson) if lesson.clips else _account(reader, logs)
    part = out.with_name(out.name + ".part")
    try:
        with open_private(part) as stream:
            for done, name in enumerate(film):
                stream.write(reader.open(name) or b"")
                on_progress(len(lesson.segments) + done, work)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    proofs = [] if stills is None else [name for name in lesson.segments if name.track is Track.STILLS]
    if stills is not None:
        stills.mkdir(mode=0o700)
        for name in proofs:
            if (picture := reader.open(name)) is not None:
                with open_private(stills / f"{name.index:06d}.jpg") as stream:
                    stream.write(picture)
    on_progress(work, work)
    return Opened(
        lesson=lesson.header.lesson,
        stills=len(proofs) - len(reader.errors.keys() & set(proofs)),
        segments=len(film) - len(reader.errors.keys() & set(film)),
        duration_s=round(sum(link.duration for link in lesson.links if link.name in set(film)), 3),
        end=lesson.manifest.end.value if lesson.manifest else None,
        left_out=(
            *(() if lesson.is_complete else (f"{ManifestError.__name__}: {_NO_MANIFEST}",)),
            *(f"{type(error).__name__}: {error}" for error in reader.errors.values()),
        ),
        account=account,
        is_clip=bool(lesson.clips),
        notes=tuple(filter(None, (lesson.note, *(clip.note for clip in lesson.clips)))),
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
        grants=[grant.read_bytes() for grant in sorted((folder / "grants").glob("*.json"))],
        clips=[clip.read_bytes() for clip in sorted((folder / "clips").glob("*.json"))],
        at=datetime.now(UTC),
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
                ciphertext = _bytes_of(self._folder / name.file_name)
            except FileNotFoundError as error:
                raise SegmentMissingError(f"{name.file_name} is missing.") from error
            return self._lesson.open_segment(name, ciphertext)
        except FootageError as error:
            self.leave_out(name, error)
            return None

    def leave_out(self, name: SegmentName, error: FootageError) -> None:
        """Remember the error, or raise it where nothing may be left out."""
        if not self._skips:
            raise error
        self.errors[name] = error


def _account(reader: _Reader, names: list[SegmentName]) -> Account | None:
    """The last account in the lesson log."""
    account = None
    for name in names:
        try:
            for line in (reader.open(name) or b"").splitlines():
                account = from_wire(Heard, loads(line)).account or account
        except WireError as error:
            reader.leave_out(
                name, SegmentDamagedError(f"{name.file_name} holds no lesson log that is known here. {error}")
            )
    return account


def _numbers_of_clips(lesson: OpenLesson) -> Account | None:
    """What the giver has told of these seconds, all clips together."""
    told: list[Account] = []
    for clip in lesson.clips:
        try:
            heard = [from_wire(Heard, loads(line)).account for line in clip.numbers.splitlines()]
        except WireError as error:
            raise GrantError(f"The numbers of this clip are none that are known here. {error}") from error
        told += [account for account in heard if account is not None]
    if not told:
        return None
    return replace(
        told[0],
        states=tuple(sorted({each for account in told for each in account.states}, key=lambda each: each.start)),
        phases=tuple(sorted({each for account in told for each in account.phases}, key=lambda each: each.start)),
        waits=tuple(sorted({each for account in told for each in account.waits}, key=lambda each: each.t_end)),
    )


def _bytes_of(path: Path) -> bytes:
    """Bytes of a segment. A pipe or a device, which would never end, reads as nothing, and so as damaged."""
    if stat.S_ISREG(path.stat().st_mode) and path.stat().st_size <= MAX_SEGMENT_BYTES:
        return path.read_bytes()
    return b""


def expect_place(file: Path) -> None:
    """Refuse before the work what could not be written after it."""
    if file.exists() or file.is_symlink():
        raise CommandError(f"{file} is there already.", "Choose another name, or move this file away.")
    if not file.parent.is_dir():
        raise CommandError(f"There is no folder {file.parent}.", "Make the folder first, or choose another one.")


def open_private(path: Path) -> BinaryIO:
    """A new file that its owner alone can read: what goes in is not sealed any more."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")
