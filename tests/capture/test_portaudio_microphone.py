"""A real microphone: a real PortAudio stream from a sound card made of software, which is pulled out and put back.

::

    click .... click --paplay--> PulseAudio --ALSA--> PortAudio, its process --> blocks
                                 kill -9, start       kill -9, kill -STOP
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from capture.errors import MicrophoneRefusedError, MicrophoneUnknownError
from capture.hearing_process import list_microphones
from capture.microphone import Microphone
from capture.portaudio_microphone import PortAudioMicrophone
from capture.signal_watch import SILENT_AFTER
from lesson.problems import CHANNEL_DEAD, MICROPHONE_LOST, MICROPHONE_SILENT, MICROPHONE_UNKNOWN, Problem
from lesson.sound import BLOCK_SAMPLES, RATE_HZ, AudioBlock
from tests.suites.microphone import MicrophoneSuite
from tests.suites.small_processes import expect_to_die_with_its_unit
from tests.suites.sound_cards import card
from tests.suites.sound_server import SoundServer, sound_server, write_wav

PATIENT = 20.0
"""Seconds for a test in which nothing is lost: a busy computer is no pulled cable."""

BLOCK = BLOCK_SAMPLES / RATE_HZ


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    with sound_server(tmp_path_factory.mktemp("sound")) as running:
        yield running


class First(PortAudioMicrophone):
    """Ends after some seconds, as a lesson does."""

    seconds = 0.5

    def blocks(self) -> Iterator[AudioBlock]:
        for block in super().blocks():
            yield block
            if block.end >= self.seconds:
                self.close()


class TestPortAudioMicrophone(MicrophoneSuite):
    @pytest.fixture
    def microphone(self, server: SoundServer) -> Iterator[Microphone]:
        microphone = First("mic", patience=PATIENT)
        yield microphone
        microphone.close()


def hear_while(microphone: Microphone, happens: Callable[[], object]) -> list[AudioBlock]:
    """Blocks from before something happens until it has happened."""
    happening = threading.Thread(target=happens)
    heard: list[AudioBlock] = []
    for block in microphone.blocks():
        heard.append(block)
        if len(heard) == 1:
            happening.start()
        if not happening.is_alive():
            microphone.close()
    happening.join()
    return heard


def samples_of(heard: list[AudioBlock]) -> npt.NDArray[np.int16]:
    return np.frombuffer(b"".join(block.pcm for block in heard), "<i2")


def share_at(sound: npt.NDArray[np.int16], hertz: float) -> float:
    """Amplitude of one tone, of full scale."""
    return float(2 * abs(np.mean(sound / 32768 * np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / RATE_HZ))))


def usual_share(sound: npt.NDArray[np.int16], hertz: float) -> float:
    """Of most quarters of a second: where a busy server loses sound, a tone's phase jumps."""
    return float(
        np.median([share_at(piece, hertz) for piece in sound[: len(sound) // 4_000 * 4_000].reshape(-1, 4_000)])
    )


def test_what_is_played_is_heard_to_the_sample(server: SoundServer, tmp_path: Path) -> None:
    sound = np.zeros(3 * RATE_HZ, np.int16)
    sound[[4_000, 4_000 + 2 * RATE_HZ]] = 30_000
    sound[8_000:24_000] = 16_384 * np.sin(2 * np.pi * 440 * np.arange(16_000) / RATE_HZ)
    path = write_wav(tmp_path / "clicks.wav", sound, RATE_HZ)

    heard = hear_while(PortAudioMicrophone("mic", patience=PATIENT), lambda: server.play(path))

    assert not any(block.is_missing for block in heard)
    samples = samples_of(heard)
    clicks = np.flatnonzero(np.abs(samples.astype(int)) > 17_000)
    assert clicks[-1] - clicks[0] == pytest.approx(2 * RATE_HZ, abs=2)
    assert share_at(samples[clicks[0] + 6_000 : clicks[0] + 18_000], 440) == pytest.approx(0.5, abs=0.01)


def test_the_moment_of_second_0_is_known_with_the_first_block(server: SoundServer) -> None:
    microphone = PortAudioMicrophone("mic", patience=PATIENT)
    before = time.monotonic()
    block = next(microphone.blocks())
    assert microphone.zero is not None
    assert before - BLOCK <= microphone.zero <= time.monotonic() - block.end + BLOCK
    microphone.close()


def test_what_the_system_takes_by_default_is_heard(server: SoundServer) -> None:
    microphone = PortAudioMicrophone(patience=PATIENT)
    assert next(microphone.blocks()).pcm
    microphone.close()


def test_a_name_that_nobody_has_is_refused_and_the_others_are_listed(server: SoundServer) -> None:
    with pytest.raises(MicrophoneUnknownError, match=r"no microphone 'Røde'.*'mic'") as refused:
        PortAudioMicrophone("Røde")
    assert refused.value.problem is MICROPHONE_UNKNOWN


def test_a_device_that_cannot_be_opened_says_why(server: SoundServer) -> None:
    with pytest.raises(MicrophoneRefusedError, match="'deaf' cannot be opened"):
        PortAudioMicrophone("deaf")


def test_a_usb_card_is_found_by_its_id_and_its_rate_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_on_path(monkeypatch, Path(__file__).parents[1] / "suites" / "usb_card")
    card(tmp_path, 1, "1-1.3", {"idVendor": "0b0e", "idProduct": "0412", "serial": "A1B2"})
    microphone = PortAudioMicrophone("0b0e:0412:A1B2", patience=PATIENT, sysfs=tmp_path / "class")
    heard = list(itertools.islice(microphone.blocks(), 50))
    microphone.close()

    assert not any(block.is_missing for block in heard)
    assert share_at(samples_of(heard)[1_600:14_400], 440) == pytest.approx(0.5, abs=0.01)


def test_without_portaudio_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    first_on_path(monkeypatch, tmp_path)

    with pytest.raises(MicrophoneRefusedError, match="PortAudio is not installed here") as refused:
        PortAudioMicrophone()
    assert refused.value.problem is not None
    assert "apt-get install libportaudio2" in refused.value.problem.technician
    with pytest.raises(MicrophoneRefusedError, match="PortAudio is not installed here"):
        list_microphones()


def first_on_path(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let processes find what is in a folder before anything else."""
    patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *sys.path]))


class Lesson:
    """A lesson that is listened to, in stretches, by the clock of its blocks."""

    def __init__(self) -> None:
        self.told: list[Problem | None] = []
        self.heard: list[AudioBlock] = []
        self.microphone = PortAudioMicrophone("mic", on_problem=self.told.append)
        self._blocks = self.microphone.blocks()

    @property
    def process(self) -> int | None:
        """The process that hears, if there is one just now."""
        process = self.microphone._hearing.process
        return None if process is None else process.pid

    def listen_for(self, seconds: float) -> None:
        """So much sound, where what is missing counts for nothing."""
        wanted = round(seconds / BLOCK)
        while wanted > 0:
            wanted -= not self._next().is_missing

    def listen_until_lost(self) -> None:
        while not self._next().is_missing:
            pass

    def behind(self) -> float:
        """How far the count of samples is behind the clock; of fifty blocks the one that came soonest says it."""
        return min(time.monotonic() - self._next().end for _ in range(50))

    def _next(self) -> AudioBlock:
        block = next(self._blocks)
        self.heard.append(block)
        return block


@pytest.fixture
def lesson(server: SoundServer) -> Iterator[Lesson]:
    lesson = Lesson()
    yield lesson
    lesson.microphone.close()


LATE = 0.2
"""Seconds that the count may be off the clock after a loss: how wrong the first block of a new stream is dated, and
what PulseAudio may lose on a computer that has other work before it is missed."""

SETTLING = 5.0
"""Seconds after which everything is missed that was lost without a word."""


def check(lesson: Lesson, *, behind_before: float) -> None:
    """Sound was missing, is marked, and the count of samples is where the clock is."""
    behind_after = lesson.behind()
    missing = [block for block in lesson.heard if block.is_missing]
    assert [block.first_sample for block in lesson.heard] == [number * 320 for number in range(len(lesson.heard))]
    assert missing
    assert not any(any(block.pcm) for block in missing)
    assert lesson.microphone.missing == pytest.approx(len(missing) * BLOCK, abs=2 * BLOCK)
    assert behind_after == pytest.approx(behind_before, abs=LATE)


def test_a_sound_card_that_goes_and_comes_back_costs_the_time_between(server: SoundServer, lesson: Lesson) -> None:
    lesson.listen_for(1.0)
    behind = lesson.behind()
    server.kill()
    lesson.listen_until_lost()
    assert lesson.told == [MICROPHONE_LOST]
    server.start()
    lesson.listen_for(SETTLING)

    check(lesson, behind_before=behind)
    assert lesson.told[:2] == [MICROPHONE_LOST, None]
    assert lesson.microphone.warnings


@pytest.mark.parametrize("signal_number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_process_that_hears_no_more_is_replaced(lesson: Lesson, signal_number: int) -> None:
    lesson.listen_for(1.0)
    behind, before = lesson.behind(), lesson.process
    assert before is not None
    os.kill(before, signal_number)
    while lesson.process in (before, None):
        lesson._next()
    lesson.listen_for(SETTLING)

    check(lesson, behind_before=behind)
    assert lesson.process != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


HOLDS_A_PROCESS = """
from capture.hearing_process import Hearing
print(Hearing("mic").process.pid, flush=True)
"""


def test_a_process_does_not_outlive_its_unit(server: SoundServer) -> None:
    expect_to_die_with_its_unit(HOLDS_A_PROCESS)


def test_one_of_two_channels_dies_and_the_other_is_heard(server: SoundServer, tmp_path: Path) -> None:
    """As when the battery of a radio microphone is empty: 440 Hz until then, and 660 Hz in the other one all along."""
    at = np.arange(9 * RATE_HZ) / RATE_HZ
    both = np.stack([8_000 * np.sin(2 * np.pi * hertz * at) for hertz in (440, 660)], axis=1).astype(np.int16)
    both[3 * RATE_HZ :, 0] = 0
    path = write_wav(tmp_path / "pair.wav", both, RATE_HZ)
    told: list[Problem | None] = []
    microphone = PortAudioMicrophone("pair", on_problem=told.append, patience=PATIENT)

    sound = samples_of(hear_while(microphone, lambda: server.play(path, "two_channels")))

    begun = int(np.flatnonzero(sound)[0])
    before, after = sound[begun + 8_000 : begun + 2 * RATE_HZ], sound[begun + 5 * RATE_HZ : begun + 8 * RATE_HZ]
    assert (usual_share(before, 440), usual_share(before, 660)) == (
        pytest.approx(0.24, abs=0.02),
        pytest.approx(0, abs=0.01),
    )
    assert (usual_share(after, 440), usual_share(after, 660)) == (
        pytest.approx(0, abs=0.01),
        pytest.approx(0.24, abs=0.02),
    )
    assert told[:1] == [CHANNEL_DEAD]


def test_zeros_are_a_problem_until_there_is_sound(server: SoundServer, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 40, 2 * RATE_HZ).astype(np.int16)
    path = write_wav(tmp_path / "room.wav", noise, RATE_HZ)
    told: list[Problem | None] = []
    microphone = PortAudioMicrophone("mic", on_problem=told.append, patience=PATIENT)
    playing = threading.Thread(target=server.play, args=(path,))
    for block in microphone.blocks():
        if told == [MICROPHONE_SILENT] and not playing.ident:
            assert block.end == pytest.approx(SILENT_AFTER, abs=BLOCK)
            playing.start()
        if told == [MICROPHONE_SILENT, None]:
            microphone.close()
    playing.join()
