"""Measure, keep the figures, and write docs/accuracy.md anew: `make accuracy`. Or only look whether it is true.

::

    make accuracy                                              the demo lesson
    make accuracy ARGS='lessons=my-lessons meetings=my-ami'    and other folders, kept under these names
    python -m tools.accuracy --draw                            pictures and tables of what is kept, nothing measured
    python -m tools.accuracy --check                           fails when figures or pictures are old
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tools.accuracy import kept
from waitwise import show
from waitwise.evaluate.results import results
from waitwise.evaluate.run import evaluate

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs" / "accuracy.md"
DEMO = {"demo": HOUSE / "waitwise" / "lesson_for_demo"}


def main() -> int:
    """Return 0, or 1 when something is old."""
    parser = argparse.ArgumentParser(prog="make accuracy", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", metavar="NAME=DIR", help="folders of sound and truth beside the demo's")
    parser.add_argument("--teacher-voice", action="store_true", help="those folders once more, her voice known")
    parser.add_argument("--draw", action="store_true", help="measure nothing")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when something is old")
    asked = parser.parse_args()
    if not asked.check:
        _write({} if asked.draw else _folders(asked.folders), teacher_voice=asked.teacher_voice)
    wrong = list(kept.complaints())
    for one in wrong:
        print(one, file=sys.stderr)
    if wrong:
        print("make accuracy, with the folders named that are meant, makes the page true again.", file=sys.stderr)
    return 1 if wrong else 0


def _folders(named: list[str]) -> dict[str, Path]:
    pairs = [one.partition("=") for one in named]
    return {**DEMO, **{name: Path(folder) for name, _, folder in pairs}}


def _write(folders: dict[str, Path], *, teacher_voice: bool) -> None:
    for name, folder in folders.items():
        with show.progress(name) as tell:
            found = evaluate(folder, tell, teacher_voice=teacher_voice and name not in DEMO)
        kept.keep(name, results(found))
    for old in kept.FOLDER.glob("*.svg"):
        old.unlink()
    for path, text in kept.draw().items():
        path.write_text(text, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "cogapp", "-r", "-p", "import sys; sys.path.insert(0, '.')", PAGE], cwd=HOUSE, check=True
    )


if __name__ == "__main__":
    sys.exit(main())
