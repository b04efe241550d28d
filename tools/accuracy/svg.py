"""Small pictures of numbers as SVG: text and lines, no library, readable on light and dark pages.

::

    plot = Plot("F1 over the tolerance", x=Scale(0, 1), y=Scale(0, 1), x_name="tolerance, s", y_name="F1")
    plot.line([(0.1, 0.5), (0.5, 0.8)], "ours")
    plot.text  -->  <svg>...</svg>, the same bytes for the same numbers
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

LEFT, TOP, BOTTOM = 60, 64, 48
STYLE = """
 .paper{fill:#fff} text{fill:#333;font:13px system-ui,sans-serif} .title{font-weight:600;font-size:14px}
 .axis{stroke:#999;stroke-width:1} .grid{stroke:#e4e4e4;stroke-width:1} .faint{fill:#666}
 .s0{--c:#0b5cad} .s1{--c:#b3460e} .s2{--c:#2e7d32} .s3{--c:#7b3fa0} .s4{--c:#8a6d00} .s5{--c:#00767c} .s6{--c:#888}
 .s7{--c:#c2185b} .s8{--c:#5d4037}
 .mark{stroke:var(--c);fill:none;stroke-width:1.8} .mark.s0{stroke-width:3.2} .dash{stroke-dasharray:5 4}
 .dot{fill:var(--c);fill-opacity:.65} .bar{fill:var(--c);fill-opacity:.75} text.name{fill:var(--c)}
 @media (prefers-color-scheme:dark){
 .paper{fill:#15191e} text{fill:#dde2e8} .axis{stroke:#7c858f} .grid{stroke:#2b323a} .faint{fill:#a8b0b9}
 .s0{--c:#6db3f8} .s1{--c:#ff9d5c} .s2{--c:#7fd084} .s3{--c:#cf9bef} .s4{--c:#e0c04d} .s5{--c:#5fd0d6} .s6{--c:#9aa2ab}
 .s7{--c:#ff80ab} .s8{--c:#c9a793}}
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers to places."""

    low: float
    high: float
    ticks: Sequence[float] = ()
    names: Sequence[str] = ()
    """Of the ticks; empty: the numbers themselves."""


@dataclass(slots=True)
class Plot:
    """One picture. Places are in the units of its scales."""

    title: str
    x: Scale
    y: Scale
    x_name: str = ""
    y_name: str = ""
    width: int = 620
    height: int = 340
    left: int = LEFT
    right: int = 24
    _parts: list[str] = field(default_factory=list)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where on the paper."""
        inner_w, inner_h = self.width - self.left - self.right, self.height - TOP - BOTTOM
        return (
            self.left + inner_w * (x - self.x.low) / (self.x.high - self.x.low),
            TOP + inner_h * (1 - (y - self.y.low) / (self.y.high - self.y.low)),
        )

    def line(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        """Through all points; `kind`: classes of its style."""
        places = " ".join(f"{_n(x)},{_n(y)}" for x, y in (self.at(*point) for point in points))
        self._parts.append(f'<polyline class="mark {kind}" points="{places}"/>')

    def dot(self, x: float, y: float, kind: str, radius: float = 3.5) -> None:
        """A point."""
        here = self.at(x, y)
        self._parts.append(f'<circle class="dot {kind}" cx="{_n(here[0])}" cy="{_n(here[1])}" r="{_n(radius)}"/>')

    def bar(self, low: float, high: float, value: float, kind: str) -> None:
        """A column from 0."""
        (x, y), (end, ground) = self.at(low, value), self.at(high, 0)
        self._parts.append(
            f'<rect class="bar {kind}" x="{_n(x)}" y="{_n(y)}" width="{_n(end - x - 1)}" height="{_n(ground - y)}"/>'
        )

    def word(
        self, x: float, y: float, text: str, kind: str = "", anchor: str = "start", *, on: float = 0, down: float = 4
    ) -> None:
        """A word at a place, or so many pixels further on and down."""
        here = self.at(x, y)
        self._parts.append(_text(here[0] + on, here[1] + down, text, kind, anchor))

    @property
    def text(self) -> str:
        """The picture."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'width="{self.width}" height="{self.height}">\n<title>{escape(self.title)}</title>\n'
            f'<style>{STYLE}</style>\n<rect class="paper" width="{self.width}" height="{self.height}"/>\n'
        )
        return head + "\n".join([*self._frame(), *self._parts]) + "\n</svg>\n"

    def _frame(self) -> list[str]:
        parts = [_text(14, 22, self.title, "title", "start")]
        bottom, middle = self.height - BOTTOM, (self.left + self.width - self.right) / 2
        for tick, name in _named(self.x):
            x = self.at(tick, self.y.low)[0]
            parts.append(f'<line class="grid" x1="{_n(x)}" x2="{_n(x)}" y1="{TOP}" y2="{bottom}"/>')
            parts.append(_text(x, bottom + 18, name, "", "middle"))
        for tick, name in _named(self.y):
            y = self.at(self.x.low, tick)[1]
            right = self.width - self.right
            parts.append(f'<line class="grid" x1="{self.left}" x2="{right}" y1="{_n(y)}" y2="{_n(y)}"/>')
            parts.append(_text(self.left - 8, y + 4, name, "", "end"))
        parts.append(_text(middle, self.height - 10, self.x_name, "faint", "middle"))
        parts.append(_text(14, 46, self.y_name, "faint", "start"))
        ground = f'<line class="axis" x1="{self.left}" x2="{self.width - self.right}" y1="{bottom}" y2="{bottom}"/>'
        return [*parts, ground]


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers between two.

    >>> nice_ticks(0, 1)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    rough = (high - low) / about
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough - 1e-12)
    first = math.ceil(low / step - 1e-9)
    return [round(at * step, 10) for at in range(first, math.floor(high / step + 1e-9) + 1)]


def _named(scale: Scale) -> list[tuple[float, str]]:
    return list(zip(scale.ticks, scale.names or [f"{tick:g}" for tick in scale.ticks], strict=True))


def _text(x: float, y: float, text: str, kind: str, anchor: str) -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(text)}</text>'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
