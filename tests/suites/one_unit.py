"""A unit in a folder, with its keys, a teacher it knows, and a school that does not answer."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Mapping
from datetime import UTC, datetime

from capture.drawn_microphone import DrawnMicrophone
from device.clock import Clock, MovedClock
from device.recipients import ListedRecipient, RecipientList
from device.school_side import SchoolSide
from device.settings import SchoolSettings, TrustSettings, UnitSettings
from device.unit import Unit
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson
from lesson.footage.recipients import RecipientRole
from lesson.footage.signed import ReceiptKey, UnitKey
from lesson.wire import dumps, to_wire
from provisioning.throw_away import ThrowAwayAuthority

DRAWN = "." * 10 + "TTTTTTTTTT" + "." * 15 + "PPPPPPPPPP" + "." * 8


class ListingSchool(SchoolSide):
    """A school of which nothing answers but its list of people."""

    def __init__(self, of: OneUnit, clock: Clock) -> None:
        super().__init__(of.settings, clock)
        self._of = of

    def listed(self) -> bytes | None:
        return None if self._of.lists is None else dumps(RecipientList(self._of.lists))


class WholeUnit(Unit):
    """A unit that records and sends, in one program."""

    school: SchoolSide

    def close(self) -> None:
        super().close()
        self.school.close()


class OneUnit:
    """A unit's folder, keys and settings, with a pinned teacher and a school that does not answer."""

    def __init__(self, folder: pathlib.Path) -> None:
        now = datetime.now(tz=UTC)
        self.authority = ThrowAwayAuthority(folder / "authority", now, is_demo=True)
        files = self.authority.unit("lab-2")
        self.teacher = Identity.generate()
        self.lists: tuple[ListedRecipient, ...] | None = None
        """Whom the school lists. None: it does not answer."""
        self.folder = folder / "unit"
        self.lessons = self.folder / "lessons"
        self.lessons.mkdir(parents=True)
        self.knows({"Ms": self.teacher})
        (self.folder / "signing.key").write_bytes(UnitKey.generate().to_bytes())
        (self.folder / "signing.key").chmod(0o600)
        self.receipt_key = ReceiptKey.generate()
        receipts = to_wire(self.receipt_key.public)
        self.settings = UnitSettings(
            unit="lab-2",
            room="Lab 2",
            folder=self.folder,
            school=SchoolSettings("https://127.0.0.1:1", "127.0.0.1:1", files.ca_file, receipts),
            trust=TrustSettings(files.cert_file, files.key_file, self.folder / "signing.key"),
        )

    def unit(self, clock: Clock | None = None) -> WholeUnit:
        clock = clock or MovedClock(datetime(1970, 1, 1, tzinfo=UTC))
        with contextlib.ExitStack() as opened:
            school = opened.enter_context(ListingSchool(self, clock))
            unit = WholeUnit(self.settings, clock, school)
            opened.pop_all()
        school.start()
        return unit

    def knows(self, teachers: Mapping[str, Identity]) -> None:
        """Pin these, and nobody else."""
        listed = tuple(
            ListedRecipient(name, keys.kid.hex(), keys.encryption_key, keys.signing_key, RecipientRole.TEACHER)
            for name, keys in ((name, teacher.recipient) for name, teacher in teachers.items())
        )
        (self.folder / "recipients.json").write_bytes(dumps(RecipientList(listed)))

    def record(self, unit: WholeUnit) -> pathlib.Path:
        lesson = unit.lesson(
            teacher=None, title=None, microphone=DrawnMicrophone(DRAWN), camera=None, on_heard=lambda _: None
        )
        lesson.run()
        return lesson.folder

    def opened(self, folder: pathlib.Path) -> OpenLesson:
        return OpenLesson(
            (folder / "header.json").read_bytes(),
            [path.read_bytes() for path in (folder / "stanzas").iterdir()],
            (folder / "links.jsonl").read_bytes(),
            (folder / "manifest.json").read_bytes(),
            self.teacher,
        )
