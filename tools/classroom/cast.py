"""Who is in the simulated class: a teacher, her pupils, perhaps a second adult, and the voice in a film.

A voice is a synthesiser's base voice, a shorter or longer vocal tract, and a pitch. Children are made of grown-ups::

    base, 182 Hz --vocal tract x 1.20--> 218 Hz, formants x 1.20 --pitch x 1.24--> 270 Hz, a child of about eight

| who | mean pitch | vocal tract |
|---|---|---|
| women who teach | 170 to 250 Hz | x 0.95 to 1.05 |
| men who teach | 95 to 150 Hz | x 0.94 to 1.06 |
| pupils of 6 to 10 | 240 to 300 Hz | x 1.15 to 1.25 |
| pupils of 11 to 13 | 210 to 270 Hz | x 1.10 to 1.18 |
| girls of 14 to 16 | 200 to 240 Hz | x 1.04 to 1.10 |
| boys of 14 to 16 | 110 to 170 Hz | x 1.02 to 1.10 |

No base voice serves tests (even seeds) and tuning (odd seeds) alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.classroom.errors import ClassroomError
from tools.classroom.script import ADULT, FILM, TEACHER, Position, Speaker
from tools.classroom.sentences import Side

QUICK, KOKORO = "quick", "kokoro"


@dataclass(frozen=True, slots=True)
class Base:
    """A voice of a synthesiser."""

    name: str
    pitch_hz: float
    """Mean pitch as measured on three sentences (median of voiced frames, 15 ms)."""
    side: Side
    can_shift: bool = True
    """Whether its pitch can be moved without its formants."""
    is_natural: bool = True
    """Built from a recorded speaker; teachers are drawn from these three times of four."""


def _bases(engine: str, side: Side, rows: dict[str, float], **how: bool) -> tuple[Base, ...]:
    return tuple(Base(f"{engine}{name}", pitch, side, **how) for name, pitch in rows.items())


BANKS: dict[str, tuple[Base, ...]] = {
    QUICK: (
        *_bases("flite/", Side.TEST, {"slt": 182.0}),
        *_bases("flite/", Side.TEST, {"rms": 103.0}, can_shift=False),
        *_bases("espeak/en+", Side.TEST, {"f2": 190.0, "f4": 174.0, "steph": 182.0}, is_natural=False),
        *_bases("espeak/en+", Side.TEST, {"belinda": 222.0, "Andrea": 235.0}, is_natural=False),
        *_bases("espeak/en+", Side.TEST, {"m3": 100.0, "m7": 103.0, "john": 98.0}, is_natural=False),
        *_bases("flite/", Side.TUNING, {"awb": 133.0, "kal16": 91.0}),
        *_bases("espeak/en+", Side.TUNING, {"f1": 174.0, "f3": 200.0, "f5": 200.0, "linda": 222.0}, is_natural=False),
        *_bases("espeak/en+", Side.TUNING, {"aunty": 174.0, "m2": 98.0, "m5": 98.0, "adam": 98.0}, is_natural=False),
    ),
    KOKORO: (
        *_bases("", Side.TEST, {"bf_alice": 195.0, "bf_isabella": 195.0, "af_bella": 190.0}, can_shift=False),
        *_bases("", Side.TEST, {"bm_daniel": 115.0, "bm_lewis": 100.0, "am_michael": 120.0}, can_shift=False),
        *_bases("", Side.TUNING, {"bf_emma": 198.0, "bf_lily": 205.0, "af_sarah": 195.0}, can_shift=False),
        *_bases("", Side.TUNING, {"bm_fable": 120.0, "bm_george": 105.0, "am_adam": 110.0}, can_shift=False),
    ),
}
"""Kokoro's pitch cannot be moved by itself, so its pitches only say woman or man."""

_AGES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "6-10": ((240, 300), (1.15, 1.25)),
    "11-13": ((210, 270), (1.10, 1.18)),
    "14-16 girl": ((200, 240), (1.04, 1.10)),
    "14-16 boy": ((110, 170), (1.02, 1.10)),
}
_GROWN_UP: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "woman": ((175, 245), (0.95, 1.05)),
    "man": ((95, 145), (0.94, 1.06)),
}
_WOMAN_FROM_HZ = 150.0
_STEP = 50
"""Vocal tracts are fractions of this, so that resampling stays short."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who may speak, by name. Places and levels are set later, by the room."""

    speakers: dict[str, Speaker]
    pupils: tuple[str, ...]


