"""A school in memory: the stand-in for demo, documents and tests, and the upload's rules in their shortest form.

::

    403  not this unit's lesson        409  other bytes are under that name
    410  the school has deleted it
    413  too large                     422  the link does not match, or nobody agreed on it

It checks what a real school checks and can open nothing. It forgets everything when the program ends, so it gives its
receipts with a key made for it; a unit trusts them only if it was told that key.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from lesson.footage.chain import Chain, Link
from lesson.footage.deletion import DeletedBy, Deletion
from lesson.footage.errors import FootageError
from lesson.footage.grant import check_grants
from lesson.footage.header import Header, header_hash
from lesson.footage.manifest import Manifest, manifest_hash
from lesson.footage.receipt import Receipt
from lesson.footage.signed import ReceiptKey
from lesson.footage.stanza import Stanza
from sync.errors import LessonDeletedError, PieceError, SchoolRefusedError
from sync.pieces import HEADER_NAME, Kind, PieceName, check_piece
from sync.uplink import NOTHING, AlreadyThere, Answer, Committed, Have, Missing, Stored

K = TypeVar("K")

MAX_PIECE_BYTES = 64 * 1024 * 1024
"""A segment of 2 s has about 1 MB."""


@dataclass(slots=True)
class _Lesson:
    unit: str
    header: Header
    header_bytes: bytes
    stanzas: dict[str, bytes] = field(default_factory=dict)
    grants: dict[str, bytes] = field(default_factory=dict)
    segments: dict[tuple[int, int], bytes] = field(default_factory=dict)
    links: dict[tuple[int, int], bytes] = field(default_factory=dict)
    manifest: bytes | None = None
    receipt: bytes | None = None

    @property
    def unit_key(self) -> bytes:
        return bytes.fromhex(self.header.unit_key)


@dataclass(slots=True)
class _Deleted:
    unit: str
    receipt: bytes
    is_told: bool = False


class MemorySchool:
    """Takes lessons from any number of units. Safe to use from several threads."""

    def __init__(self, receipt_key: ReceiptKey, now: Callable[[], datetime]) -> None:
        """`now` gives the aware moment that receipts carry."""
        self._key = receipt_key
        self._now = now
        self._lessons: dict[str, _Lesson] = {}
        self._deleted: dict[str, _Deleted] = {}
        self._lock = threading.Lock()

    def put(self, unit: str, lesson_id: str, name: str, body: bytes, link: bytes | None = None) -> Answer:
        """Take a piece from a unit. Raises `SchoolRefusedError`."""
        if len(body) > MAX_PIECE_BYTES:
            raise SchoolRefusedError(f"{name} has {len(body)} bytes, {MAX_PIECE_BYTES} at most.", status=413)
        with self._lock:
            try:
                return self._take(unit, lesson_id, check_piece(lesson_id, name, link), body, link)
            except (FootageError, PieceError) as error:
                raise SchoolRefusedError(f"{name}: {error}", status=422) from error

    def have(self, unit: str, lesson_id: str) -> Have:
        """What is here of a unit's lesson. Raises `SchoolRefusedError`."""
        with self._lock:
            self._refuse_deleted(unit, lesson_id)
            lesson = self._lessons.get(lesson_id)
            if lesson is None:
                return NOTHING
            _expect_owner(unit, lesson.unit)
            return Have(
                header=True,
                stanzas=tuple(lesson.stanzas),
                grants=tuple(lesson.grants),
                segments=tuple(lesson.segments),
                manifest=lesson.manifest is not None,
                receipt=lesson.receipt,
            )

    def lose(self, lesson_id: str, name: str | None = None) -> None:
        """Lose a segment, or a whole lesson, as a school does that is restored from an older backup."""
        with self._lock:
            if name is None:
                del self._lessons[lesson_id]
                return
            lesson, segment = self._lessons[lesson_id], PieceName.parse(name).segment
            if segment is None:
                raise PieceError(f"{name} is no segment.")
            del lesson.segments[segment.track, segment.index]
            lesson.receipt = None

    def delete(self, lesson_id: str) -> None:
        """Destroy a lesson, and sign for that."""
        with self._lock:
            lesson = self._lessons.pop(lesson_id)
            hashed = header_hash(lesson.header_bytes).hex()
            self._deleted[lesson_id] = _Deleted(
                lesson.unit,
                Deletion(
                    lesson=lesson_id,
                    header_sha256=hashed,
                    chain=Manifest.decode(lesson.manifest, lesson.unit_key).chain if lesson.manifest else hashed,
                    segments=len(lesson.segments),
                    length_bytes=sum(map(len, lesson.segments.values())),
                    by=DeletedBy.TEACHER,
                    deleted_at=self._now(),
                ).sign(self._key),
            )

    def deletions(self, unit: str) -> tuple[bytes, ...]:
        """Receipts of a unit's deleted lessons, until it has said that its copies are gone."""
        with self._lock:
            return tuple(each.receipt for each in self._deleted.values() if each.unit == unit and not each.is_told)

    def has_deleted(self, unit: str, lesson_id: str) -> None:
        """A unit has no copy any more. Raises `SchoolRefusedError`."""
        with self._lock:
            deleted = self._deleted.get(lesson_id)
            if deleted is None or deleted.unit != unit:
                raise SchoolRefusedError("No lesson of this unit was deleted under that name.", status=404)
            deleted.is_told = True

    def _refuse_deleted(self, unit: str, lesson_id: str) -> None:
        if (deleted := self._deleted.get(lesson_id)) is not None:
            _expect_owner(unit, deleted.unit)
            raise LessonDeletedError("This lesson was deleted.", deleted.receipt)

    def _take(self, unit: str, lesson_id: str, name: PieceName, body: bytes, link: bytes | None) -> Answer:
        self._refuse_deleted(unit, lesson_id)
        lesson = self._lessons.get(lesson_id)
        if lesson is not None:
            _expect_owner(unit, lesson.unit)
        if name.kind is Kind.HEADER:
            return self._take_header(unit, lesson_id, body)
        if lesson is None:
            raise PieceError(f"{HEADER_NAME} of a lesson comes first.")
        if name.kind is Kind.KEY and str(name).startswith("grants/"):
            (grant,) = check_grants(lesson.header, header_hash(lesson.header_bytes), [body])
            _expect(grant.file_name == str(name), "This is another grant.")
            return _keep(lesson.grants, grant.grant, body)
        if name.kind is Kind.KEY:
            stanza = Stanza.decode(body, lesson.unit_key)
            _expect(stanza.file_name == str(name), "This is somebody else's stanza.")
            _expect(stanza.header_sha256 == header_hash(lesson.header_bytes).hex(), "It is for another lesson.")
            return _keep(lesson.stanzas, stanza.kid, body)
        if name.kind is Kind.MANIFEST:
            return self._take_manifest(lesson, body)
        return _take_segment(lesson, name, body, link or b"")

    def _take_header(self, unit: str, lesson_id: str, body: bytes) -> Answer:
        header = Header.decode(body)
        _expect(header.lesson == lesson_id, "The header is another lesson's.")
        _expect_owner(unit, header.unit)
        known = self._lessons.setdefault(lesson_id, _Lesson(unit, header, body))
        if known.header_bytes != body:
            raise SchoolRefusedError("This lesson has another header.", status=409)
        return Stored() if known.header is header else AlreadyThere()

    def _take_manifest(self, lesson: _Lesson, body: bytes) -> Answer:
        manifest = Manifest.decode(body, lesson.unit_key)
        hashed = header_hash(lesson.header_bytes)
        _expect(manifest.header_sha256 == hashed.hex(), "The manifest is another lesson's.")
        if lesson.manifest not in (None, body):
            raise SchoolRefusedError("This lesson has another manifest.", status=409)
        named = [(int(track), index) for track, count in manifest.segments.items() for index in range(count)]
        missing = [one for one in named if one not in lesson.segments]
        if missing:
            lesson.manifest = body
            return Missing(tuple(missing))
        _expect_chain(lesson, manifest, hashed)
        lesson.manifest = body
        if lesson.receipt is None:
            receipt = Receipt(
                lesson=manifest.lesson,
                header_sha256=hashed.hex(),
                manifest_sha256=manifest_hash(body),
                segments=manifest.segment_count,
                received_at=self._now(),
            )
            lesson.receipt = receipt.sign(self._key)
        return Committed(lesson.receipt)


