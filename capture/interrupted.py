"""After a power cut: close the lesson that was being recorded, with what is safely on the disk.

::

    found     header.json  0-000000.seg .. 0-000007.seg  links.jsonl (7 lines and a half)  .part-0-000008.seg
    left      header.json  0-000000.seg .. 0-000006.seg  links.jsonl (7 lines)             manifest.json "interrupted"

Where a segment in the middle is gone, the lesson ends before it, and links.jsonl.cut keeps the list as it was found.
Needs the unit's signing key and no content key: the unit cannot open what it closes.
"""

from __future__ import annotations

import hashlib

from capture.disk import Disk
from capture.recorder import HEADER, LINKS, MANIFEST
from lesson.footage.chain import Link
from lesson.footage.recovery import Recovered, recover
from lesson.footage.signed import UnitKey

CUT_LINKS = "links.jsonl.cut"
"""The list of segments as it was found, where whole lines of it had to go."""


def close_interrupted(disk: Disk, unit_key: UnitKey) -> Recovered | None:
    """Close the lesson on `disk`; None if there is none, or if it was closed already.

    May itself be interrupted, and run again.

    Raises:
        DiskFailedError: the disk refused.
        lesson.footage.errors.HeaderError: the header is damaged, or another unit's.
    """
    disk.remove_parts()
    names = set(disk.names())
    if HEADER not in names or MANIFEST in names:
        return None

    def is_whole(link: Link) -> bool:
        if link.name.file_name not in names:
            return False
        found = disk.read(link.name.file_name)
        return len(found) == link.length and hashlib.sha256(found).hexdigest() == link.sha256

    links = disk.read(LINKS) if LINKS in names else b""
    recovered = recover(disk.read(HEADER), links, unit_key, is_whole=is_whole)
    if recovered.links_bytes != links:
        if b"\n" in links[len(recovered.links_bytes) :]:
            # More than a torn line: the card forgot something. What is whole behind the gap can still be had.
            disk.write_whole(CUT_LINKS, links)
        disk.write_whole(LINKS, recovered.links_bytes)
    disk.write_whole(MANIFEST, recovered.manifest)
    return recovered
