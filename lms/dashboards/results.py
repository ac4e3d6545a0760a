"""What the outcome page shows of a vintage, as numbers and words for its template."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.bar_charts import bar_charts
from assessments.charts import MINUS, dot_charts, flow_bars, signed, unshown
from assessments.models import OutcomeVintage, Study
from assessments.outcome_table import OUTCOME_COLUMNS, outcomes_rows
from courses.cells import escape_formula

Report = Mapping[str, Any]


def for_page(study: Study, vintage: OutcomeVintage) -> dict[str, Any]:
    """Flow, charts, table and caveats of one published vintage."""
    report, spec, instrument = vintage.report, study.spec, study.instrument_version.spec
    pairs = [
        {
            "title": _("%(first)s to %(second)s")
            % {"first": _wave(study, first), "second": _wave(study, second)},
            "charts": [
                {
                    "label": _("Mean change with its interval. The numbers are in the table."),
                    "wide": chart.wide,
                    "thin": chart.thin,
                    "lowest": chart.lowest,
                    "highest": chart.highest,
                }
                for chart in dot_charts(
                    report, instrument, wave_from=first, wave_to=second, primary=spec.primary
                )
            ],
            "bars": bar_charts(
                report, instrument, wave_from=first, wave_to=second, primary=spec.primary
            ),
            "table": change_table(study, report, first, second),
            "unshown": unshown(report, instrument, wave_from=first, wave_to=second),
        }
        for first, second in spec.wave_pairs
    ]
    return {
        "vintage": vintage,
        "report": report,
        "flow": flow(study, report, vintage.seats),
        "pairs": pairs,
        "caveats": caveats(study, report),
        "reliability": reliability_table(study, report),
    }


def _wave(study: Study, code: str) -> str:
    return next(wave.title_in("en") for wave in study.spec.waves if wave.code == code)


def flow(study: Study, report: Report, seats: int | None) -> list[dict[str, Any]]:
    """Who is in the results, for components/flow.html."""
    first = study.spec.wave_codes[0]
    steps: list[dict[str, Any]] = []
    if seats is not None:
        note = _("in cohorts whose first survey is closed")
        steps.append({"count": seats, "label": _("enrolled"), "note": note, "percent": 100})
    for bar in flow_bars(report, seats):
        label = _("answered “%(wave)s”") % {"wave": _wave(study, bar.wave)}
        collected = _("surveys opened so far") if study.spec.courses else _("as imported")
        note = bar.suppressed or collected
        steps.append({"count": bar.n, "label": label, "note": note, "percent": bar.percent})
        if bar.wave != first:
            label = _("answered both, and are compared")
            note = _("matched by code")
            steps.append(
                {"count": bar.paired, "label": label, "note": note, "percent": bar.paired_percent}
            )
    return steps


def _scales(study: Study, report: Report) -> list[tuple[str, Report]]:
    """In the instrument's order: PostgreSQL keeps the keys of a document in an order of its own."""
    scales = study.instrument_version.spec.scales
    return [(scale.code, report["scales"][scale.code]) for scale in scales]


def _figure(value: float | None, decimals: int = 2) -> str:
    return "–" if value is None else f"{value:.{decimals}f}".replace("-", MINUS)


def _cell(text: str) -> dict[str, Any]:
    return {"text": text, "number": True}


def change_table(study: Study, report: Report, first: str, second: str) -> dict[str, Any]:
    """The change on each scale as rows for components/table.html; hidden ones say why."""
    headings = [
        _("Before"),
        _("After"),
        _("Change"),
        _("95% interval"),
        _("n"),
        "d_z",
        "g_z",
        _("p (Holm)"),
    ]
    columns: list[dict[str, Any]] = [{"label": _("Scale")}]
    columns += [{"label": label, "number": True} for label in headings]
    rows = []
    for code, scale in _scales(study, report):
        change = next(c for c in scale["changes"] if c["from"] == first and c["to"] == second)
        rows.append([_scale_cell(study, code), *_change_cells(change)])
    return {"caption": _("Change on each scale"), "columns": columns, "rows": rows}


def _scale_cell(study: Study, code: str) -> dict[str, Any]:
    title = study.instrument_version.spec.scale(code).title_in("en")
    primary = code == study.spec.primary
    return {"text": _("%(scale)s (main)") % {"scale": title} if primary else title, "bold": primary}


def _change_cells(change: Report) -> list[dict[str, Any]]:
    if change["mean_change"] is None:
        reason = change.get("suppressed") or _("not comparable")
        return [*(_cell("–") for _unused in range(7)), {"text": reason}]
    interval = _("%(low)s to %(high)s") % {
        "low": signed(change["ci_low"]),
        "high": signed(change["ci_high"]),
    }
    p = change["p_holm"] if change["p_holm"] is not None else change["p"]
    texts = [
        _figure(change["mean_from"]),
        _figure(change["mean_to"]),
        signed(change["mean_change"]),
        interval,
        str(change["n"]),
        signed(change["d_z"]) if change["d_z"] is not None else "–",
        signed(change["g_z"]) if change["g_z"] is not None else "–",
        "–" if p is None else ("<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")),
    ]
    return [_cell(text) for text in texts]


def reliability_table(study: Study, report: Report) -> dict[str, Any]:
    """Cronbach's alpha with its interval and omega, by scale and wave."""
    columns: list[dict[str, Any]] = [{"label": _("Scale")}, {"label": _("Wave")}]
    columns += [
        {"label": label, "number": True}
        for label in (_("n"), _("Alpha"), _("95% interval"), _("Omega"))
    ]
    rows = []
    for code, scale in _scales(study, report):
        for wave, row in scale["reliability"].items():
            interval = "–"
            if row["alpha_low"] is not None:
                interval = f"{_figure(row['alpha_low'])} – {_figure(row['alpha_high'])}"
            rows.append(
                [
                    {"text": study.instrument_version.spec.scale(code).title_in("en")},
                    {"text": _wave(study, wave)},
                    _cell("–" if row["n"] is None else str(row["n"])),
                    _cell(_figure(row["alpha"])),
                    _cell(interval),
                    _cell(_figure(row["omega"])),
                ]
            )
    return {
        "caption": _("Reliability, of people who answered all items"),
        "columns": columns,
        "rows": rows,
    }


def caveats(study: Study, report: Report) -> list[dict[str, str]]:
    """How to read the figures: always the same limits, and what the data add."""
    spec = study.spec
    points = [
        (
            _("No comparison group."),
            _("Other changes in the same weeks may explain part of this."),
        ),
        (
            _("Not everybody answered."),
            _("People who left out one of the surveys may differ from those who took both."),
        ),
        (_("Self-reported."), _("An attitude is not the same as what somebody does on a call.")),
        (
            ngettext("%(n)d scale tested.", "%(n)d scales tested.", len(spec.family))
            % {"n": len(spec.family)},
            _("The main one was named before the data; p values are adjusted by Holm's method."),
        ),
        (
            _("Small groups are hidden."),
            _("Nothing is shown about fewer than %(n)d people.") % {"n": report["threshold"]},
        ),
    ]
    return [{"title": title, "text": text} for title, text in points]


def csv_rows(report: Report) -> tuple[list[str], list[dict[str, Any]]]:
    """Columns and rows of the CSV; text that a spreadsheet would take for a formula is quoted,
    numbers stay numbers at full precision."""
    rows = [{key: _safe(value) for key, value in row.items()} for row in outcomes_rows(report)]
    return list(OUTCOME_COLUMNS), rows


def _safe(value: Any) -> Any:
    return escape_formula(value) if isinstance(value, str) else value
