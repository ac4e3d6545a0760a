"""The change guard: two releases of one report must not differ by a small group.

What two releases show together is what they show apart, and their difference: sums over the
officers, and over the responses, that came in between. So those are reported on as if they were a
study of their own (`since`), and whatever disclosure control hides there is hidden in the new
release too where the older one shows it. A hidden change holds the whole release back.

Each count that changed must have changed by the threshold or more, and those that new responses can
only add to must have grown: a smaller one tells of people who withdrew, whose answers are unknown
here. Where a count grew by the threshold although some are gone, as many more came in. Numbers over
an unchanged count must be the same; and where a row changed, no other row of the same scale and
wave may lie within the threshold of what it was. It is strict by design: a release waits until
enough is new.
"""

import copy
import math
from collections.abc import Iterator, Mapping
from typing import Any

from assessments.small_cells import FEW, SMALL_CELL, Object, hidden, small

# Not sums over officers: they depend on which scales are shown, or on a fit that may not converge.
_NOT_SUMS = ("p_holm", "p_bh", "omega")
# Figures over cohorts follow from a breakdown by cohort, which is compared person by person.
_NOT_COMPARED = ("p_holm", "p_bh", "cluster")
# Older reports do not have them. They tell nothing that mean, SD, n and robust error do not.
_SINCE_ADDED = frozenset(
    {"equivalence", "detectable_d_z", "design_effect", "ci_low", "ci_high", "p"}
)
_ADDED_TO = ("n", "n_paired_with_first", "floor_percent", "ceiling_percent")


def may_replace(
    published: Mapping[str, Any] | None, new: Mapping[str, Any], threshold: int
) -> bool:
    """Whether a new release of a report may follow the published one (None: there is none yet).

    Both are reports after disclosure control.
    """
    return published is None or not objections(published, new, threshold)


def releasable(
    published: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    fresh: Mapping[str, Any],
    touched: Mapping[str, Any],
    threshold: int,
) -> Object | None:
    """The new report with everything hidden that its difference from a published one would show;
    None where it has to wait.

    All are reports after disclosure control: `fresh` on the responses alone that came in between,
    `touched` on all responses of the officers who sent them.
    """
    report: Object = copy.deepcopy(dict(new))
    rows, old = dict(_rows(report)), dict(_rows(published))
    # A pair is new as soon as one of its responses is: pairs among fresh ones alone tell nothing.
    # A wave without fresh responses has not changed, whoever of it was touched; if it has, some
    # are gone from it and nothing hides what they had answered.
    of_waves = {place: row for place, row in _rows(fresh) if _is_of_waves(place)}
    for place, between in [*_rows(touched), *of_waves.items()]:
        if place not in old or place not in rows:
            continue
        if place in of_waves and of_waves[place]["n"] == 0:
            if not _same(old[place], rows[place]):
                return None
            continue
        was = rows[place].get("mean_change")
        _hide_alike(rows[place], old[place], between)
        if was is not None and rows[place]["mean_change"] is None:
            return None
    return report if may_replace(published, report, threshold) else None


def _is_of_waves(place: str) -> bool:
    return ".waves." in place or ".reliability." in place


def _hide_alike(row: Object, old: Object, between: Object) -> None:
    """Hides in `row`, in place, what is hidden between two releases and shown in the older one."""
    if between["n"] == 0:
        return
    whole = () if "wave" in row else ("n", "mean", "mean_change", "alpha")
    for key, value in between.items():
        if key not in old or key in _NOT_COMPARED:
            continue
        if isinstance(value, dict):
            told = old[key]
            if any(part is None and told.get(name) is not None for name, part in value.items()):
                row[key] = hidden(row[key], SMALL_CELL)
        elif value is None and key not in _NOT_SUMS and old[key] is not None:
            if key in whole:
                row.update(hidden(row, SMALL_CELL))
                return
            row.update({key: None, "suppressed": SMALL_CELL})


