"""Response rates of groups of cohorts. No Django here.

How many answered and how many did not are both counts of officers, so both have to reach the
threshold. Cohorts rarely do alone; they are pooled into groups until they do, and a group that was
shown never changes. Each published result says how many came in since the one before. A group that
takes some of those must leave none of the others, or enough of them: who answered and who did not.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True)
class Counted:
    """One cohort in one wave: how many have a seat, how many of them answered, and how many of its
    boxes are opened. Of a change: how many more."""

    cohort: str
    seats: int
    answered: int
    boxes: int = 1

    @property
    def unanswered(self) -> int:
        return self.seats - self.answered


Part = tuple[str, int]
"""A cohort as it was first counted (0), and its first, second ... change afterwards."""
Increment = Mapping[Part, Counted]
"""What one result counts that the result before did not."""


def may_be_shown(group: Collection[Counted], threshold: int) -> bool:
    """Whether both counts of a group are large enough."""
    answered = sum(one.answered for one in group)
    return answered >= threshold and sum(one.unanswered for one in group) >= threshold


def increments(results: Iterable[Mapping[str, Counted]]) -> list[Increment]:
    """What each result counts, by cohort, and the one before did not. A cohort changes when its
    window is opened anew, and when people withdraw or turn out to be one."""
    found: list[Increment] = []
    before: dict[str, Counted] = {}
    changes: dict[str, int] = {}
    for result in results:
        new: dict[Part, Counted] = {}
        for cohort in sorted({*before, *result}):
            old = before.get(cohort, Counted(cohort, 0, 0, 0))
            one = result.get(cohort, Counted(cohort, 0, 0, 0))
            if one != old:
                changes[cohort] = changes.get(cohort, -1) + 1
                new[cohort, changes[cohort]] = _change(old, one)
            before[cohort] = one
        found.append(new)
    return found


def _change(old: Counted, new: Counted) -> Counted:
    return Counted(
        new.cohort, new.seats - old.seats, new.answered - old.answered, new.boxes - old.boxes
    )


def between(steps: Sequence[Increment], shown: Sequence[bool]) -> list[Increment]:
    """The increments from each result that is shown to the next that is; `shown` has as many
    entries as `steps`."""
    found: list[Increment] = []
    merged: dict[Part, Counted] = {}
    for step, is_shown in zip(steps, shown, strict=True):
        merged |= step
        if is_shown:
            found.append(merged)
            merged = {}
    return found


def unchanged(steps: Iterable[Increment]) -> dict[str, Counted]:
    """The cohorts whose count has been the same since it was first published. The others are in no
    new group: what was known of them, and what is, differ by few."""
    parts = {part: one for step in steps for part, one in step.items()}
    return {
        cohort: one
        for (cohort, change), one in parts.items()
        if not change and (cohort, 1) not in parts
    }


def next_groups(
    waiting: Sequence[Counted],
    taken: AbstractSet[str],
    steps: Collection[Increment],
    threshold: int,
) -> list[list[Counted]]:
    """The groups that can be shown now, of cohorts that are in none yet, in the order given.

    `taken` are the cohorts of groups that are shown, `steps` what is known beside them. Cohorts
    that no group takes wait for more.
    """
    groups: list[list[Counted]] = []
    pool: list[Counted] = []
    gone = set(taken)
    for one in waiting:
        pool.append(one)
        names = {each.cohort for each in pool}
        if may_be_shown(pool, threshold) and not leaves_few(names, gone, steps, threshold):
            groups.append(pool)
            gone |= names
            pool = []
    return groups


def leaves_few(
    group: AbstractSet[str],
    taken: AbstractSet[str],
    steps: Iterable[Increment],
    threshold: int,
) -> bool:
    """Whether a group divides people who are known only together, so that few answered, or few did
    not, in one of the parts. `taken` are the cohorts that are shown in other groups."""
    for step in steps:
        inside = [one for (cohort, change), one in step.items() if cohort in group and not change]
        outside = [
            one
            for (cohort, change), one in step.items()
            if change or (cohort not in group and cohort not in taken)
        ]
        if inside and outside and not _both_many(inside, outside, threshold):
            return True
    return False


def _both_many(inside: Sequence[Counted], outside: Sequence[Counted], threshold: int) -> bool:
    return may_be_shown(inside, threshold) and may_be_shown(outside, threshold)
