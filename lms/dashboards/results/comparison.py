"""Those who were trained beside those who waited or were compared."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.dot_plots import Estimate, dot_plot
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
    p_value,
    reason,
    table,
)


def comparisons(reading: Reading) -> list[dict[str, Any]]:
    """One for each other arm and pair of waves, in the protocol's order."""
    held = [one for one in reading.parts("comparisons") if one["scale"] in reading.scales]
    keys = list(dict.fromkeys((one["arm"], one["from"], one["to"]) for one in held))
    return [
        _comparison(reading, [o for o in held if (o["arm"], o["from"], o["to"]) == key], place)
        for place, key in enumerate(keys)
    ]


def is_compared(reading: Reading) -> bool:
    """Whether a comparison with another arm is shown."""
    return any(_did(one) for one in reading.parts("comparisons"))


def _did(one: Report) -> Report | None:
    told = one.get("did") or {}
    return told if told.get("estimate") is not None else None


def _comparison(reading: Reading, rows: list[Report], place: int) -> dict[str, Any]:
    ordered = sorted(rows, key=lambda one: list(reading.scales).index(one["scale"]))
    main = next((one for one in ordered if one["scale"] == reading.spec.primary), None)
    first = ordered[0]
    return {
        "id": f"comparison-{place}",
        "arm": reading.arm(first["arm"]),
        "training": reading.spec.training_arm.title_in("en"),
        "title": reading.pair(first["from"], first["to"]),
        "scale": reading.title(main["scale"]) if main else "",
        "lines": _lines(reading, main) if main else None,
        "reason": hidden(main) if main else "",
        "plot": _plot(reading, ordered),
        "table": _table(reading, ordered),
        "groups": _groups(reading, ordered),
    }


def _lines(reading: Reading, one: Report) -> LineChart | None:
    trained, other = (one["groups"] or {}).get("trained"), (one["groups"] or {}).get("other")
    if not trained or not other or trained["mean_from"] is None or other["mean_from"] is None:
        return None
    names = [reading.wave(one["from"]), reading.wave(one["to"])]
    lines = [Line(_values(trained)), Line(_values(other), other=True)]
    return line_chart(lines, names, changes=False, label=lambda value: f"{value:g}")


def _values(group: Report) -> list[Value]:
    return [Value(group[key], figure(group[key])) for key in ("mean_from", "mean_to")]


def _plot(reading: Reading, rows: list[Report]) -> Any:
    estimates = [
        Estimate(
            reading.title(one["scale"]),
            told["estimate"],
            told["ci_low"],
            told["ci_high"],
            primary=one["scale"] == reading.spec.primary,
        )
        for one in rows
        if (told := _did(one)) and told["ci_low"] is not None
    ]
    return dot_plot(estimates) if estimates else None


def _table(reading: Reading, rows: list[Report]) -> dict[str, Any]:
    heads = [
        _("Difference of changes"),
        _("95% interval"),
        _("p"),
        _("Cohorts"),
        _("Adjusted difference (ANCOVA)"),
        _("95% interval"),
        _("p"),
        "d_ppc2",
    ]
    made = [[scale_cell(reading, one["scale"]), *_cells(one)] for one in rows]
    return table(_("Trained minus others, points"), [_("Scale")], heads, made)


def _cells(one: Report) -> list[Cell]:
    if hidden(one):
        return reason(hidden(one), 8)
    did, ancova = one["did"], one["ancova"]
    return cells(
        change(did["estimate"]),
        interval(did["ci_low"], did["ci_high"]),
        p_value(did["p"]),
        count(did["n_clusters"]),
        change(ancova["estimate"]),
        interval(ancova["ci_low"], ancova["ci_high"]),
        p_value(ancova["p"]),
        change(one["d_ppc2"]),
    )


def _groups(reading: Reading, rows: list[Report]) -> dict[str, Any]:
    made = []
    for one in rows:
        for key, name in (("trained", _("Trained")), ("other", reading.arm(one["arm"]))):
            group = (one["groups"] or {}).get(key) or {}
            head = [scale_cell(reading, one["scale"]), {"text": name}]
            figures = [figure(group.get(k)) for k in ("mean_from", "mean_to")]
            rest = [change(group.get("mean_change")), figure(group.get("sd_change"))]
            made.append([*head, *cells(count(group.get("n")), *figures, *rest)])
    heads = [_("n"), _("Before"), _("After"), _("Change"), _("SD of change")]
    return table(_("Both groups"), [_("Scale"), _("Group")], heads, made)
