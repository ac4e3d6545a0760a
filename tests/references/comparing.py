"""A report beside what R says of the same data, number by number."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TOLERANCES = ((".mixed.", 1e-4), (".omega", 1e-8))
"""Of what is found by fitting: a mixed model, and the factor model behind omega."""
CLOSED_FORM = 1e-9
OURS_ALONE = frozenset(
    {
        "study",
        "instrument",
        "version",
        "threshold",
        "software",
        "suppressed",
        "private",
        "converged",
    }
)
"""Not computed from the data, or taken out before anything is shown (`private`)."""
DUST = 1e-9
Report = dict[str, Any]
NAMES = ("scale", "wave", "from", "to", "by", "arm", "labels")


@dataclass(frozen=True)
class Compared:
    """One number of a report at its place, and R's at the same place; None: it does not exist."""

    place: str
    ours: float | None
    theirs: float | None

    @property
    def difference(self) -> float:
        """Relative to R's; absolute where that is 0. Infinite where only one of them exists."""
        if self.ours is None or self.theirs is None:
            return 0.0 if self.ours is self.theirs else float("inf")
        return abs(self.ours - self.theirs) / (abs(self.theirs) or 1)

    @property
    def tolerance(self) -> float:
        return next((limit for part, limit in TOLERANCES if part in self.place), CLOSED_FORM)

    @property
    def is_fitted(self) -> bool:
        return self.tolerance > CLOSED_FORM

    @property
    def agrees(self) -> bool:
        return self.difference <= self.tolerance


def compare(report: Any, reference: Any) -> list[Compared]:
    """Every number of the report. One that R does not give is infinitely far from it; text that
    says something else is an AssertionError. What is `suppressed` is left out."""
    return list(_walk(report, reference, ()))


def without_merged(report: Report, reference: Report) -> Report:
    """A report after disclosure control without those parts of it that rest on fewer people or on
    fewer groups than R's, because groups were put together or rare patterns of waves left out."""
    told = copy.deepcopy(report)
    for code, scale in told["scales"].items():
        theirs = reference["scales"][code]["mixed"]
        if any(scale["mixed"][of] != theirs[of] for of in ("n_persons", "n_cohorts")):
            del scale["mixed"]
        for row, theirs in zip(scale["changes"], reference["scales"][code]["changes"], strict=True):
            if row["cluster"]["n_cohorts"] != theirs["cluster"]["n_cohorts"]:
                del row["cluster"]
    r = {_name(one): one for one in reference["breakdowns"]}
    for one in told["breakdowns"]:
        if len(one["groups"]) != r[_name(one)]["n_groups"]:
            one["rest"] = one["pooled"] = None
            one["suppressed"] = "other groups"
    for one in told["attrition"]:
        if one["logistic"].get("scales") != list(told["scales"]):
            del one["logistic"]
    return told


def _walk(
    ours: Any, theirs: Any, place: tuple[str, ...], hidden: bool = False
) -> Iterator[Compared]:
    if isinstance(ours, dict):
        yield from _walk_keys(ours, theirs or {}, place, hidden or "suppressed" in ours)
    elif isinstance(ours, list):
        known = {_name(one): one for one in theirs or []}
        for one in ours:
            name = _name(one)
            yield from _walk(one, known.get(name), (*place, name), hidden)
    elif isinstance(ours, str | bool):
        assert ours == theirs, (place, ours, theirs)
    else:
        yield Compared(".".join(place), ours, theirs)


def _walk_keys(ours: Any, theirs: Any, place: tuple[str, ...], hidden: bool) -> Iterator[Compared]:
    for key, value in ours.items():
        if key == "bins":
            yield from _walk_bins(value or [], theirs.get("values"), (*place, key))
        elif key not in OURS_ALONE and not (hidden and value is None):
            yield from _walk(value, theirs.get(key), (*place, key), hidden)


def _walk_bins(bins: Any, values: Any, place: tuple[str, ...]) -> Iterator[Compared]:
    """R counts single values: those of a bin have to add up to it, and no value is left over. A bin
    ends below its `high`, save the last one."""
    for one in bins:
        high = one["high"] if one is not bins[-1] else float("inf")
        inside = [n for value, n in values or [] if one["low"] - DUST <= value < high - DUST]
        yield Compared(".".join((*place, f"{one['low']:g}-{one['high']:g}")), one["n"], sum(inside))
    if bins:
        every = sum(n for _, n in values or [])
        yield Compared(".".join((*place, "all")), sum(one["n"] for one in bins), every)


def _name(row: Any) -> str:
    """What tells a row of a list from the others: R may have more of them, in another order."""
    if not isinstance(row, dict):
        return str(row)
    return " ".join(str(row[key]) for key in NAMES if key in row)
