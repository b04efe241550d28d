"""Who gave this lesson, found out while its first seconds are recorded: her key card makes it hers at once.

::

    begun    recorded to a claim key, told to nobody ............................................. hers, and told
    stills   S  S  S  S  her card -------------------------> pinned, if need be -> grant -> key gone --^
             S  S  S  a card that does not help  S  S  S     nobody's: the lesson ends, and is thrown away
             S  S  S  none           10 s, a pause, the end  it goes on, and can be claimed (claims.py)

In a thread of its own: reading a card takes longer than a block of sound may wait.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Generator

from capture.camera import Frame
from device.card_asking import CardAsking, look_for_card
from device.recipients import ListedRecipient
from device.stills_seen import Wait
from lesson.problems import CARD_UNSEEN, Problem

_log = logging.getLogger(__name__)


class Naming:
    """Looks for one lesson's card, from `start` until it is over. `start` and `stop` may be called twice."""

    def __init__(
        self,
        asking: CardAsking,
        stills: Callable[[Wait], Generator[Frame]],
        *,
        is_held: Callable[[], bool],
        tell: Callable[[Problem], None],
        make_hers: Callable[[ListedRecipient], None],
        over: Callable[[], None],
    ) -> None:
        """`tell` is told what is wrong with a card, `over` that nothing is looked for any more."""
        self.is_refused = False
        """A card was held up that does not help, and none after it that does: this is to be nobody's lesson."""
        self._asking, self._stills, self._is_held = asking, stills, is_held
        self._tell, self._make_hers, self._over = tell, make_hers, over
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="card", daemon=True)

    @property
    def problem(self) -> Problem:
        """What is wrong with the last card that was seen."""
        return self._asking.problem

    def start(self) -> None:
        """Look. Once stopped it does not look at all."""
        if not self._stopped.is_set() and self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """Look at nothing any more. Any thread; waits for nothing."""
        self._stopped.set()

    def join(self) -> None:
        """Wait until a card that has been read has made the lesson hers."""
        self.stop()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        """A lesson goes on, whatever becomes of this: it can still be claimed."""
        try:
            with contextlib.closing(self._stills(self._stopped.wait)) as stills:
                person = look_for_card(stills, self._asking, is_held=self._is_held, tell=self._tell)
            if person is not None:
                self._make_hers(person)
            elif self._asking.problem is not CARD_UNSEEN:
                self.is_refused = True
        except Exception:  # noqa: BLE001 - see the docstring
            _log.exception("Her key card could not make the lesson hers; it can be claimed afterwards.")
        if not self.is_refused:
            self._over()
