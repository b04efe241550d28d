"""Build the package of a unit: `make deb`, or `python -m tools.deb.build arm64`.

::

    /opt/waitwise/lib           our own code, and wheels at exactly the versions of constraints.txt
    /opt/waitwise/bin/waitwise  the command, /usr/bin/waitwise points to it
    /usr/lib/systemd/system     services, and whatever else systemd/ holds: users, folders, device rules
    Depends                     what the distribution brings, and keeps safe: Python, numpy, FFmpeg, PortAudio, gpiozero

numpy and av are the distribution's, although their wheels are newer: picamera2 is compiled against that numpy and
brings that av, and one process cannot hold two of either. FFmpeg then gets Debian's security updates.

No compiler and no foreign machine: wheels are only unpacked. The same sources give the same package, byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from lesson.version import VERSION

HOUSE = Path(__file__).parents[2]
HERE = Path(__file__).parent

PYTHON = "3.13"
"""Debian 13's, and Raspberry Pi OS's of the same name."""

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
GLIBC = (28, 27, 26, 17, 5)
"""manylinux_2_x of the wheels that are taken; Debian 13 has 2.41. The newest first, as pip weighs them."""

FROM_THE_DISTRIBUTION = {"numpy": "python3-numpy", "av": "python3-av"}
"""Not shipped as wheels."""

DEPENDS = (
    f"python3 (>= {PYTHON})",
    f"python3 (<< {PYTHON[:2]}{int(PYTHON[2:]) + 1})",
    "python3-numpy (>= 1:1.26)",
    "python3-av (>= 14.2)",
    "python3-gpiozero",
    "libportaudio2",
)
RECOMMENDS = ("python3-picamera2", "python3-lgpio", "ca-certificates")
"""In Raspberry Pi OS, where apt installs them unasked. Debian has neither of the first two, and a unit without a camera
needs none. The last vouches for a timetable's feed, where the settings name no authority."""

PLACES = {
    "*.service": "usr/lib/systemd/system",
    "*.socket": "usr/lib/systemd/system",
    "*.timer": "usr/lib/systemd/system",
    "*.target": "usr/lib/systemd/system",
    "sysusers.d/*.conf": "usr/lib/sysusers.d",
    "tmpfiles.d/*.conf": "usr/lib/tmpfiles.d",
    "udev/*.rules": "usr/lib/udev/rules.d",
    "system.conf.d/*.conf": "usr/lib/systemd/system.conf.d",
    "journald.conf.d/*.conf": "usr/lib/systemd/journald.conf.d",
}
"""Where what lies in systemd/ goes."""


def main() -> None:
    """Build the packages that were asked for, and print where they are."""
    parser = argparse.ArgumentParser(description="Build the package of a unit.")
    parser.add_argument("machines", nargs="*", default=list(MACHINES), metavar="amd64|arm64")
    for machine in parser.parse_args().machines:
        print(build(machine))


def build(machine: str, out: Path = HOUSE / "out") -> Path:
    """Build the package for `amd64` or `arm64`; the path of the file."""
    if machine not in MACHINES:
        raise SystemExit(f"{machine!r} is no machine that units have: {', '.join(MACHINES)}.")
    out.mkdir(exist_ok=True)
    package = out / f"waitwise-unit_{VERSION}_{machine}.deb"
    with tempfile.TemporaryDirectory(prefix="waitwise-deb-") as folder:
        stage = Path(folder, "stage")
        _put_code(stage / "opt/waitwise/lib", machine)
        _put_files(stage)
        _forget_the_build(stage)
        _describe(stage, machine)
        _date_everything(stage)
        # Thirteen times faster than xz, and a tenth larger. One thread: several could write other bytes.
        packed = ["-Zzstd", "-z10", "--threads-max=1"]
        command = ["dpkg-deb", "--root-owner-group", *packed, "--build", str(stage), str(package)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **_date()})
    return package


