"""The page's JavaScript opens what Python seals and the other way round, in Node's WebCrypto."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lesson.footage import errors
from lesson.footage.comment import Comment, Said, Tag
from lesson.footage.identity import Identity, SealedIdentity, encode_open, read_identity
from lesson.footage.opening import OpenLesson
from lesson.footage.segments import SegmentName, Track
from lesson.footage.words import word_list

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "school" / "pages" / "footage"
OLDEST = (20, 19)
"""The first Node that takes modules from .js files and has X25519 and Ed25519 in WebCrypto, both unasked."""


def node(*arguments: str, asked: str = "") -> subprocess.CompletedProcess[str]:
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed: tests/e2e runs the same vectors in Chromium.")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, version[1:].split(".")[:2])) < OLDEST:
        pytest.skip(f"Node {version.strip()} is older than {OLDEST}: tests/e2e runs the same vectors in Chromium.")
    return subprocess.run(
        [program, "--no-warnings", *arguments], input=asked, capture_output=True, text=True, check=False, timeout=120
    )


def test_every_vector_in_node() -> None:
    done = node("--test", "--test-reporter=tap", str(HERE / "vectors.test.mjs"))
    assert done.returncode == 0, "\n".join(re.findall(r"^not ok .*(?:\n .*)*", done.stdout, re.MULTILINE)) + done.stderr
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) > 90


def test_python_and_javascript_hand_each_other_keys(folder: Any) -> None:
    guest = Identity.generate()
    asked = {
        "passphrase": "Showing eggnog dab barcode zoom",
        "recovery_code": "3F7K-9QXB-RR2M",
        "header": folder.header.decode(),
        "stanzas": [stanza.decode() for stanza in folder.stanzas],
        "links": folder.links.decode(),
        "manifest": folder.manifest.decode(),
        "identity": encode_open(folder.teacher).decode(),
        "note": "Schau dir die Pause an: Gr\u00fc\u00dfe!",
        "clip": ["0-000000.seg", "0-000002.seg"],
        "said": {"parent": None, "tag": "wait_time", "text": "Gr\u00fc\u00df \U0001f642\n", "at_s": 12, "end_s": 13.5},
        "coach": {
            "encryption_key": guest.recipient.encryption_key.hex(),
            "signing_key": guest.recipient.signing_key.hex(),
        },
    }
    done = node(str(HERE / "footage_exchange.mjs"), asked=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)

    # An identity made in the browser opens on a teacher's own computer, both ways in.
    made = read_identity(answer["identity"].encode(), "showing-eggnog dab barcode zoom")
    assert made.recipient.kid.hex() == answer["kid"]
    sealed = SealedIdentity.decode(answer["identity"].encode())
    assert sealed.unlock("3f7k 9qxb rr2m", by="recovery_code").to_bytes() == made.to_bytes()
    Ed25519PublicKey.from_public_bytes(made.recipient.signing_key).verify(bytes.fromhex(answer["signature"]), b"hello")

    # What the page hands on to somebody, her identity opens, and with it a segment.
    given = [answer["grant"].encode()]
    lesson = OpenLesson(folder.header, folder.stanzas, folder.links, folder.manifest, guest, grants=given)
    name = SegmentName(Track.AV, 1)
    assert lesson.open_segment(name, folder.segments[name]) == folder.plaintexts[name]
    assert lesson.note == asked["note"]

    # So it is with a clip, but for what is not in it.
    cut = [answer["clip"].encode()]
    lesson = OpenLesson(folder.header, (), folder.links, folder.manifest, guest, clips=cut)
    inside = SegmentName(Track.AV, 2)
    assert lesson.segments == (SegmentName(Track.AV, 0), inside)
    assert lesson.open_segment(inside, folder.segments[inside]) == folder.plaintexts[inside]
    assert [(each.note, each.numbers) for each in lesson.clips] == [(asked["note"], "{}\n")]
    with pytest.raises(errors.NotForYouError):
        lesson.open_segment(name, folder.segments[name])

    # What she writes about it in the browser, her own computer reads: to herself, to all, and what she has deleted.
    read = [Comment.decode(line.encode()) for line in answer["comments"]]
    said = Said(None, Tag.WAIT_TIME, "Gr\u00fc\u00df \U0001f642\n", 12.0, 13.5)
    assert [folder.open().open_comment(comment, folder.teacher) for comment in read] == [said, said, None]
    assert [(comment.number, comment.readers.value) for comment in read] == [
        (1, "author"),
        (2, "lesson"),
        (2, "lesson"),
    ]
    assert [comment.author for comment in read] == [folder.teacher.recipient] * 3
    assert {read[1].comment, read[2].comment} == {answer["written"]}

    for passphrase in answer["passphrases"]:
        assert set(passphrase.split(" ")) <= set(word_list())
        assert len(passphrase.split(" ")) == 5


def test_the_page_has_the_same_words() -> None:
    listed = (PAGES / "words.js").read_text("ascii").split("`")[1].split()
    assert tuple(listed) == word_list()


def test_the_page_has_an_error_for_every_error_of_a_reader() -> None:
    of_python = re.findall(r"^class (\w+)\(", Path(errors.__file__).read_text("utf-8"), re.MULTILINE)
    of_page = re.findall(r"^export class (\w+) ", (PAGES / "errors.js").read_text("utf-8"), re.MULTILINE)
    assert set(of_page) == set(of_python) - {"ReceiptError"}


def test_nothing_on_the_page_needs_more_than_the_policy_allows() -> None:
    """Strict CSP and Trusted Types: no evaluated text, no HTML from text, no library from elsewhere."""
    for module in PAGES.glob("*.js"):
        source = module.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(", source)
        assert all(path.startswith("./") for path in re.findall(r'from "([^"]+)"', source)), module.name
