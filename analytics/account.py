"""Judge the whole lesson again, now that all of it has been heard.

::

    track  --gate, both ways--> stretches --room--> edges --noise--> speech
    speech --babble--> phases --talkers--> IPUs --> turns, intervals, waits, states --> summary

Live, the first minutes are judged without knowing the teacher's voice. Here everything learnt is applied to all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from analytics import gate
from analytics.arrays import Bools, Floats
from analytics.babble import Babble
from analytics.background import babbling
from analytics.choral import SHORTEST_S, is_choral
from analytics.events import EventIds
from analytics.features import Slices
from analytics.intervals import intervals
from analytics.level import room_levels
from analytics.noise import noise_beside_speech
from analytics.phases import find_phases, phase_at
from analytics.questions import questions
from analytics.room import Room
from analytics.spectrum import HOP_S
from analytics.states import cover
from analytics.summary import summarise
from analytics.talkers import change_of_voice, slice_odds, teacher_of
from analytics.thresholds import Thresholds
from analytics.track import Track
from analytics.turns import turns
from analytics.voices import Sound, Stretch, is_same_voice, spread_of
from analytics.waits import WaitTimer
from lesson.talk import Account, Basis, Flag, Ipu, Phase, PhaseSpan, Role, WaitTime

VERSION = "analytics-3"
"""Raised when the same sound would give other numbers."""


def account_of(
    track: Track, slices: Slices, babble: Babble, lesson_id: str, *, thresholds: Thresholds, duration: float
) -> Account:
    """Everything about a lesson of `duration` seconds."""
    speech, noises, room, sound = _heard(track, slices, thresholds)
    is_group = babble.is_group()
    phases = find_phases(duration, is_group, [(each.start, each.end) for each in speech], thresholds)
    talk = [each for each in speech if phase_at(phases, (each.start + each.end) / 2) is not Phase.GROUP]
    behind = babbling(sound.level_db, sound.voicing, [(each.start, each.end) for each in speech], noises, room.rt60)
    ipus = _typed(talk, sound, is_group | behind[: is_group.size], thresholds)
    ipus = _with_unheard(ipus, phases, sound, room, thresholds)

    def at(moment: float) -> Phase:
        return phase_at(phases, moment)

    waits = time_waits(ipus, phases, lesson_id, thresholds=thresholds, room=room, duration=duration)
    gaps = [gap for gap in intervals(ipus, at, thresholds) if gap.phase is Phase.WHOLE_CLASS]
    states = cover(duration, [*ipus, *(Ipu(Role.NOISE, *noise) for noise in noises)], phases)
    return Account(
        duration=duration,
        states=states,
        phases=tuple(phases),
        waits=tuple(waits),
        intervals=tuple(gaps),
        summary=summarise(waits, gaps, states, phases, turns(ipus, thresholds), thresholds=thresholds),
        config_hash=thresholds.config_hash,
        version=VERSION,
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


def _heard(
    track: Track, slices: Slices, thresholds: Thresholds
) -> tuple[list[Stretch], list[tuple[float, float]], Room, Sound]:
    """Speech, noises, the room, and the frames they were found in."""
    level = track.level_db
    floor, ceiling = room_levels(level)
    sound = Sound(level, floor, track.voicing, track.is_missing, track.is_clipped)
    is_core = gate.core(level, floor, ceiling, track.voice, sound.voicing)
    beside = noise_beside_speech(is_core, sound.voicing)
    for start, end in beside.tolist():
        is_core[start:end] = False
    colour = slices.usual_colour
    found = gate.stretches(is_core, level, floor, thresholds.min_silence, thresholds.min_speech)
    room = Room.of(level, floor, ceiling, found)
    judged = [
        sound.judge((start, end), (early, late), slices.between(start, end), colour, thresholds)
        for (start, end), (early, late) in zip(found.tolist(), room.corrected(found).tolist(), strict=True)
    ]
    judged = _flag_missing(judged, sound)
    noises = [(each.start, each.end) for each in judged if each.is_noise]
    noises += [(start * HOP_S, end * HOP_S) for start, end in beside.tolist()]
    return [each for each in judged if not each.is_noise], noises, room, sound


def _flag_missing(stretches: list[Stretch], sound: Sound) -> list[Stretch]:
    """A silence that holds missing sound is known by the stretch after it."""
    missing = np.flatnonzero(sound.is_missing) / 100
    if not missing.size:
        return stretches
    out, before = [], 0.0
    for each in stretches:
        low, high = np.searchsorted(missing, [before, each.start])
        flags = each.flags | {Flag.GAP_IN_AUDIO} if high > low else each.flags
        out.append(dataclasses.replace(each, flags=flags))
        before = each.end
    return out


def _typed(talk: Sequence[Stretch], sound: Sound, is_group: Bools, thresholds: Thresholds) -> list[Ipu]:
    """Say of each stretch whose it is, or that we cannot tell."""
    odds = slice_odds([each.slices for each in talk])
    if odds is None:
        return [Ipu(Role.UNKNOWN, each.start, each.end, 0.5, flags=each.flags) for each in talk]
    parts = [part for each, own in zip(talk, odds, strict=True) for part in _parts(each, own, sound)]
    sure = teacher_of([own for _, own in parts])
    spread = spread_of([each.slices for each in talk])
    ipus: list[Ipu] = []
    before: Stretch | None = None
    for (each, _), teacher in zip(parts, sure.tolist(), strict=True):
        role, p_role = role_of(teacher, thresholds)
        if role is Role.PUPIL and _together(each, sound, thresholds):
            role = Role.CHORAL
        same = None
        if before is not None and role is ipus[-1].role is Role.PUPIL:
            same = is_same_voice(before.slices, each.slices, spread)
        second = int(each.start)
        flags = each.flags | {Flag.BABBLE} if second < is_group.size and is_group[second] else each.flags
        ipus.append(Ipu(role, each.start, each.end, p_role, same, flags))
        before = each
    return ipus


def _together(stretch: Stretch, sound: Sound, thresholds: Thresholds) -> bool:
    if not SHORTEST_S <= stretch.end - stretch.start <= thresholds.choral_max:
        return False
    frames = slice(round(stretch.start / HOP_S), round(stretch.end / HOP_S))
    return is_choral(sound.voicing[frames], sound.level_db[frames], stretch.slices)


def _parts(stretch: Stretch, odds: Floats, sound: Sound) -> list[tuple[Stretch, Floats]]:
    """Cut a stretch in two where another side takes over without a pause."""
    change = change_of_voice(odds.mean(axis=1))
    if change is None:
        return [(stretch, odds)]
    first, last = int(stretch.at[change - 1]) + 2, int(stretch.at[change]) + 3
    cut = (first + int(np.argmin(sound.level_db[first:last]))) * HOP_S
    cut = min(max(cut, stretch.start), stretch.end)
    early = dataclasses.replace(stretch, end=cut, slices=stretch.slices[:change], at=stretch.at[:change])
    late = dataclasses.replace(stretch, start=cut, slices=stretch.slices[change:], at=stretch.at[change:])
    return [*_parts(early, odds[:change], sound), *_parts(late, odds[change:], sound)]


def role_of(teacher: float, thresholds: Thresholds) -> tuple[Role, float]:
    """The role for a probability of the teacher, and how sure it is."""
    p_role = max(teacher, 1 - teacher)
    if p_role < thresholds.role_unknown:
        return Role.UNKNOWN, p_role
    return (Role.TEACHER if teacher >= 0.5 else Role.PUPIL), p_role


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
