"""The school's own sign-on: who comes back is let in when everything holds, and not when anything was made up.

she leaves with state, nonce, challenge  -->  the provider  -->  comes back with code, state  -->  ID token
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher
from joserfc.jwk import OctKey, RSAKey

from lesson.footage.identity import Identity
from lesson.settings import SettingsError
from school import limits
from school.accounts import invite, join
from school.app import build
from school.database import Database, TeacherRow
from school.errors import NotProvenError, RefusedError, TooOftenError
from school.migrate import migrate
from school.passwords import Passwords
from school.sessions import SignedIn, Way, open_of
from school.settings import Settings
from school.sign_on import LASTS, Provider, ProviderError, RealWeb, come_back, leave_for
from school.signing_in import Door
from tests.school.test_settings import NEEDED, read
from tests.suites.sign_on_provider import CLIENT, SECRET, LyingProvider, lying_provider

BACK = "https://waitwise.school.example/sign-in/school/back"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
    migrate(database)
    now = datetime.now(UTC)
    for name in ("ada", "ben"):
        code = invite(database, name, now=now, days=1, email=f"{name}@school.example").code
        join(database, code, Identity.generate().recipient, b"sealed", now=now, hours=1)
    invite(database, "Not yet", now=now, days=1, email="not.yet@school.example")
    yield database
    database.close()


@pytest.fixture
def elsewhere() -> Iterator[LyingProvider]:
    with lying_provider() as running:
        yield running


def door(database: Database, at: datetime | None = None) -> Door:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Door(database, Passwords(database, quick), at or datetime.now(UTC), 12)


def ours(elsewhere: LyingProvider) -> Provider:
    return Provider(elsewhere.issuer, CLIENT, SECRET, BACK)


def answer_of(address: str) -> tuple[str, str]:
    """Say yes at the provider: the code and the state it sends back with."""
    sent = httpx.get(address, trust_env=False)
    query = parse_qs(urlsplit(sent.headers["location"]).query)
    return query["code"][0], query["state"][0]


def there_and_back(database: Database, elsewhere: LyingProvider) -> SignedIn:
    web = RealWeb()
    leaving = leave_for(door(database), ours(elsewhere), web, "/lessons/5f")
    code, state = answer_of(leaving.address)
    signed_in, target = come_back(door(database), ours(elsewhere), web, code=code, state=state, cookie=leaving.state)
    assert target == "/lessons/5f"
    return signed_in


def test_who_was_invited_with_this_address_is_signed_in(database: Database, elsewhere: LyingProvider) -> None:
    signed_in = there_and_back(database, elsewhere)
    assert signed_in.person.name == "ada"
    ways = open_of(database, signed_in.person, now=datetime.now(UTC), idle=timedelta(days=1))
    assert Way.SCHOOL in {each.way for each in ways}
    assert elsewhere.refused == [], "secret, code and PKCE verifier were right"
    (asked,) = elsewhere.asked
    assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == ("code", "openid email", "S256")
    assert len(asked["state"]) == len(asked["nonce"]) == 43
    assert asked["redirect_uri"] == BACK


def test_an_address_in_capital_letters_is_the_same(database: Database, elsewhere: LyingProvider) -> None:
    elsewhere.claims["email"] = "ADA@School.example"
    assert there_and_back(database, elsewhere).person.name == "ada"


NOW_S = int(time.time())
LIES: dict[str, Callable[[LyingProvider], None]] = {
    "for another audience": lambda it: it.claims.update(aud="another client"),
    "for another audience, by us": lambda it: it.claims.update(aud="another client", azp=CLIENT),
    "for us and another one, by another party": lambda it: it.claims.update(aud=[CLIENT, "b"], azp="b"),
    "without an audience": lambda it: it.claims.update(aud=None),
    "of another issuer": lambda it: it.claims.update(iss="https://elsewhere.example"),
    "expired": lambda it: it.claims.update(exp=int(time.time()) - 61),
    "without an end": lambda it: it.claims.update(exp=None),
    "from tomorrow": lambda it: it.claims.update(iat=int(time.time()) + 86_400, nbf=int(time.time()) + 86_400),
    "with another nonce": lambda it: it.claims.update(nonce="A" * 43),
    "without a nonce": lambda it: it.claims.update(nonce=None),
    "with an empty nonce": lambda it: it.claims.update(nonce=""),
    "signed by another key": lambda it: setattr(it, "signs_with", RSAKey.generate_key(2048, {"kid": "one"})),
    "signed by nobody": lambda it: it.header.update(alg="none"),
    "signed with the client secret": lambda it: (
        it.header.update(alg="HS256"),
        setattr(it, "signs_with", OctKey.import_key(SECRET)),
    )[0],
    "of an unverified address": lambda it: it.claims.update(email_verified=False),
    "of an address verified in words": lambda it: it.claims.update(email_verified="true"),
    "that does not say whether it is verified": lambda it: it.claims.update(email_verified=None),
    "without an address": lambda it: it.claims.update(email=None),
    "with an address that is none": lambda it: it.claims.update(email=["ada@school.example"]),
    "of somebody unknown": lambda it: it.claims.update(email="eve@school.example"),
    "of somebody who has not joined": lambda it: it.claims.update(email="not.yet@school.example"),
    "of an address with a sign that nobody sees": lambda it: it.claims.update(email="ada\x00@school.example"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_does_not_hold_signs_nobody_in(database: Database, elsewhere: LyingProvider, lie: str) -> None:
    LIES[lie](elsewhere)
    with pytest.raises(NotProvenError):
        there_and_back(database, elsewhere)


def test_nobody_is_created(database: Database, elsewhere: LyingProvider) -> None:
    elsewhere.claims["email"] = "eve@school.example"
    with pytest.raises(NotProvenError, match=re.escape("Nobody has joined here as eve@school.example")):
        there_and_back(database, elsewhere)
    with database.reading() as session:
        assert session.query(TeacherRow).count() == 3


@pytest.mark.parametrize("state", ["made up", "", "\ud800"])
def test_a_forged_state_is_refused(database: Database, elsewhere: LyingProvider, state: str) -> None:
    web = RealWeb()
    leaving = leave_for(door(database), ours(elsewhere), web, "")
    code, _ = answer_of(leaving.address)
    with pytest.raises(NotProvenError, match="did not begin in this browser"):
        come_back(door(database), ours(elsewhere), web, code=code, state=state, cookie=state)


def test_who_left_in_one_browser_does_not_come_back_in_another(database: Database, elsewhere: LyingProvider) -> None:
    """An attacker's own code and state, sent to her: she would be signed in as him."""
    web = RealWeb()
    his, hers = (leave_for(door(database), ours(elsewhere), web, "") for _ in range(2))
    code, state = answer_of(his.address)
    for cookie in (hers.state, "", state[:-1]):
        with pytest.raises(NotProvenError):
            come_back(door(database), ours(elsewhere), web, code=code, state=state, cookie=cookie)


