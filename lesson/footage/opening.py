"""The reader's side: the only module that opens a lesson.

::

    signatures  ->  header  ->  chain  ->  manifest  ->  her stanza, or grant  ->  a segment
    before anything is parsed                            content key               hash, place, then AEAD
                                                         else her clips
                                                         keys of some segments

A segment is opened whole or not at all: of a damaged one nothing is ever handed out.

Who says which unit recorded this? With `unit_key`, the reader does: she pinned the key when she first met the unit.
Without, the header does, and a lesson forged from the first byte to the last by somebody who knows her public key
would pass for one of that unit's. It could show her something false; it could not show anybody anything of hers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.cobblestone import Cobblestone128Decryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lesson.footage.chain import Chain, Link, read_links
from lesson.footage.clip import Clip, ClipContent, check_clips
from lesson.footage.comment import NONCE_BYTES, Comment, Readers, Said, comment_key
from lesson.footage.errors import (
    CommentError,
    GrantError,
    HeaderError,
    ManifestError,
    NotForYouError,
    SegmentDamagedError,
    SegmentMisplacedError,
    SegmentMissingError,
    StanzaError,
)
from lesson.footage.grant import Grant, check_grants
from lesson.footage.header import Header, header_hash
from lesson.footage.identity import Identity
from lesson.footage.manifest import Manifest
from lesson.footage.segments import MAX_INDEX, SegmentName, Track, segment_key
from lesson.footage.stanza import WRAP_SUITE, Stanza, wrap_info


@dataclass(frozen=True, slots=True)
class OpenClip:
    """A clip that this reader has opened."""

    clip: Clip
    note: str
    """What the giver wrote to it."""
    numbers: str
    """One line of the lesson log, cut to these seconds: the giver's word, no unit has signed it. Empty: none."""


