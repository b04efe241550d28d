"""What records and what sends, in two programs: whoever is killed, hangs or comes late, nothing of a lesson is lost.

::

    Unit --look, events--> SyncClient ~~socket~~> SchoolSide --> outbox
     '--> lessons/ <------------------------------look, every minute
"""

import contextlib
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from capture.drawn_microphone import DrawnMicrophone
from capture.pace import SteadyPace
from device import sync_socket
from device.clock import SystemClock
from device.local import LocalServer
from device.school_side import SchoolSide
from device.sync_socket import SyncClient, serve
from device.to_school import Recording, Waiting
from device.unit import Unit
from lesson.footage.deletion import DeletedBy, Deletion
from lesson.messages import LessonEnded, LessonStarted, SealedEvidence, decode_event
from lesson.problems import MICROPHONE_LOST, SENDING_STOPPED
from tests.suites.one_unit import DRAWN, OneUnit

SOON = 60.0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class TwoPrograms:
    """A unit that records, and what sends for it."""

    def __init__(self, place: pathlib.Path) -> None:
        self.made = OneUnit(place)
        self.socket = place / "sync.sock"
        self.place = place / "sync"
        self.client = SyncClient(self.socket)

    @contextlib.contextmanager
    def sending(self) -> Iterator[SchoolSide]:
        """The program that sends; it sends nothing here: its school does not answer."""
        school = SchoolSide(self.made.settings, SystemClock(), self.place)
        with school, serve(school, self.socket, None):
            school.to_send.look_everywhere()
            yield school

    @contextlib.contextmanager
    def recording(self) -> Iterator[Unit]:
        with contextlib.closing(Unit(self.made.settings, SystemClock(), self.client)) as unit:
            yield unit

    def record(self, unit: Unit, drawn: str = DRAWN, speed: float = 100.0) -> pathlib.Path:
        microphone = DrawnMicrophone(drawn, SteadyPace(speed, time.monotonic, time.sleep))
        lesson = unit.lesson(teacher=None, title="Why", microphone=microphone, camera=None, on_heard=lambda _: None)
        lesson.run()
        return lesson.folder

    def has_all(self, school: SchoolSide, folder: pathlib.Path) -> bool:
        names = {
            str(path.relative_to(folder))
            for path in folder.rglob("*")
            if path.is_file() and not path.name.startswith((".", "links"))
        }
        return {piece.name for piece in school.outbox.next_pieces(1000) if piece.lesson_id == folder.name} == names

    def has_ended(self, school: SchoolSide) -> bool:
        return bool(self.events(school)) and isinstance(self.events(school)[-1], LessonEnded)

    def events(self, school: SchoolSide) -> list[object]:
        return [decode_event(each.event) for each in school.outbox.events_after(0, 10_000)]


@pytest.fixture
def both(tmp_path: pathlib.Path) -> Iterator[TwoPrograms]:
    both = TwoPrograms(tmp_path)
    yield both
    both.client.close()


def test_what_is_recorded_is_sent_by_another_program(both: TwoPrograms) -> None:
    with both.sending() as school, both.recording() as unit:
        unit.microphone_problem = MICROPHONE_LOST
        until(lambda: MICROPHONE_LOST.code in school.status().problems)
        folder = both.record(unit)

        until(lambda: both.has_all(school, folder))
        until(lambda: both.has_ended(school))
        first, *evidence, _ = both.events(school)
        assert isinstance(first, LessonStarted)
        assert first.title == "Why"
        assert [each.index for each in evidence if isinstance(each, SealedEvidence)] == list(range(len(evidence)))
        until(lambda: both.client.waiting.segments == school.outbox.waiting_segments > 2)
        assert both.client.waiting.lessons == 1
        assert both.client.lessons() == {folder.name: False}
        until(lambda: school.status().problems == ())
        assert school.status().recording is None
    assert not list(both.made.folder.glob("outbox*"))


def test_the_program_that_sends_may_come_later(both: TwoPrograms) -> None:
    with both.recording() as unit:
        folder = both.record(unit)
        with both.sending() as school:
            assert both.has_all(school, folder)
            until(lambda: both.has_ended(school))


