"""Puts the school's parts together, in one place.

::

    Settings -> Database, FolderStore, receipt key -> Uploads, Ingest -> units_app, web_app

Nothing here opens a port or starts a thread: `main.py` does, and tests may.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from school.accounts import forget_expired
from school.database import Database
from school.errors import SchoolError
from school.footage_store import FolderStore
from school.ingest import Ingest
from school.limits import forget_old
from school.migrate import migrate
from school.passwords import Passwords
from school.receipts import receipt_key
from school.settings import Settings
from school.sign_on import Provider
from school.sweeper import Sweeper
from school.units_app import UnitsParts, units_app
from school.uploads import Uploads
from school.web_app import page_templates, web_app
from school.web_parts import WebParts

_LOG = logging.getLogger(__name__)


class DatabaseError(SchoolError):
    """The database cannot be opened."""


@dataclass(frozen=True, slots=True)
class School:
    """The school's parts, ready to be served."""

    database: Database
    ingest: Ingest
    units: ASGIApp
    browsers: ASGIApp
    receipt_key: bytes
    """Public half: what units verify receipts with."""
    closing: asyncio.Event
    """Set it to end live pages, and the sweeper's loop."""
    sweeper: Sweeper
    """Destroys lessons whose time has come."""


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def open_database(settings: Settings) -> Database:
    """Open the school's database and bring it to this version. Raises `DatabaseError`."""
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if settings.database_url is None:
            # SQLite gives what it makes the rights of this file.
            settings.database_file.touch(mode=0o600)
        database = Database(settings.database)
        migrate(database)
    except (OSError, SQLAlchemyError) as error:
        raise DatabaseError(f"The database cannot be opened: {error}. Check data_folder and database_url.") from error
    return database


def build(settings: Settings, now: Callable[[], datetime] = utc_now) -> School:
    """Make the parts that the settings ask for. One server a footage folder: it forgets what another left half-way."""
    if settings.sign_on_issuer is not None:
        Provider.of(settings)  # a secret that cannot be read stops the server, not the first who signs in
    database = open_database(settings)
    forget_expired(database, now=now())
    forget_old(database, now=now())
    store = FolderStore(settings.footage)
    if leftovers := store.clean():
        _LOG.info("%d segments were cut off when the server stopped last. Their units send them again.", leftovers)
    key = receipt_key(settings.data_folder)
    uploads = Uploads(database, store, key, now)
    closing = asyncio.Event()
    sweeper = Sweeper(database, store, key, settings.policy, now)
    pages = WebParts(
        settings,
        database,
        Passwords(database),
        store,
        page_templates(settings.templates_folder),
        now,
        closing,
        sweeper,
        key.public,
    )
    return School(
        database=database,
        ingest=Ingest(database, now),
        units=units_app(UnitsParts(settings, database, store, uploads, now)),
        browsers=web_app(pages),
        receipt_key=key.public,
        closing=closing,
        sweeper=sweeper,
    )
