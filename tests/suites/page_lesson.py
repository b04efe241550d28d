"""A small lesson for the pages: a picture that moves, a tone, and an account whose numbers the tests know.

::

    0    4        10        16        22        28  30 s
    |Q.P |Q...P   | ... sixteen pauses, one before pair talk, one that could not be heard
"""

import io
import struct
import uuid
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av
import numpy as np

from analytics.evidence import of_talk, signal_of
from analytics.summary import wait_summary
from analytics.thresholds import Thresholds
from lesson.evidence import RoleCertainty
from lesson.talk import (
    SCHEMA,
    Account,
    Heard,
    IntervalKind,
    Outcome,
    Phase,
    PhaseSpan,
    Role,
    State,
    Summary,
    TalkRatio,
    WaitSummary,
    WaitTime,
)
from lesson.wire import dumps

WIDTH, HEIGHT, FPS, RATE_HZ = 320, 180, 10, 48_000
SEGMENT = 2.0
SECONDS = 90.0
GOAL = 5.0


@dataclass(frozen=True)
class Film:
    """An initialization segment and media segments of two seconds each."""

    init: bytes
    segments: tuple[bytes, ...]


@cache
def film(seconds: float = SECONDS) -> Film:
    """Encode a bar that moves to the right, and a tone, cut at box boundaries."""
    out = io.BytesIO()
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(out, "w", format="mp4", options=options) as container:
        group = str(int(FPS * SEGMENT))
        picture = container.add_stream(
            "libx264",
            rate=FPS,
            options={
                "preset": "ultrafast",
                "g": group,
                "keyint_min": group,
                "sc_threshold": "0",
                "profile": "baseline",
            },
        )
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        samples = RATE_HZ // FPS
        for number in range(int(seconds * FPS)):
            pixels = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
            left = int(number / (seconds * FPS) * (WIDTH - 20))
            pixels[60:120, left : left + 20] = (250, 160, 0)
            image = av.VideoFrame.from_ndarray(pixels)
            image.pts, image.time_base = number, Fraction(1, FPS)
            container.mux(picture.encode(image))
            tone = 0.05 * np.sin(2 * np.pi * 440 * (np.arange(samples) + number * samples) / RATE_HZ)
            block = av.AudioFrame.from_ndarray(tone.astype(np.float32)[None], "fltp", "mono")
            block.sample_rate, block.pts, block.time_base = RATE_HZ, number * samples, Fraction(1, RATE_HZ)
            container.mux(sound.encode(block))
        container.mux(picture.encode(None))
        container.mux(sound.encode(None))
    init, segments, moof = b"", [], b""
    for kind, box in _boxes(out.getvalue()):
        match kind:
            case b"ftyp" | b"moov":
                init += box
            case b"moof":
                moof = box
            case b"mdat":
                segments.append(moof + box)
    return Film(init, tuple(segments))


def wait(
    t_end: float, seconds: float, outcome: Outcome, *, usable: bool = True, answer: float | None = None
) -> WaitTime:
    """One event; what the page does not read is left as small as it may be."""
    return WaitTime(
        event_id=str(uuid.UUID(int=int(t_end * 1000))),
        lesson_id="0" * 32,
        schema=SCHEMA,
        kind=IntervalKind.SR if answer is not None else IntervalKind.SI,
        t_end=t_end,
        offered_wait=seconds,
        time_to_answer=seconds if answer is not None else None,
        pause_before_name=None,
        pause_after_name=None,
        longest_silence=seconds,
        outcome=outcome,
        phase=Phase.WHOLE_CLASS,
        answer_len=answer,
        wait2=0.6 if answer is not None else None,
        conf=0.91,
        p_role=0.9,
        sd_ms=60.0,
        usable=usable,
    )


PAUSES = (0.8, 1.7, 5.6, 2.1, 4.9, 1.2, 6.0, 3.1, 1.4, 5.1, 2.6, 0.9)
"""Against a goal of 5 s: 5.6 and 6.0 reached it, 4.9 and 5.1 are borderline, eight are shorter."""


