"""The units a school trusts, and the teachers each of them may record for.

::

    certificate -> SHA-256 of its public key -> row in the table -> not revoked -> same unit id as in the certificate

The table decides, at every request: a revoked unit is refused with its next request, whatever its certificate says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select, update

from lesson.footage.signed import KEY_BYTES
from lesson.messages import MessageError, check_unit_id
from lesson.wire import to_wire
from provisioning.authority import unit_of_certificate
from provisioning.errors import ProvisioningError
from school.database import Database, TeacherRow, UnitRow, UnitTeacherRow, insert_new
from school.errors import AccountError, UnknownUnitError, UntrustedUnitError


@dataclass(frozen=True, slots=True)
class UnitCertificate:
    """What the school reads in a unit's certificate."""

    unit: str
    key_hash: str
    """SHA-256 of the public key (SubjectPublicKeyInfo, DER), hexadecimal."""


def read_certificate(der: bytes) -> UnitCertificate:
    """Read a certificate that TLS has verified. Raises `UntrustedUnitError` if it names no unit."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        unit = unit_of_certificate(certificate)
    except (ValueError, ProvisioningError) as error:
        raise UntrustedUnitError("This certificate does not name one unit. Enrol the unit again.") from error
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return UnitCertificate(unit, hashlib.sha256(key).hexdigest())


def trusted_unit(database: Database, der: bytes | None) -> UnitRow:
    """The unit behind a connection. Raises `UnknownUnitError` or `UntrustedUnitError`."""
    if der is None:
        raise UnknownUnitError("This port is for units. Connect with the unit's certificate.")
    certificate = read_certificate(der)
    with database.reading() as session:
        row = session.scalar(select(UnitRow).where(UnitRow.key_hash == certificate.key_hash))
    if row is None or row.unit != certificate.unit:
        raise UntrustedUnitError("The school does not know this unit's key. Enrol the unit again.")
    if row.revoked_at is not None:
        raise UntrustedUnitError("This unit's certificate was revoked. Enrol the unit again.")
    return row


def register_unit(
    database: Database,
    *,
    unit: str,
    room: str,
    certificate: bytes,
    signing_key: bytes | None,
    now: datetime,
    teachers: Sequence[int] = (),
) -> None:
    """Trust a unit: from now on it may send lessons, and record for `teachers`.

    `certificate` is PEM or DER, `signing_key` the public half of the Ed25519 key it signs lessons with; None takes the
    key that each header names. A unit that is known already gets the new certificate and is no longer revoked; a
    signing key, once known, cannot change.
    Raises `AccountError`.
    """
    try:
        check_unit_id(unit)
        der = _der(certificate)
    except (MessageError, ValueError) as error:
        raise AccountError(f"This unit cannot be registered: {error}") from error
    try:
        read = read_certificate(der)
    except UntrustedUnitError as error:
        raise AccountError(f"This unit cannot be registered: {error.detail}") from error
    if read.unit != unit:
        raise AccountError(f"The certificate is for {read.unit}, not for {unit}.")
    if signing_key is not None and len(signing_key) != KEY_BYTES:
        raise AccountError(f"A signing key has {KEY_BYTES} bytes; this one has {len(signing_key)}.")
    with database.writing() as session:
        taken = session.scalar(select(UnitRow.unit).where(UnitRow.key_hash == read.key_hash, UnitRow.unit != unit))
        if taken is not None:
            raise AccountError(f"{taken} has the same key. Every unit makes its own.")
        created = insert_new(
            session,
            UnitRow,
            unit=unit,
            room=room,
            key_hash=read.key_hash,
            signing_key=signing_key,
            registered_at=now,
        )
        if not created:
            known = session.get_one(UnitRow, unit)
            if signing_key not in (known.signing_key, None) and known.signing_key is not None:
                raise AccountError(f"{unit} signs with another key. A new card needs a new unit id.")
            known.room, known.key_hash, known.revoked_at = room, read.key_hash, None
            known.signing_key = known.signing_key or signing_key
        for teacher_id in teachers:
            insert_new(session, UnitTeacherRow, unit=unit, teacher_id=teacher_id)


def revoke_unit(database: Database, *, unit: str, now: datetime) -> None:
    """Trust a unit no longer. What it sent before stays."""
    with database.writing() as session:
        found = session.execute(
            update(UnitRow).where(UnitRow.unit == unit).values(revoked_at=now).returning(UnitRow.unit)
        ).first()
    if found is None:
        raise AccountError(f"There is no unit {unit}.")


def recipients_of(database: Database, unit: str) -> list[dict[str, str]]:
    """The teachers a unit may record for, as the unit gets them: only those who have made their keys."""
    query = (
        select(TeacherRow)
        .join(UnitTeacherRow, UnitTeacherRow.teacher_id == TeacherRow.id)
        .where(UnitTeacherRow.unit == unit, TeacherRow.kid.is_not(None))
        .order_by(TeacherRow.id)
    )
    with database.reading() as session:
        teachers = session.scalars(query).all()
    return [
        {
            "name": teacher.name,
            "kid": str(teacher.kid),
            "encryption_key": to_wire(teacher.encryption_key),
            "signing_key": to_wire(teacher.signing_key),
            "role": "teacher",
        }
        for teacher in teachers
    ]


def _der(certificate: bytes) -> bytes:
    if certificate.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificate(certificate).public_bytes(Encoding.DER)
    return certificate
