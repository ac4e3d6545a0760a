"""Which cells rest on too few people, or on people who answered alike: the rules of
`assessments.disclosure` for one row, applied to all cells of a division at once."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from assessments.partitions import NOWHERE, Division, counted, sizes
from assessments.told import Stand

if TYPE_CHECKING:
    from assessments.scores import Scored

NEARLY_ALL = 2
"""Mean and SD are two equations: they can be solved for up to two people off a common value."""
MOST_SOLVABLE_LEVELS = 6
"""n, mean and SD are three equations in whole numbers, and what the core counts are more: see
`assessments.statistics.summaries`."""
MOST_JOINT_LEVELS = 3
"""n, both means and the SD of the change give the table of earlier by later scores."""
_DECIMALS = 9


class Bases:
    """The scores that sums are over, as numbers of levels: who is alike has the same. `levels` is
    how many scores each scale has."""

    def __init__(self, scored: "Scored", levels: Mapping[str, int]) -> None:
        self._scored, self._levels = scored, levels
        self._coded: dict[tuple[str, ...], np.ndarray] = {}

    def poor(self, stand: Stand, threshold: int) -> set[int]:
        """The cells of a stand of which no sums can be shown."""
        counts = sizes(stand.cells)
        found = set(np.flatnonzero((counts > 0) & (counts < threshold)).tolist())
        for of_person in self.of(stand):
            found |= alike(stand.cells, of_person)
        if not stand.counts_only:
            for of_person in self._to_solve(stand):
                found |= _solvable(stand.cells, of_person, threshold)
        return found

    def _to_solve(self, stand: Stand) -> Iterator[np.ndarray]:
        """What follows from sums as a whole histogram: scores, and two scores together."""
        levels = self._levels.get(stand.scale, np.inf)
        if levels <= MOST_SOLVABLE_LEVELS:
            yield from (self._level(stand.scale, wave) for wave in stand.waves)
        if levels <= MOST_JOINT_LEVELS:
            for one, other in combinations(stand.waves, 2):
                first, second = self._level(stand.scale, one), self._level(stand.scale, other)
                both = first * (int(second.max(initial=0)) + 1) + second
                yield np.where((first == NOWHERE) | (second == NOWHERE), NOWHERE, both)

    def of(self, stand: Stand) -> Iterator[np.ndarray]:
        """What the sums of a stand are over: scores in each of its waves, and changes since the
        first of them. NOWHERE where somebody has none."""
        if not stand.scale or stand.counts_only:
            return
        for wave in stand.waves:
            yield self._level(stand.scale, wave)
        for later in stand.waves[1:]:
            yield self._level(stand.scale, stand.waves[0], later)

    def _level(self, scale: str, *waves: str) -> np.ndarray:
        """Of one wave, or of the change between two."""
        key = (scale, *waves)
        if key not in self._coded:
            values = [self._scored.scores[scale][wave].to_numpy(dtype=float) for wave in waves]
            value = values[1] - values[0] if len(values) > 1 else values[0]
            given = ~np.isnan(value)
            self._coded[key] = np.full(len(value), NOWHERE, dtype=np.int64)
            _, level = np.unique(np.round(value[given], _DECIMALS), return_inverse=True)
            self._coded[key][given] = level
        return self._coded[key]


def alike(cells: Division, of_person: np.ndarray) -> set[int]:
    """Cells in which all, or all but two, of those who have a level share one."""
    cell, counts = _histogram(cells, of_person)
    if not len(cell):
        return set()
    number = int(cell.max()) + 1
    total = np.bincount(cell, weights=counts, minlength=number)
    most = np.zeros(number)
    np.maximum.at(most, cell, counts)
    return set(np.flatnonzero((total > 0) & (total - most <= NEARLY_ALL)).tolist())


def _solvable(cells: Division, of_person: np.ndarray, threshold: int) -> set[int]:
    cell, counts = _histogram(cells, of_person)
    return set(cell[counts < threshold].tolist())


def _histogram(cells: Division, of_person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cell and the count of each level that occurs in it."""
    inside = (cells != NOWHERE) & (of_person != NOWHERE)
    width = int(of_person.max(initial=0)) + 1
    pairs, counts = counted(cells[inside] * width + of_person[inside])
    return pairs // width, counts
