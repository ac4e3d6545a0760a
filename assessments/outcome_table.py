"""The outcome report as tidy rows: one per scale and change, for CSV."""

from collections.abc import Mapping
from typing import Any

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

OUTCOME_COLUMNS = (
    "study",
    "instrument",
    "version",
    "threshold",
    "scale",
    *_CHANGE,
    *(f"{part}_{key}" for part, keys in _INSIDE.items() for key in keys),
    "suppressed",
)
"""Column names, in order; each means what it means in the report."""


def outcomes_rows(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows with OUTCOME_COLUMNS as keys, at full precision.

    A hidden or missing number is None (an empty cell), and so is one that an older report does not
    have; `suppressed` then says why, with the part of the row in front where only a part is hidden.
    """
    return [
        _row(report, code, change)
        for code, scale in report["scales"].items()
        for change in scale["changes"]
    ]


def _row(report: Mapping[str, Any], scale: str, change: Mapping[str, Any]) -> dict[str, Any]:
    row = {key: report[key] for key in ("study", "instrument", "version", "threshold")}
    row |= {"scale": scale} | {key: change.get(key) for key in _CHANGE}
    for part, keys in _INSIDE.items():
        row |= {f"{part}_{key}": change.get(part, {}).get(key) for key in keys}
    return row | {"suppressed": _reasons(change)}


def _reasons(change: Mapping[str, Any]) -> str:
    if "suppressed" in change:
        return str(change["suppressed"])
    if not change["comparable"]:
        return "these waves may not be compared"
    parts = [
        f"{part}: {change[part]['suppressed']}"
        for part in _INSIDE
        if "suppressed" in change.get(part, {})
    ]
    return "; ".join(parts)
