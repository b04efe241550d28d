"""Write down what was said when: states, phases, waits and everything else a detector can be scored on.

::

    placed     TTTTTT?              PPPPPP     TTTT   TTTT?         TTT?
    states     teacher | silence  | pupil |sil| t | s | t | silence | t
    waits              SR 0.9 s           TR 0.4          SI 1.3 s, reasked
    other                                           phrasing pause 0.5

The kinds are Fowler's (1975): SR teacher to pupil, SI teacher to teacher, TR pupil to teacher, TI pupil to pupil; WP is
a pause inside one pupil's answer. A hand-over under 0.2 s, or before the other has ended, is a latch and no wait. An
SI counts as a wait from 1 s; below that she only took breath. A backchannel ("mm" while another has the floor) is
nobody's turn; a pause with one in it is no silence and is excluded. All arithmetic is in whole milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tools.classroom.errors import ClassroomError
from tools.classroom.phases import SET_APART, blocks, phase_at, phases, work_begun
from tools.classroom.script import ADULT, FILM, TEACHER, Script
from tools.classroom.take import PAUSE_FLOOR_MS, Ipu, Take, in_ms

SCHEMA = "1.0"
PHRASE_PAUSE_MAX_MS = 1000
MAX_WAIT_MS = 15_000
NAME_MAX_SPEECH_MS = 1200
NAME_MAX_WAIT_MS = 3000

Row = dict[str, Any]


@dataclass(slots=True)
class _Stretch:
    """Speech of one side without a change of speaker or a pause: what waits lie between."""

    role: str
    who: str
    start: int
    end: int
    is_question: bool
    is_name: bool


def tell(script: Script, take: Take) -> Row:
    """Return the truth of a lesson, ready for `json`.

    Raises:
        ClassroomError: one whole-class stretch lies inside another, so that no wait is defined.
    """
    length = in_ms(len(take.sound))
    spans = phases(take)
    truth: Row = {
        "schema": SCHEMA,
        "title": script.title,
        "duration_s": length / 1000,
        "profile": script.profile,
        "states": _states(take, length),
        "phases": [_span("phase", *span) for span in spans],
        "waits": [],
        "latches": [],
        "other": [],
        "excluded": [],
        "background": _background(script, take),
        "noises": [_span("kind", noise.kind, in_ms(noise.start), in_ms(noise.end)) for noise in take.noises],
        "ipus": [_ipu(ipu) for ipu in take.ipus],
        "speakers": {"teacher": TEACHER, "pupils": sorted(set(script.speakers) - {TEACHER, ADULT, FILM})},
        "slices": _slices(script, take),
    }
    stretches = list(_stretches(ipu for ipu in take.ipus if not ipu.is_backchannel))
    nods = [(in_ms(ipu.start), in_ms(ipu.end)) for ipu in take.ipus if ipu.is_backchannel]
    for index, (one, other) in enumerate(pairwise(stretches)):
        if work := work_begun(spans, one.end, other.start):
            truth["excluded"].append({"t_end_s": one.end / 1000, "outcome": f"to_{work}"})
            continue
        if any(start < other.start and end > one.end for start, end in nods):
            truth["excluded"].append({"t_end_s": one.end / 1000, "outcome": "backchannel"})
            continue
        row: Row = {"phase": phase_at(spans, one.end)}
        shelf, row = _interval(stretches, index, row | _inside(one.end, other.start, truth["noises"]))
        if shelf:
            truth[shelf].append(row)
    return truth


def _interval(stretches: list[_Stretch], index: int, told: Row) -> tuple[str, Row]:
    one, other = stretches[index : index + 2]
    wait = other.start - one.end
    row: Row = {"t_end_s": one.end / 1000, "offered_wait_s": wait / 1000} | told
    if one.role == "teacher" and other.role == ADULT:
        return "excluded", {"t_end_s": one.end / 1000, "outcome": "to_adult"}
    if {one.role, other.role} & SET_APART:
        return "", row
    if other.end < one.end:
        raise ClassroomError(f"At {other.start / 1000} s somebody speaks wholly inside another's words. Move the turn.")
    match one.role, other.role:
        case "teacher", "teacher" if wait >= MAX_WAIT_MS:
            return "excluded", {"t_end_s": one.end / 1000, "outcome": "none"}
        case "teacher", "teacher":
            is_wait = wait >= PHRASE_PAUSE_MAX_MS
            return ("waits" if is_wait else "other"), row | _teacher_again(stretches, index, wait)
        case "teacher", _:
            row |= {"kind": "SR"} | _answer(stretches, index, wait)
        case _, "teacher":
            row |= {"kind": "TR", "wait2_s": wait / 1000, "outcome": "teacher"}
        case _ if one.who == other.who:
            return "other", row | {"kind": "WP", "outcome": "pupil"}
        case _:
            row |= {"kind": "TI", "outcome": "pupil"}
    return ("waits" if wait >= PAUSE_FLOOR_MS else "latches"), row


def _teacher_again(stretches: list[_Stretch], index: int, wait: int) -> Row:
    row: Row = {"kind": "SI", "question": stretches[index].is_question, "time_to_answer_s": None}
    after_name = _wait_after_name(stretches, index + 1)
    if after_name is not None:
        names = {"pause_before_name_s": wait / 1000, "pause_after_name_s": after_name / 1000}
        return row | {"outcome": "named"} | names
    is_reasked = stretches[index].is_question and stretches[index + 1].is_question
    return row | {"outcome": "reasked" if is_reasked else "continued"}


def _wait_after_name(stretches: list[_Stretch], index: int) -> int | None:
    name = stretches[index]
    if not name.is_name or index + 1 >= len(stretches) or stretches[index + 1].role != "pupil":
        return None
    wait = stretches[index + 1].start - name.end
    is_nomination = name.end - name.start <= NAME_MAX_SPEECH_MS and wait <= NAME_MAX_WAIT_MS
    return wait if is_nomination else None


def _answer(stretches: list[_Stretch], index: int, wait: int) -> Row:
    answer = stretches[index + 1]
    end = answer.end
    after = None
    for later in stretches[index + 2 :]:
        if later.role == "teacher":
            after = later.start - end
            break
        if later.who != answer.who:
            break
        end = later.end
    outcome = "choral" if answer.role == "choral" else "overlapped" if wait < 0 else "answered"
    row: Row = {
        "outcome": outcome,
        "answer_len_s": (end - answer.start) / 1000,
        "wait2_s": None if after is None else after / 1000,
        "time_to_answer_s": (answer.start - _first_ask(stretches, index)) / 1000,
    }
    after_name = _wait_after_name(stretches, index)
    if after_name is not None and index > 0 and stretches[index - 1].role == "teacher":
        before = stretches[index].start - stretches[index - 1].end
        row |= {"pause_before_name_s": before / 1000, "pause_after_name_s": after_name / 1000}
    return row


def _first_ask(stretches: list[_Stretch], index: int) -> int:
    """Return the end of the first question of the chain that `index` closes, or of `index` if nothing was asked."""
    first = stretches[index].end
    for earlier in reversed(stretches[: index + 1]):
        if earlier.role != "teacher":
            break
        if earlier.is_question:
            first = earlier.end
    return first


def _inside(start: int, end: int, noises: list[Row]) -> Row:
    kinds = [noise["kind"] for noise in noises if start <= noise["start_s"] * 1000 and noise["end_s"] * 1000 <= end]
    return {"noise_inside": kinds[0]} if kinds else {}


def _stretches(ipus: Iterable[Ipu]) -> Iterator[_Stretch]:
    """Yield speech in order; all voices of a chorus, or of group work, are one stretch."""
    current: _Stretch | None = None
    for ipu in ipus:
        start, end = in_ms(ipu.start), in_ms(ipu.end)
        is_joint = ipu.role in {"choral", "group"}
        if current and current.role == ipu.role and is_joint:
            current.end = max(current.end, end)
            continue
        if current:
            yield current
        current = _Stretch(ipu.role, ipu.role if is_joint else ipu.who, start, end, ipu.is_question, ipu.is_name)
    if current:
        yield current


def _states(take: Take, length: int) -> list[Row]:
    spans = [(in_ms(ipu.start), in_ms(ipu.end), ipu.role) for ipu in take.ipus if ipu.role != "group"]
    spans += [(start, end, role) for role, start, end in blocks(take)]
    spans += [(in_ms(noise.start), in_ms(noise.end), "noise") for noise in take.noises]
    edges = sorted({0, length} | {edge for start, end, _ in spans for edge in (start, end)})
    states: list[tuple[str, int, int]] = []
    for start, end in pairwise(edges):
        role = _role({role for from_, to, role in spans if from_ <= start and end <= to})
        if states and states[-1][0] == role:
            states[-1] = (role, states[-1][1], end)
        else:
            states.append((role, start, end))
    return [_span("role", *state) for state in states]


def _role(roles: set[str]) -> str:
    if "group" in roles:
        return "group"
    if "teacher" in roles:
        return "overlap" if roles & {"pupil", "choral"} else "teacher"
    return next((role for role in ("av", "choral", "pupil", "adult", "noise") if role in roles), "silence")


def _slices(script: Script, take: Take) -> Row:
    return {
        "teacher": "woman",
        "unit": "side wall",
        "distances_m": {name: round(metres, 2) for name, metres in take.distances.items()},
        "room_m": list(script.room.size),
        "rt60_s": script.room.rt60,
        "rt60_t30_s": round(take.rt60_measured, 2),
        "snr_teacher_dba": round(take.snr_teacher_db, 1),
        "snr_pupil_dba": round(take.snr_pupil_db, 1),
        "seed": script.seed,
    }


def _ipu(ipu: Ipu) -> Row:
    row: Row = _span("role", ipu.role, in_ms(ipu.start), in_ms(ipu.end)) | {"spk": ipu.who}
    if ipu.is_question and ipu.role in {"teacher", "pupil"}:
        row["question"] = True
    if ipu.is_name:
        row["name"] = True
    if ipu.is_backchannel:
        row["backchannel"] = True
    return row


def _background(script: Script, take: Take) -> list[Row]:
    rows = [{"kind": "murmur", "start_s": murmur.start, "end_s": murmur.end} for murmur in script.murmurs]
    for babble in take.babbles:
        row: Row = {"kind": "babble", "start_s": round(babble.start, 3), "end_s": round(babble.end, 3)}
        rows.append(row | {"snr_db": babble.below_teacher_db})
    return rows


def _span(key: str, value: str, start: int, end: int) -> Row:
    return {key: value, "start_s": start / 1000, "end_s": end / 1000}
