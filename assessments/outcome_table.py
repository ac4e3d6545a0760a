"""The outcome report as tidy tables for CSV: one row per change, group, bin or estimate.

A hidden or missing number is None (an empty cell); `suppressed` then says why, with the part of the
row in front where only a part is hidden. Parts that an older report does not have give no rows.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

Report = Mapping[str, Any]
Row = dict[str, Any]

_CHANGE = (
    "from",
    "to",
    "comparable",
    "n",
    "mean_from",
    "sd_from",
    "mean_to",
    "sd_to",
    "r",
    "mean_change",
    "sd_change",
    "ci_low",
    "ci_high",
    "t",
    "df",
    "p",
    "p_holm",
    "p_bh",
    "d_z",
    "d_z_low",
    "d_z_high",
    "g_z",
    "d_av",
    "d_rm",
    "detectable_d_z",
)
_INSIDE = {
    "wilcoxon": ("w_plus", "w_minus", "zeros", "p", "rank_biserial"),
    "reliable": ("improved", "unchanged", "worsened"),
    "cluster": ("n_cohorts", "icc", "se_robust", "design_effect", "ci_low", "ci_high", "p"),
    "equivalence": ("margin", "low", "high", "p"),
}
_HEAD = ("study", "instrument", "version", "threshold")

OUTCOME_COLUMNS = (
    *_HEAD,
    "scale",
    *_CHANGE,
    *(f"{part}_{key}" for part, keys in _INSIDE.items() for key in keys),
    "suppressed",
)
"""Column names, in order; each means what it means in the report."""


def outcomes_rows(report: Report) -> list[Row]:
    """Rows with OUTCOME_COLUMNS as keys, at full precision."""
    return [
        _change(report, code, change)
        for code, scale in report["scales"].items()
        for change in scale["changes"]
    ]


def _head(report: Report) -> Row:
    return {key: report[key] for key in _HEAD}


def _change(report: Report, scale: str, change: Report) -> Row:
    row = _head(report) | {"scale": scale} | {key: change.get(key) for key in _CHANGE}
    for part, keys in _INSIDE.items():
        told = change.get(part) or {}
        row |= {f"{part}_{key}": told.get(key) for key in keys}
    return row | {"suppressed": _reasons(change)}


def _reasons(change: Report) -> str:
    if "suppressed" in change:
        return str(change["suppressed"])
    if not change["comparable"]:
        return "these waves may not be compared"
    parts = {part: change.get(part) or {} for part in _INSIDE}
    return "; ".join(
        f"{part}: {told['suppressed']}" for part, told in parts.items() if "suppressed" in told
    )


_GROUP = ("n", "mean_from", "mean_to", "mean_change", "sd_change", "se", "ci_low", "ci_high")
GROUP_COLUMNS = (
    *(*_HEAD, "scale", "from", "to", "by", "group", "by_2", "group_2"),
    *(*_GROUP, "d_z", "g_z", "suppressed"),
)


def _groups(report: Report) -> Iterator[Row]:
    for one in report.get("breakdowns") or []:
        head = _head(report) | {key: one[key] for key in ("scale", "from", "to")}
        by, by_2 = [*one["by"], ""][:2]
        for group in one["groups"] or []:
            label, label_2 = [*group["labels"], ""][:2]
            named = {"by": by, "group": label, "by_2": by_2, "group_2": label_2}
            figures = {key: group.get(key) for key in (*_GROUP, "d_z", "g_z")}
            yield head | named | figures | {"suppressed": group.get("suppressed", "")}


BIN_COLUMNS = (*_HEAD, "scale", "from", "to", "low", "high", "n", "suppressed")


def _bins(report: Report) -> Iterator[Row]:
    """A wave's scores have nothing in `to`."""
    for code, scale in report["scales"].items():
        waves = [(one["wave"], "", one) for one in scale.get("distributions") or []]
        moves = [(one["from"], one["to"], one) for one in scale.get("change_distributions") or []]
        for first, second, one in waves + moves:
            head = _head(report) | {"scale": code, "from": first, "to": second}
            blank = {"low": None, "high": None, "n": None, "suppressed": one.get("suppressed", "")}
            for bin in one.get("bins") or [{}]:
                yield head | blank | {key: bin[key] for key in ("low", "high", "n") if key in bin}


