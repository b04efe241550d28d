"""Passkeys against a device made of the WebAuthn text and `cryptography`: what it signs is taken, once.

authenticatorData   SHA-256(site) | flags: 1 present, 4 verified, 40 with key | uses u32 | (key, when made)
signature           ES256 over authenticatorData | SHA-256(clientDataJSON)
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from lesson.footage.identity import Identity
from school import limits
from school.accounts import enter, invite, join, sign_in_link
from school.database import Database
from school.errors import MismatchError, NotProvenError, OtherBytesError, RefusedError, TooOftenError
from school.migrate import migrate
from school.passkeys import Made, Signed, add, begin, begin_adding, passkeys_of, remove, sign_in_with_passkey
from school.passwords import Passwords
from school.sessions import Browser, Here, SignedIn, Way, here
from school.signing_in import Door, reset

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
ORIGIN = "https://waitwise.school.example"
PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


@dataclass
class Device:
    """A device that keeps one passkey, and does what a test tells it, honest or not."""

    site: str = "waitwise.school.example"
    origin: str = ORIGIN
    flags: int = PRESENT | VERIFIED
    uses: int = 0
    handle: bytes | None = b""

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential = secrets.token_bytes(32)

    def make(self, options: dict[str, Any]) -> Made:
        self.handle = unb64(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        named = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + cbor2.dumps(key)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(self.flags | WITH_KEY) + named}
        return Made(self.credential, self._client("webauthn.create", options), cbor2.dumps(attestation))

    def sign(self, options: dict[str, Any]) -> Signed:
        self.uses += 1
        client, data = self._client("webauthn.get", options), self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return Signed(self.credential, client, data, signature, self.handle)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + struct.pack(">I", self.uses)


class Ada:
    """A teacher who has just signed in with a link, at a school of her own."""

    def __init__(self, database: Database, name: str = "Ada") -> None:
        self.database = database
        self.passwords = Passwords(database, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        invitation = invite(database, name, now=NOW, days=14)
        self.id = invitation.teacher_id
        self.signed_in = join(database, invitation.code, Identity.generate().recipient, b"sealed", now=NOW, hours=12)

    def door(self, at: datetime = NOW) -> Door:
        return Door(self.database, self.passwords, at, 12, browser=Browser("Firefox"))

    def here(self, at: datetime = NOW) -> Here:
        found = here(self.database, self.signed_in.token, now=at, idle=timedelta(days=1))
        assert found is not None
        return found

    def options(self, at: datetime = NOW) -> dict[str, Any]:
        return begin_adding(self.door(at), ORIGIN, self.here(at), "", "")

    def adds(self, device: Device, at: datetime = NOW) -> Device:
        add(self.door(at), ORIGIN, self.here(at), "Her phone", device.make(self.options(at)))
        return device

    def signs_in(self, device: Device, at: datetime = NOW) -> SignedIn:
        return sign_in_with_passkey(self.door(at), ORIGIN, device.sign(begin(self.door(at), ORIGIN)))


@pytest.fixture
def ada(tmp_path: Path) -> Iterator[Ada]:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
    migrate(database)
    yield Ada(database)
    database.close()


def test_a_passkey_signs_in(ada: Ada) -> None:
    device = ada.adds(Device())
    signed_in = ada.signs_in(device, NOW + timedelta(days=1))
    assert signed_in.person.id == ada.id
    found = here(ada.database, signed_in.token, now=NOW + timedelta(days=1), idle=timedelta(days=1))
    assert found is not None
    assert found.way is Way.PASSKEY
    (listed,) = passkeys_of(ada.database, ada.id)
    assert (listed.name, listed.made_at, listed.used_at) == ("Her phone", NOW, NOW + timedelta(days=1))


def test_the_device_is_told_to_make_sure_who_holds_it(ada: Ada) -> None:
    options = ada.options()
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["rp"]["id"] == "waitwise.school.example"
    signing = begin(ada.door(), ORIGIN)
    assert (signing["userVerification"], signing["rpId"]) == ("required", "waitwise.school.example")
    assert len(unb64(signing["challenge"])) == 32


LIES: dict[str, Callable[[Device], None]] = {
    "on another page": lambda device: setattr(device, "origin", "https://waitwise.schoo1.example"),
    "on a page of a neighbour": lambda device: setattr(device, "origin", "https://other.school.example"),
    "for another site": lambda device: setattr(device, "site", "school.example"),
    "without knowing who holds it": lambda device: setattr(device, "flags", PRESENT),
    "without anybody there": lambda device: setattr(device, "flags", VERIFIED),
    "with another key": lambda device: setattr(device, "key", ec.generate_private_key(ec.SECP256R1())),
    "as another passkey": lambda device: setattr(device, "credential", bytes(32)),
    "as another person": lambda device: setattr(device, "handle", b"waitwise.v1/" + (99).to_bytes(8)),
    "with a count that went back": lambda device: setattr(device, "uses", 3),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_was_signed_otherwise_signs_nobody_in(ada: Ada, lie: str) -> None:
    device = ada.adds(Device())
    device.uses = 10
    ada.signs_in(device)
    LIES[lie](device)
    with pytest.raises(NotProvenError):
        ada.signs_in(device)


@pytest.mark.parametrize("lie", [lie for lie in LIES if lie.startswith(("on ", "for ", "without"))])
def test_what_was_made_otherwise_is_not_kept(ada: Ada, lie: str) -> None:
    device = Device()
    LIES[lie](device)
    with pytest.raises(MismatchError):
        ada.adds(device)
    assert passkeys_of(ada.database, ada.id) == []


def test_what_was_signed_once_signs_in_once(ada: Ada) -> None:
    device = ada.adds(Device())
    signed = device.sign(begin(ada.door(), ORIGIN))
    sign_in_with_passkey(ada.door(), ORIGIN, signed)
    with pytest.raises(NotProvenError, match="done already"):
        sign_in_with_passkey(ada.door(), ORIGIN, signed)


def test_what_was_signed_too_late_or_for_nobody_asked_signs_nobody_in(ada: Ada) -> None:
    device = ada.adds(Device())
    options = begin(ada.door(), ORIGIN)
    with pytest.raises(NotProvenError, match="too long"):
        sign_in_with_passkey(ada.door(NOW + timedelta(minutes=5)), ORIGIN, device.sign(options))
    with pytest.raises(NotProvenError):
        sign_in_with_passkey(ada.door(), ORIGIN, device.sign({"challenge": b64(secrets.token_bytes(32))}))
    with pytest.raises(NotProvenError):
        sign_in_with_passkey(ada.door(), ORIGIN, device.sign(ada.options())), "a challenge for adding is none"


def test_a_challenge_is_answered_by_whom_it_was_made_for(ada: Ada) -> None:
    ben = Ada(ada.database, "Ben")
    options = ada.options()
    with pytest.raises(NotProvenError):
        add(ben.door(), ORIGIN, ben.here(), "Ben's", Device().make(options))
    with pytest.raises(NotProvenError):
        add(ada.door(), ORIGIN, ada.here(), "x", Device().make(begin(ada.door(), ORIGIN) | {"user": options["user"]}))


def test_every_byte_that_is_changed_or_missing_is_noticed(ada: Ada) -> None:
    device = ada.adds(Device())
    for field in ("client_data", "authenticator_data", "signature", "credential"):
        length = len(getattr(device.sign(begin(ada.door(), ORIGIN)), field))
        for at in range(0, length, 7):
            for change in (lambda old, at: old[:at] + bytes([old[at] ^ 1]) + old[at + 1 :], lambda old, at: old[:at]):
                signed = device.sign(begin(ada.door(), ORIGIN))
                with pytest.raises(NotProvenError):
                    sign_in_with_passkey(
                        ada.door(NOW), ORIGIN, replace(signed, **{field: change(getattr(signed, field), at)})
                    )
                limits.forget(ada.database, (*limits.ADDRESS, *limits.CHALLENGES), ada.door().network)


def test_a_key_pair_that_does_not_read_is_refused_and_nothing_stumbles(ada: Ada) -> None:
    made = Device().make(ada.options())
    for at in range(0, len(made.attestation), 5):
        broken = replace(Device().make(ada.options()), attestation=made.attestation[:at])
        with pytest.raises(RefusedError):
            add(ada.door(), ORIGIN, ada.here(), "x", broken)
    assert passkeys_of(ada.database, ada.id) == []


def test_a_passkey_is_one_persons(ada: Ada) -> None:
    device, ben = ada.adds(Device()), Ada(ada.database, "Ben")
    with pytest.raises(OtherBytesError):
        ben.adds(device)
    assert ada.options()["excludeCredentials"][0]["id"] == b64(device.credential)
    assert "excludeCredentials" not in ben.options() or ben.options()["excludeCredentials"] == []


def test_one_that_is_removed_signs_nobody_in_and_everywhere_else_she_is_signed_out(ada: Ada) -> None:
    device, ben = ada.adds(Device()), Ada(ada.database, "Ben")
    elsewhere = ada.signs_in(device)
    (hers,) = passkeys_of(ada.database, ada.id)
    remove(ben.door(), ben.here(), hers.id, "", "")
    assert len(passkeys_of(ada.database, ada.id)) == 1, "not Ben's to remove"
    ada.signed_in = remove(ada.door(), ada.here(), hers.id, "", "")
    with pytest.raises(NotProvenError, match="not known"):
        ada.signs_in(device)
    assert here(ada.database, elsewhere.token, now=NOW, idle=timedelta(days=1)) is None
    assert ada.here().person.id == ada.id


def test_who_signed_in_long_ago_adds_none_and_removes_none(ada: Ada) -> None:
    ada.adds(Device())
    later = NOW + timedelta(minutes=16)
    for do in (lambda: ada.options(later), lambda: remove(ada.door(later), ada.here(later), 1, "", "")):
        with pytest.raises(NotProvenError, match="sign in again"):
            do()


def test_a_reset_forgets_them(ada: Ada) -> None:
    device = ada.adds(Device())
    link = sign_in_link(ada.database, ada.id, now=NOW, minutes=15)
    reset(ada.database, ada.id)
    with pytest.raises(NotProvenError):
        ada.signs_in(device)
    assert enter(ada.database, link, now=NOW, hours=1).person.id == ada.id


def test_an_address_gets_only_so_many_challenges(ada: Ada) -> None:
    for _ in range(limits.CHALLENGES[0].times):
        begin(ada.door(), ORIGIN)
    with pytest.raises(TooOftenError):
        begin(ada.door(), ORIGIN)
