"""Which cells rest on too few people, or on people who answered alike: the rules of
`assessments.disclosure` for one row, applied to all cells of a division at once."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from assessments.partitions import NOWHERE, Division, sizes
from assessments.told import Stand

if TYPE_CHECKING:
    from assessments.scores import Scored

NEARLY_ALL = 2
"""Mean and SD are two equations: they can be solved for up to two people off a common value."""
MOST_SOLVABLE_LEVELS = 3
"""n, mean and SD are three equations: they give the whole histogram of up to three levels."""
_DECIMALS = 9


def poor_cells(
    stand: Stand, scored: "Scored", levels: Mapping[str, int], threshold: int
) -> set[int]:
    """The cells of a stand of which no sums can be shown."""
    found = set(_few(sizes(stand.cells), threshold))
    if stand.counts_only:
        return found
    for values in values_of(stand, scored):
        found |= alike(stand.cells, values)
    if stand.scale and levels[stand.scale] <= MOST_SOLVABLE_LEVELS:
        for wave in stand.waves:
            found |= _solvable(stand.cells, _scores(stand.scale, wave, scored), threshold)
    return found


def values_of(stand: Stand, scored: "Scored") -> Iterator[np.ndarray]:
    """What the sums of a stand are over: scores in each of its waves, and changes since the first
    of them. NaN where somebody has none."""
    if not stand.scale or stand.counts_only:
        return
    by_wave = [_scores(stand.scale, wave, scored) for wave in stand.waves]
    yield from by_wave
    for later in by_wave[1:]:
        yield later - by_wave[0]


def _scores(scale: str, wave: str, scored: "Scored") -> np.ndarray:
    found: np.ndarray = scored.scores[scale][wave].to_numpy(dtype=float)
    return found


def _few(counts: np.ndarray, threshold: int) -> list[int]:
    found: list[int] = np.flatnonzero((counts > 0) & (counts < threshold)).tolist()
    return found


def alike(cells: Division, values: np.ndarray) -> set[int]:
    """Cells in which all, or all but two, of those who have a value share one."""
    cell, counts = _histogram(cells, values)
    if not len(cell):
        return set()
    number = int(cell.max()) + 1
    total = np.bincount(cell, weights=counts, minlength=number)
    most = np.zeros(number)
    np.maximum.at(most, cell, counts)
    return set(np.flatnonzero((total > 0) & (total - most <= NEARLY_ALL)).tolist())


def _solvable(cells: Division, values: np.ndarray, threshold: int) -> set[int]:
    cell, counts = _histogram(cells, values)
    return set(cell[counts < threshold].tolist())


def _histogram(cells: Division, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cell and the count of each value that occurs in it."""
    inside = (cells != NOWHERE) & ~np.isnan(values)
    _, level = np.unique(np.round(values[inside], _DECIMALS), return_inverse=True)
    width = int(level.max(initial=0)) + 1
    pairs, counts = np.unique(cells[inside] * width + level, return_counts=True)
    return pairs // width, counts
