"""How scores, and changes, are distributed: counts by neighbouring scores, as blocks of the report.

Bins are {low, high, n} in order, scores from low up to but without high; the last one holds its
high too. They are cut from the scores that are possible, never from those that occur, and then
neighbours are put together until each holds enough people.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments.blocks import Block
from assessments.partitions import NOWHERE, Division
from assessments.scoring import score_levels, score_range
from assessments.small_cells import FEW, SMALL_CELL
from assessments.told import Stand

if TYPE_CHECKING:
    from assessments.scores import Scored

MOST_BINS = 10
"""Beside the two ends of a scale, or no change."""
_MOST_STEPS = 1_000
"""Scales with more possible scores are of numbers, see `score_levels`."""
_ROUND = (1, 2, 2.5, 5, 10)
_DUST = 1e-9

Edges = list[float]
Bins = list[tuple[int, int]]
"""Numbers of the first edge and the last edge of each."""
Known = Mapping[tuple[str, tuple[str, ...]], Sequence[Division]]
"""By scale and waves: divisions of all people that the core counts (at the floor, moved, changed
reliably)."""


def distributions(
    scored: "Scored", scale: str, core: Mapping[str, Any], known: Known, threshold: int
) -> Iterator[tuple[tuple[str, ...], Block]]:
    """The distribution of one scale in each wave, and of its change in each pair of waves that may
    be compared, with its place below the scale. `core` is the scale's part of the report, `scored`
    are those who are trained."""
    frame, spec = scored.scores[scale], scored.instrument.scale(scale)
    low, high = score_range(spec, scored.instrument)
    levels = score_levels(spec, scored.instrument)
    for wave, row in core["waves"].items():
        values = frame[wave].to_numpy(float)
        cut = _Cut(values, score_edges(low, high, levels), known.get((scale, (wave,)), ()))
        yield ("distributions", wave), _block({"wave": wave}, row, scale, cut, threshold)
    for row in core["changes"]:
        if not row["comparable"]:
            continue
        pair = (row["from"], row["to"])
        values = frame[pair[1]].to_numpy(float) - frame[pair[0]].to_numpy(float)
        cut = _Cut(values, change_edges(low, high, levels), known.get((scale, pair), ()))
        head = {"from": pair[0], "to": pair[1]}
        yield ("change_distributions", *pair), _block(head, row, scale, cut, threshold)


@dataclass(frozen=True, eq=False)
class _Cut:
    """Values of all people (NaN where there is none), where they may be cut, and what the core
    counts of them."""

    values: np.ndarray
    edges: Edges
    known: Sequence[Division]


def _block(
    head: dict[str, str],
    row: Mapping[str, Any],
    scale: str,
    cut: _Cut,
    threshold: int,
) -> Block:
    """Hidden where the row of the core is that it belongs to, or with fewer than two bins."""
    if not row["n"]:
        return Block({**head, "bins": None, "suppressed": row.get("suppressed", FEW)}, ())
    given = np.flatnonzero(~np.isnan(cut.values))
    edges = cut.edges
    bin_of = np.searchsorted(edges, cut.values[given] + _DUST, side="right") - 1
    bin_of = np.clip(bin_of, 0, len(edges) - 2)
    table = _table(bin_of, len(edges) - 1, [division[given] for division in cut.known])
    bins = merged(table, threshold)
    if len(bins) < 2:
        return Block({**head, "bins": None, "suppressed": SMALL_CELL}, ())
    place = np.searchsorted([first for first, _ in bins], bin_of, side="right") - 1
    counts = np.bincount(place, minlength=len(bins)).tolist()
    rows = [
        {"low": edges[first], "high": edges[last], "n": n}
        for (first, last), n in zip(bins, counts, strict=True)
    ]
    cells = np.full(len(cut.values), NOWHERE, dtype=np.int64)
    cells[given] = place
    stand = Stand(scale, tuple(head.values()), cells, counts_only=True)
    return Block({**head, "bins": rows}, (stand,))


def score_edges(low: float, high: float, levels: int) -> Edges:
    """Where bins of scores may end. Each is around equally many possible scores, with the lowest
    and the highest by themselves; round numbers where scores are numbers rather than steps."""
    if levels > _MOST_STEPS:
        return _with_high(np.arange(low, high, _round_step(high - low)), high)
    step = (high - low) / (levels - 1)
    inner = np.arange(low + step / 2, high - step / 2 - _DUST, step * _steps(levels))
    return [low, *_with_high(inner, high - step / 2), high]


def change_edges(low: float, high: float, levels: int) -> Edges:
    """Where bins of changes may end: mirrored around 0, with no change by itself."""
    width = high - low
    if levels > _MOST_STEPS:
        step, wide = 0.0, _round_step(width)
    else:
        step = width / (levels - 1)
        wide = step * _steps(levels)
    up = [*np.arange(step / 2 or wide / 2, width - _DUST, wide).tolist(), width]
    return [-edge for edge in reversed(up)] + up


def _steps(levels: int) -> int:
    return max(1, math.ceil((levels - 2) / MOST_BINS))


def _round_step(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width / MOST_BINS))
    return next(power * size for size in _ROUND if power * size * MOST_BINS >= width * (1 - _DUST))


def _with_high(edges: np.ndarray, high: float) -> Edges:
    return [*(float(edge) for edge in edges if edge < high - _DUST), float(high)]


def _table(bin_of: np.ndarray, bins: int, known: Sequence[Division]) -> np.ndarray:
    """Counts by bin (rows) and by what is known of people (columns)."""
    kind = np.zeros(bin_of.size, dtype=np.int64)
    for division in known:
        kind = kind * (int(division.max(initial=0)) + 2) + division + 1
    kinds, column = np.unique(kind, return_inverse=True)
    width = max(1, kinds.size)
    return np.bincount(bin_of * width + column, minlength=bins * width).reshape(bins, width)


def merged(table: np.ndarray, threshold: int) -> Bins:
    """Neighbouring rows put together, from the lowest on, until each has a threshold of people, and
    none or a threshold of each kind; empty where that cannot be."""
    bins: Bins = []
    start = 0
    for end in range(1, len(table) + 1):
        if _full(table[start:end], threshold):
            bins.append((start, end))
            start = end
    while bins and start < len(table):
        start = bins.pop()[0]
        if _full(table[start:], threshold):
            bins.append((start, len(table)))
            start = len(table)
    return bins


def _full(rows: np.ndarray, threshold: int) -> bool:
    counts = rows.sum(axis=0)
    return bool(counts.sum() >= threshold and not ((counts > 0) & (counts < threshold)).any())
