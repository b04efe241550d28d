"""What is left of the first hours of a very long lesson, whose track is forgotten: what was said of them live.

::

    0 h                        until            end
    |  IPUs, phases, holes, as  |  track, judged  |
    |  they were told live      |  with hindsight |

So the track stays the same size however long somebody forgets to press the button.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from analytics.phases import phase_at
from analytics.remembered import Hole
from lesson.talk import Ipu, Phase, PhaseSpan

_Part = TypeVar("_Part", Ipu, PhaseSpan)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The lesson up to `until` seconds; of its parts those that began by then."""

    until: float = 0.0
    ipus: Sequence[Ipu] = ()
    phases: Sequence[PhaseSpan] = ()
    holes: Sequence[Hole] = ()

    def with_phases(self, later: Iterable[PhaseSpan]) -> list[PhaseSpan]:
        """Phases of the whole lesson; `later`: from `until` on, counted from there."""
        out: list[PhaseSpan] = []
        ours = [dataclasses.replace(span, end=min(span.end, self.until)) for span in self.phases]
        for span in [span for span in ours if span.end > span.start] + [_moved(span, self.until) for span in later]:
            if out and out[-1].phase is span.phase:
                out[-1] = dataclasses.replace(out[-1], end=span.end)
            else:
                out.append(span)
        return out

    def with_ipus(self, later: Iterable[Ipu]) -> list[Ipu]:
        """IPUs of the whole lesson but those in group work."""
        out, phases = [], tuple(self.phases)
        for ipu in self.ipus:
            end = min(ipu.end, self.until)
            if end > ipu.start and phase_at(phases, (ipu.start + end) / 2) is not Phase.GROUP:
                out.append(dataclasses.replace(ipu, end=end))
        return out + [_moved(ipu, self.until) for ipu in later]

    def with_holes(self, later: Iterable[Hole]) -> list[Hole]:
        """Holes of the whole lesson."""
        return [*self.holes, *((start + self.until, end + self.until) for start, end in later)]


NOTHING_EARLIER = Earlier()


def _moved(part: _Part, seconds: float) -> _Part:
    if not seconds:
        return part
    return dataclasses.replace(part, start=part.start + seconds, end=part.end + seconds)
