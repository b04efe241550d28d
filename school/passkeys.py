"""Passkeys: signing in by what her device keeps, unlocked by a finger, a face or its PIN.

::

    begin_adding --challenge--> her device makes a key pair --public half, challenge signed--> add
    begin        --challenge--> her device signs it                                        --> sign_in_with_passkey

A challenge is 32 random bytes, lies in the database as its SHA-256, works once and for five minutes. The device must
have made sure who holds it (user verification), so a passkey is two steps in one and asks for no code. It is bound to
this school's address: a page that only looks like it gets nothing. It opens no footage.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from school import limits
from school.database import ChallengeRow, Database, PasskeyRow, TeacherRow, insert_new
from school.errors import MismatchError, NotProvenError, OtherBytesError
from school.sessions import Here, SignedIn, Way, hashed, start
from school.signing_in import Door, prove_both, start_alone

CHALLENGE_BYTES = 32
LASTS = timedelta(minutes=5)
MAX_NAME = 60
MAX_PASSKEYS = 20
# What the library says of bytes that no honest device sends.
_NOT_OURS = (WebAuthnException, ValueError, EOFError, KeyError, TypeError)
_NOT_KNOWN = "This passkey is not known here, or was used on another page. Sign in another way."


@dataclass(frozen=True, slots=True)
class Passkey:
    """One of hers, as she sees it."""

    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Made:
    """A key pair that a device has made: its name, what was signed, and the public half (WebAuthn's own bytes)."""

    credential: bytes
    client_data: bytes
    attestation: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """What a device has signed to sign in (WebAuthn's own bytes)."""

    credential: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None


def passkeys_of(database: Database, person_id: int) -> list[Passkey]:
    """Her passkeys, the oldest first."""
    query = select(PasskeyRow).where(PasskeyRow.teacher_id == person_id).order_by(PasskeyRow.id)
    with database.reading() as session:
        return [Passkey(row.id, row.name, row.made_at, row.used_at) for row in session.scalars(query)]


def begin_adding(door: Door, origin: str, here: Here, password: str, code: str) -> dict[str, Any]:
    """What her device needs to make a key pair. Raises `NotProvenError`, `MismatchError` or `TooOftenError`."""
    prove_both(door, here, password, code)
    person = here.person
    with door.database.writing() as session:
        known = session.scalars(select(PasskeyRow.credential).where(PasskeyRow.teacher_id == person.id)).all()
        if len(known) >= MAX_PASSKEYS:
            raise MismatchError(f"You have {MAX_PASSKEYS} passkeys. Remove one first.")
        challenge = _new_challenge(session, door.now, person.id)
    made = generate_registration_options(
        rp_id=_site(origin),
        rp_name="Waitwise",
        user_id=_handle(person.id),
        user_name=person.email or person.name,
        user_display_name=person.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return _as_json(made)


def add(door: Door, origin: str, here: Here, name: str, made: Made) -> None:
    """Keep the public half. Raises `NotProvenError`, `MismatchError` or `OtherBytesError`."""
    if not name.strip() or not name.isprintable() or len(name) > MAX_NAME:
        raise MismatchError(f"Call the passkey something, in 1 to {MAX_NAME} characters.")
    try:
        challenge = _spend_challenge(door, made.client_data, here.person.id)
        found = verify_registration_response(
            credential=RegistrationCredential(
                id=bytes_to_base64url(made.credential),
                raw_id=made.credential,
                response=AuthenticatorAttestationResponse(made.client_data, made.attestation),
            ),
            expected_challenge=challenge,
            expected_rp_id=_site(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except _NOT_OURS as error:
        raise MismatchError("This device did not make a passkey for this page. Try again.") from error
    with door.database.writing() as session:
        is_new = insert_new(
            session,
            PasskeyRow,
            credential=found.credential_id,
            teacher_id=here.person.id,
            name=name.strip(),
            public_key=found.credential_public_key,
            uses=found.sign_count,
            made_at=door.now,
        )
    if not is_new:
        raise OtherBytesError("This passkey is here already.")


def remove(door: Door, here: Here, passkey: int, password: str, code: str) -> SignedIn:
    """Forget one of hers: a new session, every other one ends. Raises `NotProvenError` or `TooOftenError`."""
    prove_both(door, here, password, code)
    with door.database.writing() as session:
        session.execute(delete(PasskeyRow).where(PasskeyRow.teacher_id == here.person.id, PasskeyRow.id == passkey))
        return start_alone(door, session, here)


def begin(door: Door, origin: str) -> dict[str, Any]:
    """What a device needs to sign in with a passkey, whosever it is. Raises `TooOftenError`."""
    limits.count(door.database, limits.CHALLENGES, door.network, now=door.now)
    with door.database.writing() as session:
        challenge = _new_challenge(session, door.now, None)
    made = generate_authentication_options(
        rp_id=_site(origin), challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return _as_json(made)


def sign_in_with_passkey(door: Door, origin: str, signed: Signed) -> SignedIn:
    """Sign in with what a device has signed. Raises `NotProvenError` or `TooOftenError`."""
    limits.count(door.database, limits.ADDRESS, door.network, now=door.now)
    try:
        challenge = _spend_challenge(door, signed.client_data, None)
        with door.database.writing() as session:
            row = session.scalar(select(PasskeyRow).where(PasskeyRow.credential == signed.credential))
            if row is None or signed.user_handle not in (None, _handle(row.teacher_id)):
                raise NotProvenError(_NOT_KNOWN)
            found = verify_authentication_response(
                credential=AuthenticationCredential(
                    id=bytes_to_base64url(signed.credential),
                    raw_id=signed.credential,
                    response=AuthenticatorAssertionResponse(
                        signed.client_data, signed.authenticator_data, signed.signature, signed.user_handle
                    ),
                ),
                expected_challenge=challenge,
                expected_rp_id=_site(origin),
                expected_origin=origin,
                credential_public_key=row.public_key,
                credential_current_sign_count=row.uses,
                require_user_verification=True,
            )
            row.uses, row.used_at = found.new_sign_count, door.now
            person = session.get_one(TeacherRow, row.teacher_id)
            signed_in = start(session, person, Way.PASSKEY, door.browser, now=door.now, hours=door.hours)
    except _NOT_OURS as error:
        raise NotProvenError(_NOT_KNOWN) from error
    limits.give_back(door.database, limits.ADDRESS, door.network)
    return signed_in


def _new_challenge(session: Session, now: datetime, person_id: int | None) -> bytes:
    session.execute(delete(ChallengeRow).where(ChallengeRow.expires_at <= now))
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    session.add(ChallengeRow(challenge_hash=hashed(challenge.hex()), teacher_id=person_id, expires_at=now + LASTS))
    return challenge


def _spend_challenge(door: Door, client_data: bytes, person_id: int | None) -> bytes:
    """The challenge that a device has signed, if it is one of ours that nobody has used."""
    challenge = parse_client_data_json(client_data).challenge
    whose = ChallengeRow.teacher_id.is_(None) if person_id is None else ChallengeRow.teacher_id == person_id
    spent = (
        delete(ChallengeRow)
        .where(ChallengeRow.challenge_hash == hashed(challenge.hex()), ChallengeRow.expires_at > door.now, whose)
        .returning(ChallengeRow.challenge_hash)
    )
    with door.database.writing() as session:
        if session.scalar(spent) is None:
            raise NotProvenError("This took too long, or was done already. Try again.")
    return challenge


def _site(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _handle(person_id: int) -> bytes:
    # What a device keeps beside the key. It must name nobody (WebAuthn 14.6.1): it is our number of her.
    return b"waitwise.v1/" + person_id.to_bytes(8)


def _as_json(made: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(options_to_json(made))
    return told
