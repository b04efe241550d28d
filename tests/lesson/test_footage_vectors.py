"""The shared vectors, read by Python. Node and Chromium read the same files (docs/formats/sealed-footage.md)."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from lesson.footage import errors
from lesson.footage.comment import Comment, Said, Seen
from lesson.footage.deletion import Deletion
from lesson.footage.header import Header
from lesson.footage.identity import SealedIdentity, read_identity
from lesson.footage.key_card import decode as read_card
from lesson.footage.key_card import encode as write_card
from lesson.footage.manifest import Manifest
from lesson.footage.opening import OpenLesson
from lesson.footage.recipients import Recipient, check_words
from lesson.footage.recovery_code import read_code
from lesson.footage.replacement import Replacement
from lesson.footage.segments import SegmentName
from lesson.wire import to_wire

FOLDER = Path(__file__).parents[1] / "vectors" / "footage"
FILES = sorted(FOLDER.glob("*.txt"))


def read(file: Path) -> dict[str, list[str]]:
    """Key to values; a line that starts with # is for people."""
    vector: dict[str, list[str]] = defaultdict(list)
    for line in file.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            key, _, value = line.partition(": ")
            vector[key].append(value)
    return vector


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def numbered(vector: dict[str, list[str]], kind: str) -> list[tuple[str, bytes]]:
    """`segment 0-000001.seg: ...` as its name and bytes."""
    return [
        (key.removeprefix(kind + " "), from_base64url(value))
        for key, values in vector.items()
        if key.startswith(kind + " ")
        for value in values
    ]


def run_lesson(vector: dict[str, list[str]]) -> dict[str, str]:
    """Open everything in the file; the SHA-256 of each plaintext by its name."""
    identity = read_identity(vector["identity"][0].encode())
    links = "".join(line + "\n" for line in vector["link"]) + "".join(vector["torn_link"])
    manifest = vector["manifest"][0].encode() if vector["manifest"] else None
    unit_key = bytes.fromhex(vector["unit_key"][0]) if vector["unit_key"] else None
    lesson = OpenLesson(
        vector["header"][0].encode(),
        [stanza.encode() for stanza in vector["stanza"]],
        links.encode(),
        manifest,
        identity,
        unit_key=unit_key,
        grants=[grant.encode() for grant in vector["grant"]],
        clips=[clip.encode() for clip in vector["clip"]],
        at=datetime.fromisoformat(vector["at"][0]) if vector["at"] else None,
    )
    segments = [(SegmentName.from_file_name(name), data) for name, data in numbered(vector, "segment")]
    lesson.expect_all(name for name, _ in segments)
    opened = {name.file_name: lesson.open_segment(name, data) for name, data in segments}
    for index, data in numbered(vector, "evidence"):
        opened[f"evidence {index}"] = lesson.open_evidence(int(index), data)
    texts = {"note": lesson.note}
    for number, clip in enumerate(lesson.clips):
        texts |= {f"note {number}": clip.note, f"numbers {number}": clip.numbers}
    opened |= {name: text.encode() for name, text in texts.items() if text}
    seen: dict[str, Seen] = {}
    for line in vector["comment"]:
        comment = Comment.decode(line.encode())
        seen[comment.comment] = comment.expect_after(seen.get(comment.comment), line.encode())
        opened[f"comment {comment.comment}"] = told(lesson.open_comment(comment, identity))
    return {name: hashlib.sha256(plaintext).hexdigest() for name, plaintext in opened.items()}


def told(said: Said | None) -> bytes:
    """What a comment says, a line each: tag, milliseconds from and to, what it answers, text. Nothing: deleted."""
    if said is None:
        return b""
    moments = ["" if each is None else str(round(each * 1000)) for each in (said.at, said.end)]
    return "\n".join([said.tag, *moments, said.parent or "", said.text]).encode()


def run_identity(vector: dict[str, list[str]]) -> dict[str, str]:
    file = vector["identity"][0].encode()
    if vector["passkey"]:
        made = bytes.fromhex(vector["passkey"][0])
        kid = SealedIdentity.decode(file).unlock_with_passkey(made).recipient.kid
        return {"kid": kid.hex(), "words": " ".join(check_words(kid))}
    (secret,) = vector["passphrase"] or vector["recovery_code"] or [None]
    kid = read_identity(file, secret).recipient.kid
    return {"kid": kid.hex(), "words": " ".join(check_words(kid))}


def run_key_card(vector: dict[str, list[str]]) -> dict[str, str]:
    """As the unit reads it, and as the page writes it."""
    keys = (bytes.fromhex(vector[key][0]) for key in ("encryption_key", "signing_key"))
    return {"kid": read_card(vector["card"][0]).kid.hex(), "card": write_card(Recipient(*keys))}


def run_recovery_code(vector: dict[str, list[str]]) -> dict[str, str]:
    return {"code": read_code(vector["typed"][0])}


def run_replacement(vector: dict[str, list[str]]) -> dict[str, str]:
    """As the school reads it; the page writes it."""
    identity = read_identity(vector["identity"][0].encode())
    before, file, line = (vector[key][0].encode() for key in ("before", "file", "line"))
    read = Replacement.decode(line, identity.recipient.signing_key)
    assert read.expect(before).encode() == file
    return {"line": Replacement.of(before, file).encode(identity).decode()}


def run_deletion(vector: dict[str, list[str]]) -> dict[str, str]:
    told = Deletion.verify(vector["receipt"][0].encode(), bytes.fromhex(vector["school"][0]))
    told.expect(lesson=vector["lesson"][0], header_sha256=told.header_sha256)
    return {"deleted": f"{told.segments} segments, {told.length_bytes} bytes, by {told.by}, {to_wire(told.deleted_at)}"}


RUNS = {
    "lesson": run_lesson,
    "identity": run_identity,
    "key card": run_key_card,
    "recovery code": run_recovery_code,
    "replacement": run_replacement,
    "deletion": run_deletion,
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_python_agrees(file: Path) -> None:
    vector = read(file)
    expect, run = vector["expect"][0], RUNS[vector["kind"][0]]
    if expect == "success":
        wanted = {key.removeprefix("opens "): values[0] for key, values in vector.items() if key.startswith("opens ")}
        wanted |= {key: vector[key][0] for key in ("kid", "words", "card", "code", "line", "deleted") if key in vector}
        assert wanted
        assert run(vector) == wanted
    else:
        with pytest.raises(errors.FootageError) as caught:
            run(vector)
        assert type(caught.value).__name__ == expect
        assert all(sentence in str(caught.value) for sentence in vector["says"])


def test_every_error_of_a_reader_has_a_vector() -> None:
    expected = {read(file)["expect"][0] for file in FILES}
    named = {name for name in vars(errors) if name.endswith("Error")} - {
        "FootageError",
        "ReceiptError",
        "WaitwiseError",
    }
    assert expected == named | {"success"}


def test_each_end_of_a_lesson_has_a_vector() -> None:
    ends = set()
    for file in FILES:
        vector = read(file)
        if vector["expect"] == ["success"] and vector["manifest"]:
            signer = bytes.fromhex(Header.decode(vector["header"][0].encode()).unit_key)
            ends.add(Manifest.decode(vector["manifest"][0].encode(), signer).end)
    assert ends == {"stopped", "interrupted", "disk_full"}
