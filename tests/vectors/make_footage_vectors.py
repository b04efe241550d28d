"""Write the vectors of sealed footage that do not exist yet: one file, one success or one named failure.

    python tests/vectors/make_footage_vectors.py

A vector that exists is never written again: salts and keys are random, and a released format's vectors are frozen.
docs/formats/sealed-footage.md says how to read the files; pytest, Node and a browser do.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lesson.footage.chain import Link, chain_hash
from lesson.footage.clip import Clip, ClipContent, give_clip
from lesson.footage.comment import Comment, Readers, Said, Seen, Tag, comment_key, write_comment
from lesson.footage.deletion import DeletedBy, Deletion
from lesson.footage.grant import Grant, give, seal_to
from lesson.footage.header import Audio, ClockQuality, Header, Media, Video, header_hash
from lesson.footage.identity import Identity, SealedIdentity, encode_open, typed
from lesson.footage.key_card import encode as key_card
from lesson.footage.manifest import End
from lesson.footage.opening import unwrap
from lesson.footage.recipients import RecipientRole, check_words
from lesson.footage.recovery import recover
from lesson.footage.recovery_code import new_code
from lesson.footage.replacement import Replacement
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import SegmentName, Track, segment_key
from lesson.footage.signed import ReceiptKey, UnitKey, sign
from lesson.footage.stanza import WRAP_SUITE, Stanza, wrap
from lesson.wire import dumps

FOLDER = Path(__file__).parent / "footage"
LOG_LINE = b'{"state":{"role":"teacher","start_s":0.0,"end_s":1.5},"phase":null,"wait":null,"account":null}\n'
KIB_16 = 16 * 1024
FRAME_BEFORE = b'{"signed":'
FRAME_BEHIND = 102


@dataclass(frozen=True)
class Vector:
    """One file in the making. Segments and evidence are what the reader is asked to open, in that order."""

    header: bytes
    stanzas: tuple[bytes, ...]
    links: tuple[bytes, ...]
    manifest: bytes
    """Empty: there is none."""
    segments: tuple[tuple[str, bytes], ...]
    evidence: tuple[tuple[int, bytes], ...]
    opens: tuple[tuple[str, bytes], ...]
    identity: bytes
    unit_key: str | None
    expect: str = "success"
    torn_link: bytes | None = None
    grants: tuple[bytes, ...] = ()
    clips: tuple[bytes, ...] = ()
    comments: tuple[bytes, ...] = ()
    at: str | None = None

    def text(self, story: str) -> str:
        """The file."""
        lines = [f"# {story}", "kind: lesson", f"expect: {self.expect}", f"identity: {self.identity.decode()}"]
        if self.unit_key is not None:
            lines.append(f"unit_key: {self.unit_key}")
        if self.at is not None:
            lines.append(f"at: {self.at}")
        lines.append(f"header: {self.header.decode()}")
        lines += [f"stanza: {stanza.decode()}" for stanza in self.stanzas]
        lines += [f"grant: {grant.decode()}" for grant in self.grants]
        lines += [f"clip: {clip.decode()}" for clip in self.clips]
        lines += [f"link: {link.decode()}" for link in self.links]
        if self.torn_link is not None:
            lines.append(f"torn_link: {self.torn_link.decode()}")
        if self.manifest:
            lines.append(f"manifest: {self.manifest.decode()}")
        lines += [f"segment {name}: {base64url(data)}" for name, data in self.segments]
        lines += [f"evidence {index}: {base64url(data)}" for index, data in self.evidence]
        lines += [f"comment: {comment.decode()}" for comment in self.comments]
        if self.expect == "success":
            lines += [f"opens {name}: {hashlib.sha256(data).hexdigest()}" for name, data in self.opens]
        return "\n".join(lines) + "\n"

    def but(self, expect: str, **changes: object) -> Vector:
        """The same lesson, tampered with."""
        return replace(self, expect=expect, **changes)  # type: ignore[arg-type]

    def with_segment(self, place: int, data: bytes) -> tuple[tuple[str, bytes], ...]:
        """The segments with other bytes in one place."""
        return tuple((name, data if at == place else old) for at, (name, old) in enumerate(self.segments))


def base64url(data: bytes) -> str:
    """Without padding, as everywhere in the format."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def flip(data: bytes, place: int) -> bytes:
    """One bit of one byte turned."""
    place %= len(data)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@dataclass(frozen=True)
class Cast:
    """Who takes part in a lesson."""

    unit_key: UnitKey
    teacher: Identity
    coach: Identity


def record(
    cast: Cast,
    parts: list[tuple[Track, bytes, bool, float]],
    evidence: tuple[bytes, ...] = (),
    end: End = End.STOPPED,
    *,
    is_claim: bool = False,
) -> Vector:
    """Seal a small lesson."""
    unit_key, teacher, coach = cast.unit_key, cast.teacher, cast.coach
    whose = RecipientRole.CLAIM if is_claim else RecipientRole.TEACHER
    header = Header.new(
        unit="room-12",
        unit_key=unit_key.public,
        started_at=datetime(2026, 11, 17, 9, 0, tzinfo=UTC),
        recipients=((teacher.recipient, whose), (coach.recipient, RecipientRole.COACH)),
        media=Media(Video("avc1.42C01F", 1280, 720, 25.0), Audio("mp4a.40.2", 48_000)),
        clock=ClockQuality.SYNCED,
        mask="door and corridor: gr\u00fcn",
    )
    sealer = LessonSealer(header, [teacher.recipient, coach.recipient], unit_key)
    sealed = [sealer.seal(track, text, final=final, duration=seconds) for track, text, final, seconds in parts]
    pieces = [sealer.seal_evidence(text) for text in evidence]
    opens = [(segment.name.file_name, part[1]) for segment, part in zip(sealed, parts, strict=True)]
    opens += [(f"evidence {index}", text) for (index, _), text in zip(pieces, evidence, strict=True)]
    return Vector(
        header=sealer.header_bytes,
        stanzas=tuple(stanza.data for stanza in sealer.stanzas),
        links=tuple(segment.line[:-1] for segment in sealed),
        manifest=sealer.close(end),
        segments=tuple((segment.name.file_name, segment.ciphertext) for segment in sealed),
        evidence=tuple(pieces),
        opens=tuple(opens),
        identity=encode_open(teacher),
        unit_key=unit_key.public.hex(),
    )


def vector(name: str, story: str, made: Vector) -> tuple[str, str]:
    """Name and text of one file."""
    return f"success-{name}" if made.expect == "success" else name, made.text(story)


def lessons() -> Iterator[tuple[str, str]]:
    """Every vector about a lesson."""
    cast = Cast(UnitKey.generate(), Identity.generate(), Identity.generate())
    parts = [
        (Track.AV, b"ftyp moov", False, 0.0),
        (Track.AV, b"moof mdat one", False, 2.0),
        (Track.LOG, LOG_LINE, False, 2.0),
        (Track.AV, b"moof mdat two", False, 2.0),
        (Track.AV, b"moof mdat three", True, 1.4),
    ]
    one = record(cast, parts, (LOG_LINE, b"{}\n"))
    other = record(cast, parts, (LOG_LINE, b"{}\n"))
    yield from successes(cast, one)
    yield from headers(one, other)
    yield from stanzas(cast, one, other)
    yield from links_and_manifests(cast, one, other)
    yield from segments(one, other)
    yield from grants(cast, one, other)
    yield from claims(cast, parts)
    yield from notes(cast, one)
    yield from clips(cast, one, other)
    yield from claimed_clips(cast, parts)
    yield from comments(cast, one, other)


