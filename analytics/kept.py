"""Bytes of a lesson in order, in space that is asked for once.

::

    space    |################............|    asked for when the lesson begins; what is empty of it costs no memory
    add      |##################..........|
    forget   |############................|    what is left moves to the front
                                               only what outgrows its space moves, to twice as much

A lesson that goes on for hours adds and forgets without an end. In space that grows and shrinks, each new piece would
lie somewhere else, and the holes between the old ones would be the program's for good.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Kept:
    """Bytes that are added behind and forgotten in front.

    >>> kept = Kept(space=4)
    >>> kept.add(b"lesson")
    >>> kept.forget(2)
    >>> len(kept), bytes(kept[1:3])
    (4, b'so')
    """

    def __init__(self, space: int) -> None:
        """`space`: bytes it is expected to hold at most."""
        # Zeros that the system promises and gives a page of at the first touch.
        self._space = np.zeros(space, dtype=np.uint8)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, rows: slice, /) -> NDArray[np.uint8]:
        """Look at a range, as long as nothing is forgotten; to be kept it has to be copied."""
        return self._space[: self._count][rows]

    def add(self, more: bytes) -> None:
        """Add behind."""
        end = self._count + len(more)
        if end > self._space.size:
            wider = np.zeros(max(2 * self._space.size, end), dtype=np.uint8)
            wider[: self._count] = self._space[: self._count]
            self._space = wider
        self._space[self._count : end] = np.frombuffer(more, dtype=np.uint8)
        self._count = end

    def cut(self, count: int) -> None:
        """Forget all but the first `count`."""
        self._count = min(self._count, count)

    def forget(self, count: int) -> None:
        """Forget the first `count`."""
        left = max(0, self._count - count)
        self._space[:left] = self._space[self._count - left : self._count]
        self._count = left
