"""A unit's process gives its memory to nobody: no core dump, no debugger."""

import subprocess
import sys

ASK = """
import ctypes, resource
prctl, PR_GET_DUMPABLE = ctypes.CDLL(None).prctl, 3
print(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), end=" ")
from capture.secrecy import keep_memory_private
keep_memory_private()
print(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_no_core_dump_and_no_debugger() -> None:
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["1", "0", "0", "0"]
