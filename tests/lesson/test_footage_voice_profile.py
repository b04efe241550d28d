"""A teacher's voice profile: her keys open it, nothing else does, and no byte of it can be changed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.footage.identity import Identity
from lesson.footage.recipients import Recipient
from lesson.footage.voice_profile import VoiceProfile, VoiceProfileError, is_voice_profile

HERS = Identity.generate()
PROFILE = VoiceProfile("0f" * 16, bytes(range(128)))
FILE = PROFILE.seal(HERS.recipient)


def test_her_keys_open_it() -> None:
    assert VoiceProfile.open(FILE, HERS) == PROFILE


def test_it_shows_whose_it_is_and_hides_the_voice() -> None:
    told = json.loads(FILE)

    assert told.keys() == {"kind", "v", "kid", "sealed"}
    assert told["kid"] == HERS.recipient.kid.hex()
    assert PROFILE.print not in FILE
    assert PROFILE.network.encode() not in FILE


def test_two_files_of_one_voice_have_nothing_in_common() -> None:
    assert json.loads(PROFILE.seal(HERS.recipient))["sealed"] != json.loads(FILE)["sealed"]


def test_nobody_else_opens_it() -> None:
    with pytest.raises(VoiceProfileError, match="somebody else's"):
        VoiceProfile.open(FILE, Identity.generate())


def test_a_name_put_over_another_does_not_help() -> None:
    other = Identity.generate()
    forged = FILE.replace(HERS.recipient.kid.hex().encode(), other.recipient.kid.hex().encode())

    with pytest.raises(VoiceProfileError, match="altered"):
        VoiceProfile.open(forged, other)


@given(at=st.integers(0, len(FILE) - 1), to=st.integers(0, 255))
def test_no_byte_can_be_changed_unnoticed(at: int, to: int) -> None:
    altered = FILE[:at] + bytes([to]) + FILE[at + 1 :]
    try:
        opened = VoiceProfile.open(altered, HERS)
    except VoiceProfileError:
        return
    assert opened == PROFILE, "what was opened must be what was sealed"


@given(cut=st.integers(0, len(FILE) - 1))
def test_half_a_file_is_refused(cut: int) -> None:
    with pytest.raises(VoiceProfileError):
        VoiceProfile.open(FILE[:cut], HERS)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(VoiceProfileError, match="cannot be sealed to"):
        PROFILE.seal(Recipient(bytes(32), bytes(32)))


def test_a_recording_is_no_profile() -> None:
    assert is_voice_profile(FILE)
    assert not any(is_voice_profile(begin) for begin in (b"fLaC\0", b"RIFF\x24", b"\0\0\0\x20ftyp", b""))
