"""A real school with one unit and one teacher, whose keys her browser makes: what the tests of the pages open.

::

    unit --mTLS--> units' port     school process     browsers' port <-- Chromium
    unit --(what a broker would bring)--> Ingest, on the same database
"""

import base64
import hashlib
import json
import secrets
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from lesson.footage.grant import give
from lesson.footage.header import Audio, Header, Media, Video, header_hash
from lesson.footage.identity import Identity
from lesson.footage.manifest import End
from lesson.footage.opening import unwrap
from lesson.footage.recipients import Recipient, RecipientRole
from lesson.footage.sealing import LessonSealer, SealedSegment
from lesson.footage.segments import Track
from lesson.footage.signed import UnitKey
from lesson.footage.stanza import Stanza
from lesson.messages import LessonEnded, LessonStarted, SealedEvidence, encode_delivery, encode_event
from lesson.talk import Account
from lesson.wire import to_wire
from provisioning.throw_away import ThrowAwayAuthority
from school.accounts import Invitation, invite, sign_in_link
from school.app import open_database, utc_now
from school.database import Database
from school.ingest import Ingest
from school.settings import Settings
from school.units import register_unit
from tests.suites.page_lesson import FPS, HEIGHT, RATE_HZ, SEGMENT, WIDTH, account, account_line, film, lines_of

UNIT = "lab-2"


@dataclass
class LiveLesson:
    """A lesson that the unit is still recording."""

    world: "PageWorld"
    sealer: LessonSealer
    lesson: str
    whole: Account
    lines: list[bytes]
    sent: int = 0

    def say(self, count: int) -> None:
        """Send the next lines of evidence."""
        for line in self.lines[self.sent : self.sent + count]:
            index, ciphertext = self.sealer.seal_evidence(line)
            self.world.tell(SealedEvidence(self.lesson, index, ciphertext))
        self.sent += count

    def footage(self, first: int, last: int | None = None) -> None:
        """Send segments; the last one of the film is final."""
        segments = film().segments
        for number, segment in enumerate(segments[first:last], first):
            is_final = number == len(segments) - 1
            self.world.put_segment(self.lesson, self.sealer.seal(Track.AV, segment, final=is_final, duration=SEGMENT))

    def stop(self) -> None:
        """Press the button again: the log, the manifest, the message."""
        self.world.put_segment(self.lesson, self.sealer.seal(Track.LOG, account_line(self.whole), final=True))
        manifest = self.sealer.close(End.STOPPED)
        self.world.put(f"{self.lesson}/manifest", manifest, 200)
        self.world.tell(LessonEnded(self.lesson, utc_now(), "stopped", 1, self.sent, self.whole.duration))


