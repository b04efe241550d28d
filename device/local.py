"""Programs of one unit talk to each other over a Unix socket: short questions, and values that are told as they change.

::

    LocalClient                                       LocalServer
    ask("add_event", AddEvent(...))   ---------->     handlers["add_event"](what was given)
                                      <----------     its answer, or why not
    follow("state")                   ---------->
                                      <----------     the value now, then every new one; the newest, to who is slow

    bytes   length u32, big-endian | JSON as lesson/wire.py writes it

    {"ask": "add_event", "given": {...}}  ->  {"answer": ...}  or  {"refused": "a sentence", "problem": code or null}
    {"follow": "state"}                   ->  {"value": ...}  {"value": ...}  ...

Who may ask is decided by the kernel's word for the other end's user (SO_PEERCRED). Each client has a thread of the
server's, so that nobody waits for one that is slow; a client that does not take what it is sent is let go.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lesson.problems import ALL, Problem, WaitwiseError
from lesson.wire import WireError, dumps, loads

_log = logging.getLogger(__name__)

MAX_BYTES = 1024 * 1024
"""Of one message. The longest event of a lesson has a quarter of it, in base64."""

MAX_CLIENTS = 16
"""At a time. A unit has three programs; its page follows the state once for each browser that is open."""

WITHIN = 5.0
"""Seconds for one message, once it has begun, and for an answer."""

_LOOK_EVERY = 1.0
"""Seconds until somebody who follows, and has gone, is noticed where nothing changes."""

_LENGTH = struct.Struct(">I")
_PEER = struct.Struct("3i")
_TIME = struct.Struct("2l")
_PROBLEMS = {problem.code: problem for problem in ALL}

Handler = Callable[[Any], object]
"""Takes what `loads` made of the question, returns what `dumps` can write; called by several threads."""


class LocalError(WaitwiseError):
    """Another program of this unit did not do what it was asked."""


class LocalUnreachableError(LocalError):
    """It does not run, does not answer in time, or speaks otherwise. Whether it did it is not known."""


class LocalRefusedError(LocalError):
    """It answered, and says why not."""

    def __init__(self, sentence: str, problem: Problem | None) -> None:
        """`problem`: what the other program would say of it."""
        super().__init__(sentence)
        self.problem = problem


class _GoneError(Exception):
    """The other end has closed, or was too slow, or sent what cannot be read."""


class _Line:
    """One connection: whole messages."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def send(self, message: bytes, within: float) -> None:
        """Send it whole. Raises `_GoneError`."""
        try:
            self._connection.settimeout(max(within, 0.001))
            self._connection.sendall(_LENGTH.pack(len(message)) + message)
        except OSError as error:
            raise _GoneError(f"could not be sent: {error}") from error

    def receive(self, begins_within: float | None, within: float) -> Any:
        """Wait for a message to begin (None: for ever), and take it. Raises `_GoneError`."""
        try:
            self._connection.settimeout(begins_within)
            first = self._connection.recv(1)
            until = time.monotonic() + within
            (length,) = _LENGTH.unpack(first + self._exactly(_LENGTH.size - 1, until) if first else b"")
            if length > MAX_BYTES:
                raise _GoneError(f"a message of {length} bytes is too long")
            return loads(self._exactly(length, until))
        except struct.error as error:
            raise _GoneError("it was closed") from error
        except (OSError, WireError) as error:
            raise _GoneError(str(error)) from error

    def says_something(self, within: float = 0.0) -> bool:
        """Whether there is something to receive: a message, or that the other end has closed."""
        return bool(select.select([self._connection], [], [], within)[0])

    def end(self) -> None:
        """Wake whoever waits for it, in another thread."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def _exactly(self, length: int, until: float) -> bytes:
        taken = bytearray()
        while len(taken) < length:
            left = until - time.monotonic()
            if left <= 0:
                raise _GoneError("it was not sent in time")
            self._connection.settimeout(left)
            piece = self._connection.recv(min(length - len(taken), 65536))
            if not piece:
                raise _GoneError("it was closed in the middle of a message")
            taken += piece
        return bytes(taken)


class LocalServer:
    """Answers on a socket until it is closed. What the handlers raise as a `WaitwiseError` is told to who asked."""

    def __init__(
        self,
        path: Path,
        handlers: Mapping[str, Handler],
        *,
        topics: Collection[str] = (),
        users: Collection[int] | None = None,
        within: float = WITHIN,
    ) -> None:
        """`topics` can be followed; `users` may ask, by their numbers (None: our own).

        `within`: seconds that a client may take for one message. Raises `LocalError`.
        """
        self._path = path
        self._handlers = dict(handlers)
        self._users = frozenset({os.geteuid()} if users is None else users)
        self._within = within
        self._told: dict[str, tuple[int, bytes]] = dict.fromkeys(topics, (0, b""))
        self._news = threading.Condition()
        self._is_over = False
        self._lines: set[_Line] = set()
        self._socket, self._inode = _listen(path)
        self._thread = threading.Thread(target=self._accept, name=path.name, daemon=True)
        self._thread.start()

    def tell(self, topic: str, value: object) -> None:
        """Tell everybody who follows `topic`; who comes later is told as well. Waits for nobody."""
        message = dumps({"value": value})
        with self._news:
            self._told[topic] = (self._told[topic][0] + 1, message)
            self._news.notify_all()

    def close(self) -> None:
        """Let everybody go."""
        with self._news:
            self._is_over = True
            self._news.notify_all()
            lines = set(self._lines)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        for line in lines:
            line.end()
        with contextlib.suppress(OSError):
            if self._path.stat().st_ino == self._inode:  # else another server has taken its place
                self._path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._is_over:
            try:
                connection, _ = self._socket.accept()
            except OSError as error:
                if not self._is_over:
                    _log.warning("%s cannot take another client: %s", self._path.name, error)
                    time.sleep(_LOOK_EVERY)
                continue
            line = _Line(connection)
            _, user, _ = _PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
            with self._news:
                is_welcome = user in self._users and len(self._lines) < MAX_CLIENTS and not self._is_over
                if is_welcome:
                    self._lines.add(line)
            if not is_welcome:
                _log.warning("%s: user %d is not let in.", self._path.name, user)
                line.close()
                continue
            threading.Thread(target=self._serve, args=(line,), name=self._path.name, daemon=True).start()

    def _serve(self, line: _Line) -> None:
        try:
            while not self._is_over:
                self._take(line, line.receive(None, self._within))
        except _GoneError as error:
            _log.debug("%s: %s", self._path.name, error)
        finally:
            with self._news:
                self._lines.discard(line)
            line.close()

    def _take(self, line: _Line, message: Any) -> None:
        match message:
            case {"ask": str(name), "given": given, **rest} if not rest and name in self._handlers:
                line.send(self._answer(name, given), self._within)
            case {"follow": str(topic), **rest} if not rest and topic in self._told:
                self._follow(line, topic)
            case _:
                line.send(_refusal("Nobody here knows what was asked for."), self._within)

    def _answer(self, name: str, given: Any) -> bytes:
        """Whatever a handler does, the server goes on: an error that nobody foresaw is logged here."""
        try:
            answer = dumps({"answer": self._handlers[name](given)})
        except WaitwiseError as error:
            return _refusal(str(error), error.problem)
        except WireError as error:
            return _refusal(f"{name} cannot be read or answered: {error}")
        except Exception:  # noqa: BLE001 - see the docstring
            _log.exception("%s failed in a way that nobody foresaw.", name)
            return _refusal(f"{name} failed; the journal says why.")
        return answer if len(answer) <= MAX_BYTES else _refusal(f"The answer to {name} is too long.")

    def _follow(self, line: _Line, topic: str) -> None:
        number = 0
        while True:
            with self._news:
                if self._told[topic][0] == number and not self._is_over:
                    self._news.wait(_LOOK_EVERY)
                is_new, (number, message) = self._told[topic][0] != number, self._told[topic]
            if self._is_over or line.says_something():
                raise _GoneError("who followed has gone")
            if is_new:
                line.send(message, self._within)


class LocalClient:
    """Asks a server, one question at a time; connects when it must. May be used by several threads."""

    def __init__(self, path: Path, within: float = WITHIN) -> None:
        """`within`: seconds for each question, connecting included."""
        self._path = path
        self._within = within
        self._line: _Line | None = None
        self._turn = threading.Lock()

    def ask(self, name: str, given: object = None, within: float | None = None) -> Any:
        """Ask, and return the answer as `loads` gives it.

        Raises `LocalUnreachableError`: it may have been done or not; `LocalRefusedError`: it was not.
        """
        question = dumps({"ask": name, "given": given})
        if len(question) > MAX_BYTES:
            raise LocalRefusedError(f"{name} is too long: {len(question)} bytes.", None)
        until = time.monotonic() + (self._within if within is None else within)
        if not self._turn.acquire(timeout=max(until - time.monotonic(), 0)):
            raise LocalUnreachableError(f"{self._path.name}: others are still waiting for their answers.")
        try:
            line = self._connected()
            line.send(question, until - time.monotonic())
            answer = line.receive(max(until - time.monotonic(), 0.001), max(until - time.monotonic(), 0.001))
        except _GoneError as error:
            self._forget()
            raise LocalUnreachableError(f"{self._path.name} does not answer: {error}.") from error
        finally:
            self._turn.release()
        return _opened(answer)

    def follow(self, topic: str) -> Following:
        """Follow a topic on a connection of its own. Raises `LocalUnreachableError`."""
        line = _connect(self._path)
        try:
            line.send(dumps({"follow": topic}), self._within)
        except _GoneError as error:
            line.close()
            raise LocalUnreachableError(f"{self._path.name} does not answer: {error}.") from error
        return Following(line, self._path.name)

    def close(self) -> None:
        """Let go of the connection; the next question makes another."""
        with self._turn:
            self._forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _connected(self) -> _Line:
        # A server that was restarted has closed the old connection, and that shows before anything is sent.
        if self._line is not None and self._line.says_something():
            self._forget()
        if self._line is None:
            self._line = _connect(self._path)
        return self._line

    def _forget(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


class Following:
    """What a server tells of one topic."""

    def __init__(self, line: _Line, name: str) -> None:
        self._line = line
        self._name = name

    def next(self, within: float) -> Any:
        """The next value, or None if nothing new came. Raises `LocalError` when the server is gone or refuses."""
        if not self._line.says_something(within):
            return None
        try:
            return _opened(self._line.receive(WITHIN, WITHIN), "value")
        except _GoneError as error:
            raise LocalUnreachableError(f"{self._name} tells nothing any more: {error}.") from error

    def close(self) -> None:
        """Follow no longer."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _opened(message: Any, what: str = "answer") -> Any:
    match message:
        case {"refused": str(sentence), "problem": str() | None as code}:
            raise LocalRefusedError(sentence, _PROBLEMS.get(code or ""))
        case dict() if message.keys() == {what}:
            return message[what]
    raise LocalUnreachableError("The other program speaks otherwise: after an update, restart all of them.")


def _refusal(sentence: str, problem: Problem | None = None) -> bytes:
    return dumps({"refused": sentence, "problem": None if problem is None else problem.code})


def _connect(path: Path) -> _Line:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        # The kernel's own limit: with Python's, a server that is slow to accept would count as one that is gone.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIME.pack(round(WITHIN), 0))
        connection.connect(str(path))
    except OSError as error:
        connection.close()
        raise LocalUnreachableError(f"{path.name} is not there: {error.strerror or error}.") from error
    return _Line(connection)


def _listen(path: Path) -> tuple[socket.socket, int]:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    # Under another name until only those who may can open it, then in the place of one that a killed server left.
    part = path.with_name(f".{path.name}")
    try:
        part.unlink(missing_ok=True)
        listening.bind(str(part))
        part.chmod(0o660)
        listening.listen(MAX_CLIENTS)
        inode = part.stat().st_ino
        part.replace(path)
    except OSError as error:
        listening.close()
        raise LocalError(f"{path} cannot be listened on: {error.strerror or error}.") from error
    return listening, inode
