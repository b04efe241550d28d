"""A sound card made of software, for tests: what is played to it, a real PortAudio stream hears.

::

    play(tone.wav) --> PulseAudio null sink --monitor--> ALSA "pulse" plug-in, pcm.mic --> PortAudio --> what is tested

Everything is the tests' own: the server's socket, its cookie and ALSA's configuration lie in the test's folder, and
nothing on this computer is changed or asked. Where the programs are missing the test fails: `tools/setup dev`
installs them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

PATIENCE = 30.0
"""Seconds that the server may take to answer on a busy computer."""

ALSA = """\
</usr/share/alsa/alsa.conf>
pcm.mic { type pulse device mic hint { show on description "mic" } }
pcm.pair { type pulse device pair hint { show on description "pair" } }
pcm.deaf { type pulse device nothing_is_called_so hint { show on description "deaf" } }
"""


def program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is not installed: tools/setup dev")
    return path


@dataclass
class SoundServer:
    """A PulseAudio that keeps its folder when it is killed and started again."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program hear this server, and no other."""
        return {
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "PULSE_SERVER": f"unix:{self.folder / 'native'}",
            "ALSA_CONFIG_PATH": str(self.folder / "alsa.conf"),
        }

    def start(self) -> None:
        (self.folder / "alsa.conf").write_text(ALSA)
        (self.folder / "pulse.pa").write_text(
            f"load-module module-native-protocol-unix auth-anonymous=1 socket={self.folder / 'native'}\n"
            "load-module module-null-sink sink_name=classroom rate=48000 channels=1\n"
            "load-module module-remap-source master=classroom.monitor source_name=mic\n"
            "load-module module-null-sink sink_name=two_channels rate=48000 channels=2\n"
            "load-module module-remap-source master=two_channels.monitor source_name=pair\n"
        )
        options = ["--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no", "--disallow-exit"]
        with (self.folder / "pulse.log").open("ab") as log:
            self.process = subprocess.Popen(
                [program("pulseaudio"), *options, "-n", "-F", str(self.folder / "pulse.pa")],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        give_up_at = time.monotonic() + PATIENCE
        while self._run("pactl", "info").returncode != 0:
            assert self.process.poll() is None, (self.folder / "pulse.log").read_text()[-2000:]
            assert time.monotonic() < give_up_at, (self.folder / "pulse.log").read_text()[-2000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill -9: like a cable pulled."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def play(self, path: Path, to: str = "classroom") -> None:
        """Play a file to its end; `two_channels`: to what "pair" hears."""
        done = self._run("paplay", f"--device={to}", str(path))
        assert done.returncode == 0, done.stderr

    def _run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, **self.environment}
        return subprocess.run([program(name), *arguments], env=environment, capture_output=True, check=False)


@contextmanager
def sound_server(folder: Path) -> Iterator[SoundServer]:
    """A running server, and an environment in which every program started here hears it."""
    server = SoundServer(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        server.start()
        try:
            yield server
        finally:
            server.kill()


def write_wav(path: Path, sound: npt.NDArray[np.int16], rate_hz: int) -> Path:
    """Mono, or a row for each sample of the channels."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1 if sound.ndim == 1 else sound.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(sound.astype("<i2").tobytes())
    return path
