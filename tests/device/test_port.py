"""A port that somebody else opened, and handed over as systemd does."""

import socket
import subprocess
import sys

import pytest

from device.port import handed_over_port

ANSWERS = """
import os
from device.port import handed_over_port
port = handed_over_port(os.environ)
print("none") if port is None else port.accept()[0].sendall(b"here")
"""


def started(pid: str, number: str, port: socket.socket) -> subprocess.Popen[str]:
    """A program that has the port as its third file, as after sd_listen_fds(3); the shell keeps its own number."""
    command = f'exec 3<&{port.fileno()}; LISTEN_PID={pid} LISTEN_FDS={number} exec "$0" -c "$1"'
    return subprocess.Popen(
        ["bash", "-c", command, sys.executable, ANSWERS], pass_fds=[port.fileno()], stdout=subprocess.PIPE, text=True
    )


def test_who_is_handed_a_port_answers_on_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as port, started("$$", "1", port) as program:
        with socket.create_connection(port.getsockname(), timeout=30) as caller:
            assert caller.recv(10) == b"here"
        assert program.wait(30) == 0


@pytest.mark.parametrize(("pid", "number"), [("1", "1"), ("$$", "2"), ("$$", "0")])
def test_what_was_handed_to_another_or_is_no_port_is_left_alone(pid: str, number: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as port, started(pid, number, port) as program:
        assert program.communicate(timeout=30)[0].strip() == "none"


def test_without_systemd_nothing_is_handed_over() -> None:
    assert handed_over_port({}) is None
