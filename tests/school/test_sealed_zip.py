"""A sealed lesson on its way out as a zip: whole, for whose it is, and never all of it in memory."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from lesson.footage.grant import give
from lesson.footage.header import header_hash
from lesson.footage.opening import unwrap
from lesson.footage.segments import SegmentName, Track
from lesson.footage.stanza import Stanza
from lesson.wire import to_wire
from school.lessons import Lesson, LessonState, SealedLesson
from school.sealed_zip import folder_name, sealed_zip

MIB = 1024 * 1024


class LargeStore:
    """Keeps as many segments of a mebibyte as it is told to, and has lost one."""

    def __init__(self, count: int, lost: int = -1) -> None:
        self._count, self._lost = count, lost

    def lengths(self, lesson: str) -> dict[SegmentName, int]:
        return {SegmentName(Track.AV, index): MIB for index in reversed(range(self._count))}

    def read(self, lesson: str, name: SegmentName) -> Iterator[bytes] | None:
        if name.index == self._lost:
            return None
        return iter([name.index.to_bytes(4, "big") * (MIB // 8)] * 2)


def sealed(unit: str = "lab-2") -> SealedLesson:
    at = datetime(2026, 11, 17, 10, 5, tzinfo=UTC)
    about = Lesson("0" * 32, "Year 8: why?", unit, "Lab 2", at, LessonState.COMPLETE, is_hers=True, duration=600.0)
    return SealedLesson(
        lesson=about,
        unit_key=b"",
        header=b"header",
        stanzas=(b"stanza",),
        grants=(b"grant",),
        clips=(),
        links=(b"one", b"two\n"),
        manifest=b"manifest",
        receipt=None,
    )


def test_everything_that_opens_it_is_in_it_and_segments_stand_as_they_are() -> None:
    store: Any = LargeStore(3, lost=1)
    data = b"".join(sealed_zip(sealed(), b"locked", store))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        found = {name.removeprefix("2026-11-17-1005-lab-2/"): archive.read(name) for name in archive.namelist()}
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
    segments = {name: found.pop(name) for name in list(found) if name.endswith(".seg")}
    assert found == {
        "header.json": b"header",
        "links.jsonl": b"one\ntwo\n",
        "manifest.json": b"manifest",
        "identity.json": b"locked",
        "stanzas/0000.json": b"stanza",
        "grants/0000.json": b"grant",
    }
    assert list(segments) == ["0-000000.seg", "0-000002.seg"]
    assert segments["0-000002.seg"] == bytes([0, 0, 0, 2]) * (MIB // 4)


def test_of_three_hundred_mebibytes_a_few_are_in_memory() -> None:
    store: Any = LargeStore(300)
    tracemalloc.start()
    try:
        sent = sum(len(piece) for piece in sealed_zip(sealed(), b"locked", store))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > 300 * MIB
    assert most < 8 * MIB


@pytest.mark.parametrize(("unit", "name"), [("lab-2", "lab-2"), ('../../é\r\n"x', "x"), ("", "lesson")])
def test_its_name_is_safe_on_every_computer(unit: str, name: str) -> None:
    assert folder_name(sealed(unit)) == f"2026-11-17-1005-{name}"


@pytest.fixture
def teacher(new_teacher: Any) -> Any:
    return new_teacher()


@pytest.fixture
def unit(new_unit: Any, teacher: Any) -> Any:
    return new_unit(teacher)


def test_a_lesson_of_hers_comes_as_one_file(
    teacher: Any, unit: Any, record: Any, send_all: Any, browser: Any, new_teacher: Any
) -> None:
    lesson = record(unit, teacher)
    assert send_all(unit, lesson).status_code == 200
    answer = browser(teacher).get(f"/lessons/{lesson.lesson}/sealed.zip")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        found = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    for segment in lesson.segments:
        assert found[segment.name.file_name] == segment.ciphertext
    assert (found["header.json"], found["manifest.json"]) == (lesson.header, lesson.manifest)

    assert browser(new_teacher()).get(f"/lessons/{lesson.lesson}/sealed.zip").status_code == 404
    assert browser().get(f"/lessons/{lesson.lesson}/sealed.zip").status_code != 200


def test_who_was_given_a_lesson_cannot_keep_it(
    teacher: Any, unit: Any, record: Any, send_all: Any, browser: Any, new_teacher: Any
) -> None:
    lesson, colleague = record(unit, teacher), new_teacher("R. Amin")
    assert send_all(unit, lesson).status_code == 200
    hashed = header_hash(lesson.header)
    key = unwrap(Stanza.decode(lesson.stanzas[teacher.kid], unit.key.public), teacher.identity, hashed)
    _, body = give(key, hashed, to=colleague.identity.recipient, by=teacher.identity, at=datetime.now(UTC))
    shared = browser(teacher).post(f"/api/lessons/{lesson.lesson}/grants", json={"grant": to_wire(body)})
    assert shared.status_code == 201
    page = browser(colleague).get(f"/lessons/{lesson.lesson}")
    assert (page.status_code, "Download sealed" in page.text) == (200, False)
    assert browser(colleague).get(f"/lessons/{lesson.lesson}/sealed.zip").status_code == 403
    assert "Download sealed" in browser(teacher).get(f"/lessons/{lesson.lesson}").text


def test_a_lesson_that_still_arrives_is_not_handed_out_by_halves(
    teacher: Any, unit: Any, record: Any, put: Any, put_segment: Any, browser: Any
) -> None:
    lesson = record(unit, teacher)
    assert put(unit, f"{lesson.lesson}/header", lesson.header).status_code == 201
    for kid, body in lesson.stanzas.items():
        put(unit, f"{lesson.lesson}/stanzas/{kid}", body)
    put_segment(unit, lesson, lesson.segments[0])
    assert browser(teacher).get(f"/lessons/{lesson.lesson}").status_code == 200
    assert browser(teacher).get(f"/lessons/{lesson.lesson}/sealed.zip").status_code == 409
