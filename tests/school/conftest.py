"""A real school for the tests: a process with two ports, real certificates, and units and teachers who use it."""

from __future__ import annotations

import json
import secrets
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from lesson.footage.header import Audio, Header, Media
from lesson.footage.identity import Identity
from lesson.footage.manifest import End
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer, SealedSegment
from lesson.footage.segments import Track
from lesson.footage.signed import UnitKey
from lesson.messages import Event, encode_delivery, encode_event
from provisioning.throw_away import CredentialFiles, ThrowAwayAuthority
from school.accounts import enter, invite, join, sign_in_link
from school.app import open_database
from school.database import Database
from school.ingest import Ingest
from school.passwords import Passwords
from school.people import SchoolRole
from school.settings import Settings
from school.signing_in import Door, join_with_password
from school.units import register_unit
from school.web_parts import COOKIE
from tests.suites.locked_file import locked_file

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Only for tests that are not about it."""


@dataclass
class SchoolProcess:
    """`waitwise school serve`, which can be killed and started again."""

    folder: Path
    authority: ThrowAwayAuthority
    settings: Settings
    settings_file: Path
    database: Database
    process: subprocess.Popen[bytes] | None = None
    ready: dict[str, Any] = field(default_factory=dict)

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        with log:
            command = [sys.executable, "-m", "waitwise", "school", "serve", str(self.settings_file), "--json"]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.folder / "log").read_text()
        self.ready = json.loads(line)

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(number)
        code = self.process.wait(20)
        self.process.stdout.close()
        self.process = None
        return code

    def sign_in_again(self, person_id: int) -> str:
        """A fresh cookie of somebody who has joined."""
        now = datetime.now(UTC)
        code = sign_in_link(self.database, person_id, now=now, minutes=5)
        return enter(self.database, code, now=now, hours=1).token

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def browser(self) -> str:
        return str(self.ready["browser"])

    @property
    def units(self) -> str:
        return str(self.ready["units"])


@dataclass
class Unit:
    """A unit with a certificate and a signing key."""

    unit: str
    files: CredentialFiles
    key: UnitKey
    http: httpx.Client


@dataclass
class TeacherAtHome:
    """A teacher who has joined, and her browser."""

    id: int
    identity: Identity
    token: str

    @property
    def kid(self) -> str:
        return self.identity.recipient.kid.hex()


@dataclass
class PersonAtHome:
    """Somebody without keys who has joined, and her browser."""

    id: int
    email: str
    token: str


@dataclass
class Sealed:
    """A lesson as its unit leaves it behind."""

    lesson: str
    header: bytes
    stanzas: dict[str, bytes]
    segments: list[SealedSegment]
    manifest: bytes
    evidence: list[tuple[int, bytes]]


@contextmanager
def running_school(folder: Path, **settings: str | float) -> Iterator[SchoolProcess]:
    authority = ThrowAwayAuthority(folder / "authority", datetime.now(UTC), is_demo=True)
    server = authority.server("127.0.0.1", "localhost")
    values: dict[str, str | float] = {
        "data_folder": "data",
        "browser_port": 0,
        "units_port": 0,
        "units_certificate": str(server.cert_file),
        "units_key": str(server.key_file),
        "units_authority": str(authority.ca_file),
        "live_seconds": 0.02,
        "body_seconds": 1.0,
        **settings,
    }
    file = folder / "school.toml"
    file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
    read = Settings.read(file)
    database = open_database(read)
    school = SchoolProcess(folder, authority, read, file, database)
    school.start()
    try:
        yield school
    finally:
        if school.process is not None:
            school.stop()
        database.close()


@pytest.fixture(scope="session")
def session_school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SchoolProcess]:
    with running_school(tmp_path_factory.mktemp("school")) as running:
        yield running


@pytest.fixture
def school(session_school: SchoolProcess) -> SchoolProcess:
    """One school for all tests that do not hurt it: each makes its own units, teachers and lessons."""
    return session_school


@pytest.fixture
def own_school(tmp_path: Path) -> Callable[..., Any]:
    """A school for one test, which may kill it."""
    return lambda **settings: running_school(tmp_path, **settings)


def client_of(files: CredentialFiles | None, ca_file: Path, base_url: str) -> httpx.Client:
    context = ssl.create_default_context(cafile=ca_file)
    if files is not None:
        context.load_cert_chain(files.cert_file, files.key_file)
    return httpx.Client(base_url=base_url, verify=context, trust_env=False, timeout=20)


@pytest.fixture(scope="session")
def new_unit(session_school: SchoolProcess) -> Iterator[Callable[..., Unit]]:
    """Make a unit that the school knows."""
    made: list[Unit] = []

    def make(*teachers: TeacherAtHome, name: str | None = None, at: SchoolProcess = session_school) -> Unit:
        unit = name or f"unit-{secrets.token_hex(4)}"
        files, key = at.authority.unit(unit), UnitKey.generate()
        register_unit(
            at.database,
            unit=unit,
            room="Science 3",
            certificate=files.cert_file.read_bytes(),
            signing_key=key.public,
            now=datetime.now(UTC),
            teachers=[teacher.id for teacher in teachers],
        )
        made.append(Unit(unit, files, key, client_of(files, at.authority.ca_file, at.units)))
        return made[-1]

    yield make
    for unit in made:
        unit.http.close()


@pytest.fixture(scope="session")
def new_teacher(session_school: SchoolProcess) -> Callable[..., TeacherAtHome]:
    """Make a teacher who has joined."""

    def make(
        name: str = "Ada Okafor",
        at: SchoolProcess = session_school,
        role: SchoolRole = SchoolRole.TEACHER,
        identity: Identity | None = None,
        sealed: bytes = b"",
    ) -> TeacherAtHome:
        identity, now = identity or Identity.generate(), datetime.now(UTC)
        invitation = invite(at.database, name, now=now, days=1, role=role)
        signed_in = join(
            at.database,
            invitation.code,
            identity.recipient,
            sealed or locked_file(identity.recipient),
            now=now,
            hours=1,
        )
        return TeacherAtHome(invitation.teacher_id, identity, signed_in.token)

    return make


PASSWORD = "quiet pond seven lamps"


@pytest.fixture(scope="session")
def new_person(session_school: SchoolProcess, new_teacher: Callable[..., TeacherAtHome]) -> Callable[..., Any]:
    """Make somebody of any role who has joined."""

    def make(role: SchoolRole, at: SchoolProcess = session_school) -> TeacherAtHome | PersonAtHome:
        if role.has_keys:
            return new_teacher(f"A {role.value}", at, role)
        email, now = f"{secrets.token_hex(4)}@school.example", datetime.now(UTC)
        invitation = invite(at.database, f"A {role.value}", now=now, days=1, role=role, email=email)
        door = Door(at.database, Passwords(at.database, QUICK), now, hours=1)
        signed_in = join_with_password(door, invitation.code, PASSWORD)
        return PersonAtHome(invitation.teacher_id, email, signed_in.token)

    return make


@pytest.fixture
def browser(school: SchoolProcess) -> Iterator[Callable[..., httpx.Client]]:
    """Open the browsers' port as a teacher, or as a stranger."""
    opened: list[httpx.Client] = []

    def make(teacher: TeacherAtHome | None = None, at: SchoolProcess = school) -> httpx.Client:
        cookies = {COOKIE: teacher.token} if teacher else {}
        opened.append(
            httpx.Client(
                base_url=at.browser, cookies=cookies, headers={"Origin": at.browser}, trust_env=False, timeout=20
            )
        )
        return opened[-1]

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def link_for(school: SchoolProcess) -> Callable[[TeacherAtHome], str]:
    return lambda teacher: sign_in_link(school.database, teacher.id, now=datetime.now(UTC), minutes=5)


