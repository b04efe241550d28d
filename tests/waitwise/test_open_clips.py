"""Somebody to whom a clip was handed on opens it on her own computer: those seconds, their numbers, the note.

::

    clips/<clip>.json + header, links, manifest, 0-000000.seg, 0-000002.seg  -->  a film of one segment
"""

import json
import pathlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from lesson.footage.clip import give_clip
from lesson.footage.errors import GrantError, NotForYouError, SegmentMissingError
from lesson.footage.header import Audio, Header, Media, header_hash
from lesson.footage.identity import Identity, encode_open
from lesson.footage.manifest import End
from lesson.footage.opening import unwrap
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import SegmentName, Track, segment_key
from lesson.footage.signed import UnitKey
from lesson.footage.stanza import Stanza
from lesson.talk import Account, Heard, Role, State
from lesson.wire import dumps
from tests.suites.programs import waitwise
from waitwise.open_lesson import open_lesson

AT = datetime(2026, 11, 17, tzinfo=UTC)
Clipped = Callable[..., pathlib.Path]


@pytest.fixture
def reader() -> Identity:
    return Identity.generate()


@pytest.fixture
def clipped(tmp_path: pathlib.Path, reader: Identity) -> Clipped:
    """A folder with what the school serves of a lesson to somebody who was given the segments of these indexes."""
    teacher, unit_key = Identity.generate(), UnitKey.generate()
    header = Header.new(
        unit="lab-2",
        unit_key=unit_key.public,
        started_at=AT,
        recipients=((teacher.recipient, RecipientRole.TEACHER),),
        media=Media(None, Audio("mp4a.40.2", 16_000)),
    )
    sealer = LessonSealer(header, [teacher.recipient], unit_key)
    films = ((b"ftyp moov", 0.0), (b"[one]", 2.0), (b"[two]", 2.0), (b"[three]", 2.0))
    sealed = [sealer.seal(Track.AV, text, duration=seconds) for text, seconds in films]
    links = b"".join(segment.line for segment in sealed)
    manifest = sealer.close(End.STOPPED)
    hashed = header_hash(sealer.header_bytes)
    content_key = unwrap(Stanza.decode(sealer.stanzas[0].data, unit_key.public), teacher, hashed)

    def give(*clips: tuple[int, ...], until: datetime | None = None, note: str = "", numbers: str = "") -> pathlib.Path:
        folder = tmp_path / "lesson"
        (folder / "clips").mkdir(parents=True)
        for indexes in clips:
            names = [SegmentName(Track.AV, index) for index in (0, *indexes)]
            keys = {name: segment_key(content_key, hashed, name, final=False) for name in names}
            told = {"note": note, "numbers": numbers}
            clip, data = give_clip(keys, hashed, to=reader.recipient, by=teacher, at=AT, until=until, **told)
            (folder / clip.file_name).write_bytes(data)
            for name in names:
                (folder / name.file_name).write_bytes(sealed[name.index].ciphertext)
        (folder / "header.json").write_bytes(sealer.header_bytes)
        (folder / "links.jsonl").write_bytes(links)
        (folder / "manifest.json").write_bytes(manifest)
        return folder

    return give


def line(start: float, end: float) -> str:
    """The numbers of some seconds."""
    return dumps(Heard(account=Account(6.0, states=(State(Role.TEACHER, start, end),)))).decode()


def test_the_film_has_the_seconds_that_were_shared(clipped: Clipped, reader: Identity, tmp_path: pathlib.Path) -> None:
    folder, film = clipped((2,), note="Look here."), tmp_path / "film.mp4"

    opened = open_lesson(folder, reader, film)

    assert film.read_bytes() == b"ftyp moov[two]"
    assert (opened.is_clip, opened.segments, opened.duration_s, opened.left_out) == (True, 2, 2.0, ())
    assert opened.notes == ("Look here.",)
    assert opened.account is None


def test_two_clips_are_one_film(clipped: Clipped, reader: Identity, tmp_path: pathlib.Path) -> None:
    folder, film = clipped((1,), (3,), numbers=line(0.5, 1.0)), tmp_path / "film.mp4"

    opened = open_lesson(folder, reader, film)

    assert film.read_bytes() == b"ftyp moov[one][three]"
    assert opened.account is not None
    assert opened.account.states == (State(Role.TEACHER, 0.5, 1.0),)


def test_a_segment_of_the_clip_that_is_not_there_is_named(
    clipped: Clipped, reader: Identity, tmp_path: pathlib.Path
) -> None:
    folder, film = clipped((2,)), tmp_path / "film.mp4"
    (folder / "0-000002.seg").unlink()

    with pytest.raises(SegmentMissingError, match=r"0-000002\.seg"):
        open_lesson(folder, reader, film)
    assert not film.exists()


def test_after_its_day_and_when_it_was_taken_back_nothing_opens(
    clipped: Clipped, reader: Identity, tmp_path: pathlib.Path
) -> None:
    folder, film = clipped((2,), until=datetime.now(UTC) - timedelta(days=1)), tmp_path / "film.mp4"

    with pytest.raises(GrantError, match="that is over"):
        open_lesson(folder, reader, film)
    for clip in (folder / "clips").iterdir():
        clip.unlink()
    with pytest.raises(NotForYouError):
        open_lesson(folder, reader, film)
    assert not film.exists()


def test_numbers_that_are_none_are_named(clipped: Clipped, reader: Identity, tmp_path: pathlib.Path) -> None:
    folder, film = clipped((2,), numbers='{"account":1}'), tmp_path / "film.mp4"

    with pytest.raises(GrantError, match="The numbers of this clip"):
        open_lesson(folder, reader, film)
    assert not film.exists()


def test_the_command_says_that_it_is_a_clip(clipped: Clipped, reader: Identity, tmp_path: pathlib.Path) -> None:
    folder = clipped((2,), note="Look here.", numbers=line(2.0, 4.0))
    identity, account = tmp_path / "me.json", tmp_path / "account.json"
    identity.write_bytes(encode_open(reader))

    said = waitwise("open", folder, "--identity", identity, "-o", tmp_path / "film.mp4", "--account", account)

    assert "Only these seconds of the lesson were shared with you." in said.stdout + said.stderr
    assert "The note to it: Look here." in said.stdout + said.stderr
    assert json.loads(account.read_text())["states"] == [{"role": "teacher", "start_s": 2.0, "end_s": 4.0}]
