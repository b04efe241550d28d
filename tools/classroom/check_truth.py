"""Can this truth be true? `python -m tools.classroom.check_truth waitwise/lesson_for_demo/`.

The truth says everything twice: as stretches of voice (`ipus`) and as `states`, `waits`, `latches` and `other`. Here
the second is held against the first, and the sound against both::

    ipus      [teacher  ]                 [pupil   ]
    states    [teacher  ][silence        ][pupil   ]      no holes, no overlaps
    wait                 |<--- 1.6 s --->|                exactly the silence between the two voices

It is written without the code that made the truth, and needs nothing but Python.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

SOUND = "lesson.flac"
TRUTH = "truth.json"

Row = dict[str, Any]

ROLES = {"teacher", "pupil", "overlap", "choral", "group", "av", "adult", "silence", "noise"}
PHASES = {"whole_class", "group", "silent_work", "av", "transition"}
BACKCHANNEL_MAX_MS = 500
BACKCHANNEL_GAP_MS = 300
"""A "mm" is not longer, and the other speaks again within this."""
APART = {"group", "av", "adult"}
"""On neither side of the talk: no wait begins or ends at them."""
QUIET = {"silence", "noise"}
OUTCOMES = {
    "SR": {"answered", "choral", "overlapped"},
    "SI": {"reasked", "continued", "named"},
    "TR": {"teacher"},
    "TI": {"pupil"},
    "WP": {"pupil"},
}
FROM_TO = {
    "SR": ({"teacher"}, {"pupil", "choral"}),
    "SI": ({"teacher"}, {"teacher"}),
    "TR": ({"pupil", "choral"}, {"teacher"}),
    "TI": ({"pupil", "choral"}, {"pupil", "choral"}),
    "WP": ({"pupil"}, {"pupil"}),
}
SHELVES: dict[str, dict[str, tuple[int | None, int | None]]] = {
    "waits": {"SR": (200, None), "SI": (1000, 15_000), "TR": (200, None), "TI": (200, None)},
    "latches": {"SR": (None, 200), "TR": (None, 200), "TI": (None, 200)},
    "other": {"SI": (200, 1000), "WP": (200, None)},
}
"""Which interval belongs where, by its length in milliseconds: from, and up to but not including."""
ANSWER_FIELDS = {"answer_len_s", "wait2_s", "time_to_answer_s"}


def problems(truth: Row) -> list[str]:
    """Return what contradicts itself in any lesson's truth; nothing if all is well."""
    return [
        *_cover(truth, "states", "role", ROLES),
        *_cover(truth, "phases", "phase", PHASES),
        *_ipus(truth),
        *_backchannels(truth),
        *_states_follow_ipus(truth),
        *_intervals(truth),
        *_silences_told(truth),
        *_noises(truth),
    ]


def demo_problems(truth: Row) -> list[str]:
    """Return what the demo lesson was asked to have and does not."""
    asked = questions(truth)
    lengths = [_ms(wait["offered_wait_s"]) for wait in asked]
    outcomes = [wait["outcome"] for wait in truth["waits"]]
    wait2 = [_ms(wait["wait2_s"]) for wait in truth["waits"] if wait["kind"] == "TR"]
    breaths = [_ms(row["offered_wait_s"]) for row in truth["other"] if row["kind"] == "SI"]
    chorus = [_ms(ipu["start_s"]) for ipu in truth["ipus"] if ipu["role"] == "choral"]
    groups = [phase for phase in truth["phases"] if phase["phase"] == "group"]
    sounds_inside = {wait["noise_inside"] for wait in asked if "noise_inside" in wait}
    wanted = {
        "170 to 190 s long": 170 <= truth["duration_s"] <= 190,
        "at least five pupils": len(truth["speakers"]["pupils"]) >= 5,
        "at least 12 questions with a wait": len(asked) >= 12,
        "waits from 0.4 to 6 s": bool(lengths) and min(lengths) >= 400 and max(lengths) <= 6000,
        "a wait of 0.4 to 0.5 s": any(400 <= ms <= 500 for ms in lengths),
        "four waits up to 1 s": sum(ms <= 1000 for ms in lengths) >= 4,
        "four waits between 1 and 3 s": sum(1000 < ms < 3000 for ms in lengths) >= 4,
        "three waits over 3 s": sum(ms >= 3000 for ms in lengths) >= 3,
        "a wait near 5 to 6 s": any(ms >= 5000 for ms in lengths),
        "a question asked again": "reasked" in outcomes,
        "a question that she went on from": "continued" in outcomes,
        "two questions posed, paused and named": outcomes.count("named") >= 2,
        "one choral answer of 8 voices": outcomes.count("choral") == 1 and len(chorus) >= 8,
        "a chorus that starts within half a second": bool(chorus) and 100 <= max(chorus) - min(chorus) <= 600,
        "one pair talk of 25 s": len(groups) == 1 and groups[0]["end_s"] - groups[0]["start_s"] >= 25,
        "at least three voices at once in pair talk": _voices_at_once(truth) >= 3,
        "a set-up and a call back": [row["outcome"] for row in truth["excluded"]] == ["to_group"],
        "a chair and a cough inside waits": {"chair", "cough"} <= sounds_inside,
        "an overlapping answer": any(row["outcome"] == "overlapped" for row in truth["latches"]),
        "a pupil taking up another's answer": any(wait["kind"] == "TI" for wait in truth["waits"]),
        "wait times 2 from 0.3 to 2 s": bool(wait2) and min(wait2) >= 300 and max(wait2) <= 2000,
        "phrasing pauses from 0.2 to 0.9 s": bool(breaths) and min(breaths) >= 200 and max(breaths) <= 900,
    }
    return [f"the demo lesson lacks: {sentence}" for sentence, is_there in wanted.items() if not is_there]


