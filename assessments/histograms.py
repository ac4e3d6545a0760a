"""Geometry of histograms from merged bins: numbers for an SVG template, no markup. Pure.

Bins may be of different widths, because neighbouring ones were merged until each had enough people.
So the area of a bar, not its height, is how many people it stands for.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assessments.dot_plots import signed, ticks_around

MOST_MARKS = 8
Edges = list[tuple[float, float]]
LEAST = 1 / 16
LETTER = 8.0
"""About the width of a digit."""


@dataclass(frozen=True)
class Bin:
    """How many people have a value from `low` to `high`; the next bin begins at or above `high`."""

    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Group:
    """One distribution, drawn in a band of its own; `hollow` ones are only outlined."""

    label: str
    bins: Sequence[Bin]
    hollow: bool = False


@dataclass(frozen=True)
class Layout:
    """Measures of one drawing: each band has its label and then its bars."""

    name: str
    width: int
    axis_from: float
    axis_to: float
    band: float
    characters: int


WIDE = Layout("wide", 700, 16.0, 684.0, 104.0, 90)
THIN = Layout("thin", 280, 8.0, 272.0, 84.0, 36)
FIRST, LINE, NUMBERS, APART, BELOW = 14.0, 17.0, 24.0, 18.0, 26.0
"""The first baseline, from line to line, room for the numbers above bars, between bands, the axis.
"""
DESCENT = 8.0
"""How far under a label's baseline the line of no change begins."""


@dataclass(frozen=True)
class Bar:
    """One bin; `text` is empty where the bar is too narrow for its number. One that is `open`
    reaches further than it is drawn."""

    x: float
    y: float
    width: float
    height: float
    text: str
    text_x: float
    text_y: float
    open: bool = False

    def is_numbered_at(self, x: float) -> bool:
        return bool(self.text) and abs(x - self.text_x) <= LETTER * len(self.text) / 2


@dataclass(frozen=True)
class Band:
    """One distribution: its label and its bars on the line at `base`. From there to `zero_top`
    goes the line of no change; it crosses neither the label nor a number."""

    lines: tuple[str, ...]
    label_y: float
    base: float
    hollow: bool
    bars: tuple[Bar, ...]
    zero_top: float


@dataclass(frozen=True)
class Mark:
    """A value on the axis."""

    x: float
    label: str


@dataclass(frozen=True)
class HistogramDrawing:
    """One size of a histogram; `zero` is where the line of no change stands, if there is one."""

    layout: str
    width: int
    height: float
    left: float
    right: float
    bottom: float
    marks: tuple[Mark, ...]
    marks_y: float
    bands: tuple[Band, ...]
    zero: float | None


@dataclass(frozen=True)
class Histogram:
    """Distributions above one another on one axis, in both sizes."""

    wide: HistogramDrawing
    thin: HistogramDrawing


def histogram(
    groups: Sequence[Group], *, ends: tuple[float, float] | None = None
) -> Histogram | None:
    """The distributions in the order given; None where none of them has a bin.

    `ends` are those of the axis, a scale's range of scores. Without them the values are changes:
    outermost bins are drawn shortened, the axis is made around them, and its labels have signs.
    """
    shown = [group for group in groups if group.bins]
    if not shown:
        return None
    changes = ends is None
    edges = [edges_of(group.bins) for group in shown]
    if changes:
        edges = [_shortened(one) for one in edges]
    axis = _scores_axis(*ends) if ends else _changes_axis(edges)
    return Histogram(*(_drawing(shown, edges, layout, axis, changes) for layout in (WIDE, THIN)))


def _shortened(edges: Edges) -> Edges:
    """The outermost bins reach to the ends of what is possible, far from anybody. They are drawn no
    longer than half of what lies between them, or than a small part of the whole."""
    if len(edges) < 3:
        return edges
    (first, inner), (outer, last) = edges[0], edges[-1]
    most = max((outer - inner) / 2, (last - first) * LEAST)
    ends = (max(first, inner - most), inner), (outer, min(last, outer + most))
    return [ends[0], *edges[1:-1], ends[1]]


def _changes_axis(edges: Sequence[Edges]) -> tuple[float, ...]:
    low, high = min(one[0][0] for one in edges), max(one[-1][1] for one in edges)
    return ticks_around(min(low, -0.1), max(high, 0.1))


