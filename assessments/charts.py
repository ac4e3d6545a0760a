"""What the outcomes page draws of a report: changes with intervals, and who is in them. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.dot_plots import MINUS, DotPlot, Estimate, dot_plot, signed
from assessments.instruments import InstrumentSpec
from assessments.intervals import said_of
from assessments.scoring import score_range

__all__ = [
    "MINUS",
    "DotChart",
    "FlowBar",
    "Unshown",
    "dot_charts",
    "flow_bars",
    "signed",
    "unshown",
]


@dataclass(frozen=True)
class DotChart(DotPlot):
    """Changes between two waves on scales that share one range of scores."""

    lowest: float
    highest: float


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


def dot_charts(
    report: Mapping[str, Any],
    instrument: InstrumentSpec,
    *,
    wave_from: str,
    wave_to: str,
    primary: str = "",
    only: Collection[str] | None = None,
    language: str = "en",
) -> tuple[DotChart, ...]:
    """Dot-and-interval charts of one pair of waves, largest change first; of the scales named by
    `only`, if it is given. Intervals are those of `assessments.intervals`.

    Scales with different ranges of scores cannot share an axis: one chart for each range, the one
    with the primary scale first. Empty where nothing can be shown.
    """
    groups: dict[tuple[float, float], list[Estimate]] = {}
    for code, change in _changes(report, wave_from, wave_to):
        said = said_of(change)
        if said.low is not None and said.high is not None and (only is None or code in only):
            scale = instrument.scale(code)
            groups.setdefault(score_range(scale, instrument), []).append(
                Estimate(
                    scale.title_in(language),
                    change["mean_change"],
                    said.low,
                    said.high,
                    primary=code == primary,
                )
            )
    charts = []
    for bounds, estimates in groups.items():
        plot = dot_plot(sorted(estimates, key=lambda one: -one.value))
        charts.append(DotChart(plot.wide, plot.thin, *bounds))
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


def _changes(
    report: Mapping[str, Any], wave_from: str, wave_to: str
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for code, scale in report["scales"].items():
        for change in scale["changes"]:
            if (change["from"], change["to"]) == (wave_from, wave_to):
                yield code, change


def _percent(count: int | None, whole: int) -> float | None:
    if count is None or not whole:
        return None
    return round(min(100.0, 100 * count / whole), 1)