def draw_cast(
    rng: np.random.Generator, side: Side, teacher: str, ages: str, pupils: int, bank: str, *, boys_only: bool
) -> Cast:
    """Draw a class. `teacher` is "woman" or "man", `ages` "6-10", "11-13" or "14-16".

    Raises:
        ClassroomError: no such bank of voices.
    """
    if bank not in BANKS:
        raise ClassroomError(f"No voices {bank!r}. There are: {', '.join(BANKS)}.")
    bases = [base for base in BANKS[bank] if base.side is side]
    speakers = {TEACHER: _grown_up(rng, TEACHER, teacher, bases, pace=(0.86, 1.0))}
    taken = speakers[TEACHER].voice
    others = [base for base in bases if base.name not in taken]
    speakers[ADULT] = _grown_up(rng, ADULT, str(rng.choice(["woman", "man"])), others, pace=(0.9, 1.05))
    taken = {**taken, **speakers[ADULT].voice}
    narrators = [base for base in bases if base.name not in taken]
    speakers[FILM] = _grown_up(rng, FILM, str(rng.choice(["woman", "man"])), narrators, pace=(0.9, 1.0))
    names = [f"pupil{number:02}" for number in range(1, pupils + 1)]
    for name in names:
        sex = "boy" if boys_only or rng.random() < 0.5 else "girl"
        speakers[name] = _pupil(rng, name, f"{ages} {sex}" if ages == "14-16" else ages, bases)
    return Cast(speakers, tuple(names))


def _grown_up(rng: np.random.Generator, name: str, sex: str, bases: list[Base], pace: tuple[float, float]) -> Speaker:
    pitches, tracts = _GROWN_UP[sex]
    # A woman's voice can be made of a man's where a side has no woman who was recorded; never the other way round.
    own = [base for base in bases if (base.pitch_hz > _WOMAN_FROM_HZ) == (sex == "woman")]
    natural = [base for base in own if base.is_natural]
    natural = natural or [base for base in bases if base.is_natural and base.can_shift and sex == "woman"]
    pool = natural if natural and rng.random() < 0.75 else own
    base = pool[int(rng.integers(len(pool)))]
    if sex == "woman" and base.pitch_hz < _WOMAN_FROM_HZ:
        tracts = (1.14, 1.20)
    return _voice(rng, name, base, pitches, tracts, pace)


def _pupil(rng: np.random.Generator, name: str, age: str, bases: list[Base]) -> Speaker:
    pitches, tracts = _AGES[age]
    high = pitches[0] >= 200
    near = [base for base in bases if (base.pitch_hz > _WOMAN_FROM_HZ) == high]
    if high:
        near += [base for base in bases if base.is_natural and base.can_shift and base not in near]
    # Recorded voices twice: most of the bank is formant synthesis, and half a class of robots is enough.
    near += [base for base in near if base.is_natural for _ in range(2)]
    base = near[int(rng.integers(len(near)))]
    if high and base.pitch_hz < _WOMAN_FROM_HZ:
        tracts = (tracts[0] + 0.12, tracts[1] + 0.12)
    return _voice(rng, name, base, pitches, tracts, (0.82, 0.98))


def _voice(
    rng: np.random.Generator,
    name: str,
    base: Base,
    pitches: tuple[float, float],
    tracts: tuple[float, float],
    pace: tuple[float, float],
) -> Speaker:
    tract = round(rng.uniform(*tracts) * _STEP) / _STEP
    wanted = rng.uniform(*pitches)
    pitch = round(wanted / (base.pitch_hz * tract), 2) if base.can_shift else 1.0
    nowhere: Position = (0.0, 0.0, 0.0)
    return Speaker(name, {base.name: 1.0}, tract, round(rng.uniform(*pace), 2), 0.0, nowhere, pitch)
