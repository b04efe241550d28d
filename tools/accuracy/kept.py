"""Figures that are kept beside docs/accuracy.md, so that the page can be made again without the sound.

::

    docs/accuracy/demo.json        the demo lesson: anybody can measure it again
    docs/accuracy/NAME.json        lessons that are not in this repository
    docs/accuracy/NAME-f1.svg ...  pictures of them

What each simple way did in each single lesson is not kept; all lessons together are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analytics.account import VERSION as ANALYTICS
from analytics.thresholds import Thresholds
from tools.accuracy.plots import pictures
from waitwise.evaluate.told import OURS

FOLDER = Path(__file__).parents[2] / "docs" / "accuracy"

Report = dict[str, Any]


def names(folder: Path = FOLDER) -> list[str]:
    """What is kept."""
    return sorted(file.stem for file in folder.glob("*.json"))


def read(name: str, folder: Path = FOLDER) -> Report:
    """One of them."""
    report: Report = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return report


def keep(name: str, report: Report, folder: Path = FOLDER) -> None:
    """Keep what `waitwise evaluate --json` found."""
    folder.mkdir(exist_ok=True)
    text = json.dumps(slim(report), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def slim(report: Report) -> Report:
    """Leave out what no table and no picture shows."""
    found = dict(report)
    for part in ("lessons", "slices"):
        if part in report:
            found[part] = [
                {**one, "ways": {way: _brief(value) for way, value in one["ways"].items() if way.startswith(OURS)}}
                for one in report[part]
            ]
    return found


def _brief(figures: Report) -> Report:
    return {key: value for key, value in figures.items() if key not in {"kinds", "outcomes"}}


def draw(folder: Path = FOLDER) -> dict[Path, str]:
    """Every picture and where it belongs."""
    return {
        folder / f"{name}-{picture}.svg": text
        for name in names(folder)
        for picture, text in pictures(read(name, folder)).items()
    }


def complaints(folder: Path = FOLDER) -> Iterator[str]:
    """What is no longer true of the kept figures and their pictures."""
    now = {"analytics": ANALYTICS, "config_hash": Thresholds().config_hash}
    for name in names(folder):
        report = read(name, folder)
        for key, value in now.items():
            if report[key] != value:
                yield f"{name}.json was measured with {key} {report[key]}; now it is {value}. Measure again."
    wanted = draw(folder)
    for path, text in wanted.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            yield f"{path.name} is not the picture of its figures."
    for path in sorted(set(folder.glob("*.svg")) - set(wanted)):
        yield f"{path.name} belongs to no figures."
