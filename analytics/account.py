"""Judge the whole lesson again, now that all of it has been heard.

::

    track --many voices--> group work --.
    track --voice--> stretches --cues--> hindsight --> the teacher, pupils, each 10 ms --> IPUs
    IPUs --> turns, intervals, waits, phases, states --> summary

Live, the first minutes are judged without knowing the teacher's voice. Here everything learnt is applied to all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics import gate, hindsight
from analytics.arrays import Floats, Spans
from analytics.certainty import certainty_of
from analytics.column import Sliced
from analytics.cues import GROUP_SHARE, Cues, share_of
from analytics.ear import BABBLE, FRAMES_A_STEP, GROUP
from analytics.earlier import NOTHING_EARLIER, Earlier
from analytics.events import EventIds
from analytics.evidence import certainty
from analytics.features import Slices
from analytics.hindsight import Judged
from analytics.intervals import intervals
from analytics.level import room_levels
from analytics.phases import find_phases, phase_at
from analytics.poor_sound import holes_of, poor_sound, with_holes
from analytics.print_network import PRINT
from analytics.prints import same_voice
from analytics.questions import questions
from analytics.room import Room
from analytics.spectrum import HOP_S
from analytics.states import cover
from analytics.summary import summarise
from analytics.thresholds import Thresholds
from analytics.track import FRAMES_A_PRINT, Track
from analytics.turns import turns
from analytics.voices import Sound
from analytics.waits import WaitTimer
from lesson.talk import Account, Basis, Ipu, Phase, PhaseSpan, Role, WaitTime

VERSION = "analytics-6"
"""Raised when the same sound would give other numbers."""

_ON, _OFF = 0.0, -0.3
"""Log odds between which a side goes on speaking and does not begin to. Set on the six labelled lessons: 39 false waits
an hour there, 53 with .4 and 0. Lower still, pauses are told shorter than they are."""
_SHORTEST_FRAMES = 10
"""A pupil's "yes" takes a tenth of a second."""
_SURELY_SAME = 1.0
"""Log odds of one voice over which two pupils' IPUs in a row are of one, and under minus which they are of two."""
_NOISE_FRAMES = 70
_NOISE_VOICING, _NOISE_VOICE = 0.6, 2.5
"""What is taken for a pupil, is no longer than 0.7 s, voiced less than this in four fifths of it, and less surely a
voice to the ear (log odds): a cough, a chair, a page. Set on the six labelled lessons, where it takes away a sixth of
the false waits; of the fourteen that it was not set on it loses three answers of 225."""
_FEW_PRINTS = 3
_BABBLE_SHARE = 0.3
"""Set on the labelled lessons: in the minute of the one that babbles, nine tenths are between .37 and .73; outside it
and in the others 95 % are under .07."""


def account_of(
    track: Track,
    slices: Slices,
    lesson_id: str,
    *,
    thresholds: Thresholds,
    duration: float,
    teacher: Floats | None = None,
    earlier: Earlier = NOTHING_EARLIER,
) -> Account:
    """Everything about a lesson of `duration` seconds.

    Args:
        track: what was heard of it.
        slices: its voiced slices.
        lesson_id: whose events these are.
        thresholds: what counts as what.
        duration: of the whole lesson, in seconds.
        teacher: her voice print, if she gave one.
        earlier: what is left of the time before the track begins.
    """
    level = track.level_db
    floor, ceiling = room_levels(level)
    sound = _sound_of(track, level, floor)
    found = gate.stretches(track.voice[:], round(thresholds.min_silence / HOP_S), round(thresholds.min_speech / HOP_S))
    room = Room.of(level, floor, ceiling, found)
    heard_phases = find_phases(
        duration - earlier.until, share_of(track, GROUP) > GROUP_SHARE, (found * HOP_S).tolist(), thresholds
    )
    outside = np.array(
        [span for span in found.tolist() if phase_at(heard_phases, sum(span) / 2 * HOP_S) is not Phase.GROUP],
        dtype=np.intp,
    ).reshape(-1, 2)
    judged = hindsight.judge(Cues(track, slices, outside, teacher))
    holes = holes_of(track.is_missing[:])
    heard = with_holes(_typed(judged, track, sound, heard_phases, thresholds), holes)
    heard = _with_unheard(heard, heard_phases, sound, room, thresholds)
    phases, ipus = earlier.with_phases(heard_phases), earlier.with_ipus(heard)

    def at(moment: float) -> Phase:
        return phase_at(phases, moment)

    waits = time_waits(ipus, phases, lesson_id, thresholds=thresholds, room=room, duration=duration)
    gaps = [gap for gap in intervals(ipus, at, thresholds) if gap.phase is Phase.WHOLE_CLASS]
    states = cover(duration, ipus, phases)
    poor = poor_sound(ipus, earlier.with_holes(holes))
    told = summarise(
        waits,
        gaps,
        states,
        phases,
        turns(ipus, thresholds),
        thresholds=thresholds,
        poor=poor,
        roles=certainty([ipu.p_role for ipu in ipus], [ipu.end - ipu.start for ipu in ipus], thresholds),
    )
    return Account(
        duration=duration,
        states=states,
        phases=tuple(phases),
        waits=tuple(waits),
        intervals=tuple(gaps),
        summary=told,
        config_hash=thresholds.config_hash,
        version=VERSION,
        poor=poor,
    )


