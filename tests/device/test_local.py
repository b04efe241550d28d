"""Programs of one unit talk over a socket: answered, refused, told, and never kept waiting by somebody else.

::

    client --question--> server --answer--> client        who is killed, slow, mute or mad costs the others nothing
"""

import contextlib
import logging
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from device.local import MAX_BYTES, MAX_CLIENTS, LocalClient, LocalError, LocalRefusedError, LocalServer
from device.local import LocalUnreachableError as Unreachable
from lesson.problems import DISK_FULL, WaitwiseError
from lesson.wire import dumps, from_base64, from_wire, loads

SOON = 30.0
"""Seconds that nothing here takes, on however busy a machine."""


class NoRoomError(WaitwiseError):
    """A refusal with a problem."""

    problem = DISK_FULL


def refuse(_: Any) -> None:
    raise NoRoomError("The card is full.")


def fail(_: Any) -> None:
    raise ZeroDivisionError


HANDLERS: dict[str, Callable[[Any], object]] = {
    "twice": lambda given: from_base64(given) * 2,
    "add": lambda given: sum(from_wire(dict[str, int], given).values()) if isinstance(given, dict) else None,
    "count": lambda given: from_wire(int, given),
    "refuse": refuse,
    "fail": fail,
    "long": lambda _: "x" * MAX_BYTES,
    "who": lambda _: os.getpid(),
}


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "unit.sock"


@pytest.fixture
def server(path: pathlib.Path) -> Iterator[LocalServer]:
    with LocalServer(path, HANDLERS, topics=["state"], within=0.5) as server:
        yield server


@pytest.fixture
def client(path: pathlib.Path, server: LocalServer) -> Iterator[LocalClient]:
    with LocalClient(path, within=SOON) as client:
        yield client


