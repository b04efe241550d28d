"""Who is at the other end: the certificate of a unit, handed from TLS to the application.

::

    TLS handshake  ->  uvicorn checks the certificate against the units' authority
    this class     ->  scope["state"]["peer_certificate"] = DER bytes, or None
    units_app.py   ->  the key's hash in the table of units: unknown 403, revoked 403, none 401

Certificates are asked for, not demanded, so that a unit without a good one gets an answer it can show instead of a
broken connection. uvicorn hides the certificate; pyproject pins its minor version, and a test holds this class to it.
"""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from uvicorn.protocols.http.h11_impl import H11Protocol

PEER = "peer_certificate"
"""Name in the request's state."""


class PeerCertificateProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, and the peer's certificate in each request's state."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Copy the certificate once a connection: nothing a request says can change it."""
        super().connection_made(transport)
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        self.app_state = {**self.app_state, PEER: tls.getpeercert(binary_form=True) if tls else None}


def units_tls(certificate: Path, key: Path, authority: Path) -> ssl.SSLContext:
    """TLS for the units' port: the server's certificate, and the authority that units must come from."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
