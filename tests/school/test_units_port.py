"""What a unit hears: over a real socket, with its real certificate.

header, stanzas, segments, manifest -> 201 ... 200 receipt
"""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization

from lesson.footage.deletion import DeletedBy
from lesson.footage.header import Header
from lesson.footage.manifest import End, Manifest
from lesson.footage.receipt import Receipt
from lesson.footage.sealing import LessonSealer
from lesson.footage.signed import UnitKey
from lesson.wire import from_wire, to_wire
from provisioning.authority import new_key, write_certificate, write_key
from school.bin import put_in_for
from school.database import DeletionRow, LessonRow
from school.footage_store import FolderStore
from school.receipts import receipt_key as school_receipt_key
from school.sweeper import Sweeper
from school.units import register_unit, revoke_unit
from sync.https import HttpsUplink
from tests.suites.uplink import OTHER_UNIT, UNIT, SchoolUnderTest, UplinkSuite


@pytest.fixture(scope="module")
def known_units(session_school: Any) -> SchoolUnderTest:
    files = {unit: session_school.authority.unit(unit) for unit in (UNIT, OTHER_UNIT)}
    for unit, own in files.items():
        certificate, now = own.cert_file.read_bytes(), datetime.now(UTC)
        # The suite's lessons each bring a signing key of their own.
        register_unit(
            session_school.database, unit=unit, room="Lab", certificate=certificate, signing_key=None, now=now
        )

    def uplink(unit: str) -> HttpsUplink:
        return HttpsUplink(session_school.units, files[unit].ca_file, files[unit].cert_file, files[unit].key_file)

    database, settings = session_school.database, session_school.settings
    store, key = FolderStore(settings.footage), school_receipt_key(settings.data_folder)
    sweeper = Sweeper(database, store, key, settings.policy, lambda: datetime.now(UTC))

    def delete(lesson: str) -> None:
        """What its teacher does at her page: these lessons have one who never joined."""
        with database.writing() as session:
            put_in_for(session, session.get_one(LessonRow, lesson), DeletedBy.TEACHER, None, datetime.now(UTC))
            session.get_one(DeletionRow, lesson).due_at = datetime.now(UTC)
        assert sweeper.destroy(lesson)

    return SchoolUnderTest(uplink, receipt_key(session_school), delete)


class TestOurOwnUplink(UplinkSuite):
    """The unit's half of the agreement and ours, against each other."""

    @pytest.fixture
    def school(self, known_units: SchoolUnderTest) -> SchoolUnderTest:
        return known_units


def receipt_key(school: Any) -> bytes:
    return from_wire(bytes, school.ready["receipt_key"])


def test_a_lesson_arrives_and_is_signed_for(
    school: Any, new_unit: Any, new_teacher: Any, record: Any, send_all: Any, put: Any
) -> None:
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    answer = send_all(unit, lesson)
    assert answer.status_code == 200
    receipt = Receipt.verify(answer.content, receipt_key(school))
    receipt.expect(
        header_sha256=hashlib.sha256(lesson.header).hexdigest(),
        manifest_sha256=hashlib.sha256(lesson.manifest).hexdigest(),
    )
    assert put(unit, f"{lesson.lesson}/manifest", lesson.manifest).content == answer.content, "the same receipt again"
    have = unit.http.get(f"/v1/lessons/{lesson.lesson}/have").json()
    assert have == {
        "header": True,
        "stanzas": sorted(lesson.stanzas),
        "segments": sorted([s.name.track, s.name.index] for s in lesson.segments),
        "manifest": True,
        "receipt": to_wire(answer.content),
    }


