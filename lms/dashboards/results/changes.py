"""The change on each scale between two waves: drawn, and in tables from plain to particular."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from assessments.charts import dot_charts, unshown
from assessments.intervals import said_of
from lms.dashboards.results.intervals import about_intervals, p_values
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

Figures = Callable[[Reading, str, Report], list[Cell]]
Kind = tuple[str, list[str], str, Figures]
"""A table's caption, the headings of its figures, a note, and how a row of it is made."""


def pairs(reading: Reading, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Each pair of waves with the charts and tables of these scales; none without scales."""
    return [_pair(reading, codes, *pair) for pair in reading.spec.wave_pairs] if codes else []


def _pair(reading: Reading, codes: Sequence[str], first: str, second: str) -> dict[str, Any]:
    waves = {"wave_from": first, "wave_to": second}
    apart = unshown(reading.report, reading.instrument, **waves)
    return {
        "id": f"{first}-{second}",
        "title": reading.pair(first, second),
        "charts": dot_charts(
            reading.report, reading.instrument, primary=reading.spec.primary, only=codes, **waves
        ),
        "unshown": [one for one in apart if one.scale in codes],
        "table": change_table(reading, codes, first, second),
        "intervals": about_intervals(reading, codes, first, second),
        "more": _more(reading, codes, first, second),
    }


def _rows(
    reading: Reading, codes: Sequence[str], pair: tuple[str, str], width: int, figures: Figures
) -> list[list[Cell]]:
    found = []
    for code in codes:
        row = reading.change(code, *pair)
        name = scale_cell(reading, code)
        if row["mean_change"] is None:
            told = hidden(row) or (
                _("no pairs") if row["comparable"] else _("the two surveys ask different things")
            )
            found.append([name, *reason(told, width)])
        else:
            found.append([name, *figures(reading, code, row)])
    return found


def scale_cell(reading: Reading, code: str) -> Cell:
    title, primary = reading.title(code), code == reading.spec.primary
    return {"text": _("%(scale)s (main)") % {"scale": title} if primary else title, "bold": primary}


def change_table(reading: Reading, codes: Sequence[str], first: str, second: str) -> dict[str, Any]:
    """Means, change and the wider interval in scale points, and its p value adjusted as
    declared."""
    declared = any(code in reading.declared for code in codes)
    heads = [
        _("n"),
        _("Earlier"),
        _("Later"),
        _("Change"),
        _("95% interval"),
        _("p (Holm)") if declared else _("p (BH)"),
    ]
    adjusted = p_values(reading, first, second)

    def figures(_reading: Reading, code: str, row: Report) -> list[Cell]:
        return _change_cells(row, adjusted.get(code))

    rows = _rows(reading, codes, (first, second), len(heads), figures)
    return table(_("Change on each scale"), [_("Scale")], heads, rows)


def _change_cells(row: Report, p: float | None) -> list[Cell]:
    said = said_of(row)
    return cells(
        count(row["n"]),
        figure(row["mean_from"]),
        figure(row["mean_to"]),
        change(row["mean_change"]),
        interval(said.low, said.high),
        p_value(p),
    )


def _more(reading: Reading, codes: Sequence[str], first: str, second: str) -> list[dict[str, Any]]:
    pair = (first, second)
    kinds = [standardised_table(), tests_table(), reliable_table(), clustered_table()]
    if any(code in reading.spec.margins for code in codes):
        kinds.append(equivalence_table())
    found = [_table(reading, codes, pair, kind) for kind in kinds]
    for number, one in enumerate(found, start=1):
        one["id"] = f"{first}-{second}-{codes[0]}-{number}"
    return found


def _table(
    reading: Reading, codes: Sequence[str], pair: tuple[str, str], kind: Kind
) -> dict[str, Any]:
    caption, heads, note, figures = kind
    rows = _rows(reading, codes, pair, len(heads), figures)
    return table(caption, [_("Scale")], heads, rows) | {"note": note}


def standardised_table() -> Kind:
    heads = ["d_z", _("95% interval"), "g_z", "d_av", "d_rm", _("Seen with 80% power: d_z from")]
    note = _(
        "d_z is the mean change divided by the standard deviation of the changes, g_z the same "
        "with Hedges’ exact correction for n − 1; d_av divides by the square root of the mean of "
        "the two waves’ variances; d_rm is d_z times the square root of 2(1 − r). Its interval "
        "takes people as independent."
    )
    return _("Standardised change"), heads, note, _standardised


def _standardised(reading: Reading, code: str, row: Report) -> list[Cell]:
    return cells(
        change(row["d_z"]),
        interval(row["d_z_low"], row["d_z_high"]),
        change(row["g_z"]),
        change(row["d_av"]),
        change(row["d_rm"]),
        figure(row.get("detectable_d_z")),
    )


def tests_table() -> Kind:
    heads = ["t", _("df"), "p", "W+", "W−", _("Zeros"), _("p (ranks)"), _("Rank-biserial")]
    note = _(
        "Paired t test and Wilcoxon’s signed-rank test with zeros dropped, normal approximation "
        "with continuity correction; both p values are unadjusted, and people are taken as "
        "independent."
    )
    return _("Tests"), heads, note, _ranks


def _ranks(reading: Reading, code: str, row: Report) -> list[Cell]:
    ranks = row["wilcoxon"]
    told = cells(figure(row["t"]), figure(row["df"], 0), p_value(row["p"]))
    if hidden(ranks):
        return [*told, *reason(hidden(ranks), 5)]
    return told + cells(
        _ranks_sum(ranks["w_plus"]),
        _ranks_sum(ranks["w_minus"]),
        count(ranks["zeros"]),
        p_value(ranks["p"]),
        change(ranks["rank_biserial"]),
    )


def _ranks_sum(ranks: float | None) -> str:
    """A sum of ranks: whole, or a half where ranks were shared."""
    return figure(ranks, 0 if ranks is None or float(ranks).is_integer() else 1)


def reliable_table() -> Kind:
    heads = [_("Improved"), _("No reliable change"), _("Worsened")]
    note = _(
        "People whose change is more than 1.96 times its standard error of measurement, from "
        "Cronbach’s alpha in the earlier survey. Improved is the direction that the instrument "
        "declares as better."
    )
    return _("Reliable change, people"), heads, note, _reliable


def _reliable(reading: Reading, code: str, row: Report) -> list[Cell]:
    told = row["reliable"]
    counts = [told[key] for key in ("improved", "unchanged", "worsened")]
    if hidden(told) and all(n is None for n in counts):
        return reason(hidden(told), 3)
    return cells(*map(count, counts))


def clustered_table() -> Kind:
    heads = [
        _("Cohorts"),
        _("ICC"),
        _("Design effect"),
        _("95% interval, plain"),
        _("95% interval, cluster-robust"),
        _("p, cluster-robust"),
    ]
    note = _(
        "People of one cohort have a training in common, so the plain interval is too narrow "
        "where the intraclass correlation (ICC) is above zero. Robust intervals use a t "
        "distribution with one degree of freedom less than there are cohorts. Sentence, chart and "
        "first table have the wider of the two."
    )
    return _("Change, allowing for cohorts"), heads, note, _clustered


def _clustered(reading: Reading, code: str, row: Report) -> list[Cell]:
    told = row["cluster"]
    if hidden(told):
        return reason(hidden(told), 6)
    return cells(
        count(told["n_cohorts"]),
        figure(told["icc"]),
        figure(told.get("design_effect")),
        interval(row["ci_low"], row["ci_high"]),
        interval(told.get("ci_low"), told.get("ci_high")),
        p_value(told.get("p")),
    )


def equivalence_table() -> Kind:
    heads = [_("Margin"), _("90% interval"), _("p (two one-sided tests)")]
    note = _(
        "A small p says that the change lies within the margin that the protocol declares. "
        "People are taken as independent. "
        "Scales without a margin are not tested."
    )
    return _("Equivalence"), heads, note, _equivalent


def _equivalent(reading: Reading, code: str, row: Report) -> list[Cell]:
    told = row.get("equivalence") or {}
    if hidden(told):
        return reason(hidden(told), 3)
    margin = told.get("margin")
    return cells(
        "–" if margin is None else f"±{figure(margin)}",
        interval(told.get("low"), told.get("high")),
        p_value(told.get("p")),
    )
