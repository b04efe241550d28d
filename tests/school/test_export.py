"""What the school knows of a person, in one zip: all of hers, read back, and nothing of anybody else.

::

    every table --either--> in her zip        --or--> named here, with the reason why nothing of a person is in it
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lesson.footage.deletion import Deletion
from lesson.footage.grant import give
from lesson.footage.header import header_hash
from lesson.footage.opening import OpenLesson, unwrap
from lesson.footage.stanza import Stanza
from school import export as exporting
from school.accounts import invite, sign_in_link
from school.bin import let_go, put_in
from school.database import Base, PasswordRow, UnitTeacherRow
from school.errors import AccountError
from school.export import export, export_by_number
from school.holds import place_hold
from school.people import SchoolRole
from school.sharing import share
from tests.suites.school_place import UNIT, SchoolPlace

NOTHING_OF_A_PERSON = {
    "attempt": "how often a sign-in was tried, under a hash of what was typed",
    "stream": "how far a unit's events have come",
    "unit_status": "how a unit is",
    "unreadable": "what a unit sent and nobody could read; it names no person that could be found",
    "sure_time": "one moment",
    "sign_on": "somebody on the way to the school's sign-on, for some minutes",
    "challenge": "a number that a passkey is about to sign, for some minutes",
    "lesson_clip_segment": "which segments a clip holds: its seconds are in clips.json",
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SchoolPlace]:
    made = SchoolPlace(tmp_path)
    yield made
    made.close()


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def read(files: dict[str, bytes], name: str) -> Any:
    return json.loads(files[name])


def test_her_zip_has_all_of_hers_and_nothing_of_anybody_elses(place: SchoolPlace) -> None:
    ada, ada_keys = place.teacher()
    ben, ben_keys = place.teacher("Ben Amin")
    leads = [place.teacher("B. Lead", SchoolRole.SAFEGUARDING_LEAD)[0].id, place.teacher("C. Head")[0].id]
    with place.database.writing() as session:
        session.add(UnitTeacherRow(unit=UNIT, teacher_id=ada.id))
        session.add(PasswordRow(teacher_id=ada.id, hash="$argon2id$of-a-password", set_at=place.now))
    secret = sign_in_link(place.database, ada.id, now=place.now, minutes=5)
    own, shared, binned, destroyed = (place.record(ada_keys) for _ in range(4))
    bens, given = place.record(ben_keys), place.record(ben_keys)
    for sealed, by, keys, to in ((shared, ada, ada_keys, ben_keys), (given, ben, ben_keys, ada_keys)):
        hashed = header_hash(sealed.header)
        key = unwrap(Stanza.decode(sealed.stanza, place.unit_key.public), keys, hashed)
        share(
            place.database, by, sealed.lesson, give(key, hashed, to=to.recipient, by=keys, at=place.now)[1], place.now
        )
    place_hold(place.database, own.lesson, reason="Case 12.", people=leads, now=place.now)
    for sealed in (binned, destroyed):
        put_in(place.database, ada, sealed.lesson, place.now)
    let_go(place.database, ada, destroyed.lesson, place.now)
    assert place.sweeper.destroy(destroyed.lesson)

    files = opened(export(place.database, ada, place.now))
    assert read(files, "person.json")["name"] == "Ada Okafor"
    assert files["identity.json"] == b"sealed"
    listed = {each["lesson"] for each in read(files, "lessons.json")}
    assert listed == {own.lesson, shared.lesson, binned.lesson, given.lesson}
    grants = {(each["lesson"], each["giver"], each["heir"]) for each in read(files, "grants.json")}
    assert grants == {(shared.lesson, ada.kid, ben.kid), (given.lesson, ben.kid, ada.kid)}
    told = {(each["lesson"], each["deed"], each["who"], each["why"]) for each in read(files, "log.json")}
    assert told == {
        (shared.lesson, "shared", "Ben Amin", None),
        (given.lesson, "shared", "Ada Okafor", None),
        (own.lesson, "held", "B. Lead and C. Head", "Case 12."),
        (binned.lesson, "binned", "Ada Okafor", None),
    }
    assert [each["reason"] for each in read(files, "holds.json")] == ["Case 12."]
    assert {each["lesson"] for each in read(files, "deletions.json")} == {binned.lesson, destroyed.lesson}
    receipt = Deletion.verify(files[f"deletions/{destroyed.lesson}.json"], place.key.public)
    assert receipt.lesson == destroyed.lesson
    assert read(files, "units.json") == [{"unit": UNIT, "room": "Lab"}]
    sessions = read(files, "sessions.json")
    assert (len(sessions["signed_in"]), len(sessions["links"]), len(sessions["password"])) == (1, 2, 1)

    everything = b"".join(files.values())
    assert secret.encode() not in everything
    assert b"argon2id" not in everything
    assert bens.lesson.encode() not in everything
    assert ben_keys.to_bytes().hex().encode() not in everything
    for word in (b"token_hash", b"code_hash"):
        assert word not in everything


def test_with_the_footage_beside_it_each_lesson_opens(place: SchoolPlace) -> None:
    ada, keys = place.teacher()
    sealed = place.record(keys)
    files = opened(export(place.database, ada, place.now))
    at = f"lessons/{sealed.lesson}/"
    lesson = OpenLesson(
        files[f"{at}header.json"],
        [body for name, body in files.items() if name.startswith(f"{at}stanzas/")],
        files[f"{at}links.jsonl"],
        files[f"{at}manifest.json"],
        keys,
        unit_key=place.unit_key.public,
    )
    assert lesson.is_complete
    first = sealed.segments[0]
    assert len(lesson.open_segment(first.name, first.ciphertext)) == 500


def test_a_binned_lesson_of_a_colleague_is_not_in_hers(place: SchoolPlace) -> None:
    ada, ada_keys = place.teacher()
    ben, ben_keys = place.teacher("Ben Amin")
    given = place.record(ben_keys)
    hashed = header_hash(given.header)
    key = unwrap(Stanza.decode(given.stanza, place.unit_key.public), ben_keys, hashed)
    body = give(key, hashed, to=ada_keys.recipient, by=ben_keys, at=place.now)[1]
    share(place.database, ben, given.lesson, body, place.now)
    put_in(place.database, ben, given.lesson, place.now)
    files = opened(export(place.database, ada, place.now))
    assert read(files, "lessons.json") == []
    assert not [name for name in files if name.startswith("lessons/")]


def test_somebody_who_has_not_joined_has_one_too_and_nobody_has_none(place: SchoolPlace) -> None:
    lesson = place.record(place.teacher()[1]).lesson
    place.sweep()
    place.pass_days(29)
    assert place.state(lesson) == "binned", "by the school's rule, which has no keys either"
    invited = invite(place.database, "D. New", now=place.now, days=1)
    files = opened(export_by_number(place.database, invited.teacher_id, place.now))
    assert read(files, "person.json")["name"] == "D. New"
    assert read(files, "lessons.json") == read(files, "log.json") == read(files, "grants.json") == []
    with pytest.raises(AccountError, match="nobody with the number 999"):
        export_by_number(place.database, 999, place.now)


def test_no_table_is_forgotten(place: SchoolPlace) -> None:
    """A new table is either read by the export, or has its reason here."""
    source = Path(exporting.__file__).read_text()
    rows = {mapper.class_.__name__: mapper.local_table.name for mapper in Base.registry.mappers}
    read_by_it = {table for name, table in rows.items() if f"    {name},\n" in source}
    assert read_by_it | NOTHING_OF_A_PERSON.keys() == set(rows.values())
    assert not read_by_it & NOTHING_OF_A_PERSON.keys()


def test_it_says_what_is_in_it(place: SchoolPlace) -> None:
    ada, keys = place.teacher()
    place.record(keys)
    files = opened(export(place.database, ada, datetime(2026, 11, 17, 9, tzinfo=UTC)))
    text = files["README.txt"].decode()
    assert "of Ada Okafor, as of 17 November 2026" in text
    top = {name.split("/")[0] for name in files} - {"README.txt"}
    assert {name for name in top if name not in text and f"{name}/" not in text} == set()