def test_no_receipt_while_anything_is_missing(
    school: Any, new_unit: Any, new_teacher: Any, record: Any, put: Any, put_segment: Any
) -> None:
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    path = f"{lesson.lesson}/manifest"
    assert put(unit, path, lesson.manifest).status_code == 404, "the header comes first"
    put(unit, f"{lesson.lesson}/header", lesson.header)
    for sent, segment in enumerate(lesson.segments):
        answer = put(unit, path, lesson.manifest)
        assert answer.status_code == 202
        missing = [[s.name.track, s.name.index] for s in lesson.segments[sent:]]
        assert answer.json() == {"missing": sorted(missing)}
        assert put_segment(unit, lesson, segment).status_code == 201
    answer = put(unit, path, lesson.manifest)
    assert answer.status_code == 422, "without the wrapped keys nobody could open it"
    for kid, stanza in lesson.stanzas.items():
        put(unit, f"{lesson.lesson}/stanzas/{kid}", stanza)
    assert put(unit, path, lesson.manifest).status_code == 200


def test_a_lesson_of_no_segments_gets_its_receipt(
    new_unit: Any, new_teacher: Any, record: Any, put: Any, school: Any
) -> None:
    teacher = new_teacher()
    unit = new_unit(teacher)
    header = Header.decode(record(unit, teacher).header)
    sealer = LessonSealer(header, [teacher.identity.recipient], unit.key)
    put(unit, f"{header.lesson}/header", sealer.header_bytes)
    put(unit, f"{header.lesson}/stanzas/{teacher.kid}", sealer.stanzas[0].data)
    assert put(unit, f"{header.lesson}/manifest", sealer.close(End.STOPPED)).status_code == 200


WRONG_SEGMENTS = {
    "no digest": ({"Content_Digest": ""}, 422),
    "another digest": ({"Content_Digest": "sha-256=:" + "A" * 43 + "=:"}, 422),
    "a weak digest": ({"Content_Digest": "md5=:AAAAAAAAAAAAAAAAAAAAAA==:"}, 422),
    "no link": ({"Waitwise_Link": ""}, 422),
    "a link that is no base64url": ({"Waitwise_Link": "%%%"}, 422),
    "a link of nobody": ({"Waitwise_Link": "e30"}, 422),
    "a link as long as a novel": ({"Waitwise_Link": "A" * 5000}, 422),
}


@pytest.mark.parametrize(("headers", "status"), WRONG_SEGMENTS.values(), ids=WRONG_SEGMENTS)
def test_a_segment_that_does_not_hold_together_is_refused(
    school: Any, new_unit: Any, new_teacher: Any, record: Any, put: Any, put_segment: Any, headers: Any, status: int
) -> None:
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    put(unit, f"{lesson.lesson}/header", lesson.header)
    answer = put_segment(unit, lesson, lesson.segments[1], **headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "problem"}
    assert answer.json()["problem"] == "school-refused"
    assert unit.http.get(f"/v1/lessons/{lesson.lesson}/have").json()["segments"] == []
    assert leftovers(school) == []


def test_a_body_that_is_not_what_its_digest_says_is_refused(
    school: Any, new_unit: Any, new_teacher: Any, record: Any, put: Any
) -> None:
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    put(unit, f"{lesson.lesson}/header", lesson.header)
    segment = lesson.segments[1]
    flipped = bytes([segment.ciphertext[0] ^ 1]) + segment.ciphertext[1:]
    said = base64.b64encode(bytes.fromhex(segment.link.sha256)).decode()
    answer = put(
        unit,
        f"{lesson.lesson}/segments/0/1",
        flipped,
        Content_Digest=f"sha-256=:{said}:",
        Waitwise_Link=to_wire(segment.line),
    )
    assert answer.status_code == 422
    assert leftovers(school) == []
    assert not (school.settings.footage / lesson.lesson).exists()


def leftovers(school: Any) -> list[Path]:
    return list((school.settings.footage / "arriving").iterdir())


@pytest.mark.parametrize(
    "path",
    [
        "segments/0/01",
        "segments/0/-1",
        "segments/0/1000000",
        "segments/0/x",
        "segments/4/0",
        "segments/9/0",
        "segments/0/%2e%2e",
        "segments/0/1%2f..%2f2",
        "segments/..%2f..%2fx/0",
        "segments/0/\u0661",
    ],
)
def test_only_a_segments_name_names_a_segment(
    new_unit: Any, new_teacher: Any, record: Any, put: Any, path: str
) -> None:
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    put(unit, f"{lesson.lesson}/header", lesson.header)
    answer = put(unit, f"{lesson.lesson}/{path}", b"x", Waitwise_Link="e30")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("lesson", ["..%2f..", "5F" * 16, "5f" * 15, "%00" * 32, "x"])
