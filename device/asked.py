"""The program on a Unix socket: who may, asks it for what the button can do and more, and follows its state.

::

    page --ask {"type": "start", "mode": "numbers", ...}--> program.ask
         <-- state, state, state ...                        program's on_state
"""

from __future__ import annotations

import pwd
from collections.abc import Callable

from device.commands import Command, command_from_wire
from device.local import LocalServer
from device.settings import SocketSettings
from device.state import UnitState
from lesson.settings import SettingsError

ASK = "ask"
STATE = "state"


class Asked:
    """Answers while it is open. Where the settings name no socket, nobody can ask."""

    def __init__(self, settings: SocketSettings, ask: Callable[[Command], None]) -> None:
        """Raises `SettingsError` for an account that is not there, and `LocalError`."""
        self._server: LocalServer | None = None
        if settings.path is None:
            return
        try:
            users = None if settings.user is None else [pwd.getpwnam(settings.user).pw_uid]
        except KeyError as error:
            raise SettingsError(f"The setting socket.user names no account: {settings.user!r}.") from error
        handlers = {ASK: lambda given: ask(command_from_wire(given))}
        self._server = LocalServer(settings.path, handlers, topics=[STATE], users=users)

    def tell(self, state: UnitState) -> None:
        """Tell a new state to all who follow. Waits for nobody."""
        if self._server is not None:
            self._server.tell(STATE, state)

    def close(self) -> None:
        """Let everybody go."""
        if self._server is not None:
            self._server.close()
