"""Geometry of the charts on the outcomes page: numbers for an SVG template, no markup.

Coordinates are in the units of the view box, text sizes being fixed. Signs are typographic.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.instruments import InstrumentSpec
from assessments.scoring import score_range

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


WIDE = Layout("wide", 700, 245.0, 535.0, 29.0, 42.0, -5.0, 55.0)
THIN = Layout("thin", 280, 24.0, 266.0, 48.0, 60.0, 16.0, 54.0)


@dataclass(frozen=True)
class Tick:
    """One grid line; `zero` is the line of no change."""

    x: float
    label: str
    zero: bool


@dataclass(frozen=True)
class Row:
    """One scale's change: a dot, its interval and the texts beside it.

    `hollow` says that the interval includes zero, `primary` that this is the outcome named in
    advance. `label_y` is the baseline of the texts, `y` the middle of the dot.
    """

    scale: str
    label: str
    primary: bool
    hollow: bool
    n: int
    x: float
    x_low: float
    x_high: float
    y: float
    label_y: float
    change_text: str
    low_text: str
    high_text: str


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
class DotChart:
    """Changes between two waves on scales that share one range of scores."""

    wave_from: str
    wave_to: str
    lowest: float
    highest: float
    wide: Drawing
    thin: Drawing


@dataclass(frozen=True)
class Unshown:
    """A scale without a row: hidden (`reason` says why), not comparable, or without pairs."""

    scale: str
    label: str
    comparable: bool
    reason: str


@dataclass(frozen=True)
class FlowBar:
    """One wave's count as a share of the largest; None where it is hidden."""

    wave: str
    n: int | None
    percent: float | None
    paired: int | None
    paired_percent: float | None
    suppressed: str


@dataclass(frozen=True)
class Estimate:
    """One row to draw: a mean change with its interval, and how many people it is of (`n`)."""

    scale: str
    label: str
    n: int
    change: float
    low: float
    high: float


def dot_charts(
    report: Mapping[str, Any],
    instrument: InstrumentSpec,
    *,
    wave_from: str,
    wave_to: str,
    primary: str = "",
    language: str = "en",
) -> tuple[DotChart, ...]:
    """Dot-and-interval charts of one pair of waves, largest change first.

    Scales with different ranges of scores cannot share an axis: one chart for each range, the one
    with the primary scale first. Empty where nothing can be shown.
    """
    groups: dict[tuple[float, float], list[Estimate]] = {}
    for code, change in _changes(report, wave_from, wave_to):
        if change["ci_low"] is not None:
            scale = instrument.scale(code)
            groups.setdefault(score_range(scale, instrument), []).append(
                Estimate(
                    code,
                    scale.title_in(language),
                    change["n"],
                    change["mean_change"],
                    change["ci_low"],
                    change["ci_high"],
                )
            )
    charts = [
        DotChart(
            wave_from,
            wave_to,
            *bounds,
            wide=drawing(_largest_first(estimates), WIDE, primary),
            thin=drawing(_largest_first(estimates), THIN, primary),
        )
        for bounds, estimates in groups.items()
    ]
    return tuple(sorted(charts, key=lambda chart: not any(r.primary for r in chart.wide.rows)))


def unshown(
    report: Mapping[str, Any],
    instrument: InstrumentSpec,
    *,
    wave_from: str,
    wave_to: str,
    language: str = "en",
) -> tuple[Unshown, ...]:
    """The scales that have no row in the charts, in the instrument's order."""
    return tuple(
        Unshown(
            code,
            instrument.scale(code).title_in(language),
            change["comparable"],
            change.get("suppressed", ""),
        )
        for code, change in _changes(report, wave_from, wave_to)
        if change["ci_low"] is None
    )


def flow_bars(report: Mapping[str, Any], enrolled: int | None = None) -> tuple[FlowBar, ...]:
    """Who answered each wave, as shares of those enrolled or else of the largest count shown."""
    shown = [row["n"] for row in report["flow"]] + [
        row["n_paired_with_first"] for row in report["flow"]
    ]
    whole = enrolled or max((n for n in shown if n is not None), default=0)
    return tuple(
        FlowBar(
            row["wave"],
            row["n"],
            _percent(row["n"], whole),
            row["n_paired_with_first"],
            _percent(row["n_paired_with_first"], whole),
            row.get("suppressed", ""),
        )
        for row in report["flow"]
    )


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
    power = 10.0 ** math.floor(math.log10((high - low) / MOST_TICKS))
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
        step = factor * power
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < MOST_TICKS:
            break
    return tuple(round(index * step, 9) + 0.0 for index in range(first, last + 1))


def _changes(
    report: Mapping[str, Any], wave_from: str, wave_to: str
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for code, scale in report["scales"].items():
        for change in scale["changes"]:
            if (change["from"], change["to"]) == (wave_from, wave_to):
                yield code, change


def _largest_first(estimates: Sequence[Estimate]) -> list[Estimate]:
    return sorted(estimates, key=lambda estimate: -estimate.change)


def drawing(estimates: Sequence[Estimate], layout: Layout, primary: str = "") -> Drawing:
    """One size of a chart, its rows in the order given; `primary` is the scale that is marked."""
    ticks = axis_ticks(min(e.low for e in estimates), max(e.high for e in estimates))

    def x(value: float) -> float:
        share = (value - ticks[0]) / (ticks[-1] - ticks[0])
        return round(layout.axis_from + share * (layout.axis_to - layout.axis_from), 1)

    last_dot = layout.first_dot + layout.row_height * (len(estimates) - 1)
    height = last_dot + layout.below
    return Drawing(
        layout=layout.name,
        width=layout.width,
        height=height,
        ticks=tuple(Tick(x(value), _tick_label(value), value == 0) for value in ticks),
        rows=tuple(_row(e, i, layout, x, primary) for i, e in enumerate(estimates)),
        grid_top=2.0,
        grid_bottom=last_dot + layout.below - 30,
        tick_y=height - (12 if layout is WIDE else 8),
    )


def _row(
    estimate: Estimate, index: int, layout: Layout, x: Callable[[float], float], primary: str
) -> Row:
    y = layout.first_dot + layout.row_height * index
    return Row(
        scale=estimate.scale,
        label=estimate.label,
        primary=estimate.scale == primary,
        hollow=estimate.low <= 0 <= estimate.high,
        n=estimate.n,
        x=x(estimate.change),
        x_low=x(estimate.low),
        x_high=x(estimate.high),
        y=y,
        label_y=y - layout.label_rise,
        change_text=signed(estimate.change),
        low_text=signed(estimate.low),
        high_text=signed(estimate.high),
    )


def _tick_label(value: float) -> str:
    text = f"{abs(value):.9f}".rstrip("0").rstrip(".")
    if value == 0:
        return "0"
    return (MINUS if value < 0 else "+") + text


def _percent(count: int | None, whole: int) -> float | None:
    if count is None or not whole:
        return None
    return round(min(100.0, 100 * count / whole), 1)
