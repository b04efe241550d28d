"""A calendar by its address, asked for as sparingly as its server may ask.

::

    fetch(None)     --GET-->                  200, ETag: "a"     Fetched(data, Stamp('"a"'))
    fetch(stamp)    --GET, If-None-Match-->   304                None: what was fetched last still holds
                                              302 elsewhere      FeedError: nobody else is asked

Whoever knows the address of a calendar can read it: the address is a secret. No sentence of ours has more of it than
the host, and no error of a library goes on from here, because those quote what they were asked for.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urljoin, urlsplit

from sync.errors import SyncError, SyncSettingsError

LARGEST_BYTES = 4 * 1024 * 1024
"""Of a calendar: what is longer, the unit would not read (device/timetable.py)."""

WITHIN = 60.0
"""Seconds for one answer, whole."""

SILENT_FOR = 10.0
"""Seconds without a byte."""

MOST_REDIRECTS = 3

_ELSEWHERE = frozenset({301, 302, 303, 307, 308})


class FeedError(SyncError):
    """No calendar came."""

    def __init__(self, message: str, *, was_answered: bool, retry_after: float | None = None) -> None:
        """`was_answered`: the server was asked, and is not to be asked again soon. `retry_after`: as it said."""
        super().__init__(message)
        self.was_answered = was_answered
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what the server knows which calendar we have."""

    etag: str | None
    modified: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A calendar that is new, or that we did not have."""

    data: bytes
    stamp: Stamp


class Feed(Protocol):
    """Where a calendar comes from."""

    def fetch(self, stamp: Stamp | None) -> Fetched | None:
        """Fetch it; None: it is still the one with this stamp. Raises `FeedError`."""


class HttpsFeed:
    """A calendar on a web server. One connection each time."""

    def __init__(self, address: str, authority: Path | None = None, within: float = WITHIN) -> None:
        """`authority`: certificate of who alone may vouch for the server (PEM); None: whom the system believes.

        `within`: seconds for one answer. Raises `SyncSettingsError`, which does not say the address.
        """
        self._at = _split(address)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # a calendar of the world: not every server speaks 1.3
        try:
            if authority is None:
                context.load_default_certs()
            else:
                context.load_verify_locations(authority)
        except OSError as error:  # ssl.SSLError is one
            raise SyncSettingsError(f"The certificate {authority} cannot be read.") from error
        self._context = context
        self._within = within

    def fetch(self, stamp: Stamp | None) -> Fetched | None:
        """As in `Feed`."""
        at = self._at
        for _ in range(1 + MOST_REDIRECTS):
            found = self._ask(at, stamp)
            if not isinstance(found, str):
                return found
            at = self._followed(at, found)
        raise FeedError(f"{self._at.hostname} sends from one address to the next.", was_answered=True)

    def _ask(self, at: SplitResult, stamp: Stamp | None) -> Fetched | str | None:
        """One question: a calendar, None where it is the old one, or the address where it is said to be."""
        connection = http.client.HTTPSConnection(
            at.hostname or "", at.port or 443, timeout=SILENT_FOR, context=self._context
        )
        was_answered = False
        with contextlib.closing(connection):
            try:
                connection.connect()
                with _ended_after(self._within, connection.sock):
                    connection.request("GET", _target(at), headers=_headers(stamp))
                    response = connection.getresponse()
                    was_answered = True
                    return self._answer(response, response.read(LARGEST_BYTES + 1), stamp)
            except ssl.SSLCertVerificationError as error:
                why = f"is not believed: {error.verify_message}"
            except (OSError, http.client.HTTPException, ValueError) as error:
                why = f"cannot be asked ({type(error).__name__})"
        # Outside of the handlers: whoever prints where this came from shall not print what the library quoted.
        raise FeedError(f"{at.hostname} {why}.", was_answered=was_answered)

    def _answer(self, response: http.client.HTTPResponse, data: bytes, stamp: Stamp | None) -> Fetched | str | None:
        host, status = self._at.hostname, response.status
        if status in _ELSEWHERE:
            return response.headers.get("Location", "")
        if status == 304 and stamp is not None:
            return None
        if status != 200:
            after = response.headers.get("Retry-After", "").strip()
            retry_after = float(after[:9]) if after.isascii() and after.isdigit() else None
            raise FeedError(f"{host} answered {status}.", was_answered=True, retry_after=retry_after)
        if len(data) > LARGEST_BYTES:
            raise FeedError(f"{host} sends more than {LARGEST_BYTES} bytes.", was_answered=True)
        if not _is_calendar(data):
            raise FeedError(f"{host} sends something that is no whole calendar.", was_answered=True)
        return Fetched(data, Stamp(response.headers.get("ETag"), response.headers.get("Last-Modified")))

    def _followed(self, at: SplitResult, location: str) -> SplitResult:
        with contextlib.suppress(ValueError, SyncSettingsError):
            to = _split(urljoin(at.geturl(), location))
            if (to.hostname, to.port or 443) == (self._at.hostname, self._at.port or 443):
                return to
        raise FeedError(f"{self._at.hostname} sends to somebody else, who is not asked.", was_answered=True)


@contextlib.contextmanager
def _ended_after(seconds: float, connection: socket.socket) -> Iterator[None]:
    """A server that sends a byte now and then is not silent: in the end it is hung up on."""

    def hang_up() -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _split(address: str) -> SplitResult:
    try:
        at = urlsplit(address)
        is_right = at.scheme == "https" and bool(at.hostname) and at.username is None and (at.port or 443) > 0
    except ValueError:
        is_right = False
    if not is_right or not address.isascii() or not address.isprintable() or " " in address:
        raise SyncSettingsError("The address of the calendar is none: https://name/... was expected, in one line.")
    return at


def _target(at: SplitResult) -> str:
    return (at.path or "/") + (f"?{at.query}" if at.query else "")


def _headers(stamp: Stamp | None) -> dict[str, str]:
    headers = {"Accept": "text/calendar", "User-Agent": "Waitwise", "Connection": "close"}
    if stamp is not None and stamp.etag is not None:
        headers["If-None-Match"] = stamp.etag
    if stamp is not None and stamp.modified is not None:
        headers["If-Modified-Since"] = stamp.modified
    return headers


def _is_calendar(data: bytes) -> bool:
    """Whether it begins and ends as one: not a page that asks to sign in, and not half of it."""
    text = data.removeprefix(b"\xef\xbb\xbf").strip().upper()
    return text.startswith(b"BEGIN:VCALENDAR") and text.endswith(b"END:VCALENDAR")
