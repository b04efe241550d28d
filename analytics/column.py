"""One kind of value of a whole lesson, kept in bytes and made into numbers only where somebody looks.

::

    bytes     3c 3d 3d 41 ... 2f 2e        an hour of 10 ms frames: 0.4 MB
    [200:206]       |decode|               six numbers of four bytes each

So a lesson of any length is judged with little more memory than its bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from analytics.arrays import Bools, Floats
from analytics.kept import Kept

_Values = TypeVar("_Values", Floats, Bools)
_Seen_co = TypeVar("_Seen_co", covariant=True)


class Sliced(Protocol[_Seen_co]):
    """Values in order, of which some in a row may be asked for: an array, or what makes them when asked."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, rows: slice, /) -> _Seen_co:
        """Return those of some rows."""
        ...


class Column(Generic[_Values]):
    """`decode` makes new values of bytes; a row has `width` of them, one if there is none."""

    def __init__(self, kept: Kept, decode: Callable[[NDArray[np.uint8]], _Values], width: int | None = None) -> None:
        self._kept, self._width = kept, width
        self._decode: Callable[[NDArray[np.uint8]], _Values] = decode

    def __len__(self) -> int:
        return len(self._kept) // (self._width or 1)

    def __getitem__(self, rows: slice, /) -> _Values:
        """Return the values of a range of rows, without a step."""
        first, last, _ = rows.indices(len(self))
        size = self._width or 1
        found = self._decode(self._kept[first * size : max(first, last) * size])
        if self._width is not None:
            found.shape = -1, self._width
        return found
