"""Make lessons, and hold a result against an earlier one.

::

    python -m tools.classroom demo --out waitwise/lesson_for_demo/           script.toml --> lesson.flac, truth.json
    python -m tools.classroom simulate --all --seed 2 --out out/simulated/   sixteen profiles, with their truth
    python -m tools.classroom simulate --profile video --seed 7 --seconds 600 --out out/video/
    python -m tools.classroom simulate --profile whole_lesson --out out/whole/  one of ten minutes, all phases
    python -m tools.classroom gate RESULTS.json BASELINE.json                fails when hearing has become worse
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
        if asked.what == "demo":
            need("tools.classroom.make").make(asked.script or asked.out / "script.toml", asked.out, asked.cache)
        elif asked.what == "simulate":
            names = list(need("tools.classroom.profiles").PROFILES) if asked.all else [asked.profile]
            simulate = need("tools.classroom.simulate").simulate
            simulate(names, asked.seed, asked.seconds, asked.out, asked.cache, asked.voices)
        else:
            return int(need("tools.classroom.regressions").gate(asked.results, asked.baseline, write=asked.write))
    except ClassroomError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    parser = argparse.ArgumentParser(prog="python -m tools.classroom", description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="what", required=True)
    demo = commands.add_parser("demo", help="the lesson of a script")
    demo.add_argument("--script", type=Path, help="the script; script.toml in the folder otherwise")
    many = commands.add_parser("simulate", help="lessons drawn from a seed: even for tests, odd for tuning")
    which = many.add_mutually_exclusive_group(required=True)
    which.add_argument("--profile", help="one of the sixteen, or whole_lesson")
    which.add_argument("--all", action="store_true", help="all sixteen")
    many.add_argument("--seed", type=int, default=2)
    many.add_argument("--seconds", type=float, help="90 otherwise, 600 for whole_lesson")
    many.add_argument("--voices", choices=["quick", "kokoro"], default="quick")
    for maker in (demo, many):
        maker.add_argument("--out", type=Path, required=True, help="folder for what is made")
        maker.add_argument("--cache", type=Path, default=caches / "waitwise-classroom", help="folder for sentences")
    gate = commands.add_parser("gate", help="compare results of `waitwise evaluate DIR --json` with a baseline")
    gate.add_argument("results", type=Path)
    gate.add_argument("baseline", type=Path)
    gate.add_argument("--write", action="store_true", help="make these results the baseline")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
