"""Opens one device while another is opened: a press waits for the slower of the two, and not for both.

::

    camera = OpenedAhead(lambda: open_camera())     in a thread of its own
    microphone = open_microphone()                  meanwhile
    camera.get()                                    the camera, or why there is none

Whoever gives up meanwhile closes it: then it is closed as soon as it is open, and nobody waits long for that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Generic, Protocol, TypeVar

CLOSED_WITHIN = 2.0
"""Seconds that `close` waits for what is just being opened, so that the next press finds it free."""


class Closable(Protocol):
    """What can be closed."""

    def close(self) -> None:
        """Let go of it."""


T = TypeVar("T", bound=Closable)


class OpenedAhead(Generic[T]):
    """Something that is being opened."""

    def __init__(self, open_it: Callable[[], T]) -> None:
        self._future: Future[T] = Future()
        threading.Thread(target=self._open, args=(open_it,), name="opening", daemon=True).start()

    def get(self) -> T:
        """Wait for it. Raises what the opening raised."""
        return self._future.result()

    def close(self) -> None:
        """Close it, now or when it is open."""
        self._future.add_done_callback(_close)
        wait([self._future], CLOSED_WITHIN)

    def _open(self, open_it: Callable[[], T]) -> None:
        try:
            self._future.set_result(open_it())
        except BaseException as error:  # noqa: BLE001 - whatever it is, whoever waits for it hears it
            self._future.set_exception(error)


def _close(future: Future[T]) -> None:
    if future.exception() is None:
        future.result().close()
