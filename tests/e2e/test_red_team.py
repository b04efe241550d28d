"""Somebody who has the school's database, its disk, its broker and its network tries to see a lesson.

::

    what the school keeps --every 16 bytes of it, as a key--> a segment                    opens nothing
    the school's database and disk, altered --> her browser, or her colleague's            a sentence that names it

The attacker writes with plain SQL and plain files while the real school runs. What a liar on the way serves to
a page is in test_pages_lesson.py and test_pages_sharing.py; what lies on the disk in clear, in test_promises.py.
"""

import base64
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from cryptography.cobblestone import Cobblestone128Decryptor
from cryptography.exceptions import InvalidTag
from playwright.sync_api import Browser, Page, expect

from lesson.footage.grant import give
from lesson.footage.header import header_hash
from lesson.footage.identity import Identity, SealedIdentity
from lesson.footage.opening import unwrap
from lesson.footage.recipients import check_words
from lesson.footage.segments import segment_key
from lesson.footage.stanza import Stanza
from school.app import utc_now
from tests.e2e.test_promises import opened as opened_demo
from tests.suites.page_browser import watched
from tests.suites.page_people import Teacher, join, opened, unlocked, video
from tests.suites.page_world import PageWorld
from tests.suites.programs import RunningDemo

pytestmark = pytest.mark.browser

TEXT = re.compile(rb"[A-Za-z0-9_-]{22,}")


@pytest.fixture(scope="module")
def ada(world: PageWorld, browser: Browser) -> Teacher:
    with watched(browser) as profile:
        return join(profile.page(), world)


@pytest.fixture(scope="module")
def amin(world: PageWorld, browser: Browser) -> Teacher:
    with watched(browser) as profile:
        return join(profile.page(), world, "R. Amin")


