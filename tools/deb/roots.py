"""A bare Debian with what the package needs, to install it in: `python -m tools.deb.roots arm64`.

::

    mmdebstrap --> out/roots/trixie-amd64.tar   a minute; kept, and made anew when what it should hold changes
    unpacked() --> a folder that is removed again, with the package's dependencies and nothing of ours

A foreign machine's programs run under qemu-user, which the kernel starts by binfmt_misc. Needs root.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.deb.build import DEPENDS, HOUSE

SUITE = "trixie"
BOOTS = ("systemd", "systemd-sysv", "dbus", "udev", "iproute2", "procps", "pulseaudio", "libasound2-plugins")
"""What it takes to boot, and for a microphone made of software; only where programs run without an emulator."""

BINFMT = Path("/proc/sys/fs/binfmt_misc")


class NotHereError(RuntimeError):
    """This computer lacks a program, or the rights."""


def main() -> None:
    """Make the roots that were asked for, and print where they are."""
    for machine in sys.argv[1:]:
        print(root(machine))


def root(machine: str) -> Path:
    """The tar file of a root for `amd64` or `arm64`. Raises `NotHereError`."""
    _expect_tools(machine)
    packages = [re.split(r"[ (]", each)[0] for each in DEPENDS] + ["ca-certificates"]
    if machine == _own_machine():
        packages += BOOTS
    wanted = ",".join(sorted(set(packages)))
    name = f"{SUITE}-{machine}-{hashlib.sha256(wanted.encode()).hexdigest()[:8]}.tar"
    folder = HOUSE / "out" / "roots"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / name
    if not made.exists():
        part = made.with_suffix(".part.tar")
        command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--architectures={machine}", f"--include={wanted}"]
        subprocess.run([*command, SUITE, str(part)], check=True, stdout=sys.stderr)
        part.rename(made)
    return made


@contextlib.contextmanager
def unpacked(machine: str) -> Iterator[Path]:
    """A root in a folder of its own, which is removed afterwards. Raises `NotHereError`."""
    tar = root(machine)
    with tempfile.TemporaryDirectory(prefix=f"waitwise-root-{machine}-") as folder:
        subprocess.run(["tar", "-xf", str(tar), "-C", folder, "--exclude=./dev/*"], check=True)
        Path(folder).chmod(0o755)
        yield Path(folder)


def run(root_folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the root, with processes and devices of its own; what it said. Its only network is itself."""
    inside = 'ip link set lo up && mount --bind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(
        ["unshare", "--mount", "--pid", "--net", "--fork", "sh", "-c", inside, str(root_folder), *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _own_machine() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True).stdout.strip()


def _expect_tools(machine: str) -> None:
    if os.geteuid() != 0:
        raise NotHereError("Only root can make a root.")
    if shutil.which("mmdebstrap") is None:
        raise NotHereError("mmdebstrap is not installed: tools/setup packages")
    if machine != _own_machine():
        if not (BINFMT / "register").exists():
            subprocess.run(["mount", "-t", "binfmt_misc", "none", str(BINFMT)], check=False)
        subprocess.run(["update-binfmts", "--enable"], check=False, capture_output=True)
        if subprocess.run(["arch-test", machine], check=False, capture_output=True).returncode != 0:
            raise NotHereError(f"No program for {machine} runs here: tools/setup packages")


if __name__ == "__main__":
    main()
