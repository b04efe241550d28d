"""What is said in a lesson: by whom, in which words, and after how much silence.

::

    Say        Keep hold of that. <0.6> What happens if I drop it in?
    Sound                                            <0.5> cough
    Say                                              <--- after = 1.3 ---> It sinks.
    Chorus     everybody, scattered around one onset
    PairTalk   the class in pairs, all at once;    Film   a film with its music
    Babble     voices behind the lesson;           Enter  another phase begins
    Backchannel   "mm", while another goes on;     Chatter   babble that begins with the next turn

`after` of the next turn always counts from the last *voice*, so a cough changes no silence. A negative `after` starts
before the other one has ended. A turn with `name = true` only calls somebody: it is no question, whatever its melody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEACHER = "teacher"
ADULT = "adult"
"""A second adult in the room; on neither side of the talk."""
FILM = "film"
"""The voice in a film."""

Position = tuple[float, float, float]
"""Metres from one corner of the floor: along the front wall, towards the back, up."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice and the place it comes from."""

    name: str
    voice: Mapping[str, float]
    """Voices and their shares; shares add up to 1. `bf_emma` is Kokoro's, `flite/slt` and `espeak/en+f2` are quick."""
    child: float
    """How much shorter than an adult's the vocal tract is: pitch and formants are raised by this factor."""
    pace: float
    """1 is Kokoro's own speed."""
    level_db: float
    """Loudness at the unit, relative to the teacher."""
    position: Position
    pitch: float = 1.0
    """Pitch alone is raised by this factor as well (quick voices only)."""


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """Where the lesson takes place."""

    size: Position
    rt60: float
    unit: Position
    has_drawn_tail: bool = False
    """Image sources for the first 70 ms only, then noise that decays as asked: quick, and the RT60 is exact."""


@dataclass(frozen=True, slots=True)
class Levels:
    """A-weighted levels at the unit, dB relative to full scale."""

    teacher_dbfs: float
    ventilation_dbfs: float
    murmur_dbfs: float
    sounds_dbfs: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Words spoken in one breath, and the silence before them (0 for the first)."""

    pause: float
    words: str

    @property
    def is_question(self) -> bool:
        """Whether it asks."""
        return self.words.endswith("?")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody stands who walks, and how much louder that is at the unit than the speaker's own place."""

    position: Position
    level_db: float


@dataclass(frozen=True, slots=True)
class Say:
    """One speaker's turn."""

    who: str
    after: float
    pieces: tuple[Piece, ...]
    is_name: bool = False
    spot: Spot | None = None
    """None: the speaker's own place."""


@dataclass(frozen=True, slots=True)
class Backchannel:
    """A "mm" or "yes" while another has the floor, `after` seconds after the last voice; it ends no silence.

    Inside the other's words `after` is negative, and the word ends before they do.
    """

    who: str
    after: float
    words: str
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class Chorus:
    """Many pupils answer with the same words."""

    who: tuple[str, ...]
    after: float
    words: str
    jitter: float
    """Standard deviation of the onsets, in seconds."""
    level_db: float
    """Added to everybody's own level: together they are louder than one."""


@dataclass(frozen=True, slots=True)
class PairTalk:
    """The class talks in pairs, all at once."""

    pairs: tuple[tuple[str, str], ...]
    after: float
    length: float
    sayings: tuple[str, ...]
    level_db: float


@dataclass(frozen=True, slots=True)
class Sound:
    """A chair, a cough: heard `after` seconds into the silence, without ending it."""

    kind: str
    after: float
    position: Position


@dataclass(frozen=True, slots=True)
class Murmur:
    """Unintelligible talk in the corridor, for a while."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Film:
    """A film is played: music all the time, and somebody tells a story."""

    after: float
    length: float
    sayings: tuple[str, ...]
    level_db: float


@dataclass(frozen=True, slots=True)
class Babble:
    """Other voices behind the lesson, from `start` to `end`, whatever is said meanwhile."""

    start: float
    end: float
    who: tuple[str, ...]
    sayings: tuple[str, ...]
    below_teacher_db: float


@dataclass(frozen=True, slots=True)
class Chatter:
    """Babble from `after` seconds after the last voice, for a while; it postpones nobody's turn."""

    after: float
    length: float
    who: tuple[str, ...]
    sayings: tuple[str, ...]
    below_teacher_db: float


@dataclass(frozen=True, slots=True)
class Enter:
    """Another phase begins, `after` seconds after the last voice.

    Group work and films say so themselves.
    """

    phase: str
    after: float


Turn = Say | Backchannel | Chorus | PairTalk | Sound | Film | Chatter | Enter


@dataclass(frozen=True, slots=True)
class Script:
    """A whole lesson on paper."""

    title: str
    profile: str
    seed: int
    lead: float
    """Seconds of empty room before the first word and after the last."""
    room: RoomPlan
    levels: Levels
    murmurs: tuple[Murmur, ...]
    speakers: Mapping[str, Speaker]
    turns: tuple[Turn, ...]
    babbles: tuple[Babble, ...] = ()
    steady: tuple[tuple[str, float], ...] = ()
    """Further steady noises (`noise.STEADY`) and their A-weighted levels at the unit, dB relative to full scale."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What kind of lesson it is, for the truth's `slices`."""
    length: float | None = None
    """Seconds of the whole lesson; None: `lead` after the last voice."""
