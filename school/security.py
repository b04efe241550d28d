"""What every answer to a browser carries, and what is refused before anybody looks at it.

::

    another Host             421   somebody's own name that points here (DNS rebinding)
    POST from another page   403   Origin is not ours
    POST that is not JSON    415   what a plain form could send from anywhere
    POST without a length    411   and 413 for more than any page of ours sends

Pure ASGI, so that live pages stream through it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lesson.look import headers as headers_of_look
from school.errors import ForbiddenError, LengthMissingError, MisdirectedError, RefusedError, TooLargeError

MAX_BODY_BYTES = 256 * 1024
"""A sealed identity is the largest thing that a page sends."""

HEADERS = headers_of_look("publickey-credentials-create", "publickey-credentials-get")
TRANSPORT_SECURITY = "max-age=31536000"
IMMUTABLE = "private, max-age=31536000, immutable"
"""For segments: sealed bytes under a name that never gets others."""

_SAFE = {"GET", "HEAD", "OPTIONS"}


class NotJsonError(RefusedError):
    """The pages send JSON and nothing else."""

    status = 415
    title = "JSON was expected"


class Security:
    """Wraps the browsers' application."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app = app
        self._origin = origin
        self._host = urlsplit(origin).netloc.lower()
        self._headers = dict(HEADERS)
        if origin.startswith("https://"):
            self._headers["Strict-Transport-Security"] = TRANSPORT_SECURITY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, and put the headers on its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        try:
            self._check(scope["method"], Headers(scope=scope))
        except RefusedError as error:
            answer = problem_response(error)
            await answer(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _check(self, method: str, headers: Headers) -> None:
        if headers.get("host", "").lower() != self._host:
            raise MisdirectedError(f"This school's page is at {self._origin}.")
        if method in _SAFE:
            return
        if headers.get("origin") != self._origin:
            raise ForbiddenError("This request did not come from a page of this school.")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise NotJsonError("Send JSON, and say so in Content-Type.")
        length = headers.get("content-length", "")
        if not length.isdecimal():
            raise LengthMissingError("Say how long the body is.")
        if int(length) > MAX_BODY_BYTES:
            raise TooLargeError(f"{length} bytes are more than a page may send ({MAX_BODY_BYTES}).")

    def _add_headers(self, headers: MutableHeaders, path: str) -> None:
        headers.update(self._headers)
        if headers.get("cache-control") != IMMUTABLE:
            # Scripts and styles are asked for again each time, and answered with 304 when they are the same.
            headers["cache-control"] = "no-cache" if path.startswith(("/pages/", "/look/")) else "no-store"


def problem_response(error: RefusedError) -> JSONResponse:
    """The problem document for a refusal (RFC 9457)."""
    return JSONResponse(error.document(), error.status, error.headers, media_type="application/problem+json")
