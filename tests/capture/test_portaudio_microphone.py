"""A real microphone: a real PortAudio stream from a sound card made of software, which is pulled out and put back.

::

    click .... click --paplay--> PulseAudio --ALSA--> PortAudio, its process --> blocks
                                 kill -9, start       kill -9, kill -STOP
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from capture.errors import MicrophoneRefusedError, MicrophoneUnknownError
from capture.hearing_process import list_devices
from capture.microphone import Microphone
from capture.portaudio_microphone import PortAudioMicrophone
from lesson.problems import MICROPHONE_UNKNOWN
from lesson.sound import RATE_HZ, AudioBlock
from tests.suites.microphone import MicrophoneSuite
from tests.suites.sound_server import SoundServer, sound_server, write_wav

PATIENT = 20.0
"""Seconds for a test in which nothing is lost: a busy computer is no pulled cable."""


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


def test_a_name_that_nobody_has_is_refused_and_the_others_are_listed(server: SoundServer) -> None:
    with pytest.raises(MicrophoneUnknownError, match=r"no microphone 'Røde'.*'mic'") as refused:
        PortAudioMicrophone("Røde")
    assert refused.value.problem is MICROPHONE_UNKNOWN


def test_a_device_that_cannot_be_opened_says_why(server: SoundServer) -> None:
    with pytest.raises(MicrophoneRefusedError, match="'deaf' cannot be opened"):
        PortAudioMicrophone("deaf")


def test_the_devices_can_be_listed(server: SoundServer) -> None:
    assert {"mic", "deaf"} <= {device.name for device in list_devices()}
