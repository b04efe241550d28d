"""The services of a unit under a real systemd, in a bare Debian with our package, whose root is read-only.

::

    a bare Debian + waitwise-unit_amd64.deb  --systemd-nspawn--read-only-->  boots, looks, powers off
    inside/room.py   plays the demo lesson to the unit's microphone: PulseAudio, ALSA, PortAudio are real
    inside/camera    picamera2, the real one, over tests/suites/libcamera_stand_in
    inside/look.py   presses the button and the page's, kills, hangs, and writes what it sees
    data             /var/lib/waitwise*, all that is written: its lessons are opened here, with the teacher's identity

One boot for all tests here. Needs root, systemd-nspawn and mmdebstrap, and says so where they are not.
"""

import io
import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
import pytest

from lesson.footage.header import ClockQuality
from lesson.footage.segments import Track
from lesson.talk import Heard, Role
from lesson.wire import from_wire, loads
from tests.suites.one_unit import OneUnit
from tools.deb.build import build, put_wheels
from tools.deb.roots import run, unpacked

HERE = pathlib.Path(__file__).parent
SUITES = HERE.parent / "suites"

NEEDS = [tool for tool in ("systemd-nspawn", "mmdebstrap") if shutil.which(tool) is None]
NEEDS += [] if os.geteuid() == 0 else ["root"]
NEEDS += [] if subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0 else ["the right to mount"]
pytestmark = pytest.mark.skipif(bool(NEEDS), reason=f"LEFT OUT: no boot without {', '.join(NEEDS)}")

UNIT = """unit = "lab-2"
room = "Lab 2"
folder = "/var/lib/waitwise"
microphone = "mic"
[school]
url = "https://127.0.0.1:1"
broker = "127.0.0.1:1"
authority = "authority.pem"
receipt_key = "{receipt_key}"
[trust]
certificate = "unit.pem"
private_key = "unit.key"
signing_key = "signing.key"
[panel]
button = 17
[page]
screen = "/run/screen"
"""

ALSA = """</usr/share/alsa/alsa.conf>
pcm.mic { type pulse device mic hint { show on description "mic" } }
pcm.loudspeaker { type pulse device classroom hint { show on description "loudspeaker" } }
"""

PULSE = """load-module module-native-protocol-unix auth-anonymous=1 socket=/run/room/native
load-module module-null-sink sink_name=classroom rate=48000 channels=1
load-module module-remap-source master=classroom.monitor source_name=mic
"""

HEARS = "Environment=PULSE_SERVER=unix:/run/room/native ALSA_CONFIG_PATH=/inside/alsa.conf"

OURS = "Environment=PYTHONPATH=/opt/waitwise/lib"

SEES = "Environment=PYTHONPATH=/inside/camera:/opt/waitwise/lib"

PICAMERA2 = ("picamera2", "piexif", "pillow", "simplejpeg", "videodev2")
NOT_WHEELS = {"prctl.py": "", "pidng/core.py": "PICAM2DNG = None", "pidng/camdefs.py": "Picamera2Camera = None"}
"""What picamera2 imports, of which the index has only sources, and what it uses for raw pictures and FFmpeg only."""

SERVICES = {
    "pulse.service": """[Service]
RuntimeDirectory=room
Environment=HOME=/run/room XDG_RUNTIME_DIR=/run/room
ExecStart=/usr/bin/pulseaudio --daemonize=no --exit-idle-time=-1 --use-pid-file=no --realtime=no -n -F /inside/pulse.pa
ExecStartPost=/bin/sh -c 'until [ -S /run/room/native ]; do sleep 0.1; done'
""",
    "room.service": f"""[Unit]
Requires=pulse.service
After=pulse.service
[Service]
{HEARS}
{OURS}
ExecStart=/usr/bin/python3 /inside/room.py
""",
    "look.service": """[Unit]
Wants=room.service
After=multi-user.target room.service
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /inside/look.py
StandardOutput=append:/out/look.log
StandardError=append:/out/look.log
ExecStopPost=/bin/systemctl poweroff --force
TimeoutStartSec=400
""",
    # The pins are gpiozero's own mock, and whoever looks can press them; the camera is picamera2 over the stand-in for
    # libcamera. Everything else is as the package brings it.
    "waitwise-capture.service.d/room.conf": f"""[Service]
{HEARS}
{SEES}
ExecStart=
ExecStart=/usr/bin/python3 /inside/gpio_board.py /run/waitwise-capture/pins.sock {{arguments}}
""",
}
"""What the test adds to the package's."""


