"""A web server with a calendar: real HTTPS, with a secret address, and told by a test what to answer."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from provisioning.throw_away import CredentialFiles

SECRET = "private-5f0e9a"
PATH = f"/calendar/{SECRET}/lab-2.ics?key={SECRET}"

Answer = Callable[["CalendarHandler"], None]


class CalendarServer(ThreadingHTTPServer):
    """Answers one address; anything else is 404."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, files: CredentialFiles) -> None:
        super().__init__(("127.0.0.1", 0), CalendarHandler)
        self.calendar = b""
        self.etag: str | None = '"1"'
        self.modified: str | None = None
        self.asked: list[tuple[str, dict[str, str]]] = []
        """Paths and headers."""
        self.instead: Answer | None = None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(files.cert_file, files.key_file)

    def finish_request(self, request: Any, address: Any) -> None:
        with self.context.wrap_socket(request, server_side=True) as tls:
            super().finish_request(tls, address)

    def handle_error(self, request: Any, address: Any) -> None:
        """A client that hangs up is what these tests are about."""

    @contextmanager
    def running(self) -> Iterator[CalendarServer]:
        with self:
            thread = threading.Thread(target=self.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield self
            finally:
                self.shutdown()
                thread.join()

    @property
    def host(self) -> str:
        return f"https://localhost:{self.server_port}"

    @property
    def address(self) -> str:
        return self.host + PATH


class CalendarHandler(BaseHTTPRequestHandler):
    server: CalendarServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        if self.server.instead is not None:
            self.server.instead(self)
        elif self.path != PATH:
            self.answer(404)
        elif self.is_known():
            self.answer(304)
        else:
            self.answer(200, self.server.calendar, ETag=self.server.etag, Last_Modified=self.server.modified)

    def is_known(self) -> bool:
        etag, modified = self.headers["If-None-Match"], self.headers["If-Modified-Since"]
        if etag is not None:
            return etag == self.server.etag
        return modified is not None and modified == self.server.modified

    def answer(self, status: int, body: bytes = b"", **headers: str | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
