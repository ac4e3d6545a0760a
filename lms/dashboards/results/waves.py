"""Scores in each wave with their floors and ceilings, and the model over all waves."""

from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from assessments.dot_plots import signed
from assessments.line_charts import Line, LineChart, Value, line_chart
from lms.dashboards.results.changes import scale_cell
from lms.dashboards.results.reading import Reading, Report
from lms.dashboards.results.words import (
    Cell,
    cells,
    change,
    count,
    figure,
    hidden,
    interval,
    percent,
    reason,
    table,
)

CROWDED = 15.0
"""More than this percentage at one end of a scale leaves no room to move there (Terwee 2007)."""


def waves_table(reading: Reading) -> dict[str, Any]:
    """Everybody who answered a wave, compared or not."""
    rows = []
    for code, scale in reading.scales.items():
        for wave in reading.spec.wave_codes:
            row = scale["waves"][wave]
            head = [scale_cell(reading, code), {"text": reading.wave(wave)}]
            rows.append([*head, *_wave_cells(row)])
    heads = [_("n"), _("Mean"), _("SD"), _("At the lowest score"), _("At the highest score")]
    return table(_("Scores in each survey"), [_("Scale"), _("Survey")], heads, rows)


def _wave_cells(row: Report) -> list[Cell]:
    if row["mean"] is None and hidden(row):
        return reason(hidden(row), 5)
    told = cells(count(row["n"]), figure(row["mean"]), figure(row["sd"]))
    return [*told, *_ends(row)]


def _ends(row: Report) -> list[Cell]:
    shares = [row["floor_percent"], row["ceiling_percent"]]
    why = hidden(row)
    if why and shares == [None, None]:
        return reason(why, 2)
    return [
        *chain.from_iterable(reason(why, 1) if why and s is None else [_end(s)] for s in shares)
    ]


def _end(share: float | None) -> Cell:
    if share is None or share <= CROWDED:
        return cells(percent(share))[0]
    words = _("%(percent)s, above 15%%") % {"percent": percent(share)}
    return {"text": words, "number": True, "bold": True}


def model(reading: Reading) -> dict[str, Any] | None:
    """The mixed model of each scale, where there are more than two waves; None without one."""
    told = {code: scale["mixed"] for code, scale in reading.scales.items() if scale.get("mixed")}
    if len(reading.spec.waves) < 3 or not told:
        return None
    primary = told.get(reading.spec.primary)
    return {
        "chart": _drawn(reading, primary) if primary else None,
        "reason": hidden(primary) if primary else "",
        "title": reading.title(reading.spec.primary),
        "estimates": _estimates(reading, told),
        "spread": _spread(reading, told),
    }


def _drawn(reading: Reading, mixed: Report) -> LineChart | None:
    first, *later = reading.spec.wave_codes
    rows = [(mixed.get("waves") or {}).get(wave) for wave in later]
    values = [Value(0.0, ""), *(_value(row) for row in rows)]
    if all(value is None for value in values[1:]):
        return None
    names = [reading.wave(wave) for wave in (first, *later)]
    return line_chart([Line(values)], names, changes=True, label=signed)


def _value(row: Report | None) -> Value | None:
    if not row or row["estimate"] is None:
        return None
    return Value(row["estimate"], signed(row["estimate"]), row["low"], row["high"])


def _estimates(reading: Reading, told: dict[str, Report]) -> dict[str, Any]:
    rows = []
    for code, mixed in told.items():
        for wave in reading.spec.wave_codes[1:]:
            head = [scale_cell(reading, code), {"text": reading.wave(wave)}]
            row = (mixed.get("waves") or {}).get(wave)
            if not row or row["estimate"] is None:
                rows.append([*head, *reason(hidden(mixed) or _("it could not be fitted"), 3)])
                continue
            ends = interval(row["low"], row["high"])
            rows.append([*head, *cells(change(row["estimate"]), figure(row["se"]), ends)])
    first = reading.wave(reading.spec.wave_codes[0])
    caption = _("Estimated difference from “%(wave)s”, points") % {"wave": first}
    heads = [_("Estimate"), _("SE"), _("95% interval")]
    return table(caption, [_("Scale"), _("Survey")], heads, rows)


def _spread(reading: Reading, told: dict[str, Report]) -> dict[str, Any]:
    rows = []
    for code, mixed in told.items():
        head = [scale_cell(reading, code)]
        if hidden(mixed):
            rows.append([*head, *reason(hidden(mixed), 7)])
            continue
        sizes = [count(mixed[key]) for key in ("n_rows", "n_persons")]
        sds = [figure(mixed[key]) for key in ("sd_person", "sd_cohort", "sd_residual")]
        more = [count(mixed.get("n_cohorts")), figure(mixed.get("df"), 0)]
        rows.append([*head, *cells(*sizes, *more, *sds)])
    heads = [_("Answers"), _("People"), _("Cohorts"), _("df")]
    heads += [_("SD of people"), _("SD of cohorts"), _("Residual SD")]
    return table(_("What the model rests on"), [_("Scale")], heads, rows)