@contextlib.contextmanager
def raw(path: pathlib.Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.settimeout(SOON)
        yield connection


def framed(message: bytes) -> bytes:
    return struct.pack(">I", len(message)) + message


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_question_is_answered(client: LocalClient) -> None:
    assert from_base64(client.ask("twice", b"\0\xff")) == b"\0\xff\0\xff"
    assert client.ask("count", 7) == 7


@pytest.mark.parametrize(
    ("name", "given", "sentence", "problem"),
    [
        ("refuse", None, "The card is full.", DISK_FULL),
        ("fail", None, "the journal says why", None),
        ("count", "seven", "int was expected", None),
        ("nonsense", None, "Nobody here knows", None),
        ("long", None, "too long", None),
        ("twice", b"x" * MAX_BYTES, "too long", None),
    ],
)
def test_what_is_not_done_is_said(
    client: LocalClient, name: str, given: object, sentence: str, problem: object, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(LocalRefusedError, match=sentence) as refused:
        client.ask(name, given)

    assert refused.value.problem is problem
    assert client.ask("count", 1) == 1, "and the connection goes on"
    assert ("ZeroDivisionError" in caplog.text) == (name == "fail")


def test_nobody_there_is_said_at_once(path: pathlib.Path) -> None:
    with pytest.raises(Unreachable, match=r"unit\.sock is not there"):
        LocalClient(path).ask("count", 1)
    with pytest.raises(Unreachable):
        LocalClient(path).follow("state")


def test_an_answer_that_does_not_come_is_not_waited_for(path: pathlib.Path) -> None:
    asked = threading.Event()

    with (
        LocalServer(path, {"sleep": lambda _: asked.wait(SOON), "count": lambda given: given}) as server,
        LocalClient(path) as client,
    ):
        with pytest.raises(Unreachable, match="does not answer"):
            client.ask("sleep", within=0.2)
        assert client.ask("count", 2, within=SOON) == 2, "the late answer is not taken for this one"
        asked.set()
        del server


def test_the_newest_value_is_told_to_who_follows(client: LocalClient, server: LocalServer) -> None:
    server.tell("state", {"doing": "ready"})
    with client.follow("state") as following:
        assert following.next(SOON) == {"doing": "ready"}
        assert following.next(0.01) is None
        server.tell("state", {"doing": "recording"})
        assert following.next(SOON) == {"doing": "recording"}


def test_who_is_slow_gets_the_newest_and_keeps_nobody_waiting(client: LocalClient, server: LocalServer) -> None:
    big = "x" * 100_000
    with client.follow("state") as slow, client.follow("state") as quick:
        for number in range(100):
            server.tell("state", [number, big])
            while quick.next(SOON)[0] != number:
                pass
        seen = []
        with contextlib.suppress(Unreachable):  # it took nothing for half a second: it may have been let go
            while (told := slow.next(1.0)) is not None:
                seen.append(told[0])
    assert len(seen) < 100
    assert client.ask("count", 3) == 3


def test_a_topic_that_is_none_is_refused(client: LocalClient) -> None:
    with client.follow("nonsense") as following, pytest.raises(LocalRefusedError):
        following.next(SOON)


@pytest.mark.parametrize(
    "sent",
    [
        framed(b"\xff\xfe"),
        framed(b"{"),
        framed(b'{"ask":"count","ask":"count","given":1}'),
        framed(b"[" * 100_000),
        framed(b"{}")[:-1],
        b"\0",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_cannot_be_read_is_let_go(path: pathlib.Path, client: LocalClient, sent: bytes) -> None:
    with raw(path) as mad:
        mad.sendall(sent)
        with contextlib.suppress(ConnectionResetError):
            assert mad.recv(10) == b"", "closed, and nothing said"
    assert client.ask("count", 4) == 4


def test_a_message_that_is_too_long_is_not_waited_for(path: pathlib.Path) -> None:
    with LocalServer(path, HANDLERS, within=10 * SOON), raw(path) as mad:
        mad.sendall(struct.pack(">I", MAX_BYTES + 1))
        assert mad.recv(1) == b""


@pytest.mark.parametrize(
    "message", [b"1", b"null", b"{}", b'{"ask":"count"}', b'{"ask":1,"given":1}', b'{"ask":"count","given":1,"more":2}']
)
def test_what_nobody_agreed_on_is_refused(path: pathlib.Path, server: LocalServer, message: bytes) -> None:
    with raw(path) as odd:
        odd.sendall(framed(message))
        (length,) = struct.unpack(">I", odd.recv(4))
        assert loads(odd.recv(length))["refused"] == "Nobody here knows what was asked for."


def test_who_takes_no_answers_is_let_go_and_keeps_nobody_waiting(path: pathlib.Path, client: LocalClient) -> None:
    with raw(path) as deaf:
        with contextlib.suppress(OSError):
            for _ in range(200):
                deaf.sendall(framed(dumps({"ask": "twice", "given": b"x" * 50_000})))
        assert client.ask("count", 5) == 5
        with contextlib.suppress(OSError):
            while deaf.recv(65536):
                pass  # until it is closed: a timeout fails the test


def test_too_many_clients_are_let_go(path: pathlib.Path, client: LocalClient) -> None:
    assert client.ask("count", 6) == 6
    with contextlib.ExitStack() as many:
        held = [many.enter_context(raw(path)) for _ in range(MAX_CLIENTS + 3)]
        for one_too_many in held[-3:]:
            assert one_too_many.recv(1) == b""
        assert client.ask("count", 7) == 7
    until(lambda: can_ask(path))


def can_ask(path: pathlib.Path) -> bool:
    with LocalClient(path) as client, contextlib.suppress(Unreachable):
        return bool(client.ask("count", 1))
    return False


def test_only_who_may_is_let_in(path: pathlib.Path, caplog: pytest.LogCaptureFixture) -> None:
    stranger = os.geteuid() + 1
    with LocalServer(path, HANDLERS, users=[stranger]):
        with caplog.at_level(logging.WARNING), pytest.raises(Unreachable):
            LocalClient(path).ask("count", 1)
        assert "not let in" in caplog.text
        assert path.stat().st_mode & 0o777 == 0o660


def test_a_server_that_is_closed_leaves_nothing(path: pathlib.Path) -> None:
    before = threading.active_count()
    server = LocalServer(path, HANDLERS, topics=["state"])
    with LocalClient(path) as client, client.follow("state"):
        assert client.ask("count", 1) == 1
        server.close()
        assert not path.exists()
        with pytest.raises(Unreachable):
            client.ask("count", 1)
    until(lambda: threading.active_count() == before)


def test_where_it_cannot_listen_it_says_so(tmp_path: pathlib.Path) -> None:
    with pytest.raises(LocalError, match="cannot be listened on"):
        LocalServer(tmp_path / "no" / "unit.sock", {})
    with pytest.raises(LocalError, match="cannot be listened on"):
        LocalServer(tmp_path / ("x" * 120), {})


SERVER = """
import os, sys, pathlib, threading
from device.local import LocalServer
with LocalServer(pathlib.Path(sys.argv[1]), {"who": lambda _: os.getpid()}, topics=["state"]) as server:
    server.tell("state", os.getpid())
    print("listening", flush=True)
    threading.Event().wait()
"""

CLIENT = """
import sys, pathlib
from device.local import LocalClient
client = LocalClient(pathlib.Path(sys.argv[1]))
following = client.follow("state")
while True:
    client.ask("count", 1)
    following.next(0.0)
    print("asked", flush=True)
"""


def started(program: str, path: pathlib.Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    with process:
        pass


def test_a_server_that_is_killed_is_found_again(path: pathlib.Path) -> None:
    client = LocalClient(path, within=SOON)
    first = started(SERVER, path)
    assert client.ask("who") == first.pid
    following = client.follow("state")
    assert following.next(SOON) == first.pid

    killed(first)
    with pytest.raises(Unreachable):
        client.ask("who")
    with pytest.raises(Unreachable):
        following.next(SOON)
    following.close()
    assert path.exists(), "a killed server leaves its socket"

    second = started(SERVER, path)
    assert client.ask("who") == second.pid
    killed(second)
    third = started(SERVER, path)
    assert client.ask("who") == third.pid, "nothing in between was asked of the one that was killed"
    killed(third)
    client.close()


def test_a_server_that_hangs_is_not_waited_for(path: pathlib.Path) -> None:
    process = started(SERVER, path)
    client = LocalClient(path)
    assert client.ask("who", within=SOON) == process.pid
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)

    before = time.monotonic()
    with pytest.raises(Unreachable):
        client.ask("who", within=0.3)
    assert time.monotonic() - before < SOON

    process.send_signal(signal.SIGCONT)
    assert client.ask("who", within=SOON) == process.pid
    client.close()
    killed(process)


def test_clients_that_are_killed_cost_the_others_nothing(path: pathlib.Path, client: LocalClient) -> None:
    for _ in range(3):
        many = [started(CLIENT, path) for _ in range(3)]
        for each in many:
            killed(each)
        assert client.ask("count", 8) == 8
    with contextlib.ExitStack() as held:  # their places are free again
        until(lambda: can_ask(path))
        for _ in range(MAX_CLIENTS - 2):
            until(lambda: can_ask(path))
            held.enter_context(raw(path))