def test_only_a_lesson_id_names_a_lesson(new_unit: Any, put: Any, lesson: str) -> None:
    unit = new_unit()
    assert put(unit, f"{lesson}/header", b"{}").status_code == 404
    assert unit.http.get(f"/v1/lessons/{lesson}/have").status_code == 404


def test_too_many_bytes_are_refused_before_they_are_read(
    school: Any, new_unit: Any, new_teacher: Any, record: Any, put: Any
) -> None:
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    limit = school.settings.max_document_bytes
    assert put(unit, f"{lesson.lesson}/header", bytes(limit + 1)).status_code == 413
    answer = unit.http.put(
        f"/v1/lessons/{lesson.lesson}/header", content=iter([b"{}"]), headers={"Content-Digest": "sha-256=:x:"}
    )
    assert answer.status_code in (411, 422), "chunked: it does not say how long it is"
    put(unit, f"{lesson.lesson}/header", lesson.header)
    request = (
        f"PUT /v1/lessons/{lesson.lesson}/segments/0/0 HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n"
        f"Content-Digest: sha-256=:{'A' * 43}=:\r\nWaitwise-Link: e30\r\n\r\n"
    )
    assert raw(school, unit, request.encode()).startswith(b"HTTP/1.1 413 ")


@contextmanager
def connected(school: Any, unit: Any) -> Iterator[ssl.SSLSocket]:
    context = ssl.create_default_context(cafile=school.authority.ca_file)
    context.load_cert_chain(unit.files.cert_file, unit.files.key_file)
    host, _, port = school.units.removeprefix("https://").partition(":")
    with (
        socket.create_connection((host, int(port)), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        yield tls


def raw(school: Any, unit: Any, request: bytes) -> bytes:
    """Send bytes and read one answer."""
    with connected(school, unit) as tls:
        tls.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += tls.recv(65536)
        return answer


def test_a_body_that_stops_half_way_is_given_up_and_leaves_nothing(
    school: Any, new_unit: Any, new_teacher: Any, record: Any, put: Any
) -> None:
    """body_seconds is one second in this school."""
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    put(unit, f"{lesson.lesson}/header", lesson.header)
    segment = lesson.segments[1]
    digest = base64.b64encode(bytes.fromhex(segment.link.sha256)).decode()
    request = (
        f"PUT /v1/lessons/{lesson.lesson}/segments/0/1 HTTP/1.1\r\nHost: x\r\n"
        f"Content-Length: {len(segment.ciphertext)}\r\nContent-Digest: sha-256=:{digest}:\r\n"
        f"Waitwise-Link: {to_wire(segment.line)}\r\n\r\n"
    )
    answer = raw(school, unit, request.encode() + segment.ciphertext[:-1])
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()
    assert leftovers(school) == []


def test_a_unit_that_goes_away_half_way_leaves_nothing(
    school: Any, new_unit: Any, new_teacher: Any, record: Any, put: Any, put_segment: Any
) -> None:
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher, length_bytes=1_000_000)
    put(unit, f"{lesson.lesson}/header", lesson.header)
    segment = lesson.segments[1]
    digest = base64.b64encode(bytes.fromhex(segment.link.sha256)).decode()
    head = (
        f"PUT /v1/lessons/{lesson.lesson}/segments/0/1 HTTP/1.1\r\nHost: x\r\n"
        f"Content-Length: {len(segment.ciphertext)}\r\nContent-Digest: sha-256=:{digest}:\r\n"
        f"Waitwise-Link: {to_wire(segment.line)}\r\n\r\n"
    ).encode()
    with connected(school, unit) as tls:
        tls.sendall(head + segment.ciphertext[: len(segment.ciphertext) // 2])
        until(lambda: leftovers(school), "it began to arrive")
    until(lambda: not leftovers(school), "it was forgotten")
    assert unit.http.get(f"/v1/lessons/{lesson.lesson}/have").json()["segments"] == []
    assert put_segment(unit, lesson, segment).status_code == 201


def until(holds: Callable[[], object], what: str) -> None:
    give_up_at = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < give_up_at, f"waited in vain until {what}"
        time.sleep(0.01)


class TestWhoseItIs:
    def test_a_unit_without_certificate_is_asked_who_it_is(self, school: Any) -> None:
        context = ssl.create_default_context(cafile=school.authority.ca_file)
        with httpx.Client(base_url=school.units, verify=context, trust_env=False) as stranger:
            for path in ("/v1/recipients", f"/v1/lessons/{'00' * 16}/have"):
                answer = stranger.get(path)
                assert (answer.status_code, answer.json()["problem"]) == (401, "not-trusted")

    def test_a_certificate_that_was_not_registered_is_refused(self, school: Any, new_unit: Any) -> None:
        files = school.authority.unit("never-registered")
        context = ssl.create_default_context(cafile=school.authority.ca_file)
        context.load_cert_chain(files.cert_file, files.key_file)
        with httpx.Client(base_url=school.units, verify=context, trust_env=False) as stranger:
            answer = stranger.get("/v1/recipients")
            assert (answer.status_code, answer.json()["problem"]) == (403, "not-trusted")

    def test_a_new_certificate_for_a_known_name_is_not_enough(self, school: Any, new_unit: Any) -> None:
        """Somebody who got a certificate for the name, with a key of her own."""
        unit = new_unit()
        key = new_key()
        certificate = school.authority.authority.issue_unit(unit.unit, "Room", key.public_key(), datetime.now(UTC))
        cert_file, key_file = school.folder / f"{unit.unit}-copy.pem", school.folder / f"{unit.unit}-copy.key"
        write_certificate(cert_file, certificate)
        write_key(key_file, key)
        context = ssl.create_default_context(cafile=school.authority.ca_file)
        context.load_cert_chain(cert_file, key_file)
        with httpx.Client(base_url=school.units, verify=context, trust_env=False) as imposter:
            assert imposter.get("/v1/recipients").status_code == 403

    def test_a_certificate_for_another_name_with_a_known_key_is_not_enough(self, school: Any, new_unit: Any) -> None:
        unit, other = new_unit(), new_unit()
        key = serialization.load_pem_private_key(unit.files.key_file.read_bytes(), password=None)
        certificate = school.authority.authority.issue_unit(other.unit, "Room", key.public_key(), datetime.now(UTC))
        cert_file = school.folder / f"{unit.unit}-renamed.pem"
        write_certificate(cert_file, certificate)
        context = ssl.create_default_context(cafile=school.authority.ca_file)
        context.load_cert_chain(cert_file, unit.files.key_file)
        with httpx.Client(base_url=school.units, verify=context, trust_env=False) as renamed:
            assert renamed.get("/v1/recipients").status_code == 403

    def test_the_servers_certificate_is_no_units(self, school: Any) -> None:
        context = ssl.create_default_context(cafile=school.authority.ca_file)
        context.load_cert_chain(school.settings.units_certificate, school.settings.units_key)
        with (
            httpx.Client(base_url=school.units, verify=context, trust_env=False) as odd,
            pytest.raises(httpx.HTTPError),
        ):
            odd.get("/v1/recipients")

    def test_revoking_works_at_the_next_request_of_an_open_connection(self, school: Any, new_unit: Any) -> None:
        unit = new_unit()
        assert unit.http.get("/v1/recipients").status_code == 200
        revoke_unit(school.database, unit=unit.unit, now=datetime.now(UTC))
        answer = unit.http.get("/v1/recipients")
        assert (answer.status_code, answer.json()["problem"]) == (403, "not-trusted")

    def test_headers_that_name_a_certificate_change_nothing(self, school: Any, new_unit: Any) -> None:
        unit = new_unit()
        spoofed = {"X-Client-Cert": unit.files.cert_file.read_text().replace("\n", ""), "X-Unit": unit.unit}
        context = ssl.create_default_context(cafile=school.authority.ca_file)
        with httpx.Client(base_url=school.units, verify=context, trust_env=False) as stranger:
            assert stranger.get("/v1/recipients", headers=spoofed).status_code == 401

    def test_another_units_lesson_is_forbidden_on_every_route(
        self, new_unit: Any, new_teacher: Any, record: Any, send_all: Any, put: Any, put_segment: Any
    ) -> None:
        teacher = new_teacher()
        unit, other = new_unit(teacher), new_unit(teacher)
        lesson = record(unit, teacher)
        send_all(unit, lesson)
        answers = [
            put(other, f"{lesson.lesson}/header", lesson.header),
            put(other, f"{lesson.lesson}/manifest", lesson.manifest),
            other.http.get(f"/v1/lessons/{lesson.lesson}/have"),
            *(put(other, f"{lesson.lesson}/stanzas/{kid}", body) for kid, body in lesson.stanzas.items()),
            *(put_segment(other, lesson, segment) for segment in lesson.segments),
        ]
        assert {answer.status_code for answer in answers} == {403}

    def test_a_header_with_another_signing_key_than_registered_is_forbidden(
        self, new_unit: Any, new_teacher: Any, record: Any, put: Any
    ) -> None:
        teacher = new_teacher()
        unit = new_unit(teacher)
        unit.key = UnitKey.generate()
        lesson = record(unit, teacher)
        assert put(unit, f"{lesson.lesson}/header", lesson.header).status_code == 403


def test_a_unit_learns_whom_it_may_record_for(new_unit: Any, new_teacher: Any) -> None:
    ada, ben = new_teacher("Ada Okafor"), new_teacher("Ben Silva")
    new_teacher("Somebody else")
    unit = new_unit(ada, ben)
    recipients = unit.http.get("/v1/recipients").json()["recipients"]
    assert [each["name"] for each in recipients] == ["Ada Okafor", "Ben Silva"]
    assert recipients[0] == {
        "name": "Ada Okafor",
        "kid": ada.kid,
        "encryption_key": to_wire(ada.identity.recipient.encryption_key),
        "signing_key": to_wire(ada.identity.recipient.signing_key),
        "role": "teacher",
    }


def test_no_receipt_for_footage_that_is_gone(
    school: Any, new_unit: Any, new_teacher: Any, record: Any, put: Any, put_segment: Any
) -> None:
    """The database came back from a newer backup than the footage folder: the unit must not delete its copy."""
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    put(unit, f"{lesson.lesson}/header", lesson.header)
    for kid, body in lesson.stanzas.items():
        put(unit, f"{lesson.lesson}/stanzas/{kid}", body)
    for segment in lesson.segments:
        assert put_segment(unit, lesson, segment).status_code == 201
    gone, short = (school.settings.footage / lesson.lesson / lesson.segments[at].name.file_name for at in (0, 2))
    gone.unlink()
    whole = short.read_bytes()
    short.write_bytes(whole[:-1])

    answer = put(unit, f"{lesson.lesson}/manifest", lesson.manifest)
    assert (answer.status_code, answer.json()) == (202, {"missing": [[0, 0], [0, 2]]})
    have = unit.http.get(f"/v1/lessons/{lesson.lesson}/have").json()
    assert [0, 0] not in have["segments"]
    assert [0, 1] in have["segments"]

    assert put_segment(unit, lesson, lesson.segments[0]).status_code in (200, 201)
    short.unlink()
    assert put_segment(unit, lesson, lesson.segments[2]).status_code in (200, 201)
    assert put(unit, f"{lesson.lesson}/manifest", lesson.manifest).status_code == 200


def test_a_manifest_that_counts_millions_costs_little(
    school: Any, new_unit: Any, new_teacher: Any, record: Any, put: Any
) -> None:
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    put(unit, f"{lesson.lesson}/header", lesson.header)
    manifest = Manifest.decode(lesson.manifest, unit.key.public)
    greedy = replace(manifest, segments={"0": 1_000_000, "1": 1_000_000, "2": 1_000_000, "3": 1_000_000})

    answer = put(unit, f"{lesson.lesson}/manifest", greedy.encode(unit.key))

    assert answer.status_code == 202
    assert len(answer.content) < 20_000
