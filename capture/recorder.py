"""Put encoder, sealer and disk together: one lesson, from the first frame to its manifest.

::

    start      stanzas/*.json, then header.json            on the disk before the first frame
    2 s, 4 s   seal in memory -> 0-000001.seg -> one line of links.jsonl -> on_stored
    log        seal in memory -> 2-000000.seg -> one line of links.jsonl -> on_stored
    stop       the last segments, marked final -> manifest.json

What is not sealed never reaches the disk, and the disk is all that is ever written to. A power cut takes what the
encoder still held: under two seconds (capture/fragments.py).

When the disk is full, the room held back at the start lets the lesson end in good order: `DiskFullError` is raised
when everything handed in so far is stored, and `stop(End.DISK_FULL)` still works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from capture.camera import CodedPicture
from capture.disk import Disk
from capture.errors import CaptureError, DiskFailedError, DiskFullError
from capture.fragments import Fragment, FragmentedMp4
from lesson.footage.manifest import End
from lesson.footage.sealing import LessonSealer, SealedSegment
from lesson.footage.segments import SegmentName, Track
from lesson.sound import AudioBlock

HEADER = "header.json"
LINKS = "links.jsonl"
MANIFEST = "manifest.json"

RESERVE_BYTES = 4 * 1024 * 1024
"""Room for the end of a lesson on a full disk: two segments at the highest bit rate, a lesson's account, manifest."""


class RecordingOverError(CaptureError):
    """Something was handed in after the lesson had ended, or after the disk had failed."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A sealed segment that a power cut can no longer take."""

    name: SegmentName
    file_name: str
    """In the lesson's folder."""
    length: int
    """Bytes of the sealed segment."""
    line: bytes
    """Its line of links.jsonl, newline included."""
    duration: float
    """Seconds that it plays."""


def _nobody_waits(_stored: Stored) -> None:
    """Nothing follows."""


class LessonRecorder:
    """Records one lesson. One thread at a time: whoever owns the threads takes turns."""

    def __init__(
        self,
        disk: Disk,
        sealer: LessonSealer,
        encoder: FragmentedMp4 | None,
        on_stored: Callable[[Stored], None] = _nobody_waits,
        *,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        """Write header and stanzas to the empty `disk`. No `encoder`: a lesson of numbers only.

        Raises:
            DiskFullError: no room even for the start.
            DiskFailedError: the disk refused, or another lesson is on it.
        """
        if disk.names():
            raise DiskFailedError("There is a lesson in this folder already.")
        self._disk = disk
        self._sealer = sealer
        self._encoder = encoder
        self._on_stored = on_stored
        self._is_over = False
        self.segments = 0
        """Sealed and stored so far, of every track."""
        try:
            disk.reserve(reserve_bytes)
            # The header last: where there is a header, there is somebody who can open the lesson.
            for stanza in sealer.stanzas:
                disk.write_whole(stanza.file_name, stanza.data)
            disk.write_whole(HEADER, sealer.header_bytes)
        except DiskFailedError:
            self.abandon()
            raise

    @property
    def is_over(self) -> bool:
        """Nothing can be recorded any more."""
        return self._is_over

    def picture(self, picture: CodedPicture) -> None:
        """Record a picture.

        Raises:
            DiskFullError: everything so far is stored; call ``stop(End.DISK_FULL)``.
            DiskFailedError: the lesson ends with the last `Stored`; the next boot closes it.
            EncoderError: no pictures were agreed on.
        """
        self._check_running()
        if self._encoder is not None:
            self._store_fragments(self._encoder.picture(picture))

    def sound(self, block: AudioBlock) -> None:
        """Record a block of sound; raises as `picture`."""
        self._check_running()
        if self._encoder is not None:
            self._store_fragments(self._encoder.sound(block))

    def still(self, data: bytes) -> None:
        """Record a still, a JPEG file; raises as `picture`."""
        self._check_running()
        self._store([(Track.STILLS, data, False, 0.0)])

    def log(self, lines: bytes, *, final: bool = False) -> None:
        """Record lines of the lesson log (`lesson.talk.Heard`, JSON); raises as `picture`."""
        self._check_running()
        self._store([(Track.LOG, lines, final, 0.0)])

    def seal_evidence(self, lines: bytes) -> tuple[int, bytes]:
        """Seal lines for MQTT: their index and the sealed bytes. Nothing is written."""
        self._check_running()
        return self._sealer.seal_evidence(lines)

    def stop(self, end: End = End.STOPPED) -> bytes:
        """End the lesson: the last segments, then the manifest; its bytes. The content key is gone afterwards.

        Raises:
            DiskFailedError: the manifest could not be written; the next boot closes the lesson.
        """
        self._check_running()
        fragments = self._encoder.finish() if self._encoder is not None else []
        try:
            self._store_fragments(fragments)
        except DiskFullError:
            end = End.DISK_FULL
        self._check_running()
        self._is_over = True
        manifest = self._sealer.close(end)
        self._disk.release_reserve()
        self._disk.write_whole(MANIFEST, manifest)
        return manifest

    def abandon(self) -> None:
        """Forget the content key and write nothing more. The next boot closes the lesson as interrupted."""
        self._is_over = True
        self._sealer.forget()
        if self._encoder is not None:
            self._encoder.close()
        self._disk.release_reserve()

    def _check_running(self) -> None:
        if self._is_over:
            raise RecordingOverError("This lesson is over.")

    def _store_fragments(self, fragments: Iterable[Fragment]) -> None:
        self._store([(Track.AV, piece.data, piece.is_final, piece.duration) for piece in fragments])

    def _store(self, pieces: Iterable[tuple[Track, bytes, bool, float]]) -> None:
        """Seal and write; on a full disk go into the reserve, and say so when all pieces are stored."""
        full: DiskFullError | None = None
        for track, plaintext, final, duration in pieces:
            sealed = self._sealer.seal(track, plaintext, final=final, duration=duration)
            try:
                full = self._write(sealed) or full
            except DiskFailedError:
                # The sealer's chain names a segment that is not there: no manifest may be signed with it.
                self.abandon()
                raise
            self.segments += 1
            self._on_stored(
                Stored(sealed.name, sealed.name.file_name, len(sealed.ciphertext), sealed.line, duration),
            )
        if full is not None:
            raise full

    def _write(self, sealed: SealedSegment) -> DiskFullError | None:
        full = self._on_full_disk_too(self._disk.write_whole, sealed.name.file_name, sealed.ciphertext)
        return self._on_full_disk_too(self._disk.append_line, LINKS, sealed.line) or full

    def _on_full_disk_too(self, write: Callable[[str, bytes], None], name: str, data: bytes) -> DiskFullError | None:
        """Write; where the disk is full, into the room held back. The error, if that was needed."""
        try:
            write(name, data)
        except DiskFullError as error:
            self._disk.release_reserve()
            write(name, data)
            return error
        return None
