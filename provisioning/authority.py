"""The school's own certificate authority: it says which box is which, and nothing else.

::

    Waitwise authority of Elm School       P-256, signs nothing but leaves, only for the names and addresses given
      +- server   SAN school.example       server      what units and brokers' clients connect to
      +- unit     CN lab-2, OU Science 3   client      SAN urn:waitwise:unit:lab-2
      +- school   CN School                client      SAN urn:waitwise:school: the school's end of the MQTT session

The unit's name comes from the school's own table, never from the request. The CN of a unit's certificate is its unit
id, because brokers take the CN for the user's name; the room is its OU (docs/decisions/0007).

The names at creation are name constraints (RFC 5280, 4.2.1.10): somebody who steals this authority's key can imitate
the school's server, but no other website, to a computer that trusts it. Servers written in Go (nats-server, Caddy)
refuse our units under an authority with any constraint, because a URN has no host; for them it is made without.
"""

from __future__ import annotations

import ipaddress
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lesson.messages import MessageError, check_unit_id
from provisioning.errors import ProvisioningError

UNIT_URN = "urn:waitwise:unit:"
SCHOOL_URN = "urn:waitwise:school"

SCHOOL_NAME = "School"
"""CN of the school's own client certificate. Its capital letter keeps it apart from every unit id."""

LEAF_VALIDITY = timedelta(days=365)
ROOT_VALIDITY = timedelta(days=20 * 365)
BACK_DATED = timedelta(days=1)
"""A unit whose clock is a little behind would otherwise take its new certificate for one from the future."""

_AUTHORITY_FILE = "authority.pem"
_KEY_FILE = "authority.key"
_EVERY_NETWORK = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


