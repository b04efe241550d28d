"""A unit whose clock says 1970 dates its lessons all the same.

::

    2026-11-17 10:00 recorded | power cut | 1970: floor | a server says 10:40: synced
"""

import logging
import pathlib
from datetime import UTC, datetime, timedelta

import pytest

from capture.drawn_microphone import DrawnMicrophone
from device.clock import MovedClock, SystemClock
from device.sure_clock import FILE, SET_WITHIN, STORED_EVERY, Reading, SureClock
from lesson.footage.header import ClockQuality
from lesson.problems import CLOCK_UNSURE
from lesson.version import NOT_BEFORE
from tests.suites.one_unit import DRAWN, OneUnit

TEN = datetime(2026, 11, 17, 10, 0, tzinfo=UTC)
LOST = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_without_a_server_a_later_clock_is_believed_and_not_vouched_for(tmp_path: pathlib.Path) -> None:
    assert SureClock(MovedClock(TEN), tmp_path).read() == Reading(TEN, ClockQuality.UNKNOWN)


def test_a_clock_that_lost_the_time_goes_on_from_what_was_known(tmp_path: pathlib.Path) -> None:
    SureClock(MovedClock(TEN), tmp_path).store()

    machine = MovedClock(LOST)
    clock = SureClock(machine, tmp_path)
    machine.sleep(60)
    assert clock.read() == Reading(TEN + MINUTE, ClockQuality.FLOOR)
    clock.store()
    machine.sleep(60)
    assert clock.read() == Reading(TEN + 2 * MINUTE, ClockQuality.FLOOR)

    assert SureClock(MovedClock(LOST), tmp_path).read() == Reading(TEN + MINUTE, ClockQuality.FLOOR)


def test_a_clock_that_is_a_minute_behind_goes_on_from_what_was_known(tmp_path: pathlib.Path) -> None:
    SureClock(MovedClock(TEN), tmp_path).store()
    assert SureClock(MovedClock(TEN - MINUTE), tmp_path).read() == Reading(TEN, ClockQuality.FLOOR)


def test_a_new_unit_knows_when_its_program_was_made(tmp_path: pathlib.Path) -> None:
    assert SureClock(MovedClock(LOST), tmp_path).read() == Reading(NOT_BEFORE, ClockQuality.FLOOR)


def test_a_server_counts_even_before_the_floor(tmp_path: pathlib.Path) -> None:
    SureClock(MovedClock(TEN.replace(year=2099)), tmp_path).store()
    machine = MovedClock(LOST)
    clock = SureClock(machine, tmp_path)
    assert clock.read().at.year == 2099

    machine.sync(TEN)
    machine.sleep(60)
    assert clock.read() == Reading(TEN + MINUTE, ClockQuality.SYNCED)
    clock.store()
    assert SureClock(MovedClock(LOST), tmp_path).read().at == TEN + MINUTE


@pytest.mark.parametrize("damaged", [b"", b"\0\0\0\0", b"2026-11-", b"\xff"])
def test_a_damaged_floor_is_as_good_as_none(
    tmp_path: pathlib.Path, damaged: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_bytes(damaged)
    with caplog.at_level(logging.WARNING):
        assert SureClock(MovedClock(LOST), tmp_path).read() == Reading(NOT_BEFORE, ClockQuality.FLOOR)
    assert FILE in caplog.text


def test_it_is_written_every_ten_minutes_and_not_more_often(tmp_path: pathlib.Path) -> None:
    machine = MovedClock(TEN)
    clock = SureClock(machine, tmp_path)
    written = set()
    for _ in range(3600):
        clock.store_now_and_then()
        written.add((tmp_path / FILE).read_text())
        machine.sleep(1)
    assert len(written) == 3600 / STORED_EVERY


def test_a_folder_that_cannot_be_written_stops_nothing(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SureClock(MovedClock(TEN), tmp_path / "gone")
    with caplog.at_level(logging.WARNING):
        clock.store()
    assert "cannot be kept" in caplog.text
    assert clock.read().at == TEN


def test_the_machine_is_synced_when_timesyncd_says_so(tmp_path: pathlib.Path) -> None:
    mark = tmp_path / "synchronized"
    clock = SystemClock(mark)
    assert not clock.is_synced()
    mark.touch()
    assert clock.is_synced()


def test_a_mark_that_cannot_be_read_is_none(tmp_path: pathlib.Path) -> None:
    assert not SystemClock(tmp_path / ("x" * 300)).is_synced()


def test_a_lesson_of_1970_is_dated_by_what_the_unit_has_known(tmp_path: pathlib.Path) -> None:
    room = OneUnit(tmp_path)
    for machine, quality in [
        (MovedClock(TEN), ClockQuality.UNKNOWN),
        (MovedClock(LOST), ClockQuality.FLOOR),
    ]:
        unit = room.unit(machine)
        header = room.opened(room.record(unit)).header
        unit.close()
        assert header.started_at >= TEN
        assert header.clock.quality is quality

    machine = MovedClock(LOST)
    unit = room.unit(machine)
    machine.sync(TEN + 40 * MINUTE)
    header = room.opened(room.record(unit)).header
    unit.close()
    assert (header.started_at, header.clock.quality) == (TEN + 40 * MINUTE, ClockQuality.SYNCED)


def test_a_clock_that_nobody_sets_is_told_after_two_minutes_and_until_somebody_does(tmp_path: pathlib.Path) -> None:
    machine = MovedClock(LOST)
    unit = OneUnit(tmp_path).unit(machine)
    told = []
    for happens in [lambda: machine.sleep(SET_WITHIN - 1), lambda: machine.sleep(1), lambda: machine.sync(TEN)]:
        happens()
        unit.look_at_time()
        told.append((CLOCK_UNSURE in unit.problems(), CLOCK_UNSURE.code in unit.school.status().problems))
    unit.close()
    assert told == [(False, False), (True, True), (False, False)]


def test_the_school_is_told_the_time_that_the_unit_has_known(tmp_path: pathlib.Path) -> None:
    room = OneUnit(tmp_path)
    SureClock(MovedClock(TEN), room.folder).store()
    machine = MovedClock(LOST)
    unit = room.unit(machine)
    machine.sleep(60)
    assert unit.school.status().at == TEN + MINUTE
    machine.sync(TEN + 40 * MINUTE)
    assert unit.school.status().at == TEN + 40 * MINUTE
    unit.close()


class FastMicrophone(DrawnMicrophone):
    """Counts 50 in a million too fast, which is put right."""

    def __init__(self, drift: float | None) -> None:
        super().__init__(DRAWN)
        self.drift = drift


def test_the_school_is_told_how_fast_the_microphone_of_the_last_lesson_counted(tmp_path: pathlib.Path) -> None:
    unit = OneUnit(tmp_path).unit(MovedClock(TEN))
    told = [unit.school.status().microphone_drift_ppm]
    for drift in (50.04e-6, None):
        lesson = unit.lesson(
            teacher=None, title=None, microphone=FastMicrophone(drift), camera=None, on_heard=lambda _: None
        )
        assert lesson.run().microphone_drift_ppm == (50.0 if drift else None)
        told.append(unit.school.status().microphone_drift_ppm)
    unit.close()
    assert told == [None, 50.0, 50.0]
