"""What a lesson costs, each time beside a plain peer that does less, in the same run: `make bench`.

::

    what                 ours         peer                                     ours / peer
    hearing a minute     s of CPU     each voice detector alone, same sound    how much more than voice or no voice
    hearing, memory      MB           each alone, in a process of its own      what hearing needs beside Python
    8 hours of hearing   MB           ours after one hour                      how it grows
    hearing a second     millions     of instructions, each alone (asked for)  the same on every run
    an hour of sound     MB           Python, numpy and av decoding it         what our own code keeps in memory
    sealing              MB/s         AES-128-GCM in one call, same bytes      what segments, chain and signatures cost
    keeping time         s of CPU     FFmpeg's resampler, one fixed rate       what a minute held to the clock costs
    recording a minute   s of CPU     PyAV alone on the same pictures          what segments, sealing, hearing add

Machines are noisy and differ: read the last column, not the first. Each figure is the median of several runs, and ours
and the peer's take turns, so that both meet the same machine. The hour of sound is heard once.

It does not say how fast a unit is: for that, run it on a unit.
"""

from __future__ import annotations

import argparse
import functools
import io
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from capture.camera import Frame
from capture.chart_camera import ChartCamera
from capture.codecs import video_options
from capture.coder import Coder
from capture.file_microphone import FileMicrophone
from capture.fragments import FragmentedMp4
from capture.hearing import Sound
from capture.stitcher import Stitcher
from lesson.footage.header import Audio, Header, Media
from lesson.footage.identity import Identity
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import Track
from lesson.footage.signed import UnitKey
from lesson.sound import BLOCK_SAMPLES, RATE_HZ, AudioBlock
from tools import listening

SOUND = Path(__file__).parents[1] / "waitwise" / "lesson_for_demo" / "lesson.flac"
WIDTH, HEIGHT, PICTURES_HZ = 1280, 720, 12.5
"""What a unit records (device/settings.py), with the preset of device/unit.py."""
PICTURE_SECONDS = 8.0
"""Of raw pictures, which are held in memory: 140 MB."""
SEGMENT_BYTES = 400_000
"""A segment of a real picture: 1.6 s at 1.5 Mbit/s, and its sound."""
SEGMENTS = 100

PEAK = """
finally:
    lines = open("/proc/self/status").read().splitlines()
    print(next(line.split()[1] for line in lines if line.startswith("VmHWM")), file=sys.stderr)
"""
OURS = """
import sys
try:
    from waitwise.cli import main
    sys.argv = ["waitwise", "analyse", sys.argv[1], "--json"]
    main()
except SystemExit as end:
    assert end.code in (None, 0), end.code
"""
PLAIN = """
import sys
try:
    import av, numpy
    total = 0.0
    for frame in av.open(sys.argv[1]).decode(audio=0):
        total += float(numpy.abs(frame.to_ndarray()).mean())
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    unit: str
    ours: float
    peer: float
    peer_name: str
    runs: int
    is_more_better: bool = False
    is_share: bool = False
    """Not the same work as the peer's: how much of it ours adds."""

    @property
    def ratio(self) -> float:
        """Ours in peers."""
        return self.ours / self.peer

    @property
    def who_is_better(self) -> str:
        """Who is better, or whether nobody can tell: two runs of the same differ by a twentieth."""
        if self.is_share:
            return "-"
        if 0.95 < self.ratio < 1.05:
            return "alike"
        return "ours" if (self.ratio > 1) == self.is_more_better else "the peer"


def cpu(work: Callable[[], object]) -> float:
    """Seconds of processor time, of all threads."""
    start = time.process_time()
    work()
    return time.process_time() - start


def in_turn(runs: int, ours: Callable[[], float], peer: Callable[[], float]) -> tuple[float, float]:
    """Medians of both."""
    taken = [(ours(), peer()) for _ in range(runs)]
    return statistics.median(one for one, _ in taken), statistics.median(other for _, other in taken)


def hearing(blocks: list[AudioBlock], runs: int) -> list[Row]:
    """CPU seconds per minute of lesson, beside every voice detector that is installed, alone."""
    return beside_each("hearing a minute", "s CPU", listening.cpu_a_minute(blocks, runs), runs)


def beside_each(what: str, unit: str, figures: dict[str, float], runs: int) -> list[Row]:
    """One row for each detector."""
    return [
        Row(what, unit, figures[listening.OURS], peer, f"{name} alone", runs)
        for name, peer in figures.items()
        if name != listening.OURS
    ]


