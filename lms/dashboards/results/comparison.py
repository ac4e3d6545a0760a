"""Those who were trained beside those who waited or were compared."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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

ENOUGH_COHORTS = 5
"""Of the smaller group; below it errors over cohorts rest on very little."""


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
        "notes": _notes(reading, main or first),
        "table": _table(reading, ordered),
        "groups": _groups(reading, ordered),
    }


def few_cohorts(did: Report) -> int | None:
    """The number of cohorts of the smaller arm, where it is too small for errors to rest on."""
    trained, other = did.get("n_clusters_trained"), did.get("n_clusters_other")
    if did.get("estimate") is None or trained is None or other is None:
        return None
    fewest = min(int(trained), int(other))
    return fewest if fewest < ENOUGH_COHORTS else None


def _cohorts(did: Report) -> str:
    """An older report does not have them by arm."""
    trained, other = did.get("n_clusters_trained"), did.get("n_clusters_other")
    if trained is None or other is None:
        return count(did.get("n_clusters"))
    return _("%(trained)s and %(other)s") % {"trained": trained, "other": other}


def _notes(reading: Reading, one: Report) -> list[str]:
    """What to know before reading the intervals, about one scale."""
    return [*_began(reading, one), *_rests(one.get("did") or {})]


def _began(reading: Reading, one: Report) -> Iterator[str]:
    groups = one["groups"] or {}
    means = [(groups.get(side) or {}).get("mean_from") for side in ("trained", "other")]
    if None not in means:
        words = _(
            "On “%(scale)s” the trained began at %(trained)s, the others at %(other)s. Groups that "
            "begin apart may change differently without any training."
        )
        trained, other = map(figure, means)
        told = {"scale": reading.title(one["scale"]), "trained": trained, "other": other}
        yield words % told


def _rests(did: Report) -> Iterator[str]:
    if did.get("n_clusters") is not None and did.get("n_clusters_trained") is None:
        yield _(
            "This report is older: its intervals count the cohorts of both groups together, and "
            "are too narrow where one group has few."
        )
    fewest = few_cohorts(did)
    if did.get("ci_low") is not None and did.get("n_clusters") is None:
        yield _("Nobody has a cohort: intervals take people as independent.")
    elif did.get("n_clusters_trained") is not None and fewest is None:
        yield _(
            "Intervals allow for cohorts, and none is narrower than one that takes people as "
            "independent."
        )
    elif fewest == 1:
        yield _(
            "One group is a single cohort. Nothing tells what its members have in common from what "
            "the training did, so there is no interval."
        )
    elif fewest is not None:
        words = ngettext(
            "The smaller group has %(n)s cohorts: intervals rest on %(df)s degree of freedom, and "
            "are wide. No interval is narrower than one that takes people as independent.",
            "The smaller group has %(n)s cohorts: intervals rest on %(df)s degrees of freedom, and "
            "are wide. No interval is narrower than one that takes people as independent.",
            fewest - 1,
        )
        yield words % {"n": fewest, "df": fewest - 1}


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
        _("Cohorts, trained and others"),
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
        _cohorts(did),
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
    heads = [_("n"), _("Earlier"), _("Later"), _("Change"), _("SD of change")]
    return table(_("Both groups"), [_("Scale"), _("Group")], heads, made)
