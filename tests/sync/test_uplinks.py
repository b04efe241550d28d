"""Every way to a school passes the same suite; the real one also gives the right reason when it cannot."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lesson.problems import NOT_TRUSTED, SCHOOL_UNREACHABLE, SETTINGS_WRONG
from provisioning.authority import Authority, new_key, write_certificate, write_key
from provisioning.throw_away import CredentialFiles, ThrowAwayAuthority
from sync.errors import NotTrustedError, SchoolRefusedError, SchoolUnreachableError, SyncError, SyncSettingsError
from sync.https import HttpsUplink
from sync.memory_school import MemorySchool, MemoryUplink
from sync.uplink import Stored
from tests.suites.school_server import RECEIPT_KEY, SchoolHandler, SchoolServer, now
from tests.suites.uplink import OTHER_UNIT, UNIT, SchoolUnderTest, UplinkSuite, seal_lesson

LESSON = "00" * 16


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> ThrowAwayAuthority:
    return ThrowAwayAuthority(tmp_path_factory.mktemp("authority"), datetime.now(UTC), is_demo=True)


@pytest.fixture(scope="module")
def units(authority: ThrowAwayAuthority) -> dict[str, CredentialFiles]:
    return {unit: authority.unit(unit) for unit in (UNIT, OTHER_UNIT)}


@pytest.fixture(scope="module")
def server_files(authority: ThrowAwayAuthority) -> CredentialFiles:
    return authority.server("127.0.0.1")


@pytest.fixture
def server(server_files: CredentialFiles) -> Iterator[SchoolServer]:
    with SchoolServer(server_files).running() as server:
        yield server


def uplink_to(url: str, files: CredentialFiles) -> HttpsUplink:
    return HttpsUplink(url, files.ca_file, files.cert_file, files.key_file)


@pytest.fixture
def uplink(server: SchoolServer, units: dict[str, CredentialFiles]) -> Iterator[HttpsUplink]:
    with closing(uplink_to(server.url, units[UNIT])) as uplink:
        yield uplink


class TestMemorySchool(UplinkSuite):
    @pytest.fixture
    def school(self) -> SchoolUnderTest:
        school = MemorySchool(RECEIPT_KEY, now)
        return SchoolUnderTest(lambda unit: MemoryUplink(school, unit), RECEIPT_KEY.public, school.delete)


class TestHttps(UplinkSuite):
    @pytest.fixture
    def school(self, server: SchoolServer, units: dict[str, CredentialFiles]) -> SchoolUnderTest:
        return SchoolUnderTest(
            lambda unit: uplink_to(server.url, units[unit]), RECEIPT_KEY.public, server.school.delete
        )


def test_a_whole_lesson_goes_over_one_connection(server: SchoolServer, uplink: HttpsUplink) -> None:
    lesson = seal_lesson(segments=20)
    for name in lesson.pieces:
        lesson.put(uplink, name)
    assert server.connections == 1


def test_and_so_does_one_with_refusals_in_it(server: SchoolServer, uplink: HttpsUplink) -> None:
    for _ in range(5):
        with pytest.raises(SchoolRefusedError):
            uplink.put(LESSON, "header.json", b"{}")
    assert server.connections == 1


ANSWERS: dict[str, tuple[int, dict[str, str], bytes, type[SyncError], float | None]] = {
    "busy": (503, {"Retry_After": "7"}, b"", SchoolUnreachableError, 7.0),
    "busy until a date": (
        503,
        {"Date": "Tue, 17 Nov 2026 10:00:00 GMT", "Retry_After": "Tue, 17 Nov 2026 10:02:00 GMT"},
        b"",
        SchoolUnreachableError,
        120.0,
    ),
    "busy, nonsense": (503, {"Retry_After": "soon"}, b"", SchoolUnreachableError, None),
    "too many": (429, {"Retry_After": "3"}, b"", SchoolUnreachableError, 3.0),
    "broken": (500, {}, b"<html>", SchoolUnreachableError, None),
    "a login page of the Wi-Fi": (302, {"Location": "https://127.0.0.1/login"}, b"", SchoolUnreachableError, None),
    "who are you": (401, {}, b"", NotTrustedError, None),
    "revoked": (403, {}, b'{"problem":"not-trusted","detail":"Revoked."}', NotTrustedError, None),
    "not yours": (403, {}, b'{"problem":null,"detail":"Another unit\'s."}', SchoolRefusedError, None),
    "too large": (413, {}, b"", SchoolRefusedError, None),
    "an unknown success": (204, {}, b"", SchoolUnreachableError, None),
    "an endless answer": (200, {}, bytes(5_000_000), SchoolUnreachableError, None),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_gets_its_own_reason(server: SchoolServer, uplink: HttpsUplink, name: str) -> None:
    status, headers, body, kind, retry_after = ANSWERS[name]

    def answer(handler: SchoolHandler) -> None:
        handler.send_response_only(status)
        for header, value in headers.items():
            handler.send_header(header.replace("_", "-"), value)
        handler.send_header("Content-Length", str(0 if status == 204 else len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    server.answer_instead = answer
    with pytest.raises(kind) as refused:
        uplink.put(LESSON, "header.json", b"{}")
    assert getattr(refused.value, "retry_after", None) == retry_after
    server.answer_instead = None
    assert not uplink.have(LESSON).header, "and the connection, or the next one, still works"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"header":true}', b'{"header":1,"stanzas":[],"segments":[[1]]}'])
def test_an_answer_that_is_none_is_a_school_that_cannot_be_reached(
    server: SchoolServer, uplink: HttpsUplink, body: bytes
) -> None:
    server.answer_instead = lambda handler: handler.answer(200, body)
    with pytest.raises(SchoolUnreachableError):
        uplink.have(LESSON)


@pytest.mark.parametrize("after_bytes", [0, 1, 15, 60])
def test_a_connection_that_breaks_anywhere_in_the_answer_is_worth_another_try(
    server: SchoolServer, uplink: HttpsUplink, after_bytes: int
) -> None:
    lesson = seal_lesson()

    def break_off(handler: SchoolHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + bytes(50)[:after_bytes])
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    server.answer_instead = break_off
    with pytest.raises(SchoolUnreachableError):
        lesson.put(uplink, "header.json")
    server.answer_instead = None
    assert lesson.put(uplink, "header.json") == Stored()


def test_nobody_there(units: dict[str, CredentialFiles]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{closed.getsockname()[1]}"
        with closing(uplink_to(url, units[UNIT])) as uplink, pytest.raises(SchoolUnreachableError) as refused:
            uplink.have(LESSON)
    assert refused.value.problem is SCHOOL_UNREACHABLE


def test_a_rogue_school_gets_nothing(
    server_files: CredentialFiles, units: dict[str, CredentialFiles], tmp_path: Path
) -> None:
    """Another authority's server, at the right address, and nobody who listens to it."""
    rogue = ThrowAwayAuthority(tmp_path, datetime.now(UTC), is_demo=True)
    with SchoolServer(rogue.server("127.0.0.1")).running() as server:
        server.answer_instead = lambda handler: handler.answer(201)
        with closing(uplink_to(server.url, units[UNIT])) as uplink, pytest.raises(SchoolUnreachableError) as refused:
            uplink.put(LESSON, "header.json", b"{}")
    assert "not the school" in str(refused.value)