def provision(root: pathlib.Path, data: pathlib.Path, place: pathlib.Path) -> OneUnit:
    """Give the root a unit's settings and keys, and the data a lesson whose end was a power cut."""
    made = OneUnit(place)
    unit = made.unit()
    folder = made.record(unit)
    unit.close()
    (folder / "manifest.json").unlink()
    etc = root / "etc/waitwise"
    trust, school = made.settings.trust, made.settings.school
    for source, name, mode in (
        (school.authority, "authority.pem", 0o644),
        (trust.certificate, "unit.pem", 0o644),
        (trust.private_key, "unit.key", 0o600),
        (trust.signing_key, "signing.key", 0o600),
    ):
        shutil.copy(source, etc / name)
        (etc / name).chmod(mode)
    (etc / "unit.toml").write_text(UNIT.format(receipt_key=school.receipt_key))
    for name in ("waitwise", "waitwise-sync", "waitwise-page", "waitwise-timetable"):
        (data / name).mkdir(parents=True)
        (root / "var/lib" / name).mkdir(exist_ok=True)
    shutil.copytree(made.lessons, data / "waitwise/lessons")
    shutil.copy(made.folder / "recipients.json", data / "waitwise")
    owner = run(root, "stat", "--format=%u %g", "/var/lib/waitwise").stdout.split()
    for path in [data / "waitwise", *(data / "waitwise").rglob("*")]:
        os.chown(path, int(owner[0]), int(owner[1]))
    return made


def furnish(root: pathlib.Path, machine: str) -> None:
    """Put into the root what looks, plays and is seen, and have it started."""
    inside, units = root / "inside", root / "etc/systemd/system"
    shutil.copytree(HERE / "inside", inside)
    shutil.copy(SUITES / "gpio_board.py", inside)
    shutil.copytree(SUITES / "libcamera_stand_in", inside / "camera")
    put_wheels(inside / "camera", machine, "--no-deps", *PICAMERA2)
    (inside / "camera/pidng").mkdir()
    for name, text in NOT_WHEELS.items():
        (inside / "camera" / name).write_text(text)
    (inside / "alsa.conf").write_text(ALSA)
    (inside / "pulse.pa").write_text(PULSE)
    packaged = (root / "usr/lib/systemd/system/waitwise-capture.service").read_text()
    (started,) = [line for line in packaged.splitlines() if line.startswith("ExecStart=/usr/bin/waitwise ")]
    for name, text in SERVICES.items():
        (units / name).parent.mkdir(exist_ok=True)
        (units / name).write_text(text.format(arguments=started.partition(" ")[2]))
    wants = units / "multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "look.service").symlink_to("../look.service")
    for getty in ("console-getty.service", "getty@.service"):
        (units / getty).symlink_to("/dev/null")


@dataclass
class Booted:
    """What was seen inside, and what lies on the data partition afterwards."""

    seen: dict[str, Any]
    data: pathlib.Path
    made: OneUnit
    journal: str

    def track(self, what: str, track: Track) -> bytes:
        """One track of the lesson that something happened to, opened by its teacher; all of the lesson must open."""
        folder = self.data / "waitwise/lessons" / str(self.seen[what]["lesson"])
        lesson = self.made.opened(folder)
        plain = {name: lesson.open_segment(name, (folder / name.file_name).read_bytes()) for name in lesson.segments}
        return b"".join(plain[name] for name in sorted(plain) if name.track is track)

    def clock(self, what: str) -> ClockQuality:
        """How sure the unit was what time it is, as it stands in the lesson's header."""
        return self.made.opened(self.data / "waitwise/lessons" / self.seen[what]["lesson"]).header.clock.quality


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booted]:
    place = tmp_path_factory.mktemp("boot")
    machine = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
    ).stdout.strip()
    package = build(machine, place)
    with unpacked(machine) as root:
        shutil.copy(package, root / package.name)
        installed = run(root, "dpkg", "--install", f"/{package.name}")
        assert installed.returncode == 0, installed.stdout + installed.stderr
        data, out = place / "data", place / "out"
        out.mkdir()
        made = provision(root, data, place / "made")
        furnish(root, machine)
        (root / "out").mkdir()
        (root / "var/log/journal").mkdir(exist_ok=True)
        command = [
            *("systemd-nspawn", "--quiet", "--directory", str(root), "--register=no", "--keep-unit", "--boot"),
            *("--private-network", "--read-only", "--tmpfs=/var/tmp", "--tmpfs=/var/log/journal", f"--bind={out}:/out"),
            *(f"--bind={folder}:/var/lib/{folder.name}" for folder in data.iterdir()),
        ]
        container = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
        found = {path.stem: json.loads(path.read_text()) for path in (out / "seen").glob("*")}
        log = (out / "look.log").read_text() if (out / "look.log").exists() else container.stdout[-3000:]
        assert "journal-on-disk" in found, (log, found.get("journal"))
        yield Booted(found, data, made, found["journal"])


