"""What a unit's process knows stays in the process: content keys and what is not sealed yet.

::

    no core dump        RLIMIT_CORE 0, soft and hard: a crash writes no memory to the card
    not dumpable        prctl(2) PR_SET_DUMPABLE 0: no other program of the same user can attach or read /proc/<pid>/mem

Swap is not switched off here: a unit's image has none.
"""

from __future__ import annotations

import ctypes
import os
import resource

PR_SET_DUMPABLE = 4
"""linux/prctl.h."""


def keep_memory_private() -> None:
    """Let nobody have this process's memory, from now on. Call it before there is a key. Raises `OSError`."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
