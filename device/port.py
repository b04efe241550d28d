"""The port of a service, which systemd opened before it started the service and keeps open while it is restarted.

::

    ListenStream=443     in waitwise-page.socket: below 1024, and in systemd's network
    LISTEN_PID, LISTEN_FDS=1 --> file descriptor 3, listening     sd_listen_fds(3)

So the program that answers needs no right to open a port, and no network: only what comes in by this one.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

_FIRST = 3


def handed_over_port(environment: Mapping[str, str]) -> socket.socket | None:
    """The socket that was handed over to this very process. None: none was."""
    if environment.get("LISTEN_PID") != str(os.getpid()) or environment.get("LISTEN_FDS") != "1":
        return None
    port = socket.socket(fileno=_FIRST)
    port.set_inheritable(False)
    return port
