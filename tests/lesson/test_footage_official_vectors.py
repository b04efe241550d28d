"""Official vectors: our sealing means what RFC 9180 and C2SP chunked encryption say.

`cryptography`'s HPKE takes no associated data, and RFC 9180's vectors all have some. So HPKE is spelled out here from
its parts as a second opinion: the official vector checks the second opinion, and the second opinion checks what the
library seals and opens for us.

The same for Cobblestone-128. The published vectors at hand are for chunked encryption with SHA-256; Cobblestone-128 is
chunked encryption with SHA-512 and otherwise the same. The second opinion takes either hash: it is checked by the
official vectors with the one, and opens what the library seals with the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.cobblestone import Cobblestone128Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lesson.footage.header import header_hash
from lesson.footage.segments import SegmentName, Track, segment_key
from lesson.footage.stanza import WRAP_SUITE, Stanza, wrap_info

OFFICIAL = Path(__file__).parents[1] / "vectors" / "official"
HPKE = json.loads((OFFICIAL / "hpke-base-x25519-sha256-aes256gcm.json").read_text())[0]
CHUNKED = [
    vector
    for vector in json.loads((OFFICIAL / "chunked-encryption.json").read_text())["vectors"]
    if vector["aead"] == "AEAD_AES_128_GCM"
]
CHUNK = 16 * 1024

KEM_ID = b"KEM" + (0x0020).to_bytes(2)
SUITE_ID = b"HPKE" + (0x0020).to_bytes(2) + (0x0001).to_bytes(2) + (0x0002).to_bytes(2)


def extract(salt: bytes, label: bytes, ikm: bytes, suite: bytes) -> bytes:
    """LabeledExtract of RFC 9180 §4 with SHA-256."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def expand(prk: bytes, label: bytes, info: bytes, length: int, suite: bytes) -> bytes:
    """LabeledExpand of RFC 9180 §4, for 32 bytes at most: one round of HKDF-Expand."""
    return hmac.digest(prk, length.to_bytes(2) + b"HPKE-v1" + suite + label + info + b"\x01", "sha256")[:length]


def key_and_nonce(enc: bytes, private: X25519PrivateKey, info: bytes) -> tuple[bytes, bytes]:
    """Decap, then the key schedule of the base mode (RFC 9180 §4.1, §5.1)."""
    shared = private.exchange(X25519PublicKey.from_public_bytes(enc))
    eae_prk = extract(b"", b"eae_prk", shared, KEM_ID)
    secret_in = expand(eae_prk, b"shared_secret", enc + private.public_key().public_bytes_raw(), 32, KEM_ID)
    context = b"\0" + extract(b"", b"psk_id_hash", b"", SUITE_ID) + extract(b"", b"info_hash", info, SUITE_ID)
    secret = extract(secret_in, b"secret", b"", SUITE_ID)
    return expand(secret, b"key", context, 32, SUITE_ID), expand(secret, b"base_nonce", context, 12, SUITE_ID)


def test_the_second_opinion_on_hpke_holds_against_the_official_vector() -> None:
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(HPKE["skRm"]))
    key, nonce = key_and_nonce(bytes.fromhex(HPKE["enc"]), private, bytes.fromhex(HPKE["info"]))
    assert (key.hex(), nonce.hex()) == (HPKE["key"], HPKE["base_nonce"])
    first = HPKE["encryptions"][0]
    opened = AESGCM(key).decrypt(nonce, bytes.fromhex(first["ct"]), bytes.fromhex(first["aad"]))
    assert opened.hex() == first["pt"]


def test_what_the_library_seals_the_second_opinion_opens() -> None:
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(HPKE["skRm"]))
    sealed = WRAP_SUITE.encrypt(b"sixteen byte key", private.public_key(), info=b"which lesson")
    key, nonce = key_and_nonce(sealed[:32], private, b"which lesson")
    assert AESGCM(key).decrypt(nonce, sealed[32:], b"") == b"sixteen byte key"


def test_what_the_second_opinion_seals_to_the_official_key_the_library_opens() -> None:
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(HPKE["skRm"]))
    key, nonce = bytes.fromhex(HPKE["key"]), bytes.fromhex(HPKE["base_nonce"])
    sealed = bytes.fromhex(HPKE["enc"]) + AESGCM(key).encrypt(nonce, b"sixteen byte key", b"")
    assert WRAP_SUITE.decrypt(sealed, private, info=bytes.fromhex(HPKE["info"])) == b"sixteen byte key"


def ciphertext_of(vector: dict[str, Any]) -> bytes:
    raw = base64.b64decode(vector.get("ciphertext") or "")
    return zlib.decompress(raw) if vector.get("compressed") else raw


class NotWholeError(Exception):
    """The second opinion's only error."""


