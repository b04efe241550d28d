"""What is sealed can be opened by the people it was sealed to, whole, and by nobody else."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson.footage.chain import read_links
from lesson.footage.errors import LinkError, NotForYouError, ReceiptError, SegmentMisplacedError, SegmentMissingError
from lesson.footage.header import Header, header_hash
from lesson.footage.identity import Identity
from lesson.footage.manifest import End, Manifest, manifest_hash
from lesson.footage.opening import OpenLesson
from lesson.footage.receipt import Receipt
from lesson.footage.recipients import RecipientRole, check_words
from lesson.footage.sealing import LessonSealer, SealingError
from lesson.footage.segments import SegmentName, Track, segment_key
from lesson.footage.signed import ReceiptKey, UnitKey

KIB_16 = 16 * 1024
SIZES = sorted({0, 1, 2, 100_000, *(chunks * KIB_16 + more for chunks in (1, 2, 3) for more in (-1, 0, 1))})


def header_for(identity: Identity, unit_key: UnitKey, folder: Any) -> Header:
    return Header.new(
        unit="room-12",
        unit_key=unit_key.public,
        started_at=datetime(2026, 11, 17, tzinfo=UTC),
        recipients=((identity.recipient, RecipientRole.TEACHER),),
        media=Header.decode(folder.header).media,
    )


def test_the_teacher_and_her_coach_open_every_part(folder: Any) -> None:
    for reader in (folder.teacher, folder.coach):
        lesson = folder.open(reader, unit_key=folder.unit_key.public)
        assert lesson.is_complete
        assert {
            name: lesson.open_segment(name, sealed) for name, sealed in folder.segments.items()
        } == folder.plaintexts
        assert [lesson.open_evidence(index, piece) for index, piece in enumerate(folder.evidence)] == [
            b"a wait",
            b"another",
        ]


def test_somebody_else_opens_nothing(folder: Any) -> None:
    with pytest.raises(NotForYouError):
        folder.open(Identity.generate())


def test_every_size_comes_back(folder: Any) -> None:
    teacher, unit_key = Identity.generate(), UnitKey.generate()
    sealer = LessonSealer(header_for(teacher, unit_key, folder), [teacher.recipient], unit_key)
    plaintexts = [bytes([size % 251]) * size for size in SIZES]
    sealed = [sealer.seal(Track.AV, text) for text in plaintexts]
    manifest = sealer.close(End.STOPPED)
    lesson = OpenLesson(
        sealer.header_bytes, [s.data for s in sealer.stanzas], b"".join(s.line for s in sealed), manifest, teacher
    )
    assert [lesson.open_segment(s.name, s.ciphertext) for s in sealed] == plaintexts
    # 56 bytes of salt and commitment, and a tag for every 16 KiB begun: the last piece is always a short one.
    assert [s.link.length - size for s, size in zip(sealed, SIZES, strict=True)] == [
        56 + 16 * (size // KIB_16 + 1) for size in SIZES
    ]


@settings(max_examples=25, deadline=None)
@given(parts=st.lists(st.tuples(st.sampled_from([Track.AV, Track.AUDIO, Track.LOG, Track.STILLS]), st.binary())))
def test_any_order_of_tracks_comes_back(folder: Any, parts: list[tuple[Track, bytes]]) -> None:
    sealer = LessonSealer(
        header_for(folder.teacher, folder.unit_key, folder), [folder.teacher.recipient], folder.unit_key
    )
    sealed = [sealer.seal(track, text) for track, text in parts]
    links = b"".join(s.line for s in sealed)
    manifest = sealer.close(End.DISK_FULL)
    lesson = OpenLesson(sealer.header_bytes, [s.data for s in sealer.stanzas], links, manifest, folder.teacher)
    assert [lesson.open_segment(s.name, s.ciphertext) for s in sealed] == [text for _, text in parts]
    assert Manifest.decode(manifest, folder.unit_key.public).segment_count == len(parts)


def test_the_same_plaintext_is_never_the_same_segment_twice(folder: Any) -> None:
    sealer = LessonSealer(
        header_for(folder.teacher, folder.unit_key, folder), [folder.teacher.recipient], folder.unit_key
    )
    first, second = sealer.seal(Track.AV, b"still"), sealer.seal(Track.AV, b"still")
    assert first.ciphertext != second.ciphertext


def test_every_place_in_a_lesson_has_a_key_of_its_own() -> None:
    key, hashed = bytes(16), bytes(32)
    keys = {
        segment_key(key, hashed, SegmentName(track, index), final=final)
        for track in Track
        for index in range(3)
        for final in (False, True)
    }
    assert len(keys) == len(Track) * 3 * 2


def test_the_school_verifies_everything_without_a_key(folder: Any) -> None:
    links, chain = read_links(header_hash(folder.header), folder.links, folder.unit_key.public)
    manifest = Manifest.decode(folder.manifest, folder.unit_key.public)
    assert manifest.chain == chain.head.hex()
    assert manifest.segments == {"0": 4, "2": 2}
    assert manifest.evidence == 2
    assert manifest.duration == pytest.approx(5.4)
    assert all(hashlib.sha256(folder.segments[link.name]).hexdigest() == link.sha256 for link in links)


def test_a_lesson_being_recorded_opens_as_far_as_it_goes(folder: Any) -> None:
    lesson = folder.but(links=b"".join(folder.lines[:3]), manifest=None).open()
    assert not lesson.is_complete
    assert [name.file_name for name in lesson.segments] == ["0-000000.seg", "0-000001.seg", "2-000000.seg"]
    name = lesson.segments[1]
    assert lesson.open_segment(name, folder.segments[name]) == b"moof mdat one"
    with pytest.raises(SegmentMisplacedError):
        lesson.open_segment(SegmentName(Track.AV, 2), folder.segments[SegmentName(Track.AV, 2)])


def test_what_is_missing_is_named(folder: Any) -> None:
    lesson = folder.open()
    there = [name for name in folder.segments if name.index == 0]
    assert [name.file_name for name in lesson.missing(there)] == [
        "0-000001.seg",
        "0-000002.seg",
        "0-000003.seg",
        "2-000001.seg",
    ]
    with pytest.raises(SegmentMissingError, match=r"4 of 6 segments are missing, the first is 0-000001\.seg"):
        lesson.expect_all(there)
    lesson.expect_all(folder.segments)


def test_a_closed_sealer_has_no_key(folder: Any) -> None:
    sealer = LessonSealer(
        header_for(folder.teacher, folder.unit_key, folder), [folder.teacher.recipient], folder.unit_key
    )
    key = sealer._content_key
    assert any(key)
    sealer.close(End.STOPPED)
    assert not key
    assert sealer.is_closed
    for late in (
        lambda: sealer.seal(Track.AV, b""),
        lambda: sealer.seal_evidence(b""),
        lambda: sealer.close(End.STOPPED),
    ):
        with pytest.raises(SealingError):
            late()


def test_nothing_follows_the_final_segment(folder: Any) -> None:
    sealer = LessonSealer(
        header_for(folder.teacher, folder.unit_key, folder), [folder.teacher.recipient], folder.unit_key
    )
    sealer.seal(Track.AV, b"the end", final=True)
    sealer.seal(Track.LOG, b"the log goes on")
    with pytest.raises(LinkError, match="Nothing may follow"):
        sealer.seal(Track.AV, b"one more")


@pytest.mark.parametrize("duration", [-1.0, float("nan"), float("inf")])
def test_a_duration_that_is_none_changes_nothing(duration: float, folder: Any) -> None:
    header = header_for(folder.teacher, folder.unit_key, folder)
    sealer = LessonSealer(header, [folder.teacher.recipient], folder.unit_key)
    with pytest.raises(ValueError, match="A length"):
        sealer.seal(Track.AV, b"", duration=duration)
    assert sealer.seal(Track.AV, b"", duration=2.0).name == SegmentName(Track.AV, 0)


def test_a_sealer_refuses_a_header_for_somebody_else(folder: Any) -> None:
    header = header_for(folder.teacher, folder.unit_key, folder)
    with pytest.raises(SealingError, match="recipients"):
        LessonSealer(header, [folder.coach.recipient], folder.unit_key)
    with pytest.raises(SealingError, match="unit's key"):
        LessonSealer(header, [folder.teacher.recipient], UnitKey.generate())


def test_names_and_file_names() -> None:
    for name in (SegmentName(Track.AV, 0), SegmentName(Track.STILLS, 999_999)):
        assert SegmentName.from_file_name(name.file_name) == name
    for text in ("0-12.seg", "4-000000.seg", "0-000000.seg\n", "../0-000000.seg", "0-00000\u0660.seg", ""):
        with pytest.raises(SegmentMisplacedError):
            SegmentName.from_file_name(text)


def test_secret_keys_do_not_show_themselves(folder: Any) -> None:
    for key in (folder.unit_key, folder.teacher):
        assert key.to_bytes().hex() not in repr(key)
        assert key.to_bytes().hex()[:16] not in repr(key)


def test_check_words_tell_neighbours_apart() -> None:
    words = [check_words(bytes(15) + bytes([last])) for last in range(3)]
    assert all(first != second for first, second in pairwise(words))
    assert words[0] == check_words(bytes(16))


def test_a_receipt_is_for_exactly_one_lesson(folder: Any, other: Any) -> None:
    school = ReceiptKey.generate()
    receipt = Receipt(
        lesson=Header.decode(folder.header).lesson,
        header_sha256=header_hash(folder.header).hex(),
        manifest_sha256=manifest_hash(folder.manifest),
        segments=6,
        received_at=datetime(2026, 11, 17, 10, 2, tzinfo=UTC),
    )
    data = receipt.sign(school)
    assert Receipt.verify(data, school.public) == receipt
    receipt.expect(header_sha256=header_hash(folder.header).hex(), manifest_sha256=manifest_hash(folder.manifest))
    with pytest.raises(ReceiptError, match="another lesson"):
        receipt.expect(header_sha256=header_hash(other.header).hex(), manifest_sha256=manifest_hash(other.manifest))
    with pytest.raises(ReceiptError):
        Receipt.verify(data, ReceiptKey.generate().public)
    for place in range(len(data)):
        with pytest.raises(ReceiptError):
            Receipt.verify(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], school.public)
