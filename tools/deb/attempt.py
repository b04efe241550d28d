"""Install the package in a bare Debian and ask whether everything works there: `make try-deb ARGS=arm64`.

::

    waitwise-unit_..._arm64.deb --dpkg--> bare Debian (foreign: under qemu-user) --> waitwise self-test --> removed
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

from tools.deb.build import MACHINES, build
from tools.deb.roots import NotHereError, run, unpacked


def main() -> None:
    """Try the package on the machines that were asked for. The status is 1 when something does not work."""
    parser = argparse.ArgumentParser(description="Install the package of a unit in a bare Debian, and try it.")
    parser.add_argument("machines", nargs="*", default=list(MACHINES), metavar="amd64|arm64")
    works = [attempt(machine) for machine in parser.parse_args().machines]
    sys.exit(not all(works))


def attempt(machine: str) -> bool:
    """Install, try, remove; say what happened."""
    package = build(machine)
    print(f"{machine}: {package.name}, {package.stat().st_size / 1e6:.1f} MB")
    try:
        with unpacked(machine) as root:
            return _installed(root, package) and _tried(root) and _removed(root)
    except NotHereError as error:
        print(f"{machine}: left out. {error}")
        return False


def _installed(root: Path, package: Path) -> bool:
    shutil.copy(package, root / package.name)
    return _step(root, "installed", "dpkg", "--install", f"/{package.name}")


def _tried(root: Path) -> bool:
    started = time.monotonic()
    said = run(root, "waitwise", "self-test", "--json")
    try:
        told = json.loads(said.stdout)
    except json.JSONDecodeError:
        print(f"  self-test said {said.stdout[-500:]!r} {said.stderr[-2000:]!r}")
        return False
    print(f"  {', '.join(f'{name} {version}' for name, version in told['on'].items())}")
    for each in told["tried"]:
        print(f"  {'works' if each['is_good'] else 'FAILS'}  {each['name']}: {each['detail']} ({each['seconds']} s)")
    print(f"  self-test: {time.monotonic() - started:.0f} s, status {said.returncode}")
    return said.returncode == 0


def _removed(root: Path) -> bool:
    gone = _step(root, "removed", "dpkg", "--purge", "waitwise-unit")
    left = sorted(str(path.relative_to(root)) for path in (root / "opt").rglob("*"))
    if left:
        print(f"  left behind: {left[:5]}")
    return gone and not left


def _step(root: Path, word: str, *command: str) -> bool:
    started = time.monotonic()
    said = run(root, *command)
    if said.returncode != 0:
        print(f"  not {word}: {said.stdout[-1000:]}{said.stderr[-2000:]}")
        return False
    print(f"  {word} in {time.monotonic() - started:.0f} s")
    return True


if __name__ == "__main__":
    main()
