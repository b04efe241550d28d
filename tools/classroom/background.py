r"""Voices that are nobody's turn: a film, and other people talking behind the lesson.

::

    film     |~~ music ~~ [voice] ~~ [voice] ~~ music ~~|     one stretch of the floor, through a small loudspeaker
    babble   /~~~ four to eight voices, never silent ~~~\     under whatever the lesson does meanwhile

A film is a synthesised narrator over slow chords, without the pitches under 300 Hz that a screen's loudspeaker does not
have. Babble is ordinary sentences from several places at once; nobody answers them, so no truth tells its words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom import level
from tools.classroom.errors import need
from tools.classroom.gate import FADE_IN, Sound
from tools.classroom.script import FILM, Babble, Speaker
from tools.classroom.script import Film as ScriptedFilm

if TYPE_CHECKING:
    from tools.classroom.render import Stage

_LOUDSPEAKER_HZ = (300.0, 7900.0)
_CHORDS_HZ = ((392.0, 493.9, 587.3), (349.2, 440.0, 523.3), (440.0, 523.3, 659.3), (329.6, 392.0, 493.9))
_CHORD = 2.5
_MUSIC_DB = -14.0
"""Music under the narrator's voice."""


def film(stage: Stage, turn: ScriptedFilm) -> None:
    """Play a film: the floor is its own, from its first note to its last."""
    narrator = stage.script.speakers[FILM]
    start = stage.occupy("av", FILM, turn.after, turn.length)
    length = round(turn.length * RATE_HZ)
    story = _stream(stage, narrator, turn.sayings, length, first=round(1.5 * RATE_HZ), gap=(0.3, 0.9))
    music = _music(length)
    story += music * level.factor(level.level_dbfs(story) + _MUSIC_DB - level.level_dbfs(music))
    wet = stage.through_room(_loudspeaker(story), narrator.position)
    wanted = stage.script.levels.teacher_dbfs + turn.level_db
    stage.hear(start - stage.delay(narrator.position), wet * level.factor(wanted - level.level_dbfs(wet)))


def babble(stage: Stage, turn: Babble) -> None:
    """Let others talk behind the lesson."""
    length = round((turn.end - turn.start) * RATE_HZ)
    total = np.zeros(length)
    for number, who in enumerate(turn.who):
        speaker = stage.script.speakers[who]
        sayings = turn.sayings[number % len(turn.sayings) :] + turn.sayings[: number % len(turn.sayings)]
        dry = _stream(stage, speaker, sayings, length, first=0, gap=(0.05, 0.5))
        total += stage.through_room(dry, speaker.position)[:length]
    ramp = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / RATE_HZ)
    wanted = stage.script.levels.teacher_dbfs - turn.below_teacher_db
    stage.hear(round(turn.start * RATE_HZ), total * ramp * level.factor(wanted - level.level_dbfs(total)))


def _stream(
    stage: Stage, speaker: Speaker, sayings: tuple[str, ...], length: int, first: int, gap: tuple[float, float]
) -> Sound:
    """Say one sentence after the other until the time is over; what does not fit is not begun."""
    rng = np.random.default_rng([stage.script.seed, length, *speaker.name.encode()])
    dry, at, number = np.zeros(length), first, 0
    while True:
        utterance = stage.voices.say(sayings[number % len(sayings)], speaker)
        if at + len(utterance.sound) > length:
            return dry
        dry[at : at + len(utterance.sound)] += utterance.sound
        at += FADE_IN + utterance.length + round(rng.uniform(*gap) * RATE_HZ)
        number += 1


def _music(length: int) -> Sound:
    time = np.arange(length) / RATE_HZ
    bar = (time // _CHORD).astype(int) % len(_CHORDS_HZ)
    strength = np.exp(-(time % _CHORD) / 1.2) * np.minimum(1, (time % _CHORD) / 0.02)
    tones = np.zeros(length)
    for number, chord in enumerate(_CHORDS_HZ):
        for pitch in chord:
            note = np.sin(2 * np.pi * pitch * time) + 0.4 * np.sin(4 * np.pi * pitch * time)
            tones += np.where(bar == number, note, 0.0)
    return np.asarray(tones * strength)


def _loudspeaker(sound: Sound) -> Sound:
    signal = need("scipy.signal")
    band = signal.butter(3, _LOUDSPEAKER_HZ, "bandpass", fs=RATE_HZ, output="sos")
    return np.asarray(signal.sosfilt(band, sound), dtype=np.float64)
