"""A lesson recorded to a claim key: the unit can hand it on, once somebody has claimed it, and not read it for that."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lesson.footage.claim import ClaimKey
from lesson.footage.errors import GrantError, NotForYouError, StanzaError
from lesson.footage.header import Header, Media
from lesson.footage.identity import Identity
from lesson.footage.manifest import End
from lesson.footage.opening import OpenLesson
from lesson.footage.recipients import Recipient, RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import Track
from lesson.footage.signed import UnitKey

AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


class Recorded:
    """A lesson that was recorded to a claim key."""

    def __init__(self, claim: ClaimKey) -> None:
        unit_key = UnitKey.generate()
        header = Header.new(
            unit="room-12",
            unit_key=unit_key.public,
            started_at=AT,
            recipients=((claim.recipient, RecipientRole.CLAIM),),
            media=Media(None, None),
        )
        sealer = LessonSealer(header, [claim.recipient], unit_key)
        self.segment = sealer.seal(Track.AV, b"ftyp moov", final=True)
        self.header, self.stanzas = sealer.header_bytes, [stanza.data for stanza in sealer.stanzas]
        self.manifest = sealer.close(End.STOPPED)

    def read(self, who: Identity, *grants: bytes) -> bytes:
        lesson = OpenLesson(self.header, self.stanzas, self.segment.line, self.manifest, who, grants=grants)
        return lesson.open_segment(self.segment.name, self.segment.ciphertext)


def test_she_who_claims_it_opens_it_and_nobody_else() -> None:
    claim, teacher, colleague = ClaimKey.generate(), Identity.generate(), Identity.generate()
    recorded = Recorded(claim)
    kept = claim.to_bytes()
    with pytest.raises(NotForYouError):
        recorded.read(teacher)
    _, grant = ClaimKey.from_bytes(kept).hand_on(recorded.header, recorded.stanzas, teacher.recipient, AT)
    assert recorded.read(teacher, grant) == b"ftyp moov"
    with pytest.raises(NotForYouError):
        recorded.read(colleague, grant)


def test_a_claim_key_hands_on_its_own_lesson_only() -> None:
    recorded, another, teacher = Recorded(ClaimKey.generate()), ClaimKey.generate(), Identity.generate().recipient
    with pytest.raises(NotForYouError):
        another.hand_on(recorded.header, recorded.stanzas, teacher, AT)
    with pytest.raises(StanzaError):
        another.hand_on(recorded.header, Recorded(another).stanzas, teacher, AT)
    with pytest.raises(NotForYouError):
        another.hand_on(recorded.header, [], teacher, AT)


def test_it_is_not_handed_on_to_a_key_that_is_none() -> None:
    claim = ClaimKey.generate()
    recorded = Recorded(claim)
    nobody = Recipient(bytes(32), Identity.generate().recipient.signing_key)
    with pytest.raises(GrantError):
        claim.hand_on(recorded.header, recorded.stanzas, nobody, AT)


def test_it_never_shows_itself() -> None:
    claim = ClaimKey.generate()
    assert claim.to_bytes().hex() not in repr(claim)
    with pytest.raises(ValueError, match="32"):
        ClaimKey.from_bytes(bytes(63))