def _scores_axis(low: float, high: float) -> tuple[float, ...]:
    """Every whole score, or the ends and the middle where those are too many."""
    if float(low).is_integer() and high - low <= MOST_MARKS:
        return tuple(low + step for step in range(int(high - low) + 1))
    return (low, (low + high) / 2, high)


def edges_of(bins: Sequence[Bin]) -> Edges:
    """Where the bars of bins begin and end: bins of separate scores meet halfway between them."""
    inner = [(left.high + right.low) / 2 for left, right in pairwise(bins)]
    first = bins[0].low - (inner[0] - bins[0].high if inner else 0)
    last = bins[-1].high + (bins[-1].low - inner[-1] if inner else 0)
    if first == last:
        first, last = first - 0.25, last + 0.25
    ends = [first, *inner, last]
    return list(pairwise(ends))


def _drawing(
    groups: Sequence[Group],
    edges: Sequence[Edges],
    layout: Layout,
    axis: Sequence[float],
    changes: bool,
) -> HistogramDrawing:
    low = min([axis[0], *(one[0][0] for one in edges)])
    high = max([axis[-1], *(one[-1][1] for one in edges)])

    def x(value: float) -> float:
        share = (value - low) / (high - low)
        return round(layout.axis_from + share * (layout.axis_to - layout.axis_from), 1)

    tallest = max(
        bin.n / (right - left)
        for group, pairs in zip(groups, edges, strict=True)
        for bin, (left, right) in zip(group.bins, pairs, strict=True)
    )
    zero = x(0.0) if changes else None
    unit, top, bands = layout.band / tallest, FIRST, []
    for group, pairs in zip(groups, edges, strict=True):
        bands.append(_band(group, pairs, layout, x, unit, top, zero))
        top = bands[-1].base + APART + FIRST
    bottom = bands[-1].base
    return HistogramDrawing(
        layout=layout.name,
        width=layout.width,
        height=bottom + BELOW,
        left=layout.axis_from,
        right=layout.axis_to,
        bottom=bottom,
        marks=tuple(Mark(x(value), _mark(value, changes)) for value in axis),
        marks_y=bottom + 19,
        bands=tuple(bands),
        zero=zero,
    )


def _mark(value: float, changes: bool) -> str:
    if not changes or value == 0:
        return f"{value:g}"
    return signed(value).rstrip("0").rstrip(".")


def _band(
    group: Group,
    edges: Edges,
    layout: Layout,
    x: Callable[[float], float],
    unit: float,
    top: float,
    zero: float | None,
) -> Band:
    lines = tuple(textwrap.wrap(group.label, layout.characters))
    base = top + LINE * (len(lines) - 1) + NUMBERS + layout.band
    bars = tuple(
        replace(
            _bar(bin.n, x(left), x(right), bin.n / (right - left) * unit, base, zero),
            open=(left, right) != whole,
        )
        for bin, (left, right), whole in zip(group.bins, edges, edges_of(group.bins), strict=True)
    )
    numbered = [bar.y for bar in bars if zero is not None and bar.is_numbered_at(zero)]
    zero_top = numbered[0] if numbered else base - layout.band - NUMBERS + DESCENT
    return Band(lines, top, base, group.hollow, bars, zero_top)


def _bar(n: int, left: float, right: float, height: float, base: float, zero: float | None) -> Bar:
    room = LETTER * len(str(n)) + 2
    text = str(n) if right - left >= room else ""
    apart = min(1.0, (right - left) / 4)
    top, width = round(base - height, 1), round(right - left - 2 * apart, 1)
    middle = round(_middle(left, right, zero, room), 1)
    return Bar(round(left + apart, 1), top, width, round(height, 1), text, middle, top - 5)


def _middle(left: float, right: float, zero: float | None, room: float) -> float:
    """Where a bar's number stands: beside the line of no change where that goes through the bar and
    there is room."""
    if zero is not None and left < zero < right:
        wider = max((left, zero), (zero, right), key=lambda half: half[1] - half[0])
        if wider[1] - wider[0] >= room:
            return sum(wider) / 2
    return (left + right) / 2
