"""A teacher's voice print: learnt from half a minute of her alone, or opened from a file that only she can open.

::

    sample.wav --ear--> print, 32 numbers                            voice_print
    her.voice  --her identity, her five words--> the same print      teacher_of
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from analytics.arrays import Floats
from analytics.print_network import network_name
from analytics.teacher_voice import VoiceSample
from capture.file_microphone import FileMicrophone
from lesson.footage.voice_profile import VoiceProfile, VoiceProfileError, is_voice_profile
from waitwise.errors import CommandError
from waitwise.identity_file import identity_in


def teacher_of(file: Path, identity: Path | None) -> Floats:
    """Return her print: from a sample, or from a profile that `identity` opens."""
    try:
        with file.open("rb") as stream:
            is_profile = is_voice_profile(stream.read(64))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.", "Name a file that is there.") from error
    if not is_profile:
        return voice_print(file)
    if identity is None:
        raise CommandError(f"{file} is a sealed voice profile.", "Name the identity that opens it, with --identity.")
    profile = VoiceProfile.open(file.read_bytes(), identity_in(identity))
    if profile.network != network_name():
        raise VoiceProfileError("This voice profile was made by another version of the voice prints.")
    return np.frombuffer(profile.print, dtype="<f4")


def voice_print(path: Path) -> Floats:
    """Learn a teacher's voice from a recording of her alone; (32,) of length 1.

    Raises:
        TeacherVoiceError: it holds too little of a voice.
        FileUnreadableError: there is no sound in it (`capture`).
    """
    sample = VoiceSample()
    microphone = FileMicrophone(path)
    try:
        for block in microphone.blocks():
            sample.feed(block)
    finally:
        microphone.close()
    return sample.print()
