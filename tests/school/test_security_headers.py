"""Over HTTPS the browser is told to stay there, and the cookie never leaves without it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from lesson.footage.identity import Identity
from school.accounts import invite, join, sign_in_link
from school.app import School, build
from school.security import HEADERS
from school.settings import Settings
from tests.suites.locked_file import locked_file

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
ORIGIN = "https://waitwise.school.example"


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    nothing = tmp_path / "nothing.pem"
    settings = Settings(
        data_folder=tmp_path / "data",
        units_certificate=nothing,
        units_key=nothing,
        units_authority=nothing,
        browser_origin=ORIGIN,
        templates_folder=tmp_path,
    )
    for name in ("welcome.html", "problem.html"):
        (tmp_path / name).write_text("{{ title | default('Welcome') }}")
    built = build(settings, lambda: NOW)
    yield built
    built.database.close()


def get(school: School, path: str, **cookies: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(school.browsers, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=cookies) as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_https_is_kept(school: School) -> None:
    assert get(school, "/welcome").headers["strict-transport-security"] == "max-age=31536000"


def test_the_cookie_is_secure(school: School) -> None:
    invitation = invite(school.database, "Ada", now=NOW, days=14)
    keys = Identity.generate().recipient
    join(school.database, invitation.code, keys, locked_file(keys), now=NOW, hours=1)
    code = sign_in_link(school.database, invitation.teacher_id, now=NOW, minutes=15)
    cookie = get(school, f"/enter/{code}").headers["set-cookie"]
    words = [word.strip().lower() for word in cookie.split(";")]
    assert words[0].startswith("__host-waitwise_session="), "no neighbour under this domain can set it"
    assert {"secure", "path=/", "httponly", "samesite=strict"} <= set(words)
    assert not any(word.startswith("domain") for word in words)


def test_over_https_a_cookie_under_the_other_name_is_nobody(school: School) -> None:
    invitation = invite(school.database, "Ada", now=NOW, days=14)
    signed_in = join(school.database, invitation.code, Identity.generate().recipient, b"sealed", now=NOW, hours=1)
    assert get(school, "/api/me", **{"__Host-waitwise_session": signed_in.token}).status_code == 200
    assert get(school, "/api/me", waitwise_session=signed_in.token).status_code == 401


def test_a_database_that_does_not_answer_is_503_and_tells_when_to_come_again(school: School) -> None:
    with school.database.writing() as session:
        session.execute(text("DROP TABLE signed_in"))
    answer = get(school, "/api/me", **{"__Host-waitwise_session": "whoever"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "signed_in" not in answer.text, "what it is stands in the journal"
    assert all(answer.headers[name] == value for name, value in HEADERS.items())


def test_a_mistake_of_ours_says_nothing_of_itself_and_carries_the_headers(school: School, tmp_path: Path) -> None:
    (tmp_path / "welcome.html").write_text("{{ nobody_passed_this }}")
    answer = get(school, "/welcome")
    assert (answer.status_code, answer.text) == (500, "Something went wrong here")
    assert all(answer.headers[name] == value for name, value in HEADERS.items())
