"""The promises, held against a demo that has just run: who has what, and who has nothing.

::

    unit's disk      sealed segments             no plaintext of picture, sound or numbers
    school           sealed segments, messages   no number, no key, not even in its memory
    her computer     identity + five words       a film
"""

import json
import pathlib
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator

import av
import pytest

from lesson.footage.opening import OpenLesson
from lesson.footage.segments import SegmentName, Track
from lesson.talk import Account, Heard
from lesson.wire import from_wire, loads
from tests.suites.memory import memory_of
from tests.suites.programs import RunningDemo, waitwise

CLOCK = re.compile(rb"\d\d:\d\d:\d\d\.\d+")


def opened(demo: RunningDemo) -> OpenLesson:
    folder = demo.lesson
    return OpenLesson(
        (folder / "header.json").read_bytes(),
        [path.read_bytes() for path in (folder / "stanzas").iterdir()],
        (folder / "links.jsonl").read_bytes(),
        (folder / "manifest.json").read_bytes(),
        demo.identity,
    )


def account_of(demo: RunningDemo) -> Account:
    lesson = opened(demo)
    last = [name for name in lesson.segments if name.track is Track.LOG][-1]
    lines = lesson.open_segment(last, (demo.lesson / last.file_name).read_bytes()).splitlines()
    account = from_wire(Heard, loads(lines[-1])).account
    assert account is not None
    return account


