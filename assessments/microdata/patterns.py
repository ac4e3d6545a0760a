"""The pattern rule: which waves somebody answered must be true of five people of their class.

A pattern is a set of waves as bits of a number. What is cut depends on how many people have each
pattern, never on what they answered; whom it meets is drawn at random.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from assessments.microdata.columns import Array
from assessments.microdata.drawing import sample

Moves = tuple[tuple[int, int], ...]
"""Pairs of a pattern and how many of its units leave it."""
_NEVER = 10**9


class Step(NamedTuple):
    """One way to repair a small pattern: so many units of each source go to the target. `cost` is
    the number of rows cut for every pattern that is small no more."""

    cost: float
    target: int
    moves: Moves


@dataclass(frozen=True)
class Group:
    """How many units of one class have each pattern. `is_shown` says that they were released
    before, so that answering none of the new waves is a pattern that can be seen like any other."""

    sizes: dict[int, int]
    is_shown: bool
    k: int

    def is_small(self, pattern: int, units: int) -> bool:
        return 0 < units < self.k and (pattern != 0 or self.is_shown)

    def steps(self) -> Iterator[Step]:
        """Moves after which every pattern has k units or none. Each time the smallest pattern joins
        another, or draws units to itself, whichever costs least. It ends because every step cuts
        rows, and with all rows cut no small pattern is left."""
        while small := [(n, one) for one, n in self.sizes.items() if self.is_small(one, n)]:
            step = min(self._repairs(min(small)[1]))
            for source, count in step.moves:
                self.sizes[source] -= count
                self.sizes[step.target] = self.sizes.get(step.target, 0) + count
            yield step

    def _repairs(self, small: int) -> Iterator[Step]:
        for other in {*self.sizes, 0} - {small}:
            target, have = small & other, self.sizes.get(other, 0)
            there = self.sizes[small] + (self.sizes.get(target, 0) if target != small else 0)
            lacking = max(0, self.k - there) if target or self.is_shown else 0
            if target == other:
                lacking = 0
            taken = lacking if have - lacking >= self.k else have if lacking else 0
            moves = tuple(
                (source, count)
                for source, count in ((small, self.sizes[small]), (other, taken))
                if count and source != target
            )
            if moves:
                yield Step(self._cost(moves, target), target, moves)

    def _cost(self, moves: Moves, target: int) -> float:
        rows, arriving, gained = 0, 0, 0
        for source, count in moves:
            rows += count * (source & ~target).bit_count()
            arriving += count
            have = self.sizes[source]
            gained += self.is_small(source, have) - self.is_small(source, have - count)
        there = self.sizes.get(target, 0)
        gained += self.is_small(target, there) - self.is_small(target, there + arriving)
        return rows / gained if gained > 0 else _NEVER + rows


def settle_all(groups: Array, answered: Array, shown: Array, k: int) -> Array:
    """The pattern under which each unit is released: `answered` with some waves taken away. `shown`
    says of each unit that it was released before; groups are of one kind."""
    kept = answered.copy()
    for places in _groups_with_small_patterns(groups, answered, shown, k):
        patterns, own = np.unique(answered[places], return_inverse=True)
        leaves = {int(one): places[own == n] for n, one in enumerate(patterns)}
        sizes = {one: len(units) for one, units in leaves.items()}
        for step in Group(sizes, bool(shown[places[0]]), k).steps():
            for source, count in step.moves:
                _move(leaves, source, count, step.target)
        for one, units in leaves.items():
            kept[units] = one
    return kept


def _move(leaves: dict[int, Array], source: int, count: int, target: int) -> None:
    """Random units of one pattern get another."""
    units = leaves[source]
    chosen = np.zeros(len(units), bool)
    chosen[sample(len(units), count)] = True
    leaves[target] = np.concatenate([leaves.get(target, units[:0]), units[chosen]])
    leaves[source] = units[~chosen]


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
