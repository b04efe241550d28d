"""What every way to a school must do. One suite, run on each of them.

Derive a class from `UplinkSuite` and give it a fixture `school` that yields a `SchoolUnderTest`::

    class TestMemorySchool(UplinkSuite):
        @pytest.fixture
        def school(self):
            school = MemorySchool(KEY, now)
            return SchoolUnderTest(lambda unit: MemoryUplink(school, unit), KEY.public, school.delete)
"""

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lesson.footage.deletion import Deletion
from lesson.footage.grant import give
from lesson.footage.header import Header, Media, header_hash
from lesson.footage.identity import Identity
from lesson.footage.manifest import End
from lesson.footage.opening import unwrap
from lesson.footage.receipt import Receipt
from lesson.footage.recipients import Recipient, RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import Track
from lesson.footage.signed import UnitKey
from lesson.footage.stanza import Stanza
from sync.errors import LessonDeletedError, SchoolRefusedError
from sync.outbox import Outbox
from sync.uplink import NOTHING, AlreadyThere, Committed, Missing, Stored, Uplink
from sync.uploader import Did, Uploader

UNIT = "lab-2"
OTHER_UNIT = "lab-3"
UNIT_KEY = UnitKey.generate()
"""What both units sign with: a school that keeps a list of units' keys has to have this one in it."""


@dataclass(frozen=True)
class SchoolUnderTest:
    """A school, and how units reach it."""

    uplink: Callable[[str], Uplink]
    """From a unit id (UNIT and OTHER_UNIT are known to the school) to that unit's way."""
    receipt_key: bytes
    """Public half of the school's receipt key."""
    delete: Callable[[str], None]
    """Have the school destroy a lesson."""


@dataclass(frozen=True)
class SealedLesson:
    """A lesson as a unit leaves it behind: name -> bytes, in the order of sending."""

    lesson_id: str
    pieces: dict[str, bytes]
    links: dict[str, bytes] = field(default_factory=dict)

    def put(self, uplink: Uplink, name: str) -> object:
        return uplink.put(self.lesson_id, name, self.pieces[name], self.links.get(name))

    def into(self, outbox: Outbox, folder: Path) -> None:
        """Write the files, then add them to an outbox."""
        (folder / "stanzas").mkdir(parents=True)
        for name, body in self.pieces.items():
            (folder / name).write_bytes(body)
            outbox.add_piece(self.lesson_id, name, folder / name, self.links.get(name))


def seal_lesson(
    unit: str = UNIT, segments: int = 4, length_bytes: int = 20, unit_key: UnitKey = UNIT_KEY
) -> SealedLesson:
    """Seal a small lesson: picture in track 0, its log in track 2."""
    return seal_twins(unit, segments, length_bytes, unit_key)[0]


def seal_twins(
    unit: str = UNIT, segments: int = 4, length_bytes: int = 20, unit_key: UnitKey = UNIT_KEY
) -> tuple[SealedLesson, SealedLesson]:
    """Seal the same lesson twice, as a unit and its copied card would: same header and names, other bytes."""
    teacher = Identity.generate().recipient
    header = Header.new(
        unit=unit,
        unit_key=unit_key.public,
        started_at=datetime(2026, 11, 17, 9, 0, tzinfo=UTC),
        recipients=((teacher, RecipientRole.TEACHER),),
        media=Media(video=None, audio=None),
    )
    first, second = (_seal(header, teacher, unit_key, segments, length_bytes) for _ in range(2))
    return first, second


def _seal(header: Header, teacher: Recipient, unit_key: UnitKey, segments: int, length_bytes: int) -> SealedLesson:
    sealer = LessonSealer(header, [teacher], unit_key)
    pieces = {"header.json": sealer.header_bytes}
    pieces |= {stanza.file_name: stanza.data for stanza in sealer.stanzas}
    links = {}
    for number in range(segments):
        tracks = [Track.AV, Track.LOG] if number % 2 else [Track.AV]
        for track in tracks:
            sealed = sealer.seal(track, bytes(length_bytes), final=number == segments - 1, duration=2.0)
            pieces[sealed.name.file_name] = sealed.ciphertext
            links[sealed.name.file_name] = sealed.line.removesuffix(b"\n")
    pieces["manifest.json"] = sealer.close(End.STOPPED)
    return SealedLesson(header.lesson, pieces, links)


def seal_claimed() -> SealedLesson:
    """A lesson of which nobody could say whose it is, claimed by its teacher afterwards."""
    claim, teacher = Identity.generate(), Identity.generate()
    header = Header.new(
        unit=UNIT,
        unit_key=UNIT_KEY.public,
        started_at=datetime(2026, 11, 17, 9, 0, tzinfo=UTC),
        recipients=((claim.recipient, RecipientRole.CLAIM),),
        media=Media(video=None, audio=None),
    )
    lesson = _seal(header, claim.recipient, UNIT_KEY, 1, 20)
    hashed = header_hash(lesson.pieces["header.json"])
    stanza = Stanza.decode(lesson.pieces[f"stanzas/{claim.recipient.kid.hex()}.json"], UNIT_KEY.public)
    grant, data = give(unwrap(stanza, claim, hashed), hashed, to=teacher.recipient, by=claim, at=header.started_at)
    manifest = lesson.pieces.pop("manifest.json")
    return SealedLesson(
        lesson.lesson_id, lesson.pieces | {grant.file_name: data, "manifest.json": manifest}, lesson.links
    )


