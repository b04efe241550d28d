"""Writing survives a power cut, and the disk that checks it really forgets.

::

    write_whole     create . fsync . rename . fsync_folder .        . = the power may go here
    after any cut   every acknowledged file and line is there, whole; no file is there in part
"""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from capture.disk import Disk, FolderDisk, SafeDisk
from capture.errors import DiskFailedError, DiskFullError
from capture.files import RealFiles
from capture.forgetful import ForgetfulDisk, PowerCutError
from lesson.problems import DISK_FAILED, DISK_FULL
from tests.suites.disk import DiskSuite


class TestFolderDisk(DiskSuite):
    @pytest.fixture
    def disk(self, tmp_path: Path) -> Disk:
        return FolderDisk(tmp_path / "lesson")


class TestForgetfulDisk(DiskSuite):
    @pytest.fixture
    def disk(self) -> Disk:
        return ForgetfulDisk()


# What a lesson does to its disk: the kind of step, the name, what is written.
WORK = [
    ("whole", "stanzas/a.json", b"stanza"),
    ("whole", "header.json", b"header"),
    ("whole", "0-000000.seg", b"first segment"),
    ("line", "links.jsonl", b"first\n"),
    ("whole", "0-000001.seg", b"second segment"),
    ("line", "links.jsonl", b"second\n"),
    ("whole", "links.jsonl", b"first\nsecond\nrewritten\n"),
    ("whole", "manifest.json", b"manifest"),
]


def work_until_cut(cut_at: int, seed: int, forgets: tuple[str, str] | None = None) -> Iterator[str]:
    """Do the work, cut the power before step `cut_at`, and say what was lost or torn."""
    step = 0

    def before_step(_kind: str) -> None:
        nonlocal step
        step += 1
        if step == cut_at:
            raise PowerCutError

    disk = ForgetfulDisk(before_step, forgets=lambda kind, name: forgets is not None and (kind, name) == forgets)
    promised: dict[str, bytes] = {}
    on_its_way: tuple[str, bytes] = ("", b"")
    try:
        for kind, name, data in WORK:
            before = promised.get(name, b"")
            on_its_way = (name, before + data if kind == "line" else data)
            disk.write_whole(name, data) if kind == "whole" else disk.append_line(name, data)
            promised[name] = on_its_way[1]
    except PowerCutError:
        pass
    disk.cut_power(random.Random(seed))
    found = {name: disk.read(name) for name in disk.names()}
    name, data = on_its_way
    for wanted, content in promised.items():
        have = found.get(wanted)
        if have is None or not (have == content or (wanted == name and is_torn_line_of(have, content, data))):
            yield f"{wanted} was acknowledged as {content!r} and is {have!r}"
    for have_name, have in found.items():
        if have_name not in promised and have_name == name and have != data and not have_name.endswith(".jsonl"):
            yield f"{have_name} is there in part: {have!r}"


def is_torn_line_of(have: bytes, acknowledged: bytes, with_next: bytes) -> bool:
    """The acknowledged lines are there; of the one on its way, anything may be."""
    return have == with_next or (have.startswith(acknowledged) and len(have) <= len(with_next))


N_STEPS = 40


def test_no_cut_loses_what_was_acknowledged() -> None:
    lost = [loss for cut in range(1, N_STEPS) for seed in range(25) for loss in work_until_cut(cut, seed)]
    assert lost == []


def fsyncs() -> list[tuple[str, str]]:
    """Every fsync of the work, by kind and name."""
    asked: set[tuple[str, str]] = set()

    def remember(kind: str, name: str) -> bool:
        asked.add((kind, name))
        return False

    disk = ForgetfulDisk(forgets=remember)
    for kind, name, data in WORK:
        disk.write_whole(name, data) if kind == "whole" else disk.append_line(name, data)
    return sorted(asked)


def test_all_kinds_of_fsync_are_asked_for() -> None:
    assert len(fsyncs()) >= 9


