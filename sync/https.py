"""The way to the school over HTTPS: the only module that knows urllib3.

::

    PUT /v1/lessons/<lesson>/segments/0/17 HTTP/1.1
    Content-Length: 912345
    Content-Digest: sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:        RFC 9530
    Waitwise-Link: eyJzaWduZWQiOnsidHJhY2siOjAsImluZGV4IjoxNyw...              base64url, no padding

    201  stored        200  the same bytes were here        202  manifest: {"missing": [[0, 7]]}
    401  who are you   403 409 413 422  refused             everything else  try again later

The unit trusts one authority, the school's, and shows its own certificate. Nothing in the environment can change
either, nor send the lesson through a proxy (SSL_CERT_FILE, HTTPS_PROXY and their kin are not read). The whole agreement
is in docs/formats/upload.md.
"""

from __future__ import annotations

import base64
import hashlib
import socket
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError, SSLError

from lesson.problems import NOT_TRUSTED
from lesson.wire import WireError, from_wire, loads, to_wire
from sync.errors import (
    LessonDeletedError,
    NotTrustedError,
    SchoolRefusedError,
    SchoolUnreachableError,
    SyncError,
    SyncSettingsError,
)
from sync.pieces import Kind, PieceName, check_piece
from sync.tls import client_context, is_certificate_refusal, is_wrong_server
from sync.uplink import NOTHING, AlreadyThere, Answer, Committed, Have, Missing, Stored

T = TypeVar("T")

CONNECT_TIMEOUT = 10.0
"""Seconds for TCP and TLS. Longer than a sleeping access point needs."""

ANSWER_TIMEOUT = 60.0
"""Seconds without a byte in either direction. A school writes a segment to its disk before it answers."""

LISTEN_TIMEOUT = 1.0
"""Seconds that a school may take to object to a certificate."""

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""`have` names every segment of a lesson: some 20 bytes each, so this is weeks."""

_REFUSALS = frozenset({400, 403, 404, 405, 409, 410, 411, 413, 414, 415, 422, 431})


@dataclass(frozen=True, slots=True)
class _Deletions:
    deletions: tuple[bytes, ...]


class HttpsUplink:
    """One unit's way to its school. One connection, kept open; one thread at a time."""

    def __init__(self, base_url: str, ca_file: Path, cert_file: Path, key_file: Path) -> None:
        """Read the certificates; connect later. Raises `SyncSettingsError`.

        `base_url` is "https://host:port", `ca_file` the certificate of the school's authority, the other two this
        unit's own (PEM).
        """
        url = urlsplit(base_url)
        if url.scheme != "https" or url.hostname is None or url.path.strip("/") or url.query or url.fragment:
            raise SyncSettingsError(f"{base_url!r} is no address of a school: https://name:port was expected.")
        self._was_answered = False
        self._context = client_context(ca_file, cert_file, key_file)
        self._pool = urllib3.HTTPSConnectionPool(
            url.hostname,
            url.port or 443,
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT, read=ANSWER_TIMEOUT),
            maxsize=1,
            block=True,
            # We know better when to try again, and a redirect would carry a lesson elsewhere.
            retries=False,
            ssl_context=self._context,
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()

    def put(self, lesson_id: str, name: str, body: bytes, link: bytes | None = None) -> Answer:
        """As in `sync.uplink.Uplink`."""
        piece = check_piece(lesson_id, name, link)
        headers = {
            "Content-Type": "application/octet-stream" if piece.kind is Kind.SEGMENT else "application/json",
            "Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:",
        }
        if link is not None:
            headers["Waitwise-Link"] = to_wire(link)
        status, answer = self._ask("PUT", _address(lesson_id, piece), body, headers)
        if piece.kind is Kind.MANIFEST:
            if status == 200:
                return Committed(answer)
            if status == 202:
                return _read(Missing, answer)
        elif status in (200, 201):
            return Stored() if status == 201 else AlreadyThere()
        raise SchoolUnreachableError(f"The school answered {status} to {name}, which nobody agreed on.")

    def have(self, lesson_id: str) -> Have:
        """As in `sync.uplink.Uplink`."""
        try:
            status, answer = self._ask("GET", f"/v1/lessons/{lesson_id}/have", None, {})
        except SchoolRefusedError as error:
            if error.status == 404:
                return NOTHING
            raise
        if status != 200:
            raise SchoolUnreachableError(f"The school answered {status}, which nobody agreed on.")
        return _read(Have, answer)

    def recipients(self) -> bytes:
        """The school's list of people this unit may record for, as JSON. Whether to believe it is not decided here."""
        status, answer = self._ask("GET", "/v1/recipients", None, {})
        if status != 200:
            raise SchoolUnreachableError(f"The school answered {status}, which nobody agreed on.")
        return answer

    def deletions(self) -> tuple[bytes, ...]:
        """As in `sync.uplink.Uplink`."""
        status, answer = self._ask("GET", "/v1/deletions", None, {})
        if status != 200:
            raise SchoolUnreachableError(f"The school answered {status}, which nobody agreed on.")
        return _read(_Deletions, answer).deletions

    def has_deleted(self, lesson_id: str) -> None:
        """As in `sync.uplink.Uplink`."""
        self._ask("PUT", f"/v1/deletions/{lesson_id}", b"", {})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            response = self._pool.request(method, path, body=body, headers=headers, preload_content=False)
        except (HTTPError, OSError) as error:
            raise self._no_answer(error) from error
        try:
            try:
                answer = response.read(MAX_ANSWER_BYTES + 1)
                if len(answer) > MAX_ANSWER_BYTES:
                    response.close()
            finally:
                response.release_conn()
        except (HTTPError, OSError) as error:
            raise SchoolUnreachableError(f"The school's answer broke off: {error}") from error
        if len(answer) > MAX_ANSWER_BYTES:
            raise SchoolUnreachableError("The school's answer is too long to be one.")
        self._was_answered = True
        if 200 <= response.status < 300:
            return response.status, answer
        raise _answered_error(response.status, dict(response.headers), answer)

    def _no_answer(self, error: HTTPError | OSError) -> SyncError:
        if is_wrong_server(error):
            return SchoolUnreachableError(f"What answers is not the school, or its certificate is not valid: {error}")
        # In TLS 1.3 a server judges our certificate when we have begun to speak already, and its alert can be lost
        # in the breakage. Whoever connects and only listens hears it.
        is_worth_asking = isinstance(error, SSLError | ProtocolError) and not self._was_answered
        self._was_answered = False
        if is_certificate_refusal(error) or (is_worth_asking and self._is_certificate_refused()):
            return NotTrustedError("The school ended the connection because of this unit's certificate.")
        return SchoolUnreachableError(f"The school cannot be reached: {error}")

    def _is_certificate_refused(self) -> bool:
        try:
            with (
                socket.create_connection((self._pool.host, self._pool.port or 443), CONNECT_TIMEOUT) as connection,
                self._context.wrap_socket(connection, server_hostname=self._pool.host) as tls,
            ):
                tls.settimeout(LISTEN_TIMEOUT)
                tls.recv(1)
        except OSError as error:
            return is_certificate_refusal(error)
        return False