def test_a_way_back_is_used_once_and_not_for_long(database: Database, elsewhere: LyingProvider) -> None:
    web = RealWeb()
    leaving = leave_for(door(database), ours(elsewhere), web, "")
    code, state = answer_of(leaving.address)
    late = door(database, datetime.now(UTC) + LASTS)
    with pytest.raises(NotProvenError):
        come_back(late, ours(elsewhere), web, code=code, state=state, cookie=leaving.state)
    come_back(door(database), ours(elsewhere), web, code=code, state=state, cookie=leaving.state)
    with pytest.raises(NotProvenError):
        come_back(door(database), ours(elsewhere), web, code=code, state=state, cookie=leaving.state)


def test_the_code_of_somebody_elses_sign_in_does_not_fit(database: Database, elsewhere: LyingProvider) -> None:
    """PKCE: a stolen code is worth nothing without the verifier that never left the school."""
    web = RealWeb()
    hers, his = (leave_for(door(database), ours(elsewhere), web, "") for _ in range(2))
    stolen, _ = answer_of(hers.address)
    _, state = answer_of(his.address)
    with pytest.raises(RefusedError):
        come_back(door(database), ours(elsewhere), web, code=stolen, state=state, cookie=his.state)
    assert elsewhere.refused == ["verifier"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
        {"token_endpoint": "file:///etc/passwd"},
    ],
)
def test_a_provider_that_is_set_up_wrongly_is_said_to_be(
    database: Database, elsewhere: LyingProvider, wrong: dict[str, Any]
) -> None:
    elsewhere.configuration.update(wrong)
    with pytest.raises(ProviderError, match="ell the technician"):
        there_and_back(database, elsewhere)