@pytest.mark.parametrize("left_out", fsyncs(), ids=" ".join)
def test_leaving_out_any_one_fsync_is_caught(left_out: tuple[str, str]) -> None:
    lost = [loss for cut in range(1, N_STEPS) for seed in range(25) for loss in work_until_cut(cut, seed, left_out)]
    assert lost


def test_a_full_disk_says_so_and_leaves_nothing_half() -> None:
    disk = ForgetfulDisk(capacity_bytes=100)
    disk.write_whole("a", bytes(60))
    disk.append_line("links.jsonl", b"x" * 9 + b"\n")
    with pytest.raises(DiskFullError) as full:
        disk.write_whole("b", bytes(50))
    assert full.value.problem is DISK_FULL
    with pytest.raises(DiskFullError):
        disk.append_line("links.jsonl", bytes(50) + b"\n")
    with pytest.raises(DiskFullError):
        disk.reserve(31)
    assert disk.names() == ["a", "links.jsonl"]
    assert disk.read("links.jsonl") == b"x" * 9 + b"\n"
    disk.reserve(30)
    assert disk.free_bytes() == 0
    disk.release_reserve()
    disk.write_whole("b", bytes(30))


class BadCard(RealFiles):
    """A folder whose steps fail when told to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.fails: dict[str, int] = {}

    def _maybe(self, step: str) -> None:
        if step in self.fails:
            raise OSError(self.fails[step], os.strerror(self.fails[step]))

    def create(self, name: str, data: bytes) -> None:
        super().create(name, data)
        self._maybe("create")

    def fsync(self, name: str) -> None:
        self._maybe("fsync")
        super().fsync(name)

    def rename(self, name: str, new_name: str) -> None:
        self._maybe("rename")
        super().rename(name, new_name)


@pytest.mark.parametrize(
    ("step", "number", "error"),
    [
        ("create", errno.ENOSPC, DiskFullError),
        ("create", errno.EDQUOT, DiskFullError),
        ("create", errno.EROFS, DiskFailedError),
        ("fsync", errno.EIO, DiskFailedError),
        ("fsync", errno.ENOSPC, DiskFullError),
        ("rename", errno.EIO, DiskFailedError),
    ],
)
def test_a_failing_step_is_our_error_and_no_file(
    tmp_path: Path, step: str, number: int, error: type[DiskFailedError]
) -> None:
    card = BadCard(tmp_path)
    disk = SafeDisk(card)
    card.fails[step] = number
    with pytest.raises(error) as failed:
        disk.write_whole("0-000000.seg", b"sealed")
    assert type(failed.value) is error
    assert failed.value.problem in (DISK_FULL, DISK_FAILED)
    assert disk.names() == []
    card.fails.clear()
    disk.write_whole("0-000000.seg", b"sealed")
    assert disk.read("0-000000.seg") == b"sealed"


def test_a_line_whose_fsync_failed_is_not_to_be_tried_again(tmp_path: Path) -> None:
    card = BadCard(tmp_path)
    card.fails["fsync"] = errno.ENOSPC
    with pytest.raises(DiskFailedError) as failed:
        SafeDisk(card).append_line("links.jsonl", b"line\n")
    assert not isinstance(failed.value, DiskFullError)


def test_a_really_full_device_is_full() -> None:
    files = RealFiles(Path("/dev"))
    with pytest.raises(OSError, match="space") as full:
        files.append("full", b"a line\n")
    assert full.value.errno == errno.ENOSPC


def test_the_owner_writes_the_group_that_sends_reads_and_nobody_else_sees(tmp_path: Path) -> None:
    disk = FolderDisk(tmp_path / "lesson")
    disk.write_whole("stanzas/a.json", b"1")
    disk.append_line("links.jsonl", b"1\n")
    there = [disk.folder, *disk.folder.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in there if path.is_dir()} == {0o750}
    assert {path.stat().st_mode & 0o777 for path in there if path.is_file()} == {0o640}


def test_a_folder_that_cannot_be_made_is_our_error(tmp_path: Path) -> None:
    with pytest.raises(DiskFailedError):
        FolderDisk(tmp_path / "no" / "such" / "parent")
