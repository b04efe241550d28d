"""Runs a school: the units' port, the browsers' port, the broker's thread and the sweeper, in one process.

::

    {"ready":true,"browser":"http://127.0.0.1:8443","units":"https://127.0.0.1:8444","receipt_key":"..."}

SIGTERM and SIGINT end it in good order: what was acknowledged is on the disk at any moment anyway, so order only saves
the units from sending a segment twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp
from uvicorn import Config, Server

from lesson.settings import SettingsError
from school.app import School, build
from school.listener import listener
from school.mtls import PeerCertificateProtocol, units_tls
from school.settings import Settings

_LOG = logging.getLogger(__name__)

GRACE_SECONDS = 5
"""How long answers that are on their way may take when the server stops."""

KEEP_ALIVE_SECONDS = 75
"""A unit sends a segment every 2 s: its connection should outlive a slow one."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Where the school can be reached, once it can."""

    browser: str
    units: str
    receipt_key: bytes
    """Public Ed25519 key: what units verify receipts with."""


def serve(settings: Settings, ready: Callable[[Ready], None] = lambda _ready: None) -> None:
    """Run until SIGTERM or SIGINT. `ready` is called once, when both ports answer. Raises `SchoolError`."""
    browsers = _bind(settings.browser_host, settings.browser_port)
    units = _bind(settings.units_host, settings.units_port)
    with browsers, units:
        ports = {"browser_port": browsers.getsockname()[1], "units_port": units.getsockname()[1]}
        settings = replace(settings, **ports)
        # The ports first: a second server by mistake must fail before it touches the footage folder.
        school = build(settings)
        thread = listener(settings, school.ingest)
        if thread is not None:
            thread.start()
        try:
            asyncio.run(_serve(settings, school, browsers, units, ready))
        finally:
            if thread is not None:
                thread.stop()
            school.database.close()


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
        """Leave signals to `_serve`: there are two servers and one process."""
        yield


async def _serve(
    settings: Settings, school: School, browsers: socket.socket, units: socket.socket, ready: Callable[[Ready], None]
) -> None:
    context = _units_tls(settings)
    servers = {
        _Server(_browsers_config(settings, school.browsers)): browsers,
        _Server(_units_config(school.units, context)): units,
    }

    def stop() -> None:
        school.closing.set()
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    async with asyncio.TaskGroup() as running:
        for server, sock in servers.items():
            running.create_task(server.serve([sock]))
        for server in servers:
            await server.up.wait()
        address = f"https://{_host(settings.units_host)}:{settings.units_port}"
        running.create_task(_sweep(settings, school))
        if not school.closing.is_set():
            ready(Ready(settings.origin, address, school.receipt_key))


async def _sweep(settings: Settings, school: School) -> None:
    """The loop that destroys what is due. It must not end for what goes wrong at one look."""
    while not school.closing.is_set():
        try:
            await run_in_threadpool(school.sweeper.sweep)
        except Exception:  # noqa: BLE001 - see the docstring
            _LOG.exception("What is due could not be destroyed. It is tried again.")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(school.closing.wait(), settings.sweep_seconds)


def _browsers_config(settings: Settings, app: ASGIApp) -> Config:
    return Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,  # a sign-in link stands in its address
        log_config=None,
        server_header=False,
        ssl_certfile=settings.browser_certificate,
        ssl_keyfile=settings.browser_key,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _units_config(app: ASGIApp, context: ssl.SSLContext) -> Config:
    return Config(
        app,
        http=PeerCertificateProtocol,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        ssl_context_factory=lambda _config, _default: context,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _units_tls(settings: Settings) -> ssl.SSLContext:
    try:
        return units_tls(settings.units_certificate, settings.units_key, settings.units_authority)
    except (OSError, ValueError) as error:
        raise SettingsError(f"The certificates of the units' port cannot be used: {error}") from error


def _bind(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise SettingsError(f"Port {port} at {host} cannot be opened: {error.strerror}. Choose another one.") from error


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
