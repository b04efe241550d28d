"""Serves the unit's page until somebody ends the program.

::

    certificate, pairing --> app --HTTPS--> phones in the room
    time: never before what the page has known (clock.txt in its folder), nor before this version was made
    number --> the room's screen: the terminal in the settings, or the one that this program was started in
    as a service: ready, and alive while pages are answered and the program that records is followed --> systemd
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from uvicorn import Config, Server

from device.clock import SystemClock
from device.notify import Notifier
from device.page.app import page_app
from device.page.card import Card
from device.page.pairing import Pairing
from device.page.parts import PageParts, templates
from device.page.resident import Resident
from device.settings import PageSettings, UnitSettings, names_of
from device.sure_clock import SureClock
from lesson.settings import SettingsError
from provisioning.own_certificate import OwnCertificate, own_certificate

GRACE_SECONDS = 2
HTTPS = 443
"""The port that nobody types."""
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class PageReady:
    """Where the page is, once it is."""

    address: str
    fingerprint: bytes | None
    """Of the certificate. None: this computer only, without one."""


class Screen:
    """What stands in the room for people to read: never the journal."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def show(self, lines: list[str]) -> bool:
        """Show lines. False: there is no screen."""
        text = "".join(f"{line}\n" for line in lines)
        try:
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as screen:
                    if not screen.isatty():
                        return False
                    screen.write(text)
                return True
        except OSError:
            return False
        if not sys.stderr.isatty():
            return False
        sys.stderr.write(text)
        return True


def serve_page(
    settings: UnitSettings,
    ready: Callable[[PageReady], None],
    notifier: Notifier,
    port: socket.socket | None = None,
) -> None:
    """Run until SIGTERM or SIGINT. Raises `SettingsError`, `ProvisioningError`.

    `port`: where it listens, with TLS. None: at the address in the settings.
    """
    page = settings.page
    if settings.socket.path is None:
        raise SettingsError("The page needs the setting socket.path, to reach the program that records.")
    names = names_of(settings)
    time, certificate = SureClock(SystemClock(), settings.page_folder), None
    if port is not None or page.host not in _LOOPBACK:
        # A unit that has not asked a server yet may be years behind: a certificate made then would be over today.
        certificate = own_certificate(settings.page_folder, names, time.read().at)
        time.store()
    with port or _open(page) as listening:
        asyncio.run(_serve(settings, settings.socket.path, time, certificate, listening, ready, notifier))


def _open(page: PageSettings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in page.host else socket.AF_INET
        return socket.create_server((page.host, page.port), family=family, backlog=32)
    except OSError as error:
        raise SettingsError(f"Port {page.port} at {page.host} cannot be opened: {error.strerror}.") from error


class _Server(Server):
    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when the port answers."""
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `_serve`, which ends live pages first."""
        yield


async def _serve(
    settings: UnitSettings,
    path: Path,
    time: SureClock,
    certificate: OwnCertificate | None,
    listening: socket.socket,
    ready: Callable[[PageReady], None],
    notifier: Notifier,
) -> None:
    loop, closing, names = asyncio.get_running_loop(), asyncio.Event(), names_of(settings)
    resident, pairing, screen = Resident(path, loop), Pairing(settings.page.day_ends), Screen(settings.page.screen)
    port = listening.getsockname()[1]
    address = f"https://{names[0]}{'' if port == HTTPS else f':{port}'}" if certificate else f"http://localhost:{port}"

    def show_number() -> bool:
        number = pairing.shown(time.read().at)
        return number is not None and screen.show(_on_screen(settings.room, address, number, certificate))

    parts = PageParts(
        room=settings.room,
        scheme="https" if certificate else "http",
        names=names,
        resident=resident,
        pairing=pairing,
        show_number=show_number,
        has_screen=lambda: screen.show([]),
        card=Card(settings.page_folder),
        now=lambda: time.read().at,
        monotonic=SystemClock().monotonic,
        closing=closing,
        templates=templates(),
    )
    server = _Server(
        Config(
            page_app(parts),
            http="h11",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            ssl_certfile=certificate.cert_file if certificate else None,
            ssl_keyfile=certificate.key_file if certificate else None,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )

    def stop() -> None:
        notifier.stopping()
        closing.set()
        resident.stop()
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    resident.start()
    serving = asyncio.create_task(server.serve([listening]))
    await server.up.wait()
    ready(PageReady(address, certificate.fingerprint if certificate else None))
    notifier.status(address)
    notifier.ready()
    alive = asyncio.create_task(_say_alive(notifier, resident, time))
    await serving
    alive.cancel()


async def _say_alive(notifier: Notifier, resident: Resident, time: SureClock) -> None:
    while notifier.alive_every is not None:
        time.store_now_and_then()
        if resident.is_following:
            notifier.alive()
        await asyncio.sleep(notifier.alive_every)


def _on_screen(room: str, address: str, number: str, certificate: OwnCertificate | None) -> list[str]:
    lines = [f"{room}: the number for the unit's page is  {number[:3]} {number[3:]}", f"  {address}"]
    if certificate is not None:
        lines.append(f"  its certificate: {certificate.fingerprint.hex(':').upper()}")
    return lines
