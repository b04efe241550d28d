"""The program on a Unix socket: who may, asks it for what the button can do and more, and follows its state.

::

    page --ask {"type": "start", "mode": "numbers", ...}--> program.ask
         --still ID, mask NAME-->                           program.still, program.mask
         <-- state, state, state ...                        program's on_state
"""

from __future__ import annotations

import pwd
from typing import Protocol

from capture.masks import Mask
from device.commands import Command, command_from_wire
from device.local import Handler, LocalServer
from device.settings import SocketSettings
from device.state import UnitState
from lesson.settings import SettingsError

ASK = "ask"
STATE = "state"
STILL = "still"
MASK = "mask"


class Program(Protocol):
    """What is asked. Several threads may, at a time."""

    def ask(self, command: Command) -> None:
        """Do it, if it can be done now."""

    def still(self, given: object) -> bytes:
        """The still of that id."""

    def mask(self, given: object) -> Mask:
        """The mask of that name."""


class Asked:
    """Answers while it is open. Where the settings name no socket, nobody can ask."""

    def __init__(self, settings: SocketSettings, program: Program) -> None:
        """Raises `SettingsError` for an account that is not there, and `LocalError`."""
        self._server: LocalServer | None = None
        if settings.path is None:
            return
        try:
            users = None if settings.user is None else [pwd.getpwnam(settings.user).pw_uid]
        except KeyError as error:
            raise SettingsError(f"The setting socket.user names no account: {settings.user!r}.") from error
        handlers: dict[str, Handler] = {
            ASK: lambda given: program.ask(command_from_wire(given)),
            STILL: program.still,
            MASK: program.mask,
        }
        self._server = LocalServer(settings.path, handlers, topics=[STATE], users=users)

    def tell(self, state: UnitState) -> None:
        """Tell a new state to all who follow. Waits for nobody."""
        if self._server is not None:
            self._server.tell(STATE, state)

    def close(self) -> None:
        """Let everybody go."""
        if self._server is not None:
            self._server.close()
