"""Lines of what was heard become batches: none lost, none twice, waits at once.

::

    heard     s  s  w  s           w at once; the rest every 5 s
    batches  [s  s  w][s]
"""

from hypothesis import given
from hypothesis import strategies as st

from device.batches import MAX_BATCH_BYTES, Batches, as_line
from lesson.talk import Heard, IntervalKind, Role, State, WaitTime


def state(start: float) -> Heard:
    return Heard(state=State(Role.TEACHER, start, start + 1))


def wait() -> Heard:
    return Heard(wait=WaitTime("id", "0" * 32, "1.0.0", IntervalKind.SR, 1.0, 2.0, None, None, None, 2.0))


def test_a_wait_goes_at_once_and_takes_along_what_was_gathered() -> None:
    batches = Batches(5.0, waits_at_once=True)

    assert batches.feed([state(0)], 1.0) == []
    assert batches.feed([wait()], 2.0) == [as_line(state(0)) + as_line(wait())]
    assert batches.feed([state(2)], 6.9) == []
    assert batches.feed([], 7.0) == [as_line(state(2))]


def test_a_log_waits_for_its_time() -> None:
    batches = Batches(10.0, waits_at_once=False)

    assert batches.feed([wait()], 9.9) == []
    assert batches.feed([], 10.0) == [as_line(wait())]
    assert batches.flush(11.0) == []


def test_a_batch_fits_into_a_message() -> None:
    batches = Batches(3600.0, waits_at_once=False)

    done = batches.feed([state(float(number)) for number in range(5000)], 1.0) + batches.flush(2.0)

    assert len(done) > 1
    assert max(map(len, done)) <= MAX_BATCH_BYTES


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 8)), max_size=50))
def test_every_line_once_and_in_order(script: list[tuple[bool, float]]) -> None:
    batches, now, lines, sent = Batches(5.0, waits_at_once=True), 0.0, [], []
    for is_wait, pause in script:
        now += pause
        heard = wait() if is_wait else state(now)
        lines.append(as_line(heard))
        sent += batches.feed([heard], now)
    sent += batches.flush(now)

    assert b"".join(sent) == b"".join(lines)
