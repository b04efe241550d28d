"""Over HTTPS the browser is told to stay there, and the cookie never leaves without it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from lesson.footage.identity import Identity
from school.accounts import invite, join, sign_in_link
from school.app import School, build
from school.settings import Settings

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
    )
    built = build(settings, lambda: NOW)
    yield built
    built.database.close()


def get(school: School, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(school.browsers), base_url=ORIGIN) as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_https_is_kept(school: School) -> None:
    assert get(school, "/welcome").headers["strict-transport-security"] == "max-age=31536000"


def test_the_cookie_is_secure(school: School) -> None:
    invitation = invite(school.database, "Ada", now=NOW, days=14)
    join(school.database, invitation.code, Identity.generate().recipient, b"sealed", now=NOW, hours=1)
    code = sign_in_link(school.database, invitation.teacher_id, now=NOW, minutes=15)
    assert "; secure" in get(school, f"/enter/{code}").headers["set-cookie"].lower()
