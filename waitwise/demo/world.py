"""The demo's little world: a school, its broker, one teacher, one unit.

::

    folder/
      authority/          a certificate authority that lives as long as the demo
      broker/             nats-server: needs no installation
      school/             data and footage of the school, school.toml
      teacher/            her identity file, sealed under five words: the school never has it open
      unit/               the unit's folder, unit.toml, its signing key

School and unit are processes of their own, started as `waitwise school serve` and `waitwise unit record`.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lesson.footage.identity import Identity, SealedIdentity
from lesson.footage.recovery_code import new_code
from lesson.footage.signed import UnitKey
from lesson.footage.words import new_passphrase
from lesson.wire import from_base64, to_wire
from provisioning.brokers import BrokerFiles, nats_config
from provisioning.throw_away import CredentialFiles, ThrowAwayAuthority
from school.accounts import Invitation, invite, sign_in_link
from school.app import open_database
from school.settings import Settings
from school.units import register_unit
from waitwise.errors import CommandError

HOST = "127.0.0.1"
UNIT = "lab-2"
ROOM = "Lab 2"
TEACHER = "Ms J. Okafor"
START_TIMEOUT = 30.0
"""Seconds for a server of the demo to answer. A Pi with a slow card needs about ten."""


class DemoError(CommandError):
    """The demo cannot go on."""


@dataclass(slots=True)
class World:
    """Everything that runs while the demo lasts."""

    folder: Path
    authority: ThrowAwayAuthority
    browser_port: int
    passphrase: str = field(default_factory=new_passphrase, repr=False)
    recovery_code: str = field(default_factory=new_code, repr=False)
    origin: str = ""
    receipt_key: bytes = b""
    """What the school signs its receipts with: the public half."""
    teacher: _Teacher | None = None
    _closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def identity_file(self) -> Path:
        """The teacher's sealed identity."""
        return self.folder / "teacher" / "identity.json"

    @property
    def unit_settings(self) -> Path:
        """The unit's settings file."""
        return self.folder / "unit" / "unit.toml"

    @property
    def school_settings(self) -> Path:
        """The school's settings file."""
        return self.folder / "school" / "school.toml"

    def close(self) -> None:
        """Stop everything that was started, the last first."""
        self._closing.close()

    def start(self) -> None:
        """Start everything, and let the teacher make her keys."""
        invitation = self.open()
        self.teacher = _Teacher(self.origin)
        only_words = SealedIdentity.seal(Identity.generate(), self.passphrase)
        identity = only_words.add(self.recovery_code, "recovery_code", unlocked_with=self.passphrase)
        self.identity_file.write_bytes(identity.encode())
        self.teacher.join(invitation.code, identity)

    def open(self) -> Invitation:
        """Start the broker and the school, let the unit in, and invite the teacher."""
        for name in ("broker", "school", "teacher", "unit"):
            (self.folder / name).mkdir()
        broker_port = self._start_broker()
        signing_key, certificate = UnitKey.generate(), self.authority.unit(UNIT, ROOM)
        invitation = self._prepare_school(broker_port, signing_key.public, certificate)
        ready = self._start_school()
        self.origin = str(ready["browser"])
        self.receipt_key = from_base64(ready["receipt_key"])
        self._write_unit(broker_port, ready, signing_key, certificate)
        return invitation

    def lesson_address(self, lesson: str) -> str:
        """Address of the lesson page: signs in once, unlocks with what is behind the #. The school never sees that."""
        settings = Settings.read(self.school_settings)
        database = open_database(settings)
        try:
            code = sign_in_link(database, 1, now=datetime.now(tz=UTC), minutes=24 * 60)
        finally:
            database.close()
        return f"{self.origin}/enter/{code}?next=/lessons/{lesson}#unlock={self.passphrase.replace(' ', '-')}"

    def _start_broker(self) -> int:
        port, client_port = free_port(), free_port()
        server = self.authority.server(HOST)
        folder = self.folder / "broker"
        files = BrokerFiles(HOST, port, server.ca_file, server.cert_file, server.key_file, folder / "store")
        (folder / "nats.conf").write_text(nats_config(files, client_port, [UNIT]))
        command = [str(Path(sysconfig.get_path("scripts")) / "nats-server"), "-c", str(folder / "nats.conf")]
        process = self._spawn("broker", command, stdout=subprocess.DEVNULL)
        self._wait("broker", process, lambda: _answers(port))
        return port

    def _prepare_school(self, broker_port: int, unit_key: bytes, unit: CredentialFiles) -> Invitation:
        server, client = self.authority.server(HOST, "localhost"), self.authority.school()
        folder = self.folder / "school"
        write_toml(
            self.school_settings,
            {
                "data_folder": str(folder / "data"),
                "browser_port": self.browser_port,
                "units_port": 0,
                "units_certificate": str(server.cert_file),
                "units_key": str(server.key_file),
                "units_authority": str(self.authority.ca_file),
                "broker_host": HOST,
                "broker_port": broker_port,
                "broker_certificate": str(client.cert_file),
                "broker_key": str(client.key_file),
            },
        )
        now = datetime.now(tz=UTC)
        database = open_database(Settings.read(self.school_settings))
        try:
            invitation = invite(database, TEACHER, now=now, days=1)
            register_unit(
                database,
                unit=UNIT,
                room=ROOM,
                certificate=unit.cert_file.read_bytes(),
                signing_key=unit_key,
                now=now,
                teachers=[invitation.teacher_id],
            )
        finally:
            database.close()
        return invitation

    def _start_school(self) -> dict[str, Any]:
        command = waitwise_command("school", "serve", str(self.school_settings), "--json")
        process = self._spawn("school", command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise self._silent("school")
        ready: dict[str, Any] = json.loads(line)
        if "error" in ready:
            raise DemoError(f"The school did not start. {ready['detail']}", "Choose another --port, or leave it out.")
        return ready

    def _write_unit(
        self, broker_port: int, ready: dict[str, Any], signing_key: UnitKey, certificate: CredentialFiles
    ) -> None:
        folder = self.folder / "unit"
        key_file = folder / "signing.key"
        key_file.touch(mode=0o600)
        key_file.write_bytes(signing_key.to_bytes())
        write_toml(
            self.unit_settings,
            {
                "unit": UNIT,
                "room": ROOM,
                "folder": str(folder),
                "school": {
                    "url": ready["units"],
                    "broker": f"{HOST}:{broker_port}",
                    "authority": str(certificate.ca_file),
                    "receipt_key": ready["receipt_key"],
                },
                "trust": {
                    "certificate": str(certificate.cert_file),
                    "private_key": str(certificate.key_file),
                    "signing_key": str(key_file),
                },
                "camera": {"source": "chart"},
            },
        )

    def _spawn(self, name: str, command: list[str], stdout: int) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            try:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=log)
            except FileNotFoundError as error:
                raise DemoError(
                    f"{Path(command[0]).name} is not installed here.", "`make demo` installs what the demo needs."
                ) from error
        self._closing.callback(_stop, process)
        return process

    def _wait(self, name: str, process: subprocess.Popen[bytes], is_up: Callable[[], bool]) -> None:
        until = time.monotonic() + START_TIMEOUT
        while not is_up():
            if process.poll() is not None or time.monotonic() > until:
                raise self._silent(name)
            time.sleep(0.05)

    def _silent(self, name: str) -> DemoError:
        """The end of a program's log belongs into the sentence: without --keep the file is gone in a moment."""
        log = (self.folder / f"{name}.log").read_text(errors="replace").strip().splitlines()
        last = f" Its last words: {log[-1]}" if log else ""
        return DemoError(f"The {name} did not start.{last}", f"With --keep FOLDER its whole log stays in {name}.log.")