class Attacker:
    """Has the school's machine."""

    def __init__(self, world: PageWorld) -> None:
        self._database = world.folder / "data" / "school.sqlite"
        self.footage = world.folder / "data" / "footage"

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Write into, or read from, the database of the school that runs."""
        with closing(sqlite3.connect(self._database, timeout=20)) as database, database:
            return database.execute(statement, values).fetchall()


@pytest.fixture
def attacker(world: PageWorld) -> Attacker:
    return Attacker(world)


def identity_of(attacker: Attacker, teacher: Teacher) -> Identity:
    """What her browser has in its memory, made of her words: for grants that she signs herself in a test."""
    ((sealed,),) = attacker.sql("SELECT sealed_identity FROM teacher WHERE id = ?", teacher.id)
    return SealedIdentity.decode(sealed).unlock(teacher.words)


def test_nothing_that_the_school_keeps_is_a_key(demo: RunningDemo) -> None:
    """Every sixteen bytes of database, receipts and broker, as they are and as the text they may stand for."""
    lesson = opened_demo(demo)
    footage = {path.name: path.read_bytes() for path in (demo.folder / "school").rglob("*.seg")}
    name = min(lesson.segments, key=lambda name: len(footage[name.file_name]))
    is_final = name == [each for each in lesson.segments if each.track is name.track][-1]
    hashed = header_hash((demo.lesson / "header.json").read_bytes())

    def opens(key: bytes) -> bool:
        decryptor = Cobblestone128Decryptor(segment_key(key, hashed, name, final=is_final), b"")
        try:
            decryptor.update(footage[name.file_name])
            decryptor.finalize()
        except (InvalidTag, ValueError):
            return False
        return True

    kept = [
        path.read_bytes()
        for folder in ("school", "broker")
        for path in (demo.folder / folder).rglob("*")
        if path.is_file() and path.suffix != ".seg"
    ]
    tried = {key for data in kept for key in windows(data)}

    assert len(tried) > 100_000
    assert not any(opens(key) for key in tried)
    assert opens(bytes(lesson._content_key)), "the key itself opens it"


def windows(data: bytes) -> Iterator[bytes]:
    """All runs of sixteen bytes, and those of what its words spell in base64url and in hexadecimal."""
    texts = [data]
    for word in TEXT.findall(data):
        texts.append(base64.urlsafe_b64decode(word[: len(word) // 4 * 4]))
        if len(word) % 2 == 0 and re.fullmatch(rb"[0-9a-f]+", word):
            texts.append(bytes.fromhex(word.decode()))
    for text in texts:
        for at in range(len(text) - 15):
            yield text[at : at + 16]


# What the attacker does to a lesson of Ada's, and what her page says then.

Attack = Callable[[Attacker, str, str], object]


def cut_short(attacker: Attacker, lesson: str, _other: str) -> None:
    file = attacker.footage / lesson / "0-000000.seg"
    file.write_bytes(file.read_bytes()[:-100])


def without_its_tail(attacker: Attacker, lesson: str, _other: str) -> None:
    attacker.sql('DELETE FROM segment WHERE lesson = ? AND "index" > 30', lesson)


def without_tail_and_manifest(attacker: Attacker, lesson: str, other: str) -> None:
    without_its_tail(attacker, lesson, other)
    attacker.sql("UPDATE lesson SET manifest = NULL, receipt = NULL WHERE lesson = ?", lesson)


def segment_of_another(attacker: Attacker, lesson: str, other: str) -> None:
    foreign = attacker.footage / other / "0-000020.seg"
    (attacker.footage / lesson / "0-000020.seg").write_bytes(foreign.read_bytes())


def segment_moved(attacker: Attacker, lesson: str, _other: str) -> None:
    folder = attacker.footage / lesson
    (folder / "0-000020.seg").write_bytes((folder / "0-000021.seg").read_bytes())


def stanza_of_another(attacker: Attacker, lesson: str, other: str) -> None:
    attacker.sql("UPDATE stanza SET body = (SELECT body FROM stanza WHERE lesson = ?) WHERE lesson = ?", other, lesson)


def header_of_another(attacker: Attacker, lesson: str, other: str) -> None:
    attacker.sql(
        "UPDATE lesson SET header = (SELECT header FROM lesson WHERE lesson = ?) WHERE lesson = ?", other, lesson
    )


def whole_other_lesson(attacker: Attacker, lesson: str, other: str) -> None:
    header_of_another(attacker, lesson, other)
    stanza_of_another(attacker, lesson, other)
    for column in ("manifest", "receipt"):
        attacker.sql(
            f"UPDATE lesson SET {column} = (SELECT {column} FROM lesson WHERE lesson = ?) WHERE lesson = ?",
            other,
            lesson,
        )
    attacker.sql("DELETE FROM segment WHERE lesson = ?", lesson)
    attacker.sql("UPDATE segment SET lesson = ? WHERE lesson = ?", lesson, other)


def log_of_another(attacker: Attacker, lesson: str, other: str) -> None:
    foreign = attacker.footage / other / "2-000000.seg"
    (attacker.footage / lesson / "2-000000.seg").write_bytes(foreign.read_bytes())


ATTACKS: dict[str, tuple[Attack, str]] = {
    "the first segment cut short": (cut_short, "0-000000.seg was altered, cut short, or belongs to another lesson"),
    "the tail left out": (without_its_tail, "The end of this lesson is not certain"),
    "another lesson's segment": (
        segment_of_another,
        "0-000020.seg was altered, cut short, or belongs to another lesson",
    ),
    "a segment at another place": (segment_moved, "What stands as 0-000020.seg was sealed as 0-000021.seg"),
    "another lesson's stanza": (stanza_of_another, "A wrapped key belongs to another lesson"),
    "another lesson's header": (header_of_another, "not the one the lesson was sealed with"),
    "another lesson in its place": (whole_other_lesson, "another lesson than the one that was asked for"),
    "another lesson's numbers": (log_of_another, "log is left out"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_done_to_a_lesson_is_named(
    world: PageWorld, browser: Browser, attacker: Attacker, ada: Teacher, attack: str
) -> None:
    lesson, other = world.record(ada.keys, "Attacked"), world.record(ada.keys, "Another")
    does, sentence = ATTACKS[attack]
    does(attacker, lesson, other)

    with watched(browser) as profile:
        page = profile.page()
        page.goto(unlocked(world, ada, lesson))
        if "0-0000" in sentence:
            page.wait_for_selector("[data-part=lesson][data-account=whole]")
            video(page, "video.currentTime = 39.5")
        expect(page.locator("main")).to_contain_text(sentence)


def test_a_lesson_whose_end_was_taken_away_is_never_called_complete(
    world: PageWorld, browser: Browser, attacker: Attacker, ada: Teacher
) -> None:
    lesson = world.record(ada.keys, "Without its end")
    without_tail_and_manifest(attacker, lesson, "")

    with watched(browser) as profile:
        page = profile.page()
        page.goto(unlocked(world, ada, lesson))
        page.wait_for_selector("[data-part=player][data-first-frame-ms]")
        expect(page.get_by_text("Still arriving")).to_be_visible()


# What the attacker does so that somebody reads who may not.


def kept_grant(attacker: Attacker, lesson: str, grant: str, giver: str, heir: Teacher, body: bytes) -> None:
    attacker.sql(
        "INSERT INTO lesson_grant (lesson, grant_id, giver, heir, body, kept_at) VALUES (?, ?, ?, ?, ?, ?)",
        *(lesson, grant, giver, heir.keys.kid.hex(), body, utc_now().replace(tzinfo=None).isoformat(" ")),
    )


def refused(world: PageWorld, browser: Browser, teacher: Teacher, lesson: str, sentence: str) -> None:
    """Her colleague's own browser says why it opens nothing."""
    with watched(browser) as profile:
        page = profile.page()
        page.goto(unlocked(world, teacher, lesson))
        expect(page.locator("[data-part=notices]")).to_contain_text(sentence)
        expect(page.locator("[data-part=player]")).to_have_attribute("data-state", "failed")
        assert video(page, "video.readyState") == 0


