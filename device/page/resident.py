"""The program that records, as the page knows it: its newest state, and a way to ask it for something.

::

    socket --state--> thread --> state, and everybody who waits for the next one
    ask(Start(...)) --socket--> taken, or a sentence why not

One connection follows for all browsers. When the program is away the state is None, and the thread looks for it again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path

from capture.masks import Mask
from device.asked import ASK, MASK, STATE, STILL
from device.commands import Command, command_to_wire
from device.local import LocalClient, LocalError
from device.state import UnitState
from lesson.wire import WireError, from_wire

_log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0
"""Seconds between two looks for a program that is away, and between two looks whether to stop."""


class Resident:
    """Follows from `start` to `stop`. `state` may be read by any thread."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        self.state: UnitState | None = None
        """None: the program that records does not answer."""
        self.number = 0
        """How many states were told."""
        self._client, self._loop = LocalClient(path), loop
        self._news = asyncio.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="resident", daemon=True)

    def start(self) -> None:
        """Follow."""
        self._thread.start()

    @property
    def is_following(self) -> bool:
        """Whether it follows, or looks for whom to follow."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Follow no longer, and wake who waits."""
        self._stop.set()
        self._news.set()

    async def next(self, seen: int, within: float) -> None:
        """Wait until more than `seen` states were told, but not for longer."""
        if self.number != seen:
            return
        try:
            await asyncio.wait_for(self._news.wait(), within)
        except TimeoutError:
            return

    async def ask(self, command: Command) -> None:
        """Ask for something. Raises `LocalError`; what the state does not allow is not done."""
        await asyncio.to_thread(self._client.ask, ASK, command_to_wire(command))

    async def still(self, still_id: str) -> bytes:
        """A still, as JPEG. Raises `LocalError`."""
        return from_wire(bytes, await asyncio.to_thread(self._client.ask, STILL, still_id))

    async def mask(self, name: str) -> Mask:
        """A mask. Raises `LocalError`."""
        return from_wire(Mask, await asyncio.to_thread(self._client.ask, MASK, name))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._client.follow(STATE) as following:
                    while not self._stop.is_set():
                        if (told := following.next(LOOK_AGAIN)) is not None:
                            self._tell(from_wire(UnitState, told))
            except (LocalError, WireError) as error:
                if self.state is not None:
                    _log.warning("The program that records does not tell its state: %s", error)
                self._tell(None)
                self._stop.wait(LOOK_AGAIN)
        self._client.close()

    def _tell(self, state: UnitState | None) -> None:
        if not self._stop.is_set():
            self._loop.call_soon_threadsafe(self._take, state)

    def _take(self, state: UnitState | None) -> None:
        self.state, self.number = state, self.number + 1
        # Who waits holds this one; who comes later waits for the next.
        self._news.set()
        self._news = asyncio.Event()