def requirements() -> list[str]:
    """What a unit needs of the Python package index."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["unit"]]
    return [each for each in wanted if _name(each) not in FROM_THE_DISTRIBUTION]


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0]


def put_wheels(lib: Path, machine: str, *wanted: str) -> None:
    """Unpack wheels for `machine` and the distribution's Python, at the versions of constraints.txt."""
    platforms = [f"manylinux_2_{minor}_{MACHINES[machine]}" for minor in GLIBC] + [f"manylinux2014_{MACHINES[machine]}"]
    foreign = [f"--platform={each}" for each in platforms]
    pinned = ["--only-binary=:all:", f"--python-version={PYTHON}", "--constraint", str(HOUSE / "constraints.txt")]
    subprocess.run([*_pip(lib), *foreign, *pinned, *wanted], check=True)


def _pip(lib: Path) -> list[str]:
    quiet = ["--quiet", "--disable-pip-version-check"]
    return [sys.executable, "-m", "pip", *quiet, "install", "--no-compile", "--target", str(lib)]


def _put_code(lib: Path, machine: str) -> None:
    put_wheels(lib, machine, *requirements())
    with tempfile.TemporaryDirectory() as built:
        # Not from the working folder itself: what an earlier build left in it would be shipped, too.
        source = Path(built, "source")
        _export(source)
        subprocess.run([*_pip(lib), "--no-deps", str(source)], check=True)
    shutil.rmtree(lib / "bin", ignore_errors=True)


def _export(target: Path) -> None:
    """All files that are not ignored, as they are now."""
    listed = subprocess.run(
        ["git", "-C", str(HOUSE), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (HOUSE / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HOUSE / name, target / name)


def _put_files(stage: Path) -> None:
    for pattern, place in PLACES.items():
        for file in sorted((HOUSE / "systemd").glob(pattern)):
            _put(file, stage / place / file.name)
    command = stage / "opt/waitwise/bin/waitwise"
    _put(HERE / "waitwise", command)
    command.chmod(0o755)
    (stage / "usr/bin").mkdir(parents=True)
    (stage / "usr/bin/waitwise").symlink_to("/opt/waitwise/bin/waitwise")
    _put(HOUSE / "LICENSE", stage / "usr/share/doc/waitwise-unit/copyright")


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
    target.chmod(0o644)


def _describe(stage: Path, machine: str) -> None:
    files = sorted(path for path in stage.rglob("*") if path.is_file() and not path.is_symlink())
    about = stage / "DEBIAN"
    about.mkdir()
    fields = {
        "Package": "waitwise-unit",
        "Version": VERSION,
        "Architecture": machine,
        "Maintainer": "The Waitwise engineers <waitwise@localhost>",
        "Installed-Size": str(sum(path.stat().st_size for path in files) // 1024),
        "Depends": ", ".join(DEPENDS),
        "Recommends": ", ".join(RECOMMENDS),
        "Section": "education",
        "Priority": "optional",
        "Description": "classroom capture that measures wait time and seals the lesson to its teacher\n"
        " A unit records a lesson at one press of a button, measures the silence after each\n"
        " question in the room, and seals footage and numbers so that only the teacher and\n"
        " whoever she names can open them.",
    }
    (about / "control").write_text("".join(f"{name}: {text}\n" for name, text in fields.items()))
    (about / "md5sums").write_text("".join(f"{_md5(path)}  {path.relative_to(stage)}\n" for path in files))
    for script in ("postinst", "prerm"):
        shutil.copy(HERE / script, about / script)
        (about / script).chmod(0o755)


def _md5(path: Path) -> str:
    """As dpkg wants it, for finding what rotted on the card; nothing is trusted because of it."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _forget_the_build(stage: Path) -> None:
    """No compiled files, and nothing that names the folder it was built in."""
    for cache in list(stage.rglob("__pycache__")):
        shutil.rmtree(cache)
    # pip's own records name the folder it was built in; dpkg keeps the list that counts.
    for record in [*stage.rglob("direct_url.json"), *stage.rglob("RECORD")]:
        record.unlink()


def _date_everything(stage: Path) -> None:
    """No modes of whoever built it, and the date of the last change: the same sources, the same package."""
    moment = int(_date()["SOURCE_DATE_EPOCH"])
    for path in [stage, *stage.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (moment, moment), follow_symlinks=False)


def _date() -> dict[str, str]:
    """When the last change was made: the date of everything in the package."""
    asked = ["git", "-C", str(HOUSE), "log", "-1", "--format=%ct"]
    return {"SOURCE_DATE_EPOCH": subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()}


if __name__ == "__main__":
    main()