class Authority:
    """Issues certificates. It keeps no list of them: the school's tables do."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self.certificate = certificate

    @classmethod
    def create(cls, school: str, names: tuple[str, ...] | None, at: datetime) -> Self:
        """Make the authority of a school.

        `names` are what its servers are called: DNS names (their subdomains included) and IP addresses or networks;
        it will be able to issue server certificates for these only, or for any if None. `at` is now.
        """
        key = new_key()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Waitwise authority of {school}"[:64])])
        builder = (
            _builder(name, name, key.public_key(), at, ROOT_VALIDITY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if names is not None:
            builder = builder.add_extension(_constraints(names), critical=True)
        return cls(key, builder.sign(key, SHA256()))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises `ProvisioningError`."""
        try:
            key = serialization.load_pem_private_key((folder / _KEY_FILE).read_bytes(), password=None)
            certificate = x509.load_pem_x509_certificate((folder / _AUTHORITY_FILE).read_bytes())
        except (OSError, ValueError) as error:
            raise ProvisioningError(f"There is no authority in {folder}: {error}") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise ProvisioningError(f"The key in {folder} is not the authority's.")
        return cls(key, certificate)

    def save(self, folder: Path) -> None:
        """Write key (readable by its owner only) and certificate. Raises `ProvisioningError`; never overwrites."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_key(folder / _KEY_FILE, self._key)
            write_certificate(folder / _AUTHORITY_FILE, self.certificate)
        except OSError as error:
            raise ProvisioningError(f"The authority cannot be kept in {folder}: {error}") from error

    @property
    def pem(self) -> bytes:
        """The certificate as a file: what units pin."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue_server(
        self, names: tuple[str, ...], public_key: ec.EllipticCurvePublicKey, at: datetime
    ) -> x509.Certificate:
        """Issue a certificate for a server of the school, reached under these DNS names and IP addresses."""
        if not names:
            raise ProvisioningError("A server needs a name.")
        general = [_general_name(name) for name in names]
        for name in general:
            if not self._may_name(name):
                raise ProvisioningError(f"This authority was not made for {name.value}: make another one.")
        # Not one of the names: OpenSSL takes a CN that looks like one for a DNS name, and 127.0.0.1 is not among them.
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Waitwise server")])
        return self._issue(subject, general, ExtendedKeyUsageOID.SERVER_AUTH, public_key, at)

    def issue_unit(
        self, unit_id: str, room: str, public_key: ec.EllipticCurvePublicKey, at: datetime
    ) -> x509.Certificate:
        """Issue a unit's client certificate. `unit_id` and `room` come from the school's table."""
        if not room.strip():
            raise ProvisioningError(f"Unit {unit_id!r} has no room.")
        try:
            check_unit_id(unit_id)
            subject = x509.Name(
                [
                    x509.NameAttribute(NameOID.COMMON_NAME, unit_id),
                    x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, room),
                ]
            )
        except (MessageError, ValueError) as error:
            raise ProvisioningError(
                f"There can be no certificate for unit {unit_id!r}, room {room!r}: {error}"
            ) from error
        urn = x509.UniformResourceIdentifier(UNIT_URN + unit_id)
        return self._issue(subject, [urn], ExtendedKeyUsageOID.CLIENT_AUTH, public_key, at)

    def issue_school(self, public_key: ec.EllipticCurvePublicKey, at: datetime) -> x509.Certificate:
        """Issue the client certificate of the school's own MQTT session."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SCHOOL_NAME)])
        urn = x509.UniformResourceIdentifier(SCHOOL_URN)
        return self._issue(subject, [urn], ExtendedKeyUsageOID.CLIENT_AUTH, public_key, at)

    def _issue(
        self,
        subject: x509.Name,
        names: list[x509.GeneralName],
        usage: x509.ObjectIdentifier,
        public_key: ec.EllipticCurvePublicKey,
        at: datetime,
    ) -> x509.Certificate:
        if not isinstance(public_key, ec.EllipticCurvePublicKey) or not isinstance(public_key.curve, ec.SECP256R1):
            raise ProvisioningError("Only P-256 keys get a certificate here.")
        ours = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return (
            _builder(subject, self.certificate.subject, public_key, at, LEAF_VALIDITY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ours), critical=False)
            .sign(self._key, SHA256())
        )

    def _may_name(self, name: x509.GeneralName) -> bool:
        try:
            constraints = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        except x509.ExtensionNotFound:
            return True
        return any(_is_within(name, permitted) for permitted in constraints.permitted_subtrees or ())


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def public_key_of_request(csr: bytes) -> ec.EllipticCurvePublicKey:
    """The key that a certificate request (PEM) proves to hold; the names in it are not looked at.

    Raises `ProvisioningError`.
    """
    try:
        request = x509.load_pem_x509_csr(csr)
        key = request.public_key()
        is_valid = request.is_signature_valid
    except (ValueError, InvalidSignature, TypeError) as error:
        raise ProvisioningError(f"This is no certificate request: {error}") from error
    if not is_valid or not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ProvisioningError("The request is not signed with a P-256 key of its own.")
    return key


def unit_of_certificate(certificate: x509.Certificate) -> str:
    """The unit id that a client certificate is for. Raises `ProvisioningError`. Says nothing about trust."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        (urn,) = names.get_values_for_type(x509.UniformResourceIdentifier)
        return check_unit_id(urn.removeprefix(UNIT_URN) if urn.startswith(UNIT_URN) else "")
    except (x509.ExtensionNotFound, ValueError) as error:  # MessageError is a ValueError
        raise ProvisioningError("This is not the certificate of a unit.") from error


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a key that only its owner can read, from its first byte on. Never overwrites."""
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_certificate(path: Path, certificate: x509.Certificate) -> None:
    """Write a certificate as PEM."""
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, validity: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BACK_DATED)
        .not_valid_after(at + validity)
    )


def _key_usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _constraints(names: tuple[str, ...]) -> x509.NameConstraints:
    """Only these names. A kind of name that is not permitted at all has to be excluded as a whole."""
    if not names:
        raise ProvisioningError("An authority needs the names of the school's servers.")
    permitted = [_subtree(name) for name in names]
    excluded: list[x509.GeneralName] = []
    if not any(isinstance(name, x509.IPAddress) for name in permitted):
        excluded += [x509.IPAddress(network) for network in _EVERY_NETWORK]
    if not any(isinstance(name, x509.DNSName) for name in permitted):
        excluded.append(x509.DNSName(""))
    return x509.NameConstraints(permitted, excluded or None)


def _subtree(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_network(name))
    except ValueError:
        return x509.DNSName(name)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _is_within(name: x509.GeneralName, subtree: x509.GeneralName) -> bool:
    if isinstance(name, x509.IPAddress) and isinstance(subtree, x509.IPAddress):
        return name.value in subtree.value  # type: ignore[operator]
    if isinstance(name, x509.DNSName) and isinstance(subtree, x509.DNSName):
        return name.value == subtree.value or name.value.endswith(f".{subtree.value}")
    return False
