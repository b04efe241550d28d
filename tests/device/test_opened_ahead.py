"""Camera and microphone are opened at the same time, and what is not wanted any more is closed."""

import threading

import pytest

from device.opened_ahead import OpenedAhead

PATIENCE = 30.0


class Device:
    """Something that is open until it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


def test_two_are_opened_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=PATIENCE)

    def open_it() -> Device:
        both.wait()
        return Device()

    ahead = OpenedAhead(open_it)
    both.wait()  # breaks if the first one is waited for before the second is begun
    assert not ahead.get().closed.is_set()


def test_what_went_wrong_is_raised_where_it_is_wanted() -> None:
    def refuse() -> Device:
        raise LookupError("no camera")

    ahead = OpenedAhead(refuse)
    with pytest.raises(LookupError, match="no camera"):
        ahead.get()
    ahead.close()


def test_what_is_opened_after_all_is_closed_when_nobody_wants_it_any_more() -> None:
    device, may_open = Device(), threading.Event()

    def open_it() -> Device:
        may_open.wait(PATIENCE)
        return device

    ahead = OpenedAhead(open_it)
    closing = threading.Thread(target=ahead.close)
    closing.start()
    may_open.set()
    assert device.closed.wait(PATIENCE)
    closing.join(PATIENCE)
    ahead.close()
