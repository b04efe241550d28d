"""Put the lesson together: every voice at its moment, through the room, as loud as a class is, over the noise.

::

    script     after = 0.9             after = 0.5
    teacher    ~~~~~~?                          ~~~~~~
    pupil              |  ~~~~~~~~
                 0.9 s at the unit   0.5 s at the unit      (each mouth starts earlier by its distance)

A `Take` is the sound and what was put where, in samples. Nothing in it was measured on the mixed sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from lesson.sound import RATE_HZ
from tools.classroom import background, crowd, level, noise
from tools.classroom.errors import ClassroomError
from tools.classroom.gate import FADE_IN, Sound, Utterance
from tools.classroom.room import Response, responses, reverberate
from tools.classroom.script import (
    ADULT,
    TEACHER,
    Babble,
    Backchannel,
    Chatter,
    Chorus,
    Enter,
    Film,
    PairTalk,
    Position,
    Say,
    Script,
    Speaker,
    Spot,
)
from tools.classroom.script import Sound as ScriptedSound
from tools.classroom.take import Ipu, Noise, Take, joined
from tools.classroom.voices import Voices

_LIVELINESS_DB = 0.7
"""How much a speaker's level wanders from sentence to sentence (standard deviation)."""
_ASIDE_DB = -3.0
"""A "mm" is softer than a turn. Ours."""


def play(script: Script, voices: Voices) -> Take:
    """Play the script.

    Raises:
        ClassroomError: a package is missing.
    """
    stage = Stage(script, voices)
    for turn in script.turns:
        match turn:
            case Say():
                stage.say(turn)
            case Backchannel():
                stage.backchannel(turn)
            case Chorus():
                crowd.chorus(stage, turn)
            case PairTalk():
                crowd.pair_talk(stage, turn)
            case ScriptedSound():
                stage.noise(turn)
            case Film():
                background.film(stage, turn)
            case Chatter():
                stage.chatter(turn)
            case Enter():
                stage.enter(turn)
    return stage.take()


