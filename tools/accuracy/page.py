"""Parts of docs/accuracy.md that are made of kept figures; cog calls these.

::

    tables("demo")              every table          figures("demo")   its pictures
    chosen("meetings", ...)     some tables          made_by("demo")   which version heard it
"""

from __future__ import annotations

from tools.accuracy import kept
from tools.accuracy.plots import pictures
from waitwise.evaluate import report as reports

ALTERNATIVES = {
    "f1": "F1 over the tolerance, one line a way to hear",
    "errors": "How many found waits are how far off",
    "agree": "Error of found waits over their length, with bias and limits of agreement",
    "reliability": "Said certainty against how often it was so",
    "kinds": "F1 of each kind of lesson",
}


def tables(name: str, *titles: str) -> str:
    """Tables whose titles begin so; all of them when none is named."""
    report = kept.read(name)
    sheets = [sheet for sheet in reports.all_sheets(report) if not titles or sheet.title.startswith(titles)]
    return "\n\n".join(reports.markdown_of(sheet) for sheet in sheets) + "\n"


def figures(name: str, *only: str) -> str:
    """Pictures, in the order of the table above."""
    there = pictures(kept.read(name))
    shown = [key for key in only or ALTERNATIVES if key in there]
    return "\n\n".join(f"![{ALTERNATIVES[key]}](accuracy/{name}-{key}.svg)" for key in shown) + "\n"


def made_by(name: str) -> str:
    """Version, thresholds, and the sums of the truths."""
    report = kept.read(name)
    truths = [f"- `{one['name']}`: `{one['truth_sha256']}`" for one in report.get("lessons", ())]
    truths += [f"- `{one['name']}`: `{one['labels_sha256']}`" for one in report.get("clips", ())]
    sums = "\n".join(truths)
    return f"{reports.made_by(report)}\n\n<details><summary>SHA-256 of the truth</summary>\n\n{sums}\n\n</details>\n"
