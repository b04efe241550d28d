"""Room for the next lesson: acknowledged lessons go, oldest first; what is not acknowledged stays, whatever it costs.

::

    receipt receipt   -    receipt     needed: room for two
       x       x     stays  stays
"""

import hashlib
import pathlib
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.preflight import RESERVE
from device.ring import Ring
from device.room import Room
from device.state import Doing
from lesson.footage.deletion import DeletedBy, Deletion
from lesson.footage.receipt import Receipt
from lesson.footage.signed import ReceiptKey
from lesson.problems import NO_ROOM
from tests.suites.pressed_unit import PressedUnit, drawn, pressed_unit

KEY = ReceiptKey.generate()
CLASS = ("TTTTTTTTTTTTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 40


def receipt_for(folder: pathlib.Path, key: ReceiptKey = KEY) -> bytes:
    header, manifest = (
        hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("header.json", "manifest.json")
    )
    return Receipt(folder.name, header, manifest, 1, datetime(2026, 11, 17, tzinfo=UTC)).sign(key)


class Index:
    """An outbox's word on lessons."""

    def __init__(self) -> None:
        self.receipts: dict[str, bytes | None] = {}
        self.deleted: dict[str, bytes] = {}
        self.gone: list[str] = []

    def lessons(self) -> dict[str, bool]:
        return {lesson_id: receipt is not None for lesson_id, receipt in self.receipts.items()}

    def receipt(self, lesson_id: str) -> bytes | None:
        return self.receipts[lesson_id]

    def forget_lesson(self, lesson_id: str) -> None:
        assert self.receipts.pop(lesson_id) is not None

    def deletions(self) -> dict[str, bytes]:
        return {lesson_id: receipt for lesson_id, receipt in self.deleted.items() if lesson_id not in self.gone}

    def copy_is_gone(self, lesson_id: str) -> None:
        self.gone.append(lesson_id)


class Card:
    """Lessons of one byte each, and so many bytes free."""

    def __init__(self, place: pathlib.Path) -> None:
        self.lessons = place / "lessons"
        self.lessons.mkdir(parents=True)
        self.index = Index()

    def lesson(self, number: int, *, has_receipt: bool, is_known: bool = True) -> pathlib.Path:
        folder = self.lessons / f"{number:032x}"
        folder.mkdir()
        for name in ("header.json", "manifest.json", "0-000000.seg"):
            (folder / name).write_bytes(b"%d" % number)
        if is_known:
            self.index.receipts[folder.name] = receipt_for(folder) if has_receipt else None
        return folder

    def free(self) -> int:
        return 10 - len(list(self.lessons.iterdir()))

    def make_room(self, needed: int) -> list[str]:
        return Ring(self.lessons, self.index, KEY.public).make_room(needed, self.free)


@given(
    kinds=st.lists(st.sampled_from(["acknowledged", "waiting", "unknown"]), max_size=10),
    needed=st.integers(0, 12),
)
def test_only_what_the_school_has_goes_and_the_oldest_first(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str], needed: int
) -> None:
    card = Card(tmp_path_factory.mktemp("card"))
    made = [
        card.lesson(number, has_receipt=kind == "acknowledged", is_known=kind != "unknown")
        for number, kind in enumerate(kinds)
    ]
    acknowledged = [folder for folder, kind in zip(made, kinds, strict=True) if kind == "acknowledged"]
    due = min(max(needed - card.free(), 0), len(acknowledged))

    card.make_room(needed)

    assert [folder for folder in made if not folder.exists()] == acknowledged[:due]
    assert not (card.lessons.parent / "gone").exists()


def test_where_a_receipt_does_not_hold_nothing_more_is_deleted(tmp_path: pathlib.Path) -> None:
    card = Card(tmp_path)
    first, second, third = (card.lesson(number, has_receipt=True) for number in range(3))
    (second / "manifest.json").write_bytes(b"another")

    assert card.make_room(10) == [first.name]
    assert second.exists()
    assert third.exists()


def test_another_schools_receipt_is_none(tmp_path: pathlib.Path) -> None:
    card = Card(tmp_path)
    folder = card.lesson(1, has_receipt=True)
    card.index.receipts[folder.name] = receipt_for(folder, ReceiptKey.generate())

    assert card.make_room(10) == []
    assert folder.exists()