def test_and_may_go_in_the_middle_of_a_lesson(both: TwoPrograms) -> None:
    with both.recording() as unit, contextlib.ExitStack() as first:
        first.enter_context(both.sending())
        seen = 0

        def heard(_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == 3:
                first.close()

        lesson = unit.lesson(
            teacher=None, title=None, microphone=DrawnMicrophone(DRAWN * 4), camera=None, on_heard=heard
        )
        lesson.run()
        assert seen > 3
        with both.sending() as school:
            assert both.has_all(school, lesson.folder)
            until(lambda: both.has_ended(school))
            indices = [each.index for each in both.events(school) if isinstance(each, SealedEvidence)]
            assert indices == list(range(lesson.evidence))


def test_a_lesson_goes_on_while_nobody_answers(both: TwoPrograms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_socket, "AWAY_AFTER", 0.0)
    with both.recording() as unit:
        assert both.made.opened(both.record(unit)).is_complete
        until(lambda: SENDING_STOPPED in unit.problems())
        assert not unit.discard(both.made.lessons.iterdir().__next__().name), "nobody knows whether it has left"
        with both.sending():
            until(lambda: SENDING_STOPPED not in unit.problems())


def test_a_lesson_is_dropped_in_both_programs(both: TwoPrograms) -> None:
    with both.sending() as school, both.recording() as unit:
        folder = both.record(unit)
        until(lambda: both.has_all(school, folder))
        assert both.client.drop(folder.name)
        school.to_send.look_everywhere()  # before its folder is removed
        assert school.outbox.lessons() == {}
        assert unit.discard(folder.name)
        assert not folder.exists()
        school.to_send.look_everywhere()
        assert school.outbox.lessons() == {}


def test_an_interrupted_lesson_is_closed_by_the_one_and_sent_by_the_other(both: TwoPrograms) -> None:
    with both.sending() as school:
        with both.recording() as unit:
            folder = both.record(unit)
        until(lambda: both.has_all(school, folder))
        both.client.close()
        (folder / "manifest.json").unlink()
        school.outbox.drop_lesson(folder.name)
        both.client = SyncClient(both.socket)
        with both.recording():
            until(lambda: both.has_all(school, folder))
        assert both.made.opened(folder).manifest.end == "interrupted"  # type: ignore[union-attr]


def test_a_damaged_lesson_keeps_no_other_from_being_sent(both: TwoPrograms, caplog: pytest.LogCaptureFixture) -> None:
    damaged = both.made.lessons / ("0a" * 16)
    damaged.mkdir()
    (damaged / "header.json").write_bytes(b"{")
    (damaged / "links.jsonl").write_bytes(b"{}\n")
    (both.made.lessons / "lost+found").mkdir()
    with both.recording() as unit:
        folder = both.record(unit)
    with both.sending() as school:
        assert both.has_all(school, folder)
        school.to_send.look_everywhere()
        assert caplog.text.count(f"Not all of {damaged.name!r}") == 1


def test_half_a_line_is_waited_for(both: TwoPrograms, caplog: pytest.LogCaptureFixture) -> None:
    with both.recording() as unit:
        folder = both.record(unit)
    whole, manifest = (folder / "links.jsonl").read_bytes(), (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").unlink()
    (folder / "links.jsonl").write_bytes(whole[:-10])
    with both.sending() as school:
        before = school.outbox.waiting_segments
        assert before == whole.count(b"\n") - 1
        (folder / "links.jsonl").write_bytes(whole)
        (folder / "manifest.json").write_bytes(manifest)
        school.to_send.look(folder.name)
        assert school.outbox.waiting_segments == before + 1
        assert "Not all of" not in caplog.text
        assert both.has_all(school, folder)


class Deaf:
    """A way to the school that hears and has forgotten how to answer."""

    waiting = Waiting()

    def __init__(self) -> None:
        self.events: list[bytes] = []
        self.listed = lambda: b"list"
        self.reports: list[Recording] = []

    def add_event(self, event: bytes) -> None:
        self.events.append(event)

    def report(self, recording: Recording) -> None:
        self.reports.append(recording)


def test_of_too_many_events_the_oldest_are_given_up(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_socket, "MAX_KEPT_BYTES", 1000)
    with SyncClient(tmp_path / "sync.sock") as client:
        for number in range(100):
            client.add_event(b"%03d" % number + b"x" * 97)
        deaf = Deaf()
        with serve(deaf, tmp_path / "sync.sock", None):  # type: ignore[arg-type]
            until(lambda: len(deaf.events) >= 10 and bool(deaf.reports))
            assert [int(event[:3]) for event in deaf.events] == list(range(90, 100))
            assert client.listed() == b"list"


def test_a_program_that_is_not_trusted_is_not_answered(tmp_path: pathlib.Path) -> None:
    with serve(Deaf(), tmp_path / "sync.sock", [os.geteuid() + 1]), SyncClient(tmp_path / "sync.sock") as client:  # type: ignore[arg-type]
        assert client.listed() is None
        assert client.lessons() == {}


def test_what_makes_no_sense_is_refused_and_forgotten(tmp_path: pathlib.Path) -> None:
    def refuse(_: object) -> None:
        raise ValueError

    heard: list[object] = []
    handlers = {"add_event": refuse, "report": lambda given: heard.append(given) or Waiting(lessons=7)}
    with LocalServer(tmp_path / "sync.sock", handlers), SyncClient(tmp_path / "sync.sock") as client:
        client.add_event(b"x")
        until(lambda: client.waiting.lessons == 7)


def test_the_program_is_killed_and_hangs_and_nothing_is_lost(both: TwoPrograms) -> None:
    def start() -> subprocess.Popen[bytes]:
        settings = both.made.folder / "unit.toml"
        school, trust = both.made.settings.school, both.made.settings.trust
        settings.write_text(
            f'unit = "lab-2"\nroom = "Lab 2"\nfolder = "{both.made.folder}"\n'
            f'[school]\nurl = "{school.url}"\nbroker = "{school.broker}"\nauthority = "{school.authority}"\n'
            f'receipt_key = "{school.receipt_key}"\n[trust]\ncertificate = "{trust.certificate}"\n'
            f'private_key = "{trust.private_key}"\nsigning_key = "/nonexistent/signing.key"\n'
        )
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "waitwise",
                "unit",
                "sync",
                settings,
                "--socket",
                both.socket,
                "--outbox",
                both.place,
            ],
            stdin=subprocess.DEVNULL,
        )

    def is_told(number: int) -> bool:
        return both.client.waiting.lessons == number

    with both.recording() as unit:
        sync = start()
        folders = [both.record(unit)]
        until(lambda: is_told(1))
        sync.kill()
        sync.wait(SOON)
        folders.append(both.record(unit))
        sync = start()
        until(lambda: is_told(2))
        sync.send_signal(signal.SIGSTOP)
        folders.append(both.record(unit))
        sync.send_signal(signal.SIGCONT)
        until(lambda: is_told(3))
        sync.terminate()
        assert sync.wait(SOON) == 0
    with both.sending() as school:
        for folder in folders:
            assert both.has_all(school, folder)
        ended = [each for each in both.events(school) if isinstance(each, LessonEnded)]
        assert [each.lesson_id for each in ended] == [folder.name for folder in folders]
        assert datetime.now(tz=UTC) > ended[-1].ended_at


def test_what_the_school_has_deleted_goes_from_the_folder_of_who_records(tmp_path: pathlib.Path) -> None:
    """The program that sends hears of it and may not delete; the one that records deletes, and says so."""
    two = TwoPrograms(tmp_path)
    with contextlib.closing(two.client), two.sending() as school, two.recording() as unit:
        folder = two.record(unit)
        until(lambda: two.has_all(school, folder))
        hashed = hashlib.sha256((folder / "header.json").read_bytes()).hexdigest()
        told = Deletion(folder.name, hashed, hashed, 0, 0, DeletedBy.TEACHER, datetime.now(UTC))
        school.outbox.keep_deletion(folder.name, told.sign(two.made.receipt_key))
        until(lambda: unit.school.waiting.deleted == 1)
        unit.take_away_deleted()
        assert not folder.exists()
        assert school.outbox.gone_copies() == (folder.name,)
        school.to_send.look_everywhere()
        assert school.outbox.lessons() == {}
        until(lambda: unit.school.waiting.deleted == 0)
