"""What a lesson is remembered by grows by a few bytes an event, however many hours it goes on.

::

    an hour   |T..PT?.PT...|T..PT?.PT...|T..PT?.PT...|     the drawing again and again
    bytes     ^ learns      ^ learns     ^ h2         ^ h3     h3 - h2: rows, and nothing else
"""

import gc
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import live_prints, talkers
from analytics.features import SIZE
from analytics.kept import Kept
from analytics.live import LiveTalk, Stretch
from analytics.print_network import PRINT
from analytics.remembered import Names, hole_rows, ipu_rows, phase_rows
from analytics.resample import _SEED, share_range
from analytics.spectrum import MARGIN, STEP
from analytics.thresholds import Thresholds
from analytics.windows import Windows
from lesson.evidence import Range
from lesson.sound import RATE_HZ, AudioBlock
from lesson.talk import Flag, IntervalKind, Ipu, Phase, PhaseSpan, Role, WaitTime
from tests.lessons.drawn import draw

LESSON = "0123456789abcdef0123456789abcdef"
HOUR = 3600.0
LIVELY = draw(
    "TTTTTTTTTT....TTTTTT?[1.8]PPPPPP......TTTTTTTT?[0.8]QQQQ.....TTTTTT....TTTTTTTT?[3.2]TTTTTTTTTT......"
    "TTTTT?[0.6]PPPPPPPP.....TTTTTTTTT.....TTTTTT?[2.4]TTTT......QQQQQ......TTTT....TTTTT?[1.2]PPPPPP[1.0]"
)


def stretches_of(hours: float) -> Iterator[Stretch]:
    """The lively drawing for hours: each side with slices and prints of its own."""
    rng = np.random.default_rng(5)
    voices = {role: (rng.normal(0, 1, SIZE), rng.normal(0, 1, PRINT)) for role in (Role.TEACHER, Role.PUPIL)}
    times = round(hours * HOUR / LIVELY.duration)
    for begun in (LIVELY.duration * at for at in range(times)):
        for ipu in LIVELY.ipus:
            colour, print_ = voices[ipu.role]
            slices = (colour + rng.normal(0, 0.3, (1, SIZE))).astype(np.float32)
            prints = (print_ + rng.normal(0, 0.3, (2, PRINT))).astype(np.float32)
            sides = 2.0 if ipu.role is Role.TEACHER else -2.0
            flags = frozenset({Flag.LOW_SNR}) if rng.random() < 0.1 else frozenset[Flag]()
            yield Stretch(begun + ipu.start, begun + ipu.end, slices, prints / 8, sides, flags)


def test_from_the_second_to_the_third_hour_only_the_rows_of_its_events_are_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (talkers, live_prints):
        # What is learnt takes the place of what was learnt before, and most of the time.
        monkeypatch.setattr(module, "is_time_to_learn", lambda heard: heard % 500 == 0)
    live, traced, at = LiveTalk(LESSON, Thresholds()), [], 0
    tracemalloc.start()
    try:
        for stretch in stretches_of(3.0):
            live.stretch(stretch)
            for second in range(at, int(stretch.end)):
                live.second(float(second + 1), False, stretch.start < second < stretch.end)
            at = int(stretch.end)
            if at >= (2 + len(traced)) * HOUR - LIVELY.duration:
                gc.collect()
                traced.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    # 2,210 IPUs of 27 bytes and 910 events of 25 in an hour of this drawing, which never rests: 82 kB. Their bytes are
    # asked for an eighth ahead, of three hours 31 kB. IPUs as values of their own: over 800 kB.
    assert len(live.ipus) == 6630
    assert len(list(live.told)) == 2730
    assert traced[1] - traced[0] < 82_500 + 31_000


@given(st.lists(st.one_of(st.binary(max_size=40), st.integers(-30, 30)), max_size=60), st.integers(0, 64))
def test_what_is_kept_is_what_a_row_of_bytes_would_hold(steps: list[bytes | int], space: int) -> None:
    kept, same = Kept(space), bytearray()
    for step in steps:
        if isinstance(step, bytes):
            kept.add(step)
            same += step
        elif step >= 0:
            kept.forget(step)
            del same[:step]
        else:
            kept.cut(-step)
            del same[-step:]

    assert len(kept) == len(same)
    assert kept[:].tobytes() == same
    assert kept[3:9].tobytes() == same[3:9]


def test_an_hour_without_a_microphone_is_filled_a_second_at_a_time() -> None:
    windows, missing = Windows(STEP), 0
    list(windows.feed(AudioBlock(0, bytes(2 * STEP))))
    tracemalloc.start()
    try:
        for _, is_missing in windows.feed(AudioBlock(STEP + 3600 * RATE_HZ, bytes(2 * STEP))):
            missing += int(np.count_nonzero(is_missing[MARGIN : MARGIN + STEP]))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert missing == 3600 * RATE_HZ
    assert windows.samples == 2 * STEP + 3600 * RATE_HZ
    # A second of samples, and whether each is missing, twice: 96 kB.
    assert most < 200_000


def test_how_far_the_shares_of_a_long_day_may_be_off_is_drawn_a_few_draws_at_a_time() -> None:
    part = np.random.default_rng(2).uniform(1, 9, 2000)
    whole = part + np.random.default_rng(3).uniform(0, 5, 2000)
    at_once = np.random.default_rng(_SEED).integers(0, 2000, (1000, 2000))
    tracemalloc.start()
    try:
        found = share_range(part, whole)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    shares = part[at_once].sum(axis=1) / whole[at_once].sum(axis=1)
    assert found == Range(*np.percentile(shares, [2.5, 97.5]).tolist())
    # Fifty draws of 2,000 numbers of 8 bytes, and what they draw of both: 2.4 MB; all at once, 32 MB.
    assert most < 4_000_000


def test_what_adds_and_forgets_for_hours_stays_in_the_space_it_was_given() -> None:
    kept = Kept(space=105)
    given = kept[:0].base
    for _ in range(1000):
        kept.add(bytes(5))
        if len(kept) >= 105:
            kept.forget(5)

    assert kept[:0].base is given


times = st.floats(0, 1e5)


@given(st.builds(Ipu, st.sampled_from(Role), times, times, st.floats(0, 1), flags=st.frozensets(st.sampled_from(Flag))))
def test_an_ipu_is_remembered_exactly(ipu: Ipu) -> None:
    rows = ipu_rows()
    rows.append(ipu)
    rows.append(ipu)

    assert list(rows) == [rows[0], rows[-1]] == rows[0:2] == [ipu, ipu]


@given(st.sampled_from(Phase), times, times)
def test_so_are_a_phase_and_a_hole(phase: Phase, start: float, end: float) -> None:
    phases, holes = phase_rows(), hole_rows()
    phases.append(PhaseSpan(phase, start, end))
    holes.append((start, end))

    assert list(phases) == [PhaseSpan(phase, start, end)]
    assert list(holes) == [(start, end)]


def event(number: int, kind: IntervalKind) -> WaitTime:
    return WaitTime(f"{number:032x}", LESSON, "1.0.0", kind, 10.0 * number, 1.0, None, None, None, 1.0)


def test_an_event_told_again_has_one_name_and_its_last_kind() -> None:
    names = Names(again=3)
    for number in range(5):
        names.tell(event(number, IntervalKind.SR))
    names.tell(event(3, IntervalKind.SI))

    assert [(each.event_id, each.t_end) for each in names] == [(f"{number:032x}", 10.0 * number) for number in range(5)]
    assert [each.kind for each in names] == ["SR", "SR", "SR", "SI", "SR"]
