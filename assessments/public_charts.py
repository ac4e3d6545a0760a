"""Charts of a public vintage, from its frozen rows: the same drawings as the evaluators' page has,
with fewer figures in them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.dot_plots import DotPlot, Estimate, dot_plot
from assessments.public_outcomes import MAIN

Row = Mapping[str, Any]


@dataclass(frozen=True)
class PublicChart(DotPlot):
    """Changes on scales that share one range of scores, in both sizes."""

    lowest: float
    highest: float


def scale_charts(
    rows: Sequence[Row], scales: Sequence[Row], titles: Mapping[str, str]
) -> tuple[PublicChart, ...]:
    """One row a scale, the main scale first and then as declared; one chart for each range of
    scores. `scales` are the notes of the scales, `titles` their names by code."""
    found = {row["scale"]: row for row in rows}
    groups: dict[tuple[float, float], list[Row]] = {}
    for note in scales:
        if note["code"] in found:
            groups.setdefault((note["lowest"], note["highest"]), []).append(note)
    main = next((note["code"] for note in scales if note["role"] == MAIN), "")
    return tuple(
        _chart(
            bounds,
            [
                _estimate(found[one["code"]], titles[one["code"]], primary=one["code"] == main)
                for one in notes
            ],
        )
        for bounds, notes in groups.items()
    )


def year_chart(rows: Sequence[Row], note: Row) -> PublicChart | None:
    """One row a year, in their order, of one scale and one pair of waves; None below two years."""
    if len(rows) < 2:
        return None
    estimates = [_estimate(row, row["year"]) for row in rows]
    return _chart((note["lowest"], note["highest"]), estimates)


def _estimate(row: Row, label: str, *, primary: bool = False) -> Estimate:
    return Estimate(
        label,
        row["mean_change"],
        row["ci_low"],
        row["ci_high"],
        primary=primary,
        decimals=row.get("decimals", 2),
    )


def _chart(bounds: tuple[float, float], estimates: list[Estimate]) -> PublicChart:
    plot = dot_plot(estimates)
    return PublicChart(plot.wide, plot.thin, *bounds)
