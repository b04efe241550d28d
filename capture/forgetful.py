"""A disk that forgets what was not fsynced, for every test and drill of a power cut.

::

    live      header.json  0-000000.seg  .part-0-000001.seg      what a running program sees
    durable   header.json  0-000000.seg                          what is sure to be there after the cut
    after the cut: the durable state, plus any part of what was still on its way

Bytes and names are forgotten separately: a name can survive with an empty, half or zero-filled file behind it, and
a whole file can lose its name. Names that changed since their folder was fsynced survive in any combination.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from random import Random

from capture.disk import SafeDisk


class PowerCutError(Exception):
    """The power is gone: whatever was running stops here. Not an `OSError`, so that nobody handles it."""


def _goes_on(_step: str) -> None:
    """The power stays on."""


def _remembers(_step: str, _name: str) -> bool:
    """Nothing is forgotten that was asked for."""
    return False


class _File:
    """Bytes without a name, as on a disk."""

    def __init__(self) -> None:
        self.live = b""
        self.durable = b""

    def after_cut(self, random: Random) -> None:
        """Keep the durable bytes and any part of the others."""
        if not self.live.startswith(self.durable):  # emptied and written again
            self.durable = b""
        rest = len(self.live) - len(self.durable)
        kept = random.choice((0, rest, random.randint(0, rest)))
        tail = self.live[len(self.durable) :][:kept]
        # A file system may give a file its length before its bytes.
        self.live = self.durable = self.durable + random.choice((tail, bytes(kept)))


class ForgetfulFiles:
    """Files in memory with a power switch.

    Every step first asks `before_step`, which may raise `PowerCutError`. `forgets` are steps that are said to be
    done and are not ("fsync", "fsync_folder"): the mistake of a program that left them out.
    """

    def __init__(
        self,
        before_step: Callable[[str], None] = _goes_on,
        capacity_bytes: int = 1 << 40,
        forgets: Callable[[str, str], bool] = _remembers,
    ) -> None:
        """`before_step` is given "create", "fsync", ...; `forgets` the step and the name."""
        self._before_step = before_step
        self._capacity = capacity_bytes
        self._forgets = forgets
        self._live: dict[str, _File | None] = {}
        self._durable: dict[str, _File | None] = {}
        self._has_power = True

    def create(self, name: str, data: bytes) -> None:
        """Write a new file."""
        self._step("create")
        self._need_room(len(data) - len(self._file(name).live if name in self._live else b""))
        self._need_folder(name)
        file = _File()
        file.live = data
        self._live[name] = file

    def append(self, name: str, data: bytes) -> None:
        """Write to the end of a file."""
        self._step("append")
        self._need_room(len(data))
        self._need_folder(name)
        if name not in self._live:
            self._live[name] = _File()
        self._file(name).live += data

    def fsync(self, name: str) -> None:
        """Bring a file's bytes to the disk."""
        self._step("fsync")
        file = self._file(name)
        if not self._forgets("fsync", name):
            file.durable = file.live

    def rename(self, name: str, new_name: str) -> None:
        """Give a file another name."""
        self._step("rename")
        self._live[new_name] = self._file(name)
        del self._live[name]

    def remove(self, name: str) -> None:
        """Take a name away."""
        self._step("remove")
        self._file(name)
        del self._live[name]

    def make_folder(self, name: str) -> None:
        """Make a folder."""
        self._step("make_folder")
        self._live[name] = None

    def fsync_folder(self, name: str) -> None:
        """Bring the names in a folder to the disk."""
        self._step("fsync_folder")
        if self._forgets("fsync_folder", name):
            return
        for entry in self._changed():
            if entry.rpartition("/")[0] == name:
                self._settle(entry)

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""
        return name in self._live

    def names(self) -> list[str]:
        """All files, sorted."""
        return sorted(name for name, file in self._live.items() if file is not None)

    def read(self, name: str) -> bytes:
        """All bytes of a file."""
        return self._file(name).live

    def free_bytes(self) -> int:
        """Bytes that can still be written."""
        return self._capacity - sum(len(file.live) for file in self._live.values() if file is not None)

    def cut_power(self, random: Random) -> None:
        """Forget what was not fsynced, or any part of it, and start again."""
        for entry in self._changed():
            if random.random() < 0.5:
                self._settle(entry)
        for entry in list(self._durable):
            if entry.rpartition("/")[0] not in ("", *self._durable):
                del self._durable[entry]  # its folder's name was lost
        self._live = dict(self._durable)
        for file in {id(file): file for file in self._live.values() if file is not None}.values():
            file.after_cut(random)
        self._has_power = True

    def _step(self, step: str) -> None:
        if not self._has_power:
            raise PowerCutError("The power is off.")
        try:
            self._before_step(step)
        except PowerCutError:
            self._has_power = False
            raise

    def _changed(self) -> list[str]:
        names = sorted({*self._live, *self._durable})
        missing = object()
        return [name for name in names if self._live.get(name, missing) is not self._durable.get(name, missing)]

    def _settle(self, entry: str) -> None:
        if entry in self._live:
            self._durable[entry] = self._live[entry]
        else:
            del self._durable[entry]

    def _file(self, name: str) -> _File:
        file = self._live.get(name)
        if file is None:
            raise OSError(errno.ENOENT, "No such file")
        return file

    def _need_folder(self, name: str) -> None:
        folder = name.rpartition("/")[0]
        if folder and folder not in self._live:
            raise OSError(errno.ENOENT, "No such folder")

    def _need_room(self, more_bytes: int) -> None:
        if more_bytes > self.free_bytes():
            raise OSError(errno.ENOSPC, "No space left on device")


class ForgetfulDisk(SafeDisk):
    """A disk in memory that forgets what was not fsynced when `cut_power` is called."""

    def __init__(
        self,
        before_step: Callable[[str], None] = _goes_on,
        capacity_bytes: int = 1 << 40,
        forgets: Callable[[str, str], bool] = _remembers,
    ) -> None:
        """As `ForgetfulFiles`."""
        self._forgetful = ForgetfulFiles(before_step, capacity_bytes, forgets)
        super().__init__(self._forgetful)

    def cut_power(self, random: Random) -> None:
        """Forget what was not fsynced, or any part of it, and start again."""
        self._forgetful.cut_power(random)
