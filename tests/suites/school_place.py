"""A school without its ports: database, footage and a clock you move, with lessons in it.

::

    place.record(teacher) -> upload -> rows, files        place.now += days        place.sweep()
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lesson.footage.header import Audio, Header, Media
from lesson.footage.identity import Identity
from lesson.footage.manifest import End
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import Track
from lesson.footage.signed import ReceiptKey, UnitKey
from school.accounts import invite, join
from school.database import Database, DeletionRow, LessonRow, UnitRow
from school.footage_store import FolderStore
from school.keeping import Policy
from school.migrate import migrate
from school.people import SchoolRole, Teacher
from school.sweeper import Sweeper
from school.uploads import Uploads

UNIT = "lab-2"
DAY = timedelta(days=1)
SEGMENTS = 3


@dataclass
class Sealed:
    """A lesson as its unit has it."""

    lesson: str
    header: bytes
    stanza: bytes
    segments: list[Any]
    manifest: bytes


@dataclass
class SchoolPlace:
    """One school's folder, opened once. Open the same folder again for a second server."""

    folder: Path
    now: datetime = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
    policy: Policy = field(default_factory=lambda: Policy(keep_days=28, most_days=365, bin_days=7))
    key: ReceiptKey = field(default_factory=ReceiptKey.generate)
    unit_key: UnitKey = field(default_factory=UnitKey.generate)

    def __post_init__(self) -> None:
        self.database = Database(f"sqlite:///{self.folder / 'school.sqlite'}")
        migrate(self.database)
        self.store = FolderStore(self.folder / "footage")
        self.sweeper = Sweeper(self.database, self.store, self.key, self.policy, lambda: self.now)
        self.uploads = Uploads(self.database, self.store, self.key, lambda: self.now)
        with self.database.writing() as session:
            if session.get(UnitRow, UNIT) is None:
                hashed, signer = secrets.token_hex(32), self.unit_key.public
                session.add(UnitRow(unit=UNIT, room="Lab", key_hash=hashed, signing_key=signer, registered_at=self.now))

    def teacher(self, name: str = "Ada Okafor", role: SchoolRole = SchoolRole.TEACHER) -> tuple[Teacher, Identity]:
        """Somebody who has joined."""
        identity = Identity.generate()
        invitation = invite(self.database, name, now=self.now, days=1, role=role)
        joined = join(self.database, invitation.code, identity.recipient, b"sealed", now=self.now, hours=1)
        assert isinstance(joined.person, Teacher)
        return joined.person, identity

    @property
    def unit(self) -> UnitRow:
        with self.database.reading() as session:
            return session.get_one(UnitRow, UNIT)

    def seal(self, whose: Identity) -> Sealed:
        """Seal a lesson of hers."""
        header = Header.new(
            unit=UNIT,
            unit_key=self.unit_key.public,
            started_at=self.now,
            recipients=((whose.recipient, RecipientRole.TEACHER),),
            media=Media(video=None, audio=Audio("mp4a.40.2", 48_000)),
        )
        sealer = LessonSealer(header, [whose.recipient], self.unit_key)
        segments = [
            sealer.seal(Track.AUDIO, secrets.token_bytes(500), final=number == SEGMENTS - 1, duration=2.0)
            for number in range(SEGMENTS)
        ]
        return Sealed(header.lesson, sealer.header_bytes, sealer.stanzas[0].data, segments, sealer.close(End.STOPPED))

    def upload(self, sealed: Sealed) -> None:
        """Send it."""
        kid = Header.decode(sealed.header).recipients[0].kid
        self.uploads.header(self.unit, sealed.lesson, sealed.header)
        self.uploads.stanza(self.unit, sealed.lesson, kid, sealed.stanza)
        for segment in sealed.segments:
            self.put_segment(sealed, segment)
        assert self.uploads.manifest(self.unit, sealed.lesson, sealed.manifest).receipt is not None

    def put_segment(self, sealed: Sealed, segment: Any) -> None:
        """Send one segment."""
        line, body = segment.line.removesuffix(b"\n"), segment.ciphertext
        link = self.uploads.link(self.unit, sealed.lesson, segment.name, line, len(body))
        with self.store.arriving() as arriving:
            arriving.write(body)
            self.uploads.segment(self.unit, sealed.lesson, link, line, arriving)

    def record(self, whose: Identity) -> Sealed:
        """Seal and send one."""
        sealed = self.seal(whose)
        self.upload(sealed)
        return sealed

    def sweep(self) -> None:
        """As the server does, every minute."""
        self.sweeper.sweep()

    def pass_days(self, days: float) -> None:
        """Let days go by, with the server looking every other day."""
        until = self.now + days * DAY
        while self.now < until:
            self.now = min(self.now + 2 * DAY, until)
            self.sweep()

    def state(self, lesson: str) -> str:
        """Where the lesson is."""
        with self.database.reading() as session:
            deletion = session.get(DeletionRow, lesson)
            if deletion is not None:
                return deletion.state
            return "kept" if session.get(LessonRow, lesson) is not None else "never heard of"

    def files(self, lesson: str) -> list[str]:
        """What lies in the footage folder of it."""
        return sorted(path.name for path in (self.folder / "footage" / lesson).glob("*"))

    def raw(self) -> bytes:
        """Every byte that the database has on the disk."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob("school.sqlite*")))

    def close(self) -> None:
        """As a server that ends."""
        self.database.close()
