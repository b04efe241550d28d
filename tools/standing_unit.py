"""What a unit costs that stands in a classroom: `python -m tools.standing_unit`, and the end of `make bench`.

::

    waitwise unit run, unit sync, and the processes that hear and see      CPU and memory of each, in a lesson
    FFmpeg's libraries (PyAV), the same pictures and sound into one MP4    what a plain recorder needs for it
    button --> lamp, button --> first sealed segment on the disk           medians and worst

The microphone is PortAudio's on a sound card made of software, the sensor is made of software below the real picamera2,
the pins are gpiozero's own mock: painting the sensor's pictures is in the figure of the process that sees.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.suites.programs import DEMO_SOUND, HOUSE
from tests.suites.whole_unit import HEIGHT, RATE_HZ_OF_PICTURES, WIDTH, WholeUnit, children, whole_unit
from tools.processes import cpu_seconds, pss_mb

SECONDS = 60.0
PRESSES = 10

PARTS = {
    "capture.portaudio": "hears (PortAudio)",
    "capture.picamera": "sees, covers and codes (picamera2)",
    "unit run": "listens, muxes, seals, writes",
    "unit sync": "sends (HTTPS, MQTT)",
}
"""Words of a command line, and what that process does."""

PLAIN = """
import sys, time
from pathlib import Path
import av
from fractions import Fraction
from capture.chart_camera import ChartCamera
from capture.codecs import video_options
from capture.file_microphone import FileMicrophone
from capture.pace import SteadyPace

sound, film, width, height, rate, seconds = sys.argv[1], sys.argv[2], *map(float, sys.argv[3:])
width, height = int(width), int(height)
camera = ChartCamera(width, height, rate)
with av.open(film, "w") as out:
    options = video_options(width, height, rate, "ultrafast", 1_500_000, 1)
    video = out.add_stream("libx264", rate=Fraction(rate).limit_denominator(1001), options=options)
    video.width, video.height, video.pix_fmt = width, height, "yuv420p"
    audio = out.add_stream("aac", rate=16_000, layout="mono")
    microphone = FileMicrophone(Path(sound), SteadyPace(1.0, time.monotonic, time.sleep))
    for block in microphone.blocks():
        for picture in camera.frames_until(block.end):
            frame = av.VideoFrame.from_ndarray(picture.image, format="yuv420p")
            out.mux(video.encode(frame))
        heard = av.AudioFrame(format="s16", layout="mono", samples=block.samples)
        heard.planes[0].update(block.pcm)
        heard.sample_rate = 16_000
        out.mux(audio.encode(heard))
        if block.end >= seconds:
            break
    out.mux(video.encode(None))
    out.mux(audio.encode(None))
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One process while a lesson is recorded."""

    name: str
    core: float
    """Share of one core."""
    mb: float
    """Memory that is its own, and its share of what it shares (PSS)."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from the press until something happened."""

    name: str
    median: float
    worst: float


def main() -> None:
    """Measure, and print the tables; `--json` prints one object."""
    with tempfile.TemporaryDirectory(prefix="waitwise-bench-") as folder, whole_unit(Path(folder)) as unit:
        parts = recording(unit)
        waits = presses(unit)
    plain = plainly()
    if "--json" in sys.argv:
        print(
            json.dumps({"parts": [asdict(part) for part in (*parts, plain)], "waits": [asdict(each) for each in waits]})
        )
        return
    for part in (*parts, plain):
        print(f"{part.name:42}{part.core * 100:7.1f} % of a core {part.mb:8.1f} MB")
    for each in waits:
        print(f"{each.name:42}{each.median:7.3f} s median {each.worst:8.3f} s worst of {PRESSES}")


def recording(unit: WholeUnit) -> list[Part]:
    """Each part's share while a lesson is recorded, and all of them together."""
    unit.press()
    unit.until_it_is("recording")
    time.sleep(5.0)  # what only the first seconds need is not what a lesson costs
    pids = {name: pid for pid in _pids(unit) for words, name in PARTS.items() if words in _command(pid)}
    before, began_at = {name: cpu_seconds(pid) for name, pid in pids.items()}, time.monotonic()
    time.sleep(SECONDS)
    took = time.monotonic() - began_at
    parts = [Part(name, (cpu_seconds(pid) - before[name]) / took, pss_mb(pid)) for name, pid in pids.items()]
    unit.press()
    unit.until_it_is("ready")
    coder = PARTS["capture.picamera"]
    without = [part for part in parts if part.name != coder]
    return [
        *parts,
        Part("all but the process that codes", sum(part.core for part in without), sum(part.mb for part in without)),
        Part("all", sum(part.core for part in parts), sum(part.mb for part in parts)),
    ]


def presses(unit: WholeUnit) -> list[Waits]:
    """How long a person waits."""
    lamp, segment = [], []
    for _ in range(PRESSES):
        known = len(unit.lessons)
        pressed_at = unit.press()
        lamp.append(unit.lamp_after(pressed_at) - pressed_at)
        unit.until(lambda known=known: len(unit.lessons) > known)  # type: ignore[misc]
        unit.until((unit.lessons[-1] / "0-000001.seg").exists)
        segment.append(time.monotonic() - pressed_at)
        unit.until_it_is("recording")
        unit.press()
        unit.until_it_is("ready")
    return [
        Waits("press to lamp", statistics.median(lamp), max(lamp)),
        Waits("press to first segment on the disk", statistics.median(segment), max(segment)),
    ]


def plainly() -> Part:
    """A plain recorder with the same pictures and sound."""
    with tempfile.TemporaryDirectory() as folder:
        size = (str(WIDTH), str(HEIGHT), str(RATE_HZ_OF_PICTURES), str(SECONDS))
        command = [sys.executable, "-c", PLAIN, str(DEMO_SOUND), str(Path(folder, "film.mp4")), *size]
        with subprocess.Popen(command, cwd=HOUSE) as process:
            time.sleep(SECONDS / 2)
            mb = pss_mb(process.pid)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            assert process.returncode == 0
    return Part("PyAV alone, into one MP4", (usage.ru_utime + usage.ru_stime) / SECONDS, mb)


def _pids(unit: WholeUnit) -> list[int]:
    return [pid for each in unit.programs.values() for pid in (each.pid, *children(each.pid))]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


if __name__ == "__main__":
    main()