def account(pauses: tuple[float, ...] = PAUSES, seconds: float = SECONDS) -> Account:
    """Every seven seconds the teacher stops, pauses, and a pupil speaks; then pair talk, then one nobody could hear."""
    states: list[State] = []
    waits: list[WaitTime] = []
    at = 0.0
    for number, pause in enumerate(pauses):
        stop = 3.0 + number * 7.0 if pauses is PAUSES else 3.0 + number * 9.0
        outcome = Outcome.CONTINUED if number % 4 == 3 else Outcome.ANSWERED
        answer = None if outcome is Outcome.CONTINUED else 1.0
        states.append(State(Role.TEACHER, at, stop))
        states.append(State(Role.SILENCE, stop, stop + pause))
        at = stop + pause
        if answer:
            states.append(State(Role.PUPIL, at, at + 0.4))
            at += 0.4
        waits.append(wait(stop, pause, outcome, answer=answer))
    states.append(State(Role.GROUP, at, seconds - 1.5))
    states.append(State(Role.UNKNOWN, seconds - 1.5, seconds))
    waits.append(wait(at - 0.1, 1.0, Outcome.TO_GROUP))
    waits.append(wait(seconds - 2.0, 1.5, Outcome.NONE, usable=False))
    return Account(
        duration=seconds,
        states=tuple(states),
        phases=(PhaseSpan(Phase.WHOLE_CLASS, 0.0, at), PhaseSpan(Phase.GROUP, at, seconds)),
        waits=tuple(waits),
        summary=_summary(pauses, states, seconds),
        config_hash="0" * 16,
        version="test",
    )


def lines_of(whole: Account) -> list[bytes]:
    """What would have been heard live, a line each, in the order in which it was known."""
    heard = [
        *((state.end, Heard(state=state)) for state in whole.states),
        *((span.end, Heard(phase=span)) for span in whole.phases),
        *((each.t_end + each.offered_wait, Heard(wait=each)) for each in whole.waits),
    ]
    return [dumps(line) + b"\n" for _, line in sorted(heard, key=lambda pair: pair[0])]


def account_line(whole: Account) -> bytes:
    """The last line of the log."""
    return dumps(Heard(account=whole)) + b"\n"


def _summary(pauses: tuple[float, ...], states: list[State], seconds: float) -> Summary:
    def share(*roles: Role) -> float:
        return sum(state.end - state.start for state in states if state.role in roles) / seconds

    few = len(pauses) < 10
    low, middle, high = (float(value) for value in np.percentile(pauses, (25, 50, 75)))
    waits = WaitSummary(
        n=len(pauses),
        n_all=len(pauses) + 1,
        coverage=len(pauses) / (len(pauses) + 1),
        median=None if few else middle,
        quartile_low=None if few else low,
        quartile_high=None if few else high,
        median_low=None,
        median_high=None,
        criterion=3.0,
        goal=GOAL,
        evidence=wait_summary(pauses, len(pauses) + 1, Thresholds(), RoleCertainty(0.82, 0.2, 2)).evidence,
    )
    teacher, pupil = share(Role.TEACHER), share(Role.PUPIL)
    talk = TalkRatio(
        teacher_share_of_talk=teacher / (teacher + pupil),
        teacher_share_of_lesson=teacher,
        pupil_share_of_lesson=pupil,
        overlap_share=0.0,
        silence_share=share(Role.SILENCE),
        group_share=share(Role.GROUP),
        silent_work_share=0.0,
        av_share=0.0,
        unknown_share=share(Role.UNKNOWN),
        evidence=of_talk(9, None, RoleCertainty(0.9, 0.1), signal_of(states, [], []), 10),
    )
    return Summary(waits=waits, waits2=waits, talk=talk, outcomes={}, handovers=len(pauses))


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    boxes, at = [], 0
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        boxes.append((kind, data[at : at + length]))
        at += length
    return boxes
