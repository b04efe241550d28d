"""The services, started, killed, hung and restarted by a real systemd in a bare Debian with our package.

::

    a bare Debian + waitwise-unit_amd64.deb  --systemd-nspawn-->  boots, looks, writes out/seen, powers off

One boot for all tests here. Needs root, systemd-nspawn and mmdebstrap, and says so where they are not.
"""

import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.suites.one_unit import OneUnit
from tools.deb.build import build
from tools.deb.roots import run, unpacked

HERE = pathlib.Path(__file__).parent

NEEDS = [tool for tool in ("systemd-nspawn", "mmdebstrap") if shutil.which(tool) is None]
NEEDS += [] if os.geteuid() == 0 else ["root"]
NEEDS += [] if subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0 else ["the right to mount"]
pytestmark = pytest.mark.skipif(bool(NEEDS), reason=f"LEFT OUT: no boot without {', '.join(NEEDS)}")

UNIT = """unit = "lab-2"
room = "Lab 2"
folder = "/var/lib/waitwise"
[school]
url = "https://127.0.0.1:1"
broker = "127.0.0.1:1"
authority = "authority.pem"
receipt_key = "{receipt_key}"
[trust]
certificate = "unit.pem"
private_key = "unit.key"
signing_key = "signing.key"
"""

LOOKING = """[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh /out/look_inside.sh
ExecStopPost=/bin/systemctl poweroff --force
TimeoutStartSec=300
"""


def provision(root: pathlib.Path, place: pathlib.Path) -> str:
    """Give the root a unit's settings and keys, and a lesson whose end was a power cut; its id."""
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
    shutil.copytree(made.lessons, root / "var/lib/waitwise/lessons")
    shutil.copy(made.folder / "recipients.json", root / "var/lib/waitwise")
    run(root, "chown", "-R", "waitwise-capture:waitwise", "/var/lib/waitwise")
    return folder.name


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    place = tmp_path_factory.mktemp("boot")
    machine = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
    ).stdout.strip()
    package = build(machine, place)
    with unpacked(machine) as root:
        shutil.copy(package, root / package.name)
        installed = run(root, "dpkg", "--install", f"/{package.name}")
        assert installed.returncode == 0, installed.stdout + installed.stderr
        lesson = provision(root, place / "made")
        out = place / "out"
        out.mkdir()
        shutil.copy(HERE / "look_inside.sh", out)
        (root / "etc/systemd/system/looking.service").write_text(LOOKING)
        wants = root / "etc/systemd/system/multi-user.target.wants"
        wants.mkdir(exist_ok=True)
        (wants / "looking.service").symlink_to("../looking.service")
        for getty in ("console-getty.service", "getty@.service"):
            (root / "etc/systemd/system" / getty).symlink_to("/dev/null")
        command = [
            *("systemd-nspawn", "--quiet", "--directory", str(root), "--register=no", "--keep-unit", "--boot"),
            *("--private-network", f"--bind={out}:/out"),
        ]
        booted = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
        found = {path.name: path.read_text().strip() for path in (out / "seen").glob("*")}
        found["lesson"] = lesson
        (place / "seen.json").write_text(json.dumps(found, indent=1))
        assert "over" in found, (booted.stdout[-3000:], found)
        yield found


def test_both_are_ready(seen: dict[str, Any]) -> None:
    assert seen["active"].split() == ["active", "active"], seen["journal"]


def test_each_reads_its_own_secret_and_no_other(seen: dict[str, Any]) -> None:
    assert seen["credentials-capture"].split() == ["signing.key"]
    assert seen["credentials-sync"].split() == ["unit.key"]
    assert seen["others-secret"] == "refused refused"


def test_an_interrupted_lesson_was_closed_and_handed_over(seen: dict[str, Any]) -> None:
    assert '"end":"interrupted"' in seen["manifest"]
    assert seen["in-the-outbox"] == seen["lesson"]


def test_what_records_has_no_network_and_writes_nowhere_else(seen: dict[str, Any]) -> None:
    assert seen["network-capture"] == "lo"
    assert seen["inet-capture"] == "97"
    assert seen["inet-sync"] == "0"
    assert seen["etc-capture"] == "30"
    assert seen["devices-sync"] == "no sound"


def test_who_is_killed_is_started_again(seen: dict[str, Any]) -> None:
    assert seen["killed-capture"] == "another"
    assert seen["killed-sync"] == "another"


def test_who_hangs_is_found_by_the_watchdog(seen: dict[str, Any]) -> None:
    assert seen["hung-capture"] == "another"
    assert "Watchdog timeout" in seen["journal"]


def test_afterwards_they_still_talk(seen: dict[str, Any]) -> None:
    assert seen["talking"] == "yes"
