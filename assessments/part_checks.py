"""What can be checked of a report's parts without the people behind it: for reports that were made
elsewhere. Whether parts go together with each other was checked where they were made."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessments.small_cells import small

COUNTS = frozenset({"n", "n_first", "n_stayed", "n_lost", "n_not_asked", "n_persons", "n_rows"})
PARTS = ("breakdowns", "comparisons", "attrition")
SCALE_PARTS = ("mixed", "distributions", "change_distributions")

Report = Mapping[str, Any]
Group = tuple[str, ...]


def parts_may_be_shown(report: Report, published: list[Report], threshold: int) -> bool:
    """Whether no count in a part is below the threshold, the groups of each breakdown and its rest
    add up to the change that they break down, and no group differs from what it was in a published
    report by fewer than the threshold. Raises KeyError or TypeError for parts of another form."""
    if any(small(count, threshold) for count in _counts(list(_parts(report)))):
        return False
    if not all(_adds_up(one, report) for one in report.get("breakdowns", ())):
        return False
    now = dict(_groups(report))
    return not any(
        small(abs(now[group] - n), threshold)
        for old in published
        for group, n in _groups(old)
        if group in now
    )


def _parts(report: Report) -> Iterator[Any]:
    for name in PARTS:
        yield report.get(name, [])
    for scale in report["scales"].values():
        for name in SCALE_PARTS:
            yield scale.get(name, [])


def _counts(part: Any) -> Iterator[int]:
    if isinstance(part, list):
        for one in part:
            yield from _counts(one)
    elif isinstance(part, Mapping):
        for key, value in part.items():
            if key in COUNTS and value is not None:
                yield int(value)
            else:
                yield from _counts(value)


def _adds_up(one: Report, report: Report) -> bool:
    if not one["groups"]:
        return bool(one["rest"] is None)
    total = sum(group["n"] for group in one["groups"]) + (one["rest"] or {"n": 0})["n"]
    changes = report["scales"][one["scale"]]["changes"]
    pair = (one["from"], one["to"])
    return any((row["from"], row["to"]) == pair and row["n"] == total for row in changes)


def _groups(report: Report) -> Iterator[tuple[Group, int]]:
    for one in report.get("breakdowns", ()):
        place = (one["scale"], one["from"], one["to"], *one["by"])
        for group in one["groups"]:
            yield (*place, *group["labels"]), group["n"]
