"""A foot switch: events as a 64-bit kernel lays them out; pulled out, and in again with another number.

::

    sysfs/event3/device/{name, id/}    dev/event3: a pipe, into which the test writes what a kernel would
"""

from __future__ import annotations

import os
import pathlib
import queue
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device import pedal as pedal_module
from device.pedal import Keys, Pedal, find

PRESS = bytes.fromhex(
    "00a1c56600000000e0930400000000000400040005000700"  # MSC_SCAN
    "00a1c56600000000e0930400000000000100300001000000"  # KEY_B down
    "00a1c56600000000e0930400000000000000000000000000"  # SYN_REPORT
)
REPEAT = bytes.fromhex("00a1c56600000000e0930400000000000100300002000000")
RELEASE = bytes.fromhex(
    "01a1c56600000000e0930400000000000400040005000700"
    "01a1c56600000000e0930400000000000100300000000000"
    "01a1c56600000000e0930400000000000000000000000000"
)
PATIENCE = 30.0


def key(code: int, value: int) -> bytes:
    return struct.pack("@llHHi", 0, 0, 1, code, value)


def test_a_press_among_what_else_a_keyboard_says() -> None:
    keys = Keys()

    assert keys.feed(PRESS + REPEAT * 3) == [True]
    assert keys.feed(RELEASE) == [False]


def test_two_keys_at_once_are_one_press() -> None:
    assert Keys().feed(key(30, 1) + key(48, 1) + key(30, 0) + key(48, 0)) == [True, False]


@given(st.lists(st.integers(1, 40), max_size=40))
def test_it_does_not_matter_how_the_bytes_come(cuts: list[int]) -> None:
    keys, data, told = Keys(), (PRESS + REPEAT + RELEASE) * 3, []
    for cut in cuts:
        told += keys.feed(data[:cut])
        data = data[cut:]

    assert told + keys.feed(data) == [True, False] * 3


class Usb:
    """A folder that is /sys/class/input and /dev/input, and what is plugged in."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.sysfs, self.dev = folder / "sys", folder / "dev"
        self.sysfs.mkdir()
        self.dev.mkdir()

    def plug(self, name: str, title: str, usb_id: str = "3553:b001") -> int:
        os.mkfifo(self.dev / name)
        (self.sysfs / name / "device" / "id").mkdir(parents=True)
        (self.sysfs / name / "device" / "name").write_text(title + "\n")
        for part, value in zip(("vendor", "product"), usb_id.split(":"), strict=True):
            (self.sysfs / name / "device" / "id" / part).write_text(value + "\n")
        return os.open(self.dev / name, os.O_RDWR)

    def pull(self, name: str, end: int) -> None:
        for path in (*(self.sysfs / name / "device" / "id").iterdir(), self.sysfs / name / "device" / "name"):
            path.unlink()
        (self.dev / name).unlink()
        os.close(end)


@pytest.fixture
def usb(tmp_path: pathlib.Path) -> Usb:
    return Usb(tmp_path)


def test_it_is_found_by_name_or_usb_id(usb: Usb) -> None:
    ends = [
        usb.plug("event0", "AT Keyboard", "0001:0001"),
        usb.plug("event3", "PCsensor FootSwitch"),
        usb.plug("event4", "PCsensor FootSwitch Mouse"),
    ]
    (usb.sysfs / "event9").mkdir()  # it was pulled out just now

    assert find("footswitch", usb.sysfs) == ["event3", "event4"]
    assert find("3553:B001", usb.sysfs) == ["event3", "event4"]
    assert find("AT Key", usb.sysfs) == ["event0"]
    assert find("0001", usb.sysfs) == []
    for end in ends:
        os.close(end)


@pytest.fixture
def told(usb: Usb, monkeypatch: pytest.MonkeyPatch) -> Iterator[queue.SimpleQueue[bool]]:
    monkeypatch.setattr(pedal_module, "LOOK_EVERY", 0.02)
    told: queue.SimpleQueue[bool] = queue.SimpleQueue()
    pedal = Pedal("FootSwitch", told.put, sysfs=usb.sysfs, dev=usb.dev)
    yield told
    pedal.close()


def test_it_is_pulled_out_with_a_foot_on_it_and_comes_back_as_another(usb: Usb, told: queue.SimpleQueue[bool]) -> None:
    end = usb.plug("event3", "PCsensor FootSwitch")
    os.write(end, PRESS)
    assert told.get(timeout=PATIENCE) is True
    usb.pull("event3", end)
    assert told.get(timeout=PATIENCE) is False, "a foot that is not there holds nothing"

    end = usb.plug("event5", "PCsensor FootSwitch")
    os.write(end, PRESS + RELEASE)
    assert [told.get(timeout=PATIENCE), told.get(timeout=PATIENCE)] == [True, False]
    os.close(end)


def test_a_pedal_that_is_never_there_can_be_closed(usb: Usb, told: queue.SimpleQueue[bool]) -> None:
    assert told.empty()
