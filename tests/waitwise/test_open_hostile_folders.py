"""A folder that somebody prepared: opening it shows the truth, or an error that names what is wrong.

::

    manifest.json taken away, links.jsonl cut    ManifestError      the lesson was longer
    0-000001.seg -> /dev/zero, or a pipe         SegmentDamagedError
    film.mp4.part -> somebody's file             replaced, not written through
    a log that is none                           SegmentDamagedError
"""

import os
import pathlib
import stat
from datetime import UTC, datetime

import pytest

from lesson.footage.errors import ManifestError, SegmentDamagedError
from lesson.footage.header import Audio, Header, Media
from lesson.footage.identity import Identity, encode_open
from lesson.footage.manifest import End
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import Track
from lesson.footage.signed import UnitKey
from tests.suites.programs import waitwise
from waitwise.open_lesson import open_lesson


class Folder:
    """A sealed lesson of two films' worth of nothing, on a disk."""

    def __init__(self, folder: pathlib.Path, log: bytes = b"") -> None:
        self.path, self.teacher, unit_key = folder / "lesson", Identity.generate(), UnitKey.generate()
        header = Header.new(
            unit="lab-2",
            unit_key=unit_key.public,
            started_at=datetime(2026, 11, 17, tzinfo=UTC),
            recipients=((self.teacher.recipient, RecipientRole.TEACHER),),
            media=Media(None, Audio("mp4a.40.2", 16_000)),
        )
        sealer = LessonSealer(header, [self.teacher.recipient], unit_key)
        (self.path / "stanzas").mkdir(parents=True)
        for stanza in sealer.stanzas:
            (self.path / stanza.file_name).write_bytes(stanza.data)
        (self.path / "header.json").write_bytes(sealer.header_bytes)
        sealed = [
            sealer.seal(Track.AV, b"ftyp moov"),
            sealer.seal(Track.AV, b"moof mdat", duration=2.0),
            sealer.seal(Track.AV, b"moof mdat", duration=2.0, final=True),
            sealer.seal(Track.STILLS, b"a picture"),
            sealer.seal(Track.STILLS, b"a later picture"),
            sealer.seal(Track.LOG, log, final=True),
        ]
        self.lines = [segment.line for segment in sealed]
        for segment in sealed:
            (self.path / segment.name.file_name).write_bytes(segment.ciphertext)
        (self.path / "links.jsonl").write_bytes(b"".join(self.lines))
        (self.path / "manifest.json").write_bytes(sealer.close(End.STOPPED))


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def film(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "film.mp4"


def test_a_lesson_cut_short_with_its_manifest_gone_is_not_shown_as_whole(folder: Folder, film: pathlib.Path) -> None:
    (folder.path / "manifest.json").unlink()
    (folder.path / "links.jsonl").write_bytes(b"".join(folder.lines[:2]))
    (folder.path / "0-000002.seg").unlink()

    with pytest.raises(ManifestError, match="end of the lesson may be missing"):
        open_lesson(folder.path, folder.teacher, film)
    assert not film.exists()

    opened = open_lesson(folder.path, folder.teacher, film, skip_damaged=True)
    (sentence,) = opened.left_out
    assert sentence.startswith("ManifestError: There is no manifest")


def test_what_never_ends_is_not_read(folder: Folder, film: pathlib.Path) -> None:
    segment = folder.path / "0-000001.seg"
    segment.unlink()
    segment.symlink_to("/dev/zero")
    with pytest.raises(SegmentDamagedError, match="0-000001"):
        open_lesson(folder.path, folder.teacher, film)
    segment.unlink()
    os.mkfifo(segment)
    with pytest.raises(SegmentDamagedError, match="0-000001"):
        open_lesson(folder.path, folder.teacher, film)


def test_the_film_is_its_owners_alone_and_follows_no_link(
    folder: Folder, film: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    film.with_name("film.mp4.part").symlink_to(precious)
    film.symlink_to(precious)

    open_lesson(folder.path, folder.teacher, film)

    assert precious.read_bytes() == b"mine"
    assert not film.is_symlink()
    assert film.read_bytes() == b"ftyp moovmoof mdatmoof mdat"
    assert stat.S_IMODE(film.stat().st_mode) == 0o600


@pytest.mark.parametrize("log", [b"no json\n", b'{"wait":1}\n', b"\xff\n"])
def test_a_log_that_is_none_is_named(tmp_path: pathlib.Path, film: pathlib.Path, log: bytes) -> None:
    folder = Folder(tmp_path, log)

    with pytest.raises(SegmentDamagedError, match=r"2-000000\.seg holds no lesson log"):
        open_lesson(folder.path, folder.teacher, film)
    assert not film.exists()
    assert len(open_lesson(folder.path, folder.teacher, film, skip_damaged=True).left_out) == 1


def test_what_a_hostile_file_says_cannot_speak_to_the_terminal(folder: Folder, film: pathlib.Path) -> None:
    header = folder.path / "header.json"
    header.write_bytes(header.read_bytes().replace(b'"mask"', '"\x9b2J[/]\\u001b]0;owned\\u0007"'.encode()))
    identity = folder.path / "identity.json"
    identity.write_bytes(encode_open(folder.teacher))

    said = waitwise("open", folder.path, "--identity", identity, "-o", film)

    assert "HeaderError" in said.stderr
    assert "[/]" in said.stderr
    assert "\x1b" not in said.stderr
    assert "\x9b" not in said.stderr


def test_the_pictures_that_prove_a_mask_are_written_for_their_owner_alone(
    folder: Folder, film: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    stills = tmp_path / "stills"
    opened = open_lesson(folder.path, folder.teacher, film, stills=stills)
    assert opened.stills == 2
    assert {each.name: each.read_bytes() for each in stills.iterdir()} == {
        "000000.jpg": b"a picture",
        "000001.jpg": b"a later picture",
    }
    assert [stat.S_IMODE(each.stat().st_mode) for each in (stills, stills / "000000.jpg")] == [0o700, 0o600]


def test_a_damaged_picture_leaves_the_others(folder: Folder, film: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (folder.path / "3-000000.seg").write_bytes(b"x")
    with pytest.raises(SegmentDamagedError):
        open_lesson(folder.path, folder.teacher, film, stills=tmp_path / "stills")
    assert not (tmp_path / "stills").exists()
    opened = open_lesson(folder.path, folder.teacher, film, stills=tmp_path / "stills", skip_damaged=True)
    assert opened.stills == 1
    assert [each.name for each in (tmp_path / "stills").iterdir()] == ["000001.jpg"]
    assert len(opened.left_out) == 1
