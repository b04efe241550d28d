"""A certificate that a unit makes for its own page, because no authority is asked for one in a classroom.

::

    own_certificate(folder, ("lab-2.local",), at)  ->  page.pem, page.key   made once, then found again
    .fingerprint                                   ->  SHA-256, as phones show it behind their warning

A phone does not know it and warns once; the fingerprint on the room's screen says whether the warning is harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provisioning.authority import BACK_DATED, new_key, write_certificate, write_key
from provisioning.errors import ProvisioningError

VALIDITY = timedelta(days=825)
"""The longest that every phone accepts."""


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """Certificate and key, as files."""

    cert_file: Path
    key_file: Path
    fingerprint: bytes
    """SHA-256 of the certificate."""


def found_certificate(folder: Path) -> OwnCertificate | None:
    """The certificate in `folder`; None: there is none. Raises `ProvisioningError`."""
    cert_file, key_file = folder / "page.pem", folder / "page.key"
    try:
        certificate = x509.load_pem_x509_certificate(cert_file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ProvisioningError(f"The page's certificate in {folder} cannot be read: {error}") from error
    return OwnCertificate(cert_file, key_file, certificate.fingerprint(SHA256()))


def own_certificate(folder: Path, names: tuple[str, ...], at: datetime) -> OwnCertificate:
    """Find the certificate in `folder`, or make it; another one when names or time have run out.

    Raises `ProvisioningError`.
    """
    cert_file, key_file = folder / "page.pem", folder / "page.key"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (cert_file.exists() and key_file.exists() and _still_does(cert_file, names, at)):
            cert_file.unlink(missing_ok=True)
            key_file.unlink(missing_ok=True)
            _make(cert_file, key_file, names, at)
        certificate = x509.load_pem_x509_certificate(cert_file.read_bytes())
    except (OSError, ValueError) as error:
        raise ProvisioningError(f"The page's certificate cannot be kept in {folder}: {error}") from error
    return OwnCertificate(cert_file, key_file, certificate.fingerprint(SHA256()))


def _still_does(cert_file: Path, names: tuple[str, ...], at: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(cert_file.read_bytes())
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    # A unit without a clock starts in the past: a certificate "from the future" is no reason for a new fingerprint.
    return tuple(alternative.get_values_for_type(x509.DNSName)) == names and at < certificate.not_valid_after_utc


def _make(cert_file: Path, key_file: Path, names: tuple[str, ...], at: datetime) -> None:
    key = new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BACK_DATED)
        .not_valid_after(at + VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(key, SHA256())
    )
    write_key(key_file, key)
    write_certificate(cert_file, certificate)