def _address(lesson_id: str, piece: PieceName) -> str:
    lesson = f"/v1/lessons/{lesson_id}"
    if piece.segment is not None:
        return f"{lesson}/segments/{piece.segment.track:d}/{piece.segment.index:d}"
    if piece.key is not None:
        return f"{lesson}/{piece.key}"
    return f"{lesson}/header" if piece.kind is Kind.HEADER else f"{lesson}/manifest"


def _read(kind: type[T], answer: bytes) -> T:
    try:
        return from_wire(kind, loads(answer))
    except WireError as error:
        raise SchoolUnreachableError(f"The school's answer cannot be read: {error}") from error


def _answered_error(status: int, headers: dict[str, str], answer: bytes) -> SyncError:
    code, detail, receipt = _problem(answer)
    sentence = f"The school answered {status}: {detail}" if detail else f"The school answered {status}."
    if status == 401 or code == NOT_TRUSTED.code:
        return NotTrustedError(sentence)
    if status == 410 and receipt is not None:
        return LessonDeletedError(sentence, receipt)
    if status in _REFUSALS:
        return SchoolRefusedError(sentence, status=status)
    return SchoolUnreachableError(sentence, _retry_after({name.lower(): value for name, value in headers.items()}))


def _problem(answer: bytes) -> tuple[str | None, str | None, bytes | None]:
    """Code, detail and deletion receipt of an RFC 9457 answer, if it is one."""
    try:
        data = loads(answer)
    except WireError:
        return None, None, None
    if not isinstance(data, dict):
        return None, None, None
    code, detail = data.get("problem"), data.get("detail") or data.get("title")
    try:
        receipt = from_wire(bytes, data.get("receipt"))
    except WireError:
        receipt = None
    return code if isinstance(code, str) else None, detail if isinstance(detail, str) else None, receipt


def _retry_after(headers: dict[str, str]) -> float | None:
    """Seconds, from either form of Retry-After (RFC 9110, 10.2.3).

    A date is taken from the school's own Date: a unit may not know what time it is.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (TypeError, ValueError):
        return None
