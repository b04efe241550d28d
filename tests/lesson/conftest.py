"""A small lesson, sealed once, for every test that takes one apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from lesson.footage.header import Audio, ClockQuality, Header, Media, Video
from lesson.footage.identity import Identity
from lesson.footage.manifest import End
from lesson.footage.opening import OpenLesson
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import SegmentName, Track
from lesson.footage.signed import UnitKey

MEDIA = Media(Video("avc1.42C01F", 1280, 720, 25.0), Audio("mp4a.40.2", 48_000))


@dataclass(frozen=True)
class Folder:
    """A lesson's folder, in memory."""

    header: bytes
    stanzas: tuple[bytes, ...]
    links: bytes
    manifest: bytes | None
    segments: Mapping[SegmentName, bytes]
    evidence: tuple[bytes, ...]
    plaintexts: Mapping[SegmentName, bytes]
    unit_key: UnitKey
    teacher: Identity
    coach: Identity

    def open(self, identity: Identity | None = None, *, unit_key: bytes | None = None) -> OpenLesson:
        who = identity or self.teacher
        return OpenLesson(self.header, self.stanzas, self.links, self.manifest, who, unit_key=unit_key)

    def read(self) -> dict[SegmentName, bytes]:
        """Open everything, as a reader does."""
        lesson = self.open(unit_key=self.unit_key.public)
        lesson.expect_all(self.segments)
        for index, piece in enumerate(self.evidence):
            lesson.open_evidence(index, piece)
        return {name: lesson.open_segment(name, ciphertext) for name, ciphertext in self.segments.items()}

    def but(self, **changes: object) -> Folder:
        """The same folder, tampered with."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def lines(self) -> list[bytes]:
        return self.links.splitlines(keepends=True)


def record(unit_key: UnitKey, teacher: Identity, coach: Identity, end: End = End.STOPPED) -> Folder:
    """Two minutes of nothing: 4 segments of picture and sound, 2 of the log, 2 pieces of evidence."""
    header = Header.new(
        unit="room-12",
        unit_key=unit_key.public,
        started_at=datetime(2026, 11, 17, 9, 0, tzinfo=UTC),
        recipients=((teacher.recipient, RecipientRole.TEACHER), (coach.recipient, RecipientRole.COACH)),
        media=MEDIA,
        clock=ClockQuality.SYNCED,
        mask="door",
    )
    sealer = LessonSealer(header, [teacher.recipient, coach.recipient], unit_key)
    parts = [
        (Track.AV, b"ftyp moov", False, 0.0),
        (Track.AV, b"moof mdat one", False, 2.0),
        (Track.LOG, b'{"state":null}\n', False, 2.0),
        (Track.AV, b"moof mdat two", False, 2.0),
        (Track.AV, b"moof mdat three", True, 1.4),
        (Track.LOG, b'{"wait":null}\n', True, 3.4),
    ]
    sealed = [sealer.seal(track, text, final=final, duration=seconds) for track, text, final, seconds in parts]
    evidence = tuple(sealer.seal_evidence(text)[1] for text in (b"a wait", b"another"))
    return Folder(
        header=sealer.header_bytes,
        stanzas=tuple(stanza.data for stanza in sealer.stanzas),
        links=b"".join(segment.line for segment in sealed),
        manifest=sealer.close(end),
        segments={segment.name: segment.ciphertext for segment in sealed},
        evidence=evidence,
        plaintexts={segment.name: part[1] for segment, part in zip(sealed, parts, strict=True)},
        unit_key=unit_key,
        teacher=teacher,
        coach=coach,
    )


@pytest.fixture(scope="session")
def folder() -> Folder:
    return record(UnitKey.generate(), Identity.generate(), Identity.generate())


@pytest.fixture(scope="session")
def other(folder: Folder) -> Folder:
    """Another lesson of the same unit and the same teacher."""
    return record(folder.unit_key, folder.teacher, folder.coach)
