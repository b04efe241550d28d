"""What every answer of the unit's page carries, and what is refused before anybody looks at it.

::

    another Host             421   somebody's own name that points here (DNS rebinding); an address of numbers cannot
    POST from another page   403   Origin is not the page's own
    POST of more than 4 KB   413

Pure ASGI, so that the live page streams through it.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lesson.look import HEADERS

MAX_BODY_BYTES = 4096
_SAFE = {"GET", "HEAD"}
# Forms of a page with `no-referrer` are sent with the origin "null", which any page can have.
_HEADERS = {**HEADERS, "Referrer-Policy": "same-origin"}


class Security:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, scheme: str, names: tuple[str, ...]) -> None:
        self._app, self._scheme = app, scheme
        self._names = {*names, "localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, and put the headers on its answer."""
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["cache-control"] = "no-cache" if scope["path"].startswith(("/look/", "/files/")) else "no-store"
            await send(message)

        refused = self._refused(scope["method"], Headers(scope=scope))
        await (refused or self._app)(scope, receive, send_with_headers)

    def _refused(self, method: str, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            return PlainTextResponse("This unit has another name.", 421)
        if method in _SAFE:
            return None
        if headers.get("origin") != f"{self._scheme}://{host}":
            return PlainTextResponse("This request did not come from the unit's page.", 403)
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            return PlainTextResponse("Too much, or of no known length.", 413)
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
            if name in self._names:
                return True
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
