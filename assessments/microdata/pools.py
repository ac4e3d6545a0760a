"""Rows whose link was cut stand in one pool per wave: with k others, or they cannot leave."""

from collections.abc import Iterator

import numpy as np

from assessments.microdata.columns import Array
from assessments.microdata.drawing import sample
from assessments.microdata.numbering import numbered


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
                kept[members[sample(len(members), count)]] &= ~bit


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
    numbers, some = numbered(groups, kept)
    counts = np.bincount(numbers)
    pairs = zip(groups[some].tolist(), kept[some].tolist(), strict=True)
    return dict(zip(pairs, counts.tolist(), strict=True))


def _patterns(groups: Array, kept: Array, bit: int) -> Iterator[tuple[tuple[int, int], Array]]:
    members = np.flatnonzero((kept & bit) != 0)
    if not len(members):
        return
    numbers, some = numbered(groups[members], kept[members])
    order = np.argsort(numbers, kind="stable")
    parts = np.split(members[order], np.cumsum(np.bincount(numbers))[:-1])
    for one, part in zip(members[some], parts, strict=True):
        yield (int(groups[one]), int(kept[one])), part