def chunk_keys(key: bytes, salt: bytes, context: bytes, hash_name: str) -> tuple[bytes, int, bytes]:
    """Key, base nonce and commitment: HKDF-Expand (RFC 5869 §2.3) to 60 bytes."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_128_GCM\0" + salt + context
    okm = block = b""
    while len(okm) < 60:
        block = hmac.digest(key, block + info + bytes([len(okm) // hashlib.new(hash_name).digest_size + 1]), hash_name)
        okm += block
    return okm[:16], int.from_bytes(okm[16:28]), okm[28:60]


def open_chunked(key: bytes, sealed: bytes, context: bytes = b"", hash_name: str = "sha512") -> bytes:
    """Chunked encryption spelled out."""
    aead_key, base_nonce, commitment = chunk_keys(key, sealed[:24], context, hash_name)
    if len(key) != 16 or not hmac.compare_digest(commitment, sealed[24:56]):
        raise NotWholeError
    chunks = [sealed[at : at + CHUNK + 16] for at in range(56, len(sealed), CHUNK + 16)]
    if not chunks or len(chunks[-1]) == CHUNK + 16:
        raise NotWholeError
    aead = AESGCM(aead_key)
    try:
        return b"".join(aead.decrypt((base_nonce ^ at).to_bytes(12), chunk, b"") for at, chunk in enumerate(chunks))
    except InvalidTag as error:
        raise NotWholeError from error


@pytest.mark.parametrize("vector", CHUNKED, ids=lambda vector: vector["name"])
def test_the_second_opinion_on_chunked_encryption_holds(vector: dict[str, Any]) -> None:
    def open_it() -> bytes:
        key, context = bytes.fromhex(vector["key"]), vector["context"].encode()
        return open_chunked(key, ciphertext_of(vector), context, "sha256")

    if vector["expect"] == "success":
        assert hashlib.sha256(open_it()).hexdigest() == vector["payload_sha256"]
    else:
        with pytest.raises(NotWholeError):
            open_it()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5])
def test_what_the_library_seals_in_chunks_the_second_opinion_opens(size: int) -> None:
    key, plaintext = b"YELLOW SUBMARINE", bytes([size % 251]) * size
    encryptor = Cobblestone128Encryptor(key, b"context")
    sealed = encryptor.update(plaintext) + encryptor.finalize()
    assert open_chunked(key, sealed, b"context") == plaintext
    for cut in {len(sealed) - 1, len(sealed) - 16, 56, 55, 0} - {len(sealed)}:
        with pytest.raises(NotWholeError):
            open_chunked(key, sealed[:cut], b"context")


def hkdf_sha256(ikm: bytes, info: bytes, length: int, salt: bytes = bytes(32)) -> bytes:
    """RFC 5869 for 32 bytes at most."""
    return hmac.digest(hmac.digest(salt, ikm, "sha256"), info + b"\x01", "sha256")[:length]


def test_the_second_opinion_opens_a_whole_lesson(folder: Any) -> None:
    """From the teacher's secret key to a plaintext, without `lesson.footage.opening` and without the recipes."""
    hashed = hashlib.sha256(folder.header).digest()
    stanza = json.loads(folder.stanzas[0])["signed"]
    sealed = base64.urlsafe_b64decode(stanza["sealed"] + "==")
    kid = bytes.fromhex(stanza["kid"])
    key, nonce = key_and_nonce(sealed[:32], folder.teacher.encryption_key, b"waitwise.v1/wrap\0" + hashed + kid)
    content_key = AESGCM(key).decrypt(nonce, sealed[32:], b"")
    for line in folder.lines:
        link = json.loads(line)["signed"]
        place = bytes([link["track"]]) + link["index"].to_bytes(4) + bytes([link["final"]])
        one = hkdf_sha256(content_key, b"waitwise.v1/segment\0" + hashed + place, 16)
        name = SegmentName(Track(link["track"]), link["index"])
        assert open_chunked(one, folder.segments[name]) == folder.plaintexts[name]
        assert one == segment_key(content_key, hashed, name, final=link["final"])


def test_info_binds_the_lesson_and_the_person(folder: Any, other: Any) -> None:
    stanza = Stanza.decode(folder.stanzas[0], folder.unit_key.public)
    hashed, kid = header_hash(folder.header), folder.teacher.recipient.kid
    private = folder.teacher.encryption_key
    assert len(WRAP_SUITE.decrypt(stanza.sealed, private, info=wrap_info(hashed, kid))) == 16
    for info in (
        wrap_info(header_hash(other.header), kid),
        wrap_info(hashed, folder.coach.recipient.kid),
        b"",
    ):
        with pytest.raises(InvalidTag):
            WRAP_SUITE.decrypt(stanza.sealed, private, info=info)
