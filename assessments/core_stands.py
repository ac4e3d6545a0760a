"""Who stands behind the rows of a report's core: everybody scored, everybody paired, and where
counts are shown, those at the floor or ceiling, who changed reliably, and who did not move."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments.partitions import NOWHERE, Division
from assessments.scoring import score_range
from assessments.told import Stand

if TYPE_CHECKING:
    from assessments.scores import Scored

Report = dict[str, Any]
_DECIMALS = 9


def core_stands(report: Report, scored: "Scored") -> Iterator[tuple[Report, str | None, Stand]]:
    """Each row that is shown, with the name of the part of it that is meant (None: the row itself),
    and who stands behind it. Changes come first, in their order: a change says more than a wave.
    `scored` are the people whom the core counts."""
    for code, scale in report["scales"].items():
        frame, instrument = scored.scores[code], scored.instrument
        bounds = score_range(instrument.scale(code), instrument)
        for row in scale["changes"]:
            if row["n"]:
                pair = (row["from"], row["to"])
                earlier, later = (frame[wave].to_numpy(dtype=float) for wave in pair)
                change = np.round(later - earlier, _DECIMALS)
                yield row, None, Stand(code, pair, _all(change))
                better = 1 if instrument.scale(code).better == "higher" else -1
                yield from _of_change(row, code, pair, change, better)
        for wave, row in scale["waves"].items():
            if row["n"]:
                values = frame[wave].to_numpy(dtype=float)
                yield row, None, Stand(code, (wave,), _all(values))
                yield from _at_bounds(row, Stand(code, (wave,), _all(values)), values, bounds)


def _all(values: np.ndarray) -> Division:
    return np.where(np.isnan(values), NOWHERE, 0)


def _at_bounds(
    row: Report, whole: Stand, values: np.ndarray, bounds: tuple[float, float]
) -> Iterator[tuple[Report, str | None, Stand]]:
    for key, bound in zip(("floor_percent", "ceiling_percent"), bounds, strict=True):
        if row[key] is not None:
            there = np.isclose(values, bound, rtol=0, atol=1e-9)
            cells = np.where(there & (whole.cells != NOWHERE), 1, whole.cells)
            yield row, key, Stand(whole.scale, whole.waves, cells, counts_only=True)


def _of_change(
    row: Report, scale: str, pair: tuple[str, str], change: np.ndarray, better: int
) -> Iterator[tuple[Report, str | None, Stand]]:
    cells = _all(change)
    if row["wilcoxon"]["zeros"] is not None:
        moved = np.where((cells == 0) & (change != 0), 1, cells)
        yield row, "wilcoxon", Stand(scale, pair, moved, counts_only=True)
    # The count is of the largest changes: whoever is among them follows from it.
    order = np.flatnonzero(cells == 0)[np.argsort(-better * change[cells == 0], kind="stable")]
    reliable = cells.copy()
    improved, worsened = row["reliable"]["improved"], row["reliable"]["worsened"]
    if improved:
        reliable[order[:improved]] = 1
    if worsened:
        reliable[order[-worsened:]] = 2
    if improved or worsened:
        yield row, "reliable", Stand(scale, pair, reliable, counts_only=True)
