"""The folder store passes the suite, and survives what only a folder can be hit by."""

from __future__ import annotations

import os
import subprocess
import sys
from io import FileIO
from pathlib import Path

import pytest

from lesson.footage.segments import SegmentName, Track
from lesson.problems import DISK_FULL
from school.footage_store import ArrivingFile, FolderStore, Kept, StoreError, StoreFullError
from tests.suites.footage_store import LESSON, NAME, FootageStoreSuite, get, put


class TestFolderStore(FootageStoreSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FolderStore:
        return FolderStore(tmp_path / "footage")


def test_the_file_has_the_name_of_the_format(tmp_path: Path) -> None:
    put(FolderStore(tmp_path), b"sealed")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.seg")] == [f"{LESSON}/0-000012.seg"]


def test_what_a_kill_left_half_way_in_is_removed_at_the_next_start(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from school.footage_store import FolderStore\n"
        "with FolderStore(Path(sys.argv[1])).arriving() as a:\n"
        "    a.write(b'half'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    store = FolderStore(tmp_path)
    assert store.clean() == 1
    assert list((tmp_path / "arriving").iterdir()) == []
    assert put(store, b"sealed") is Kept.CREATED


def test_a_file_that_was_linked_before_a_kill_is_the_same_segment(tmp_path: Path) -> None:
    """Killed between `link` and the database row: the unit sends it again and hears that it is here."""
    store = FolderStore(tmp_path)
    (tmp_path / LESSON).mkdir()
    (tmp_path / LESSON / NAME.file_name).write_bytes(b"sealed")
    assert put(store, b"sealed") is Kept.SAME
    assert get(store) == b"sealed"


def test_a_full_disk_is_named() -> None:
    # /dev/full says "no space left" to every write.
    with FileIO("/dev/full", "wb") as file:
        arriving = ArrivingFile(file, Path("/dev/full"), Path("/nowhere"))
        with pytest.raises(StoreFullError) as full:
            arriving.write(b"sealed")
    assert full.value.problem is DISK_FULL
    assert (full.value.status, full.value.headers["Retry-After"]) == (503, "30")


def test_a_folder_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be used"):
        FolderStore(tmp_path / "file" / "footage")


@pytest.mark.parametrize("track", [Track.AV, Track.AUDIO, Track.LOG, Track.STILLS])
def test_every_track_has_its_own_files(tmp_path: Path, track: Track) -> None:
    name = SegmentName(track, 0)
    put(FolderStore(tmp_path), b"x", name=name)
    assert [path.name for path in (tmp_path / LESSON).iterdir()] == [name.file_name]


def test_the_name_is_taken_between_two_fsyncs(tmp_path: Path) -> None:
    """What a power cut may take has to be on the disk in this order; leaving one out turns the test red."""
    store, calls = FolderStore(tmp_path), []

    def note(_frame: object, event: str, function: object) -> None:
        if event == "c_call" and function in (os.fsync, os.link, os.open):
            calls.append(getattr(function, "__name__", ""))

    sys.setprofile(note)
    try:
        put(store, b"sealed")
    finally:
        sys.setprofile(None)
    the_file, the_folder_above, the_lessons_folder = ["fsync"], ["open", "fsync"], ["open", "fsync"]
    assert calls == [*the_file, *the_folder_above, "link", *the_lessons_folder]