class _Teacher:
    """The teacher's own computer, as far as the school's pages need it: it asks, with her session's cookie."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),  # the school is on this machine, whatever the environment says
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )

    def join(self, code: str, identity: SealedIdentity) -> None:
        """Register her public keys, and her secret ones as sealed bytes."""
        recipient = identity.recipient
        self._ask(
            "/api/join",
            {
                "code": code,
                "encryption_key": to_wire(recipient.encryption_key),
                "signing_key": to_wire(recipient.signing_key),
                "sealed_identity": to_wire(identity.encode()),
            },
        )

    def lesson(self, lesson: str) -> dict[str, Any]:
        """What the school tells her of a lesson."""
        return self._ask(f"/api/lessons/{lesson}")

    def evidence(self, lesson: str) -> list[dict[str, Any]]:
        """Every evidence message that the school has of a lesson."""
        pieces: list[dict[str, Any]] = []
        while more := self._ask(f"/api/lessons/{lesson}/evidence?after={len(pieces) - 1}")["evidence"]:
            pieces += more
        return pieces

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Origin": self._origin}
        request = urllib.request.Request(self._origin + path, data, headers)  # noqa: S310 - http, on this machine
        with self._opener.open(request, timeout=START_TIMEOUT) as answer:
            told: dict[str, Any] = json.loads(answer.read())
        return told


@contextlib.contextmanager
def world(folder: Path, browser_port: int) -> Iterator[World]:
    """A world that is stopped at the end, whatever happens."""
    made = World(
        folder=folder,
        authority=ThrowAwayAuthority(folder / "authority", datetime.now(tz=UTC), is_demo=True),
        browser_port=browser_port or free_port(),
    )
    try:
        made.start()
        yield made
    finally:
        made.close()


def waitwise_command(*arguments: str) -> list[str]:
    """Command line of another `waitwise` of this installation."""
    return [sys.executable, "-m", "waitwise", *arguments]


def free_port() -> int:
    """A port that nobody used a moment ago."""
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def write_toml(path: Path, values: dict[str, Any]) -> None:
    """Write text, numbers and one level of tables."""
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    lines = [f"{key} = {json.dumps(value)}" for key, value in plain.items()]
    for name, table in values.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    path.write_text("\n".join(lines) + "\n")


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1.0):
        return True
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
