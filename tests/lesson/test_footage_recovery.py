"""The power goes in the middle of a lesson; the unit closes it when it comes back, without a content key.

::

    links.jsonl   |ok|ok|ok|to        cut at any byte: what is whole is kept, the rest is not guessed
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from lesson.footage.chain import Link
from lesson.footage.errors import HeaderError
from lesson.footage.manifest import End, Manifest
from lesson.footage.recovery import recover
from lesson.footage.segments import SegmentName, Track


def test_links_cut_at_any_byte_leave_a_lesson_that_opens(folder: Any) -> None:
    whole = folder.links
    for length in range(0, len(whole) + 1, 7):
        found = whole[:length]
        kept = recover(folder.header, found, folder.unit_key)
        assert len(kept.links) == found.count(b"\n")
        assert found.startswith(kept.links_bytes)
        manifest = Manifest.decode(kept.manifest, folder.unit_key.public)
        assert (manifest.end, manifest.evidence, manifest.segment_count) == (End.INTERRUPTED, None, len(kept.links))
    lesson = folder.but(links=kept.links_bytes, manifest=kept.manifest).open()
    assert lesson.is_complete
    assert (
        lesson.open_segment(SegmentName(Track.AV, 3), folder.segments[SegmentName(Track.AV, 3)]) == b"moof mdat three"
    )


def test_the_kept_part_opens_segment_by_segment(folder: Any) -> None:
    kept = recover(folder.header, folder.links[:-30], folder.unit_key)
    lesson = folder.but(links=kept.links_bytes, manifest=kept.manifest).open(unit_key=folder.unit_key.public)
    assert [lesson.open_segment(link.name, folder.segments[link.name]) for link in kept.links] == list(
        folder.plaintexts.values()
    )[:5]


def test_the_prefix_ends_where_a_segment_did_not_reach_the_disk(folder: Any) -> None:
    disk = {**folder.segments, SegmentName(Track.AV, 2): b"torn"}

    def is_whole(link: Link) -> bool:
        return hashlib.sha256(disk[link.name]).hexdigest() == link.sha256

    kept = recover(folder.header, folder.links, folder.unit_key, is_whole=is_whole)
    assert [link.name.file_name for link in kept.links] == ["0-000000.seg", "0-000001.seg", "2-000000.seg"]


def test_a_disk_that_filled_up_leaves_a_lesson_without_the_segment_that_did_not_fit(folder: Any) -> None:
    on_disk = b"".join(folder.lines[:-1])
    kept = recover(folder.header, on_disk, folder.unit_key, end=End.DISK_FULL)
    manifest = Manifest.decode(kept.manifest, folder.unit_key.public)
    assert (manifest.end, manifest.segment_count) == (End.DISK_FULL, 5)
    folder.but(links=on_disk, manifest=kept.manifest).open()


def test_a_damaged_line_ends_the_prefix_and_the_rest_is_not_guessed(folder: Any) -> None:
    lines = folder.lines
    lines[2] = lines[2].replace(b'"track":2', b'"track":3')
    kept = recover(folder.header, b"".join(lines), folder.unit_key)
    assert len(kept.links) == 2


def test_a_lesson_without_a_single_link_is_a_lesson_of_nothing(folder: Any) -> None:
    kept = recover(folder.header, b"", folder.unit_key)
    assert folder.but(links=kept.links_bytes, manifest=kept.manifest).open().segments == ()


def test_a_header_that_never_reached_the_disk(folder: Any) -> None:
    with pytest.raises(HeaderError):
        recover(b"", b"", folder.unit_key)
