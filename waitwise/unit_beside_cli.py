"""What runs beside the program that records, and what belongs to it: `waitwise unit sync`, `page`, `card`.

Nothing here hears, sees or judges, so that two of a unit's three programs do not carry what does in their memory.
"""

from __future__ import annotations

import os
import pwd
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from device.clock import SystemClock
from device.journal import log_as_a_service
from device.notify import Notifier
from device.port import handed_over_port
from device.settings import read
from lesson.problems import WaitwiseError
from provisioning.own_certificate import found_certificate
from waitwise import show
from waitwise.errors import CommandError
from waitwise.unit_options import AsJson, SettingsFile, service_settings, with_socket

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command(epilog="Example: `waitwise unit sync unit.toml --socket /run/waitwise/sync.sock`")
def sync(
    settings: SettingsFile,
    socket: Annotated[Path, typer.Option(help="Where `waitwise unit run --sync` finds this program.")],
    outbox: Annotated[
        Path | None, typer.Option(help="Folder of the outbox. Without it: the unit's own folder.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="Name of the account that records. Without it: the one this program runs as.")
    ] = None,
) -> None:
    """Bring to the school what another program records, until somebody ends this one.

    It reads sealed lessons, and can neither open nor sign one: it needs no device and no signing key. SIGTERM ends it.
    """
    # The page is another word of the same command, and sends nothing.
    from device.school_side import SchoolSide  # noqa: PLC0415
    from device.sync_program import SyncProgram  # noqa: PLC0415
    from device.sync_socket import serve  # noqa: PLC0415

    log_as_a_service(os.environ)
    notifier = Notifier(os.environ)
    ended = threading.Event()
    try:
        users = None if user is None else [_number_of(user)]
        with SchoolSide(service_settings(settings), SystemClock(), outbox) as school, serve(school, socket, users):
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: ended.set())
            SyncProgram(school, notifier).run(ended)
    except WaitwiseError as error:
        show.stop(error, to_technician=True)
    finally:
        notifier.close()


@app.command(epilog="Example: `waitwise unit page unit.toml`")
def page(
    settings: SettingsFile,
    socket: Annotated[
        Path | None,
        typer.Option(help="Where it finds `waitwise unit run`. Without it: `socket.path` in the settings."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Folder of its certificate and key. Without it: `page.folder` in the settings."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve the unit's own page for teachers in the room, beside `waitwise unit run`.

    Whoever opens it asks for a number, which then stands on the room's screen for two minutes: the terminal in the
    settings, or this one. It has no way to a lesson, and reaches the unit over that socket only.
    """
    # What records is the same command with another word, and shall not carry a web server in its memory.
    from device.page.server import PageReady, serve_page  # noqa: PLC0415

    log_as_a_service(os.environ)
    notifier = Notifier(os.environ)

    def ready(where: PageReady) -> None:
        fingerprint = None if where.fingerprint is None else where.fingerprint.hex(":").upper()
        if as_json:
            show.print_json({"ready": True, "address": where.address, "certificate": fingerprint})
            return
        show.say(f"The unit's page: {where.address}")
        if fingerprint is not None:
            show.say(f"Its certificate, as a phone shows it behind its warning: {fingerprint}")

    try:
        told = with_socket(read(settings), socket)
        if folder is not None:
            told = replace(told, page=replace(told.page, folder=folder))
        serve_page(told, ready, notifier, handed_over_port(os.environ))
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)
    finally:
        notifier.close()


@app.command(epilog="Example: `waitwise unit card unit.toml --folder /var/lib/waitwise-page --port 443`")
def card(
    settings: SettingsFile,
    folder: Annotated[
        Path | None, typer.Option(help="Folder of the page's certificate. Without it: the one in the settings.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port that people type: 443 for the service. Without it: the one in the settings."),
    ] = None,
) -> None:
    """Print the card for a unit without a screen: its code and two presses of the button let a phone pair.

    The code is kept nowhere else, and the one on an earlier card is worth nothing from now on.
    """
    # As for the page: what records shall not carry what belongs to a web server.
    from device.page.card import card_text, new_card  # noqa: PLC0415

    try:
        told = read(settings)
        place = folder or told.page_folder
        certificate = found_certificate(place)
        if certificate is None:
            raise CommandError("The page has no certificate yet.", "Start it once: `waitwise unit page`.")
        text = card_text(told, port or told.page.port, new_card(place), certificate.fingerprint)
        typer.echo("\n".join(text))  # For a printer: on standard output, as it is.
    except WaitwiseError as error:
        show.stop(error, to_technician=True)


def _number_of(user: str) -> int:
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError as error:
        raise CommandError(f"There is no account {user}.", "Take the one that `waitwise unit run` runs as.") from error