def hearing_memory(blocks: list[AudioBlock], hours: int) -> list[Row]:
    """Most memory of each as a process, and ours over a long day."""
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder, "lesson.pcm")
        sound.write_bytes(b"".join(block.pcm for block in blocks))
        rows = beside_each("hearing, memory", "MB", listening.peak_mb_alone(sound), 1)
        if hours > 1:
            first, last = listening.memory_by_hour(sound, hours)
            rows.append(Row(f"{hours} hours of hearing", "MB", last, first, "ours after 1 hour", 1, is_share=True))
    return rows


def hearing_instructions(blocks: list[AudioBlock]) -> list[Row]:
    """Instructions for a second of sound, beside every voice detector that is installed, alone."""
    if shutil.which("valgrind") is None:
        sys.exit("Instructions are counted by Valgrind, which is not installed here: apt-get install valgrind")
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder, "lesson.pcm")
        sound.write_bytes(b"".join(block.pcm for block in blocks))
        return beside_each("hearing a second", "M ins.", listening.instructions_a_second(sound), 1)


def peak_mb(program: str, *arguments: str) -> float:
    """Most memory a Python program of its own had at once."""
    command = [sys.executable, "-c", program + PEAK, *arguments]
    told = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return int(told.stderr.split()[-1]) / 1000


def memory(blocks: list[AudioBlock]) -> Row:
    """Peak memory of `waitwise analyse` on one hour."""
    pcm = b"".join(block.pcm for block in blocks)
    with tempfile.TemporaryDirectory() as folder:
        hour = Path(folder, "hour.wav")
        with wave.open(str(hour), "wb") as out:
            out.setparams((1, 2, RATE_HZ, 0, "NONE", "not compressed"))
            while out.tell() < 3600 * RATE_HZ:
                out.writeframes(pcm)
        ours, peer = peak_mb(OURS, str(hour)), peak_mb(PLAIN, str(hour))
    return Row("an hour of sound", "MB", ours, peer, "Python, numpy, av", 1)


def sealer() -> LessonSealer:
    """Of a lesson for one teacher."""
    teacher, unit = Identity.generate().recipient, UnitKey.generate()
    header = Header.new(
        unit="bench",
        unit_key=unit.public,
        started_at=datetime.now(tz=UTC),
        recipients=((teacher, RecipientRole.TEACHER),),
        media=Media(None, Audio("mp4a.40.2", RATE_HZ)),
    )
    return LessonSealer(header, [teacher], unit)


def sealing(runs: int) -> Row:
    """MB/s, segment by segment, with chain and signatures."""
    segment = bytes(range(256)) * (SEGMENT_BYTES // 256)
    megabytes = len(segment) * SEGMENTS / 1e6

    def ours() -> None:
        made = sealer()
        for _ in range(SEGMENTS):
            made.seal(Track.AV, segment)

    def peer() -> None:
        cipher = AESGCM(bytes(16))
        for number in range(SEGMENTS):
            cipher.encrypt(number.to_bytes(12), segment, None)

    our_seconds, peer_seconds = in_turn(runs, lambda: cpu(ours), lambda: cpu(peer))
    return Row("sealing", "MB/s", megabytes / our_seconds, megabytes / peer_seconds, "AESGCM in one call", runs, True)


def keeping_time(blocks: list[AudioBlock], runs: int) -> Row:
    """CPU seconds for a minute of a device that counts 50 in a million too fast, sound by sound, as it comes."""
    minute = [block.pcm for block in blocks if block.end <= 60.0]
    drift = 50e-6
    sounds = [
        Sound(number * BLOCK_SAMPLES, number * 0.02 / (1 + drift), has_overflowed=False, pcm=pcm)
        for number, pcm in enumerate(minute * 3)
    ]

    def ours() -> float:
        stitcher = Stitcher(0.0, patience=1.0)
        # Two minutes to learn the drift; the third one counts.
        learning, measured = sounds[: 2 * len(minute)], sounds[2 * len(minute) :]
        for sound in learning:
            list(stitcher.take(sound, RATE_HZ))
        return cpu(lambda: [list(stitcher.take(sound, RATE_HZ)) for sound in measured])

    def peer() -> None:
        resampler = av.AudioResampler("s16", "mono", round(RATE_HZ / (1 + drift)))
        for pcm in minute:
            frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
            frame.planes[0].update(pcm)
            frame.sample_rate = RATE_HZ
            resampler.resample(frame)

    seconds, peer_seconds = in_turn(runs, ours, lambda: cpu(peer))
    return Row("keeping time", "s CPU", seconds, peer_seconds, "FFmpeg's resampler", runs)


def encode(frames: list[Frame]) -> list[bytes]:
    """Segments as a unit makes them, with silence for sound."""
    coder = Coder(WIDTH, HEIGHT, PICTURES_HZ, preset="ultrafast")
    encoder = FragmentedMp4(coder.coding)
    pieces = [piece for frame in frames for piece in encoder.picture(coder.code(frame))]
    return [piece.data for piece in pieces + encoder.finish()]


def encode_plainly(frames: list[Frame]) -> None:
    """The same pictures and silence into one ordinary MP4 in memory."""
    with av.open(io.BytesIO(), "w", format="mp4") as out:
        options = video_options(WIDTH, HEIGHT, PICTURES_HZ, "ultrafast", 1_500_000, 1)
        video = out.add_stream("libx264", rate=Fraction(PICTURES_HZ), options=options)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = out.add_stream("aac", rate=RATE_HZ, layout="mono")
        audio.bit_rate = 48_000
        for frame in frames:
            out.mux(video.encode(av.VideoFrame.from_ndarray(frame.image, format="yuv420p")))
        for second in range(round(PICTURE_SECONDS)):
            sound = av.AudioFrame(format="s16", layout="mono", samples=RATE_HZ)
            sound.planes[0].update(bytes(2 * RATE_HZ))
            sound.sample_rate, sound.pts = RATE_HZ, second * RATE_HZ
            out.mux(audio.encode(sound))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))


