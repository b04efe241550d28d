"""What a lesson is sent as, and in which order.

::

    header.json -> stanzas/<kid>.json ...,   -> 0-000000.seg 0-000001.seg 2-000000.seg ... -> manifest.json
                   grants/<grant>.json
    whose it is    who can open it              footage and lesson log, as they were sealed     that was all of it

A name is the file's name in a lesson's folder on the unit, and says where the school's address for it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from lesson.footage.errors import SegmentMisplacedError
from lesson.footage.segments import SegmentName
from lesson.messages import MessageError, check_lesson_id
from sync.errors import PieceError

HEADER_NAME = "header.json"
MANIFEST_NAME = "manifest.json"

_KEY = re.compile(r"(?:stanzas|grants)/[0-9a-f]{32}\.json")


class Kind(IntEnum):
    """Which kind of piece: the numbers are the order of sending."""

    HEADER = 0
    KEY = 1
    """A wrapped key: a stanza, or a grant."""
    SEGMENT = 2
    MANIFEST = 3


@dataclass(frozen=True, slots=True)
class PieceName:
    """A piece's name, taken apart.

    >>> PieceName.parse("0-000017.seg").kind.name
    'SEGMENT'
    >>> str(PieceName.of_segment(0, 17))
    '0-000017.seg'
    """

    kind: Kind
    key: str | None = None
    """Of a wrapped key: its name, without its ending. `stanzas/<kid>` or `grants/<grant>`."""
    segment: SegmentName | None = None

    @classmethod
    def of_segment(cls, track: int, index: int) -> PieceName:
        """Name of a segment. Raises `PieceError` if there can be none such."""
        return cls.parse(f"{track:d}-{index:06d}.seg")

    @classmethod
    def parse(cls, name: str) -> PieceName:
        """Take a name apart; raise `PieceError` if it is none."""
        if name == HEADER_NAME:
            return cls(Kind.HEADER)
        if name == MANIFEST_NAME:
            return cls(Kind.MANIFEST)
        if _KEY.fullmatch(name):
            return cls(Kind.KEY, key=name.removesuffix(".json"))
        try:
            return cls(Kind.SEGMENT, segment=SegmentName.from_file_name(name))
        except SegmentMisplacedError as error:
            raise PieceError(
                f"{name!r} is no name of a piece: header.json, stanzas/<kid>.json,"
                " grants/<grant>.json, 0-000001.seg, manifest.json."
            ) from error

    def __str__(self) -> str:
        if self.segment is not None:
            return self.segment.file_name
        if self.key is not None:
            return f"{self.key}.json"
        return HEADER_NAME if self.kind is Kind.HEADER else MANIFEST_NAME


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a lesson that has to reach the school."""

    lesson_id: str
    name: str
    path: Path
    """Where its bytes are on this unit."""
    link: bytes | None = None
    """Of a segment: its signed link, the line of links.jsonl without its newline."""


def check_piece(lesson_id: str, name: str, link: bytes | None) -> PieceName:
    """Return the name taken apart; raise `PieceError` if the school could not take such a piece."""
    try:
        check_lesson_id(lesson_id)
    except MessageError as error:
        raise PieceError(str(error)) from error
    parsed = PieceName.parse(name)
    if (link is not None) != (parsed.kind is Kind.SEGMENT):
        raise PieceError(f"{name}: a segment comes with its link, and nothing else does.")
    if link is not None and b"\n" in link:
        raise PieceError(f"{name}: a link is one line.")
    return parsed