class MemoryUplink:
    """One unit's way to a `MemorySchool`."""

    def __init__(self, school: MemorySchool, unit: str) -> None:
        self._school = school
        self._unit = unit

    def put(self, lesson_id: str, name: str, body: bytes, link: bytes | None = None) -> Answer:
        """As in `Uplink`."""
        return self._school.put(self._unit, lesson_id, name, body, link)

    def have(self, lesson_id: str) -> Have:
        """As in `Uplink`."""
        return self._school.have(self._unit, lesson_id)

    def deletions(self) -> tuple[bytes, ...]:
        """As in `Uplink`."""
        return self._school.deletions(self._unit)

    def has_deleted(self, lesson_id: str) -> None:
        """As in `Uplink`."""
        self._school.has_deleted(self._unit, lesson_id)

    def close(self) -> None:
        """Nothing to give back."""


def _take_segment(lesson: _Lesson, name: PieceName, body: bytes, line: bytes) -> Answer:
    link = Link.decode(line, lesson.unit_key)
    _expect(link.name == name.segment, "The link is another segment's.")
    _expect((link.length, link.sha256) == (len(body), hashlib.sha256(body).hexdigest()), "The link is for other bytes.")
    place = (int(link.track), link.index)
    if lesson.links.get(place, line) != line:
        raise SchoolRefusedError("This segment has another link.", status=409)
    answer = _keep(lesson.segments, place, body)
    lesson.links[place] = line
    return answer


def _keep(kept: dict[K, bytes], key: K, body: bytes) -> Answer:
    if key not in kept:
        kept[key] = body
        return Stored()
    if kept[key] != body:
        raise SchoolRefusedError("Other bytes are here under that name.", status=409)
    return AlreadyThere()


def _expect_chain(lesson: _Lesson, manifest: Manifest, hashed: bytes) -> None:
    """The links come in any order, so their order is found by following the chain."""
    by_track: dict[int, list[Link]] = {}
    for line in lesson.links.values():
        link = Link.decode(line, lesson.unit_key)
        by_track.setdefault(link.track, []).append(link)
    for links in by_track.values():
        links.sort(key=lambda link: link.index, reverse=True)
    chain = Chain(hashed)
    while any(by_track.values()):
        for links in by_track.values():
            if links and _follows(chain, links[-1]):
                links.pop()
                break
        else:
            raise PieceError("The links do not make one chain.")
    _expect((chain.counts, chain.head.hex()) == (manifest.segments, manifest.chain), "The manifest is for other links.")


def _follows(chain: Chain, link: Link) -> bool:
    try:
        chain.feed(link)
    except FootageError:
        return False
    return True


def _expect(holds: object, sentence: str) -> None:
    if not holds:
        raise PieceError(sentence)


def _expect_owner(unit: str, owner: str) -> None:
    if unit != owner:
        raise SchoolRefusedError("This lesson is another unit's.", status=403)
