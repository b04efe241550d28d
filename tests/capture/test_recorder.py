"""Only sealed bytes on the disk, and whatever the power does, a lesson that opens.

::

    picture, sound, log --> LessonRecorder --> disk          stop()  --> manifest "stopped"
                                                |            power   --> next boot: manifest "interrupted"
                                                +--> OpenLesson: the same fragments come out again
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from capture.camera import CodedPicture
from capture.chart_camera import ChartCamera
from capture.coder import CodedCamera
from capture.disk import PART, Disk, FolderDisk
from capture.drawn_microphone import DrawnMicrophone
from capture.errors import DiskFailedError, DiskFullError
from capture.forgetful import ForgetfulDisk, PowerCutError
from capture.fragments import Fragment, FragmentedMp4
from capture.interrupted import CUT_LINKS, close_interrupted
from capture.recorder import HEADER, LINKS, MANIFEST, LessonRecorder, RecordingOverError, Stored
from lesson.footage.header import Audio, Header, Media, Video
from lesson.footage.identity import Identity, read_identity
from lesson.footage.manifest import End, Manifest
from lesson.footage.opening import OpenLesson
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import SegmentName, Track
from lesson.footage.signed import UnitKey
from lesson.sound import RATE_HZ, AudioBlock
from tests.capture.test_fragments import shown

TEACHER, UNIT_KEY = Identity.generate(), UnitKey.generate()
DRAWING = "TTTTT?......PPPP..TTTTTT" * 3
LOG_LINE = b'{"wait":"a marker that must never be readable on the disk"}\n'
SIZE, RATE = (64, 48), 5.0
CODING = CodedCamera(ChartCamera(*SIZE, RATE)).coding
RESERVE = 60_000
GOP = 1.6
"""Seconds a segment lasts at five pictures a second."""


def sealer_for(encoder: FragmentedMp4 | None) -> LessonSealer:
    media = Media(None, None)
    if encoder is not None:
        video = Video(encoder.codecs.video, *SIZE, RATE) if encoder.codecs.video else None
        media = Media(video, Audio(encoder.codecs.audio, RATE_HZ))
    header = Header.new(
        unit="room-12",
        unit_key=UNIT_KEY.public,
        started_at=datetime(2026, 11, 17, 9, tzinfo=UTC),
        recipients=((TEACHER.recipient, RecipientRole.TEACHER),),
        media=media,
    )
    return LessonSealer(header, [TEACHER.recipient], UNIT_KEY)


@dataclass
class Lesson:
    """A lesson that is being recorded, and what its owner was told."""

    disk: Disk
    encoder: FragmentedMp4 | None = field(default_factory=lambda: FragmentedMp4(CODING))
    stored: list[Stored] = field(default_factory=list)
    recorder: LessonRecorder = field(init=False)
    now: float = 0.0

    def start(self) -> Lesson:
        self.recorder = LessonRecorder(
            self.disk, sealer_for(self.encoder), self.encoder, self.stored.append, reserve_bytes=RESERVE
        )
        return self

    def play(self, drawing: str = DRAWING) -> Lesson:
        for _ in self.steps(drawing):
            pass
        return self

    def steps(self, drawing: str = DRAWING) -> Iterator[float]:
        for block, pictures in scene(drawing):
            self.now = block.end
            for picture in pictures:
                self.recorder.picture(picture)
            self.recorder.sound(block)
            if block.first_sample % (2 * RATE_HZ) == 0:
                self.recorder.log(LOG_LINE)
            yield block.end


@cache
def scene(drawing: str) -> list[tuple[AudioBlock, list[CodedPicture]]]:
    """What is fed, block by block."""
    camera = CodedCamera(ChartCamera(*SIZE, RATE))
    return [(block, list(camera.pictures_until(block.end))) for block in DrawnMicrophone(drawing).blocks()]


class Tape(FragmentedMp4):
    """Gives what a real encoder gave for the same lesson, so that it can be recorded a thousand times."""

    def __init__(self) -> None:
        super().__init__(CODING)
        self._tape = iter(tape())

    def picture(self, picture: CodedPicture) -> list[Fragment]:
        return next(self._tape)

    def sound(self, block: AudioBlock) -> list[Fragment]:
        return next(self._tape)

    def finish(self) -> list[Fragment]:
        return next(self._tape)


@cache
def tape() -> list[list[Fragment]]:
    encoder = FragmentedMp4(CODING)
    given: list[list[Fragment]] = []
    for block, pictures in scene(DRAWING):
        given += [encoder.picture(picture) for picture in pictures]
        given.append(encoder.sound(block))
    return [*given, encoder.finish()]


def open_lesson(disk: Disk, who: Watched | None = None) -> OpenLesson:
    names = disk.names()
    stanzas = [disk.read(name) for name in names if name.startswith("stanzas/")]
    links = disk.read(LINKS) if LINKS in names else b""
    teacher, unit_key = (who.teacher, who.unit_key) if who else (TEACHER, UNIT_KEY)
    return OpenLesson(disk.read(HEADER), stanzas, links, disk.read(MANIFEST), teacher, unit_key=unit_key.public)


def footage_of(disk: Disk, track: Track = Track.AV, who: Watched | None = None) -> list[bytes]:
    lesson = open_lesson(disk, who)
    names = [link.name for link in lesson.links if link.track == track]
    return [lesson.open_segment(name, disk.read(name.file_name)) for name in names]


def shown_on(disk: Disk) -> list[tuple[float, float | None]]:
    class _Piece:
        def __init__(self, data: bytes) -> None:
            self.data = data

    return shown([_Piece(data) for data in footage_of(disk)])  # type: ignore[list-item]


def test_a_lesson_comes_out_as_it_went_in(tmp_path: Path) -> None:
    lesson = Lesson(FolderDisk(tmp_path / "lesson")).start().play()
    lesson.recorder.log(LOG_LINE, final=True)
    manifest = lesson.recorder.stop()
    assert lesson.disk.read(MANIFEST) == manifest
    opened = open_lesson(lesson.disk)
    assert opened.is_complete
    assert opened.manifest.end is End.STOPPED
    assert opened.manifest.duration == pytest.approx(7.2, abs=0.3)
    pictures = shown_on(lesson.disk)
    assert [read for _, read in pictures] == pytest.approx([number / RATE for number in range(37)])
    assert footage_of(lesson.disk, Track.LOG) == [LOG_LINE] * 5
    assert {link.track: link.final for link in opened.links} == {Track.AV: True, Track.LOG: True}
    assert [link.final for link in opened.links if link.track == Track.AV].count(True) == 1
    assert opened.links[0].duration == 0


def test_header_and_stanzas_are_there_before_the_first_frame(tmp_path: Path) -> None:
    lesson = Lesson(FolderDisk(tmp_path / "lesson")).start()
    assert lesson.disk.names() == [HEADER, f"stanzas/{TEACHER.recipient.kid.hex()}.json"]


def test_who_waits_is_told_when_a_segment_can_no_longer_be_lost() -> None:
    disk = ForgetfulDisk()
    told: list[tuple[str, bool, bool]] = []

    def on_stored(stored: Stored) -> None:
        links = disk.read(LINKS)
        told.append((stored.file_name, stored.file_name in disk.names(), links.endswith(stored.line)))
        assert stored.length == len(disk.read(stored.file_name))
        assert stored.name.file_name == stored.file_name

    encoder = FragmentedMp4(CODING)
    lesson = Lesson(disk, encoder)
    lesson.recorder = LessonRecorder(disk, sealer_for(encoder), encoder, on_stored, reserve_bytes=10)
    lesson.play().recorder.stop()
    assert [name for name, *_ in told if name.startswith("0-")] == [f"0-00000{number}.seg" for number in range(6)]
    assert all(is_there and has_line for _, is_there, has_line in told)


def test_a_lesson_of_numbers_only_has_no_footage() -> None:
    lesson = Lesson(ForgetfulDisk(), None).start().play()
    lesson.recorder.log(LOG_LINE, final=True)
    lesson.recorder.stop()
    assert footage_of(lesson.disk) == []
    assert footage_of(lesson.disk, Track.LOG) == [LOG_LINE] * 5


def test_a_lesson_of_sound_only_plays() -> None:
    lesson = Lesson(ForgetfulDisk(), FragmentedMp4()).start()
    for block in DrawnMicrophone(DRAWING).blocks():
        lesson.recorder.sound(block)
    lesson.recorder.stop()
    assert len(footage_of(lesson.disk)) == 6
    assert open_lesson(lesson.disk).manifest.duration == pytest.approx(7.2, abs=0.1)


def test_a_lesson_stopped_at_once_is_empty_and_closed() -> None:
    lesson = Lesson(ForgetfulDisk()).start()
    lesson.recorder.stop()
    assert open_lesson(lesson.disk).links == ()
    assert open_lesson(lesson.disk).is_complete


def test_after_the_end_nothing_is_taken_any_more() -> None:
    lesson = Lesson(ForgetfulDisk()).start().play("TTTT")
    lesson.recorder.stop()
    assert lesson.recorder.is_over
    for late in (lambda: lesson.recorder.log(LOG_LINE), lesson.recorder.stop, lambda: lesson.play("T")):
        with pytest.raises(RecordingOverError):
            late()


def test_evidence_is_sealed_for_the_same_people_and_not_written() -> None:
    lesson = Lesson(ForgetfulDisk()).start()
    before = lesson.disk.names()
    index, ciphertext = lesson.recorder.seal_evidence(LOG_LINE)
    assert (index, lesson.disk.names()) == (0, before)
    lesson.recorder.stop()
    assert open_lesson(lesson.disk).open_evidence(index, ciphertext) == LOG_LINE
    assert open_lesson(lesson.disk).manifest.evidence == 1


def test_two_lessons_do_not_share_a_folder(tmp_path: Path) -> None:
    Lesson(FolderDisk(tmp_path / "lesson")).start()
    with pytest.raises(DiskFailedError, match="already"):
        Lesson(FolderDisk(tmp_path / "lesson")).start()


# ---- the disk is full, the disk fails


def test_on_a_full_disk_the_lesson_ends_in_good_order() -> None:
    lesson = Lesson(ForgetfulDisk(capacity_bytes=RESERVE + 30_000)).start()
    with pytest.raises(DiskFullError):
        lesson.play(DRAWING * 20)
    ended_at = lesson.now
    lesson.recorder.log(LOG_LINE, final=True)
    lesson.recorder.stop(End.DISK_FULL)
    opened = open_lesson(lesson.disk)
    assert opened.is_complete
    assert opened.manifest.end is End.DISK_FULL
    assert shown_on(lesson.disk)[-1][0] == pytest.approx(ended_at, abs=0.25)


def test_a_disk_that_fills_up_with_the_last_segment_is_no_loss() -> None:
    lesson = Lesson(ForgetfulDisk()).start().play()
    files = lesson.disk._forgetful  # type: ignore[attr-defined]
    files._capacity = files._capacity - files.free_bytes()
    assert Manifest.decode(lesson.recorder.stop(), UNIT_KEY.public).end is End.DISK_FULL
    assert shown_on(lesson.disk)[-1][0] == pytest.approx(7.2, abs=0.25)


def test_a_disk_full_from_the_start_records_nothing_and_keeps_no_key() -> None:
    sealer = sealer_for(None)
    with pytest.raises(DiskFullError):
        LessonRecorder(ForgetfulDisk(capacity_bytes=1000), sealer, None)
    assert sealer.is_closed


class FailingDisk(ForgetfulDisk):
    """A card that dies in the middle of a lesson."""

    is_dead = False

    def write_whole(self, name: str, data: bytes) -> None:
        if self.is_dead:
            raise DiskFailedError(f"{name}: Input/output error.")
        super().write_whole(name, data)


def play_until_dead(lesson: Lesson, disk: FailingDisk) -> None:
    for now in lesson.steps():
        disk.is_dead = now > 5.0


def test_a_disk_that_fails_ends_the_lesson_and_the_next_boot_closes_it() -> None:
    disk = FailingDisk()
    lesson = Lesson(disk).start()
    with pytest.raises(DiskFailedError):
        play_until_dead(lesson, disk)
    assert lesson.recorder.is_over
    with pytest.raises(RecordingOverError):
        lesson.recorder.stop()
    disk.is_dead = False
    assert close_interrupted(disk, UNIT_KEY) is not None
    assert open_lesson(disk).manifest.end is End.INTERRUPTED
    assert shown_on(disk)[-1][0] > 5.0 - 2 * GOP


# ---- nothing readable reaches the disk


SECRETS = (b"ftyp", b"moov", b"moof", b"mdat", b"avcC", b"esds", LOG_LINE.strip(), b"marker")


class WatchingDisk(ForgetfulDisk):
    """Looks at every byte it is given, and keeps them all."""

    def __init__(self, secrets: Callable[[], list[bytes]]) -> None:
        super().__init__()
        self.secrets = secrets
        self.given = bytearray()

    def write_whole(self, name: str, data: bytes) -> None:
        self._look(name, data)
        super().write_whole(name, data)

    def append_line(self, name: str, line: bytes) -> None:
        self._look(name, line)
        super().append_line(name, line)

    def _look(self, name: str, data: bytes) -> None:
        self.given += data
        for secret in self.secrets():
            assert secret not in data, f"{secret[:20]!r} was written to {name}"


class ListeningEncoder(FragmentedMp4):
    """Remembers what it gave, so that it can be looked for."""

    def __init__(self) -> None:
        super().__init__(CODING)
        self.gave: list[bytes] = []

    def _fragments(self, *, is_last: bool = False):  # type: ignore[no-untyped-def]  # noqa: ANN202
        found = super()._fragments(is_last=is_last)
        self.gave += [piece.data for piece in found]
        return found


def test_no_piece_of_what_was_recorded_is_ever_given_to_the_disk() -> None:
    encoder = ListeningEncoder()

    def secrets() -> list[bytes]:
        return [*SECRETS, *(data[at : at + 16] for data in encoder.gave for at in range(0, len(data) - 16, 997))]

    lesson = Lesson(WatchingDisk(secrets), encoder).start().play()
    lesson.recorder.log(LOG_LINE, final=True)
    lesson.recorder.stop()
    assert len(encoder.gave) == 6
    assert footage_of(lesson.disk) == encoder.gave


def test_the_watching_disk_would_have_seen_it() -> None:
    disk = WatchingDisk(lambda: list(SECRETS))
    with pytest.raises(AssertionError, match="was written"):
        disk.write_whole("0-000000.seg", b"\0\0\0\x1cftypiso5")


RECORD_IN_A_PROCESS_OF_ITS_OWN = """
import os, sys