def test_a_grant_that_somebody_else_made_opens_nothing(
    world: PageWorld, browser: Browser, attacker: Attacker, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Never shared")
    ((header,),) = attacker.sql("SELECT header FROM lesson WHERE lesson = ?", lesson)
    mallory = Identity.generate()
    grant, body = give(secrets.token_bytes(16), header_hash(header), to=amin.keys, by=mallory, at=utc_now())
    kept_grant(attacker, lesson, grant.grant, mallory.recipient.kid.hex(), amin, body)

    refused(world, browser, amin, lesson, "by somebody whose it is not")


def test_a_grant_whose_reader_or_day_was_changed_opens_nothing(
    world: PageWorld, browser: Browser, attacker: Attacker, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Shared once")
    ((header,),) = attacker.sql("SELECT header FROM lesson WHERE lesson = ?", lesson)
    ((stanza,),) = attacker.sql("SELECT body FROM stanza WHERE lesson = ?", lesson)
    hers, hashed = identity_of(attacker, ada), header_hash(header)
    content_key = unwrap(Stanza.decode(stanza, world.unit_key.public), hers, hashed)
    before = utc_now() - timedelta(days=9)
    over, body = give(content_key, hashed, to=amin.keys, by=hers, at=before, until=before + timedelta(days=7))

    # The column says "for good"; what she signed says a week.
    kept_grant(attacker, lesson, over.grant, ada.keys.kid.hex(), amin, body)
    refused(world, browser, amin, lesson, "that is over")

    year = f"{before.year}".encode()
    attacker.sql(
        "UPDATE lesson_grant SET body = ? WHERE lesson = ?",
        body.replace(b'"expires_at":"' + year, b'"expires_at":"2999'),
        lesson,
    )
    refused(world, browser, amin, lesson, "Somebody altered how this lesson was handed on")


def test_a_grant_for_another_lesson_opens_nothing(
    world: PageWorld, browser: Browser, attacker: Attacker, ada: Teacher, amin: Teacher
) -> None:
    lesson, shared = world.record(ada.keys, "Never shared"), world.record(ada.keys, "Shared")
    share(browser, world, ada, shared)
    attacker.sql("UPDATE lesson_grant SET lesson = ? WHERE lesson = ?", lesson, shared)

    refused(world, browser, amin, lesson, "Another lesson was handed on with this")


def test_what_was_withdrawn_is_not_served_and_what_lapsed_neither(
    world: PageWorld, browser: Browser, attacker: Attacker, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Shared for a while")
    with watched(browser) as profile:
        page = share(browser, world, ada, lesson, profile.page())
        with watched(browser) as his:
            theirs = opened(his.page(), world, amin, lesson)
            theirs.goto("about:blank")
            attacker.sql("UPDATE lesson_grant SET expires_at = '2026-01-01 00:00:00' WHERE lesson = ?", lesson)
            for path in (f"api/lessons/{lesson}", f"api/lessons/{lesson}/segments/0/1", f"lessons/{lesson}"):
                assert theirs.request.get(f"{world.browser}/{path}").status == 404
            attacker.sql("UPDATE lesson_grant SET expires_at = NULL WHERE lesson = ?", lesson)
            assert theirs.request.get(f"{world.browser}/api/lessons/{lesson}").status == 200
            page.get_by_role("button", name="Withdraw").click()
            expect(page.get_by_text("You, and nobody else.")).to_be_visible()
            answer = theirs.request.get(f"{world.browser}/api/lessons/{lesson}")
            assert answer.status == 404
            assert answer.json()["detail"] == "There is no such lesson, or it is not yours."


def test_other_keys_for_a_colleague_show_other_words_or_share_nothing(
    world: PageWorld, browser: Browser, attacker: Attacker, ada: Teacher
) -> None:
    with watched(browser) as profile:
        eve = join(profile.page(), world, "E. Vance")
    lesson, theirs = world.record(ada.keys, "To be shared"), Identity.generate().recipient
    attacker.sql(
        "UPDATE teacher SET encryption_key = ?, signing_key = ? WHERE id = ?",
        theirs.encryption_key,
        theirs.signing_key,
        eve.id,
    )
    with watched(browser) as profile:
        page = opened(profile.page(), world, ada, lesson)
        page.get_by_role("button", name="Share…").click()
        page.get_by_role("combobox", name="With", exact=True).select_option("E. Vance")
        expect(page.get_by_text(" ".join(check_words(eve.keys.kid)))).to_be_visible()
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.get_by_text("do not belong together. Nothing was shared.")).to_be_visible()

        attacker.sql("UPDATE teacher SET kid = ? WHERE id = ?", theirs.kid.hex(), eve.id)
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Share…").click()
        page.get_by_role("combobox", name="With", exact=True).select_option("E. Vance")
        expect(page.get_by_text(" ".join(check_words(theirs.kid)))).to_be_visible()
        expect(page.get_by_text(" ".join(check_words(eve.keys.kid)))).to_be_hidden()


def test_a_log_that_was_rolled_back_is_found_out(
    world: PageWorld, browser: Browser, attacker: Attacker, ada: Teacher, amin: Teacher
) -> None:
    lesson = world.record(ada.keys, "Opened, and hushed up")
    with watched(browser) as profile:
        page = share(browser, world, ada, lesson, profile.page())
        with watched(browser) as his:
            opened(his.page(), world, amin, lesson)
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Share…").click()
        expect(page.get_by_role("list", name="What happened to it")).to_contain_text("R. Amin opened it")

        attacker.sql("DELETE FROM lesson_log WHERE lesson = ? AND deed = 'opened'", lesson)
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Share…").click()
        expect(page.get_by_text("something was taken out of it")).to_be_visible()


def share(browser: Browser, world: PageWorld, teacher: Teacher, lesson: str, page: Page | None = None) -> Page:
    """Share a lesson with R. Amin on its page."""
    if page is None:
        with watched(browser) as profile:
            return share(browser, world, teacher, lesson, profile.page())
    page = opened(page, world, teacher, lesson)
    page.get_by_role("button", name="Share…").click()
    page.get_by_role("combobox", name="With", exact=True).select_option("R. Amin")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("R. Amin can open this lesson now.")).to_be_visible()
    return page
