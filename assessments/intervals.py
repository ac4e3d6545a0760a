"""Which 95 % interval of a change is said, where there are two of them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COHORTS, PEOPLE = "cohorts", "people"


@dataclass(frozen=True)
class Said:
    """Ends of an interval in scale points, and the p value that belongs to it; None where they are
    hidden. `kind` is COHORTS where it allows for people of one cohort being alike, PEOPLE where
    they are taken as independent."""

    low: float | None
    high: float | None
    p: float | None
    kind: str

    @property
    def is_shown(self) -> bool:
        return self.low is not None and self.high is not None


def said_of(change: Mapping[str, Any]) -> Said:
    """The wider one of a report's change or group, around its mean change.

    People of one class had the same teachers and the same days, so the interval that ignores it is
    mostly too narrow; where few cohorts happen to be alike, it is the other one. An older report,
    and one whose figures of cohorts are hidden, has the plain interval alone.
    """
    plain = Said(change["ci_low"], change["ci_high"], change.get("p"), PEOPLE)
    robust = change.get("cluster") or {}
    low, high = robust.get("ci_low"), robust.get("ci_high")
    if low is None or high is None or plain.low is None or plain.high is None:
        return plain
    if high - low <= plain.high - plain.low:
        return plain
    # The figures of cohorts leave out people without one, so their middle can be another.
    shift = change["mean_change"] - (low + high) / 2
    return Said(low + shift, high + shift, robust.get("p"), COHORTS)