@dataclass
class Stage:
    """What was placed so far."""

    script: Script
    voices: Voices
    _heard: list[tuple[int, Sound]] = field(default_factory=list)
    _ipus: list[Ipu] = field(default_factory=list)
    _noises: list[Noise] = field(default_factory=list)
    _marks: list[tuple[int, str]] = field(default_factory=list)
    _levels: dict[str, list[float]] = field(default_factory=lambda: {"teacher": [], "pupil": []})

    def __post_init__(self) -> None:
        positions = [speaker.position for speaker in self.script.speakers.values()]
        for turn in self.script.turns:
            if isinstance(turn, ScriptedSound):
                positions.append(turn.position)
            elif isinstance(turn, Say | Backchannel) and turn.spot:
                positions.append(turn.spot.position)
        self._responses = responses(self.script.room, positions)
        self.last_end = _samples(self.script.lead)
        self._babbles = list(self.script.babbles)
        # Separate sources of chance: a sentence more changes no noise.
        seeds = np.random.SeedSequence(self.script.seed).spawn(3)
        self._moods, self.onsets, self._chance = (np.random.default_rng(seed) for seed in seeds)

    def say(self, turn: Say) -> None:
        """Let one speaker speak."""
        speaker = self._standing(turn.who, turn.spot)
        role = _role_of(turn.who)
        start = self.last_end + _samples(turn.after)
        for piece in turn.pieces:
            start += _samples(piece.pause)
            is_question = piece.is_question and not turn.is_name
            told = {"is_question": is_question, "is_name": turn.is_name}
            start = self.place(role, speaker, piece.words, start, 0.0, **told)
        self.last_end = max(self.last_end, start)

    def backchannel(self, turn: Backchannel) -> None:
        """Let somebody say "mm"; the floor is the other's all the same."""
        start = self.last_end + _samples(turn.after)
        speaker = self._standing(turn.who, turn.spot)
        self.place(_role_of(turn.who), speaker, turn.words, start, _ASIDE_DB, is_backchannel=True)

    def _standing(self, who: str, spot: Spot | None) -> Speaker:
        speaker = self.script.speakers[who]
        if spot is None:
            return speaker
        return replace(speaker, position=spot.position, level_db=speaker.level_db + spot.level_db)

    def chatter(self, turn: Chatter) -> None:
        """Remember that others talk behind what comes now."""
        start = self.last_end / RATE_HZ + turn.after
        end = start + turn.length
        self._babbles.append(Babble(start, end, turn.who, turn.sayings, turn.below_teacher_db))

    def enter(self, turn: Enter) -> None:
        """Remember where a phase began."""
        self._marks.append((self.last_end + _samples(turn.after), turn.phase))

    def occupy(self, role: str, who: str, after: float, length: float) -> int:
        """Give the floor to one sound for a while; returns where it starts."""
        start = self.last_end + _samples(after)
        self.last_end = start + _samples(length)
        self._ipus.append(Ipu(role, who, start, self.last_end))
        return start

    def hear(self, start: int, wet: Sound) -> None:
        """Add what arrives at the unit from `start` on."""
        self._heard.append((start, wet))

    def noise(self, turn: ScriptedSound) -> None:
        """Let something be heard that is nobody's word."""
        if turn.kind not in noise.SOUNDS:
            raise ClassroomError(f"No sound {turn.kind!r}. There are: {', '.join(noise.SOUNDS)}.")
        dry = noise.SOUNDS[turn.kind](self._chance)
        start = self.last_end + _samples(turn.after)
        wet = self.through_room(dry, turn.position)
        delay = self._responses[turn.position].delay
        loudness = level.level_dbfs(wet[delay : delay + len(dry)])
        self._heard.append((start - delay, wet * level.factor(self.script.levels.sounds_dbfs - loudness)))
        self._noises.append(Noise(turn.kind, start, start + len(dry)))

    def take(self) -> Take:
        """Mix everything over the room's noise."""
        levels = self.script.levels
        whole = self.script.length
        sound = np.zeros(self.last_end + _samples(self.script.lead) if whole is None else _samples(whole))
        for babble in self._babbles:
            background.babble(self, babble)
        for start, heard in self._heard:
            part = heard[: len(sound) - start]
            sound[start : start + len(part)] += part
        floor = noise.ventilation(len(sound), self._chance)
        sound += floor * level.factor(levels.ventilation_dbfs - level.level_dbfs(floor))
        for murmur in self.script.murmurs:
            corridor = noise.murmur(_samples(murmur.end - murmur.start), self._chance)
            corridor *= level.factor(levels.murmur_dbfs - level.level_dbfs(corridor))
            sound[_samples(murmur.start) : _samples(murmur.end)] += corridor
        for kind, dbfs in self.script.steady:
            lasting = noise.STEADY[kind](len(sound), self._chance)
            sound += lasting * level.factor(dbfs - level.level_dbfs(lasting))
        teacher = self._responses[self.script.speakers[TEACHER].position]
        return Take(
            sound=sound,
            ipus=joined(self._ipus),
            noises=tuple(self._noises),
            snr_teacher_db=_mean(self._levels["teacher"]) - levels.ventilation_dbfs,
            snr_pupil_db=_mean(self._levels["pupil"]) - levels.ventilation_dbfs,
            rt60_measured=teacher.rt60,
            distances={
                name: self._responses[speaker.position].distance for name, speaker in self.script.speakers.items()
            },
            marks=tuple(self._marks),
            babbles=tuple(self._babbles),
        )

    def place(
        self,
        role: str,
        speaker: Speaker,
        words: str,
        start: int,
        level_db: float,
        *,
        is_question: bool = False,
        is_name: bool = False,
        is_backchannel: bool = False,
        before: int | None = None,
    ) -> int:
        """Place the words with their onset at `start`, if they end by `before`; return where they end."""
        utterance = self.voices.say(words, speaker)
        if before is not None and start + utterance.length > before:
            return start
        response = self._responses[speaker.position]
        wet = self.through_room(utterance.sound, speaker.position)
        wanted = self.script.levels.teacher_dbfs + speaker.level_db + level_db + self._moods.normal(0, _LIVELINESS_DB)
        wet *= level.factor(wanted - _active_level(wet, utterance, response))
        self._heard.append((start - FADE_IN - response.delay, wet))
        if role in self._levels:
            self._levels[role].append(wanted)
        last = utterance.spans[-1]
        self._ipus.extend(
            Ipu(
                role,
                speaker.name,
                start + span[0],
                start + span[1],
                is_question and span == last,
                is_name,
                is_backchannel,
            )
            for span in utterance.spans
        )
        return start + utterance.length

    def through_room(self, dry: Sound, position: Position) -> Sound:
        """Return what arrives of a dry sound, its onset `delay(position)` later."""
        return reverberate(dry, self._responses[position])

    def delay(self, position: Position) -> int:
        """Samples from a mouth at this place to the unit."""
        return self._responses[position].delay


def _role_of(who: str) -> str:
    return who if who in {TEACHER, ADULT} else "pupil"


def _active_level(wet: Sound, utterance: Utterance, response: Response) -> float:
    onset = FADE_IN + response.delay
    return level.level_dbfs(np.concatenate([wet[onset + start : onset + end] for start, end in utterance.spans]))


def _mean(levels: list[float]) -> float:
    return float(np.mean(levels)) if levels else float("nan")


def _samples(seconds: float) -> int:
    return round(seconds * RATE_HZ)
