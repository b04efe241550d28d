"""Real brokers for tests: started on this computer with our own configuration, killed, started again.

A test that uses one carries `@pytest.mark.broker`. Where the program is missing the test is skipped with the reason,
but fails under CI: there, a broker that is not installed is a hole in the test.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from provisioning.brokers import BrokerFiles, mosquitto_acl, mosquitto_config, nats_config
from provisioning.throw_away import CredentialFiles
from sync.mqtt import Broker

PATIENCE = 30.0
"""Seconds that a broker may take to listen on a busy computer."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """Path of a broker's program, or skip the test (fail it under CI)."""
    beside_python = str(Path(sys.executable).parent)
    path = shutil.which(name, path=os.pathsep.join([beside_python, os.environ.get("PATH", ""), "/usr/sbin"]))
    if path is None:
        reason = f"{name} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@dataclass
class RunningBroker:
    """A broker's process. It keeps its port and its folder when it is started again."""

    command: list[str]
    files: BrokerFiles
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        give_up_at = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection((self.files.host, self.files.port), 1).close()
            except OSError:
                assert self.process.poll() is None, self.log.read_text()[-2000:]
                assert time.monotonic() < give_up_at, self.log.read_text()[-2000:]
                time.sleep(0.01)
            else:
                return

    def kill(self) -> None:
        """Kill -9: nothing is saved, nobody is told."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def as_seen_by(self, client: CredentialFiles) -> Broker:
        return Broker(self.files.host, self.files.port, client.ca_file, client.cert_file, client.key_file)


def mosquitto(folder: Path, server: CredentialFiles) -> RunningBroker:
    """A mosquitto with our configuration, not started yet."""
    path = program("mosquitto")
    files = BrokerFiles("127.0.0.1", free_port(), server.ca_file, server.cert_file, server.key_file, folder)
    (folder / "acl").write_text(mosquitto_acl())
    (folder / "mosquitto.conf").write_text(mosquitto_config(files, folder / "acl", user="root"))
    return RunningBroker([path, "-c", str(folder / "mosquitto.conf")], files, folder / "log")


def nats(folder: Path, server: CredentialFiles, units: tuple[str, ...]) -> RunningBroker:
    """A nats-server with our configuration, not started yet."""
    path = program("nats-server")
    files = BrokerFiles("127.0.0.1", free_port(), server.ca_file, server.cert_file, server.key_file, folder)
    (folder / "nats.conf").write_text(nats_config(files, free_port(), units))
    return RunningBroker([path, "-c", str(folder / "nats.conf")], files, folder / "log")
