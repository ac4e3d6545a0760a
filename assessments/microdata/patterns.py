"""The pattern rule: which waves somebody answered must be true of five others of their class.

A pattern is a set of waves as bits of a number. Whatever is cut depends on how many people have a
pattern, never on what they answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from secrets import SystemRandom
from typing import NamedTuple

import numpy as np

from assessments.microdata.columns import Array

_DRAW = SystemRandom()
Leaves = dict[int, Array]
"""The units of one group by pattern, as arrays of their places."""


class Step(NamedTuple):
    """One way to repair a small pattern: so many units of each source go to the target, which
    cuts `cost` rows."""

    cost: int
    target: int
    moved: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Group:
    """Units of one class. `is_shown` says that they were released before, so that answering none of
    the new waves is a pattern that can be seen like any other."""

    leaves: Leaves
    is_shown: bool
    k: int

    def size(self, pattern: int) -> int:
        return len(self.leaves.get(pattern, ()))

    def is_small(self, pattern: int) -> bool:
        return 0 < self.size(pattern) < self.k and (pattern != 0 or self.is_shown)

    def lacking(self, pattern: int, units: int) -> int:
        """How many more units a pattern needs that has so many."""
        return max(0, self.k - units) if pattern or self.is_shown else 0


def settle(group: Group) -> None:
    """Takes waves from units until every pattern has k units or none. Each time the smallest
    pattern joins another at the lowest cost in rows, or draws random units to itself. It ends
    because every step cuts rows, and with all rows cut no pattern is left."""
    while small := [one for one in group.leaves if group.is_small(one)]:
        first = min(small, key=lambda one: (group.size(one), one))
        step = min(_steps(group, first))
        for source, count in step.moved:
            move(group.leaves, source, count, step.target)


def _steps(group: Group, small: int) -> Iterator[Step]:
    for other in {*group.leaves, 0} - {small}:
        target = small & other
        there = group.size(small) + (group.size(target) if target != small else 0)
        lacking = group.lacking(target, there)
        have = group.size(other)
        if target == other or not lacking:
            taken = 0
        else:
            taken = lacking if have - lacking >= group.k or not other else have
        moved = tuple(
            (source, count)
            for source, count in ((small, group.size(small)), (other, taken))
            if count and source != target
        )
        cost = sum(count * (source & ~target).bit_count() for source, count in moved)
        if moved:
            yield Step(cost, target, moved)


def move(leaves: Leaves, source: int, count: int, target: int) -> None:
    """Random units of one pattern get another."""
    units = leaves[source]
    chosen = np.zeros(len(units), bool)
    chosen[_DRAW.sample(range(len(units)), count)] = True
    leaves[target] = np.concatenate([leaves.get(target, units[:0]), units[chosen]])
    leaves[source] = units[~chosen]
    if not len(leaves[source]):
        del leaves[source]


def settle_all(groups: Array, answered: Array, shown: Array, k: int) -> Array:
    """The pattern under which each unit is released: `answered` with some waves taken away. `shown`
    says of each unit that it was released before; groups are of one kind."""
    kept = answered.copy()
    for places in _groups_with_small_patterns(groups, answered, shown, k):
        patterns, own = np.unique(answered[places], return_inverse=True)
        leaves = {int(p): places[own == n] for n, p in enumerate(patterns)}
        settle(Group(leaves, bool(shown[places[0]]), k))
        for pattern, units in leaves.items():
            kept[units] = pattern
    return kept


def _groups_with_small_patterns(
    groups: Array, answered: Array, shown: Array, k: int
) -> Iterator[Array]:
    order = np.lexsort((answered, groups))
    own, patterns = groups[order], answered[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (np.diff(own) != 0) | (np.diff(patterns) != 0)
    starts = np.flatnonzero(is_first)
    counts = np.diff(np.append(starts, len(order)))
    seen = (patterns[starts] != 0) | shown[order][starts]
    wanting = np.unique(own[starts][(counts < k) & seen])
    low, high = np.searchsorted(own, wanting), np.searchsorted(own, wanting, side="right")
    for start, end in zip(low, high, strict=True):
        yield order[start:end]