def test_a_unit_that_the_school_does_not_know_is_told_so(
    server: SchoolServer, authority: ThrowAwayAuthority, tmp_path: Path
) -> None:
    stranger = ThrowAwayAuthority(tmp_path, datetime.now(UTC), is_demo=True).unit(UNIT)
    with (
        closing(HttpsUplink(server.url, authority.ca_file, stranger.cert_file, stranger.key_file)) as uplink,
        pytest.raises(NotTrustedError) as refused,
    ):
        uplink.have(LESSON)
    assert refused.value.problem is NOT_TRUSTED


def test_an_authority_that_may_name_only_the_schools_servers_is_as_good(tmp_path: Path) -> None:
    """OpenSSL on both ends takes the name constraints as they are meant."""
    at = datetime.now(UTC)
    authority = Authority.create("Elm School", ("127.0.0.1", "school.example"), at)
    (tmp_path / "authority.pem").write_bytes(authority.pem)
    ends = {}
    for end in ("server", "unit"):
        key = new_key()
        public = key.public_key()
        issued = authority.issue_unit(UNIT, "Science 3", public, at)
        if end == "server":
            issued = authority.issue_server(("127.0.0.1",), public, at)
        ends[end] = CredentialFiles(tmp_path / "authority.pem", tmp_path / f"{end}.pem", tmp_path / f"{end}.key")
        write_key(ends[end].key_file, key)
        write_certificate(ends[end].cert_file, issued)
    with SchoolServer(ends["server"]).running() as server, closing(uplink_to(server.url, ends["unit"])) as uplink:
        assert seal_lesson().put(uplink, "header.json") == Stored()


def test_the_environment_changes_nothing(
    server: SchoolServer,
    units: dict[str, CredentialFiles],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with closing(uplink_to(server.url, units[UNIT])) as uplink:
        assert seal_lesson().put(uplink, "header.json") == Stored()
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("url", ["http://school.example", "school.example", "https://", "https://a/b", "https://a?b"])
def test_an_address_that_is_none_is_said_at_once(units: dict[str, CredentialFiles], url: str) -> None:
    with pytest.raises(SyncSettingsError) as refused:
        uplink_to(url, units[UNIT])
    assert refused.value.problem is SETTINGS_WRONG


def test_certificates_that_cannot_be_read_are_said_at_once(units: dict[str, CredentialFiles], tmp_path: Path) -> None:
    files = units[UNIT]
    (tmp_path / "empty.pem").touch()
    for ca, cert, key in (
        (tmp_path / "missing.pem", files.cert_file, files.key_file),
        (tmp_path / "empty.pem", files.cert_file, files.key_file),
        (files.ca_file, files.cert_file, units[OTHER_UNIT].key_file),
    ):
        with pytest.raises(SyncSettingsError):
            HttpsUplink("https://school.example", ca, cert, key)
