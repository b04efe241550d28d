"""A word to systemd, on a socket as systemd makes it; and nothing where nobody listens, or nobody reads."""

import pathlib
import socket

import pytest

from device.notify import Notifier


@pytest.mark.parametrize("is_abstract", [False, True])
def test_what_is_told(tmp_path: pathlib.Path, is_abstract: bool) -> None:
    name = f"\0waitwise-{tmp_path.name}-{id(tmp_path)}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name)
        manager.settimeout(10)
        told = Notifier({"NOTIFY_SOCKET": name.replace("\0", "@"), "WATCHDOG_USEC": "30000000"})
        assert told.alive_every == 10.0
        told.ready()
        told.status("recording")
        told.status("recording")
        told.alive()
        told.stopping()
        assert [manager.recv(100) for _ in range(4)] == [b"READY=1", b"STATUS=recording", b"WATCHDOG=1", b"STOPPING=1"]
        told.close()


def test_nobody_is_told_where_nobody_listens() -> None:
    told = Notifier({})
    assert told.alive_every is None
    told.ready()
    told.close()


def test_a_manager_that_does_not_read_stops_nothing(tmp_path: pathlib.Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        told = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        for _ in range(1000):
            told.alive()
        told.close()
    gone = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    gone.alive()
    gone.close()