class UplinkSuite:
    """Run on every implementation of `Uplink`, with the school behind it."""

    @pytest.fixture
    def lesson(self) -> SealedLesson:
        return seal_lesson()

    @pytest.fixture
    def uplink(self, school: SchoolUnderTest):  # noqa: ANN201
        with closing(school.uplink(UNIT)) as uplink:
            yield uplink

    def test_a_lesson_arrives_piece_by_piece_and_is_signed_for(
        self, school: SchoolUnderTest, uplink: Uplink, lesson: SealedLesson
    ) -> None:
        *parts, manifest = lesson.pieces
        for name in parts:
            assert lesson.put(uplink, name) == Stored()
        answer = lesson.put(uplink, manifest)
        assert isinstance(answer, Committed)
        receipt = Receipt.verify(answer.receipt, school.receipt_key)
        receipt.expect(
            header_sha256=hashlib.sha256(lesson.pieces["header.json"]).hexdigest(),
            manifest_sha256=hashlib.sha256(lesson.pieces[manifest]).hexdigest(),
        )
        assert (receipt.lesson, receipt.segments) == (lesson.lesson_id, len(lesson.links))

    def test_everything_may_be_said_twice(self, uplink: Uplink, lesson: SealedLesson) -> None:
        *parts, manifest = lesson.pieces
        for name in parts:
            lesson.put(uplink, name)
            assert lesson.put(uplink, name) == AlreadyThere()
        assert lesson.put(uplink, manifest) == lesson.put(uplink, manifest), "the same receipt, to the byte"

    def test_the_school_says_what_it_has(self, uplink: Uplink, lesson: SealedLesson) -> None:
        assert uplink.have(lesson.lesson_id) == NOTHING
        sent = set()
        for name in lesson.pieces:
            answer = lesson.put(uplink, name)
            have = uplink.have(lesson.lesson_id)
            sent.add(name)
            assert have.names == sent - {"manifest.json"}
            assert have.manifest == ("manifest.json" in sent)
            assert have.receipt == (answer.receipt if isinstance(answer, Committed) else None)

    def test_a_deleted_lesson_is_gone_for_good_and_its_unit_is_told(
        self, school: SchoolUnderTest, uplink: Uplink, lesson: SealedLesson
    ) -> None:
        for name in lesson.pieces:
            lesson.put(uplink, name)
        school.delete(lesson.lesson_id)
        attempts = [lambda: uplink.have(lesson.lesson_id)]
        attempts += [lambda name=name: lesson.put(uplink, name) for name in lesson.pieces]
        for attempt in attempts:
            with pytest.raises(LessonDeletedError) as deleted:
                attempt()
            told = Deletion.verify(deleted.value.receipt, school.receipt_key)
            told.expect(lesson=lesson.lesson_id, header_sha256=hashlib.sha256(lesson.pieces["header.json"]).hexdigest())
        assert told.segments == len(lesson.links)
        assert deleted.value.receipt in uplink.deletions()
        with closing(school.uplink(OTHER_UNIT)) as other:
            assert deleted.value.receipt not in other.deletions()
            with pytest.raises(SchoolRefusedError):
                other.has_deleted(lesson.lesson_id)
        for _ in range(2):
            uplink.has_deleted(lesson.lesson_id)
        assert deleted.value.receipt not in uplink.deletions()
        with pytest.raises(SchoolRefusedError):
            uplink.has_deleted("ee" * 16)

    def test_a_manifest_that_comes_too_early_is_told_what_is_missing(
        self, uplink: Uplink, lesson: SealedLesson
    ) -> None:
        *parts, manifest = lesson.pieces
        late = ["0-000001.seg", "2-000000.seg"]
        for name in parts:
            if name not in late:
                lesson.put(uplink, name)
        answer = lesson.put(uplink, manifest)
        assert isinstance(answer, Missing)
        assert sorted(answer.missing) == [(0, 1), (2, 0)]
        for name in late:
            assert lesson.put(uplink, name) == Stored()
        assert isinstance(lesson.put(uplink, manifest), Committed)

    def test_a_lesson_that_was_claimed_arrives_with_its_grant(self, uplink: Uplink) -> None:
        lesson, other = seal_claimed(), seal_claimed()
        grant = next(name for name in lesson.pieces if name.startswith("grants/"))
        lesson.put(uplink, "header.json")
        for wrong in (other.pieces[next(name for name in other.pieces if name.startswith("grants/"))], b"", b"{}"):
            with pytest.raises(SchoolRefusedError) as refused:
                uplink.put(lesson.lesson_id, grant, wrong)
            assert refused.value.status == 422
        with pytest.raises(SchoolRefusedError):
            uplink.put(lesson.lesson_id, f"grants/{'0' * 32}.json", lesson.pieces[grant])
        *_, answer = [lesson.put(uplink, name) for name in lesson.pieces]
        assert isinstance(answer, Committed)
        assert uplink.have(lesson.lesson_id).names == lesson.pieces.keys() - {"manifest.json"}
        assert lesson.put(uplink, grant) == AlreadyThere()

    @pytest.mark.parametrize("kind", ["header.json", "stanzas/", "manifest.json"])
    def test_other_bytes_under_a_name_never_replace_what_is_there(
        self, uplink: Uplink, lesson: SealedLesson, kind: str
    ) -> None:
        for name in lesson.pieces:
            lesson.put(uplink, name)
        name = next(name for name in lesson.pieces if name.startswith(kind))
        before = uplink.have(lesson.lesson_id)
        for other in (lesson.pieces[name] + b" ", seal_lesson().pieces["header.json"], b""):
            with pytest.raises(SchoolRefusedError) as refused:
                uplink.put(lesson.lesson_id, name, other)
            assert refused.value.status in (409, 422)
        assert uplink.have(lesson.lesson_id) == before
        assert lesson.put(uplink, "header.json") == AlreadyThere()

    def test_a_segment_that_its_link_does_not_vouch_for_is_refused(self, uplink: Uplink, lesson: SealedLesson) -> None:
        for name in lesson.pieces:
            if not name.endswith(".seg"):
                lesson.put(uplink, name)
        name = "0-000001.seg"
        body, link = lesson.pieces[name], lesson.links[name]
        other_lessons = seal_lesson().links[name]
        forged = seal_lesson(unit_key=UnitKey.generate())
        for sent_as, bad_body, bad_link in (
            (name, body + b"x", link),
            (name, body[:-1], link),
            (name, body, lesson.links["0-000002.seg"]),
            (name, body, other_lessons),
            (name, forged.pieces[name], forged.links[name]),
            (name, body, b"{}"),
            ("0-000002.seg", body, link),
        ):
            with pytest.raises(SchoolRefusedError) as refused:
                uplink.put(lesson.lesson_id, sent_as, bad_body, bad_link)
            assert refused.value.status == 422
        assert uplink.have(lesson.lesson_id).segments == ()

    def test_a_copied_unit_with_the_same_key_cannot_replace_a_segment(self, uplink: Uplink) -> None:
        """Its links are signed as they should be; the first to arrive stays."""
        lesson, twin = seal_twins()
        for name in lesson.pieces:
            lesson.put(uplink, name)
        for name in twin.pieces:
            if name != "header.json":
                with pytest.raises(SchoolRefusedError) as refused:
                    twin.put(uplink, name)
                assert refused.value.status == 409
        for name in lesson.links:
            assert lesson.put(uplink, name) == AlreadyThere()

    def test_another_lessons_stanza_or_manifest_is_refused(self, uplink: Uplink, lesson: SealedLesson) -> None:
        other = seal_lesson()
        lesson.put(uplink, "header.json")
        for name, body in other.pieces.items():
            if name != "header.json" and not name.endswith(".seg"):
                with pytest.raises(SchoolRefusedError):
                    uplink.put(lesson.lesson_id, name, body)
        with pytest.raises(SchoolRefusedError):
            uplink.put(other.lesson_id, "header.json", lesson.pieces["header.json"])

    def test_a_unit_may_only_touch_its_own_lessons(
        self, school: SchoolUnderTest, uplink: Uplink, lesson: SealedLesson
    ) -> None:
        for name in list(lesson.pieces)[:3]:
            lesson.put(uplink, name)
        with closing(school.uplink(OTHER_UNIT)) as other:
            for name in lesson.pieces:
                with pytest.raises(SchoolRefusedError) as refused:
                    lesson.put(other, name)
                assert refused.value.status == 403
            with pytest.raises(SchoolRefusedError) as refused:
                other.have(lesson.lesson_id)
            assert refused.value.status == 403
            begun_in_its_name = seal_lesson(unit=UNIT)
            with pytest.raises(SchoolRefusedError) as refused:
                begun_in_its_name.put(other, "header.json")
            assert refused.value.status == 403

    def test_segments_of_three_megabytes_arrive(self, uplink: Uplink) -> None:
        lesson = seal_lesson(segments=2, length_bytes=3_000_000)
        assert isinstance([lesson.put(uplink, name) for name in lesson.pieces][-1], Committed)

    def test_an_uploader_brings_everything(
        self, school: SchoolUnderTest, uplink: Uplink, lesson: SealedLesson, tmp_path: Path
    ) -> None:
        with Outbox(tmp_path / "outbox.sqlite") as outbox:
            lesson.into(outbox, tmp_path / "footage")
            uploader = Uploader(outbox, uplink, school.receipt_key)
            did = [uploader.step().did for _ in range(len(lesson.pieces) + 2)]
            assert did == [Did.RESYNCED, *[Did.SENT] * (len(lesson.pieces) - 1), Did.COMMITTED, Did.IDLE]
            assert outbox.receipt(lesson.lesson_id) is not None
            assert outbox.waiting_segments == 0
