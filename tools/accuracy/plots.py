"""The pictures of docs/accuracy.md, from the figures that are kept beside it.

::

    f1        F1 over the tolerance, a line a way         errors        how many waits are how far off
    agree     Bland-Altman: off over length               reliability   said against really so
    kinds     F1 of each kind of lesson
"""

from __future__ import annotations

import math
from typing import Any

from tools.accuracy.svg import Plot, Scale, nice_ticks
from waitwise.evaluate.events import TOLERANCES
from waitwise.evaluate.targets import REACH, TARGETS
from waitwise.evaluate.told import OURS

Report = dict[str, Any]
LINES = ("s0", "s1", "s2", "s3", "s4", "s5", "s7", "s8")
"""Ours first and thickest; s6 is grey."""
FEW = 5
"""A bin of fewer waits says little."""
ENOUGH = 10
"""Fewer waits than this make no picture."""


def pictures(report: Report) -> dict[str, str]:
    """By name."""
    if "lessons" not in report:
        return {}
    found = {"f1": f1_over_tolerance(report), "kinds": kinds(report), "reliability": reliability(report)}
    if len(report["drawn"]["lengths"]) >= ENOUGH:
        found |= {"agree": bland_altman(report), "errors": errors(report)}
    return {name: plot.text for name, plot in sorted(found.items())}


def f1_over_tolerance(report: Report) -> Plot:
    """A line a way, named at its end."""
    plot = Plot(
        "Waits found, as the tolerance of their onset grows",
        Scale(0, 1, nice_ticks(0, 1)),
        Scale(0, 1, nice_ticks(0, 1)),
        "tolerance, s",
        "F1",
        width=760,
        height=420,
        right=200,
    )
    told = [way for way in report["ways"] if way == OURS or way.endswith("told who")]
    rows = [(way, LINES[at % len(LINES)]) for at, way in enumerate(told)]
    rows += [(way, "s6 dash") for way in report["ways"] if way.endswith("all hers")]
    ends: list[tuple[float, str, str]] = []
    for way, kind in reversed(rows):
        points = [(at, report["pooled"][way][f"f1_{at}"] or 0.0) for at in TOLERANCES]
        plot.line(points, kind)
        ends.append((points[-1][1], way, kind))
    hers = [end for end in ends if end[1].endswith("all hers")]
    named = [end for end in ends if not end[1].endswith("all hers")]
    if hers:
        named.append((max(end[0] for end in hers), "all hers: every detector", "s6"))
    _name_ends(plot, named)
    return plot


def _name_ends(plot: Plot, ends: list[tuple[float, str, str]]) -> None:
    """Names beside the ends of lines, none over another."""
    last = -math.inf
    for value, name, kind in sorted(ends, key=lambda end: -end[0]):
        wanted = plot.at(1, value)[1]
        place = max(wanted, last + 16)
        plot.word(1.0, value, name, f"name {kind}", on=6, down=4 + place - wanted)
        last = place


def kinds(report: Report) -> Plot:
    """A dot a kind of lesson; the lines are the goal, and what no kind may fall below."""
    rows = [(one["slice"], one["lessons"], one["ways"][OURS]["f1_0.25"]) for one in report["slices"]]
    rows = [row for row in rows if row[2] is not None]
    names = [f"{name} ({lessons})" for name, lessons, _ in rows]
    goal = next(target.goal for target in TARGETS if target.figure == "f1_0.25" and target.only is None)
    plot = Plot(
        "F1 at 0.25 s by kind of lesson (lessons)",
        Scale(0, 1, nice_ticks(0, 1)),
        Scale(len(rows) - 0.5, -0.5, list(range(len(rows))), names),
        "F1",
        height=112 + 24 * max(1, len(rows)),
        left=230,
    )
    for line, name in ((goal, "goal"), (1 - (1 - goal) * REACH, "least")):
        plot.line([(line, len(rows) - 0.5), (line, -0.5)], "s1 dash")
        plot.word(line, -0.5, name, "name s1", "middle" if name == "goal" else "end", down=-4)
    for at, (_, _, value) in enumerate(rows):
        plot.line([(0, at), (value, at)], "s6")
        plot.dot(value, at, "s0", 5)
    return plot


def reliability(report: Report) -> Plot:
    """On the diagonal what was said is so. A dot is as large as its bin; small bins are joined to nothing."""
    plot = Plot(
        "What we say of our certainty, and how often it is so",
        Scale(0, 1, nice_ticks(0, 1)),
        Scale(0, 1, nice_ticks(0, 1)),
        "said",
        "really so",
        width=720,
        height=460,
        right=240,
    )
    plot.line([(0, 0), (1, 1)], "s6 dash")
    named = (("conf", "the wait is there", "s1"), ("p_role", "the sides are right", "s2"), ("p_q", "a question", "s3"))
    shown = [(name, words, kind) for name, words, kind in named if report["drawn"].get(name)]
    for at, (name, words, kind) in enumerate(shown):
        bins = report["drawn"][name]
        plot.line([(said, so) for said, so, n in bins if n >= FEW], kind)
        for said, so, n in bins:
            plot.dot(said, so, kind, 2 + math.sqrt(n) / 1.5)
        plot.word(1.0, 1.0, f"{words}: {sum(n for *_, n in bins)} waits", f"name {kind}", on=18, down=4 + 20 * at)
    return plot


def _off(report: Report) -> list[float]:
    return [told - true for true, told in report["drawn"]["lengths"]]


def _limits(report: Report) -> tuple[float, float, float]:
    one = report["pooled"][OURS]
    return one["bias_s"], *one["limits_s"]


def bland_altman(report: Report) -> Plot:
    """Bland and Altman 1986: a dot a found wait, its error over its length."""
    pairs = report["drawn"]["lengths"]
    longest = max((true + told) / 2 for true, told in pairs)
    reach = max(0.3, *(abs(off) for off in _off(report)))
    plot = Plot(
        "Found waits: how far off, by how long",
        Scale(0, longest * 1.05, nice_ticks(0, longest * 1.05)),
        Scale(-reach * 1.1, reach * 1.1, nice_ticks(-reach * 1.1, reach * 1.1)),
        "length (mean of told and true), s",
        "told less true, s",
        right=150,
    )
    for true, told in pairs:
        plot.dot((true + told) / 2, told - true, "s0")
    last = -math.inf
    for line, name in sorted(zip(_limits(report), ("bias", "95 %", "95 %"), strict=True), reverse=True):
        plot.line([(0, line), (longest * 1.05, line)], f"s1{'' if name == 'bias' else ' dash'}")
        wanted = plot.at(0, line)[1]
        place = max(wanted, last + 16)
        plot.word(longest * 1.05, line, f"{name} {line:+.2f} s", "name s1", on=6, down=4 + place - wanted)
        last = place
    return plot


def errors(report: Report) -> Plot:
    """How many found waits are how far off; what is further lies in the outermost columns."""
    width, reach = 0.05, 0.5
    sides = round(reach / width)
    counts = [0] * (2 * sides)
    for off in _off(report):
        counts[min(max(math.floor(off / width + sides), 0), 2 * sides - 1)] += 1
    most = max(counts)
    plot = Plot(
        "Found waits: how many are how far off",
        Scale(-reach, reach, nice_ticks(-reach, reach, 10)),
        Scale(0, most * 1.1, nice_ticks(0, most * 1.1)),
        "told less true, s",
        "waits",
    )
    for at, count in enumerate(counts):
        plot.bar((at - sides) * width, (at - sides + 1) * width, count, "s0")
    plot.line([(0, 0), (0, most * 1.1)], "s6 dash")
    return plot