def test_a_provider_that_is_not_there_is_said_not_to_be(database: Database) -> None:
    gone = Provider("http://127.0.0.1:9", CLIENT, SECRET, BACK)
    with pytest.raises(ProviderError, match="another way"):
        leave_for(door(database), gone, RealWeb(), "")


def test_an_address_leaves_only_so_often(database: Database, elsewhere: LyingProvider) -> None:
    for _ in range(limits.CHALLENGES[0].times):
        limits.count(database, limits.CHALLENGES, "unknown", now=datetime.now(UTC))
    with pytest.raises(TooOftenError):
        leave_for(door(database), ours(elsewhere), RealWeb(), "")


WRONG_SETTINGS = {
    "half of them": ('sign_on_issuer = "https://id.example"\n', "belong together"),
    "not over https": (
        'sign_on_issuer = "http://id.example"\nsign_on_client_id = "x"\nsign_on_secret = "s"\n',
        "https",
    ),
}


@pytest.mark.parametrize("name", WRONG_SETTINGS)
def test_settings_that_cannot_work_stop_the_server(tmp_path: Path, name: str) -> None:
    text, why = WRONG_SETTINGS[name]
    with pytest.raises(SettingsError, match=why):
        read(tmp_path, NEEDED + text)


def test_a_secret_that_cannot_be_read_stops_the_server_before_it_opens_anything(tmp_path: Path) -> None:
    sign_on = 'sign_on_issuer = "https://id.example"\nsign_on_client_id = "x"\nsign_on_secret = "nowhere"\n'
    settings = read(tmp_path, NEEDED + sign_on)
    with pytest.raises(SettingsError, match="sign_on_secret cannot be read"):
        build(settings)
    assert not settings.data_folder.exists()


@contextmanager
def kept_provider(**claims: object) -> Iterator[str]:
    """`oidc-provider-mock`: somebody else's provider, in a process of its own. Its issuer."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    told = json.dumps({"sub": "ada", **claims})
    process = subprocess.Popen([*command, "--user-claims", told], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                httpx.get(f"http://127.0.0.1:{port}/jwks", trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_with_a_provider_of_somebody_else_through_the_schools_own_port(
    own_school: Any, new_teacher: Any, tmp_path: Path
) -> None:
    from school.accounts import set_email

    (tmp_path / "sign-on.secret").write_text("whatever\n")
    with (
        kept_provider(email="ada@school.example", email_verified=True) as issuer,
        own_school(sign_on_issuer=issuer, sign_on_client_id="waitwise", sign_on_secret="sign-on.secret") as school,
        httpx.Client(base_url=school.browser, trust_env=False, timeout=20) as browser,
    ):
        ada = new_teacher("Ada", school)
        set_email(school.database, ada.id, "ada@school.example")
        assert "/sign-in/school?next=/lessons" in browser.get("/sign-in?next=/lessons").text
        leaving = browser.get("/sign-in/school", params={"next": "/lessons"})
        assert leaving.status_code == 303
        cookie = leaving.headers["set-cookie"].lower()
        assert "samesite=lax" in cookie
        assert "httponly" in cookie
        agreed = httpx.post(leaving.headers["location"], data={"sub": "ada"}, trust_env=False)
        assert agreed.headers["location"].startswith(f"{school.browser}/sign-in/school/back?")
        arrived = browser.get(agreed.headers["location"])
        assert arrived.status_code == 200
        assert 'content="0;url=/lessons"' in arrived.text
        assert browser.get("/api/me").json()["name"] == "Ada"
        again = browser.get(agreed.headers["location"])
        assert again.status_code == 403
        refused = browser.get("/sign-in/school/back", params={"error": "access_denied", "state": "x"})
        assert refused.status_code == 403


def test_a_school_without_a_sign_on_offers_none(school: Any, browser: Any) -> None:
    assert "/sign-in/school" not in browser().get("/sign-in").text
    assert browser().get("/sign-in/school").status_code == 404
    assert isinstance(school.settings, Settings)