def objections(published: Mapping[str, Any], new: Mapping[str, Any], threshold: int) -> list[str]:
    """Why the difference of two suppressed reports would show a small group; empty if it does not.

    Each names the place (for example `scales.sd.waves.pre.n`), never a count.
    """
    before, after = dict(_rows(published)), dict(_rows(new))
    found = [
        f"{place}: {problem}"
        for place in before.keys() & after.keys()
        for problem in _row_objections(before[place], after[place], threshold)
    ]
    changed = {
        place
        for place in before.keys() | after.keys()
        if not _same(before.get(place), after.get(place))
    }
    return sorted(found + _crosswise(before, after, changed, threshold))


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[str, Object]]:
    """Every row of a report that has a base of its own, by place."""
    for row in report["flow"]:
        yield f"flow.{row['wave']}", row
    for code, scale in report["scales"].items():
        for kind in ("reliability", "waves"):
            for wave, row in scale[kind].items():
                yield f"scales.{code}.{kind}.{wave}", row
        for row in scale["changes"]:
            yield f"scales.{code}.changes.{row['from']}.{row['to']}", row


def _counts(row: Object) -> dict[str, int | None]:
    """The counts of a row, given or implied by its percentages."""
    counts: dict[str, int | None] = {
        key: row[key] for key in ("n", "n_paired_with_first") if key in row
    }
    counts |= row.get("reliable", {})
    counts["zeros"] = row.get("wilcoxon", {}).get("zeros")
    for key in ("floor_percent", "ceiling_percent"):
        if row.get(key) is not None:
            counts[key] = round(row[key] * row["n"] / 100)
    return {key: value for key, value in counts.items() if key != "suppressed"}


def _row_objections(before: Object, after: Object, threshold: int) -> Iterator[str]:
    old, new = _counts(before), _counts(after)
    for key in old.keys() & new.keys():
        was, now = old[key], new[key]
        if was is None or now is None:
            continue
        if now < was and key in _ADDED_TO:
            yield f"{key} has shrunk"
        elif small(abs(now - was), threshold):
            yield f"{key} changed by less than the threshold"
    if old["n"] is not None and after.get("suppressed") == FEW:
        yield "too few are left"
    if old["n"] is not None and old["n"] == new["n"] and not _same(before, after):
        yield "n is unchanged but other numbers are not"


def _same(before: Object | None, after: Object | None) -> bool:
    """Whether two rows say the same, up to the order of summation, adjusted p values and figures
    over cohorts."""
    if before is None or after is None:
        return before is after
    if (before.keys() ^ after.keys()) - _SINCE_ADDED:
        return False
    shared = before.keys() & after.keys()
    return all(key in _NOT_COMPARED or _same_value(before[key], after[key]) for key in shared)


def _same_value(was: Any, now: Any) -> bool:
    if isinstance(was, dict) and isinstance(now, dict):
        return _same(was, now)
    if isinstance(was, float) and isinstance(now, float):
        return math.isclose(was, now, rel_tol=1e-9, abs_tol=1e-9)
    return bool(was == now)


def _crosswise(
    before: Mapping[str, Object], after: Mapping[str, Object], changed: set[str], threshold: int
) -> list[str]:
    """Means over different bases of one scale and wave, where both have changed since."""
    old = [base for place in changed & before.keys() for base in _bases(place, before[place])]
    new = [base for place in changed & after.keys() for base in _bases(place, after[place])]
    return [
        f"{place}: lies within the threshold of what {other} was"
        for scale_wave, place, n in new
        for other_wave, other, was in old
        if scale_wave == other_wave and place != other and small(abs(n - was), threshold)
    ]


def _bases(place: str, row: Object) -> Iterator[tuple[str, str, int]]:
    """Scale and wave, place and n, for each mean that a row gives."""
    parts = place.split(".")
    if row["n"] is None or parts[0] == "flow" or parts[2] == "reliability":
        return
    for wave in parts[3:]:
        yield f"{parts[1]}.{wave}", place, row["n"]
