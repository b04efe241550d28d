"""Presses that are typed, where there is no button: for a table at home, a demonstration, a test.

::

    (Enter)     a short press
    hold        as it says; double, too
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TextIO

from device.presses import Gesture


def listen_to(lines: TextIO, tell: Callable[[Gesture], None]) -> None:
    """Tell the gestures that are typed, in a thread of its own, until there are no more lines. Others are left out."""

    def read() -> None:
        for line in lines:
            word = line.strip() or Gesture.SHORT
            if word in list(Gesture):
                tell(Gesture(word))

    threading.Thread(target=read, name="typed", daemon=True).start()