def file_problems(folder: Path, truth: Row) -> list[str]:
    """Return how the sound differs from the one the truth was made with."""
    sha256 = hashlib.sha256((folder / truth["audio"]["file"]).read_bytes()).hexdigest()
    return [] if sha256 == truth["audio"]["sha256"] else [f"the sound is another one: sha256 {sha256}"]


def questions(truth: Row) -> list[Row]:
    """Return the waits that follow a question of the teacher's.

    The wait after a bare name belongs to the question before it and is not counted again.
    """
    asked = {_ms(ipu["end_s"]) for ipu in truth["ipus"] if ipu.get("question")}
    return [wait for wait in truth["waits"] if wait["kind"] in {"SR", "SI"} and _ms(wait["t_end_s"]) in asked]


def _cover(truth: Row, key: str, name: str, allowed: set[str]) -> Iterator[str]:
    rows = truth[key]
    edges = [0, *(_ms(row["end_s"]) for row in rows)]
    for row, before in zip(rows, edges, strict=False):
        if _ms(row["start_s"]) != before:
            yield f"{key}: a hole or an overlap at {row['start_s']} s"
        if _ms(row["end_s"]) <= _ms(row["start_s"]):
            yield f"{key}: nothing between {row['start_s']} and {row['end_s']} s"
        if row[name] not in allowed:
            yield f"{key}: unknown {row[name]!r}"
    if edges[-1] != _ms(truth["duration_s"]):
        yield f"{key}: end at {edges[-1] / 1000} s, the lesson at {truth['duration_s']} s"


def _ipus(truth: Row) -> Iterator[str]:
    ends: dict[str, int] = {}
    starts = [_ms(ipu["start_s"]) for ipu in truth["ipus"]]
    if starts != sorted(starts):
        yield "ipus: not in order"
    for ipu in truth["ipus"]:
        start, end = _ms(ipu["start_s"]), _ms(ipu["end_s"])
        if not 0 <= start < end <= _ms(truth["duration_s"]):
            yield f"ipus: {ipu['spk']} at {ipu['start_s']} s is outside the lesson or empty"
        if start < ends.get(ipu["spk"], 0):
            yield f"ipus: {ipu['spk']} speaks twice at once at {ipu['start_s']} s"
        ends[ipu["spk"]] = end


def _backchannels(truth: Row) -> Iterator[str]:
    """A "mm" is short, and another of the other side has the floor: they spoke just before, and speak just after."""
    for word in (ipu for ipu in truth["ipus"] if ipu.get("backchannel")):
        start, end = _ms(word["start_s"]), _ms(word["end_s"])
        others = [ipu for ipu in truth["ipus"] if ipu["role"] != word["role"] and not ipu.get("backchannel")]
        if end - start > BACKCHANNEL_MAX_MS:
            yield f"ipus: a backchannel of {word['spk']} at {word['start_s']} s is as long as a turn"
        is_before = any(_ms(ipu["start_s"]) < start <= _ms(ipu["end_s"]) + BACKCHANNEL_GAP_MS for ipu in others)
        is_after = any(_ms(ipu["start_s"]) - BACKCHANNEL_GAP_MS <= end < _ms(ipu["end_s"]) for ipu in others)
        if not (is_before and is_after):
            yield f"ipus: a backchannel of {word['spk']} at {word['start_s']} s, but nobody else has the floor"


def _states_follow_ipus(truth: Row) -> Iterator[str]:
    for state in truth["states"]:
        middle = (_ms(state["start_s"]) + _ms(state["end_s"])) / 2
        heard = {ipu["role"] for ipu in truth["ipus"] if _ms(ipu["start_s"]) <= middle < _ms(ipu["end_s"])}
        if not _fits(state["role"], heard):
            yield f"states: {state['role']} at {state['start_s']} s, but there speak: {sorted(heard) or 'nobody'}"


