"""The school's word that it has a lesson. A unit deletes its own copy for it, so it is given late and only once.

A receipt is signed when the manifest holds, every segment and every stanza it speaks of is stored and committed, and
the links of exactly these segments make the manifest's chain. The first receipt is kept and given again.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from lesson.footage.chain import chain_hash
from lesson.footage.header import header_hash
from lesson.footage.manifest import Manifest, manifest_hash
from lesson.footage.receipt import Receipt
from lesson.footage.segments import SegmentName, Track
from lesson.footage.signed import ReceiptKey
from school.database import SegmentRow
from school.errors import MismatchError, SchoolError

KEY_FILE = "receipt.key"


class ReceiptKeyError(SchoolError):
    """The school's receipt key cannot be read."""


def receipt_key(data_folder: Path) -> ReceiptKey:
    """The school's receipt key: 32 secret bytes in the data folder, made at the first call, readable by nobody else."""
    file = data_folder / KEY_FILE
    try:
        data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            _write_once(file, ReceiptKey.generate().to_bytes())
        if file.stat().st_mode & 0o077:
            raise ReceiptKeyError(f"{file} can be read by others. Do `chmod 600` and check who could read it.")
        return ReceiptKey.from_bytes(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ReceiptKeyError(f"{file} cannot be used: {error}. Restore it from a backup.") from error


def in_chain(header: bytes, rows: Iterable[SegmentRow]) -> list[SegmentRow]:
    """The segments in the order of sealing, as far as they follow one another from the header without a hole.

    A link does not say which one stood before it. But within a track the indexes count up, so there are never more
    candidates than tracks.
    """
    waiting = {(row.track, row.index): row for row in rows}
    head, heads, chained = header_hash(header), dict.fromkeys(Track, 0), []
    while found := next((each for each in _candidates(waiting, heads) if _follows(head, each)), None):
        chained.append(found)
        head = bytes.fromhex(found.chain)
        heads[Track(found.track)] += 1
    return chained


def sign_receipt(
    key: ReceiptKey, *, header: bytes, manifest_bytes: bytes, manifest: Manifest, rows: list[SegmentRow], now: datetime
) -> bytes:
    """Sign for a lesson whose segments are all stored. Raises `MismatchError` if they are not the manifest's."""
    chained = in_chain(header, rows)
    head = chained[-1].chain if chained else header_hash(header).hex()
    if len(chained) != manifest.segment_count or head != manifest.chain:
        raise MismatchError("The stored segments do not make the chain that the manifest names.")
    return Receipt(
        lesson=manifest.lesson,
        header_sha256=manifest.header_sha256,
        manifest_sha256=manifest_hash(manifest_bytes),
        segments=manifest.segment_count,
        received_at=now,
    ).sign(key)


def _candidates(waiting: dict[tuple[int, int], SegmentRow], heads: dict[Track, int]) -> Iterable[SegmentRow]:
    return [waiting[(track, index)] for track, index in heads.items() if (track, index) in waiting]


def _follows(head: bytes, row: SegmentRow) -> bool:
    name = SegmentName(Track(row.track), row.index)
    sha256 = bytes.fromhex(row.sha256)
    return chain_hash(head, name, final=row.final, length=row.length_bytes, sha256=sha256).hex() == row.chain


def _write_once(file: Path, secret: bytes) -> None:
    # Two processes may start at once: the first one's key stays, whole or not at all.
    fresh = file.with_name(f".{KEY_FILE}.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secret)
        os.fsync(handle)
        try:
            os.link(fresh, file)
        except FileExistsError:
            return
        folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(folder)
        os.close(folder)
    finally:
        os.close(handle)
        fresh.unlink()
