"""A clip opens its own seconds and no others, and each way to get more of it is refused for its own reason.

::

    lesson   [init][ 1 ][ 2 ][ 3 ] log
    clip     [init]     [ 2 ]             opens these; [ 1 ], [ 3 ], the log and evidence stay shut
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lesson.footage.clip import MAX_SEGMENTS, PAD_BYTES, Clip, ClipContent, give_clip
from lesson.footage.errors import FootageError, NotForYouError
from lesson.footage.header import header_hash
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson, unwrap
from lesson.footage.segments import SegmentName, Track, segment_key
from lesson.footage.stanza import Stanza
from tests.lesson.test_footage_vectors import FOLDER, read, run_lesson

AT = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
ALTERED = "Somebody altered how this clip was handed on"
NOT_HERS_TO_GIVE = "by somebody whose it is not"

REASONS = {
    "clip-a-key-short": "not a key for each of its segments",
    "clip-by-coach": NOT_HERS_TO_GIVE,
    "clip-by-reader": NOT_HERS_TO_GIVE,
    "clip-by-stranger": NOT_HERS_TO_GIVE,
    "clip-claim-not-shown": NOT_HERS_TO_GIVE,
    "clip-cut": ALTERED,
    "clip-flipped": ALTERED,
    "clip-is-a-grant": ALTERED,
    "clip-is-over": "until 24 November 2026: that is over",
    "clip-longer": ALTERED,
    "clip-moved": ALTERED,
    "clip-moved-and-signed": "does not open with her identity",
    "clip-no-key": "How this clip was handed on cannot be read. by ",
    "clip-of-evidence": "is not the name of a segment",
    "clip-of-nothing": "A clip names 1 to",
    "clip-of-the-log": "The lesson log is never part of a clip",
    "clip-opens-no-0": "0-000001.seg is not in the clip that was shared with her",
    "clip-opens-no-2": "2-000000.seg is not in the clip that was shared with her",
    "clip-opens-no-evidence": "4-000000.seg is not in the clip that was shared with her",
    "clip-other-lesson": "A clip of another lesson",
    "clip-other-lesson-signed": "does not open with her identity",
    "clip-out-of-order": "each once and in order",
    "clip-sealed-no-json": "What was sealed in this clip cannot be read",
    "clip-segment-missing": "1 of 2 segments are missing",
    "clip-segment-swapped": "What stands as 0-000002.seg was sealed as 0-000001.seg",
    "clip-segment-twice": "each once and in order",
    "clip-short-key": "A segment's key has 16 bytes",
    "clip-surplus-key": "nobody agreed on more",
    "clip-to-another": ALTERED,
    "clip-to-somebody-else": "nobody has handed it on to her",
    "clip-twice": "twice under one name",
    "clip-widened": ALTERED,
    "clip-widened-and-signed": "does not open with her identity",
    "clip-widened-by-reader": NOT_HERS_TO_GIVE,
    "clip-with-the-log": "The lesson log is never part of a clip",
    "clip-wrong-keys": "0-000000.seg is not what was sealed",
    "note-flipped": "does not open with her identity",
    "note-long": "A note has at most",
    "note-moved": "does not open with her identity",
}


def test_each_refusal_has_its_vector_and_each_vector_its_reason() -> None:
    assert {file.stem for pattern in ("clip-*.txt", "note-*.txt") for file in FOLDER.glob(pattern)} == set(REASONS)


@pytest.mark.parametrize("name", REASONS)
def test_it_is_refused_for_its_own_reason(name: str) -> None:
    with pytest.raises(FootageError, match=REASONS[name]):
        run_lesson(read(FOLDER / f"{name}.txt"))


def cut(folder: Any, *names: SegmentName, note: str = "") -> tuple[Clip, OpenLesson]:
    """What somebody has to whom these segments were handed on."""
    guest, hashed = Identity.generate(), header_hash(folder.header)
    content_key = unwrap(Stanza.decode(folder.stanzas[0], folder.unit_key.public), folder.teacher, hashed)
    finals = {link.name: link.final for link in folder.open().links}
    keys = {name: segment_key(content_key, hashed, name, final=finals[name]) for name in names}
    clip, data = give_clip(keys, hashed, to=guest.recipient, by=folder.teacher, at=AT, note=note)
    return clip, OpenLesson(folder.header, (), folder.links, folder.manifest, guest, clips=[data])


def test_every_segment_opens_itself_alone_and_the_log_never(folder: Any) -> None:
    for name in folder.segments:
        if name.track is Track.LOG:
            with pytest.raises(ValueError, match="The lesson log is never part of a clip"):
                cut(folder, name)
            continue
        _, lesson = cut(folder, name)
        assert lesson.segments == (name,)
        assert lesson.open_segment(name, folder.segments[name]) == folder.plaintexts[name]
        for other in folder.segments.keys() - {name}:
            with pytest.raises(NotForYouError):
                lesson.open_segment(other, folder.segments[other])
        with pytest.raises(NotForYouError):
            lesson.open_evidence(0, folder.evidence[0])


def test_how_long_her_note_is_stays_between_them(folder: Any) -> None:
    name = SegmentName(Track.AV, 1)
    lengths = {len(cut(folder, name, note="x" * count)[0].sealed) for count in (0, 1, 200, 900)}
    assert len(lengths) == 1
    assert len(cut(folder, name, note="x" * PAD_BYTES)[0].sealed) - lengths.pop() == PAD_BYTES


def test_a_clip_of_half_an_hour_is_the_longest() -> None:
    ClipContent((bytes(16),) * MAX_SEGMENTS, "", "")
    keys = {SegmentName(Track.AV, index): bytes(16) for index in range(MAX_SEGMENTS + 1)}
    teacher = Identity.generate()
    with pytest.raises(ValueError, match=f"1 to {MAX_SEGMENTS} segments"):
        give_clip(keys, bytes(32), to=teacher.recipient, by=teacher, at=AT)
    keys.popitem()
    give_clip(keys, bytes(32), to=teacher.recipient, by=teacher, at=AT)