def test_what_a_power_cut_left_of_a_deletion_is_taken_away(tmp_path: pathlib.Path) -> None:
    card = Card(tmp_path)
    left = tmp_path / "gone" / ("0" * 32)
    left.mkdir(parents=True)
    (left / "0-000000.seg").write_bytes(b"x")
    card.make_room(0)

    assert not left.parent.exists()


def deletion_for(folder: pathlib.Path, key: ReceiptKey = KEY, lesson: str | None = None) -> bytes:
    header = hashlib.sha256((folder / "header.json").read_bytes()).hexdigest()
    at = datetime(2026, 12, 22, tzinfo=UTC)
    return Deletion(lesson or folder.name, header, "0b" * 32, 1, 1, DeletedBy.TEACHER, at).sign(key)


def test_what_the_school_has_deleted_goes_from_the_unit_acknowledged_or_not(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    card = Card(tmp_path)
    sent, waiting, other = (
        card.lesson(1, has_receipt=True),
        card.lesson(2, has_receipt=False),
        card.lesson(3, has_receipt=True),
    )
    card.index.deleted = {folder.name: deletion_for(folder) for folder in (sent, waiting)}
    card.index.deleted["ee" * 16] = b"of a lesson that is not here"
    ring = Ring(card.lessons, card.index, KEY.public)

    assert ring.take_away_deleted(recording=waiting.name) == [sent.name]
    assert waiting.exists(), "not while it is recorded"
    assert ring.take_away_deleted(recording=None) == [waiting.name]
    assert [folder.exists() for folder in (sent, waiting, other)] == [False, False, True]
    assert sorted(card.index.gone) == sorted([sent.name, waiting.name, "ee" * 16])
    assert f"Lesson {sent.name} was deleted at the school" in caplog.text


WRONG_DELETIONS = {
    "another school signed it": lambda folder: deletion_for(folder, ReceiptKey.generate()),
    "it is for another lesson": lambda folder: deletion_for(folder, lesson="0a" * 16),
    "a digit was changed": lambda folder: deletion_for(folder).replace(b'"segments":1', b'"segments":2'),
    "it says that the school has the lesson": receipt_for,
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("wrong", WRONG_DELETIONS.values(), ids=WRONG_DELETIONS)
def test_a_deletion_receipt_that_does_not_hold_deletes_nothing(
    tmp_path: pathlib.Path, wrong: Callable[[pathlib.Path], bytes]
) -> None:
    card = Card(tmp_path)
    folder = card.lesson(1, has_receipt=True)
    card.index.deleted[folder.name] = wrong(folder)
    assert Ring(card.lessons, card.index, KEY.public).take_away_deleted(recording=None) == []
    assert folder.exists()
    assert card.index.gone == []


def test_a_deletion_receipt_for_another_header_deletes_nothing(tmp_path: pathlib.Path) -> None:
    card = Card(tmp_path)
    folder = card.lesson(1, has_receipt=True)
    card.index.deleted[folder.name] = deletion_for(folder)
    (folder / "header.json").write_bytes(b"another")
    assert Ring(card.lessons, card.index, KEY.public).take_away_deleted(recording=None) == []
    assert folder.exists()


# A real full disk


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A disk with room for the reserve and a little more."""
    place = tmp_path / "disk"
    place.mkdir()
    size = f"size={RESERVE + 24_000_000}"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=False).returncode:
        pytest.skip("A disk of one's own needs the right to mount one.")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def record(made: PressedUnit) -> pathlib.Path:
    before = set(made.made.lessons.iterdir())
    made.press()
    made.until_it_is(Doing.RECORDING)
    time.sleep(0.3)
    made.press()
    made.until_it_is(Doing.READY)
    (folder,) = set(made.made.lessons.iterdir()) - before
    return folder


def test_a_full_disk_refuses_until_the_school_has_signed(small_disk: pathlib.Path) -> None:
    with pressed_unit(small_disk, Room(drawn(CLASS, 4.0)), longest_minutes=20) as made:
        sent, waiting = record(made), record(made)
        for folder in (sent, waiting):
            (folder / "0-999999.seg").write_bytes(bytes(11_000_000))
        made.press()
        state = made.until(lambda state: state.doing is Doing.REFUSED and bool(state.problems))
        assert state.problems[0] == NO_ROOM.code
        assert sent.exists()
        assert waiting.exists()

        made.unit.school.outbox.keep_receipt(sent.name, receipt_for(sent, made.made.receipt_key))
        made.press()
        made.until_it_is(Doing.RECORDING)
        assert not sent.exists()
        assert waiting.exists(), "footage that is not acknowledged is never deleted to make room"
