"""A whole unit in a classroom, twice through the same lesson: once calmly, once with all that can break breaking.

::

    calm     press ~~~~~~~~~~~~~~~~~~~ lesson ~~~~~~~~~~~~~~~~~~~ press     its waits are what should be heard
    faulty   press ~~~X~~~~~X~~~~X~~~~ lesson ~~~X~~~~~X~~~~X~~~~ press     the same waits, but where X took the sound

    X   the process that hears is killed, or hangs        the broker is killed and comes back a while later
        the process that sees is killed, or hangs         the school is killed and comes back a while later
        the sensor stalls, or the camera is unplugged     the program that sends is killed and started again

    in other lessons the plug is pulled, at random moments, and the card is filled

What is compared is the account of each lesson, which replaces what was told live (docs/decisions/0003). The sound of a
stored lesson is laid over the sound that was played, so that moments of both lessons can be compared. Lasts as
long as `WAITWISE_FAULTS_S` says, 60 seconds if it does not: `make e2e` lets faults happen for ten minutes.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from capture.file_microphone import FileMicrophone
from lesson.footage.opening import OpenLesson
from lesson.footage.segments import SegmentName, Track
from lesson.problems import DISK_FULL
from lesson.sound import RATE_HZ
from lesson.talk import Heard, WaitTime
from lesson.wire import from_wire, loads
from tests.suites.programs import DEMO_SOUND
from tests.suites.sound_server import write_wav
from tests.suites.whole_unit import WholeUnit, whole_unit

SECONDS = float(os.environ.get("WAITWISE_FAULTS_S", "60"))
SEED = int(os.environ.get("WAITWISE_FAULTS_SEED", "1"))
FRAME = RATE_HZ // 100

SAME_MOMENT = 0.25
"""Seconds that a wait may be from the same wait of the other lesson: what counts as found in docs/accuracy.md."""

SHORTEST_HOLE = 30
"""Hundredths of a second."""

BEFORE, AFTER = 2.0, 20.0
"""Seconds around lost sound in which a wait is nobody's: what was under way is lost, and the floor is learnt again."""

