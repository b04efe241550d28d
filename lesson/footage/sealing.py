"""The unit's side: seals a lesson while it happens, and cannot read it afterwards.

::

    sealer = LessonSealer(header, recipients, unit_key)   header.json, stanzas/*.json
    sealer.seal(track, plaintext, ...)                    0-000000.seg, one line of links.jsonl
    sealer.seal_evidence(plaintext)                       goes out over MQTT
    sealer.close(End.STOPPED)                             manifest.json; the content key is gone

The caller writes: the segment first, fsync, then the line, fsync. After a power cut, and when a write failed,
`recovery.recover` closes the lesson from what is on the disk, without a content key: `close` would sign for a segment
that never arrived there.

The content key lives in a bytearray that `close` overwrites. Python cannot promise more: libraries may have copied
it, and freed memory keeps its contents until it is used again. So the unit's process makes no core dumps and gives its
memory to no other program (capture/secrecy.py), and a unit has no swap. The same process talks to the school.

One thread at a time: whoever owns the threads takes turns.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.cobblestone import Cobblestone128Encryptor

from lesson.footage.chain import Chain, Link, chain_hash
from lesson.footage.header import Header, header_hash
from lesson.footage.manifest import VERSION, End, Manifest
from lesson.footage.recipients import Recipient
from lesson.footage.segments import CONTENT_KEY_BYTES, SegmentName, Track, segment_key
from lesson.footage.signed import UnitKey
from lesson.footage.stanza import wrap

_CHUNK = 16 * 1024
_SALT_AND_COMMITMENT = 56
_TAG = 16


class SealingError(RuntimeError):
    """The sealer was used in a way that cannot be right: a mistake in the program, not in a lesson."""


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """A segment, ready to be written: first `ciphertext` to `name.file_name`, then `line` to links.jsonl."""

    name: SegmentName
    ciphertext: bytes
    link: Link
    line: bytes
    """With its newline."""


@dataclass(frozen=True, slots=True)
class SealedStanza:
    """A wrapped key, ready to be written."""

    file_name: str
    """Within the lesson's folder: `stanzas/<kid>.json`."""
    data: bytes


class LessonSealer:
    """Makes one sealed lesson.

    Raises `SealingError` when the header names other recipients or another unit than those given, and `StanzaError`
    for a public key that cannot be sealed to.
    """

    def __init__(self, header: Header, recipients: Sequence[Recipient], unit_key: UnitKey) -> None:
        if header.kids() != {recipient.kid.hex() for recipient in recipients}:
            raise SealingError("The header must list exactly the recipients.")
        if header.unit_key != unit_key.public.hex():
            raise SealingError("The header must name the unit's key.")
        self.header_bytes = header.encode()
        """The bytes of header.json."""
        self._lesson = header.lesson
        self._unit_key = unit_key
        self._header_hash = header_hash(self.header_bytes)
        self._content_key = bytearray(secrets.token_bytes(CONTENT_KEY_BYTES))
        self._chain = Chain(self._header_hash)
        self._evidence = 0
        stanzas = (wrap(self._content_key, recipient, self._header_hash) for recipient in recipients)
        self.stanzas = tuple(SealedStanza(stanza.file_name, stanza.encode(unit_key)) for stanza in stanzas)

    @property
    def is_closed(self) -> bool:
        """The content key is gone."""
        return not self._content_key

    def seal(self, track: Track, plaintext: bytes, *, final: bool = False, duration: float = 0.0) -> SealedSegment:
        """Seal the next segment of a track (not evidence). `duration` is how many seconds it plays."""
        if track is Track.EVIDENCE:
            raise SealingError("Evidence is sealed with seal_evidence.")
        name = SegmentName(track, self._chain.next_index(track))
        ciphertext = self._encrypt(name, plaintext, final=final)
        digest = hashlib.sha256(ciphertext).digest()
        head = chain_hash(self._chain.head, name, final=final, length=len(ciphertext), sha256=digest)
        link = Link(
            track=track,
            index=name.index,
            final=final,
            length=len(ciphertext),
            sha256=digest.hex(),
            chain=head.hex(),
            duration=round(duration, 6),
        )
        line = link.encode(self._unit_key) + b"\n"
        self._chain.feed(link)
        return SealedSegment(name, ciphertext, link, line)

    def seal_evidence(self, plaintext: bytes) -> tuple[int, bytes]:
        """Seal the next piece of evidence. Its index, counted from 0, and its bytes."""
        name = SegmentName(Track.EVIDENCE, self._evidence)
        ciphertext = self._encrypt(name, plaintext, final=False)
        self._evidence += 1
        return name.index, ciphertext

    def close(self, end: End) -> bytes:
        """Forget the content key and sign how the lesson ended: the bytes of manifest.json. Once only."""
        if self.is_closed:
            raise SealingError("This lesson is closed.")
        self.forget()
        manifest = Manifest(
            v=VERSION,
            lesson=self._lesson,
            header_sha256=self._header_hash.hex(),
            segments=self._chain.counts,
            chain=self._chain.head.hex(),
            evidence=self._evidence,
            end=end,
            duration=round(self._chain.duration, 6),
        )
        return manifest.encode(self._unit_key)

    def forget(self) -> None:
        """Overwrite and drop the content key, whatever happened. Nothing can be sealed afterwards."""
        self._content_key[:] = bytes(len(self._content_key))
        self._content_key.clear()

    def _encrypt(self, name: SegmentName, plaintext: bytes, *, final: bool) -> bytes:
        if self.is_closed:
            raise SealingError("This lesson is closed.")
        key = segment_key(self._content_key, self._header_hash, name, final=final)
        encryptor = Cobblestone128Encryptor(key, b"")
        # A buffer of our own: three times as fast as `update`, which matters on a Pi without AES instructions.
        sealed = bytearray(_SALT_AND_COMMITMENT + len(plaintext) + _TAG * (len(plaintext) // _CHUNK + 1))
        written = encryptor.update_into(plaintext, sealed)
        last = encryptor.finalize()
        sealed[written : written + len(last)] = last
        return bytes(sealed[: written + len(last)])
