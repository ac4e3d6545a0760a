"""Disclosure control: what of a report may leave, for a threshold of T officers.

A count of 1..T-1 is hidden, and so is everything from which it, or the scores of so few, follow:

- Small base: fewer than T pairs hide a change, fewer than T scored hide a wave.
- Subtraction: a wave's mean over n officers and a change's mean over the n - g of them who are
  paired give the mean of the other g. For g of 1..T-1 the wave is hidden (the change carries both
  means). Likewise the later of two changes where 1..T-1 are paired in one of them alone: sums and
  sums of squares are two equations, so one person on either side follows.
- A hidden n hides its whole row: t and the mean give n back, and a mean of whole numbers at full
  precision has n as its denominator. For alpha it is the interval that gives n back.
- Who answered which waves: where n minus the paired n is 1..T-1, the wave's n is hidden, because
  the paired n can be read off the changes anyway.
- Alike: where all officers, or all but two, share one value, mean and SD (two equations) give each
  of them away. On scales of at most six possible scores they give the whole histogram, with floor
  and ceiling; of at most three, the table of earlier by later scores with the correlation.
- Cells that add up to n: one hidden cell would follow, so a second one is hidden, chosen by place
  and not by size, because a choice by size bounds what it hides. Hidden cells add up to T or more.
- W+ + W- = m(m + 1) / 2 tells m, the number who moved, hence the zeros. W- over the average rank
  tells how many went down. p and the rank-biserial carry the same.
- ICC, robust error and design effect are equations for the cohorts' sizes and sums, which are whole
  numbers: they are hidden here, and told over the cells of a breakdown by cohort that is told.

Counts of items or scales left blank (n of a wave against n of a scale) are not protected: nothing
else is said about those officers, they have no score.

A report as assembled carries under `private` what these rules need and a reader must not have;
`suppress` returns a report without it.
"""

from collections.abc import Mapping
from typing import Any

from assessments import small_cells
from assessments.change_guard import may_replace, objections, releasable
from assessments.small_cells import (
    ALIKE,
    COHORTS,
    FEW,
    REASONS,
    SMALL_CELL,
    SUBTRACTION,
    Object,
    hidden,
    shown,
    small,
)

__all__ = [
    "ALIKE",
    "COHORTS",
    "FEW",
    "REASONS",
    "SMALL_CELL",
    "SUBTRACTION",
    "may_replace",
    "objections",
    "releasable",
    "suppress",
    "without_noughts",
]

NEARLY_ALL = 2
"""Mean and SD are two equations: they can be solved for up to two officers off a common value."""


def suppress(report: Mapping[str, Any], threshold: int) -> Object:
    """The report with every number hidden that the rules above hide, and nothing private.

    A hidden number is None, with `suppressed` (one of REASONS) beside it.
    """
    pairs = report["private"]["pairs"]
    answered = {row["wave"]: row["n"] for row in report["flow"]}
    gaps = _pattern_gaps(pairs, answered, threshold)
    return {
        **{key: value for key, value in report.items() if key != "private"},
        "flow": [_flow_row(row, gaps, threshold) for row in report["flow"]],
        "scales": {
            code: _scale(scale, _Waves(pairs, answered, gaps), threshold)
            for code, scale in report["scales"].items()
        },
    }


def without_noughts(report: Mapping[str, Any]) -> Object:
    """A report that has been through `suppress` and the change guard, with what nobody answered
    hidden like what few did: a nought says of everybody with a seat that they did not answer."""
    return {
        **report,
        "flow": [_flow_without_noughts(row) for row in report["flow"]],
        "scales": {
            code: {
                **scale,
                "reliability": {wave: _full(one) for wave, one in scale["reliability"].items()},
                "waves": {wave: _full(one) for wave, one in scale["waves"].items()},
                "changes": [_full(one) if one["comparable"] else one for one in scale["changes"]],
            }
            for code, scale in report["scales"].items()
        },
    }


def _flow_without_noughts(row: Object) -> Object:
    if row["n"] == 0:
        return {**row, "n": None, "n_paired_with_first": None, "suppressed": FEW}
    if row["n_paired_with_first"] == 0:
        return {**row, "n_paired_with_first": None, "suppressed": FEW}
    return row


def _full(entry: Object) -> Object:
    return hidden(entry, FEW) if entry["n"] == 0 else entry


class _Waves:
    """Who answered which waves: counts of a whole report that the rules for a scale need."""

    def __init__(
        self, pairs: list[Object], answered: Mapping[str, int], gaps: Mapping[str, list[int]]
    ) -> None:
        self.gaps = gaps
        self._either = {
            (p["from"], p["to"]): answered[p["from"]] + answered[p["to"]] - p["n"] for p in pairs
        }

    def least_paired(self, change: Object, scored: Mapping[str, int]) -> int:
        """The fewest pairs a reader can infer from both waves' n and the n of either."""
        first, second = change["from"], change["to"]
        least: int = scored[first] + scored[second] - self._either[first, second]
        return least


