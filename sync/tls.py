"""How the unit knows the school, and the school the unit: one authority, one certificate each, nothing else."""

from __future__ import annotations

import ssl
from pathlib import Path

from sync.errors import SyncSettingsError


def client_context(ca_file: Path, cert_file: Path, key_file: Path) -> ssl.SSLContext:
    """TLS 1.3 with one trusted authority and our own certificate (all PEM). Raises `SyncSettingsError`."""
    # Not ssl.create_default_context: that one reads SSLKEYLOGFILE, and a variable must not open our connections.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_verify_locations(ca_file)
        context.load_cert_chain(cert_file, key_file)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise SyncSettingsError(f"The certificates cannot be read ({ca_file}, {cert_file}): {error}") from error
    return context


def is_certificate_refusal(error: BaseException) -> bool:
    """Whether the other side ended the TLS handshake because of *our* certificate (an alert of RFC 8446, 6.2)."""
    text = str(error).upper().replace(" ", "_")
    return "ALERT" in text and any(word in text for word in ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED"))


def is_wrong_server(error: BaseException) -> bool:
    """Whether *we* ended the TLS handshake, because of the other side's certificate."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error).upper()
