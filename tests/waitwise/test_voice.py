"""`waitwise voice`, and a lesson heard with what it sealed."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import pytest

from capture.file_microphone import FileMicrophone
from lesson.footage.identity import Identity, SealedIdentity, encode_open
from lesson.footage.voice_profile import VoiceProfile
from tests.suites.programs import DEMO_SOUND, waitwise

WORDS = "showing eggnog dab barcode zoom"
ME = Identity.generate()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the teacher of the demo lesson says in its first minute."""
    truth = json.loads(DEMO_SOUND.with_name("truth.json").read_text())
    spans = [(s["start_s"], s["end_s"]) for s in truth["states"] if s["role"] == "teacher" and s["end_s"] < 60]
    microphone = FileMicrophone(DEMO_SOUND)
    pcm = b"".join(block.pcm for block in microphone.blocks() if block.start < 60)
    microphone.close()
    path = tmp_path_factory.mktemp("voice") / "sample.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 16000, 0, "NONE", ""))
        for start, end in spans:
            out.writeframes(pcm[int(start * 16000) * 2 : int(end * 16000) * 2])
            out.writeframes(bytes(16000))
    return path


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "me.json"
    path.write_bytes(SealedIdentity.seal(ME, WORDS).encode())
    return path


def test_a_voice_is_learnt_without_the_five_words_and_used_with_them(
    sample: Path, identity: Path, tmp_path: Path
) -> None:
    out = tmp_path / "my.voice"
    made = waitwise("voice", sample, "--identity", identity, "-o", out, "--json")
    assert (made.returncode, json.loads(made.stdout)) == (0, {"out": str(out)})
    assert out.stat().st_mode & 0o077 == 0

    ways = {
        "sample": waitwise("analyse", DEMO_SOUND, "--teacher-voice", sample, "--json"),
        "profile": waitwise(
            "analyse",
            *(DEMO_SOUND, "--teacher-voice", out, "--identity", identity, "--json"),
            WAITWISE_PASSPHRASE=WORDS,
        ),
    }
    told = {name: json.loads(way.stdout) for name, way in ways.items()}
    assert told["profile"] == told["sample"]


def test_a_profile_needs_the_identity_that_opens_it(sample: Path, identity: Path, tmp_path: Path) -> None:
    out = tmp_path / "my.voice"
    waitwise("voice", sample, "--identity", identity, "-o", out)
    other = tmp_path / "other.json"
    other.write_bytes(encode_open(Identity.generate()))

    unnamed = waitwise("analyse", DEMO_SOUND, "--teacher-voice", out, "--json")
    theirs = waitwise("analyse", DEMO_SOUND, "--teacher-voice", out, "--identity", other, "--json")
    assert "--identity" in json.loads(unnamed.stdout)["remedy"]
    assert "somebody else's" in json.loads(theirs.stdout)["detail"]


def test_a_profile_of_other_prints_is_refused(tmp_path: Path) -> None:
    me, old = tmp_path / "me.json", tmp_path / "old.voice"
    me.write_bytes(encode_open(ME))
    old.write_bytes(VoiceProfile("00" * 16, bytes(128)).seal(ME.recipient))

    result = waitwise("analyse", DEMO_SOUND, "--teacher-voice", old, "--identity", me)
    assert result.returncode == 1
    assert "another version" in result.stderr
    assert "waitwise voice" in result.stderr


def test_too_little_voice_leaves_no_file(identity: Path, tmp_path: Path) -> None:
    quiet, out = tmp_path / "quiet.wav", tmp_path / "my.voice"
    with wave.open(str(quiet), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 16000 * 8))

    result = waitwise("voice", quiet, "--identity", identity, "-o", out)
    assert result.returncode == 1
    assert "6 s are needed" in result.stderr
    assert not out.exists()


def test_a_file_that_is_there_is_not_written_over(sample: Path, identity: Path, tmp_path: Path) -> None:
    out = tmp_path / "my.voice"
    out.write_text("mine")

    result = waitwise("voice", sample, "--identity", identity, "-o", out)
    assert (result.returncode, out.read_text()) == (1, "mine")