@dataclass
class PageWorld:
    """The school process, and what tests do to it from outside."""

    folder: Path
    database: Database
    browser: str
    http: httpx.Client
    unit_key: UnitKey
    ingest: Ingest
    stream: str = field(default_factory=lambda: secrets.token_hex(8))
    seq: int = 0
    teachers: dict[int, Recipient] = field(default_factory=dict)

    def invitation(self, name: str = "Ada Okafor") -> Invitation:
        """Invite a teacher."""
        return invite(self.database, name, now=utc_now(), days=1)

    def joined(self, invitation: Invitation, encryption_key: bytes, signing_key: bytes) -> Recipient:
        """Her browser has made her keys: the unit may record for her."""
        self.teachers[invitation.teacher_id] = Recipient(encryption_key, signing_key)
        return self.teachers[invitation.teacher_id]

    def enter(self, teacher_id: int, target: str = "/lessons") -> str:
        """Address of a fresh sign-in link."""
        return f"{self.browser}/enter/{sign_in_link(self.database, teacher_id, now=utc_now(), minutes=5)}?next={target}"

    def record(self, teacher: Recipient, title: str = "Year 8 Science", whole: Account | None = None) -> str:
        """Record, seal and send a whole lesson; its id."""
        live = self.start(teacher, title, whole or account())
        live.footage(0)
        live.stop()
        return live.lesson

    def record_and_claim(self, teacher: Recipient, title: str = "Year 8 Science") -> str:
        """Record a lesson of which nobody could say whose it is, and let her claim it; its id."""
        claim = Identity.generate()
        live = self.start(claim.recipient, title, account(), RecipientRole.CLAIM)
        live.footage(0)
        stanza = Stanza.decode(live.sealer.stanzas[0].data, self.unit_key.public)
        hashed = header_hash(live.sealer.header_bytes)
        grant, data = give(unwrap(stanza, claim, hashed), hashed, to=teacher, by=claim, at=utc_now())
        self.put(f"{live.lesson}/grants/{grant.grant}", data, 201)
        live.stop()
        return live.lesson

    def start(
        self, teacher: Recipient, title: str, whole: Account, role: RecipientRole = RecipientRole.TEACHER
    ) -> LiveLesson:
        """Press the button: header, stanza and the initialization segment are at the school."""
        header = Header.new(
            unit=UNIT,
            unit_key=self.unit_key.public,
            started_at=utc_now(),
            recipients=((teacher, role),),
            media=Media(Video("avc1.42C01F", WIDTH, HEIGHT, float(FPS)), Audio("mp4a.40.2", RATE_HZ)),
        )
        sealer = LessonSealer(header, [teacher], self.unit_key)
        stanzas = tuple(stanza.data for stanza in sealer.stanzas)
        self.tell(LessonStarted(header.lesson, header.started_at, sealer.header_bytes, stanzas, title))
        self.put(f"{header.lesson}/header", sealer.header_bytes, 200, 201)
        for stanza in sealer.stanzas:
            kid = stanza.file_name.removeprefix("stanzas/").removesuffix(".json")
            self.put(f"{header.lesson}/stanzas/{kid}", stanza.data, 200, 201)
        self.put_segment(header.lesson, sealer.seal(Track.AV, film().init))
        return LiveLesson(self, sealer, header.lesson, whole, lines_of(whole))

    def tell(self, event: LessonStarted | SealedEvidence | LessonEnded) -> None:
        """Say something as the unit would through a broker."""
        self.seq += 1
        ack = self.ingest.delivery(UNIT, encode_delivery(self.stream, self.seq, encode_event(event)))
        assert ack is not None
        assert ack.upto == self.seq

    def put(self, path: str, body: bytes, *expected: int, **headers: str) -> None:
        """Upload as the unit does."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        answer = self.http.put(
            f"/v1/lessons/{path}",
            content=body,
            headers={"Content-Digest": f"sha-256=:{digest}:", **{k.replace("_", "-"): v for k, v in headers.items()}},
        )
        assert answer.status_code in expected, answer.text

    def put_segment(self, lesson: str, segment: SealedSegment) -> None:
        """Upload one segment with its link."""
        path = f"{lesson}/segments/{segment.name.track:d}/{segment.name.index}"
        self.put(path, segment.ciphertext, 201, Waitwise_Link=to_wire(segment.line))


@contextmanager
def page_world(folder: Path, **settings: str | float) -> Iterator[PageWorld]:
    """Start the school under these settings, register the unit."""
    authority = ThrowAwayAuthority(folder / "authority", datetime.now(UTC), is_demo=True)
    server, files, key = authority.server("127.0.0.1", "localhost"), authority.unit(UNIT), UnitKey.generate()
    values: dict[str, Any] = {
        "data_folder": "data",
        "browser_host": "localhost",  # a passkey belongs to a name, never to a number
        "browser_port": 0,
        "units_port": 0,
        "units_certificate": str(server.cert_file),
        "units_key": str(server.key_file),
        "units_authority": str(authority.ca_file),
        "live_seconds": 0.05,
        **settings,
    }
    settings_file = folder / "school.toml"
    settings_file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
    database = open_database(Settings.read(settings_file))
    command = [sys.executable, "-m", "waitwise", "school", "serve", str(settings_file), "--json"]
    with (folder / "school.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, (folder / "school.log").read_text()
        ready = json.loads(line)
        register_unit(
            database,
            unit=UNIT,
            room="Lab 2",
            certificate=files.cert_file.read_bytes(),
            signing_key=key.public,
            now=utc_now(),
            teachers=[],
        )
        context = ssl.create_default_context(cafile=authority.ca_file)
        context.load_cert_chain(files.cert_file, files.key_file)
        with httpx.Client(base_url=ready["units"], verify=context, trust_env=False, timeout=20) as http:
            yield PageWorld(folder, database, ready["browser"], http, key, Ingest(database, utc_now))
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
        database.close()
