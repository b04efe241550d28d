"""Close a lesson from what is on the disk, after a power cut or a failed write, without its content key.

::

    links.jsonl   ok ok ok ok ok to        the last line is torn
    segments      [] [] [] []              the fifth never reached the disk
    kept          ok ok ok ok              -> links.jsonl is cut here, manifest.json says "interrupted"

The unit's signing key is enough: everything kept was signed before the power went.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lesson.footage.chain import Chain, Link
from lesson.footage.errors import LinkError
from lesson.footage.header import Header, header_hash
from lesson.footage.manifest import VERSION, End, Manifest
from lesson.footage.signed import UnitKey


@dataclass(frozen=True, slots=True)
class Recovered:
    """What is left of the lesson, and its manifest."""

    links: tuple[Link, ...]
    """The longest prefix that holds together."""
    links_bytes: bytes
    """What links.jsonl must be now. Write it before the manifest; segments behind it can go."""
    manifest: bytes
    """The bytes of manifest.json."""


def recover(
    header_bytes: bytes,
    links: bytes,
    unit_key: UnitKey,
    *,
    is_whole: Callable[[Link], bool] | None = None,
    end: End = End.INTERRUPTED,
) -> Recovered:
    """Keep the longest verified prefix of `links`, the bytes of links.jsonl as found, and sign its manifest.

    `is_whole` says whether a link's segment is on the disk with its length and hash; the prefix ends where it is not.
    `end` is `DISK_FULL` when that is why the last segment did not get there.
    Raises `HeaderError` if the header cannot be read or is of another unit.
    """
    header = Header.decode(header_bytes)
    chain = Chain(header_hash(header_bytes))
    kept: list[Link] = []
    kept_bytes = 0
    for line in links.split(b"\n")[:-1]:  # what has no newline is torn
        try:
            link = Link.decode(line, unit_key.public)
            if is_whole is not None and not is_whole(link):
                break
            chain.feed(link)
        except LinkError:
            break
        kept.append(link)
        kept_bytes += len(line) + 1
    manifest = Manifest(
        v=VERSION,
        lesson=header.lesson,
        header_sha256=header_hash(header_bytes).hex(),
        segments=chain.counts,
        chain=chain.head.hex(),
        evidence=None,
        end=end,
        duration=round(chain.duration, 6),
    )
    return Recovered(tuple(kept), links[:kept_bytes], manifest.encode(unit_key))