def film(data: bytes) -> tuple[int, float, int]:
    """Pictures, seconds of sound, and the loudest sample, of 32767."""
    pictures, sound = 0, [np.zeros(0, np.int16)]
    to_pcm = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    with av.open(io.BytesIO(data), "r") as player:
        for frame in player.decode():
            if isinstance(frame, av.VideoFrame):
                pictures += 1
            else:
                sound += [piece.to_ndarray()[0] for piece in to_pcm.resample(frame)]
    samples = np.concatenate(sound).astype(np.int32)
    return pictures, samples.size / 16_000, int(np.abs(samples).max())


def test_all_are_ready_on_a_read_only_root(booted: Booted) -> None:
    assert booted.seen["active"] == ["active"] * 3, booted.journal
    assert booted.seen["root"] == 30


def test_each_reads_its_own_secret_and_no_other(booted: Booted) -> None:
    assert booted.seen["credentials-capture"] == ["signing.key"]
    assert booted.seen["credentials-sync"] == ["unit.key"]
    assert booted.seen["refused"] == [True] * 4


def test_what_records_has_no_network_and_writes_nowhere_else(booted: Booted) -> None:
    assert booted.seen["network-capture"] == ["lo"]
    assert booted.seen["inet"] == {"capture": 97, "sync": 0, "page": 97}
    assert booted.seen["etc"] == {"capture": 30, "sync": 30, "page": 30}
    assert booted.seen["sound-of-sync"] == 2


def test_what_sends_brings_the_timetable_and_what_records_can_only_read_it(booted: Booted) -> None:
    assert booted.seen["timetable"] == [0, 0, 13, 13]


def test_the_library_for_pins_finds_a_folder_for_its_pipe(booted: Booted) -> None:
    assert booted.seen["pins-pipe"] == 0


def test_the_page_has_one_port_and_a_way_to_what_records_and_no_other(booted: Booted) -> None:
    assert booted.seen["network-page"] == ["lo"]
    assert booted.seen["page-to-unit"] == 0
    assert booted.seen["page-to-sync"] == booted.seen["sync-to-unit"] == 13


def test_the_page_lets_in_who_reads_the_screen_with_the_certificate_of_its_first_start(booted: Booted) -> None:
    assert booted.seen["certificate"]
    assert booted.seen["paired"] == [303, True]


def test_a_lesson_that_a_power_cut_interrupted_was_closed_and_handed_over(booted: Booted) -> None:
    assert booted.seen["power-cut"]["end"] == "interrupted"


def test_a_press_records_what_is_said_in_the_room_and_a_picture(booted: Booted) -> None:
    assert booted.seen["pressed"]["end"] == "stopped"
    pictures, seconds, loudest = film(booted.track("pressed", Track.AV))
    assert pictures > 12.5, "a second of them; a busy computer gives fewer than it should"
    assert seconds > 4
    assert loudest > 1000
    heard = [from_wire(Heard, loads(line)) for line in booted.track("pressed", Track.LOG).splitlines()]
    assert {each.state.role for each in heard if each.state is not None} - {Role.SILENCE}


def test_a_lesson_knows_whether_a_server_has_set_the_clock(booted: Booted) -> None:
    assert booted.clock("pressed") is not ClockQuality.SYNCED
    assert booted.clock("killed") is ClockQuality.SYNCED


@pytest.mark.parametrize("what", ["killed", "hung"])
def test_a_lesson_in_which_it_was_killed_or_hung_is_closed_marked_and_handed_over(booted: Booted, what: str) -> None:
    assert booted.seen[what]["end"] == "interrupted"
    _, seconds, loudest = film(booted.track(what, Track.AV))
    assert seconds > 1
    assert loudest > 0


def test_who_is_killed_or_hangs_is_started_again(booted: Booted) -> None:
    assert booted.seen["restarts"] == {"capture": "2", "sync": "1", "page": "2"}
    for service in ("capture", "page"):
        assert f"waitwise-{service}.service: Watchdog timeout" in booted.journal


def test_afterwards_they_still_talk(booted: Booted) -> None:
    assert booted.seen["talking"]
    assert booted.seen["paired-again"] == [303, True]


def test_what_is_said_stays_in_memory(booted: Booted) -> None:
    assert booted.seen["journal-on-disk"] == []