def time_waits(
    ipus: Sequence[Ipu],
    phases: Sequence[PhaseSpan],
    lesson_id: str,
    *,
    thresholds: Thresholds,
    room: Room,
    duration: float,
) -> list[WaitTime]:
    """Run a `WaitTimer` over a lesson whose phases are known; each event once, in its last state."""
    timer = WaitTimer(lesson_id, thresholds, room, EventIds(lesson_id, "account"))
    events: dict[str, WaitTime] = {}
    p_q = questions(ipus)
    # A phase that begins with a voice begins before it.
    changes: list[PhaseSpan | Ipu] = [*phases, *ipus]
    for change in sorted(changes, key=lambda each: (each.start, isinstance(each, Ipu))):
        if isinstance(change, Ipu):
            told = timer.feed(change, p_q.get(change), Basis.GAP_ONLY)
        else:
            told = timer.enter(change.phase, change.start)
        events.update({event.event_id: event for event in told})
    events.update({event.event_id: event for event in timer.finish(duration)})
    return sorted(events.values(), key=lambda event: event.t_end)


def _sound_of(track: Track, level: Sliced[Floats], floor: Floats) -> Sound:
    """The frames of a lesson, with its floor and what babbles."""
    is_babble = np.zeros(len(level), dtype=np.bool_)
    marked = np.repeat(share_of(track, BABBLE) > _BABBLE_SHARE, FRAMES_A_PRINT)[: len(level)]
    is_babble[: marked.size] = marked
    return Sound(level, floor, track.voicing, track.is_missing, track.is_clipped, is_babble)


def _typed(
    judged: Judged, track: Track, sound: Sound, phases: Sequence[PhaseSpan], thresholds: Thresholds
) -> list[Ipu]:
    """IPUs of both sides in order; those that overlap are two."""
    prints, voice = track.prints, track.voice
    found: list[tuple[int, int, Role]] = []
    for role, odds in ((Role.TEACHER, judged.teacher), (Role.PUPIL, judged.pupils)):
        for start, end in _spans_of(odds, thresholds).tolist():
            is_noise = role is Role.PUPIL and _is_noise(voice[start:end], sound.voicing[start:end])
            if not is_noise and phase_at(phases, (start + end) / 2 * HOP_S) is not Phase.GROUP:
                found.append((start, end, role))
    ipus: list[Ipu] = []
    before = np.zeros(PRINT, dtype=np.float32)
    for start, end, side in sorted(found):
        steps = slice(start // FRAMES_A_STEP, max(start // FRAMES_A_STEP + 1, end // FRAMES_A_STEP))
        is_short = (end - start) * HOP_S <= thresholds.choral_max
        is_choral = side is Role.PUPIL and is_short and float(judged.choral[steps].mean()) > 0
        sure = certainty_of(judged.teacher[start:end] - judged.pupils[start:end], side)
        role = Role.CHORAL if is_choral else side if sure >= thresholds.role_unknown else Role.UNKNOWN
        own = prints[start // FRAMES_A_PRINT : max(start // FRAMES_A_PRINT + 1, end // FRAMES_A_PRINT)]
        print_ = own.sum(axis=0)
        same = None
        if role is Role.PUPIL and ipus and ipus[-1].role is Role.PUPIL and len(own) >= _FEW_PRINTS:
            likeness = same_voice(print_, before)
            same = likeness > 0 if abs(likeness) > _SURELY_SAME else None
        flags = sound.flags(start, end, thresholds)
        ipus.append(Ipu(role, start * HOP_S, end * HOP_S, sure, same, flags))
        before = print_
    return ipus


def _is_noise(voice: Floats, voicing: Floats) -> bool:
    """Whether what was taken for a pupil is none, from its frames' log odds of a voice and how voiced they are."""
    if not 0 < voice.size <= _NOISE_FRAMES:
        return False
    return float(np.percentile(voicing, 80)) < _NOISE_VOICING and float(voice.mean()) < _NOISE_VOICE


def _spans_of(odds: Floats, thresholds: Thresholds) -> Spans:
    pieces = gate.spans(gate.held(odds, _ON, _OFF))
    return gate.joined(gate.joined(pieces, round(thresholds.min_silence / HOP_S), 0), 0, _SHORTEST_FRAMES)


def _with_unheard(
    ipus: list[Ipu], phases: Sequence[PhaseSpan], sound: Sound, room: Room, thresholds: Thresholds
) -> list[Ipu]:
    """Put in what may be a pupil who was hardly heard, in long silences between two of the teacher's IPUs."""
    out: list[Ipu] = []
    for ipu in ipus:
        last = out[-1] if out else None
        if last is not None and last.role is ipu.role is Role.TEACHER:
            is_long = thresholds.unheard_min <= ipu.start - last.end < thresholds.max_wait
            is_wait = is_long and all(
                phase_at(phases, at) is Phase.WHOLE_CLASS for at in (last.end + HOP_S, ipu.start - HOP_S)
            )
            found = sound.unheard(last.end, ipu.start, room.rt60, thresholds) if is_wait else None
            if found is not None:
                out.append(Ipu(Role.UNKNOWN, *found, p_role=0.5))
        out.append(ipu)
    return out