class OpenLesson:
    """A lesson whose content key this reader has, or the keys of some clips.

    Everything but the segments is verified already.
    """

    def __init__(
        self,
        header_bytes: bytes,
        stanzas: Iterable[bytes],
        links: bytes,
        manifest: bytes | None,
        identity: Identity,
        *,
        unit_key: bytes | None = None,
        grants: Iterable[bytes] = (),
        clips: Iterable[bytes] = (),
        at: datetime | None = None,
    ) -> None:
        """Verify and unwrap. `links` is links.jsonl, `manifest` manifest.json or None while there is none.

        `grants` and `clips` are those of the lesson that its reader needs; `at` a moment at which one that is over
        counts no more.
        Raises `HeaderError`, `LinkError`, `ManifestError`, `StanzaError`, `GrantError` or `NotForYouError`.
        """
        signer = unit_key if unit_key is not None else bytes.fromhex(Header.decode(header_bytes).unit_key)
        self._hash = header_hash(header_bytes)
        self.manifest = None if manifest is None else Manifest.decode(manifest, signer)
        if self.manifest is not None and self.manifest.header_sha256 != self._hash.hex():
            raise HeaderError("This header is not the one the lesson was sealed with.")
        self.links, chain = read_links(self._hash, links, signer)
        wrapped = [Stanza.decode(stanza, signer) for stanza in stanzas]
        self.header = Header.decode(header_bytes)
        if bytes.fromhex(self.header.unit_key) != signer:
            raise HeaderError("Another unit than the one expected recorded this lesson.")
        if self.manifest is not None:
            _expect_whole(self.header, self.manifest, chain)
        self._by_name = {link.name: link for link in self.links}
        self._by_sha256 = {link.sha256: link for link in self.links}
        given = check_grants(self.header, self._hash, grants)
        cut = check_clips(self.header, self._hash, given, clips)
        self.note = ""
        """What the giver wrote to the whole lesson."""
        self.clips: tuple[OpenClip, ...] = ()
        """All that she may see of it. None at all: she may see everything."""
        self._clip_keys: dict[SegmentName, bytes] = {}
        self._content_key: bytes | None = _own_key(self.header, self._hash, wrapped, identity)
        if self._content_key is None and (grant := _to_her(given, identity, at)):
            self._content_key, self.note = _open_grant(grant, identity)
        if self._content_key is None:
            self._open_clips(cut, identity, at)
            _expect_anything(self.clips, (*given, *cut), identity)

    @property
    def is_complete(self) -> bool:
        """The manifest is there: nothing can be missing from the end of the links."""
        return self.manifest is not None

    @property
    def segments(self) -> tuple[SegmentName, ...]:
        """All segments that she may open, in the order of sealing."""
        return tuple(name for name in self._by_name if not self.clips or name in self._clip_keys)

    def missing(self, present: Iterable[SegmentName]) -> tuple[SegmentName, ...]:
        """Which of the segments that she may open are not among those `present`, in the order of sealing."""
        there = set(present)
        return tuple(name for name in self.segments if name not in there)

    def expect_all(self, present: Iterable[SegmentName]) -> None:
        """Raise `SegmentMissingError` unless every segment that she may open is present."""
        if missing := self.missing(present):
            raise SegmentMissingError(
                f"{len(missing)} of {len(self.segments)} segments are missing, the first is {missing[0].file_name}."
            )

    def open_segment(self, name: SegmentName, ciphertext: bytes) -> bytes:
        """The plaintext of one segment: all of it.

        Raises `SegmentMisplacedError` when it stands under another name than it was sealed with, and
        `SegmentDamagedError` when it is not what was sealed, which includes another lesson's segment;
        `NotForYouError` when it is not in a clip of hers.
        """
        link = self._by_name.get(name)
        if link is None:
            raise SegmentMisplacedError(f"Nobody sealed a {name.file_name} in this lesson.")
        self._expect_bytes(link, ciphertext)
        return self._decrypt(name, ciphertext, final=link.final)

    def open_evidence(self, index: int, ciphertext: bytes) -> bytes:
        """The plaintext of one piece of evidence. Raises `SegmentDamagedError` or `NotForYouError`."""
        if not 0 <= index <= MAX_INDEX:
            raise SegmentDamagedError(f"There is no evidence of number {index}.")
        return self._decrypt(SegmentName(Track.EVIDENCE, index), ciphertext, final=False)

    def open_comment(self, comment: Comment, identity: Identity) -> Said | None:
        """What a comment says; None when its author has deleted it.

        Raises `CommentError`, and `NotForYouError` when its author keeps it to herself.
        """
        if comment.header_sha256 != self._hash.hex():
            raise CommentError("This comment was written about another lesson.")
        if comment.readers is Readers.AUTHOR and comment.author != identity.recipient:
            raise NotForYouError("Who wrote this comment keeps it to herself.")
        if comment.sealed is None:
            return None
        if comment.readers is Readers.LESSON and self._content_key is None:
            raise NotForYouError("Comments are for who may open the whole lesson.")
        try:
            if comment.readers is Readers.AUTHOR:
                padded = WRAP_SUITE.decrypt(comment.sealed, identity.encryption_key, info=comment.binding)
            else:
                assert self._content_key is not None
                nonce, sealed = comment.sealed[:NONCE_BYTES], comment.sealed[NONCE_BYTES:]
                padded = AESGCM(comment_key(self._content_key, comment.binding)).decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError) as error:
            raise CommentError("A comment does not open with this lesson's key.") from error
        return Said.decode(padded)

    def _open_clips(self, clips: tuple[Clip, ...], identity: Identity, at: datetime | None) -> None:
        kid = identity.recipient.kid.hex()
        for clip in (each for each in clips if each.to == kid and (at is None or not each.is_over(at))):
            content = _open_clip(clip, identity)
            self.clips += (OpenClip(clip, content.note, content.numbers),)
            self._clip_keys.update(zip(clip.names, content.keys, strict=True))

    def _key(self, name: SegmentName, *, final: bool) -> bytes:
        if self._content_key is not None:
            return segment_key(self._content_key, self._hash, name, final=final)
        if name not in self._clip_keys:
            raise NotForYouError(f"{name.file_name} is not in the clip that was shared with her.")
        return self._clip_keys[name]

    def _expect_bytes(self, link: Link, ciphertext: bytes) -> None:
        sha256 = hashlib.sha256(ciphertext).hexdigest()
        if sha256 == link.sha256 and len(ciphertext) == link.length:
            return
        if elsewhere := self._by_sha256.get(sha256):
            raise SegmentMisplacedError(
                f"What stands as {link.name.file_name} was sealed as {elsewhere.name.file_name}."
            )
        raise SegmentDamagedError(f"{link.name.file_name} was altered, cut short, or belongs to another lesson.")

    def _decrypt(self, name: SegmentName, ciphertext: bytes, *, final: bool) -> bytes:
        decryptor = Cobblestone128Decryptor(self._key(name, final=final), b"")
        plaintext = bytearray(len(ciphertext))
        try:
            written = decryptor.update_into(ciphertext, plaintext)
            last = decryptor.finalize()
        except (InvalidTag, ValueError) as error:
            raise SegmentDamagedError(
                f"{name.file_name} is not what was sealed, or belongs to another lesson."
            ) from error
        plaintext[written:] = last
        return bytes(plaintext)


