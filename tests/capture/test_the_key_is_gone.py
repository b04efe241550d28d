"""When a lesson has ended, nothing in the unit's memory or on its disk opens it.

::

    recording   content key in memory, once                     (or this search would find nothing anywhere)
    stopped     no content key, nothing that is derived from it
"""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lesson.footage.header import header_hash
from lesson.footage.identity import Identity
from lesson.footage.segments import SegmentName, Track, segment_key
from lesson.footage.stanza import WRAP_SUITE, Stanza, wrap_info
from tests.suites.memory import memory_of
from tests.suites.programs import HOUSE

UNIT = """
import sys
from datetime import UTC, datetime
from pathlib import Path

from capture.disk import FolderDisk
from capture.drawn_microphone import DrawnMicrophone
from capture.fragments import FragmentedMp4
from capture.recorder import LessonRecorder
from lesson.footage.header import Audio, Header, Media
from lesson.footage.recipients import Recipient, RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.signed import UnitKey
from lesson.sound import RATE_HZ

folder, how, *keys = sys.argv[1:]
teacher, unit_key, encoder = Recipient(*map(bytes.fromhex, keys)), UnitKey.generate(), FragmentedMp4()
header = Header.new(
    unit="room-12", unit_key=unit_key.public, started_at=datetime.now(tz=UTC),
    recipients=((teacher, RecipientRole.TEACHER),), media=Media(None, Audio(encoder.codecs.audio, RATE_HZ)),
)
recorder = LessonRecorder(FolderDisk(Path(folder)), LessonSealer(header, [teacher], unit_key), encoder)

def say_and_wait(word):
    print(word, flush=True)
    sys.stdin.readline()

for block in DrawnMicrophone("TTTTT?......PPPP..TTTTTT" * 4).blocks():
    recorder.sound(block)
    if block.first_sample % RATE_HZ == 0:
        recorder.log(b"{}")
        recorder.seal_evidence(b"{}")
say_and_wait(unit_key.public.hex())
recorder.stop() if how == "stop" else recorder.abandon()
say_and_wait("stopped")
"""


@dataclass
class RecordingUnit:
    process: subprocess.Popen[str]
    folder: Path
    teacher: Identity
    unit_key: bytes = b""

    def goes_on(self) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if self.unit_key:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def keys(self) -> dict[str, bytes]:
        """All that could open the lesson or a part of it, as its teacher finds it."""
        hashed = header_hash((self.folder / "header.json").read_bytes())
        (stanza,) = (self.folder / "stanzas").iterdir()
        info = wrap_info(hashed, self.teacher.recipient.kid)
        sealed = Stanza.decode(stanza.read_bytes(), self.unit_key).sealed
        content_key = WRAP_SUITE.decrypt(sealed, self.teacher.encryption_key, info=info)
        names = [SegmentName.from_file_name(path.name) for path in self.folder.glob("*.seg")]
        names += [SegmentName(Track.EVIDENCE, index) for index in range(8)]
        return {
            "content key": content_key,
            # RFC 5869, step 1, without salt: whoever has this has every segment's key.
            "HKDF's inner key": hmac.digest(bytes(32), content_key, hashlib.sha256),
            **{str(name): segment_key(content_key, hashed, name, final=False) for name in names},
        }

    def holds(self, keys: dict[str, bytes]) -> set[str]:
        memory = list(memory_of(self.process.pid))
        return {name for name, key in keys.items() if any(key in part for part in memory)}


@pytest.fixture(params=["stop", "abandon"])
def unit(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RecordingUnit]:
    teacher, folder = Identity.generate(), tmp_path / "lesson"
    public = (teacher.recipient.encryption_key.hex(), teacher.recipient.signing_key.hex())
    command = [sys.executable, "-c", UNIT, str(folder), str(request.param), *public]
    with subprocess.Popen(command, cwd=HOUSE, stdin=-1, stdout=-1, text=True) as process:
        unit = RecordingUnit(process, folder, teacher)
        unit.unit_key = bytes.fromhex(unit.goes_on())
        yield unit
        process.kill()


def test_what_could_open_the_lesson_is_gone_from_memory_and_was_never_on_the_disk(unit: RecordingUnit) -> None:
    keys = unit.keys()
    assert len(keys) > 20
    assert "content key" in unit.holds(keys), "this search finds nothing: it would pass for any program"

    assert unit.goes_on() == "stopped"

    assert unit.holds(keys) == set()
    for path in unit.folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not any(key in data or key.hex().encode() in data for key in keys.values()), path
