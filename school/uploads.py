"""Takes in what units send: header, wrapped keys, segments, manifest. Twice is the same as once.

::

    header     201   who it is for, and which key signs
    stanzas    201
    grants     201   of a lesson that somebody claimed
    segments   201 each, in any order          the link is checked before the body is read
    manifest   202 {missing}  or  200 receipt  the unit deletes its copy only for the receipt
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from lesson.footage.chain import Link
from lesson.footage.errors import LinkError, ManifestError
from lesson.footage.header import Header, header_hash
from lesson.footage.manifest import Manifest
from lesson.footage.recipients import RecipientRole
from lesson.footage.segments import MAX_INDEX, SegmentName, Track
from lesson.footage.signed import ReceiptKey
from lesson.wire import to_wire
from school.database import Database, GrantRow, SegmentRow, StanzaRow, UnitRow, insert_new
from school.envelope import header_of, keep_claim, keep_header, keep_stanza, lesson_of_unit
from school.errors import GoneError, MismatchError, OtherBytesError
from school.footage_store import Arriving, FootageStore, Kept
from school.receipts import sign_receipt

MAX_MISSING = 1000
"""Segments named in one answer to a manifest. The unit sends those and asks again."""


@dataclass(frozen=True, slots=True)
class ManifestAnswer:
    """What a unit hears after the manifest."""

    receipt: bytes | None
    """The signed receipt, or None while something is missing."""
    missing: tuple[SegmentName, ...] = ()


class Uploads:
    """What a unit may do with its own lessons. The unit was checked by whoever calls."""

    def __init__(self, database: Database, store: FootageStore, key: ReceiptKey, now: Callable[[], datetime]) -> None:
        self._database = database
        self._store = store
        self._key = key
        self._now = now

    def header(self, unit: UnitRow, lesson: str, body: bytes) -> bool:
        """Keep a header; say whether it is new."""
        with self._database.writing() as session:
            return keep_header(session, unit, lesson, body, self._now())

    def stanza(self, unit: UnitRow, lesson: str, kid: str, body: bytes) -> bool:
        """Keep a wrapped key; say whether it is new."""
        with self._database.writing() as session:
            return keep_stanza(session, unit, lesson, body, kid)

    def grant(self, unit: UnitRow, lesson: str, name: str, body: bytes) -> bool:
        """Keep the grant by which somebody claimed a lesson; say whether it is new."""
        with self._database.writing() as session:
            return keep_claim(session, unit, lesson, body, name, self._now())

    def link(self, unit: UnitRow, lesson: str, name: SegmentName, line: bytes, length_bytes: int) -> Link:
        """Check what the unit says of a segment, before its body is read."""
        with self._database.reading() as session:
            _, header = header_of(lesson_of_unit(session, unit.unit, lesson))
        try:
            link = Link.decode(line, bytes.fromhex(header.unit_key))
        except LinkError as error:
            raise MismatchError(str(error)) from error
        if link.name != name:
            raise MismatchError(f"This link is for {link.name.file_name}, not for {name.file_name}.")
        if link.length != length_bytes:
            raise MismatchError(f"The link says {link.length} bytes, the request {length_bytes}.")
        return link

    def segment(self, unit: UnitRow, lesson: str, link: Link, line: bytes, arriving: Arriving) -> bool:
        """Keep a segment whose bytes have arrived and were checked; say whether it is new.

        The file comes first: a row without a file would be a lie, a file without a row is only not known yet.
        """
        kept = arriving.keep(lesson, link.name)
        if kept is Kept.CONFLICT:
            raise OtherBytesError(f"The school has other bytes for {link.name.file_name}. They stay.")
        try:
            return self._know(unit, lesson, link, line)
        except GoneError:
            # Destroyed while it came in, perhaps after its folder was removed.
            self._store.remove(lesson)
            raise

    def _know(self, unit: UnitRow, lesson: str, link: Link, line: bytes) -> bool:
        with self._database.writing() as session:
            header_of(lesson_of_unit(session, unit.unit, lesson))
            created = insert_new(
                session,
                SegmentRow,
                lesson=lesson,
                track=int(link.track),
                index=link.index,
                length_bytes=link.length,
                sha256=link.sha256,
                final=link.final,
                duration=link.duration,
                chain=link.chain,
                link=line,
                stored_at=self._now(),
            )
            if not created and session.get_one(SegmentRow, (lesson, int(link.track), link.index)).link != line:
                raise OtherBytesError(f"The school has another link for {link.name.file_name}. It stays.")
        return created

    def manifest(self, unit: UnitRow, lesson: str, body: bytes) -> ManifestAnswer:
        """Keep the unit's last word; give the receipt once everything it names is here."""
        with self._database.writing() as session:
            row = lesson_of_unit(session, unit.unit, lesson)
            header_bytes, header = header_of(row)
            assert row is not None
            try:
                manifest = Manifest.decode(body, bytes.fromhex(header.unit_key))
                counts = _counts(manifest)
            except (ManifestError, ValueError) as error:
                raise MismatchError(str(error)) from error
            if (manifest.lesson, manifest.header_sha256) != (lesson, header_hash(header_bytes).hex()):
                raise MismatchError("This manifest is for another lesson, or for another header.")
            if row.manifest is not None and row.manifest != body:
                raise OtherBytesError("The school has another manifest for this lesson. It stays.")
            row.manifest, row.end = body, manifest.end.value
            row.duration = manifest.duration
            if row.receipt is not None:
                return ManifestAnswer(row.receipt)
            rows = [each for each in self._here(session, lesson) if each.index < counts.get(Track(each.track), 0)]
            if missing := _missing(counts, {_name(each) for each in rows}):
                return ManifestAnswer(None, missing)
            if keyless := _keyless(session, lesson, header):
                raise MismatchError(f"Send the wrapped keys first: nobody else could open it for {sorted(keyless)}.")
            row.receipt = sign_receipt(
                self._key, header=header_bytes, manifest_bytes=body, manifest=manifest, rows=rows, now=self._now()
            )
        # Behind the commit: a receipt that a power cut could take back would cost the lesson.
        return ManifestAnswer(row.receipt)

    def have(self, unit: UnitRow, lesson: str) -> dict[str, object]:
        """What the school has of a lesson, so that a unit can go on after weeks."""
        with self._database.reading() as session:
            row = lesson_of_unit(session, unit.unit, lesson)
            grants = sorted(_grants(session, lesson))
            return {
                "header": row is not None and row.header is not None,
                "stanzas": sorted(_stanzas(session, lesson)),
                "segments": [[each.track, each.index] for each in self._here(session, lesson)],
                "manifest": row is not None and row.manifest is not None,
                "receipt": to_wire(row.receipt) if row is not None else None,
            } | ({"grants": grants} if grants else {})

    def _here(self, session: Session, lesson: str) -> list[SegmentRow]:
        """What the table and the store both have: a folder that was restored from a backup may have less."""
        lengths = self._store.lengths(lesson)
        query = select(SegmentRow).where(SegmentRow.lesson == lesson).order_by(SegmentRow.track, SegmentRow.index)
        return [row for row in session.scalars(query) if lengths.get(_name(row)) == row.length_bytes]


