"""The second step: what a phone shows works once, what stands on paper works once, and guessing stops soon.

30 s:   1   2   3   4   5
code:   a   b   c   d   e        at 3: b, c, d are taken; after c, neither b nor c
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from argon2 import PasswordHasher

from school.accounts import enter, invite, sign_in_link
from school.database import Database
from school.errors import MismatchError, NotProvenError, RefusedError, TooOftenError
from school.migrate import migrate
from school.passwords import Passwords
from school.people import SchoolRole
from school.second_step import second_step_of
from school.sessions import Browser, Here, SignedIn, here
from school.signing_in import (
    Door,
    begin_second_step,
    confirm_second_step,
    join_with_password,
    reset,
    sign_in,
    turn_off_second_step,
)

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
STEP = timedelta(seconds=30)
EMAIL, PASSWORD = "tess@school.example", "quiet pond seven lamps"


class Tess:
    """A technician with a phone, at a school of her own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.passwords = Passwords(database, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        invitation = invite(database, "Tess", now=NOW, days=14, role=SchoolRole.TECHNICIAN, email=EMAIL)
        self.id = invitation.teacher_id
        self.signed_in = join_with_password(self.door(), invitation.code, PASSWORD)
        self.secret = ""

    def door(self, at: datetime = NOW) -> Door:
        return Door(self.database, self.passwords, at, 12, browser=Browser("Firefox"))

    def here(self, at: datetime = NOW) -> Here:
        found = here(self.database, self.signed_in.token, now=at, idle=timedelta(days=1))
        assert found is not None
        return found

    def shows(self, at: datetime) -> str:
        """What her phone shows."""
        return pyotp.TOTP(self.secret).at(int(at.timestamp()))

    def turn_on(self, at: datetime = NOW, code: str = "") -> list[str]:
        """Scan the code, type the first one: her backup codes."""
        self.secret = begin_second_step(self.door(at), self.here(at), PASSWORD, code).secret
        self.signed_in, codes = confirm_second_step(self.door(at), self.here(at), self.shows(at))
        return codes

    def signs_in(self, code: str, at: datetime) -> SignedIn | None:
        return sign_in(self.door(at), EMAIL, PASSWORD, code)


@pytest.fixture
def tess(tmp_path: Path) -> Iterator[Tess]:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
    migrate(database)
    yield Tess(database)
    database.close()


def test_a_phone_reads_the_code_and_shows_what_the_school_expects(tess: Tess) -> None:
    made = begin_second_step(tess.door(), tess.here(), PASSWORD, "")
    read = parse_qs(urlsplit(made.uri).query)
    assert (read["secret"], read["issuer"]) == ([made.secret], ["Waitwise"])
    phone = pyotp.parse_uri(made.uri)
    assert isinstance(phone, pyotp.TOTP)
    confirm_second_step(tess.door(), tess.here(), phone.at(int(NOW.timestamp())))
    assert second_step_of(tess.database, tess.id) is not None


def test_the_codes_are_those_of_rfc_6238(tess: Tess) -> None:
    """The RFC's own secret and moment: an implementation of ours could be wrong on both ends alike."""
    at = datetime.fromtimestamp(1111111109, UTC)
    tess.secret = base64.b32encode(b"12345678901234567890").decode()
    assert tess.shows(at) == "081804"


def test_without_a_code_a_right_password_lets_nobody_in(tess: Tess) -> None:
    tess.turn_on()
    later = NOW + 10 * STEP
    assert tess.signs_in("", later) is None
    assert tess.signs_in("  ", later) is None
    with pytest.raises(NotProvenError):
        tess.signs_in("000000" if tess.shows(later) != "000000" else "111111", later)
    assert tess.signs_in(tess.shows(later), later) is not None


def test_a_wrong_password_does_not_say_whether_a_code_would_be_wanted(tess: Tess) -> None:
    tess.turn_on()
    with pytest.raises(NotProvenError, match="do not belong together"):
        sign_in(tess.door(), EMAIL, "something else entirely", tess.shows(NOW + STEP))


@pytest.mark.parametrize(("steps", "works"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(tess: Tess, steps: int, works: bool) -> None:
    tess.turn_on()
    later = NOW + 10 * STEP
    if works:
        assert tess.signs_in(tess.shows(later + steps * STEP), later) is not None
    else:
        with pytest.raises(NotProvenError):
            tess.signs_in(tess.shows(later + steps * STEP), later)


def test_a_code_works_once_and_none_before_it_works_any_more(tess: Tess) -> None:
    tess.turn_on()
    with pytest.raises(NotProvenError):
        tess.signs_in(tess.shows(NOW), NOW), "the one that turned it on"
    later = NOW + 10 * STEP
    assert tess.signs_in(tess.shows(later), later) is not None
    for code in (tess.shows(later), tess.shows(later - STEP)):
        with pytest.raises(NotProvenError, match="used already"):
            tess.signs_in(code, later)
    assert tess.signs_in(tess.shows(later + STEP), later) is not None


@pytest.mark.parametrize("kind", ["phone", "paper"])
def test_of_many_who_come_at_once_with_one_code_one_is_let_in(tess: Tess, kind: str) -> None:
    paper, later = tess.turn_on(), NOW + 10 * STEP
    code = tess.shows(later) if kind == "phone" else paper[0]
    barrier, got = threading.Barrier(4), []

    def run() -> None:
        barrier.wait()
        try:
            got.append(tess.signs_in(code, later) is not None)
        except RefusedError:
            got.append(False)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, False, False, True]


def test_ten_codes_on_paper_work_once_each_however_they_are_typed(tess: Tess, tmp_path: Path) -> None:
    paper, later = tess.turn_on(), NOW + 10 * STEP
    assert len(set(paper)) == 10
    for number, code in enumerate(paper):
        typed = (code, code.upper(), code.replace("-", ""), code.replace("-", " "))[number % 4]
        assert tess.signs_in(typed, later) is not None
        with pytest.raises(NotProvenError):
            tess.signs_in(typed, later)
    step = second_step_of(tess.database, tess.id)
    assert step is not None
    assert step.codes_left == 0
    tess.database.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(code.replace("-", "").encode() in everything for code in paper)


@pytest.mark.parametrize("code", ["\ud800", "\ud800" * 6, "١٢٣٤٥٦", "x" * 10_000, "12345", "-"])
def test_what_is_no_code_is_refused(tess: Tess, code: str) -> None:
    tess.turn_on()
    with pytest.raises(NotProvenError):
        tess.signs_in(code, NOW + 10 * STEP)


def test_after_five_guesses_the_right_code_is_not_looked_at(tess: Tess) -> None:
    paper, later = tess.turn_on(), NOW + 10 * STEP
    for _ in range(5):
        with pytest.raises(NotProvenError):
            tess.signs_in("guess", later)
    with pytest.raises(TooOftenError):
        tess.signs_in(tess.shows(later), later)
    with pytest.raises(TooOftenError):
        tess.signs_in(paper[0], later)
    later += timedelta(minutes=15)
    assert tess.signs_in(paper[0], later) is not None


def test_it_is_on_only_after_its_first_code(tess: Tess) -> None:
    tess.secret = begin_second_step(tess.door(), tess.here(), PASSWORD, "").secret
    assert tess.signs_in("", NOW) is not None
    with pytest.raises(NotProvenError, match="clock of your phone"):
        confirm_second_step(tess.door(), tess.here(), tess.shows(NOW + 5 * STEP))
    late = NOW + timedelta(minutes=16)
    with pytest.raises(MismatchError, match="Begin again"):
        confirm_second_step(tess.door(late), tess.here(late), tess.shows(late))
    assert second_step_of(tess.database, tess.id) is None


def test_turning_it_on_off_or_over_asks_for_what_is_current_and_ends_every_other_session(tess: Tess) -> None:
    def others() -> tuple[str, SignedIn]:
        return tess.signed_in.token, tess.signed_in

    before, _ = others()
    with pytest.raises(NotProvenError, match="current password"):
        begin_second_step(tess.door(), tess.here(), "something else entirely", "")
    paper = tess.turn_on()
    assert here(tess.database, before, now=NOW, idle=STEP) is None

    later = NOW + 10 * STEP
    for code in ("", "000000"):
        with pytest.raises(NotProvenError):
            begin_second_step(tess.door(later), tess.here(later), PASSWORD, code)
        with pytest.raises(NotProvenError):
            turn_off_second_step(tess.door(later), tess.here(later), PASSWORD, code)
    first_phone = tess.secret
    before, _ = others()
    tess.turn_on(later, paper[0])
    assert tess.secret != first_phone
    assert here(tess.database, before, now=later, idle=STEP) is None
    with pytest.raises(NotProvenError):
        tess.signs_in(paper[1], later), "the old paper"

    later += timedelta(minutes=20)
    before, _ = others()
    tess.signed_in = turn_off_second_step(tess.door(later), tess.here(later), PASSWORD, tess.shows(later))
    assert here(tess.database, before, now=later, idle=timedelta(days=1)) is None
    assert tess.signs_in("", later) is not None


def test_the_old_phone_works_until_the_new_one_does(tess: Tess) -> None:
    paper, later = tess.turn_on(), NOW + 10 * STEP
    begin_second_step(tess.door(later), tess.here(later), PASSWORD, paper[0])
    assert tess.signs_in(tess.shows(later), later) is not None


def test_who_has_lost_everything_begins_anew_with_a_link(tess: Tess) -> None:
    tess.turn_on()
    before = tess.signed_in.token
    link = sign_in_link(tess.database, tess.id, now=NOW, minutes=15)
    reset(tess.database, tess.id)
    assert here(tess.database, before, now=NOW, idle=STEP) is None
    assert second_step_of(tess.database, tess.id) is None
    with pytest.raises(NotProvenError):
        tess.signs_in("", NOW)
    assert enter(tess.database, link, now=NOW, hours=1).person.id == tess.id
