"""A unit that starts, whatever lies in its folder: it records, sends the rest, and says what it cannot.

::

    lessons/readme.txt   lessons/5f0e.../header.json (damaged)   outbox.sqlite (damaged)   another program
    named, left alone    named, left alone                       put aside, filled again   refused
"""

import contextlib
import logging
import os
import pathlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from capture.drawn_microphone import DrawnMicrophone
from capture.recorder import MANIFEST
from device.folder import FolderInUseError
from device.outbox import open_outbox
from device.unit import Unit
from lesson.problems import MICROPHONE_LOST
from lesson.settings import SettingsError
from provisioning.throw_away import CredentialFiles
from sync.errors import OutboxFullError
from sync.outbox import Outbox
from tests.suites.one_unit import DRAWN, OneUnit

LESSON = "5f" * 16


@pytest.fixture
def room(tmp_path: pathlib.Path) -> OneUnit:
    return OneUnit(tmp_path)


@pytest.fixture
def unit(room: OneUnit) -> Iterator[Unit]:
    unit = room.unit()
    yield unit
    unit.close()


def test_what_is_no_lesson_is_named_and_left_alone(room: OneUnit, caplog: pytest.LogCaptureFixture) -> None:
    (room.lessons / "readme.txt").write_text("hello")
    (room.lessons / "lost+found" / "a" / "b").mkdir(parents=True)
    (room.lessons / "lost+found" / "a" / "b" / ".part-x").write_text("deep")
    (room.lessons / LESSON).mkdir()  # the power went at the press of the button
    damaged = room.lessons / ("0a" * 16)
    damaged.mkdir()
    (damaged / "header.json").write_bytes(b'{"v":1,"suite":"waitw\0\0\0')
    (damaged / "0-000000.seg").write_bytes(b"sealed")
    before = sorted(path for path in room.lessons.rglob("*"))

    with caplog.at_level(logging.WARNING):
        unit = room.unit()
    folder = room.record(unit)
    unit.close()

    assert room.opened(folder).is_complete
    assert sorted(path for path in room.lessons.rglob("*") if folder not in [path, *path.parents]) == before
    for name in ("readme.txt", "lost+found", damaged.name):
        assert name in caplog.text
    assert LESSON not in caplog.text


def test_the_school_is_told_of_a_microphone_that_fails_while_a_lesson_is_recorded(room: OneUnit, unit: Unit) -> None:
    unit.microphone_problem = MICROPHONE_LOST
    assert MICROPHONE_LOST.code in unit.school.status().problems

    room.record(unit)
    assert MICROPHONE_LOST.code not in unit.school.status().problems


def test_what_the_unit_writes_is_its_owners_alone(room: OneUnit, unit: Unit) -> None:
    folder = room.record(unit)

    for path in [*room.folder.glob("outbox.*"), room.folder / "unit.lock"]:
        assert path.stat().st_mode & 0o077 == 0, path
    for path in [folder, *folder.rglob("*")]:  # sealed: who sends may read it, and change nothing
        assert path.stat().st_mode & 0o027 == 0, path


@pytest.mark.parametrize("which", ["signing_key", "private_key"])
def test_a_key_that_others_can_read_is_refused(room: OneUnit, which: str) -> None:
    path: pathlib.Path = getattr(room.settings.trust, which)
    path.chmod(0o640)

    with pytest.raises(SettingsError, match="chmod 600"):
        room.unit()


def test_a_signing_key_that_is_none_is_named(room: OneUnit) -> None:
    room.settings.trust.signing_key.write_bytes(b"short")

    with pytest.raises(SettingsError, match="32 bytes"):
        room.unit()


def test_a_damaged_outbox_is_put_aside_and_filled_again(room: OneUnit, caplog: pytest.LogCaptureFixture) -> None:
    unit = room.unit()
    folder = room.record(unit)
    waiting = unit.school.outbox.waiting_segments
    unit.close()
    assert waiting > 2
    outbox = room.folder / "outbox.sqlite"
    size = outbox.stat().st_size
    outbox.write_bytes(os.urandom(size))
    (room.folder / "outbox.sqlite-wal").unlink(missing_ok=True)

    again = room.unit()
    assert again.school.outbox.waiting_segments == waiting
    assert again.school.outbox.lessons() == {folder.name: False}
    again.close()

    assert (room.folder / "outbox.sqlite.damaged-1").stat().st_size == size
    assert "damaged-1" in caplog.text


