"""Signing in with the account that the school has elsewhere: OpenID Connect, authorization code flow.

::

    /sign-in/school --state, nonce, PKCE challenge--> the provider's page --code, state--> /sign-in/school/back
         |                                                                                       |
    state in a cookie of this browser, in the database: once, ten minutes        code + PKCE verifier + client secret
                                                                                       --> ID token
    signed by a key of the provider, for us, not expired, our nonce, a verified e-mail  --> the person with that e-mail

Nobody is created here: only who was invited with this address, and has joined, is let in. What the provider says of her
beside the address is not read. It opens no footage.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote_plus, urlsplit

import urllib3
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, select

from lesson.settings import SettingsError
from school import limits
from school.database import SignOnRow, TeacherRow
from school.errors import NotFoundError, NotProvenError, RefusedError
from school.sessions import SignedIn, Way, hashed, start
from school.settings import Settings
from school.signing_in import Door

BACK = "/sign-in/school/back"
LASTS = timedelta(minutes=10)
SECRET_BYTES = 32
CLOCKS_DIFFER_S = 60
# What has a public key. Never `none`, and never HS256: who knows the client secret is not the provider.
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "RS384", "RS512", "PS384", "PS512", "EdDSA")
_TIMEOUT = urllib3.Timeout(connect=5, read=5)
_MAX_ANSWER = 256 * 1024
_HERE = {"localhost", "127.0.0.1", "::1"}


class ProviderError(RefusedError):
    """The provider does not answer, or not as one does."""

    status = 502
    title = "The school's sign-on does not answer"


class Web(Protocol):
    """How the provider is asked."""

    def ask(self, address: str, form: str | None, headers: dict[str, str]) -> Any:
        """JSON of an address; with a form it is sent there. Raises `ProviderError`."""


class RealWeb:
    """HTTPS with the certificates that this computer trusts; no redirects, no proxy from the environment."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    def ask(self, address: str, form: str | None, headers: dict[str, str]) -> Any:
        """JSON of an address."""
        if not _is_safe(address):
            raise ProviderError(f"{address} is no https address.")
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        try:
            answer = self._pool.request(
                "GET" if form is None else "POST",
                address,
                body=form,
                headers={"Accept": "application/json", **kind, **headers},
                redirect=False,
                preload_content=False,
            )
            body = answer.read(_MAX_ANSWER)
            answer.release_conn()
            told = json.loads(body)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise ProviderError("Try again, or sign in another way.") from error
        if answer.status != 200:
            raise ProviderError(f"It answered {answer.status}. Sign in another way, and tell the technician.")
        return told


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider of the settings."""

    issuer: str
    client_id: str
    secret: str
    back: str
    """Where it sends people back to."""

    @classmethod
    def of(cls, settings: Settings) -> Provider:
        """Read it from the settings. Raises `NotFoundError` where there is none, or `SettingsError`."""
        if settings.sign_on_issuer is None or settings.sign_on_client_id is None or settings.sign_on_secret is None:
            raise NotFoundError("This school has no sign-on of its own.")
        try:
            secret = settings.sign_on_secret.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise SettingsError(f"sign_on_secret cannot be read: {error}") from error
        return cls(settings.sign_on_issuer, settings.sign_on_client_id, secret, settings.origin + BACK)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody on her way to the provider."""

    address: str
    state: str
    """Goes into a cookie: only the browser that left can come back."""


def leave_for(door: Door, provider: Provider, web: Web, target: str) -> Leaving:
    """Send somebody to the provider. Raises `ProviderError` or `TooOftenError`."""
    limits.count(door.database, limits.CHALLENGES, door.network, now=door.now)
    told = _configuration(provider, web)
    state, nonce, verifier = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
    with door.database.writing() as session:
        session.execute(delete(SignOnRow).where(SignOnRow.expires_at <= door.now))
        session.add(
            SignOnRow(
                state_hash=hashed(state),
                nonce=nonce,
                verifier=verifier,
                target=target[:200],
                expires_at=door.now + LASTS,
            )
        )
    address = prepare_grant_uri(
        _address(told, "authorization_endpoint"),
        provider.client_id,
        "code",
        provider.back,
        "openid email",
        state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    return Leaving(address, state)


def come_back(door: Door, provider: Provider, web: Web, *, code: str, state: str, cookie: str) -> tuple[SignedIn, str]:
    """Sign in who comes back with a code; and the page she wanted. Raises `NotProvenError` or `ProviderError`."""
    limits.count(door.database, limits.ADDRESS, door.network, now=door.now)
    spent = (
        delete(SignOnRow)
        .where(SignOnRow.state_hash == hashed(state), SignOnRow.expires_at > door.now)
        .returning(SignOnRow.nonce, SignOnRow.verifier, SignOnRow.target)
    )
    with door.database.writing() as session:
        left = session.execute(spent).one_or_none()
    if left is None or not secrets.compare_digest(hashed(state), hashed(cookie)):
        raise NotProvenError("This sign-in did not begin in this browser, or took too long. Begin again.")
    told = _configuration(provider, web)
    email = _verified_email(provider, web, told, _token(provider, web, told, code, left.verifier), left.nonce, door.now)
    with door.database.writing() as session:
        query = select(TeacherRow).where(TeacherRow.email == email, TeacherRow.joined_at.is_not(None))
        row = session.scalar(query)
        if row is None:
            raise NotProvenError(
                f"Nobody has joined here as {email}. Ask your technician to invite you, or to enter it."
            )
        signed_in = start(session, row, Way.SCHOOL, door.browser, now=door.now, hours=door.hours)
    limits.give_back(door.database, limits.ADDRESS, door.network)
    return signed_in, left.target


def _configuration(provider: Provider, web: Web) -> dict[str, Any]:
    address = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    told = web.ask(address, None, {})
    if not isinstance(told, dict) or told.get("issuer") != provider.issuer:
        raise ProviderError("It calls itself otherwise than the school's settings do. Tell the technician.")
    return told


def _token(provider: Provider, web: Web, told: dict[str, Any], code: str, verifier: str) -> str:
    """The ID token that a code is worth."""
    # The names are written as a form before they are joined (RFC 6749, 2.3.1).
    named = f"{quote_plus(provider.client_id)}:{quote_plus(provider.secret)}"
    headers = {"Authorization": f"Basic {b64encode(named.encode()).decode()}"}
    form = prepare_token_request("authorization_code", redirect_uri=provider.back, code=code, code_verifier=verifier)
    answer = web.ask(_address(told, "token_endpoint"), form, headers)
    token = answer.get("id_token") if isinstance(answer, dict) else None
    if not isinstance(token, str):
        raise ProviderError("It has not said who you are. Sign in another way, and tell the technician.")
    return token


def _verified_email(provider: Provider, web: Web, told: dict[str, Any], token: str, nonce: str, now: datetime) -> str:
    """The e-mail address in an ID token that holds."""
    try:
        keys = KeySet.import_key_set(web.ask(_address(told, "jwks_uri"), None, {}))
        read = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": provider.client_id},
        )
        claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER_S)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotProvenError("What the school's sign-on said of you does not hold. Begin again.") from error
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str) or not email.isprintable():
        raise NotProvenError("The school's sign-on does not vouch for your e-mail address. Sign in another way.")
    return email.strip().lower()


def _address(told: dict[str, Any], name: str) -> str:
    address = told.get(name)
    if not isinstance(address, str) or not _is_safe(address):
        raise ProviderError(f"It names no {name.replace('_', ' ')} that can be used. Tell the technician.")
    return address


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
