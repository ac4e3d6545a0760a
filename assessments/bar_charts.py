"""Geometry of the before-and-after bars: two means of each scale, drawn from the lowest score.

The companion of `assessments.charts`, with the same units: numbers for an SVG template, no markup.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.instruments import InstrumentSpec
from assessments.scoring import score_range

MOST_MARKS = 8


@dataclass(frozen=True)
class Means:
    """What one scale's two bars show."""

    label: str
    before: float
    after: float
    primary: bool = False


@dataclass(frozen=True)
class Layout:
    """Measures of one drawing; `wide` has the label beside the bars, `thin` above them."""

    name: str
    width: int
    bar_from: float
    bar_to: float
    first_bar: float
    row_height: float
    label_drop: float


WIDE = Layout("wide", 700, 245.0, 640.0, 8.0, 58.0, 23.0)
THIN = Layout("thin", 280, 0.0, 236.0, 26.0, 74.0, -9.0)
THICK, APART, BELOW = 15.0, 19.0, 26.0


@dataclass(frozen=True)
class Mark:
    """A score on the axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Bar:
    """One mean: a bar from its top at `y`, and the figure behind its end."""

    y: float
    length: float
    text: str
    text_x: float
    text_y: float


@dataclass(frozen=True)
class Bars:
    """One scale: its label's baseline and its two bars."""

    label: str
    primary: bool
    label_y: float
    before: Bar
    after: Bar


@dataclass(frozen=True)
class BarDrawing:
    """One size of a chart; `thick` is the height of a bar."""

    layout: str
    width: int
    height: float
    bar_from: float
    thick: float
    marks: tuple[Mark, ...]
    rows: tuple[Bars, ...]
    grid_bottom: float
    marks_y: float


@dataclass(frozen=True)
class BarChart:
    """Means before and after on scales that share one range of scores."""

    lowest: float
    highest: float
    wide: BarDrawing
    thin: BarDrawing


def bar_chart(means: Sequence[Means], lowest: float, highest: float) -> BarChart:
    """The bars of these scales, in the order given, on an axis from `lowest` to `highest`."""
    return BarChart(
        lowest,
        highest,
        wide=_drawing(means, WIDE, lowest, highest),
        thin=_drawing(means, THIN, lowest, highest),
    )


def bar_charts(
    report: Mapping[str, Any],
    instrument: InstrumentSpec,
    *,
    wave_from: str,
    wave_to: str,
    primary: str = "",
    language: str = "en",
) -> tuple[BarChart, ...]:
    """The bars of one pair of waves, largest change first, as in the dot charts: one chart for each
    range of scores, the one with the primary scale first. Scales that are hidden have no bars."""
    groups: dict[tuple[float, float], list[Means]] = {}
    for code, change in _shown(report, wave_from, wave_to):
        scale = instrument.scale(code)
        means = Means(
            scale.title_in(language), change["mean_from"], change["mean_to"], code == primary
        )
        groups.setdefault(score_range(scale, instrument), []).append(means)
    return tuple(
        bar_chart(sorted(means, key=lambda one: one.before - one.after), *bounds)
        for bounds, means in sorted(
            groups.items(), key=lambda group: not any(one.primary for one in group[1])
        )
    )


def _shown(
    report: Mapping[str, Any], wave_from: str, wave_to: str
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for code, scale in report["scales"].items():
        for change in scale["changes"]:
            asked = (change["from"], change["to"]) == (wave_from, wave_to)
            if asked and change["mean_change"] is not None:
                yield code, change


def _drawing(means: Sequence[Means], layout: Layout, lowest: float, highest: float) -> BarDrawing:
    def length(score: float) -> float:
        share = (score - lowest) / (highest - lowest)
        return round(share * (layout.bar_to - layout.bar_from), 1)

    def bar(score: float, top: float) -> Bar:
        end = layout.bar_from + length(score)
        return Bar(top, length(score), f"{score:.2f}", end + 8, top + 12)

    rows = []
    for index, one in enumerate(means):
        top = layout.first_bar + layout.row_height * index
        before, after = bar(one.before, top), bar(one.after, top + APART)
        rows.append(Bars(one.label, one.primary, top + layout.label_drop, before, after))
    bottom = layout.first_bar + layout.row_height * (len(means) - 1) + APART + THICK
    return BarDrawing(
        layout=layout.name,
        width=layout.width,
        height=bottom + BELOW,
        bar_from=layout.bar_from,
        thick=THICK,
        marks=tuple(
            Mark(layout.bar_from + length(score), f"{score:g}")
            for score in _scores(lowest, highest)
        ),
        rows=tuple(rows),
        grid_bottom=bottom + 4,
        marks_y=bottom + BELOW - 6,
    )


def _scores(lowest: float, highest: float) -> Sequence[float]:
    """Every whole score, or the ends and the middle where those are too many."""
    if float(lowest).is_integer() and highest - lowest <= MOST_MARKS:
        return [lowest + step for step in range(int(highest - lowest) + 1)]
    return [lowest, (lowest + highest) / 2, highest]
