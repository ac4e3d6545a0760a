"""Response rates of groups of cohorts. No Django here.

How many answered and how many did not are both counts of officers, so both have to reach the
threshold. Cohorts rarely do alone; they are pooled into groups until they do, and a group that was
shown never changes. What else is known of some cohorts together (the results on all boxes opened
up to some day) must not leave a small remainder either.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

Cohorts = frozenset[str]


@dataclass(frozen=True)
class Counted:
    """One cohort in one wave: how many have a seat, and how many of them answered."""

    cohort: str
    seats: int
    answered: int

    @property
    def unanswered(self) -> int:
        return self.seats - self.answered


def may_be_shown(group: Collection[Counted], threshold: int) -> bool:
    """Whether both counts of a group are large enough."""
    answered = sum(one.answered for one in group)
    return answered >= threshold and sum(one.unanswered for one in group) >= threshold


def next_groups(
    waiting: Sequence[Counted], known: Collection[Cohorts], threshold: int
) -> list[list[Counted]]:
    """The groups that can be shown now, of cohorts that are in none yet, in the order given.

    `known`: sets of cohorts about which it is known how many answered, the newest of which holds
    all that wait. Cohorts that no group takes wait for more.
    """
    groups: list[list[Counted]] = []
    pool: list[Counted] = []
    left = list(waiting)
    while left:
        pool.append(left.pop(0))
        if may_be_shown(pool, threshold) and not leaves_few(pool, left, known, threshold):
            groups.append(pool)
            pool = []
    return groups


def leaves_few(
    group: Sequence[Counted],
    others: Sequence[Counted],
    known: Collection[Cohorts],
    threshold: int,
) -> bool:
    """Whether a group divides cohorts that are known only together, so that one part of them has
    few answers. `others` are the cohorts that are shown in no group."""
    for signature in {_seen_in(one, known) for one in group}:
        inside = [one for one in group if _seen_in(one, known) == signature]
        outside = [one for one in others if _seen_in(one, known) == signature]
        if outside and _few(inside, outside, threshold):
            return True
    return False


def _seen_in(one: Counted, known: Collection[Cohorts]) -> frozenset[Cohorts]:
    return frozenset(cohorts for cohorts in known if one.cohort in cohorts)


def _few(inside: Sequence[Counted], outside: Sequence[Counted], threshold: int) -> bool:
    return any(sum(one.answered for one in part) < threshold for part in (inside, outside))
