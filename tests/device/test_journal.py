"""The journal knows how bad each line is."""

import logging

import pytest

from device.journal import JournalFormatter


def test_every_line_says_how_bad_it_is() -> None:
    try:
        int("no")
    except ValueError as error:
        told = logging.LogRecord(
            "x", logging.ERROR, "", 0, "first\nsecond", (), (type(error), error, error.__traceback__)
        )

    first, second, *traceback = JournalFormatter().format(told).splitlines()
    assert (first, second) == ("<3>first", "<3>second")
    assert len(traceback) > 1
    assert all(line.startswith("<3>") for line in traceback)


@pytest.mark.parametrize(
    ("level", "prefix"), [(logging.CRITICAL, "<2>"), (logging.WARNING, "<4>"), (logging.INFO, "<6>"), (1, "<7>")]
)
def test_a_level_is_a_priority(level: int, prefix: str) -> None:
    assert JournalFormatter().format(logging.LogRecord("x", level, "", 0, "said", (), None)) == f"{prefix}said"
