"""A lesson that somebody touched: each touch has a name, and nothing of what was touched is opened.

::

    header.json   stanzas/*.json   links.jsonl   manifest.json   *.seg
         |              |               |              |           |
         +---- a flipped byte, a cut, a swap, a piece of another lesson, in each of them
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest

from lesson.footage.chain import Link, chain_hash
from lesson.footage.errors import (
    FootageError,
    HeaderError,
    LinkError,
    ManifestError,
    SegmentDamagedError,
    SegmentMisplacedError,
    SegmentMissingError,
    StanzaError,
    TornLinkError,
)
from lesson.footage.header import header_hash
from lesson.footage.identity import Identity
from lesson.footage.manifest import End, Manifest
from lesson.footage.segments import SegmentName, Track
from lesson.footage.signed import UnitKey
from lesson.footage.stanza import Stanza, wrap

AV0, AV1, AV2, AV3 = (SegmentName(Track.AV, index) for index in range(4))
LOG0 = SegmentName(Track.LOG, 0)

BITS = (0x01, 0x20, 0x80)
"""The last bit; the bit between small and capital letters; the bit that makes a byte no ASCII."""


def flip(data: bytes, place: int, bits: int = 1) -> bytes:
    return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]


def swapped(folder: Any, one: SegmentName, two: SegmentName) -> dict[SegmentName, bytes]:
    return {**folder.segments, one: folder.segments[two], two: folder.segments[one]}


def with_segment(folder: Any, name: SegmentName, ciphertext: bytes) -> dict[SegmentName, bytes]:
    return {**folder.segments, name: ciphertext}


SCENES: dict[str, tuple[Callable[[Any, Any], Any], type[FootageError]]] = {
    "another lesson's header": (lambda f, o: f.but(header=o.header), HeaderError),
    "no header": (lambda f, _: f.but(header=b""), HeaderError),
    "another lesson's header, nobody knows the end yet": (
        lambda f, o: f.but(header=o.header, manifest=None),
        LinkError,
    ),
    "another lesson's stanza": (lambda f, o: f.but(stanzas=(o.stanzas[0], f.stanzas[1])), StanzaError),
    "another lesson's stanza for the coach": (lambda f, o: f.but(stanzas=(f.stanzas[0], o.stanzas[1])), StanzaError),
    "her stanza twice": (lambda f, _: f.but(stanzas=(f.stanzas[0], f.stanzas[0])), StanzaError),
    "a stanza the unit did not make": (
        lambda f, _: f.but(
            stanzas=(
                wrap(bytes(16), f.teacher.recipient, header_hash(f.header)).encode(UnitKey.generate()),
                f.stanzas[1],
            )
        ),
        StanzaError,
    ),
    "the coach's wrapped key under the teacher's name": (
        lambda f, _: f.but(
            stanzas=(
                Stanza(
                    header_sha256=header_hash(f.header).hex(),
                    kid=f.teacher.recipient.kid.hex(),
                    sealed=Stanza.decode(f.stanzas[1], f.unit_key.public).sealed,
                ).encode(f.unit_key),
            )
        ),
        StanzaError,
    ),
    "a stanza for somebody not listed": (
        lambda f, _: f.but(
            stanzas=(
                *f.stanzas,
                wrap(bytes(16), Identity.generate().recipient, header_hash(f.header)).encode(f.unit_key),
            )
        ),
        StanzaError,
    ),
    "the tail of the links cut off": (lambda f, _: f.but(links=b"".join(f.lines[:-2])), ManifestError),
    "all links cut off": (lambda f, _: f.but(links=b""), ManifestError),
    "the last link torn": (lambda f, _: f.but(links=f.links[:-7]), TornLinkError),
    "the last newline lost": (lambda f, _: f.but(links=f.links[:-1]), TornLinkError),
    "a link lost in the middle": (lambda f, _: f.but(links=b"".join(f.lines[:2] + f.lines[3:])), LinkError),
    "the first link lost": (lambda f, _: f.but(links=b"".join(f.lines[1:])), LinkError),
    "two links swapped": (
        lambda f, _: f.but(links=b"".join([f.lines[0], f.lines[2], f.lines[1], *f.lines[3:]])),
        LinkError,
    ),
    "a link twice": (lambda f, _: f.but(links=f.links + f.lines[-1]), LinkError),
    "an empty line between links": (lambda f, _: f.but(links=f.links + b"\n"), LinkError),
    "another lesson's links": (lambda f, o: f.but(links=o.links), LinkError),
    "another lesson's link": (lambda f, o: f.but(links=b"".join([o.lines[0], *f.lines[1:]])), LinkError),
    "the manifest where a link should be": (lambda f, _: f.but(links=f.links + f.manifest + b"\n"), LinkError),
    "another lesson's manifest": (lambda f, o: f.but(manifest=o.manifest), HeaderError),
    "a link where the manifest should be": (lambda f, _: f.but(manifest=f.lines[0][:-1]), ManifestError),
    "no manifest but an empty file": (lambda f, _: f.but(manifest=b""), ManifestError),
    "a manifest with a newline": (lambda f, _: f.but(manifest=f.manifest + b"\n"), ManifestError),
    "a segment missing": (
        lambda f, _: f.but(segments={name: data for name, data in f.segments.items() if name != AV2}),
        SegmentMissingError,
    ),
    "two segments swapped": (lambda f, _: f.but(segments=swapped(f, AV1, AV2)), SegmentMisplacedError),
    "two tracks swapped": (lambda f, _: f.but(segments=swapped(f, AV0, LOG0)), SegmentMisplacedError),
    "a segment twice": (lambda f, _: f.but(segments=with_segment(f, AV2, f.segments[AV1])), SegmentMisplacedError),
    "a segment nobody sealed": (
        lambda f, _: f.but(segments=with_segment(f, SegmentName(Track.AV, 9), f.segments[AV1])),
        SegmentMisplacedError,
    ),
    "another lesson's segment": (
        lambda f, o: f.but(segments=with_segment(f, AV1, o.segments[AV1])),
        SegmentDamagedError,
    ),
    "an empty segment": (lambda f, _: f.but(segments=with_segment(f, AV1, b"")), SegmentDamagedError),
    "a longer segment": (
        lambda f, _: f.but(segments=with_segment(f, AV1, f.segments[AV1] + b"\0")),
        SegmentDamagedError,
    ),
    "evidence swapped": (lambda f, _: f.but(evidence=f.evidence[::-1]), SegmentDamagedError),
    "another lesson's evidence": (lambda f, o: f.but(evidence=o.evidence), SegmentDamagedError),
    "a segment sent as evidence": (lambda f, _: f.but(evidence=(f.segments[AV0],)), SegmentDamagedError),
}


@pytest.mark.parametrize("scene", SCENES)
def test_each_touch_has_a_name(scene: str, folder: Any, other: Any) -> None:
    tamper, error = SCENES[scene]
    with pytest.raises(error) as caught:
        tamper(folder, other).read()
    assert type(caught.value) is error
    assert str(caught.value).endswith(".")
    assert caught.value.remedy


def test_the_untouched_lesson_opens(folder: Any) -> None:
    assert folder.read() == folder.plaintexts


@pytest.mark.parametrize("part", ["header", "stanzas", "links", "manifest"])
@pytest.mark.parametrize("is_pinned", [True, False], ids=["pinned", "not pinned"])
def test_a_flipped_byte_anywhere_in_a_small_file(part: str, is_pinned: bool, folder: Any) -> None:
    whole: bytes = folder.stanzas[1] if part == "stanzas" else getattr(folder, part)
    bits = cycle(BITS)
    for place in range(0, len(whole), 1 if is_pinned else 5):
        damaged = flip(whole, place, next(bits))
        touched = folder.but(**{part: (folder.stanzas[0], damaged) if part == "stanzas" else damaged})
        with pytest.raises(FootageError):
            touched.open(unit_key=folder.unit_key.public if is_pinned else None)


@pytest.mark.parametrize("part", ["header", "stanzas", "manifest"])
def test_a_file_cut_at_every_byte(part: str, folder: Any) -> None:
    whole: bytes = folder.stanzas[1] if part == "stanzas" else getattr(folder, part)
    for length in range(0, len(whole), 3):
        cut = whole[:length]
        with pytest.raises(FootageError):
            folder.but(**{part: (folder.stanzas[0], cut) if part == "stanzas" else cut}).open()


def test_a_flipped_byte_anywhere_in_a_segment(folder: Any) -> None:
    lesson = folder.open()
    for place in range(len(folder.segments[AV1])):
        with pytest.raises(SegmentDamagedError):
            lesson.open_segment(AV1, flip(folder.segments[AV1], place))


def test_a_segment_cut_at_every_byte(folder: Any) -> None:
    lesson = folder.open()
    for length in range(len(folder.segments[AV1])):
        with pytest.raises(SegmentDamagedError):
            lesson.open_segment(AV1, folder.segments[AV1][:length])


def test_evidence_has_no_hash_to_lean_on_and_still_notices_every_byte_and_every_cut(folder: Any) -> None:
    lesson, piece = folder.open(), folder.evidence[0]
    for place in range(len(piece)):
        with pytest.raises(SegmentDamagedError):
            lesson.open_evidence(0, flip(piece, place))
        with pytest.raises(SegmentDamagedError):
            lesson.open_evidence(0, piece[:place])
    for index in (-1, 1_000_000):
        with pytest.raises(SegmentDamagedError):
            lesson.open_evidence(index, piece)
    assert lesson.open_evidence(0, piece) == b"a wait"


def test_final_is_part_of_a_segments_key(folder: Any) -> None:
    lesson = folder.open()
    for name, final in ((AV1, True), (AV3, False)):
        with pytest.raises(SegmentDamagedError):
            lesson._decrypt(name, folder.segments[name], final=final)


def test_a_server_that_signs_with_its_own_key_gets_nowhere(folder: Any) -> None:
    """Header, links, stanza and manifest made anew with another unit key: H changes, and her stanza is bound to H."""
    server = UnitKey.generate()
    header = folder.header.replace(folder.unit_key.public.hex().encode(), server.public.hex().encode())
    stanza = Stanza.decode(folder.stanzas[0], folder.unit_key.public)
    forged = Stanza(header_hash(header).hex(), stanza.kid, stanza.sealed).encode(server)
    with pytest.raises(StanzaError, match="does not open"):
        folder.but(header=header, stanzas=(forged,), links=b"", manifest=None).open()
    with pytest.raises(FootageError):
        folder.but(header=header, stanzas=(forged,), links=b"", manifest=None).open(unit_key=folder.unit_key.public)


def test_another_unit_than_the_pinned_one(folder: Any) -> None:
    with pytest.raises(FootageError):
        folder.open(unit_key=UnitKey.generate().public)
    # Even when there is nothing signed to verify yet.
    with pytest.raises(HeaderError, match="Another unit"):
        folder.but(stanzas=(), links=b"", manifest=None).open(unit_key=UnitKey.generate().public)


def test_a_hole_in_a_track_is_noticed_even_if_the_unit_itself_signed_it(folder: Any) -> None:
    hashed = header_hash(folder.header)
    name = SegmentName(Track.AV, 1)
    head = chain_hash(hashed, name, final=False, length=56, sha256=bytes(32))
    link = Link(Track.AV, 1, final=False, length=56, sha256=bytes(32).hex(), chain=head.hex(), duration=2.0)
    with pytest.raises(LinkError, match="out of order"):
        folder.but(links=link.encode(folder.unit_key) + b"\n", manifest=None).open()


def test_a_manifest_for_other_links_of_the_same_number(folder: Any) -> None:
    real = Manifest.decode(folder.manifest, folder.unit_key.public)
    forged = Manifest(
        v=1,
        lesson=real.lesson,
        header_sha256=real.header_sha256,
        segments=real.segments,
        chain=Link.decode(folder.lines[0][:-1], folder.unit_key.public).chain,
        evidence=2,
        end=End.STOPPED,
        duration=real.duration,
    ).encode(folder.unit_key)
    with pytest.raises(ManifestError, match="other links"):
        folder.but(manifest=forged).open()
