"""docs/accuracy.md is made of kept figures; the check that says so can fail.

::

    docs/accuracy/NAME.json --draw--> NAME-f1.svg ...        --check--> old version | altered picture | stray picture
"""

from __future__ import annotations

import json
import math
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tools.accuracy import kept, page
from tools.accuracy.plots import pictures
from tools.accuracy.svg import Plot, Scale, nice_ticks
from waitwise.evaluate.report import all_sheets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what is kept, as if it had been measured by this version."""
    shutil.copytree(kept.FOLDER, tmp_path, dirs_exist_ok=True)
    for name in kept.names(tmp_path):
        now = {"analytics": kept.ANALYTICS, "config_hash": kept.Thresholds().config_hash}
        kept.keep(name, {**kept.read(name, tmp_path), **now}, tmp_path)
    return tmp_path


def test_what_is_kept_draws_its_pictures(folder: Path) -> None:
    assert list(kept.complaints(folder)) == []
    assert {path.name for path in kept.draw(folder)} >= {"demo-f1.svg", "demo-kinds.svg", "demo-agree.svg"}


def test_the_check_finds_what_is_old(folder: Path) -> None:
    kept.keep("demo", {**kept.read("demo", folder), "analytics": "analytics-0"}, folder)
    (folder / "demo-f1.svg").write_text("<svg/>")
    (folder / "gone-f1.svg").write_text("<svg/>")

    said = list(kept.complaints(folder))

    assert len(said) == 3
    assert "measured with analytics analytics-0" in said[0]
    assert said[1:] == ["demo-f1.svg is not the picture of its figures.", "gone-f1.svg belongs to no figures."]


def test_other_figures_are_another_picture(folder: Path) -> None:
    report = kept.read("demo", folder)
    report["pooled"]["waitwise"]["f1_0.25"] = 0.5
    kept.keep("demo", report, folder)

    assert list(kept.complaints(folder)) == ["demo-f1.svg is not the picture of its figures."]


def test_keeping_again_changes_nothing(folder: Path) -> None:
    before = (folder / "demo.json").read_bytes()

    kept.keep("demo", kept.read("demo", folder), folder)

    assert (folder / "demo.json").read_bytes() == before


@pytest.mark.parametrize("name", kept.names())
def test_every_kept_report_has_its_tables_in_the_page(name: str) -> None:
    text = (kept.FOLDER.parent / "accuracy.md").read_text()
    report = kept.read(name)

    assert [sheet.title for sheet in all_sheets(report) if f"**{sheet.title}**" not in text] == []
    assert page.made_by(name).splitlines()[0] in text
    assert json.dumps(report, allow_nan=False)


def test_every_picture_is_whole_and_has_a_title() -> None:
    for text in pictures(kept.read("demo")).values():
        root = ET.fromstring(text)
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
        places = [float(root.attrib[key]) for key in ("width", "height")]
        for circle in root.iter("{http://www.w3.org/2000/svg}circle"):
            assert 0 <= float(circle.attrib["cx"]) <= places[0]
            assert 0 <= float(circle.attrib["cy"]) <= places[1]


def test_a_place_on_the_paper() -> None:
    plot = Plot("p", Scale(0, 10), Scale(0, 1), width=184, height=192, left=60, right=24)

    assert plot.at(0, 0) == (60, 144)
    assert plot.at(10, 1) == (160, 64)
    assert all(math.isclose(one, other) for one, other in zip(nice_ticks(-0.3, 0.3), (-0.2, 0, 0.2), strict=False))
