"""Does everything work on this computer? What a technician asks after installing, and a unit at its first start.

::

    hearing      the demo lesson comes out with its waits where they really were
    recording    eight seconds, picture and sound, sealed to a key that is thrown away, opened again, played
    damage       the same with one bit turned is refused
    page         the unit's page is served with TLS, by the certificate that was made for it
    microphones  PortAudio answers; which there are is not judged
    parts        what the system brings: gpiozero for the button, picamera2 for the camera; not judged

Nothing is kept: all of it happens in a folder of its own that is removed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import platform
import signal
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from capture.chart_camera import ChartCamera
from capture.coder import CodedCamera
from capture.disk import FolderDisk
from capture.file_camera import FileCamera
from capture.file_microphone import FileMicrophone
from capture.fragments import FragmentedMp4
from capture.hearing_process import list_microphones
from capture.recorder import LessonRecorder
from device.notify import Notifier
from device.settings import SchoolSettings, SocketSettings, TrustSettings, UnitSettings
from lesson.footage.errors import SegmentDamagedError
from lesson.footage.header import Audio, Header, Media, Video
from lesson.footage.identity import Identity
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.signed import UnitKey
from lesson.problems import WaitwiseError
from lesson.sound import RATE_HZ
from waitwise.analyse import analyse
from waitwise.demo.truth import SOUND, compare
from waitwise.open_lesson import open_lesson

SECONDS = 8.0
"""Of the recording: five segments."""
SIZE, RATE_HZ_OF_PICTURES = (320, 180), 12.5

ANSWERED = b"HTTP/1.1 200"
PAGE_WITHIN = 30.0
"""Seconds for the page's first answer. An emulator takes a while."""

VERSIONS = ("numpy", "av", "cryptography", "webrtcvad-wheels", "sounddevice", "paho-mqtt", "urllib3")
"""Distributions whose versions are told."""

SYSTEMS_PARTS = ("gpiozero", "picamera2")
"""Modules that the system brings, not the package."""


class FailedError(WaitwiseError):
    """Something does not work as it should, on this computer."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that was tried."""

    name: str
    is_good: bool
    detail: str
    seconds: float


def machine() -> dict[str, str]:
    """What this computer is, and which versions of what we need are on it."""
    versions = {name: importlib.metadata.version(name) for name in VERSIONS}
    return {"machine": platform.machine(), "python": platform.python_version(), **versions}


def self_test() -> Iterator[Attempt]:
    """Try one after the other; each is told when it is known."""
    for name, attempt in _ATTEMPTS.items():
        started = time.monotonic()
        try:
            detail, is_good = attempt(), True
        except WaitwiseError as error:
            detail, is_good = f"{error}", False
        yield Attempt(name, is_good, detail, round(time.monotonic() - started, 2))


def _hear() -> str:
    found = compare(analyse(SOUND).account)
    if found.matched < found.of:
        raise FailedError(f"Of {found.of} waits of the demo lesson {found.matched} were heard.")
    return f"{found.matched} of {found.of} waits of the demo lesson"


def _record() -> str:
    with tempfile.TemporaryDirectory(prefix="waitwise-self-test-") as folder:
        lesson, identity = _recorded(Path(folder, "lesson"))
        film = Path(folder, "film.mp4")
        open_lesson(lesson, identity, film)
        played = FileCamera(film, *SIZE)
        pictures = sum(1 for _ in played.frames_until(SECONDS + 1))
        played.close()
    wanted = round(SECONDS * RATE_HZ_OF_PICTURES)
    if pictures < wanted:
        raise FailedError(f"Of {wanted} pictures {pictures} came back.")
    return f"{pictures} pictures, sealed, opened and played"


def _refuse_damage() -> str:
    with tempfile.TemporaryDirectory(prefix="waitwise-self-test-") as folder:
        lesson, identity = _recorded(Path(folder, "lesson"))
        segment = lesson / "0-000001.seg"
        data = bytearray(segment.read_bytes())
        data[len(data) // 2] ^= 1
        segment.write_bytes(data)
        try:
            open_lesson(lesson, identity, Path(folder, "film.mp4"))
        except SegmentDamagedError:
            return "one bit turned: refused"
    raise FailedError("A damaged lesson was opened as if it were whole.")


def _recorded(folder: Path) -> tuple[Path, Identity]:
    teacher, unit_key = Identity.generate(), UnitKey.generate()
    camera = CodedCamera(ChartCamera(*SIZE, RATE_HZ_OF_PICTURES))
    encoder = FragmentedMp4(camera.coding)
    video = Video(camera.coding.codec, *SIZE, RATE_HZ_OF_PICTURES)
    header = Header.new(
        unit="self-test",
        unit_key=unit_key.public,
        started_at=datetime.now(tz=UTC),
        recipients=((teacher.recipient, RecipientRole.TEACHER),),
        media=Media(video, Audio(encoder.codecs.audio, RATE_HZ)),
    )
    recorder = LessonRecorder(FolderDisk(folder), LessonSealer(header, [teacher.recipient], unit_key), encoder)
    microphone = FileMicrophone(SOUND)
    for block in microphone.blocks():
        for picture in camera.pictures_until(block.end):
            recorder.picture(picture)
        recorder.sound(block)
        if block.end >= SECONDS:
            break
    microphone.close()
    recorder.stop()
    return folder, teacher


def _serve() -> str:
    # This is a command of the one that records, which shall not carry a web server in its memory.
    from device.page.server import PageReady, serve_page  # noqa: PLC0415

    answers: list[bytes] = []

    def ask(where: PageReady) -> None:
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # its fingerprint is compared
        try:
            with (
                socket.create_connection(port.getsockname(), PAGE_WITHIN) as line,
                trust.wrap_socket(line) as page,
            ):
                if hashlib.sha256(page.getpeercert(binary_form=True) or b"").digest() == where.fingerprint:
                    page.sendall(b"GET / HTTP/1.0\r\nHost: self-test.local\r\n\r\n")
                    answers.append(page.recv(len(ANSWERED)))
        except OSError as error:
            answers.append(str(error).encode())
        finally:
            signal.raise_signal(signal.SIGTERM)

    nowhere = Path("nowhere")
    with tempfile.TemporaryDirectory(prefix="waitwise-self-test-") as folder:
        settings = UnitSettings(
            unit="self-test",
            room="Self-test",
            folder=Path(folder),
            school=SchoolSettings("", "", nowhere, ""),
            trust=TrustSettings(nowhere, nowhere, nowhere),
            socket=SocketSettings(Path(folder, "unit.sock")),
        )
        port = socket.create_server(("127.0.0.1", 0))
        serve_page(settings, lambda where: threading.Thread(target=ask, args=(where,)).start(), Notifier({}), port)
    if answers != [ANSWERED]:
        raise FailedError(f"The unit's page does not answer as it should: {answers}")
    return "the unit's page answers, with a certificate of its own"


def _microphones() -> str:
    there = list_microphones()
    return ", ".join(each.name for each in there) or "PortAudio answers; no microphone is plugged in"


def _parts() -> str:
    there = {name: importlib.util.find_spec(name) is not None for name in SYSTEMS_PARTS}
    return ", ".join(f"{name} {'is here' if is_here else 'is not here'}" for name, is_here in there.items())


_ATTEMPTS: dict[str, Callable[[], str]] = {
    "hearing": _hear,
    "recording": _record,
    "damage": _refuse_damage,
    "page": _serve,
    "microphones": _microphones,
    "parts": _parts,
}
