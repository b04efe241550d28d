"""What holds for every small process of a unit."""

import contextlib
import os
import select
import subprocess
import sys


def expect_to_die_with_its_unit(unit: str) -> None:
    """Run a unit that prints the id of its process and dies at once; the process must be gone soon after.

    `unit` is Python that prints the id; the dying is added.
    """
    dies = f"import os\n{unit}\nos._exit(1)\n"
    said = subprocess.run([sys.executable, "-c", dies], capture_output=True, text=True, check=False)
    watched = select.poll()
    with contextlib.suppress(ProcessLookupError):
        pid = os.pidfd_open(int(said.stdout))
        watched.register(pid, select.POLLIN)
        assert watched.poll(10_000)
        os.close(pid)
