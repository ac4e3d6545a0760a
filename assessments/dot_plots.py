"""Geometry of dots with intervals: numbers for an SVG template, no markup. Pure.

Coordinates are in the units of the view box, text sizes being fixed. Signs are typographic.
"""

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MINUS = "\N{MINUS SIGN}"
MOST_TICKS = 6


@dataclass(frozen=True)
class Layout:
    """Measures of one drawing; `wide` has one line per row, `thin` the label above the dot."""

    name: str
    width: int
    axis_from: float
    axis_to: float
    first_dot: float
    row_height: float
    label_rise: float
    below: float
    characters: int


WIDE = Layout("wide", 700, 245.0, 535.0, 29.0, 42.0, -5.0, 55.0, 34)
THIN = Layout("thin", 280, 24.0, 266.0, 48.0, 60.0, 16.0, 54.0, 30)
LINE = 17.0
"""From one line of a label to the next."""


@dataclass(frozen=True)
class Tick:
    """One grid line; `zero` is the line of no change."""

    x: float
    label: str
    zero: bool


@dataclass(frozen=True)
class Estimate:
    """One row to be drawn: a difference in scale points and its interval.

    `primary` says that this is the outcome named in advance, `pooled` that it sums up the others.
    `n` is written beside the label where it is given.
    """

    label: str
    value: float
    low: float
    high: float
    n: int | None = None
    primary: bool = False
    pooled: bool = False
    decimals: int = 2


@dataclass(frozen=True)
class Row:
    """One estimate: a dot (pooled: a diamond), its interval and the texts beside it.

    `hollow` says that the interval includes zero. `lines` is the label, broken where it is long;
    `label_y` is the baseline of its first line and of the other texts, `y` the middle of the dot.
    """

    lines: tuple[str, ...]
    primary: bool
    pooled: bool
    hollow: bool
    n: int | None
    x: float
    x_low: float
    x_high: float
    y: float
    label_y: float
    change_text: str
    low_text: str
    high_text: str

    @property
    def label(self) -> str:
        return " ".join(self.lines)


@dataclass(frozen=True)
class Drawing:
    """One size of a chart. Grid lines of the wide one run from `grid_top` to `grid_bottom`; the
    thin one has short ones at each row, from `y` - 8 to `y` + 8 (zero: 12)."""

    layout: str
    width: int
    height: float
    ticks: tuple[Tick, ...]
    rows: tuple[Row, ...]
    grid_top: float
    grid_bottom: float
    tick_y: float


@dataclass(frozen=True)
class DotPlot:
    """Estimates on one axis, in both sizes."""

    wide: Drawing
    thin: Drawing


def dot_plot(
    estimates: Sequence[Estimate], *, around: tuple[float, float] | None = None
) -> DotPlot:
    """The estimates in the order given; at least one. `around`: the lowest and the highest end that
    the axis has to reach, for plots that share one."""
    ends = around or (min(e.low for e in estimates), max(e.high for e in estimates))
    return DotPlot(_drawing(estimates, WIDE, ends), _drawing(estimates, THIN, ends))


def _drawing(estimates: Sequence[Estimate], layout: Layout, ends: tuple[float, float]) -> Drawing:
    ticks = axis_ticks(*ends)
    labels = [_lines(one.label, layout) for one in estimates]
    # Above the dot a second line needs room of its own.
    more = LINE * (max(map(len, labels)) - 1) if layout is THIN else 0.0

    def x(value: float) -> float:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return round(layout.axis_from + share * (layout.axis_to - layout.axis_from), 1)

    step, first = layout.row_height + more, layout.first_dot + more
    last_dot = first + step * (len(estimates) - 1)
    height = last_dot + layout.below
    return Drawing(
        layout=layout.name,
        width=layout.width,
        height=height,
        ticks=tuple(Tick(x(value), _tick_label(value), value == 0) for value in ticks),
        rows=tuple(
            _row(one, lines, first + step * place, layout, x)
            for place, (one, lines) in enumerate(zip(estimates, labels, strict=True))
        ),
        grid_top=2.0,
        grid_bottom=last_dot + layout.below - 30,
        tick_y=height - (12 if layout is WIDE else 8),
    )


def _row(
    estimate: Estimate,
    lines: tuple[str, ...],
    y: float,
    layout: Layout,
    x: Callable[[float], float],
) -> Row:
    rise = layout.label_rise + (LINE if layout is THIN else LINE / 2) * (len(lines) - 1)
    return Row(
        lines=lines,
        primary=estimate.primary,
        pooled=estimate.pooled,
        hollow=estimate.low <= 0 <= estimate.high,
        n=estimate.n,
        x=x(estimate.value),
        x_low=x(estimate.low),
        x_high=x(estimate.high),
        y=y,
        label_y=y - rise,
        change_text=signed(estimate.value, estimate.decimals),
        low_text=signed(estimate.low, estimate.decimals),
        high_text=signed(estimate.high, estimate.decimals),
    )


def _lines(label: str, layout: Layout) -> tuple[str, ...]:
    """A label on at most two lines, cut where it is longer still."""
    return tuple(textwrap.wrap(label, layout.characters, max_lines=2, placeholder="…")) or ("",)


def _tick_label(value: float) -> str:
    text = f"{abs(value):.9f}".rstrip("0").rstrip(".")
    if value == 0:
        return "0"
    return (MINUS if value < 0 else "+") + text


def signed(value: float, decimals: int = 2) -> str:
    """A change for people: a sign unless it rounds to zero, and a real minus."""
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return (MINUS if value < 0 else "+") + text


def axis_ticks(lowest: float, highest: float) -> tuple[float, ...]:
    """Round steps (1, 2, 2.5 or 5 times a power of ten) around all values and zero, at most six.

    `lowest` and `highest` are the ends of the outermost intervals, in scale points.
    """
    low, high = min(lowest, 0.0), max(highest, 0.0)
    if high - low < 1e-9:
        low, high = -1.0, 1.0
    return ticks_around(low, high)


def ticks_around(low: float, high: float) -> tuple[float, ...]:
    """Round steps that begin at or under `low` and end at or above `high`, at most six."""
    power = 10.0 ** math.floor(math.log10((high - low) / MOST_TICKS))
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
        step = factor * power
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < MOST_TICKS:
            break
    return tuple(round(index * step, 9) + 0.0 for index in range(first, last + 1))