@pytest.fixture(scope="session")
def record() -> Callable[..., Sealed]:
    """Seal a lesson of a unit for teachers: `segments` pieces of picture, one of the log."""

    def make(
        unit: Unit,
        *teachers: TeacherAtHome,
        segments: int = 3,
        length_bytes: int = 2000,
        claim: Identity | None = None,
    ) -> Sealed:
        recipients = [teacher.identity.recipient for teacher in teachers]
        named = tuple((recipient, RecipientRole.TEACHER) for recipient in recipients)
        if claim is not None:
            recipients, named = [claim.recipient], ((claim.recipient, RecipientRole.CLAIM),)
        header = Header.new(
            unit=unit.unit,
            unit_key=unit.key.public,
            started_at=datetime(2026, 11, 17, 9, 0, tzinfo=UTC),
            recipients=named,
            media=Media(video=None, audio=Audio("mp4a.40.2", 48_000)),
        )
        sealer = LessonSealer(header, recipients, unit.key)
        sealed = [sealer.seal(Track.AV, bytes(8))]
        for number in range(1, segments):
            is_last = number == segments - 1
            sealed.append(sealer.seal(Track.AV, secrets.token_bytes(length_bytes), final=is_last, duration=2.0))
        sealed.append(sealer.seal(Track.LOG, b'{"wait": "secret numbers"}\n', final=True))
        evidence = [sealer.seal_evidence(b"evidence %d" % number) for number in range(3)]
        stanzas = {
            stanza.file_name.removeprefix("stanzas/").removesuffix(".json"): stanza.data for stanza in sealer.stanzas
        }
        return Sealed(header.lesson, sealer.header_bytes, stanzas, sealed, sealer.close(End.STOPPED), evidence)

    return make