_MODEL = ("sd_person", "sd_cohort", "sd_residual", "n_rows", "n_persons", "n_cohorts", "df")
MODEL_COLUMNS = (
    *(*_HEAD, "scale", "wave", "estimate", "se", "low", "high"),
    *(*_MODEL, "loglik", "converged", "suppressed"),
)


def _models(report: Report) -> Iterator[Row]:
    for code, scale in report["scales"].items():
        mixed = scale.get("mixed") or {}
        whole = {key: mixed.get(key) for key in (*_MODEL, "loglik", "converged")}
        for wave, row in (mixed.get("waves") or {}).items():
            told = {key: (row or {}).get(key) for key in ("estimate", "se", "low", "high")}
            head = _head(report) | {"scale": code, "wave": wave}
            yield head | told | whole | {"suppressed": mixed.get("suppressed", "")}


_DIFFERENCE = {
    "did": (
        *("estimate", "se", "df", "ci_low", "ci_high", "p"),
        *("n_clusters", "n_clusters_trained", "n_clusters_other"),
    ),
    "ancova": ("estimate", "se", "df", "ci_low", "ci_high", "p"),
}
_SIDE = ("n", "mean_from", "mean_to", "mean_change", "sd_change")
COMPARISON_COLUMNS = (
    *(*_HEAD, "scale", "from", "to", "arm"),
    *(f"{side}_{key}" for side in ("trained", "other") for key in _SIDE),
    *(f"{part}_{key}" for part, keys in _DIFFERENCE.items() for key in keys),
    *("d_ppc2", "suppressed"),
)


def _comparisons(report: Report) -> Iterator[Row]:
    for one in report.get("comparisons") or []:
        row = _head(report) | {key: one[key] for key in ("scale", "from", "to", "arm")}
        for side in ("trained", "other"):
            told = (one.get("groups") or {}).get(side) or {}
            row |= {f"{side}_{key}": told.get(key) for key in _SIDE}
        for part, keys in _DIFFERENCE.items():
            row |= {f"{part}_{key}": (one.get(part) or {}).get(key) for key in keys}
        yield row | {"d_ppc2": one.get("d_ppc2"), "suppressed": one.get("suppressed", "")}


_LOST_OF = ("n_first", "n_stayed", "n_lost", "n_not_asked")
_LOST = ("mean_stayed", "sd_stayed", "mean_lost", "sd_lost", "t", "df", "p", "d", "chi2")
ATTRITION_COLUMNS = (
    *(*_HEAD, "wave", *_LOST_OF, "kind", "of"),
    *(*_LOST, "suppressed"),
)


def _attrition(report: Report) -> Iterator[Row]:
    """One row for each thing on which the lost were compared with those who stayed."""
    for row in report.get("attrition") or []:
        counts = {key: row.get(key) for key in ("wave", *_LOST_OF)}
        parts = [("scale", code, one) for code, one in (row.get("scales") or {}).items()]
        parts += [("covariate", code, one) for code, one in (row.get("covariates") or {}).items()]
        parts += [("logistic", "", row.get("logistic") or {})]
        for kind, of, one in parts:
            figures = {key: one.get(key) for key in _LOST}
            told = one.get("suppressed") or row.get("suppressed", "")
            head = _head(report) | counts | {"kind": kind, "of": of}
            yield head | figures | {"suppressed": told}


class Table(NamedTuple):
    """One file: its columns, and how its rows are read off a report."""

    columns: tuple[str, ...]
    rows: Callable[[Report], list[Row]]


def _listed(rows: Callable[[Report], Iterator[Row]]) -> Callable[[Report], list[Row]]:
    return lambda report: list(rows(report))


TABLES = {
    "changes": Table(OUTCOME_COLUMNS, outcomes_rows),
    "groups": Table(GROUP_COLUMNS, _listed(_groups)),
    "distributions": Table(BIN_COLUMNS, _listed(_bins)),
    "models": Table(MODEL_COLUMNS, _listed(_models)),
    "comparisons": Table(COMPARISON_COLUMNS, _listed(_comparisons)),
    "attrition": Table(ATTRITION_COLUMNS, _listed(_attrition)),
}
