"""The timetable from its feed, into the file that the program which records reads: the last good one stays."""

import contextlib
import os
import pathlib
import random
import stat
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from device.clock import MovedClock, SystemClock
from device.room_timetable import RoomTimetable
from device.settings import TimetableSettings
from device.timetable_feed import EVERY, JITTER, LONGEST_LIMIT, TimetableKeeper
from lesson.problems import SCHOOL_UNREACHABLE, TIMETABLE_OLD, TIMETABLE_UNREADABLE
from lesson.settings import SettingsError
from sync.feed import FeedError, Fetched, Stamp
from tests.device.test_timetable import NINE, TEN, calendar, entry
from tests.suites.calendar_server import SECRET, CalendarServer
from tests.suites.one_unit import OneUnit

GOOD, BETTER = (calendar(entry(NINE + TEN).replace("7B", title)).encode() for title in ("7B", "8A"))
NOW = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)


class MovedFeed:
    """A feed that brings what a test puts there, and knows by its number whether that is new."""

    def __init__(self) -> None:
        self.has: bytes | FeedError | SettingsError = GOOD
        self.number = 1
        self.asked: list[Stamp | None] = []

    def fetch(self, stamp: Stamp | None) -> Fetched | None:
        self.asked.append(stamp)
        if not isinstance(self.has, bytes):
            raise self.has
        return None if stamp == Stamp(str(self.number), None) else Fetched(self.has, Stamp(str(self.number), None))


class Kept:
    def __init__(self, folder: pathlib.Path) -> None:
        self.file, self.feed = folder / "timetable.ics", MovedFeed()
        self.clock = MovedClock(NOW)
        self.keeper = self.started()

    def started(self) -> TimetableKeeper:
        return TimetableKeeper(self.file, lambda: self.feed, self.clock, random.Random(1))


@pytest.fixture
def kept(tmp_path: pathlib.Path) -> Kept:
    return Kept(tmp_path)


def test_what_comes_is_put_into_place_for_the_group_only(kept: Kept) -> None:
    before = os.umask(0o077)  # as the service has it
    try:
        wait = kept.keeper.step()
    finally:
        os.umask(before)

    assert kept.file.read_bytes() == GOOD
    assert stat.S_IMODE(kept.file.stat().st_mode) == 0o640
    assert EVERY <= wait <= EVERY + JITTER
    assert list(kept.file.parent.iterdir()) == [kept.file]


def test_what_is_still_good_gets_a_new_date_and_what_was_lost_is_fetched_again(kept: Kept) -> None:
    kept.keeper.step()
    os.utime(kept.file, (1, 1))
    kept.keeper.step()
    assert kept.file.stat().st_mtime > 1
    assert kept.feed.asked == [None, Stamp("1", None)]

    kept.file.unlink()
    kept.keeper.step()
    assert kept.feed.asked[-1] is None
    assert kept.file.read_bytes() == GOOD


FAILURES = {
    "nobody is there": (FeedError("x", was_answered=False), 0.0, LONGEST_LIMIT),
    "what is there is no calendar": (FeedError("x", was_answered=True), EVERY, EVERY + LONGEST_LIMIT),
    "it asks for more time": (
        FeedError("x", was_answered=True, retry_after=1800),
        EVERY + 1800,
        EVERY + 1800 + LONGEST_LIMIT,
    ),
    "the address is none": (SettingsError("x"), 0.0, LONGEST_LIMIT),
}


@pytest.mark.parametrize("name", FAILURES)
def test_the_last_good_one_stays_as_it_was_and_the_server_is_left_in_peace(
    name: str, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    kept.keeper.step()
    dated = kept.file.stat().st_mtime_ns
    kept.feed.has, least, most = FAILURES[name]

    waits = [kept.keeper.step() for _ in range(12)]

    assert (kept.file.read_bytes(), kept.file.stat().st_mtime_ns) == (GOOD, dated)
    assert least <= min(waits)
    assert max(waits) <= most
    assert max(waits[6:]) > max(waits[:3])
    assert len(caplog.messages) == 1, "the journal is told once"

    kept.feed.has, kept.feed.number = BETTER, 2
    assert EVERY <= kept.keeper.step() <= EVERY + JITTER
    assert kept.file.read_bytes() == BETTER


def test_a_program_that_starts_over_and_over_does_not_ask_each_time(kept: Kept) -> None:
    kept.keeper.step()
    os.utime(kept.file, (NOW.timestamp(), NOW.timestamp()))
    kept.clock.sleep(60)

    assert kept.started().step() == EVERY - 60
    assert len(kept.feed.asked) == 1
    again = kept.started()
    again.step()
    again.step()
    assert len(kept.feed.asked) == 2, "afterwards it does"


def test_an_old_timetable_is_said_to_be_old_and_nobody_is_guessed_by_it(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    room = RoomTimetable(kept.file, "Lab 2", timedelta(days=7))
    room.look(NOW)
    assert (room.at(NOW), room.problems) == (None, (TIMETABLE_UNREADABLE,)), "none has come yet"
    caplog.clear()

    kept.keeper.step()
    for days, is_good in ((0, True), (6.99, True), (7.01, False), (400, False), (-0.04, True), (-2, False)):
        dated = NOW.timestamp() - days * 86400
        os.utime(kept.file, (dated, dated))
        room.look(NOW)
        room.look(NOW)
        assert room.problems == (() if is_good else (TIMETABLE_OLD,)), days
        assert (room.at(NOW) is not None) is is_good, days

    assert [each.split(": ")[0] for each in caplog.messages] == ["timetable-old"] * 2, "once for each time it got old"
    assert "7.0 days ago; 7 are allowed" in caplog.messages[0]


def test_a_file_without_a_feed_does_not_get_old(kept: Kept) -> None:
    kept.keeper.step()
    os.utime(kept.file, (1, 1))
    room = RoomTimetable(kept.file, "Lab 2")
    room.look(NOW)

    assert room.problems == ()
    assert room.at(NOW) != ()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_program_that_sends_brings_it_from_a_real_server_and_the_other_one_reads_it(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = OneUnit(tmp_path)
    server = CalendarServer(made.authority.server("localhost"))
    server.calendar = GOOD
    secret, file = tmp_path / "timetable.url", tmp_path / "timetable.ics"
    secret.write_text(server.address + "\n")
    secret.chmod(0o600)
    timetable = TimetableSettings(file=file, feed=secret, authority=made.authority.ca_file)
    made.settings = replace(made.settings, timetable=timetable)
    with server.running(), contextlib.closing(made.unit(SystemClock())):
        until(file.exists)

    room = RoomTimetable(file, "Lab 2", timedelta(days=7))
    room.look(datetime.now(tz=UTC))
    assert room.problems == ()
    assert SECRET not in caplog.text


def test_an_address_that_others_can_read_is_not_used_and_lessons_are_sent_all_the_same(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = OneUnit(tmp_path)
    secret = tmp_path / "timetable.url"
    secret.write_text(f"https://localhost:1/{SECRET}")
    secret.chmod(0o644)
    timetable = TimetableSettings(file=tmp_path / "timetable.ics", feed=secret)
    made.settings = replace(made.settings, timetable=timetable)
    with contextlib.closing(made.unit(SystemClock())) as unit:
        until(lambda: "can be read by others" in caplog.text)
        until(lambda: unit.school.sending.problems == (SCHOOL_UNREACHABLE,))  # it tries

    assert SECRET not in caplog.text