def _pattern_gaps(
    pairs: list[Object], answered: Mapping[str, int], threshold: int
) -> dict[str, list[int]]:
    """By wave: the paired n from which the wave's n differs by 1..T-1."""
    gaps: dict[str, list[int]] = {}
    for pair in pairs:
        for wave in (pair["from"], pair["to"]):
            if small(answered[wave] - pair["n"], threshold):
                gaps.setdefault(wave, []).append(pair["n"])
    return gaps


def _flow_row(row: Object, gaps: Mapping[str, list[int]], threshold: int) -> Object:
    n, paired = row["n"], row["n_paired_with_first"]
    if small(n, threshold):
        return {**row, "n": None, "n_paired_with_first": None, "suppressed": FEW}
    if row["wave"] in gaps:
        left = None if paired == n or small(paired, threshold) else paired
        return {**row, "n": None, "n_paired_with_first": left, "suppressed": SUBTRACTION}
    if small(paired, threshold):
        return {**row, "n_paired_with_first": None, "suppressed": FEW}
    return dict(row)


def _scale(scale: Object, waves: _Waves, threshold: int) -> Object:
    reasons = _change_reasons(scale, threshold)
    unseen = _wave_reasons(scale, reasons, waves, threshold)
    return {
        "reliability": {
            wave: _reliability(entry, unseen.get(wave), threshold)
            for wave, entry in scale["reliability"].items()
        },
        "waves": {
            wave: hidden(entry, unseen[wave])
            if wave in unseen
            else small_cells.bounds(entry, threshold)
            for wave, entry in scale["waves"].items()
        },
        "changes": [
            hidden(change, reasons[index]) if index in reasons else _change(change, threshold)
            for index, change in enumerate(scale["changes"])
        ],
    }


def _change_reasons(scale: Object, threshold: int) -> dict[int, str]:
    """Why a change is hidden as a whole, by its position."""
    reasons: dict[int, str] = {}
    for index, change in enumerate(scale["changes"]):
        if change["comparable"] and change["n"]:
            reason = _base_reason(change, threshold)
            if reason:
                reasons[index] = reason
    for overlap in scale["private"]["overlaps"]:
        first, second = overlap["changes"]
        outside = [scale["changes"][index]["n"] - overlap["shared"] for index in (first, second)]
        if not {first, second} & set(reasons) and small(sum(outside), threshold):
            reasons[second] = SUBTRACTION
    return reasons


def _base_reason(entry: Object, threshold: int) -> str:
    """Why numbers over one base cannot be shown, or empty text."""
    if small(entry["n"], threshold):
        return FEW
    if entry["private"]["off_mode"] <= NEARLY_ALL:
        return ALIKE
    if any(small(count, threshold) for count in entry["private"]["solvable"]):
        return SMALL_CELL
    return ""


def _wave_reasons(
    scale: Object, reasons: Mapping[int, str], waves: _Waves, threshold: int
) -> dict[str, str]:
    """Why a wave's numbers are hidden as a whole, by wave."""
    scored = {wave: entry["n"] for wave, entry in scale["waves"].items()}
    unseen = {}
    for wave, entry in scale["waves"].items():
        reason = _base_reason(entry, threshold) if entry["n"] else ""
        if not reason and any(scored[wave] > paired for paired in waves.gaps.get(wave, ())):
            reason = SUBTRACTION
        if reason:
            unseen[wave] = reason
    for index, change in enumerate(scale["changes"]):
        if not change["comparable"]:
            continue
        inferable = small(change["n"], threshold) and waves.least_paired(change, scored) > 0
        for wave in (change["from"], change["to"]):
            remainder = index not in reasons and small(scored[wave] - change["n"], threshold)
            if remainder or inferable:
                unseen.setdefault(wave, SUBTRACTION)
    return unseen


def _reliability(entry: Object, wave_hidden: str | None, threshold: int) -> Object:
    if small(entry["n"], threshold):
        return hidden(entry, FEW)
    if wave_hidden in (ALIKE, SMALL_CELL):
        return hidden(entry, wave_hidden)
    if wave_hidden:
        nothing = dict.fromkeys(("n", "alpha_low", "alpha_high"))
        return {**entry, **nothing, "suppressed": wave_hidden}
    return dict(entry)


def _change(change: Object, threshold: int) -> Object:
    out = shown(change)
    if change["comparable"] and change["n"]:
        out["reliable"] = small_cells.reliable(change["reliable"], threshold)
        out["wilcoxon"] = small_cells.wilcoxon(
            change["wilcoxon"], change["n"], change["private"]["moved"], threshold
        )
        out["cluster"] = small_cells.hidden_cluster(change["cluster"])
    return out
