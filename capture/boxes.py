"""Bytes to whole MP4 boxes, however the muxer chops its writes.

::

    +------------+------------+------------------------+     size 1 means: the real size follows the kind,
    | size u32   | kind 4 x c | size - 8 bytes         |     64 bit; size 0 means: up to the end of the file,
    +------------+------------+------------------------+     which a live stream never has (refused)

ISO/IEC 14496-12, 4.2. Nothing inside a box is looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from capture.errors import EncoderError

MAX_BOX_BYTES = 64 * 1024 * 1024
"""A segment of two seconds is about half a megabyte."""

_HEADER = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")


class BoxError(EncoderError):
    """These bytes are no MP4 boxes."""


@dataclass(frozen=True, slots=True)
class Box:
    """One whole box."""

    kind: str
    data: bytes
    """All bytes of the box, header included."""
    header_bytes: int = _HEADER.size

    @property
    def payload(self) -> bytes:
        """What is behind the header."""
        return self.data[self.header_bytes :]


class BoxSplitter:
    r"""Collects bytes and gives whole boxes.

    >>> splitter = BoxSplitter()
    >>> splitter.feed(bytes.fromhex("0000000c66"))
    []
    >>> splitter.feed(b"reeWAIT")
    [Box(kind='free', data=b'\x00\x00\x00\x0cfreeWAIT', header_bytes=8)]
    """

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Box]:
        """Boxes that `data` completes.

        Raises:
            BoxError: a size or a kind that no box can have.
        """
        self._pending += data
        boxes = []
        while (found := _header(self._pending)) and len(self._pending) >= found[1]:
            kind, size, header_bytes = found
            boxes.append(Box(kind, bytes(self._pending[:size]), header_bytes))
            del self._pending[:size]
        return boxes

    def finish(self) -> None:
        """Raise `BoxError` if a box was begun and never ended."""
        if self._pending:
            raise BoxError(f"{len(self._pending)} bytes of a box without its end.")


def read_boxes(data: bytes) -> Iterator[Box]:
    """The boxes that `data` consists of, for instance the payload of a container box."""
    splitter = BoxSplitter()
    yield from splitter.feed(data)
    splitter.finish()


def _header(data: bytes | bytearray) -> tuple[str, int, int] | None:
    """Kind, size and header size of the box at the start of `data`; None if its header is not all there."""
    if len(data) < _HEADER.size:
        return None
    size, raw_kind = _HEADER.unpack_from(data)
    header_bytes = _HEADER.size
    if not all(32 <= byte < 127 or byte == 0xA9 for byte in raw_kind):
        raise BoxError(f"{raw_kind!r} is no kind of box.")
    if size == 1:
        if len(data) < _HEADER.size + _LARGE.size:
            return None
        header_bytes += _LARGE.size
        (size,) = _LARGE.unpack_from(data, _HEADER.size)
    if not header_bytes <= size <= MAX_BOX_BYTES:
        raise BoxError(f"A {raw_kind!r} box of {size} bytes cannot be.")
    return raw_kind.decode("latin-1"), size, header_bytes
