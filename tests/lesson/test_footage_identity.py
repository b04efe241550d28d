"""A teacher's keys in their file: her passphrase opens it, nothing else does."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.footage.errors import IdentityError, RecoveryCodeError
from lesson.footage.identity import Identity, SealedIdentity, encode_open, read_identity, typed
from lesson.footage.recovery_code import new_code
from lesson.footage.words import new_passphrase, word_list

PASSPHRASE = "showing eggnog dab barcode zoom"


@pytest.fixture(scope="module")
def identity() -> Identity:
    return Identity.generate()


@pytest.fixture(scope="module")
def file(identity: Identity) -> bytes:
    return SealedIdentity.seal(identity, PASSPHRASE).encode()


def test_her_passphrase_opens_it_however_she_types_it(identity: Identity, file: bytes) -> None:
    for way in (PASSPHRASE, "  Showing-eggnog  dab\tBARCODE zoom\n"):
        assert read_identity(file, way).to_bytes() == identity.to_bytes()


@pytest.mark.parametrize(
    "wrong", ["", "showing eggnog dab barcode", PASSPHRASE + " zoom", "showingeggnogdabbarcodezoom"]
)
def test_another_passphrase_does_not(wrong: str, file: bytes) -> None:
    with pytest.raises(IdentityError, match="passphrase is wrong"):
        read_identity(file, wrong)


def test_no_passphrase_is_told_apart_from_a_wrong_one(file: bytes) -> None:
    with pytest.raises(IdentityError, match="needs its passphrase"):
        read_identity(file)


def test_the_file_says_whose_it_is_and_hides_the_rest(identity: Identity, file: bytes) -> None:
    assert SealedIdentity.decode(file).recipient == identity.recipient
    secret = identity.to_bytes()
    for hidden in (secret[:32], secret[32:]):
        assert hidden not in file
        assert hidden.hex().encode() not in file


def test_a_recovery_code_is_a_second_way_in(identity: Identity, file: bytes) -> None:
    code = new_code()
    both = SealedIdentity.decode(file).add(code, "recovery_code", unlocked_with=PASSPHRASE).encode()
    for way in (code, code.lower().replace("-", " "), PASSPHRASE):
        assert read_identity(both, way).to_bytes() == identity.to_bytes()
    with pytest.raises(IdentityError, match="recovery code is wrong"):
        read_identity(both, new_code())
    with pytest.raises(RecoveryCodeError, match="group 8"):
        read_identity(both, code[:-1] + ("7" if code[-1] != "7" else "8"))
    with pytest.raises(IdentityError):
        SealedIdentity.decode(both).unlock(code)  # the code is no passphrase


def test_with_the_code_come_new_words_and_the_old_ones_open_nothing(identity: Identity, file: bytes) -> None:
    code = new_code()
    both = SealedIdentity.decode(file).add(code, "recovery_code", unlocked_with=PASSPHRASE)
    anew = both.add("five other words than those", "passphrase", unlocked_with=code, unlocked_by="recovery_code")
    assert [wrap.by for wrap in anew.wraps] == ["recovery_code", "passphrase"]
    assert anew.unlock("five other words than those").to_bytes() == identity.to_bytes()
    assert anew.unlock(code, by="recovery_code").to_bytes() == identity.to_bytes()
    with pytest.raises(IdentityError, match="passphrase is wrong"):
        anew.unlock(PASSPHRASE)


def changed(file: bytes, **changes: Any) -> bytes:
    raw = json.loads(file)
    raw["wraps"][0].update(changes.pop("wrap", {}))
    raw.update(changes)
    return json.dumps(raw).encode()


def test_every_parameter_is_bound(identity: Identity, file: bytes) -> None:
    other = SealedIdentity.seal(Identity.generate(), PASSPHRASE)
    for damaged in (
        changed(file, wrap={"rounds": 600_001}),
        changed(file, wrap={"salt": "A" * 22}),
        changed(file, wrap={"nonce": "A" * 16}),
        changed(file, wrap={"by": "recovery_code"}),
        changed(file, nonce="A" * 16),
        changed(file, signing_key=other.signing_key),
        changed(file, encryption_key=other.encryption_key),
    ):
        with pytest.raises(IdentityError):
            read_identity(damaged, PASSPHRASE)


@pytest.mark.parametrize(
    "damage",
    [
        {"wrap": {"rounds": 1000}},
        {"wrap": {"rounds": 10**10}},
        {"wrap": {"kdf": "MD5"}},
        {"wrap": {"salt": ""}},
        {"wraps": "none"},
        {"kind": "something else"},
        {"v": 2},
        {"extra": 1},
        {"sealed": "AAAA"},
    ],
    ids=str,
)
def test_a_file_that_cannot_be_right_is_refused_before_any_work(damage: dict[str, Any], file: bytes) -> None:
    with pytest.raises(IdentityError, match="cannot be read"):
        read_identity(changed(file, **damage), PASSPHRASE)


@pytest.mark.parametrize(
    "damage",
    [
        {"rounds": 2},
        {"rounds": 600_000},
        {"kdf": "PBKDF2-SHA-256"},
        {"salt": "A" * 22},
        {"credential": ""},
        {"credential": "A" * 1366},
        {"by": "passphrase"},
    ],
    ids=str,
)
def test_a_passkeys_wrap_that_cannot_be_right_is_refused_before_any_work(damage: dict[str, Any], file: bytes) -> None:
    with_passkey = SealedIdentity.decode(file).add_passkey(b"its name", bytes(32), bytes(32), unlocked_with=PASSPHRASE)
    assert SealedIdentity.decode(with_passkey.encode()) == with_passkey
    raw = json.loads(with_passkey.encode())
    raw["wraps"][-1].update(damage)
    with pytest.raises(IdentityError, match="cannot be read"):
        SealedIdentity.decode(json.dumps(raw).encode())


def test_a_cut_file_is_refused(file: bytes) -> None:
    for length in range(0, len(file), 11):
        with pytest.raises(IdentityError):
            read_identity(file[:length], PASSPHRASE)


def test_the_open_identity_round_trips_and_its_keys_belong_together(identity: Identity) -> None:
    data = encode_open(identity)
    assert read_identity(data).to_bytes() == identity.to_bytes()
    other = encode_open(Identity.generate())
    raw, foreign = json.loads(data), json.loads(other)
    with pytest.raises(IdentityError, match="belong together"):
        read_identity(json.dumps({**raw, "signing_key": foreign["signing_key"]}).encode())


def test_a_locked_file_made_with_somebody_elses_public_keys_is_noticed(identity: Identity) -> None:
    mixed = Identity.from_bytes(identity.to_bytes())
    mixed.recipient = Identity.generate().recipient
    with pytest.raises(IdentityError, match="belong together"):
        SealedIdentity.seal(mixed, PASSPHRASE).unlock(PASSPHRASE)


def test_the_words_are_the_list_the_notice_speaks_of() -> None:
    words = word_list()
    assert len(words) == len(set(words)) == 7776
    assert all(typed(word) == word.replace("-", " ") for word in words)
    assert hashlib.sha256(("\n".join(words) + "\n").encode()).hexdigest() == (
        "6d557f0693958fb5e650b68b5bee585eb82cf4da32965505c789e924743bc522"
    )


def test_a_new_passphrase_has_five_words_and_is_new() -> None:
    first, second = new_passphrase(), new_passphrase()
    assert first != second
    assert set(first.split(" ")) <= set(word_list())
    assert len(first.split(" ")) == 5


@given(st.text())
def test_typing_a_secret_twice_is_typing_it_once(text: str) -> None:
    assert typed(typed(text)) == typed(text)
