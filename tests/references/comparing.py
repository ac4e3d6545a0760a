"""A report beside what R says of the same data, number by number."""

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
    def agrees(self) -> bool:
        return self.difference <= self.tolerance


def compare(report: Any, reference: Any) -> list[Compared]:
    """Every number of the report. One that R does not give is infinitely far from it; text that
    says something else is an AssertionError. What is `suppressed` is left out."""
    return list(_walk(report, reference, ()))


def _walk(ours: Any, theirs: Any, place: tuple[str, ...]) -> Iterator[Compared]:
    if isinstance(ours, dict):
        yield from _walk_keys(ours, theirs or {}, place)
    elif isinstance(ours, list):
        known = {_name(one): one for one in theirs or []}
        for one in ours:
            name = _name(one)
            yield from _walk(one, known.get(name), (*place, name))
    elif isinstance(ours, str | bool):
        assert ours == theirs, (place, ours, theirs)
    else:
        yield Compared(".".join(place), ours, theirs)


def _walk_keys(ours: Any, theirs: Any, place: tuple[str, ...]) -> Iterator[Compared]:
    for key, value in ours.items():
        hidden = value is None and "suppressed" in ours
        if key == "bins":
            yield from _walk_bins(value or [], theirs.get("values"), (*place, key))
        elif not hidden and key not in OURS_ALONE:
            yield from _walk(value, theirs.get(key), (*place, key))


def _walk_bins(bins: Any, values: Any, place: tuple[str, ...]) -> Iterator[Compared]:
    """R counts single values: those of a bin have to add up to it, and no value is left over."""
    for one in bins:
        count = sum(n for value, n in values or [] if one["low"] <= value <= one["high"])
        yield Compared(".".join((*place, f"{one['low']:g}-{one['high']:g}")), one["n"], count)
    if bins:
        every = sum(n for _, n in values or [])
        yield Compared(".".join((*place, "all")), sum(one["n"] for one in bins), every)


def _name(row: Any) -> str:
    """What tells a row of a list from the others: R may have more of them, in another order."""
    if not isinstance(row, dict):
        return str(row)
    return " ".join(str(row[key]) for key in NAMES if key in row)
