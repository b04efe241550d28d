"""A calendar by its address, from a real HTTPS server: what is new, what is not, and that the address is never said."""

import contextlib
import logging
import pathlib
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from provisioning.throw_away import ThrowAwayAuthority
from sync.errors import SyncSettingsError
from sync.feed import LARGEST_BYTES, FeedError, Fetched, HttpsFeed, Stamp
from tests.suites.calendar_server import PATH, SECRET, Answer, CalendarHandler, CalendarServer

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


class Place:
    def __init__(self, folder: pathlib.Path) -> None:
        authority = ThrowAwayAuthority(folder, datetime.now(tz=UTC), is_demo=True)
        self.authority = authority.ca_file
        self.server = CalendarServer(authority.server("localhost"))
        self.other = CalendarServer(authority.server("localhost"))
        self.server.calendar = self.other.calendar = CALENDAR

    def feed(self) -> HttpsFeed:
        return HttpsFeed(self.server.address, self.authority)


@pytest.fixture
def place(tmp_path: pathlib.Path) -> Iterator[Place]:
    made = Place(tmp_path / "authority")
    with made.server.running(), made.other.running():
        yield made


def test_it_is_fetched_once_and_then_only_when_it_has_changed(place: Place) -> None:
    first = place.feed().fetch(None)
    assert first == Fetched(CALENDAR, Stamp('"1"', None))
    assert place.feed().fetch(first.stamp) is None

    place.server.etag = '"2"'
    assert place.feed().fetch(first.stamp) == Fetched(CALENDAR, Stamp('"2"', None))


def test_a_server_that_knows_dates_only_is_asked_by_date(place: Place) -> None:
    place.server.etag, place.server.modified = None, "Mon, 09 Nov 2026 09:00:00 GMT"
    first = place.feed().fetch(None)
    assert first is not None

    assert place.feed().fetch(first.stamp) is None
    assert place.server.asked[-1][1]["If-Modified-Since"] == "Mon, 09 Nov 2026 09:00:00 GMT"


def test_whom_the_system_believes_is_believed_where_nobody_is_named(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FeedError, match="is not believed") as caught:
        HttpsFeed(place.server.address).fetch(None)
    assert not caught.value.was_answered
    assert place.server.asked == []

    monkeypatch.setenv("SSL_CERT_FILE", str(place.authority))  # the system's list, for OpenSSL
    assert HttpsFeed(place.server.address).fetch(None) is not None


def test_an_authority_that_is_named_is_the_only_one(
    place: Place, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = ThrowAwayAuthority(tmp_path / "stranger", datetime.now(tz=UTC), is_demo=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(place.authority))

    with pytest.raises(FeedError, match="is not believed"):
        HttpsFeed(place.server.address, stranger.ca_file).fetch(None)


def test_a_server_of_another_name_is_not_believed(place: Place) -> None:
    with pytest.raises(FeedError, match="is not believed"):
        HttpsFeed(place.server.address.replace("localhost", "127.0.0.1"), place.authority).fetch(None)
    assert place.server.asked == []


def test_within_one_server_a_redirect_is_followed(place: Place) -> None:
    place.server.instead = lambda on: (
        on.answer(200, CALENDAR) if on.path == PATH + "&moved" else on.answer(302, Location=PATH + "&moved")
    )
    assert place.feed().fetch(None) is not None


def test_to_others_and_to_plain_http_no_redirect_is_followed(place: Place) -> None:
    port = place.server.server_port
    for location in (
        place.other.address,
        place.server.address.replace("https", "http"),
        f"https://127.0.0.1:{port}{PATH}",
        f"https://me:you@localhost:{port}{PATH}",
        "file:///etc/passwd",
        "https://[",
    ):
        place.server.instead = lambda on, to=location: on.answer(301, Location=to)
        with pytest.raises(FeedError, match="somebody else") as caught:
            place.feed().fetch(None)
        assert SECRET not in str(caught.value)
    assert len(place.server.asked) == 6
    assert place.other.asked == []


def in_a_circle(on: CalendarHandler) -> None:
    on.answer(302, Location=PATH)


def bare(*lines: bytes) -> Answer:
    return lambda on: on.wfile.write(b"\r\n".join(lines)) and None


ANSWERS: dict[str, tuple[Answer, str]] = {
    "a page to sign in": (lambda on: on.answer(200, b"<html>Please sign in</html>"), "no whole calendar"),
    "half a calendar": (lambda on: on.answer(200, CALENDAR[:-8]), "no whole calendar"),
    "a calendar cut short on its way": (
        bare(b"HTTP/1.1 200 OK", b"Content-Length: 500", b"", CALENDAR[:20]),
        "no whole calendar",
    ),
    "nothing": (lambda on: on.answer(200), "no whole calendar"),
    "far too much": (lambda on: on.answer(200, b"x" * (LARGEST_BYTES + 1)), "more than"),
    "no such calendar": (lambda on: on.answer(404), "answered 404"),
    "a fault of its own": (lambda on: on.answer(500), "answered 500"),
    "nothing new, which nobody asked": (lambda on: on.answer(304), "answered 304"),
    "from one address to the next, for ever": (in_a_circle, "one address to the next"),
    "no HTTP": (bare(b"220 mail.example ESMTP " + SECRET.encode()), "cannot be asked"),
    "a header that is none": (bare(b"HTTP/1.1 200 OK", b"\xff" + SECRET.encode(), b"", b""), "no whole calendar"),
    "endless headers": (bare(b"HTTP/1.1 200 OK", b"A: " + b"x" * 70000, b""), "cannot be asked"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_no_calendar_is_refused_and_the_address_is_never_said(
    name: str, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.server.instead, sentence = ANSWERS[name]
    with caplog.at_level(logging.DEBUG), pytest.raises(FeedError, match=sentence) as caught:
        place.feed().fetch(None)

    said = caplog.text + "".join(traceback.format_exception(caught.value))
    assert "localhost" in said
    assert SECRET not in said
    assert caught.value.was_answered is ("cannot be asked" not in sentence)


def test_how_long_to_wait_is_heard(place: Place) -> None:
    place.server.instead = lambda on: on.answer(429, Retry_After="7200")

    with pytest.raises(FeedError) as caught:
        place.feed().fetch(None)

    assert caught.value.retry_after == 7200


def test_a_server_that_sends_a_byte_now_and_then_is_hung_up_on(place: Place) -> None:
    def dribble(on: CalendarHandler) -> None:
        on.send_response(200)
        on.end_headers()
        with contextlib.suppress(OSError):
            while True:
                on.wfile.write(b"x")
                time.sleep(0.05)

    place.server.instead = dribble
    with pytest.raises(FeedError):
        HttpsFeed(place.server.address, place.authority, within=1.0).fetch(None)


def test_where_nobody_is_the_address_is_not_said(place: Place) -> None:
    with pytest.raises(FeedError, match="localhost cannot be asked") as caught:
        HttpsFeed(f"https://localhost:1{PATH}", place.authority).fetch(None)

    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert not caught.value.was_answered


NO_ADDRESSES = (
    "",
    "http://a.example/{}",
    "webcal://a.example/{}",
    "https:///{}",
    "https://me:{}@a.example/",
    "https://a.example/{} b",
    "https://a.example/{}\nb",
    "https://[{}",
    "https://a.example:x/{}",
    "https://\u00e4.example/{}",
)


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_address_is_refused_and_not_said(address: str) -> None:
    with pytest.raises(SyncSettingsError) as caught:
        HttpsFeed(address.format(SECRET))

    assert SECRET not in "".join(traceback.format_exception(caught.value))
