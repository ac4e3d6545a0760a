"""The change guard: two releases of one report must not differ by a small group.

Each count that changed must have changed by the threshold or more; numbers over an unchanged count
must be the same; and where a row changed, no other row of the same scale and wave may lie within
the threshold of what it was. It is strict by design: a release waits until enough is new.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from assessments.small_cells import Object, small


def may_replace(
    published: Mapping[str, Any] | None, new: Mapping[str, Any], threshold: int
) -> bool:
    """Whether a new release of a report may follow the published one (None: there is none yet).

    Both are reports after disclosure control.
    """
    return published is None or not objections(published, new, threshold)


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
        if was is not None and now is not None and small(abs(was - now), threshold):
            yield f"{key} changed by less than the threshold"
    if old["n"] is not None and old["n"] == new["n"] and not _same(before, after):
        yield "n is unchanged but other numbers are not"


def _same(before: Object | None, after: Object | None) -> bool:
    """Whether two rows say the same, up to the order of summation and the adjusted p values."""
    if before is None or after is None:
        return before is after
    if before.keys() != after.keys():
        return False
    return all(key in ("p_holm", "p_bh") or _same_value(before[key], after[key]) for key in before)


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
