"""A school as a real HTTPS server, in its shortest form: the agreement of docs/formats/upload.md over a `MemorySchool`.

It asks for client certificates, takes the unit's name from them, and can be told to answer something else instead.
"""

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509

from lesson.footage.signed import ReceiptKey
from lesson.problems import SCHOOL_REFUSED
from lesson.wire import to_wire
from provisioning.authority import unit_of_certificate
from provisioning.throw_away import CredentialFiles
from sync.errors import LessonDeletedError, SchoolRefusedError
from sync.memory_school import MemorySchool
from sync.uplink import AlreadyThere, Committed, Missing, Stored

RECEIPT_KEY = ReceiptKey.generate()


def now() -> datetime:
    return datetime(2026, 11, 17, 10, 0, tzinfo=UTC)


class SchoolServer(ThreadingHTTPServer):
    """The agreement of docs/formats/upload.md over real TLS, with a `MemorySchool` behind it."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, files: CredentialFiles) -> None:
        super().__init__(("127.0.0.1", 0), SchoolHandler)
        self.school = MemorySchool(RECEIPT_KEY, now)
        self.connections = 0
        self.answer_instead: Callable[[SchoolHandler], None] | None = None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.cert_file, files.key_file)
        context.load_verify_locations(files.ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
        self.context = context

    def finish_request(self, request: Any, address: Any) -> None:
        self.connections += 1
        with self.context.wrap_socket(request, server_side=True) as tls:
            super().finish_request(tls, address)

    def handle_error(self, request: Any, address: Any) -> None:
        """A client that went away is what these tests are about."""

    @contextmanager
    def running(self) -> Iterator["SchoolServer"]:
        with self:
            thread = threading.Thread(target=self.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield self
            finally:
                self.shutdown()
                thread.join()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_port}"


class SchoolHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SchoolServer
    timeout = 20

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def problem(self, status: int, detail: str, code: str | None = None, **more: str) -> None:
        body = {"type": "about:blank", "title": "Refused", "status": status, "detail": detail, "problem": code, **more}
        self.answer(status, json.dumps(body).encode(), Content_Type="application/problem+json")

    @property
    def unit(self) -> str:
        return unit_of_certificate(x509.load_der_x509_certificate(self.connection.getpeercert(True)))

    def do_PUT(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer_or_instead()

    def do_GET(self) -> None:
        self.answer_or_instead()

    def answer_or_instead(self) -> None:
        if self.server.answer_instead is not None:
            self.server.answer_instead(self)
        else:
            self.do_as_agreed()

    def do_as_agreed(self) -> None:
        if self.path.startswith("/v1/deletions"):
            self.talk_of_deletions()
        elif self.command == "PUT":
            self.take_piece(self.body)
        else:
            self.tell_what_is_here()

    def take_piece(self, body: bytes) -> None:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        if self.headers["Content-Digest"] != f"sha-256=:{digest}:":
            return self.problem(422, "The digest is for other bytes.")
        lesson_id, name = self.name_of_path()
        link = self.headers["Waitwise-Link"]
        line = None if link is None else base64.urlsafe_b64decode(link + "=" * (-len(link) % 4))
        try:
            answer = self.server.school.put(self.unit, lesson_id, name, body, line)
        except LessonDeletedError as error:
            return self.problem(410, str(error), SCHOOL_REFUSED.code, receipt=to_wire(error.receipt))
        except SchoolRefusedError as error:
            return self.problem(error.status, str(error), SCHOOL_REFUSED.code)
        match answer:
            case Committed():
                return self.answer(200, answer.receipt)
            case Missing():
                return self.answer(202, json.dumps(to_wire(answer)).encode())
            case Stored():
                return self.answer(201)
            case AlreadyThere():
                return self.answer(200)

    def talk_of_deletions(self) -> None:
        try:
            if self.command == "GET":
                return self.answer(
                    200, json.dumps({"deletions": to_wire(self.server.school.deletions(self.unit))}).encode()
                )
            self.server.school.has_deleted(self.unit, self.path.split("/")[3])
            return self.answer(201)
        except SchoolRefusedError as error:
            return self.problem(error.status, str(error), SCHOOL_REFUSED.code)

    def tell_what_is_here(self) -> None:
        try:
            have = self.server.school.have(self.unit, self.path.split("/")[3])
        except LessonDeletedError as error:
            return self.problem(410, str(error), SCHOOL_REFUSED.code, receipt=to_wire(error.receipt))
        except SchoolRefusedError as error:
            return self.problem(error.status, str(error), SCHOOL_REFUSED.code)
        return self.answer(200, json.dumps(to_wire(have)).encode(), Content_Type="application/json")

    def name_of_path(self) -> tuple[str, str]:
        _, _, _, lesson_id, kind, *rest = self.path.split("/")
        match kind:
            case "segments":
                return lesson_id, f"{int(rest[0])}-{int(rest[1]):06}.seg"
            case "stanzas" | "grants":
                return lesson_id, f"{kind}/{rest[0]}.json"
        return lesson_id, f"{kind}.json"