@pytest.fixture(scope="session")
def put() -> Callable[..., httpx.Response]:
    """Send a piece as a unit does, with whatever headers a test wants to be wrong."""
    import base64
    import hashlib

    def send(unit: Unit, path: str, body: bytes, **headers: str) -> httpx.Response:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        all_headers = {"Content-Digest": f"sha-256=:{digest}:", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return unit.http.put(f"/v1/lessons/{path}", content=body, headers=all_headers)

    return send


@pytest.fixture(scope="session")
def tell(session_school: SchoolProcess) -> Callable[..., None]:
    """Say events of a unit, as the broker's thread does."""
    ingest, seqs = Ingest(session_school.database, lambda: datetime.now(UTC)), dict[str, int]()

    def say(unit: Unit, *events: Event) -> None:
        for event in events:
            seqs[unit.unit] = seqs.get(unit.unit, 0) + 1
            ingest.delivery(unit.unit, encode_delivery("s", seqs[unit.unit], encode_event(event)))

    return say


@pytest.fixture(scope="session")
def put_segment(put: Callable[..., httpx.Response]) -> Callable[..., httpx.Response]:
    from lesson.wire import to_wire

    def send(unit: Unit, lesson: Sealed, segment: SealedSegment, **headers: str) -> httpx.Response:
        path = f"{lesson.lesson}/segments/{segment.name.track:d}/{segment.name.index}"
        return put(unit, path, segment.ciphertext, **{"Waitwise_Link": to_wire(segment.line), **headers})

    return send


@pytest.fixture(scope="session")
def send_all(
    put: Callable[..., httpx.Response], put_segment: Callable[..., httpx.Response]
) -> Callable[..., httpx.Response]:
    """Send a whole lesson; the answer to its manifest. `already` is 200 when MQTT has brought the envelope before."""

    def send(unit: Unit, lesson: Sealed, already: int = 201) -> httpx.Response:
        assert put(unit, f"{lesson.lesson}/header", lesson.header).status_code == already
        for kid, body in lesson.stanzas.items():
            assert put(unit, f"{lesson.lesson}/stanzas/{kid}", body).status_code == already
        for segment in lesson.segments:
            assert put_segment(unit, lesson, segment).status_code == 201
        return put(unit, f"{lesson.lesson}/manifest", lesson.manifest)

    return send