Sound = npt.NDArray[np.int16]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo lesson, as often as it takes."""
    sound = np.resize(samples(DEMO_SOUND), round(SECONDS * RATE_HZ))
    return write_wav(tmp_path_factory.mktemp("played") / "lesson.wav", sound, RATE_HZ)


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeUnit]:
    with whole_unit(tmp_path_factory.mktemp("classroom")) as running:
        yield running


@dataclass
class Told:
    """What a stored lesson says, at moments of the sound that was played."""

    waits: list[WaitTime]
    holes: list[tuple[float, float]]
    """Seconds in which the unit heard nothing."""
    offset: float
    """Second of the lesson at which the sound began to be played."""

    def outside(self, other: Told) -> list[tuple[float, float, str]]:
        """When each wait began, how long it was, of what kind; without those that a hole in either may have touched."""
        holes = [(begin - each.offset, end - each.offset) for each in (self, other) for begin, end in each.holes]
        found = []
        for wait in self.waits:
            start = wait.t_end - wait.offered_wait - self.offset
            if not any(begin - BEFORE < start + wait.offered_wait and start < end + AFTER for begin, end in holes):
                found.append((start, wait.offered_wait, wait.kind.value))
        return found


@pytest.fixture(scope="module")
def calm(unit: WholeUnit, played: Path) -> Told:
    """The lesson without a fault."""
    lesson = record(unit, played)
    expect_everything_there(unit)
    return told(unit, lesson, played)


def test_the_calm_lesson_is_whole(unit: WholeUnit, calm: Told) -> None:
    lesson = unit.opened(unit.lessons[0])

    assert lesson.manifest is not None
    assert lesson.manifest.end == "stopped"
    assert len(calm.waits) >= SECONDS / 20


def test_a_lesson_full_of_faults_loses_nothing_that_was_acknowledged(unit: WholeUnit, calm: Told, played: Path) -> None:
    faults = Faults(unit, random.Random(SEED))
    lesson = record(unit, played, during=faults.run)
    faults.end()
    expect_everything_there(unit)

    assert faults.acknowledged, "nothing was acknowledged while faults happened: this test shows nothing"
    faults.expect_kept()
    faulty = told(unit, lesson, played)
    assert faulty.holes, "no fault took any sound: this test shows little"
    assert_same(calm.outside(faulty), faulty.outside(calm), faults.log)


def test_each_time_the_plug_was_pulled_the_lesson_is_closed_and_sent_unasked(unit: WholeUnit) -> None:
    moments, faults = random.Random(SEED), Faults(unit, random.Random(SEED))
    stored: dict[Path, int] = {}
    for _ in range(max(2, round(SECONDS / 60))):
        unit.press()
        unit.until_it_is("recording")
        lesson = unit.lessons[-1]
        unit.until(lambda lesson=lesson: len(list(lesson.glob("0-*.seg"))) >= 2)
        time.sleep(moments.uniform(0.0, 5.0))
        faults.note()
        unit.kill()
        stored[lesson] = len(list(lesson.glob("0-*.seg")))
        unit.start()

    expect_everything_there(unit)
    for lesson, count in stored.items():
        opened = unit.opened(lesson)
        assert opened.manifest is not None
        assert opened.manifest.end == "interrupted"
        assert sum(name.track is Track.AV for name in opened.segments) >= count - 1
    faults.expect_kept()


def test_a_card_that_fills_up_ends_the_lesson_whole_and_it_is_sent(unit: WholeUnit) -> None:
    if not unit.has_small_card:
        pytest.skip("a file system that can be filled needs root's rights")
    unit.press()
    unit.until_it_is("recording")
    lesson = unit.lessons[-1]
    unit.until(lambda: len(list(lesson.glob("0-*.seg"))) >= 3)
    filler = unit.folder / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free_bytes(unit.folder) - 256 * 1024)
    told = unit.until_it_is("refused")
    stored = len(list(lesson.glob("0-*.seg")))
    filler.unlink()

    assert DISK_FULL.code in told["problems"]
    expect_everything_there(unit)
    opened = unit.opened(lesson)
    assert opened.manifest is not None
    assert opened.manifest.end == "disk_full"
    assert sum(name.track is Track.AV for name in opened.segments) == stored
    unit.press()
    unit.until_it_is("recording")
    unit.press()
    unit.until_it_is("ready")


def free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def record(unit: WholeUnit, played: Path, during: Callable[[threading.Event], None] | None = None) -> Path:
    """A lesson from press to press, with the sound in the room; its folder."""
    unit.press()
    unit.until_it_is("recording")
    over = threading.Event()
    breaking = threading.Thread(target=during, args=(over,)) if during is not None else None
    if breaking is not None:
        breaking.start()
    unit.sound.play(played)
    over.set()
    if breaking is not None:
        breaking.join()
    time.sleep(1.0)
    unit.press()
    unit.until_it_is("ready")
    return unit.lessons[-1]


def expect_everything_there(unit: WholeUnit) -> None:
    """The school has every lesson, and signed for it; every segment that it stores opens."""

    def is_everything_there() -> bool:
        with closing(sqlite3.connect(unit.folder / "outbox.sqlite", timeout=30)) as outbox:
            lessons = outbox.execute("SELECT count(*), count(receipt) FROM lessons").fetchone()
        return lessons[0] == lessons[1] == len(unit.lessons)

    unit.until(is_everything_there)
    for folder in unit.lessons:
        lesson = unit.opened(folder)
        assert lesson.is_complete
        at_school = {path.name: path for path in (unit.world.folder / "school").rglob(f"{folder.name}/*.seg")}
        assert set(at_school) == {name.file_name for name in lesson.segments}
        for name in lesson.segments:
            assert lesson.open_segment(name, at_school[name.file_name].read_bytes()) is not None


def told(unit: WholeUnit, folder: Path, played: Path) -> Told:
    lesson = unit.opened(folder)
    last = opened(lesson, folder, Track.LOG).splitlines()[-1]
    account = from_wire(Heard, loads(last)).account
    assert account is not None
    recorded = sound_of(lesson, folder)
    return Told(list(account.waits), missing(recorded), offset_of(recorded, samples(played)))


def opened(lesson: OpenLesson, folder: Path, track: Track) -> bytes:
    names: list[SegmentName] = [name for name in lesson.segments if name.track is track]
    return b"".join(lesson.open_segment(name, (folder / name.file_name).read_bytes()) for name in names)


def sound_of(lesson: OpenLesson, folder: Path) -> Sound:
    film = folder.parent.parent / f"{folder.name}.mp4"
    film.write_bytes(opened(lesson, folder, Track.AV))
    try:
        return samples(film)
    finally:
        film.unlink()


def samples(path: Path) -> Sound:
    return np.frombuffer(b"".join(block.pcm for block in FileMicrophone(path).blocks()), "<i2")


def offset_of(recorded: Sound, source: Sound) -> float:
    """The lesson's second at which the sound began to be played: where their loudness agrees best."""
    one, other = loudness(recorded), loudness(source)
    size = len(one) + len(other)
    agreement = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    return int(np.argmax(agreement[: len(one)])) / 100


