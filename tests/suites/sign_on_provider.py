"""A provider of OpenID Connect that a test can let lie. It checks what one must: secret, PKCE, code.

::

    GET  /.well-known/openid-configuration, /keys
    GET  /authorize   says yes at once, and sends back with a code
    POST /token       an ID token, as `claims` and `lies` say
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "waitwise at school", "s3cret: with signs & spaces"


@dataclass
class LyingProvider:
    """What it says, and what it was asked."""

    issuer: str
    claims: dict[str, Any] = field(default_factory=lambda: {"email": "ada@school.example", "email_verified": True})
    """Of who signs in. None takes a claim out of the token."""
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signs_with: Any = None
    """Another key than it tells."""
    configuration: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.configuration,
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where to send who asks."""
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """An ID token for a code, once."""
        named = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if tuple(map(unquote_plus, named.split(":"))) != (CLIENT, SECRET):
            return self._refuse("client")
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return self._refuse("code")
        if asked["code_challenge_method"] != "S256" or asked["code_challenge"] != challenge:
            return self._refuse("verifier")
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "248289761001", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims = {**claims, "nonce": asked["nonce"], **self.claims}
        said = {name: value for name, value in claims.items() if value is not None}
        return 200, {"token_type": "Bearer", "access_token": "x", "id_token": self._signed(said)}

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.header["alg"] == "none":
            parts = (json.dumps(part).encode() for part in (self.header, claims))
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        return jwt.encode(self.header, claims, self.signs_with or self.key, algorithms=[self.header["alg"]])

    def _refuse(self, why: str) -> tuple[int, dict[str, Any]]:
        self.refused.append(why)
        return 400, {"error": "invalid_grant"}


@contextmanager
def lying_provider() -> Iterator[LyingProvider]:
    """Run one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            match parts.path:
                case "/.well-known/openid-configuration":
                    self._answer(200, provider.told())
                case "/keys":
                    self._answer(200, {"keys": [provider.key.as_dict(private=False)]})
                case "/authorize":
                    self.send_response(303)
                    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                    self.send_header("Location", provider.authorize(query))
                    self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.token(form, self.headers["Authorization"]))

        def _answer(self, status: int, told: dict[str, Any]) -> None:
            data = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = LyingProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
