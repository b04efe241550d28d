"""Stills of a camera, one after the other, for whoever looks for something in them.

::

    open     . . . . . .         nothing before `settles_for`: its exposure is still being found
    stills           S   S   S   each once, as soon as it has come
    over                       ^ after `within`, or where `wait` says that it was called off

    lesson   WatchedCamera       the same, of a camera that films a lesson: its loop is never kept waiting
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

from capture.camera import Camera, CodedPicture, Coding, Frame

LOOK_EVERY = 0.05
"""Seconds between two questions for a still."""

Wait = Callable[[float], bool]
"""Waits so many seconds; true, at once, where it was called off."""


def stills(
    camera: Camera,
    *,
    within: float,
    settles_for: float = 0.0,
    is_large: bool,
    monotonic: Callable[[], float],
    wait: Wait,
) -> Iterator[Frame]:
    """What it sees, from now on."""
    began = monotonic()
    while (passed := monotonic() - began) < within and not wait(LOOK_EVERY):
        # A camera that is not emptied holds what it saw.
        for _ in camera.pictures_until(passed):
            pass
        if passed >= settles_for and (still := camera.still(is_large=is_large)) is not None:
            yield still


class WatchedCamera:
    """A lesson's camera, of which another thread sees large stills while it wants to."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._seen: queue.Queue[Frame] = queue.Queue(1)
        self._is_watched = False

    def stills(self, *, within: float, monotonic: Callable[[], float], wait: Wait) -> Iterator[Frame]:
        """What it sees, from now on. For one thread; the lesson's loop asks for no still more than is taken."""
        began = monotonic()
        self._is_watched = True
        try:
            while monotonic() - began < within and not wait(LOOK_EVERY):
                try:
                    yield self._seen.get_nowait()
                except queue.Empty:
                    continue
        finally:
            self._is_watched = False

    @property
    def coding(self) -> Coding:
        """See `Camera`."""
        return self._camera.coding

    @property
    def rate_hz(self) -> float:
        """See `Camera`."""
        return self._camera.rate_hz

    @property
    def mask(self) -> str | None:
        """See `Camera`."""
        return self._camera.mask

    def pictures_until(self, t: float) -> Iterator[CodedPicture]:
        """See `Camera`."""
        # Before the next pictures: the still that proves the mask has had its turn.
        if self._is_watched and self._seen.empty() and (still := self._camera.still(is_large=True)) is not None:
            self._seen.put(still)
        return self._camera.pictures_until(t)

    def still(self, *, is_large: bool = False) -> Frame | None:
        """See `Camera`."""
        return self._camera.still(is_large=is_large)

    def close(self) -> None:
        """See `Camera`."""
        self._camera.close()