def loudness(sound: Sound) -> npt.NDArray[np.float64]:
    """Of each hundredth of a second, around zero."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    level = np.log10(np.sqrt(np.mean(frames**2, axis=1)) + 10)
    return level - level.mean()


def missing(sound: Sound) -> list[tuple[float, float]]:
    """Seconds of a lesson with no sound at all in them, not even a room's: what was never heard is stored as zeros."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    is_empty = np.concatenate(([False], np.max(np.abs(frames), axis=1) <= 1, [False]))
    edges = np.flatnonzero(np.diff(is_empty.astype(np.int8))).reshape(-1, 2)
    return [(begin / 100, end / 100) for begin, end in edges.tolist() if end - begin >= SHORTEST_HOLE]


def assert_same(calm: list[tuple[float, float, str]], faulty: list[tuple[float, float, str]], log: list[str]) -> None:
    assert len(calm) >= 3, "faults everywhere: nothing is left to compare"
    lost = [wait for wait in calm if not any(is_same(wait, other) for other in faulty)]
    made_up = [wait for wait in faulty if not any(is_same(wait, other) for other in calm)]
    assert (lost, made_up) == ([], []), "\n".join(log)


def is_same(one: tuple[float, float, str], other: tuple[float, float, str]) -> bool:
    return abs(one[0] - other[0]) <= SAME_MOMENT and abs(one[1] - other[1]) <= SAME_MOMENT and one[2] == other[2]


@dataclass
class Faults:
    """Lets one thing after the other break, and notes what the school acknowledged in between."""

    unit: WholeUnit
    random: random.Random
    log: list[str] = field(default_factory=list)
    acknowledged: set[tuple[str, str]] = field(default_factory=set)

    def run(self, over: threading.Event) -> None:
        begun_at = time.monotonic()
        faults = [
            *(self.hearing_dies, self.hearing_hangs, self.seeing_dies, self.seeing_hangs),
            *(self.sensor_stalls, self.camera_unplugged, self.broker_dies, self.school_dies),
            self.sync_dies,
        ]
        queue: list[Callable[[], None]] = []
        while not over.wait(self.random.uniform(3.0, 9.0)):
            queue = queue or self.random.sample(faults, len(faults))
            fault = queue.pop()
            self.log.append(f"{time.monotonic() - begun_at:6.1f} s  {fault.__name__}")
            self.note()
            fault()

    def end(self) -> None:
        self.note()
        logging.getLogger(__name__).info("%d acknowledged, seed %d:\n%s", len(self.acknowledged), SEED, self.log)

    def note(self) -> None:
        asked = "SELECT lessons.id, pieces.name FROM pieces JOIN lessons ON lessons.number = lesson WHERE delivered"
        with closing(sqlite3.connect(self.unit.folder / "outbox.sqlite", timeout=30)) as outbox:
            self.acknowledged |= {(lesson, name) for lesson, name in outbox.execute(asked) if name.endswith(".seg")}

    def expect_kept(self) -> None:
        for lesson_id, name in self.acknowledged:
            kept = list((self.unit.world.folder / "school").rglob(f"{lesson_id}/{name}"))
            assert kept, f"{name} was acknowledged and is lost"

    def hearing_dies(self) -> None:
        self._signal("capture.portaudio", signal.SIGKILL)

    def hearing_hangs(self) -> None:
        self._signal("capture.portaudio", signal.SIGSTOP)

    def seeing_dies(self) -> None:
        self._signal("capture.picamera", signal.SIGKILL)

    def seeing_hangs(self) -> None:
        self._signal("capture.picamera", signal.SIGSTOP)

    def sensor_stalls(self) -> None:
        self.unit.sensor.be(is_stalled=True)
        time.sleep(self.random.uniform(1.0, 4.0))
        self.unit.sensor.be()

    def camera_unplugged(self) -> None:
        self.unit.sensor.be(is_unplugged=True)
        time.sleep(self.random.uniform(1.0, 4.0))
        self.unit.sensor.be()

    def broker_dies(self) -> None:
        self._away("broker")

    def school_dies(self) -> None:
        self._away("school")

    def sync_dies(self) -> None:
        self.unit.programs["sync"].kill()
        self.unit.programs["sync"].wait()
        time.sleep(self.random.uniform(0.0, 5.0))
        self.unit.revive_sync()

    def _signal(self, module: str, number: signal.Signals) -> None:
        with suppress(LookupError, ProcessLookupError):
            os.kill(self.unit.child(module), number)

    def _away(self, name: str) -> None:
        self.unit.world.kill(name)
        time.sleep(self.random.uniform(1.0, 6.0))
        self.unit.world.revive(name)
