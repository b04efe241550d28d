"""What every disk must do, whatever is behind it. Subclass with a fixture `disk` that gives an empty one."""

from __future__ import annotations

import pytest

from capture.disk import RESERVE, Disk
from capture.errors import DiskFailedError


class DiskSuite:
    def test_it_starts_empty(self, disk: Disk) -> None:
        assert disk.names() == []

    def test_a_file_is_read_as_it_was_written(self, disk: Disk) -> None:
        disk.write_whole("0-000000.seg", b"sealed")
        assert disk.read("0-000000.seg") == b"sealed"
        assert disk.names() == ["0-000000.seg"]

    def test_an_empty_file_is_a_file(self, disk: Disk) -> None:
        disk.write_whole("empty", b"")
        assert disk.names() == ["empty"]
        assert disk.read("empty") == b""

    def test_a_file_may_lie_in_a_folder(self, disk: Disk) -> None:
        disk.write_whole("stanzas/a.json", b"1")
        disk.write_whole("stanzas/b.json", b"2")
        assert disk.names() == ["stanzas/a.json", "stanzas/b.json"]

    def test_writing_again_replaces(self, disk: Disk) -> None:
        disk.write_whole("links.jsonl", b"long, before the cut\n")
        disk.write_whole("links.jsonl", b"short\n")
        assert disk.read("links.jsonl") == b"short\n"

    def test_lines_stand_one_after_the_other(self, disk: Disk) -> None:
        for line in (b"one\n", b"two\n", b"three\n"):
            disk.append_line("links.jsonl", line)
        assert disk.read("links.jsonl") == b"one\ntwo\nthree\n"

    @pytest.mark.parametrize("line", [b"", b"no end", b"two\nlines\n", b"\n\n"])
    def test_what_is_no_line_is_refused(self, disk: Disk, line: bytes) -> None:
        with pytest.raises(ValueError, match="newline"):
            disk.append_line("links.jsonl", line)

    def test_what_is_not_there_cannot_be_read(self, disk: Disk) -> None:
        with pytest.raises(DiskFailedError) as failed:
            disk.read("nothing")
        assert isinstance(failed.value.__cause__, OSError)

    @pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a/b/c", "", "a/", "./x", "a/../b", "nul\0"])
    def test_names_stay_in_the_folder(self, disk: Disk, name: str) -> None:
        with pytest.raises(ValueError, match="no name"):
            disk.write_whole(name, b"")
        with pytest.raises(ValueError, match="no name"):
            disk.append_line(name, b"\n")
        with pytest.raises(ValueError, match="no name"):
            disk.read(name)

    def test_the_reserve_takes_room_and_gives_it_back_unseen(self, disk: Disk) -> None:
        disk.reserve(100_000)
        assert disk.names() == []
        disk.release_reserve()
        disk.release_reserve()
        assert disk.names() == []

    def test_parts_are_removed_and_nothing_else(self, disk: Disk) -> None:
        disk.write_whole("stanzas/a.json", b"1")
        disk.reserve(10)
        disk.remove_parts()
        assert disk.names() == ["stanzas/a.json"]
        with pytest.raises(DiskFailedError):
            disk.read(RESERVE)

    def test_there_is_room(self, disk: Disk) -> None:
        assert disk.free_bytes() > 0
