"""Which segments a lesson has, in the order they were sealed, so that none is lost, swapped or added unnoticed.

::

    c_-1 = H
    c_i  = SHA-256("waitwise.v1/chain" 00 | c_i-1 | track u8 | index u32 | final u8 | length u64 | SHA-256(segment))

    links.jsonl, one line a segment, each on the disk before the next segment is sealed:
    {"signed":{"track":0,"index":1,"final":false,"length":91234,"sha256":"...","chain":"<c_i>","duration_s":2.0},
     "signature":"..."}

One chain runs over the tracks 0 to 3, in the order of sealing; within a track the indexes are 0, 1, 2 ... and nothing
follows the final segment. Evidence (track 4) travels by itself and is not in the chain.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Self

from lesson.footage.errors import LinkError, TornLinkError
from lesson.footage.hexes import expect_hex
from lesson.footage.segments import SegmentName, Track
from lesson.footage.signed import SigningKey, refused_as, sign, verify
from lesson.wire import dumps, from_wire, loads, seconds

_PURPOSE = "link"


@dataclass(frozen=True, slots=True)
class Link:
    """What the unit says of one segment."""

    track: Track
    index: int
    final: bool
    """The last segment of its track."""
    length: int
    """Bytes of the sealed segment."""
    sha256: str
    """Of the sealed segment, hexadecimal."""
    chain: str
    """c_i, hexadecimal."""
    duration: float = seconds()
    """How long it plays; 0 for what does not play."""

    def __post_init__(self) -> None:
        if self.track is Track.EVIDENCE:
            raise ValueError("Evidence is not in the chain.")
        if self.length < 0 or not 0 <= self.duration < math.inf:
            raise ValueError("A length is a number and not negative.")
        expect_hex(self.sha256, 32, "sha256")
        expect_hex(self.chain, 32, "chain")
        _ = self.name  # its own check of the index

    @property
    def name(self) -> SegmentName:
        """The segment this is about."""
        return SegmentName(self.track, self.index)

    def encode(self, key: SigningKey) -> bytes:
        """The line, without its newline."""
        return sign(_PURPOSE, dumps(self), key)

    @classmethod
    def decode(cls, line: bytes, signer: bytes) -> Self:
        """Verify one line with the unit's public key, then read it. Raises `LinkError`."""
        with refused_as(
            LinkError, "A line of the list of segments was altered.", "A line of the list of segments cannot be read."
        ):
            return from_wire(cls, loads(verify(_PURPOSE, line, signer)))


def chain_hash(before: bytes, name: SegmentName, *, final: bool, length: int, sha256: bytes) -> bytes:
    """c_i from c_i-1, or from H for the first segment. 32 bytes."""
    return hashlib.sha256(
        b"waitwise.v1/chain\0"
        + before
        + bytes([name.track])
        + name.index.to_bytes(4)
        + bytes([final])
        + length.to_bytes(8)
        + sha256
    ).digest()


class Chain:
    """Fed one link after the other, says whether they hold together.

    >>> chain = Chain(header_hash=bytes(32))
    >>> chain.next_index(Track.AV)
    0
    """

    def __init__(self, header_hash: bytes) -> None:
        self.head = header_hash
        """c of the last link fed; H before the first."""
        self.duration = 0.0
        """Seconds of the longest track."""
        self._counts: dict[Track, int] = {}
        self._durations: dict[Track, float] = {}
        self._ended: set[Track] = set()

    @property
    def counts(self) -> dict[str, int]:
        """How many segments each track has, by its number: `{"0": 12, "2": 4}`."""
        return {str(int(track)): count for track, count in sorted(self._counts.items())}

    def next_index(self, track: Track) -> int:
        """The index the next segment of a track must have. Raises `LinkError` after the final one."""
        if track in self._ended:
            raise LinkError(f"Nothing may follow the final segment of track {track:d}.")
        return self._counts.get(track, 0)

    def feed(self, link: Link) -> None:
        """Take the next link, or raise `LinkError` and stay as before."""
        if link.index != self.next_index(link.track):
            raise LinkError(f"After {self.counts} segments, {link.name.file_name} is out of order.")
        head = chain_hash(self.head, link.name, final=link.final, length=link.length, sha256=bytes.fromhex(link.sha256))
        if head.hex() != link.chain:
            raise LinkError(f"{link.name.file_name} does not follow what stands before it.")
        self.head = head
        self._counts[link.track] = link.index + 1
        self._durations[link.track] = self._durations.get(link.track, 0.0) + link.duration
        self.duration = max(self._durations.values())
        if link.final:
            self._ended.add(link.track)


def read_links(header_hash: bytes, links: bytes, signer: bytes) -> tuple[tuple[Link, ...], Chain]:
    """All links of links.jsonl, verified one by one, and the chain they make. Raises `LinkError`."""
    chain = Chain(header_hash)
    read: list[Link] = []
    for line in whole_lines(links):
        link = Link.decode(line, signer)
        chain.feed(link)
        read.append(link)
    return tuple(read), chain


def whole_lines(links: bytes) -> list[bytes]:
    """The lines without their newlines. Raises `TornLinkError` if the last one has none."""
    *lines, rest = links.split(b"\n")
    if rest:
        raise TornLinkError("The last line of the list of segments was cut off.")
    return lines