def grants(cast: Cast, one: Vector, other: Vector) -> Iterator[tuple[str, str]]:
    """A lesson that its teacher has handed on, and what somebody else may try."""
    reader, stranger = Identity.generate(), Identity.generate()
    hashed, key = header_hash(one.header), content_key(one, cast.teacher)
    mine = one.but("success", identity=encode_open(reader), stanzas=())
    given = handed_on(key, hashed, reader, cast.teacher)
    yield vector("handed-on", "The teacher has handed it on to somebody.", mine.but("success", grants=(given,)))
    for_a_week = handed_on(key, hashed, reader, cast.teacher, until=datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    before, after = "2026-11-24T11:59:59Z", "2026-11-24T12:00:00Z"
    yield vector("handed-on-for-a-week", "Within the week.", mine.but("success", grants=(for_a_week,), at=before))
    yield vector("grant-is-over", "After the week.", mine.but("GrantError", grants=(for_a_week,), at=after))
    longer = mine.but("success", grants=(for_a_week, given), at=after)
    yield vector("handed-on-again", "After the week, but she has handed it on once more.", longer)
    for name, story, grant in (
        ("by-stranger", "Somebody whose it is not has handed it on.", handed_on(key, hashed, reader, stranger)),
        ("by-coach", "The coach may open it, not hand it on.", handed_on(key, hashed, reader, cast.coach)),
        ("by-reader", "She to whom it was handed on has handed it on.", handed_on(key, hashed, stranger, reader)),
        (
            "other-lesson",
            "Another lesson was handed on.",
            handed_on(content_key(other, cast.teacher), header_hash(other.header), reader, cast.teacher),
        ),
        ("flipped", "A letter of what was wrapped was changed.", given.replace(b'"sealed":"', b'"sealed":"A', 1)),
        ("cut", "The grant is cut.", given[:-9]),
        ("to-another", "She gave it to somebody else, and a server wrote a name over it.", readdressed(given, reader)),
        ("no-key", "The key is none.", given.replace(given[17:20], b"xyz", 1)),
        ("stanza", "A stanza where the grant should be.", one.stanzas[0]),
    ):
        yield vector(f"grant-{name}", story, mine.but("GrantError", grants=(given, grant)))
    swapped = sign(
        "grant",
        dumps(replace(Grant.decode(given), sealed=Stanza.decode(one.stanzas[0], cast.unit_key.public).sealed)),
        cast.teacher,
    )
    yield vector(
        "grant-holds-stanza", "What is wrapped comes from a stanza.", mine.but("GrantError", grants=(swapped,))
    )
    yield vector("grant-twice", "The grant stands twice.", mine.but("GrantError", grants=(given, given)))
    yield vector(
        "grant-to-somebody-else",
        "Handed on, but not to this reader.",
        mine.but("NotForYouError", identity=encode_open(stranger), grants=(given,)),
    )


def claims(cast: Cast, parts: list[tuple[Track, bytes, bool, float]]) -> Iterator[tuple[str, str]]:
    """A lesson of which nobody knew whose it is, until somebody claimed it. Its claim key is `cast.teacher`."""
    teacher, colleague = Identity.generate(), Identity.generate()
    one = record(cast, parts, is_claim=True)
    hashed, key = header_hash(one.header), content_key(one, cast.teacher)
    claimed = handed_on(key, hashed, teacher, cast.teacher)
    hers = one.but("success", identity=encode_open(teacher), grants=(claimed,))
    yield vector("claimed", "Recorded to a claim key, and claimed by its teacher.", hers)
    onward = handed_on(key, hashed, colleague, teacher)
    yield vector(
        "claimed-and-handed-on",
        "Who claimed it is its teacher, and hands it on.",
        hers.but("success", identity=encode_open(colleague), grants=(claimed, onward)),
    )
    yield vector(
        "claim-not-shown",
        "Handed on by somebody whose claim is not there.",
        hers.but("GrantError", identity=encode_open(colleague), grants=(onward,)),
    )
    yield vector("claim-open", "Nobody has claimed it.", hers.but("NotForYouError", grants=()))


NOTE = "Look at the pause at 0:03. Gr\u00fc\u00dfe!"


def notes(cast: Cast, one: Vector) -> Iterator[tuple[str, str]]:
    """What a teacher writes to a lesson that she hands on."""
    reader = Identity.generate()
    hashed, key = header_hash(one.header), content_key(one, cast.teacher)
    at = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
    grant, given = give(key, hashed, to=reader.recipient, by=cast.teacher, at=at, note=NOTE)
    mine = one.but("success", identity=encode_open(reader), stanzas=(), grants=(given,))
    with_note = mine.but("success", opens=(*one.opens, ("note", NOTE.encode())))
    yield vector("handed-on-with-note", "The teacher has written something to it.", with_note)
    assert grant.note is not None
    other = give(key, hashed, to=reader.recipient, by=cast.teacher, at=at, note="Another note.")[0]
    for name, story, note in (
        ("moved", "The teacher herself signed the note of another grant.", other.note),
        ("flipped", "A bit of the note was turned, and the teacher signed it.", flip(grant.note, -1)),
        ("long", "A note that is longer than a note can be.", bytes(8192)),
    ):
        assert note is not None
        body = dumps(replace(grant, note=None))[:-1] + b',"note":"' + base64url(note).encode() + b'"}'
        forged = sign("grant", body, cast.teacher)
        yield vector(f"note-{name}", story, mine.but("GrantError", grants=(forged,)))


def clips(cast: Cast, one: Vector, other: Vector) -> Iterator[tuple[str, str]]:
    """Some segments that a teacher has handed on, and what somebody may try to get more of them."""
    reader, stranger = Identity.generate(), Identity.generate()
    names = ("0-000000.seg", "0-000002.seg")
    given = clipped(one, cast.teacher, reader, names, by=cast.teacher)
    mine = one.but("success", identity=encode_open(reader), stanzas=(), evidence=())
    cut = mine.but("success", clips=(given,), segments=only(one, names), opens=opens_only(one, names))
    yield vector("clip", "The teacher has handed on one segment, and what it takes to play it.", cut)
    told = clipped(one, cast.teacher, reader, names, by=cast.teacher, note=NOTE, numbers=LOG_LINE.decode())
    with_note = cut.but(
        "success", clips=(told,), opens=(*cut.opens, ("note 0", NOTE.encode()), ("numbers 0", LOG_LINE))
    )
    yield vector("clip-with-note-and-numbers", "The same, with a note and the numbers of these seconds.", with_note)
    more = clipped(one, cast.teacher, reader, ("0-000001.seg",), by=cast.teacher)
    both = ("0-000000.seg", "0-000001.seg", "0-000002.seg")
    two = cut.but("success", clips=(given, more), segments=only(one, both), opens=opens_only(one, both))
    yield vector("clip-and-another", "Two clips of one lesson.", two)
    all_of_it = handed_on(content_key(one, cast.teacher), header_hash(one.header), reader, cast.teacher)
    whole = mine.but("success", clips=(given,), grants=(all_of_it,), evidence=one.evidence)
    yield vector("clip-and-the-whole", "A clip first, the whole lesson later.", whole)
    until = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    for_a_week = clipped(one, cast.teacher, reader, names, by=cast.teacher, until=until)
    before, after = "2026-11-24T11:59:59Z", "2026-11-24T12:00:00Z"
    yield vector("clip-for-a-week", "Within the week.", cut.but("success", clips=(for_a_week,), at=before))
    yield vector("clip-is-over", "After the week.", cut.but("GrantError", clips=(for_a_week,), at=after))
    still = cut.but("success", clips=(for_a_week, given), at=after)
    yield vector("clip-again", "After the week, but she has handed it on once more.", still)
    for place, name in ((1, "0-000001.seg"), (2, "2-000000.seg")):
        asked = cut.but("NotForYouError", segments=(*cut.segments, one.segments[place]))
        yield vector(f"clip-opens-no-{name[0]}", f"A clip, and a segment that is not in it: {name}.", asked)
    yield vector(
        "clip-opens-no-evidence", "A clip, and live evidence.", cut.but("NotForYouError", evidence=one.evidence[:1])
    )
    half = cut.but("SegmentMissingError", segments=cut.segments[:1])
    yield vector("clip-segment-missing", "One of its segments is missing.", half)
    swapped_in = (cut.segments[0], ("0-000002.seg", one.segments[1][1]))
    yield vector(
        "clip-segment-swapped", "Another segment under its name.", cut.but("SegmentMisplacedError", segments=swapped_in)
    )
    yield vector(
        "clip-to-somebody-else",
        "Handed on, but not to this reader.",
        cut.but("NotForYouError", identity=encode_open(stranger)),
    )
    yield vector("clip-twice", "The clip stands twice.", cut.but("GrantError", clips=(given, given)))
    log = with_log(one, cast.teacher, reader)
    everything = cut.but("GrantError", clips=(log,), segments=one.segments[:3], opens=one.opens[:3])
    yield vector("clip-with-the-log", "The teacher herself sealed and signed the key of the lesson log.", everything)
    for name, story, clip in forged_clips(cast, one, other, reader, given):
        yield vector(f"clip-{name}", story, cut.but("GrantError", clips=(clip,)))
    wrong = clipped(other, cast.teacher, reader, names, by=cast.teacher, of=one)
    yield vector(
        "clip-wrong-keys", "Its giver sealed another lesson's keys.", cut.but("SegmentDamagedError", clips=(wrong,))
    )


def forged_clips(
    cast: Cast, one: Vector, other: Vector, reader: Identity, given: bytes
) -> Iterator[tuple[str, str, bytes]]:
    """Clips that open nothing: name, story, file."""
    names, stranger, clip = ("0-000000.seg", "0-000002.seg"), Identity.generate(), Clip.decode(given)

    def again(changed: Clip, by: Identity = cast.teacher) -> bytes:
        return sign("clip", dumps(changed), by)

    def of(body: bytes) -> bytes:
        return sign("clip", body, cast.teacher)

    body = given[len(FRAME_BEFORE) : -FRAME_BEHIND]
    wider = replace(clip, segments=("0-000000.seg", "0-000001.seg", "0-000002.seg"))
    yield (
        "widened",
        "A server wrote another segment into its list.",
        given.replace(b'"0-000002.seg"', b'"0-000001.seg","0-000002.seg"', 1),
    )
    yield (
        "moved",
        "A server wrote another segment over its list.",
        given.replace(b'"0-000002.seg"', b'"0-000003.seg"', 1),
    )
    yield "widened-and-signed", "The teacher herself signed a longer list than the one she sealed for.", again(wider)
    yield (
        "moved-and-signed",
        "The teacher herself signed another list than the one she sealed for.",
        again(replace(clip, segments=("0-000000.seg", "0-000003.seg"))),
    )
    yield (
        "widened-by-reader",
        "She to whom it was given signed a longer list.",
        again(replace(wider, by=(reader.recipient.encryption_key + reader.recipient.signing_key).hex()), reader),
    )
    yield "by-stranger", "Somebody whose it is not.", clipped(one, cast.teacher, reader, names, by=stranger)
    yield "by-coach", "The coach may open it, not hand it on.", clipped(one, cast.teacher, reader, names, by=cast.coach)
    yield "by-reader", "She hands on what was handed on to her.", clipped(one, cast.teacher, stranger, names, by=reader)
    yield "other-lesson", "A clip of another lesson.", clipped(other, cast.teacher, reader, names, by=cast.teacher)
    yield (
        "other-lesson-signed",
        "The teacher herself signed what was sealed for another lesson.",
        again(
            replace(
                Clip.decode(clipped(other, cast.teacher, reader, names, by=cast.teacher)),
                header_sha256=header_hash(one.header).hex(),
            )
        ),
    )
    yield "flipped", "A letter of what was sealed was changed.", given.replace(b'"sealed":"', b'"sealed":"A', 1)
    yield (
        "longer",
        "A server wrote another end into it.",
        given.replace(b'"expires_at":null', b'"expires_at":"2030-01-01T00:00:00Z"', 1),
    )
    yield "cut", "The clip is cut.", given[:-9]
    yield "no-key", "The key of its giver is none.", given.replace(given[17:20], b"xyz", 1)
    yield "to-another", "She gave it to somebody else, and a server wrote a name over it.", readdressed(given, reader)
    as_grant = handed_on(content_key(one, cast.teacher), header_hash(one.header), reader, cast.teacher)
    yield "is-a-grant", "A grant where the clip should be.", as_grant
    yield "of-the-log", "It names the lesson log.", of(body.replace(b'"0-000002.seg"', b'"2-000000.seg"'))
    yield "of-evidence", "It names live evidence.", of(body.replace(b'"0-000002.seg"', b'"4-000000.seg"'))
    yield "out-of-order", "Its segments are not in order.", of(body.replace(b'"0-000000.seg"', b'"0-000009.seg"'))
    yield "segment-twice", "It names a segment twice.", of(body.replace(b'"0-000000.seg"', b'"0-000002.seg"'))
    yield "of-nothing", "It names no segment.", of(body.replace(b'"0-000000.seg","0-000002.seg"', b""))
    yield "surplus-key", "A key nobody agreed on.", of(body[:-1] + b',"more":1}')
    for name, story, content in (
        ("a-key-short", "A key is missing in what is sealed.", ClipContent((bytes(16),), "", "").encode()),
        ("short-key", "A key is too short.", b'{"keys":["AAAA","AAAA"],"note":"","numbers":""}'),
        ("sealed-no-json", "What is sealed is no JSON.", b"note"),
    ):
        yield name, story, again(replace(clip, sealed=seal_to(reader.recipient, content, clip.info)))


def claimed_clips(cast: Cast, parts: list[tuple[Track, bytes, bool, float]]) -> Iterator[tuple[str, str]]:
    """A clip of a lesson that somebody has claimed. Its claim key is `cast.teacher`."""
    teacher, reader, names = Identity.generate(), Identity.generate(), ("0-000000.seg", "0-000001.seg")
    one = record(cast, parts, is_claim=True)
    claimed = handed_on(content_key(one, cast.teacher), header_hash(one.header), teacher, cast.teacher)
    cut = one.but(
        "success",
        identity=encode_open(reader),
        stanzas=(),
        grants=(claimed,),
        clips=(clipped(one, cast.teacher, reader, names, by=teacher),),
        segments=only(one, names),
        opens=opens_only(one, names),
    )
    yield vector("clip-of-claimed", "Who claimed the lesson hands on a clip of it.", cut)
    yield vector("clip-claim-not-shown", "The same, and the claim is not there.", cut.but("GrantError", grants=()))


def clipped(
    vector: Vector,
    owner: Identity,
    to: Identity,
    names: tuple[str, ...],
    *,
    by: Identity,
    until: datetime | None = None,
    note: str = "",
    numbers: str = "",
    of: Vector | None = None,
) -> bytes:
    """A clip's file: keys from `vector`, said to be of the same lesson or `of` another."""
    key, hashed = content_key(vector, owner), header_hash(vector.header)
    signer = bytes.fromhex(Header.decode(vector.header).unit_key)
    links = {link.name: link for link in (Link.decode(line, signer) for line in vector.links)}
    named = [SegmentName.from_file_name(name) for name in names]
    return give_clip(
        {name: segment_key(key, hashed, name, final=links[name].final) for name in named},
        header_hash((of or vector).header),
        to=to.recipient,
        by=by,
        at=datetime(2026, 11, 17, 12, 0, tzinfo=UTC),
        until=until,
        note=note,
        numbers=numbers,
    )[1]


def with_log(vector: Vector, owner: Identity, to: Identity) -> bytes:
    """A clip that would open the lesson log, if a reader let it: what `give_clip` refuses to make."""
    names = ["0-000000.seg", "0-000001.seg", "2-000000.seg"]
    key, hashed = content_key(vector, owner), header_hash(vector.header)
    keys = tuple(segment_key(key, hashed, SegmentName.from_file_name(name), final=False) for name in names)
    by = owner.recipient
    info = b"waitwise.v1/clip\0" + hashed + by.kid + to.recipient.kid + "".join(names).encode()
    fields = {
        "by": (by.encryption_key + by.signing_key).hex(),
        "clip": secrets.token_hex(16),
        "header_sha256": hashed.hex(),
        "to": to.recipient.kid.hex(),
        "segments": names,
        "sealed": seal_to(to.recipient, ClipContent(keys, "", "").encode(), info),
        "created_at": datetime(2026, 11, 17, 12, 0, tzinfo=UTC),
        "expires_at": None,
    }
    return sign("clip", dumps(fields), owner)


def only(vector: Vector, names: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    """Some of the segments."""
    return tuple((name, data) for name, data in vector.segments if name in names)


def opens_only(vector: Vector, names: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    """What those open to."""
    return tuple((name, data) for name, data in vector.opens if name in names)


SAYS = Said(
    None, Tag.STRENGTH, "She counted to five, and a second pupil spoke.\n\u201cWeil ...\u201d \U0001f642", 325.2, 331.0
)


@dataclass(frozen=True)
class Writer:
    """Somebody who writes comments about one lesson."""

    key: bytes
    hashed: bytes
    by: Identity

    def __call__(
        self,
        said: Said | None,
        readers: Readers = Readers.LESSON,
        comment: str | None = None,
        after: bytes | None = None,
    ) -> bytes:
        """The next version behind `after`."""
        seen = None
        if after is not None:
            read = Comment.decode(after)
            comment, seen = read.comment, read.expect_after(None, after)
        return self.behind(said, readers, comment, seen)

    def behind(self, said: Said | None, readers: Readers, comment: str | None, seen: Seen | None) -> bytes:
        """The next version behind something that was seen."""
        at = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)
        return write_comment(
            said,
            by=self.by,
            readers=readers,
            content_key=self.key,
            header_hash=self.hashed,
            at=at,
            comment=comment,
            after=seen,
        )[1]


def comments(cast: Cast, one: Vector, other: Vector) -> Iterator[tuple[str, str]]:
    """What people say of a lesson, and what a server may try with it."""
    stranger = Identity.generate()
    key, hashed = content_key(one, cast.teacher), header_hash(one.header)
    hers, coachs = Writer(key, hashed, cast.teacher), Writer(key, hashed, cast.coach)
    elsewhere = Writer(content_key(other, cast.teacher), header_hash(other.header), cast.teacher)
    bare = one.but("success", links=(), manifest=b"", segments=(), evidence=(), opens=())
    first = coachs(SAYS)
    root = Comment.decode(first).comment
    answer = hers(Said(root, Tag.NOTE, "I did not notice.", 325.2, None))
    edited = coachs(replace(SAYS, text="She counted to four."), after=first)
    deleted = coachs(None, after=edited)
    mine = hers(Said(None, Tag.TO_DISCUSS, "Ask R. about this.", 60.0, None), Readers.AUTHOR)
    shown = hers(Said(None, Tag.TO_DISCUSS, "Ask you about this.", 60.0, None), after=mine)
    longest = hers(Said(None, Tag.QUESTION, "\u00e9" * 4000, 0.0, None))

    def good(*lines: bytes, opens: tuple[bytes, ...], identity: Identity = cast.teacher) -> Vector:
        told = {f"comment {Comment.decode(line).comment}": says(line, key, identity) for line in opens}
        return bare.but("success", comments=lines, opens=tuple(told.items()), identity=encode_open(identity))

    def bad(*lines: bytes, expect: str = "CommentError", identity: Identity = cast.teacher) -> Vector:
        return bare.but(expect, comments=lines, identity=encode_open(identity))

    yield vector(
        "comments", "A comment of the coach, and the teacher's answer.", good(first, answer, opens=(first, answer))
    )
    yield vector("comment-edited", "Seen as it was, and then as it is.", good(first, edited, opens=(edited,)))
    yield vector("comment-deleted", "The coach has taken it back.", good(first, edited, deleted, opens=(deleted,)))
    yield vector("comment-newest", "Only the third version was ever seen.", good(deleted, opens=(deleted,)))
    yield vector("comment-again", "The same version comes twice.", good(first, first, opens=(first,)))
    yield vector("comment-of-8192", "The longest of the six lengths.", good(longest, opens=(longest,)))
    yield vector("comment-to-herself", "The teacher keeps it to herself.", good(mine, opens=(mine,)))
    yield vector(
        "comment-shown",
        "She kept it to herself, and lets the coach read it now.",
        good(shown, opens=(shown,), identity=cast.coach),
    )
    yield vector(
        "comment-not-hers",
        "The coach is served what the teacher keeps to herself.",
        bad(mine, expect="NotForYouError", identity=cast.coach),
    )
    yield vector(
        "comment-flipped",
        "A letter of what was sealed was changed.",
        bad(first.replace(b'"sealed":"', b'"sealed":"A', 1)),
    )
    yield vector(
        "comment-later", "Its moment of writing was changed.", bad(first.replace(b"2026-11-18", b"2026-11-19"))
    )
    yield vector("comment-cut", "The comment is cut.", bad(first[:-9]))
    yield vector(
        "comment-grant", "A grant where a comment should be.", bad(handed_on(key, hashed, cast.coach, cast.teacher))
    )
    yield vector("comment-other-lesson", "It was written about another lesson.", bad(elsewhere(SAYS)))
    theirs = elsewhere(SAYS, Readers.AUTHOR)
    yield vector("comment-other-lesson-hers", "What she keeps to herself about another lesson.", bad(theirs))
    yield vector(
        "comment-other-lesson-deleted", "What she has deleted in another lesson.", bad(elsewhere(None, after=theirs))
    )
    yield vector("comment-replayed", "After the edit the old text comes again.", bad(first, edited, first))
    yield vector(
        "comment-revived", "After it was deleted the old text comes again.", bad(first, edited, deleted, edited)
    )
    yield vector(
        "comment-two-versions",
        "Two versions under one number: one for some, the other for others.",
        bad(first, edited, coachs(SAYS, after=first)),
    )
    yield vector(
        "comment-does-not-follow",
        "The second version names another first one.",
        bad(first, coachs.behind(SAYS, Readers.LESSON, root, Seen(1, "0" * 64))),
    )
    yield vector(
        "comment-other-number",
        "What was sealed as the first version stands in the second.",
        bad(moved(cast.coach, first, number=2, before=hashlib.sha256(first).hexdigest())),
    )
    yield vector(
        "comment-other-name",
        "What was sealed in one comment stands in another.",
        bad(moved(cast.coach, first, comment="0" * 32)),
    )
    yield vector(
        "comment-of-somebody-else",
        "Somebody signs what another has sealed.",
        bad(moved(stranger, first, by=(stranger.recipient.encryption_key + stranger.recipient.signing_key).hex())),
    )
    yield vector(
        "comment-without-the-key",
        "Somebody who cannot open the lesson writes one.",
        bad(Writer(bytes(16), hashed, stranger)(SAYS)),
    )
    yield vector(
        "comment-other-readers",
        "What is hers alone is said to be everybody's.",
        bad(moved(cast.teacher, mine, readers=Readers.LESSON, sealed=Comment.decode(first).sealed)),
    )
    for name, story, inside in (
        ("no-words", "It has no words.", padded(b'{"parent":null,"tag":"note","text":" ","at_s":1,"end_s":null}')),
        (
            "other-tag",
            "A tag that nobody agreed on.",
            padded(b'{"parent":null,"tag":"bad","text":"a","at_s":1,"end_s":null}'),
        ),
        (
            "ends-before",
            "It ends before it begins.",
            padded(b'{"parent":null,"tag":"note","text":"a","at_s":2,"end_s":1}'),
        ),
        (
            "other-padding",
            "There is something in the padding.",
            padded(b'{"parent":null,"tag":"note","text":"a","at_s":1,"end_s":null}')[:-1] + b"x",
        ),
        (
            "too-short-inside",
            "It says that it is longer than it is.",
            (300).to_bytes(2) + b'{"parent":null,"tag":"note","text":"a","at_s":1,"end_s":null}'.ljust(254),
        ),
    ):
        yield vector(f"comment-{name}", story, bad(moved(cast.coach, first, sealed=resealed(key, first, inside))))
    was, short = (
        Comment.decode(first).sealed,
        padded(b'{"parent":null,"tag":"note","text":"a","at_s":1,"end_s":null}')[:100],
    )
    assert was is not None
    body = dumps(Comment.decode(first)).replace(
        base64url(was).encode(), base64url(resealed(key, first, short)).encode()
    )
    yield vector("comment-not-padded", "It has a length of its own.", bad(sign("comment", body, cast.coach)))


def says(line: bytes, key: bytes, identity: Identity) -> bytes:
    """What is told of it (docs/formats/sealed-footage.md). Spelled out: a reader does it with its own code."""
    comment = Comment.decode(line)
    if comment.sealed is None:
        return b""
    if comment.readers is Readers.AUTHOR:
        inside = WRAP_SUITE.decrypt(comment.sealed, identity.encryption_key, info=comment.binding)
    else:
        inside = AESGCM(comment_key(key, comment.binding)).decrypt(comment.sealed[:12], comment.sealed[12:], None)
    told = json.loads(inside[2 : 2 + int.from_bytes(inside[:2])])
    moments = ["" if told[each] is None else str(round(told[each] * 1000)) for each in ("at_s", "end_s")]
    return "\n".join([told["tag"], *moments, told["parent"] or "", told["text"]]).encode()


def padded(told: bytes) -> bytes:
    """As `Said.encode` does it, for what `Said` would never say."""
    return len(told).to_bytes(2) + told + bytes(254 - len(told))


def resealed(key: bytes, line: bytes, inside: bytes) -> bytes:
    """Something else under the same key."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(comment_key(key, Comment.decode(line).binding)).encrypt(nonce, inside, None)


def moved(signer: Identity, line: bytes, **changes: object) -> bytes:
    """A comment with other words around what was sealed, signed by somebody."""
    return sign("comment", dumps(replace(Comment.decode(line), **changes)), signer)  # type: ignore[arg-type]


def handed_on(key: bytes, hashed: bytes, to: Identity, by: Identity, until: datetime | None = None) -> bytes:
    """A grant's file."""
    return give(key, hashed, to=to.recipient, by=by, at=datetime(2026, 11, 17, 12, 0, tzinfo=UTC), until=until)[1]


def content_key(vector: Vector, owner: Identity) -> bytes:
    """What the owner's stanza holds."""
    signer = bytes.fromhex(Header.decode(vector.header).unit_key)
    return unwrap(Stanza.decode(vector.stanzas[0], signer), owner, header_hash(vector.header))


def readdressed(grant: bytes, to: Identity) -> bytes:
    """Another name on it, of the same length."""
    at = grant.index(b'"to":"') + 6
    return grant[:at] + flip(to.recipient.kid, 0).hex().encode() + grant[at + 32 :]


def successes(cast: Cast, one: Vector) -> Iterator[tuple[str, str]]:
    """What opens."""
    yield vector("whole-lesson", "A whole lesson, opened by its teacher, the unit's key pinned.", one)
    yield vector(
        "unit-key-from-header", "The same, the unit's key taken from the header.", one.but("success", unit_key=None)
    )
    yield vector("coach", "The same, opened by the coach.", one.but("success", identity=encode_open(cast.coach)))
    yield vector(
        "only-her-stanza", "The school may serve her stanza only.", one.but("success", stanzas=one.stanzas[:1])
    )
    being_recorded = one.but(
        "success",
        links=one.links[:2],
        manifest=b"",
        segments=one.segments[:2],
        evidence=one.evidence[:1],
        opens=(*one.opens[:2], one.opens[5]),
    )
    yield vector("being-recorded", "No manifest yet: opened as far as the links go.", being_recorded)
    kept = recover(one.header, b"".join(line + b"\n" for line in one.links[:3]) + one.links[3][:50], cast.unit_key)
    recovered = one.but(
        "success",
        links=tuple(kept.links_bytes.splitlines()),
        manifest=kept.manifest,
        segments=one.segments[:3],
        evidence=(),
        opens=one.opens[:3],
    )
    yield vector("interrupted", "The power went in the fourth link; the unit closed the lesson afterwards.", recovered)
    for size in (0, 1, KIB_16 - 1, KIB_16, KIB_16 + 1):
        made = record(cast, [(Track.AV, bytes([size % 251]) * size, True, 2.0)], end=End.DISK_FULL)
        yield vector(f"segment-of-{size}", f"A segment of {size} bytes: 16 KiB is the size of a chunk.", made)


NOTHING_SIGNED: dict[str, object] = {
    "unit_key": None,
    "stanzas": (),
    "links": (),
    "manifest": b"",
    "segments": (),
    "evidence": (),
}
"""With nothing that names H, only the header itself can be what is wrong."""


def headers(one: Vector, other: Vector) -> Iterator[tuple[str, str]]:
    """Touched headers, and readers the lesson is not for."""
    server = UnitKey.generate()
    yield vector(
        "nobody-wrapped-it",
        "Somebody the lesson was not sealed to.",
        one.but("NotForYouError", identity=encode_open(Identity.generate())),
    )
    yield vector(
        "her-stanza-is-not-served",
        "Only the coach's stanza is there.",
        one.but("NotForYouError", stanzas=one.stanzas[1:]),
    )
    yield vector(
        "header-flipped",
        "A letter of the header was changed.",
        one.but("HeaderError", header=one.header.replace(b"room-12", b"room-13")),
    )
    yield vector("header-other-lesson", "Another lesson's header.", one.but("HeaderError", header=other.header))
    yield vector(
        "header-not-json", "The header is cut.", one.but("HeaderError", header=one.header[:-1], **NOTHING_SIGNED)
    )
    yield vector(
        "header-surplus-key",
        "A key nobody agreed on.",
        one.but("HeaderError", header=one.header[:-1] + b',"more":1}', **NOTHING_SIGNED),
    )
    yield vector(
        "header-key-twice",
        "A key stands twice.",
        one.but("HeaderError", header=one.header[:-1] + b',"mask":null}', **NOTHING_SIGNED),
    )
    yield vector(
        "header-other-version",
        "A version this program does not know.",
        one.but("HeaderError", header=one.header.replace(b'{"v":1', b'{"v":2'), **NOTHING_SIGNED),
    )
    yield vector(
        "header-other-suite",
        "A suite this program does not know.",
        one.but("HeaderError", header=one.header.replace(b"waitwise.v1", b"waitwise.v0"), **NOTHING_SIGNED),
    )
    yield vector(
        "unit-key-other",
        "The reader pinned another unit, and nothing is signed yet.",
        one.but(
            "HeaderError", unit_key=server.public.hex(), stanzas=(), links=(), manifest=b"", segments=(), evidence=()
        ),
    )


def stanzas(cast: Cast, one: Vector, other: Vector) -> Iterator[tuple[str, str]]:
    """Touched stanzas."""
    teacher, unit_key, server = cast.teacher, cast.unit_key, UnitKey.generate()
    yield vector(
        "stanza-other-lesson",
        "Another lesson's stanza.",
        one.but("StanzaError", stanzas=(other.stanzas[0], one.stanzas[1])),
    )
    yield vector(
        "stanza-coach-other-lesson",
        "Another lesson's stanza for the coach, and the teacher notices.",
        one.but("StanzaError", stanzas=(one.stanzas[0], other.stanzas[1])),
    )
    yield vector(
        "stanza-coach-flipped",
        "A letter of the coach's stanza was changed, and the teacher notices.",
        one.but("StanzaError", stanzas=(one.stanzas[0], one.stanzas[1].replace(b'"sealed":"', b'"sealed":"A', 1))),
    )
    yield vector(
        "stanza-signature-flipped",
        "The last letter of a signature: other bits, the same 64 bytes for a careless decoder.",
        one.but("StanzaError", stanzas=(spare_bits(one.stanzas[0]), one.stanzas[1])),
    )
    yield vector(
        "stanza-twice", "Her stanza stands twice.", one.but("StanzaError", stanzas=(one.stanzas[0], one.stanzas[0]))
    )
    forged = wrap(bytes(16), teacher.recipient, header_hash(one.header)).encode(server)
    yield vector(
        "stanza-other-signer",
        "A stanza the unit did not make.",
        one.but("StanzaError", stanzas=(forged, one.stanzas[1])),
    )
    stranger = wrap(bytes(16), Identity.generate().recipient, header_hash(one.header)).encode(unit_key)
    yield vector(
        "stanza-not-listed",
        "A stanza for somebody the header does not list.",
        one.but("StanzaError", stanzas=(*one.stanzas, stranger)),
    )


def links_and_manifests(cast: Cast, one: Vector, other: Vector) -> Iterator[tuple[str, str]]:
    """Touched links and manifests."""
    server = UnitKey.generate()
    yield vector(
        "link-flipped",
        "A digit of a link was changed.",
        one.but("LinkError", links=(one.links[0].replace(b'"duration_s":0.0', b'"duration_s":9.0'), *one.links[1:])),
    )
    yield vector(
        "link-lost", "A link is lost in the middle.", one.but("LinkError", links=one.links[:2] + one.links[3:])
    )
    yield vector(
        "links-swapped",
        "Two links are swapped.",
        one.but("LinkError", links=(one.links[0], one.links[2], one.links[1], *one.links[3:])),
    )
    yield vector(
        "link-other-lesson", "Another lesson's link.", one.but("LinkError", links=(other.links[0], *one.links[1:]))
    )
    hole = SegmentName(Track.AV, 1)
    head = chain_hash(header_hash(one.header), hole, final=False, length=56, sha256=bytes(32))
    link = Link(Track.AV, 1, final=False, length=56, sha256=bytes(32).hex(), chain=head.hex(), duration=2.0)
    after_hole = one.but("LinkError", links=(link.encode(cast.unit_key),), manifest=b"")
    yield vector("link-hole", "The unit itself signed a track that starts with index 1.", after_hole)
    follows = SegmentName(Track.AV, 4)
    digest = bytes(32)
    last = bytes.fromhex(Link.decode(one.links[-1], cast.unit_key.public).chain)
    head = chain_hash(last, follows, final=False, length=56, sha256=digest)
    link = Link(Track.AV, 4, final=False, length=56, sha256=digest.hex(), chain=head.hex(), duration=2.0)
    after_final = one.but("LinkError", links=(*one.links, link.encode(cast.unit_key)), manifest=b"")
    yield vector("link-after-final", "The unit itself signed a segment behind the final one.", after_final)
    yield vector("link-twice", "The last link stands twice.", one.but("LinkError", links=(*one.links, one.links[-1])))
    yield vector(
        "link-torn",
        "The last link was cut off by a power cut.",
        one.but("TornLinkError", links=one.links[:-1], torn_link=one.links[-1][:-9]),
    )
    yield vector(
        "links-tail-dropped",
        "The last two links and segments are gone; the manifest tells.",
        one.but("ManifestError", links=one.links[:-2], segments=one.segments[:-2]),
    )
    yield vector(
        "manifest-flipped",
        "A letter of the manifest was changed.",
        one.but("ManifestError", manifest=one.manifest.replace(b"stopped", b"Stopped")),
    )
    yield vector(
        "manifest-other-unit",
        "A manifest signed by another unit.",
        one.but("ManifestError", manifest=resigned(one.manifest, server)),
    )
    for name, story, old, new in (
        ("count", "The unit itself signed another count of segments.", b'"0":4', b'"0":5'),
        ("id", "The unit itself signed another lesson's id.", b'"lesson":"', b'"lesson":"00'),
        ("chain", "The unit itself signed another chain.", b'"chain":"', b'"chain":"00'),
    ):
        body = one.manifest[len(FRAME_BEFORE) : -FRAME_BEHIND].replace(old, new)
        if new.endswith(b"00"):
            at = body.index(new) + len(new)
            body = body[:at] + body[at + 2 :]
        signed = sign("manifest", body, cast.unit_key)
        yield vector(f"manifest-other-{name}", story, one.but("ManifestError", manifest=signed))
    yield vector("manifest-other-lesson", "Another lesson's manifest.", one.but("HeaderError", manifest=other.manifest))
    yield vector(
        "manifest-is-a-link", "A link where the manifest should be.", one.but("ManifestError", manifest=one.links[0])
    )


def segments(one: Vector, other: Vector) -> Iterator[tuple[str, str]]:
    """Touched segments and evidence."""
    yield vector(
        "segment-missing",
        "A segment is missing.",
        one.but("SegmentMissingError", segments=one.segments[:3] + one.segments[4:]),
    )
    yield vector(
        "segments-swapped", "Two segments are swapped.", one.but("SegmentMisplacedError", segments=swapped(one))
    )
    yield vector(
        "segment-nobody-sealed",
        "A segment nobody sealed.",
        one.but("SegmentMisplacedError", segments=(*one.segments, ("0-000009.seg", one.segments[0][1]))),
    )
    yield vector(
        "segment-name",
        "A file name that is none of ours.",
        one.but("SegmentMisplacedError", segments=(*one.segments, ("4-000000.seg", one.segments[0][1]))),
    )
    yield vector(
        "segment-other-lesson",
        "Another lesson's segment.",
        one.but("SegmentDamagedError", segments=one.with_segment(1, other.segments[1][1])),
    )
    for where, place in (("salt", 0), ("commitment", 24), ("ciphertext", 56), ("tag", -1)):
        damaged = one.with_segment(1, flip(one.segments[1][1], place))
        yield vector(
            f"segment-flipped-{where}",
            f"A bit of a segment's {where} was turned.",
            one.but("SegmentDamagedError", segments=damaged),
        )
        damaged_evidence = ((0, flip(one.evidence[0][1], place)), one.evidence[1])
        yield vector(
            f"evidence-flipped-{where}",
            f"A bit of evidence was turned in its {where}.",
            one.but("SegmentDamagedError", evidence=damaged_evidence),
        )
    yield vector(
        "segment-cut",
        "A segment is a byte short.",
        one.but("SegmentDamagedError", segments=one.with_segment(1, one.segments[1][1][:-1])),
    )
    yield vector(
        "segment-empty",
        "A segment is an empty file.",
        one.but("SegmentDamagedError", segments=one.with_segment(1, b"")),
    )
    yield vector(
        "evidence-cut",
        "Evidence is cut behind its commitment.",
        one.but("SegmentDamagedError", evidence=((0, one.evidence[0][1][:56]),)),
    )
    yield vector(
        "evidence-swapped",
        "Evidence under another number.",
        one.but("SegmentDamagedError", evidence=((1, one.evidence[0][1]),)),
    )
    yield vector(
        "evidence-other-lesson", "Another lesson's evidence.", one.but("SegmentDamagedError", evidence=other.evidence)
    )


def identities() -> Iterator[tuple[str, str]]:
    """Every vector about an identity file."""
    identity, passphrase = Identity.generate(), "showing eggnog dab barcode drop-down"
    file = SealedIdentity.seal(identity, passphrase).encode().decode()
    raw = json.loads(file)
    stranger = Identity.generate()

    def told(name: str, story: str, text: str, typed: str | None, expect: str) -> tuple[str, str]:
        lines = [f"# {story}", "kind: identity", f"expect: {expect}", f"identity: {text}"]
        lines += [f"passphrase: {typed}"] if typed is not None else []
        if expect == "success":
            lines += [f"kid: {identity.recipient.kid.hex()}", f"words: {' '.join(check_words(identity.recipient.kid))}"]
        return name, "\n".join(lines) + "\n"

    def changed(**changes: object) -> str:
        return json.dumps({**raw, **changes}, separators=(",", ":"))

    yield told("success-identity", "An identity file and its passphrase.", file, passphrase, "success")
    yield told(
        "success-identity-typed",
        "Typed with capitals and without care.",
        file,
        "Showing eggnog  DAB-barcode drop down",
        "success",
    )
    yield told(
        "success-identity-nfkc",
        "Typed with a full-width letter and a no-break space.",
        file,
        "\uff33howing eggnog dab\u00a0barcode drop-down",
        "success",
    )
    yield told(
        "success-identity-open",
        "An open identity, for demo and tests.",
        encode_open(identity).decode(),
        None,
        "success",
    )
    yield told("identity-wrong-passphrase", "Another passphrase.", file, "showing eggnog dab barcode", "IdentityError")
    yield told("identity-no-passphrase", "No passphrase.", file, None, "IdentityError")
    yield told(
        "identity-few-rounds",
        "Fewer rounds than allowed.",
        sealed_with_few_rounds(identity, passphrase),
        passphrase,
        "IdentityError",
    )
    yield told(
        "identity-many-rounds",
        "More rounds than allowed.",
        changed(wraps=[{**raw["wraps"][0], "rounds": 10**9}]),
        passphrase,
        "IdentityError",
    )
    yield told(
        "identity-other-key",
        "The public key of somebody else.",
        changed(encryption_key=stranger.recipient.encryption_key.hex()),
        passphrase,
        "IdentityError",
    )
    yield told("identity-cut", "A cut file.", file[:-1], passphrase, "IdentityError")
    other = json.loads(encode_open(stranger))
    mixed = json.dumps(
        {**json.loads(encode_open(identity)), "encryption_key": other["encryption_key"]}, separators=(",", ":")
    )
    yield told(
        "identity-open-mixed", "Public and secret keys that do not belong together.", mixed, None, "IdentityError"
    )


def key_cards() -> Iterator[tuple[str, str]]:
    """The vector about a key card. What is no card, only a unit has to tell: tests/lesson/test_key_card.py."""
    recipient = Identity.generate().recipient
    lines = ["# Two public keys, and the text of the card they stand on.", "kind: key card", "expect: success"]
    lines += [f"encryption_key: {recipient.encryption_key.hex()}", f"signing_key: {recipient.signing_key.hex()}"]
    lines += [f"kid: {recipient.kid.hex()}", f"card: {key_card(recipient)}"]
    yield "success-key-card", "\n".join(lines) + "\n"


CONFUSED = "00001-1111W-VVVVS-01V06-10V1H-V011D-0V10C-11V08"
"""Not drawn: full of letters that are written like others."""


def mistyped(group: str) -> str:
    """Another letter in the second place."""
    return group[0] + ("7" if group[1] != "7" else "8") + group[2:]


def recovery_codes() -> Iterator[tuple[str, str]]:
    """Codes as people type them, files that they open, and a file that took the place of another."""
    # Two letters that can change places.
    code = next(drawn for drawn in iter(new_code, "") if drawn[12] != drawn[13])
    groups = code.split("-")

    def told(name: str, story: str, typed: str, says: str = "") -> tuple[str, str]:
        expect = [f"expect: RecoveryCodeError\nsays: {says}"] if says else ["expect: success", f"code: {code}"]
        return name, "\n".join([f"# {story}", "kind: recovery code", *expect, f"typed: {typed}"]) + "\n"

    yield told("success-recovery-code", "As it is printed.", code)
    yield told("success-recovery-code-typed", "Small, with spaces, and a dot.", f"  {code.lower().replace('-', ' ')}.")
    yield told("success-recovery-code-run", "Without its hyphens.", code.replace("-", ""))
    yield told(
        "recovery-code-letter", "A letter is another one.", "-".join([mistyped(groups[0]), *groups[1:]]), "group 1"
    )
    turned = [*groups[:2], groups[2][1] + groups[2][0] + groups[2][2:], *groups[3:]]
    yield told("recovery-code-turned", "Two letters changed places.", "-".join(turned), "group 3")
    swapped_groups = [*groups[:3], groups[4], groups[3], *groups[5:]]
    yield told("recovery-code-groups", "Two groups changed places.", "-".join(swapped_groups), "groups 4 and 5")
    yield told("recovery-code-short", "A group is a letter short.", "-".join([*groups[:7], groups[7][:4]]), "group 8")
    yield told("recovery-code-cut", "A group is not there.", "-".join(groups[:7]), "these are 35")
    lines = ["# Letters that are written like others: O and 0, I and L and 1, U and V.", "kind: recovery code"]
    lines += ["expect: success", f"code: {CONFUSED}"]
    yield (
        "success-recovery-code-confused",
        "\n".join([*lines, f"typed: {CONFUSED.replace('0', 'o').replace('1', 'l').replace('V', 'u')}"]) + "\n",
    )

    identity, words = Identity.generate(), "showing eggnog dab barcode drop-down"
    only_words = SealedIdentity.seal(identity, words)
    both = only_words.add(code, "recovery_code", unlocked_with=words)
    for name, story, secret, expect in (
        ("success-identity-recovery-code", "Opened with the recovery code.", code.lower().replace("-", " "), "success"),
        ("identity-other-recovery-code", "Somebody else's code.", new_code(), "IdentityError"),
    ):
        lines = [f"# {story}", "kind: identity", f"expect: {expect}", f"identity: {both.encode().decode()}"]
        lines += [f"recovery_code: {secret}"]
        if expect == "success":
            lines += [f"kid: {identity.recipient.kid.hex()}", f"words: {' '.join(check_words(identity.recipient.kid))}"]
        yield name, "\n".join(lines) + "\n"

    before, file = only_words.encode(), both.encode()
    lines = ["# A file with a recovery code takes the place of one without.", "kind: replacement", "expect: success"]
    lines += [f"identity: {encode_open(identity).decode()}", f"before: {before.decode()}", f"file: {file.decode()}"]
    lines += [f"line: {Replacement.of(before, file).encode(identity).decode()}"]
    yield "success-replacement", "\n".join(lines) + "\n"


def passkeys() -> Iterator[tuple[str, str]]:
    """A file that a passkey opens as well."""
    identity, words = Identity.generate(), "showing eggnog dab barcode drop-down"
    first, second = secrets.token_bytes(32), secrets.token_bytes(32)
    file = SealedIdentity.seal(identity, words)
    for output in (first, second):
        file = file.add_passkey(secrets.token_bytes(16), secrets.token_bytes(32), output, unlocked_with=words)
    raw = json.loads(file.encode())

    def told(name: str, story: str, output: bytes, wraps: list[object], expect: str) -> tuple[str, str]:
        text = json.dumps({**raw, "wraps": wraps}, separators=(",", ":"))
        lines = [f"# {story}", "kind: identity", f"expect: {expect}", f"identity: {text}", f"passkey: {output.hex()}"]
        if expect == "success":
            lines += [f"kid: {identity.recipient.kid.hex()}", f"words: {' '.join(check_words(identity.recipient.kid))}"]
        return name, "\n".join(lines) + "\n"

    wraps = raw["wraps"]
    yield told(
        "success-identity-passkey", "What the second of two passkeys makes of its salt.", second, wraps, "success"
    )
    other = "What another passkey makes of the salt."
    yield told("identity-other-passkey", other, secrets.token_bytes(32), wraps, "IdentityError")
    for name, story, change in (
        ("rounds", "A passkey with rounds to count.", {"rounds": 2}),
        ("salt", "Another salt than the passkey's bytes were made of.", {"salt": base64url(bytes(32))}),
        ("no-name", "A passkey without a name.", {"credential": ""}),
        ("kdf", "A passkey that says it is stretched.", {"kdf": "PBKDF2-SHA-256"}),
    ):
        changed = [*wraps[:-1], {**wraps[-1], **change}]
        yield told(f"identity-passkey-{name}", story, second, changed, "IdentityError")


def deletions() -> Iterator[tuple[str, str]]:
    """What a school says of a lesson that it has destroyed, and what somebody may make of it."""
    school, lesson = ReceiptKey.generate(), secrets.token_hex(16)
    told = Deletion(
        lesson=lesson,
        header_sha256=secrets.token_hex(32),
        chain=secrets.token_hex(32),
        segments=1551,
        length_bytes=931_024_118,
        by=DeletedBy.TEACHER,
        deleted_at=datetime(2026, 12, 22, 3, 10, tzinfo=UTC),
    )
    receipt = told.sign(school)

    def text(story: str, receipt: bytes, expect: str = "DeletionError", of: str = lesson) -> str:
        lines = [f"# {story}", "kind: deletion", f"expect: {expect}", f"school: {school.public.hex()}", f"lesson: {of}"]
        if expect == "success":
            lines.append("deleted: 1551 segments, 931024118 bytes, by teacher, 2026-12-22T03:10:00Z")
        return "\n".join([*lines, f"receipt: {receipt.decode()}"]) + "\n"

    body = receipt[len(FRAME_BEFORE) : -FRAME_BEHIND]
    yield "success-deletion", text("A lesson was destroyed.", receipt, "success")
    yield (
        "deletion-flipped",
        text("A digit of the bytes was changed.", receipt.replace(b'"length_bytes":9', b'"length_bytes":8')),
    )
    yield "deletion-cut", text("Its end was cut off.", receipt[:-3])
    yield "deletion-of-another-school", text("Another school signed it.", told.sign(ReceiptKey.generate()))
    yield "deletion-of-another-lesson", text("It is for another lesson.", receipt, of=secrets.token_hex(16))
    yield "deletion-is-a-receipt", text("Signed for having it, not for destroying it.", sign("receipt", body, school))
    surplus = sign("deletion", body[:-1] + b',"note":"x"}', school)
    yield "deletion-surplus-key", text("It says something that nobody agreed on.", surplus)


def sealed_with_few_rounds(identity: Identity, passphrase: str) -> str:
    """An identity file that would open, but for its 1,000 rounds. Spelled out: the library refuses to make one."""
    recipient = identity.recipient
    account_key, salt, nonce, rounds = secrets.token_bytes(32), secrets.token_bytes(16), secrets.token_bytes(12), 1000
    key = hashlib.pbkdf2_hmac("sha256", typed(passphrase).encode(), salt, rounds)
    named = b"passphrase\0PBKDF2-SHA-256\0" + rounds.to_bytes(4) + salt
    wrap_aad = b"waitwise.v1/account-key\0" + recipient.kid + named
    identity_aad = b"waitwise.v1/identity\0" + recipient.encryption_key + recipient.signing_key
    wrapped = AESGCM(key).encrypt(nonce, account_key, wrap_aad)
    sealed = AESGCM(account_key).encrypt(nonce, identity.to_bytes(), identity_aad)
    wrap_fields = {
        "by": "passphrase",
        "kdf": "PBKDF2-SHA-256",
        "rounds": rounds,
        "salt": base64url(salt),
        "nonce": base64url(nonce),
        "wrapped": base64url(wrapped),
    }
    fields = {
        "kind": "waitwise identity",
        "v": 1,
        "encryption_key": recipient.encryption_key.hex(),
        "signing_key": recipient.signing_key.hex(),
        "nonce": base64url(nonce),
        "sealed": base64url(sealed),
        "wraps": [wrap_fields],
    }
    return json.dumps(fields, separators=(",", ":"))


def spare_bits(line: bytes) -> bytes:
    """Change only the four bits of the last base64url letter that carry nothing."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(line[-3])
    return line[:-3] + alphabet[last ^ 1 : (last ^ 1) + 1] + line[-2:]


def resigned(line: bytes, key: UnitKey) -> bytes:
    """A manifest's words under somebody else's signature."""
    return sign("manifest", line[len(FRAME_BEFORE) : -FRAME_BEHIND], key)


def swapped(vector: Vector) -> tuple[tuple[str, bytes], ...]:
    """Segments 1 and 3 under each other's names."""
    segments = list(vector.segments)
    (one, first), (three, third) = segments[1], segments[3]
    segments[1], segments[3] = (one, third), (three, first)
    return tuple(segments)


def main() -> None:
    """Write what is not there."""
    FOLDER.mkdir(exist_ok=True)
    for made in (lessons(), identities(), key_cards(), recovery_codes(), passkeys(), deletions()):
        for name, text in made:
            file = FOLDER / f"{name}.txt"
            if file.exists():
                continue
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{file.name}\n")


if __name__ == "__main__":
    main()