def files_below(folder: pathlib.Path) -> Iterator[tuple[pathlib.Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


def evidence_values(account: Account) -> list[bytes]:
    """Numbers of the lesson as anybody would write them: text with its digits, and IEEE doubles."""
    seconds = [value for wait in account.waits for value in (wait.t_end, wait.offered_wait, wait.answer_len) if value]
    telling = [value for value in seconds if len(repr(value).replace(".", "")) >= 4]
    assert len(telling) >= 10
    ids = [wait.event_id.encode() for wait in account.waits]
    return [*ids, *(repr(v).encode() for v in telling), *(struct.pack("<d", v) for v in telling)]


def test_each_wait_was_said_as_it_happened(demo: RunningDemo) -> None:
    waits = [line for line in demo.said if re.match(r" *\d+:\d\d  paused \d+\.\d s, ", line)]

    assert len(waits) >= 12


def test_no_plaintext_is_on_the_units_disk(demo: RunningDemo) -> None:
    marks = [b"ftyp", b"moov", b"moof", b"mdat", b"avcC", b"offered_wait", b"event_id", b'"role":"teacher","start_s"']
    whole = b"".join(data for path, data in files_below(demo.folder / "unit"))

    assert len(whole) > 1_000_000
    for mark in marks:
        # Four random bytes turn up by chance once in 4 GB; in some megabytes they must not, nor can longer ones.
        assert whole.count(mark) == 0, mark
    name = SegmentName(Track.AV, 0)
    assert b"ftyp" in opened(demo).open_segment(name, (demo.lesson / name.file_name).read_bytes())[:16]


def test_the_schools_disk_has_no_number_of_the_lesson(demo: RunningDemo) -> None:
    # When something came the school may know: 04:48:18.78 holds no number of the lesson, if she paused at 18.78 s.
    everything = [
        (path, CLOCK.sub(b"", data))
        for path, data in (*files_below(demo.folder / "school"), *files_below(demo.folder / "broker"))
    ]

    for value in evidence_values(account_of(demo)):
        assert not [path for path, data in everything if value in data], value
    # The search does find what is there.
    assert [path for path, data in everything if demo.lesson.name.encode() in data]


def test_the_schools_process_holds_no_key_that_opens_anything(demo: RunningDemo) -> None:
    content_key = opened(demo)._content_key
    identity = demo.identity.to_bytes()
    secrets = [bytes(content_key), identity[:32], identity[32:], demo.passphrase.encode(), b'"offered_wait_s"']

    memory = list(memory_of(demo.pid_of("school serve")))

    assert sum(map(len, memory)) > 10_000_000
    assert any(demo.identity.recipient.encryption_key in part for part in memory), "the search finds what is there"
    for secret in secrets:
        assert not any(secret in part for part in memory)


def test_the_teacher_gets_a_film(demo: RunningDemo, tmp_path: pathlib.Path) -> None:
    film, numbers = tmp_path / "lesson.mp4", tmp_path / "lesson.json"
    identity = demo.folder / "teacher" / "identity.json"

    result = waitwise(
        *("open", demo.lesson, "--identity", identity, "-o", film, "--account", numbers, "--json"),
        WAITWISE_PASSPHRASE=demo.passphrase,
    )

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["left_out"] == []
    with av.open(str(film)) as container:
        assert container.duration is not None
        assert container.duration / av.time_base == pytest.approx(180, abs=3)
        assert sum(1 for _ in container.decode(video=0)) > 2000
    assert len(json.loads(numbers.read_text())["waits"]) == len(account_of(demo).waits)


def test_nobody_else_gets_anything(demo: RunningDemo, tmp_path: pathlib.Path) -> None:
    film = tmp_path / "lesson.mp4"
    identity = demo.folder / "teacher" / "identity.json"

    wrong_words = waitwise(
        "open", demo.lesson, "--identity", identity, "-o", film, "--json", WAITWISE_PASSPHRASE="a b c d e"
    )

    assert wrong_words.returncode == 1
    assert json.loads(wrong_words.stdout)["error"] == "IdentityError"
    assert not list(tmp_path.iterdir())


DAMAGES = {
    "a flipped byte in a segment": ("0-000005.seg", "SegmentDamagedError"),
    "a flipped byte in the log": ("2-000001.seg", "SegmentDamagedError"),
    "a flipped byte in the header": ("header.json", "HeaderError"),
    "a flipped byte in the links": ("links.jsonl", "LinkError"),
    "a flipped byte in the manifest": ("manifest.json", "ManifestError"),
}


@pytest.fixture
def copy(demo: RunningDemo, tmp_path: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(shutil.copytree(demo.lesson, tmp_path / "copy"))


def open_copy(
    demo: RunningDemo, copy: pathlib.Path, *more: object
) -> tuple[subprocess.CompletedProcess[str], pathlib.Path]:
    film = copy.parent / "film.mp4"
    identity = demo.folder / "teacher" / "identity.json"
    result = waitwise(
        "open", copy, "--identity", identity, "-o", film, "--json", *more, WAITWISE_PASSPHRASE=demo.passphrase
    )
    return result, film


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named_and_nothing_is_written(demo: RunningDemo, copy: pathlib.Path, damage: str) -> None:
    name, error = DAMAGES[damage]
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)

    result, film = open_copy(demo, copy)

    assert result.returncode == 1
    assert json.loads(result.stdout)["error"] == error
    assert not film.exists()
    assert not film.with_name("film.mp4.part").exists()


def test_a_missing_and_a_swapped_segment_are_named(demo: RunningDemo, copy: pathlib.Path) -> None:
    (copy / "0-000004.seg").rename(copy / "aside")
    missing, _ = open_copy(demo, copy)
    (copy / "0-000005.seg").rename(copy / "0-000004.seg")
    (copy / "aside").rename(copy / "0-000005.seg")
    swapped, film = open_copy(demo, copy)

    assert json.loads(missing.stdout)["error"] == "SegmentMissingError"
    assert json.loads(swapped.stdout)["error"] == "SegmentMisplacedError"
    assert not film.exists()


def test_what_is_intact_can_be_had_on_request(demo: RunningDemo, copy: pathlib.Path) -> None:
    (copy / "0-000004.seg").unlink()

    result, film = open_copy(demo, copy, "--skip-damaged")

    assert result.returncode == 0, result.stderr
    (left_out,) = json.loads(result.stdout)["left_out"]
    assert left_out.startswith("SegmentMissingError: 0-000004.seg")
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(audio=0)) > 2000
