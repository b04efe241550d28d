"""A clip: a few seconds of a lesson handed on, by the keys of just those segments, signed by whose lesson it is.

::

    clips/<clip>.json
    {"signed":{"by":"<64 bytes>","clip":"9d1c...","header_sha256":"<H>","to":"c4a7...",
               "segments":["0-000000.seg","0-000012.seg","0-000013.seg"],"sealed":"...",
               "created_at":"...","expires_at":null},"signature":"..."}

    sealed    HPKE as in a stanza, of {"keys":["<16 bytes>",...],"note":"...","numbers":"..."} and spaces behind it
    info      "waitwise.v1/clip" 00 | H | kid of by | to | the names of the segments, 12 bytes each
    signed    by `by`, purpose "clip"; who may be `by`: as with a grant

A grant wraps the content key, and with it everything. A clip has the keys of its segments, in the order of their names,
and no key leads from one to another: whoever has it opens those and nothing else. The lesson log is never among them,
because one of its segments tells the whole lesson; `numbers` is a line of the log that the giver has cut to these
seconds, and her word alone. Padding keeps from the school how long her note is.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from lesson.footage.errors import GrantError
from lesson.footage.grant import GRANT_ID_BYTES, MAX_NOTE_BYTES, Giver, Grant, check_givers, seal_to
from lesson.footage.header import Header
from lesson.footage.hexes import expect_hex
from lesson.footage.recipients import KID_BYTES, Recipient
from lesson.footage.segments import CONTENT_KEY_BYTES, SegmentName, Track
from lesson.footage.signed import KEY_BYTES, refused_as, sign, signer_named, verify
from lesson.wire import WireError, dumps, from_wire, loads

MAX_SEGMENTS = 900
"""Half an hour of segments of 2 s. More than that is a lesson."""
MAX_SEALED_BYTES = 128 * 1024
PAD_BYTES = 1024

_PURPOSE = "clip"


@dataclass(frozen=True, slots=True)
class Clip:
    """Some segments of a lesson handed on to one person. Nothing in it is secret."""

    by: str
    """Who gives it: both public keys, hexadecimal."""
    clip: str
    """Its own name: 16 random bytes, hexadecimal."""
    header_sha256: str
    """H, hexadecimal: of which lesson."""
    to: str
    """Who gets it: the name of her keys, hexadecimal."""
    segments: tuple[str, ...]
    """File names of the segments whose keys she gets, in order."""
    sealed: bytes
    created_at: datetime
    expires_at: datetime | None
    """Until when the giver wants it to be opened. None: for good."""

    def __post_init__(self) -> None:
        expect_hex(self.by, 2 * KEY_BYTES, "by")
        expect_hex(self.clip, GRANT_ID_BYTES, "The clip's name")
        expect_hex(self.header_sha256, 32, "header_sha256")
        expect_hex(self.to, KID_BYTES, "The recipient's name")
        names = self.names
        if not 0 < len(names) <= MAX_SEGMENTS or list(names) != sorted(set(names)):
            raise ValueError(f"A clip names 1 to {MAX_SEGMENTS} segments, each once and in order.")
        if any(name.track is Track.LOG for name in names):
            raise ValueError("The lesson log is never part of a clip: it would tell the whole lesson.")
        if len(self.sealed) > MAX_SEALED_BYTES:
            raise ValueError("More is sealed in this clip than a clip can hold.")
        if None in (self.created_at.tzinfo, (self.expires_at or self.created_at).tzinfo):
            raise ValueError("created_at and expires_at need their time zones.")

    @property
    def names(self) -> tuple[SegmentName, ...]:
        """Which segments."""
        return tuple(SegmentName.from_file_name(name) for name in self.segments)

    @property
    def giver(self) -> Recipient:
        """Who gives it."""
        return Recipient.from_bytes(bytes.fromhex(self.by))

    def is_over(self, at: datetime) -> bool:
        """Whether its time is over. Who has kept a copy can open that: this is for those who keep to it."""
        return self.expires_at is not None and at >= self.expires_at

    @property
    def file_name(self) -> str:
        """Where it stands in the lesson's folder."""
        return f"clips/{self.clip}.json"

    @property
    def info(self) -> bytes:
        """What the keys are bound to: this lesson, who gives them, who gets them, and of which segments they are."""
        return _clip_info(bytes.fromhex(self.header_sha256), self.giver.kid, bytes.fromhex(self.to), self.names)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Verify with the key that it names, then read. Whether that one may give it is for `check_clips`.

        Raises `GrantError`.
        """
        with refused_as(
            GrantError, "Somebody altered how this clip was handed on.", "How this clip was handed on cannot be read."
        ):
            return from_wire(cls, loads(verify(_PURPOSE, data, signer_named(data)[KEY_BYTES:])))


@dataclass(frozen=True, slots=True)
class ClipContent:
    """What is sealed in a clip."""

    keys: tuple[bytes, ...]
    """One a segment, in the order of the names."""
    note: str
    """What the giver wrote to it."""
    numbers: str
    """One line of the lesson log, cut to these seconds. Empty: she kept the numbers to herself."""

    def __post_init__(self) -> None:
        if any(len(key) != CONTENT_KEY_BYTES for key in self.keys):
            raise ValueError(f"A segment's key has {CONTENT_KEY_BYTES} bytes.")
        if len(self.note.encode()) > MAX_NOTE_BYTES:
            raise ValueError(f"A note has at most {MAX_NOTE_BYTES} bytes.")

    def encode(self) -> bytes:
        """What is sealed: JSON, and spaces until its length tells nothing."""
        text = dumps(self)
        return text + b" " * (-len(text) % PAD_BYTES)

    @classmethod
    def decode(cls, data: bytes, clip: Clip) -> Self:
        """Read what was sealed in this clip. Raises `GrantError`."""
        try:
            content = from_wire(cls, loads(data))
        except WireError as error:
            raise GrantError(f"What was sealed in this clip cannot be read. {error}") from error
        if len(content.keys) != len(clip.segments):
            raise GrantError("This clip has not a key for each of its segments.")
        return content


def give_clip(
    keys: Mapping[SegmentName, bytes],
    header_hash: bytes,
    *,
    to: Recipient,
    by: Giver,
    at: datetime,
    until: datetime | None = None,
    note: str = "",
    numbers: str = "",
) -> tuple[Clip, bytes]:
    """Hand on some segments by their keys: the clip, and the bytes of its file. Raises `GrantError`."""
    names = tuple(sorted(keys))
    content = ClipContent(tuple(keys[name] for name in names), note, numbers)
    clip = Clip(
        by=by.recipient.to_bytes().hex(),
        clip=secrets.token_hex(GRANT_ID_BYTES),
        header_sha256=header_hash.hex(),
        to=to.kid.hex(),
        segments=tuple(name.file_name for name in names),
        sealed=seal_to(to, content.encode(), _clip_info(header_hash, by.recipient.kid, to.kid, names)),
        created_at=at,
        expires_at=until,
    )
    return clip, sign(_PURPOSE, dumps(clip), by)


def check_clips(header: Header, hashed: bytes, grants: tuple[Grant, ...], clips: Iterable[bytes]) -> tuple[Clip, ...]:
    """Read the clips of a lesson, in their order. Raises `GrantError` for one that nobody could give.

    `grants` are those of the same lesson, checked: by one of them its giver may have claimed it.
    """
    read = tuple(Clip.decode(data) for data in clips)
    if len({clip.clip for clip in read}) != len(read):
        raise GrantError("This clip was handed on twice under one name.")
    if any(clip.header_sha256 != hashed.hex() for clip in read):
        raise GrantError("A clip of another lesson was handed on with this.")
    check_givers(header, grants, (clip.giver for clip in read))
    return read


def _clip_info(header_hash: bytes, by: bytes, to: bytes, names: Iterable[SegmentName]) -> bytes:
    return b"waitwise.v1/clip\0" + header_hash + by + to + "".join(name.file_name for name in names).encode()
