"""A lesson drawn as text, a tenth of a second a character.

::

    "TTTT?....PPPP..TT"           she asks, 0.4 s, a pupil answers, 0.2 s, she goes on
    "TTTT"                        a second line speaks at the same time
    "   PPP"
    "TT[15]TT"                    fifteen seconds of silence

    T ?  teacher (a question mark is speech, too)       .    silence
    P Q  a pupil, another pupil                         ,    silent work
    C    the class together                             N    a chair, a cough
    G    group work                                     U    could not be heard
    V    a film                                         space: nothing on this line

As in the sound, a silence of under 0.2 s does not split an IPU.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lesson.talk import Ipu, Phase, PhaseSpan, Role

SECONDS = 0.1
ROLES = {
    "T": Role.TEACHER,
    "P": Role.PUPIL,
    "Q": Role.PUPIL,
    "C": Role.CHORAL,
    "N": Role.NOISE,
    "U": Role.UNKNOWN,
    "V": Role.AV,
}
PHASES = {"G": Phase.GROUP, ",": Phase.SILENT_WORK}
MIN_SILENCE = 2


@dataclass(frozen=True)
class Drawn:
    """What a drawing says. Group work has no IPUs, only a phase, as in an account."""

    duration: float
    ipus: list[Ipu]
    phases: list[PhaseSpan]
    lines: tuple[str, ...]


def draw(text: str) -> Drawn:
    lines = tuple(_stretch(line) for line in text.strip("\n").split("\n"))
    length = max(len(line) for line in lines)
    ipus = sorted((ipu for line in lines for ipu in _ipus(line)), key=lambda ipu: ipu.start)
    return Drawn(round(length * SECONDS, 3), ipus, _phases(lines[0].ljust(length, ".")), lines)


def _stretch(line: str) -> str:
    line = re.sub(r"([.,]?)\[([\d.]+)\]", lambda m: (m[1] or ".") * round(float(m[2]) / SECONDS), line)
    return line.replace("?", "T")


def _ipus(line: str) -> list[Ipu]:
    found: list[tuple[str, int, int]] = []
    for match in re.finditer(r"([TPQCNUV])\1*", line):
        who, start, end = match[1], *match.span()
        if found and found[-1][0] == who and start - found[-1][2] < MIN_SILENCE:
            found[-1] = (who, found[-1][1], end)
        else:
            found.append((who, start, end))
    ipus = []
    before = ""
    for who, start, end in found:
        same = (who == before) if ROLES[who] is Role.PUPIL and before in {"P", "Q"} else None
        ipus.append(Ipu(ROLES[who], round(start * SECONDS, 3), round(end * SECONDS, 3), is_same_voice=same))
        before = who
    return ipus


def _phases(line: str) -> list[PhaseSpan]:
    spans: list[PhaseSpan] = []
    for at, character in enumerate(line):
        phase, start, end = (
            PHASES.get(character, Phase.WHOLE_CLASS),
            round(at * SECONDS, 3),
            round((at + 1) * SECONDS, 3),
        )
        if spans and spans[-1].phase is phase:
            spans[-1] = PhaseSpan(phase, spans[-1].start, end)
        else:
            spans.append(PhaseSpan(phase, start, end))
    return spans