def _fits(state: str, heard: set[str]) -> bool:
    match state:
        case "silence" | "noise":
            return not heard
        case "overlap":
            return "teacher" in heard and len(heard) > 1
        case "group":
            # Everybody may draw breath at once; the state is the phase's.
            return heard <= {"group"}
        case _:
            return heard == {state}


def _intervals(truth: Row) -> Iterator[str]:
    for shelf, kinds in SHELVES.items():
        for row in truth[shelf]:
            kind, wait = row["kind"], _ms(row["offered_wait_s"])
            where = f"{shelf}: {kind} at {row['t_end_s']} s"
            if kind not in kinds or row["outcome"] not in OUTCOMES[kind]:
                yield f"{where}: does not belong here with outcome {row['outcome']!r}"
                continue
            least, most = kinds[kind]
            if (least is not None and wait < least) or (most is not None and wait >= most):
                yield f"{where}: {row['offered_wait_s']} s does not belong here"
            yield from (f"{where}: {why}" for why in _between_ipus(truth, row))
            if kind == "SR" and not row.keys() >= ANSWER_FIELDS:
                yield f"{where}: lacks {sorted(ANSWER_FIELDS - row.keys())}"
            if row["outcome"] == "named" and not row.keys() >= {"pause_before_name_s", "pause_after_name_s"}:
                yield f"{where}: a name without its pauses"


def _between_ipus(truth: Row, row: Row) -> Iterator[str]:
    end = _ms(row["t_end_s"])
    start = end + _ms(row["offered_wait_s"])
    before, after = FROM_TO[row["kind"]]
    if not any(_ms(ipu["end_s"]) == end and ipu["role"] in before for ipu in truth["ipus"]):
        yield "nobody ends there"
    if not any(_ms(ipu["start_s"]) == start and ipu["role"] in after for ipu in truth["ipus"]):
        yield f"nobody starts {row['offered_wait_s']} s later"
    if any(_ms(ipu["start_s"]) < start and _ms(ipu["end_s"]) > end for ipu in truth["ipus"]) and start > end:
        yield "it is not silent"


def _silences_told(truth: Row) -> Iterator[str]:
    """Find the silences in the states alone, and ask for each in the intervals."""
    told = {
        (_ms(row["t_end_s"]), _ms(row["offered_wait_s"])) for shelf in SHELVES for row in truth[shelf] if "kind" in row
    }
    to_work = {_ms(row["t_end_s"]) for row in truth["excluded"]}
    speech = [state for state in truth["states"] if state["role"] not in QUIET]
    nods = [ipu for ipu in truth["ipus"] if ipu.get("backchannel")]
    beside_nods = {_ms(nod[edge]) for nod in nods for edge in ("start_s", "end_s")}
    for one, other in pairwise(speech):
        end, start = _ms(one["end_s"]), _ms(other["start_s"])
        is_told = (end, start - end) in told or end in to_work
        is_apart = one["role"] in APART or (other["role"] == "adult" and one["role"] != "teacher")
        if start > end and not is_told and not is_apart and not {end, start} & beside_nods:
            yield f"states: the silence from {one['end_s']} to {other['start_s']} s is no wait, latch or pause"


def _noises(truth: Row) -> Iterator[str]:
    for noise in truth["noises"]:
        start, end = _ms(noise["start_s"]), _ms(noise["end_s"])
        if any(_ms(ipu["start_s"]) < end and _ms(ipu["end_s"]) > start for ipu in truth["ipus"]):
            yield f"noises: {noise['kind']} at {noise['start_s']} s falls on speech"
        for wait in truth["waits"]:
            wait_end = _ms(wait["t_end_s"]) + _ms(wait["offered_wait_s"])
            is_inside = _ms(wait["t_end_s"]) <= start and end <= wait_end
            if is_inside and wait.get("noise_inside") != noise["kind"]:
                yield f"waits: the one at {wait['t_end_s']} s does not tell of the {noise['kind']} inside"


def _voices_at_once(truth: Row) -> int:
    group = [ipu for ipu in truth["ipus"] if ipu["role"] == "group"]
    return max((sum(one["start_s"] <= at["start_s"] < one["end_s"] for one in group) for at in group), default=0)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def main() -> int:
    """Check the folder named on the command line; returns the exit status."""
    folder = Path(sys.argv[1])
    truth = json.loads((folder / TRUTH).read_text(encoding="utf-8"))
    wrong = [*problems(truth), *file_problems(folder, truth)]
    if truth["profile"] == "demo":
        wrong += demo_problems(truth)
    print("\n".join(wrong) or f"{folder}: {len(truth['waits'])} waits, {len(questions(truth))} of them after questions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
