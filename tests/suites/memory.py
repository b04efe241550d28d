"""The memory of a running program, as an attacker with all rights would read it."""

import pathlib
from collections.abc import Iterator


def memory_of(pid: int) -> Iterator[bytes]:
    """Every stretch of a process's memory that can be read."""
    with pathlib.Path(f"/proc/{pid}/mem").open("rb") as memory:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_rest = line.split()
            if "r" in rights and "[v" not in line:
                start, end = (int(part, 16) for part in span.split("-"))
                memory.seek(start)
                try:
                    yield memory.read(end - start)
                except OSError:
                    continue
