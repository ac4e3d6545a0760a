"""Rows whose link was cut stand in one pool per wave: with k others, or they cannot leave."""

from collections.abc import Iterator

import numpy as np

from assessments.microdata.columns import Array
from assessments.microdata.drawing import drawn
from assessments.microdata.people import NO_GROUP


def fill_pools(kept: Array, answered: Array, groups: Array, shown: int, k: int) -> None:
    """Cuts more random rows of a wave from which one to k - 1 were cut, changing `kept`.

    Left out, these few would be the difference between the release and a report on all rows. The
    rows come from one pattern of one class, which keeps k units or gives all of them, and go to a
    pattern that has k then. Where nobody has a row of the wave left, its pool stays small.
    `groups`, `kept` and `answered` are per unit, the first `shown` units were released before.
    """
    waves = int(np.bitwise_or.reduce(answered, initial=0)).bit_length()
    for wave in range(waves):
        bit = 1 << wave
        pool = int(((answered & ~kept & bit) != 0).sum())
        if 0 < pool < k:
            choices = list(_choices(kept, groups, shown, bit, k, lacking=k - pool))
            if choices:
                count, members = min(choices, key=lambda choice: choice[0])
                kept[_some(members, count)] &= ~bit


def _choices(
    kept: Array, groups: Array, shown: int, bit: int, k: int, lacking: int
) -> Iterator[tuple[int, Array]]:
    """How many units of which pattern may lose a wave."""
    sizes = _sizes(groups, kept)
    for (group, pattern), members in _patterns(groups, kept, bit):
        target = pattern & ~bit
        is_free = target == 0 and members[0] >= shown
        there = k if is_free else sizes.get((group, target), 0)
        count = max(lacking, k - there)
        yield (count if len(members) - count >= k else len(members)), members


def _sizes(groups: Array, kept: Array) -> dict[tuple[int, int], int]:
    ruled = groups != NO_GROUP
    pairs, counts = np.unique(np.stack([groups[ruled], kept[ruled]]), axis=1, return_counts=True)
    return {(int(g), int(p)): int(n) for (g, p), n in zip(pairs.T, counts, strict=True)}


def _patterns(groups: Array, kept: Array, bit: int) -> Iterator[tuple[tuple[int, int], Array]]:
    with_bit = np.flatnonzero((kept & bit) != 0)
    order = with_bit[np.lexsort((kept[with_bit], groups[with_bit]))]
    pairs = np.stack([groups[order], kept[order]])
    ends = np.flatnonzero((np.diff(pairs) != 0).any(axis=0)) + 1
    for members in np.split(order, ends):
        if len(members):
            yield (int(groups[members[0]]), int(kept[members[0]])), members


def _some(members: Array, count: int) -> Array:
    one_group = np.zeros(len(members), np.int64)
    return members[drawn(one_group, np.ones(len(members), bool), np.array([count]))]
