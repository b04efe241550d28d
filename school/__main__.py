"""Start a school: `python -m school SETTINGS.toml`, as its systemd unit does."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from lesson.wire import dumps, to_wire
from school.errors import SchoolError
from school.main import Ready, serve
from school.settings import Settings


def main() -> int:
    """Read the arguments and run. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m school", description="Run the server of a school.")
    parser.add_argument("settings", type=Path, help="settings file (TOML)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON when the ports answer")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)

    def say(ready: Ready) -> None:
        line = dumps({"ready": True, **to_wire(ready)}).decode() if arguments.json else f"Open {ready.browser}"
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    try:
        serve(Settings.read(arguments.settings), say)
    except SchoolError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
