"""Those who were trained beside each other arm of the study, as blocks of the report."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments.blocks import Block, without_numbers
from assessments.partitions import NOWHERE, Division, sizes
from assessments.small_cells import COHORTS, FEW
from assessments.told import Stand

if TYPE_CHECKING:
    from assessments.scores import Scored
    from assessments.statistics.comparison import Arm, Difference

Pair = tuple[str, str]


def comparisons(
    scored: "Scored", scale: str, core: Mapping[str, Any], threshold: int
) -> Iterator[tuple[tuple[str, ...], Block]]:
    """Change from the first wave to each later one, of each arm that is not trained and of all who
    are, with its place below the comparisons. `core` is the scale's part of the report."""
    first = scored.study.wave_codes[0]
    for arm in scored.study.arms:
        if arm.is_training:
            continue
        for change in core["changes"]:
            if change["from"] == first and change["comparable"]:
                yield (
                    (scale, first, change["to"], arm.code),
                    comparison_block(scored, scale, change, arm.code, threshold),
                )


def comparison_block(
    scored: "Scored", scale: str, change: Mapping[str, Any], arm: str, threshold: int
) -> Block:
    """One comparison; `change` is the row of the core on those who are trained. Errors by cohort
    are equations for the cohorts' sums: small cohorts of an arm are one cluster, and where not even
    the sums of clusters may be told, the estimates stand without their errors."""
    from assessments.statistics.comparison import ancova, d_ppc2, difference_in_differences

    pair = (change["from"], change["to"])
    sides = np.where((scored.people["arm"] == arm).to_numpy(), 1, NOWHERE)
    sides[scored.is_trained] = 0
    sides[~scored.scores[scale][list(pair)].notna().all(axis=1).to_numpy()] = NOWHERE
    cells, names = _clusters(scored, sides, threshold)
    trained, other = (_side(scored, scale, pair, sides == side, names) for side in (0, 1))
    figures = {
        "scale": scale,
        "from": pair[0],
        "to": pair[1],
        "arm": arm,
        "groups": {"trained": _group(trained), "other": _group(other)},
        "did": asdict(difference_in_differences(trained, other)),
        "ancova": _without_clusters(ancova(trained, other)),
        "d_ppc2": d_ppc2(trained, other),
    }
    if not change["n"] or other.earlier.size < threshold:
        return Block(without_numbers(figures, change.get("suppressed", FEW)), ())
    if not names[sides != NOWHERE].any():
        return Block(figures, (Stand(scale, pair, sides),))
    alone = figures | {part: _estimate_alone(figures[part]) for part in ("did", "ancova")}
    without = Block(alone, (Stand(scale, pair, sides),))
    return Block(figures, (Stand(scale, pair, cells),), without)


def _clusters(scored: "Scored", sides: Division, threshold: int) -> tuple[Division, np.ndarray]:
    """The cell of each person, clusters of the two sides apart; and the names of clusters."""
    labels, cohorts = scored.labels("cohort")
    given = np.array([bool(label) for label in labels], dtype=bool)[cohorts]
    cells = np.full(len(sides), NOWHERE, dtype=np.int64)
    names = np.full(len(sides), "", dtype=object)
    for side in (0, 1):
        among = (sides == side) & given
        cells[among] = gathered(cohorts[among], threshold)
        names[among] = cells[among].astype(str)
        cells[(sides == side) & ~given] = len(labels)
        cells[sides == side] += side * (len(labels) + 1)
    return cells, names


def gathered(cohorts: Division, threshold: int) -> Division:
    """Cohorts of fewer than the threshold put together, neighbours by number, until they are as
    many; those left over join the ones before, or else another cohort."""
    counts = sizes(cohorts)
    few = np.flatnonzero((counts > 0) & (counts < threshold))
    held = np.cumsum(counts[few])
    of = np.arange(len(counts))
    start, before, last = 0, 0, 0
    for end, total in enumerate(held.tolist(), 1):
        if total - before >= threshold:
            of[few[start:end]] = few[start]
            start, before, last = end, total, few[start]
    if start < len(few):
        others = np.flatnonzero(counts >= threshold)
        near = others[np.argmin(np.abs(others - few[0]))] if len(others) else few[0]
        of[few[start:]] = last if start else near
    return of[cohorts]


def _side(scored: "Scored", scale: str, pair: Pair, among: np.ndarray, names: np.ndarray) -> "Arm":
    from assessments.statistics.comparison import Arm

    frame = scored.scores[scale]
    earlier, later = (frame[wave].to_numpy(float)[among] for wave in pair)
    return Arm(earlier, later, names[among].tolist())


def _group(arm: "Arm") -> dict[str, Any]:
    from assessments.statistics import descriptives

    return {
        "n": int(arm.changes.size),
        "mean_from": descriptives.mean(arm.earlier),
        "mean_to": descriptives.mean(arm.later),
        "mean_change": descriptives.mean(arm.changes),
        "sd_change": descriptives.sd(arm.changes),
    }


def _without_clusters(difference: "Difference") -> dict[str, Any]:
    figures = asdict(difference)
    return {key: value for key, value in figures.items() if not key.startswith("n_clusters")}


def _estimate_alone(figures: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"estimate": figures["estimate"], "suppressed": COHORTS}
    return {**dict.fromkeys(figures), **kept}