def test_a_restored_card_does_not_take_an_old_acknowledgement_for_new_events(room: OneUnit) -> None:
    outbox = open_outbox(room.folder)
    old = outbox.stream
    outbox.add_event(b"1")
    outbox.close()

    restored = open_outbox(room.folder)  # the school has had 8 events of the old stream meanwhile
    for number in range(9):
        restored.add_event(b"new %d" % number)

    assert not restored.acknowledged(old, 8)
    assert [event.seq for event in restored.events_after(0, 99)] == list(range(1, 11))
    restored.close()


def test_a_deleted_outbox_is_filled_again(room: OneUnit) -> None:
    unit = room.unit()
    folder = room.record(unit)
    waiting = unit.school.outbox.waiting_segments
    unit.close()
    (room.folder / "outbox.sqlite").unlink()

    again = room.unit()
    assert (again.school.outbox.waiting_segments, list(again.school.outbox.lessons())) == (waiting, [folder.name])
    again.close()


def test_a_second_program_does_not_close_the_lesson_that_is_being_recorded(room: OneUnit, unit: Unit) -> None:
    lesson = unit.lesson(
        teacher=None, title=None, microphone=DrawnMicrophone(DRAWN), camera=None, on_heard=lambda _: None
    )

    with pytest.raises(FolderInUseError, match="Another program"):
        room.unit()

    assert not (lesson.folder / MANIFEST).exists()
    lesson.run()
    manifest = room.opened(lesson.folder).manifest
    assert manifest is not None
    assert manifest.end == "stopped"


@contextlib.contextmanager
def talking_for_ever(files: CredentialFiles) -> Iterator[str]:
    """A school with a good certificate that never comes to the end of its answer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.cert_file, files.key_file)
    ended = threading.Event()

    def talk(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection = context.wrap_socket(listening.accept()[0], server_side=True)
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not ended.wait(0.05):
                    connection.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        talker = threading.Thread(target=talk, args=(listening,))
        talker.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        ended.set()
        talker.join()


def test_a_school_that_talks_for_ever_does_not_keep_a_lesson_from_starting(room: OneUnit) -> None:
    with talking_for_ever(room.authority.server("127.0.0.1")) as address:
        room.settings = replace(room.settings, school=replace(room.settings.school, url=address))
        unit = room.unit()
        folder = room.record(unit)
        unit.close()
        assert room.opened(folder).is_complete


def test_an_outbox_that_cannot_grow_costs_no_lesson(room: OneUnit) -> None:
    class FullForAWhile(Outbox):
        """The card has no room for the outbox for a while."""

        calls = 0

        def add_piece(self, lesson_id: str, name: str, path: pathlib.Path, link: bytes | None = None) -> None:
            FullForAWhile.calls += 1
            if 4 < self.calls < 8:
                raise OutboxFullError("The outbox cannot grow.")
            super().add_piece(lesson_id, name, path, link)

        def add_event(self, event: bytes) -> int:
            if self.calls > 4:
                raise OutboxFullError("The outbox cannot grow.")
            return super().add_event(event)

    unit = room.unit()
    full = FullForAWhile(room.folder / "outbox.sqlite")
    unit.school.outbox = unit.school.to_send._outbox = full
    lesson = unit.lesson(
        teacher=None, title=None, microphone=DrawnMicrophone(DRAWN * 3), camera=None, on_heard=lambda _: None
    )
    lesson.run()
    whole = room.opened(lesson.folder)
    pieces = {piece.name for piece in full.next_pieces(1000)}
    unit.close()
    full.close()

    assert whole.manifest is not None
    assert whole.manifest.end == "stopped"
    assert {name.file_name for name in whole.segments} < pieces
    assert MANIFEST in pieces
