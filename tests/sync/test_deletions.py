"""What the school has deleted: nothing more of it is sent, its copy may go, and the school hears that it is gone.

::

    school: deleted --receipt--> outbox: nothing waits --copy is gone--> school: nothing more to say
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lesson.footage.signed import ReceiptKey
from lesson.problems import SCHOOL_REFUSED
from sync.deletions import ASK_EVERY, Deletions
from sync.memory_school import MemorySchool, MemoryUplink
from sync.outbox import Outbox
from sync.uploader import Did, Uploader
from tests.suites.school_server import RECEIPT_KEY, now
from tests.suites.uplink import UNIT, SealedLesson, seal_lesson
from tests.sync.test_uploader import BadNetwork, Clock, run


class Card:
    """A unit's outbox with one lesson, and the ways to its school."""

    def __init__(self, place: Path) -> None:
        self.school = MemorySchool(RECEIPT_KEY, now)
        self.uplink = MemoryUplink(self.school, UNIT)
        self.outbox = Outbox(place / "outbox.sqlite")
        self.lesson: SealedLesson = seal_lesson()
        self.lesson.into(self.outbox, place / "footage")
        self.clock = Clock()

    @property
    def lesson_id(self) -> str:
        return self.lesson.lesson_id

    def uploader(self, key: ReceiptKey = RECEIPT_KEY) -> Uploader:
        return Uploader(self.outbox, self.uplink, key.public, monotonic=self.clock)

    def deletions(self, key: ReceiptKey = RECEIPT_KEY) -> Deletions:
        return Deletions(self.outbox, self.uplink, key.public, monotonic=self.clock)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    card = Card(tmp_path)
    yield card
    card.outbox.close()


def test_a_lesson_that_is_deleted_while_it_is_sent_is_not_sent_on(card: Card) -> None:
    uploader = card.uploader()
    for _ in range(4):
        uploader.step()
    card.school.delete(card.lesson_id)
    assert [step.did for step in run(uploader)] == [Did.DELETED, Did.IDLE]
    assert card.outbox.lessons() == {}
    assert card.outbox.waiting_segments == 0
    assert list(card.outbox.deletions()) == [card.lesson_id]


def test_a_deletion_receipt_of_another_key_is_not_believed(card: Card) -> None:
    run(card.uploader())
    card.school.delete(card.lesson_id)
    card.deletions(ReceiptKey.generate()).step()
    assert card.outbox.deletions() == {}
    assert card.outbox.receipt(card.lesson_id) is not None


def test_and_neither_is_one_that_answers_a_piece(card: Card) -> None:
    card.uplink.put(card.lesson_id, "header.json", card.lesson.pieces["header.json"])
    card.school.delete(card.lesson_id)
    steps = run(card.uploader(ReceiptKey.generate()))
    assert [(step.did, step.problem) for step in steps[:1]] == [(Did.SET_ASIDE, SCHOOL_REFUSED)]
    assert card.outbox.deletions() == {}


def test_what_was_sent_long_ago_is_told_at_the_next_contact_until_its_copy_is_gone(card: Card) -> None:
    deletions = card.deletions()
    run(card.uploader())
    deletions.step()
    card.school.delete(card.lesson_id)
    deletions.step()
    assert card.outbox.deletions() == {}, "asked a moment ago"
    card.clock.now += ASK_EVERY
    deletions.step()
    assert list(card.outbox.deletions()) == [card.lesson_id]
    assert card.outbox.lessons() == {}
    assert len(card.school.deletions(UNIT)) == 1, "not told before it is gone"
    card.outbox.copy_is_gone(card.lesson_id)
    assert card.outbox.deletions() == {}
    deletions.step()
    assert card.school.deletions(UNIT) == ()
    assert card.outbox.gone_copies() == ()


def test_a_school_that_cannot_be_asked_is_asked_later(card: Card) -> None:
    from sync.errors import SchoolUnreachableError

    class Away(BadNetwork):
        def deletions(self) -> tuple[bytes, ...]:
            self._break(self.before)
            return card.school.deletions(UNIT)

    network = Away(card.school)
    network.before = [SchoolUnreachableError("The Wi-Fi is gone.")]
    run(card.uploader())
    card.school.delete(card.lesson_id)
    deletions = Deletions(card.outbox, network, RECEIPT_KEY.public, monotonic=card.clock)
    deletions.step()
    assert card.outbox.deletions() == {}
    card.clock.now += ASK_EVERY
    deletions.step()
    assert list(card.outbox.deletions()) == [card.lesson_id]