folder, opened = sys.argv[1], []

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path, mode, flags = os.fsdecode(arguments[0]), arguments[1], arguments[2]
        if (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) or set(mode or "") & set("wax+"):
            opened.append(os.path.abspath(path))
    elif event in ("tempfile.mkstemp", "tempfile.mkdtemp", "subprocess.Popen", "socket.connect", "os.symlink"):
        opened.append(f"{event} {arguments}")

from pathlib import Path
from tests.capture.test_recorder import DRAWING, LOG_LINE, SECRETS, TEACHER, UNIT_KEY, FolderDisk, Lesson
from lesson.footage.identity import encode_open

sys.addaudithook(watch)
lesson = Lesson(FolderDisk(Path(folder))).start()
looks = 0
for now in lesson.steps(DRAWING * 2):
    if round(now * 50) % 25 == 0:  # while running, part-files included
        looks += 1
        for path in Path(folder).rglob("*"):
            data = path.read_bytes() if path.is_file() else b""
            assert not any(secret in data for secret in SECRETS), path
lesson.recorder.log(LOG_LINE, final=True)
lesson.recorder.stop()
assert looks > 20
print(UNIT_KEY.to_bytes().hex())
print(encode_open(TEACHER).hex())
for path in opened:
    print(path)
"""


@dataclass(frozen=True)
class Watched:
    folder: Path
    paths: list[str]
    """Every file that was opened for writing."""
    unit_key: UnitKey
    teacher: Identity


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A lesson recorded in a process of its own."""
    folder = tmp_path_factory.mktemp("watched") / "lesson"
    run = subprocess.run(
        [sys.executable, "-c", RECORD_IN_A_PROCESS_OF_ITS_OWN, str(folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    unit_key, teacher, *paths = run.stdout.splitlines()
    return Watched(folder, paths, UnitKey.from_bytes(bytes.fromhex(unit_key)), read_identity(bytes.fromhex(teacher)))


def test_only_files_in_the_lessons_folder_are_written(watched: Watched) -> None:
    assert len(watched.paths) > 20
    assert {Path(path).parent for path in watched.paths} == {watched.folder, watched.folder / "stanzas"}


def test_no_file_of_a_recorded_lesson_can_be_read_without_a_key(watched: Watched) -> None:
    disk = FolderDisk(watched.folder)
    files = [path for path in watched.folder.rglob("*") if path.is_file()]
    assert len(files) > 12
    pieces = [data[at : at + 16] for data in footage_of(disk, who=watched) for at in range(0, len(data) - 16, 499)]
    assert len(pieces) > 50
    for path in files:
        data = path.read_bytes()
        for secret in (*SECRETS, *pieces):
            assert secret not in data, f"{secret!r} is in {path.name}"


# ---- the power goes


def record_until_cut(
    cut_at: int, seed: int, forgets: tuple[str, str] | None = None
) -> tuple[ForgetfulDisk, Lesson, int]:
    """Record, and cut the power before step `cut_at` of the disk; 0 never cuts."""
    step = 0

    def before_step(_kind: str) -> None:
        nonlocal step
        step += 1
        if step == cut_at:
            raise PowerCutError

    disk = ForgetfulDisk(before_step, forgets=lambda kind, name: forgets is not None and (kind, name) == forgets)
    lesson = Lesson(disk, Tape())
    try:
        lesson.start().play()
        lesson.recorder.log(LOG_LINE, final=True)
        lesson.recorder.stop()
    except PowerCutError:
        pass
    disk.cut_power(random.Random(seed))
    return disk, lesson, step


def what_is_wrong_after(disk: ForgetfulDisk, lesson: Lesson) -> str | None:
    """Close the lesson at the next boot and compare what is there with what its owner was told."""
    close_interrupted(disk, UNIT_KEY)
    if HEADER not in disk.names():
        return "the lesson is gone" if lesson.stored or lesson.now else None
    opened = open_lesson(disk)
    kept = {link.name for link in opened.links}
    if lost := [stored.file_name for stored in lesson.stored if stored.name not in kept]:
        return f"{lost} had been stored and are lost"
    for link in opened.links:
        opened.open_segment(link.name, disk.read(link.name.file_name))
    footage = [link for link in opened.links if link.track == Track.AV]
    if lesson.now - sum(link.duration for link in footage) > 2.0:
        return f"{lesson.now - sum(link.duration for link in footage):.2f} s are lost"
    if len(footage) > 1:
        pictures = shown_on(disk)
        if any(read is None or abs(read - at) > 0.001 for at, read in pictures):
            return "a picture is wrong"
    if any(name.rpartition("/")[2].startswith(PART) for name in disk._forgetful.names()):
        return "a part was left"
    return None


ALL_STEPS = record_until_cut(0, 0)[2]


def test_a_lesson_takes_this_many_steps() -> None:
    assert 60 < ALL_STEPS < 200


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_power_cut_the_lesson_opens_and_at_most_two_seconds_are_lost(seed: int) -> None:
    wrong = {}
    for cut in range(1, ALL_STEPS + 1):
        disk, lesson, _ = record_until_cut(cut, seed * 1000 + cut)
        if problem := what_is_wrong_after(disk, lesson):
            wrong[cut] = problem
    assert wrong == {}


@pytest.mark.parametrize("left_out", [("fsync", f"{PART}0-000002.seg"), ("fsync", LINKS), ("fsync_folder", "")])
def test_the_drill_would_catch_a_recorder_that_forgets_to_fsync(left_out: tuple[str, str]) -> None:
    cuts = ((cut, seed) for seed in range(4) for cut in range(ALL_STEPS // 2, ALL_STEPS, 5))
    assert any(what_is_wrong_after(*record_until_cut(cut, seed, left_out)[:2]) for cut, seed in cuts)


def test_closing_an_interrupted_lesson_may_be_interrupted_too() -> None:
    for cut_again in range(1, 12):
        disk, lesson, _ = record_until_cut(ALL_STEPS * 2 // 3, 7)
        steps = 0

        def before_step(_kind: str, limit: int = cut_again) -> None:
            nonlocal steps
            steps += 1
            if steps == limit:
                raise PowerCutError

        disk._forgetful._before_step = before_step
        try:
            close_interrupted(disk, UNIT_KEY)
        except PowerCutError:
            disk.cut_power(random.Random(cut_again))
        assert what_is_wrong_after(disk, lesson) is None


def test_a_lesson_that_was_closed_is_left_alone() -> None:
    disk, _, _ = record_until_cut(0, 0)
    manifest = disk.read(MANIFEST)
    assert close_interrupted(disk, UNIT_KEY) is None
    assert disk.read(MANIFEST) == manifest
    assert close_interrupted(ForgetfulDisk(), UNIT_KEY) is None


def test_a_segment_that_rotted_on_the_disk_ends_the_lesson_there() -> None:
    disk, _, _ = record_until_cut(ALL_STEPS * 2 // 3, 3)
    name = SegmentName(Track.AV, 1).file_name
    disk.write_whole(name, disk.read(name)[:-1] + b"?")
    found = disk.read(LINKS)
    recovered = close_interrupted(disk, UNIT_KEY)
    assert recovered is not None
    assert [link.name.file_name for link in recovered.links if link.track == Track.AV] == ["0-000000.seg"]
    open_lesson(disk)
    assert disk.read(CUT_LINKS) == found, "what is whole behind it can still be had"