def _counts(manifest: Manifest) -> dict[Track, int]:
    wanted = {Track(int(track)): count for track, count in manifest.segments.items()}
    if not all(0 <= count <= MAX_INDEX + 1 for count in wanted.values()):
        raise ManifestError("The manifest counts more segments than a lesson can have.")
    return wanted


def _missing(counts: dict[Track, int], here: set[SegmentName]) -> tuple[SegmentName, ...]:
    named = (SegmentName(track, index) for track, count in sorted(counts.items()) for index in range(count))
    return tuple(islice((name for name in named if name not in here), MAX_MISSING))


def _stanzas(session: Session, lesson: str) -> set[str]:
    return set(session.scalars(select(StanzaRow.kid).where(StanzaRow.lesson == lesson)))


def _grants(session: Session, lesson: str) -> set[str]:
    return set(session.scalars(select(GrantRow.grant_id).where(GrantRow.lesson == lesson)))


def _keyless(session: Session, lesson: str, header: Header) -> set[str]:
    """Whose wrapped key is not here; the claim key itself, while nobody is here who claimed the lesson with it."""
    keyless = set(header.kids()) - _stanzas(session, lesson)
    claimed = session.scalars(select(GrantRow.giver).where(GrantRow.lesson == lesson))
    return keyless | (header.kids(RecipientRole.CLAIM) - set(claimed))


def _name(row: SegmentRow) -> SegmentName:
    return SegmentName(Track(row.track), row.index)
