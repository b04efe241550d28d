"""Make a lesson: `python -m tools.classroom demo --out waitwise/lesson_for_demo/`.

The folder holds the script; the sound and the truth are written beside it::

    script.toml  -->  lesson.flac   what a unit would hear
                      truth.json    what was said when, and the sound's SHA-256
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tools.classroom.errors import ClassroomError, need


def main() -> int:
    """Run the command line; returns the exit status."""
    asked = _arguments()
    try:
        # Late, so that a missing numpy or codec is told with its remedy, too.
        need("tools.classroom.make").make(asked.script or asked.out / "script.toml", asked.out, asked.cache)
    except ClassroomError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parser = argparse.ArgumentParser(prog="python -m tools.classroom", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=["demo"], help="which lesson to make")
    parser.add_argument("--out", type=Path, required=True, help="folder for lesson.flac and truth.json")
    parser.add_argument("--script", type=Path, help="the script; script.toml in the folder otherwise")
    parser.add_argument("--cache", type=Path, default=caches / "waitwise-classroom", help="folder for spoken sentences")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