def _expect_whole(header: Header, manifest: Manifest, chain: Chain) -> None:
    if manifest.lesson != header.lesson:
        raise ManifestError("The manifest names another lesson than the header.")
    if manifest.segments != chain.counts:
        raise ManifestError(
            f"The manifest counts {manifest.segments} segments, the links {chain.counts}: some were cut off or added."
        )
    if manifest.chain != chain.head.hex():
        raise ManifestError("The manifest was signed for other links than these.")


def _own_key(header: Header, hashed: bytes, stanzas: list[Stanza], identity: Identity) -> bytes | None:
    """The content key from her own stanza; None if she has none."""
    listed = header.kids()
    by_kid = {stanza.kid: stanza for stanza in stanzas}
    if len(by_kid) != len(stanzas):
        raise StanzaError("Somebody has two wrapped keys for one lesson.")
    for stanza in stanzas:
        if stanza.header_sha256 != hashed.hex():
            raise StanzaError("A wrapped key belongs to another lesson.")
        if stanza.kid not in listed:
            raise StanzaError("A wrapped key is for somebody the lesson was not recorded for.")
    own = by_kid.get(identity.recipient.kid.hex())
    return None if own is None else unwrap(own, identity, hashed)


def _to_her(grants: tuple[Grant, ...], identity: Identity, at: datetime | None) -> Grant | None:
    kid = identity.recipient.kid.hex()
    return next((grant for grant in grants if grant.to == kid and (at is None or not grant.is_over(at))), None)


def _expect_anything(clips: tuple[OpenClip, ...], given: tuple[Grant | Clip, ...], identity: Identity) -> None:
    """Raise what there is to say when nothing of a lesson is hers to open."""
    hers = [each for each in given if each.to == identity.recipient.kid.hex()]
    if not clips and hers:
        raise GrantError(f"She could open this lesson until {hers[-1].expires_at:%d %B %Y}: that is over.")
    if not clips:
        raise NotForYouError("This lesson was not sealed to this person's keys, and nobody has handed it on to her.")


def unwrap(stanza: Stanza, identity: Identity, header_hash: bytes) -> bytes:
    """The content key, for its owner. Raises `StanzaError`."""
    try:
        return WRAP_SUITE.decrypt(
            stanza.sealed, identity.encryption_key, info=wrap_info(header_hash, identity.recipient.kid)
        )
    except (InvalidTag, ValueError) as error:
        raise StanzaError("Her wrapped key does not open with her identity.") from error


def _open_grant(grant: Grant, identity: Identity) -> tuple[bytes, str]:
    """The content key, and what the giver wrote to it."""
    note = b"" if grant.note is None else _open_given(grant.note, identity, grant.note_info)
    try:
        return _open_given(grant.sealed, identity, grant.info), note.decode().rstrip(" ")
    except UnicodeDecodeError as error:
        raise GrantError("The note to this lesson is no text.") from error


def _open_clip(clip: Clip, identity: Identity) -> ClipContent:
    return ClipContent.decode(_open_given(clip.sealed, identity, clip.info), clip)


def _open_given(sealed: bytes, identity: Identity, info: bytes) -> bytes:
    try:
        return WRAP_SUITE.decrypt(sealed, identity.encryption_key, info=info)
    except (InvalidTag, ValueError) as error:
        raise GrantError("What she was handed on does not open with her identity.") from error
