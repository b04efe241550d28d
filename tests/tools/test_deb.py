"""The package of a unit: what is in it, what it needs, and that it is the same whoever builds it."""

from __future__ import annotations

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from tools.deb.build import FROM_THE_DISTRIBUTION, HOUSE, build, requirements


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("arm64", tmp_path_factory.mktemp("deb"))


@pytest.fixture(scope="module")
def files(package: Path) -> dict[str, bytes]:
    listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(package)], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(listed)) as tar:
        owners = {(member.uid, member.gid) for member in tar}
        assert owners == {(0, 0)}
        read = {member.name: tar.extractfile(member) for member in tar if member.isfile()}
        return {name: data.read() for name, data in read.items() if data is not None}


def test_programs_in_it_are_for_the_machine_it_names(files: dict[str, bytes]) -> None:
    programs = {name: data for name, data in files.items() if data[:4] == b"\x7fELF"}
    assert any("cryptography" in name for name in programs)
    aarch64 = 183  # e_machine, elf.h
    assert {int.from_bytes(data[18:20], "little") for data in programs.values()} == {aarch64}


def test_it_brings_what_a_unit_needs_and_leaves_to_the_system_what_the_system_keeps_safe(
    files: dict[str, bytes], package: Path
) -> None:
    brought = {name.split("/")[4] for name in files if name.startswith("./opt/waitwise/lib/")}
    ours = {"analytics", "capture", "device", "lesson", "sync", "waitwise"}
    wheels = {
        "cryptography",
        "urllib3",
        "paho",
        "sounddevice.py",
        "webrtcvad.py",
        "zxingcpp",
        "typer",
        "uvicorn",
        "fastapi",
    }
    assert ours | wheels <= brought
    assert not {"numpy", "av", "tests", "tools", "fastapi_cli", "bin"} & brought
    depends = subprocess.run(["dpkg-deb", "-f", str(package), "Depends"], capture_output=True, text=True, check=True)
    for debian in (*FROM_THE_DISTRIBUTION.values(), "libportaudio2", "python3-gpiozero"):
        assert debian in depends.stdout
    names = " ".join(requirements())
    assert "numpy" not in names
    assert "sounddevice" in names


def test_weights_and_the_demo_lesson_are_whole(files: dict[str, bytes]) -> None:
    for name in (
        "waitwise/lesson_for_demo/lesson.flac",
        *(f"analytics/{path.name}" for path in HOUSE.glob("analytics/*.npz")),
    ):
        assert files[f"./opt/waitwise/lib/{name}"] == (HOUSE / name).read_bytes()


def test_nothing_names_the_computer_it_was_built_on(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        assert str(HOUSE).encode() not in data, name
        assert b"waitwise-deb-" not in data or name.endswith("tools/deb/build.py"), name


def test_built_again_it_is_the_same_to_the_last_byte(package: Path, tmp_path: Path) -> None:
    assert build("arm64", tmp_path).read_bytes() == package.read_bytes()
