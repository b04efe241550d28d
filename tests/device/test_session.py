"""A lesson from button to button: what is drawn is heard, sealed, stored and announced.

::

    TTTT....PPPP  ->  header, stanzas, segments, log, manifest on the disk
                      LessonStarted, SealedEvidence ..., LessonEnded in the outbox
"""

import pathlib
from collections.abc import Iterator

import pytest

from capture.disk import FolderDisk
from capture.drawn_microphone import DrawnMicrophone
from capture.errors import DiskFullError, MicrophoneLostError
from device.preflight import HeardMicrophone
from lesson.messages import LessonEnded, LessonStarted, SealedEvidence
from lesson.sound import AudioBlock
from lesson.talk import Heard, Role
from lesson.wire import from_wire, loads
from tests.suites.one_lesson import OneLesson

DRAWN = "." * 10 + ("TTTTTTTTTTTTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8) * 3


@pytest.fixture
def made(tmp_path: pathlib.Path) -> Iterator[OneLesson]:
    made = OneLesson(tmp_path)
    yield made
    made.outbox.close()


def test_what_was_heard_is_in_the_log_and_in_the_evidence(made: OneLesson) -> None:
    session = made.session(DrawnMicrophone(DRAWN))

    account = session.run()

    started, *evidence, ended = made.events()
    assert isinstance(started, LessonStarted)
    assert isinstance(ended, LessonEnded)
    assert (ended.end, ended.n_evidence, ended.n_segments) == ("stopped", len(evidence), len(made.opened().links))
    log = made.log()
    assert log[-1].account == account
    assert log[:-1] == made.heard
    lesson, lines = made.opened(), b""
    for index, piece in enumerate(evidence):
        assert isinstance(piece, SealedEvidence)
        assert piece.index == index
        lines += lesson.open_evidence(piece.index, piece.ciphertext)
    assert [from_wire(Heard, loads(line)) for line in lines.splitlines()] == made.heard
    assert {state.role for state in account.states} >= {Role.TEACHER, Role.SILENCE}
    assert account.duration == pytest.approx(len(DRAWN) / 10, abs=0.03)


class FastMicrophone(DrawnMicrophone):
    """A drawing by a crystal that is 200 ppm too fast: known when the first block is there."""

    def blocks(self) -> Iterator[AudioBlock]:
        for block in super().blocks():
            self.drift = 200.04e-6
            yield block


def test_how_fast_the_microphone_counted_is_in_the_opened_account(made: OneLesson) -> None:
    account = made.session(HeardMicrophone(FastMicrophone(DRAWN))).run()

    assert account.microphone_drift_ppm == 200.0
    assert made.log()[-1].account == account


def test_a_drift_that_nobody_knows_is_left_out(made: OneLesson) -> None:
    assert made.session(DrawnMicrophone(DRAWN)).run().microphone_drift_ppm is None


def test_the_button_ends_it(made: OneLesson) -> None:
    microphone = DrawnMicrophone(DRAWN)
    session = made.session(microphone)
    pressed = iter([False] * 200 + [True] * 10_000)

    account = session.run(should_stop=lambda: next(pressed))

    assert account.duration == pytest.approx(201 * 0.02)
    assert made.opened().is_complete


class FailingMicrophone(DrawnMicrophone):
    """Breaks in the middle of a lesson."""

    def blocks(self) -> Iterator[AudioBlock]:
        for block in super().blocks():
            if block.start >= 5.0:
                raise MicrophoneLostError("The cable was pulled.")
            yield block


def test_a_lost_microphone_keeps_what_there_was(made: OneLesson) -> None:
    session = made.session(FailingMicrophone(DRAWN))

    with pytest.raises(MicrophoneLostError):
        session.run()

    lesson = made.opened()
    assert lesson.manifest is not None
    assert lesson.manifest.end == "interrupted"
    assert lesson.manifest.duration == pytest.approx(5.0, abs=0.3)
    account = made.log()[-1].account
    assert account is not None
    assert account.duration == pytest.approx(5.0, abs=0.03)


def test_a_disk_that_fills_up_with_the_last_words_is_no_loss(tmp_path: pathlib.Path) -> None:
    class FullForTheAccount(FolderDisk):
        """A card on which the lesson's account does not fit any more, but for the reserve."""

        is_reserved = True

        def write_whole(self, name: str, data: bytes) -> None:
            if name.startswith("2-") and self.is_reserved:
                raise DiskFullError("No space left on device.")
            super().write_whole(name, data)

        def release_reserve(self) -> None:
            self.is_reserved = False
            super().release_reserve()

    made = OneLesson(tmp_path)
    session = made.session(DrawnMicrophone(DRAWN[:60]))
    session.recorder._disk = FullForTheAccount(made.folder)

    account = session.run()

    lesson = made.opened()
    assert lesson.manifest is not None
    assert lesson.manifest.end == "disk_full"
    assert made.log()[-1].account == account
    assert made.events()[-1].end == "disk_full"  # type: ignore[union-attr]
    made.outbox.close()


def test_a_full_disk_keeps_what_there_was(tmp_path: pathlib.Path) -> None:
    class FullAfterFour(FolderDisk):
        """A card that is full after four segments, but for the reserve."""

        segments = 0
        is_reserved = True

        def write_whole(self, name: str, data: bytes) -> None:
            self.segments += name.endswith(".seg")
            if self.segments > 4 and self.is_reserved:
                raise DiskFullError("No space left on device.")
            super().write_whole(name, data)

        def release_reserve(self) -> None:
            self.is_reserved = False
            super().release_reserve()

    made = OneLesson(tmp_path)
    session = made.session(DrawnMicrophone(DRAWN))
    session.recorder._disk = FullAfterFour(made.folder)

    with pytest.raises(DiskFullError):
        session.run()

    lesson = made.opened()
    assert lesson.manifest is not None
    assert lesson.manifest.end == "disk_full"
    lesson.expect_all(name for name in lesson.segments if (made.folder / name.file_name).exists())
    assert made.events()[-1].end == "disk_full"  # type: ignore[union-attr]
    made.outbox.close()