def recording(blocks: list[AudioBlock], runs: int) -> list[Row]:
    """CPU seconds per minute of a unit's work, its three parts each beside the plain encoding of the same pictures."""
    camera = ChartCamera(WIDTH, HEIGHT, PICTURES_HZ)
    frames = list(camera.frames_until(PICTURE_SECONDS))
    camera.close()
    per_minute = 60 / PICTURE_SECONDS
    ours, peer = in_turn(runs, lambda: cpu(lambda: encode(frames)), lambda: cpu(lambda: encode_plainly(frames)))
    pieces = encode(frames)

    def seal() -> None:
        made = sealer()
        for piece in pieces:
            made.seal(Track.AV, piece)

    sound = [block for block in blocks if block.end <= PICTURE_SECONDS]
    row = functools.partial(Row, unit="s CPU", peer=peer * per_minute, peer_name="PyAV encoding", runs=runs)
    sealed = statistics.median(cpu(seal) for _ in range(runs))
    heard = statistics.median(cpu(lambda: listening.hear(sound)) for _ in range(runs))
    return [
        row("recording: encoding", ours=ours * per_minute),
        row("recording: sealing", ours=sealed * per_minute, is_share=True),
        row("recording: hearing", ours=heard * per_minute, is_share=True),
        row("recording: all three", ours=(ours + sealed + heard) * per_minute),
    ]


def table(rows: list[Row]) -> str:
    """Rows for people."""
    lines = [f"{'what':22}{'ours':>9} {'peer':>9}  {'unit':6} {'ratio':>7}  better    peer is"]
    lines += [
        f"{row.what:22}{row.ours:9.3f} {row.peer:9.3f}  {row.unit:6} {row.ratio:7.2f}  {row.who_is_better:9} "
        f"{row.peer_name}" + (f" ({row.runs} run)" if row.runs == 1 else "")
        for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Run everything; `--json` prints one object instead of the table."""
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--runs", type=int, default=5, help="runs of each figure; the median is shown")
    parser.add_argument("--hours", type=int, default=8, help="how long the long day is; 1 leaves it out")
    parser.add_argument("--instructions", action="store_true", help="count instructions as well; needs Valgrind")
    asked = parser.parse_args()
    print(f"{asked.runs} runs of each, and {asked.hours} hours of sound: some minutes ...", file=sys.stderr)
    microphone = FileMicrophone(SOUND)
    blocks = list(microphone.blocks())
    microphone.close()
    rows = [
        *hearing(blocks, asked.runs),
        *hearing_memory(blocks, asked.hours),
        *(hearing_instructions(blocks) if asked.instructions else ()),
        memory(blocks),
        sealing(asked.runs),
        keeping_time(blocks, asked.runs),
        *recording(blocks, asked.runs),
    ]
    if asked.json:
        told = [{**asdict(row), "ratio": row.ratio, "better": row.who_is_better} for row in rows]
        print(json.dumps({"rows": told}))
    else:
        print(table(rows))


if __name__ == "__main__":
    main()
