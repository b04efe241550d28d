"""Replaces a small file so that, whatever happens to the power, the old one or the new one is there, and whole."""

from __future__ import annotations

import os
from pathlib import Path


def keep_file(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Write it. `mode`: who may read it, whatever the umask says. Raises `OSError`, and leaves the old one then."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    # The folder as well: after a power cut the file can be whole and its name missing.
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
