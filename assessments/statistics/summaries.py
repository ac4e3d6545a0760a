"""The rows of a report, from scores: one wave's, or one change's.

Under `private` each row carries what disclosure control needs to judge it. These rows are not fit
to be shown: only `assessments.disclosure` makes them so.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from assessments.statistics import clusters, descriptives, effect, equivalence, paired, power
from assessments.statistics.numbers import DECIMALS, Values

MOST_SOLVABLE_LEVELS = 6
"""n, mean, SD, floor and ceiling are five equations in whole numbers: of up to six levels they give
the whole histogram, or leave so few that all of them share a small count."""
MOST_JOINT_LEVELS = 3
"""With the correlation and the rank sums they give the table of earlier by later scores."""

DUST = 10.0**-DECIMALS
Row = dict[str, Any]


def wave_row(scores: Values, low: float, high: float, levels: int) -> Row:
    """Scores of one wave; `low` and `high` are the scale's possible range, `levels` the number of
    its possible scores."""
    return {
        "n": int(scores.size),
        "mean": descriptives.mean(scores),
        "sd": descriptives.sd(scores),
        "floor_percent": descriptives.percent_at(scores, low),
        "ceiling_percent": descriptives.percent_at(scores, high),
        "private": {"off_mode": off_mode(scores), "solvable": _solvable(scores, levels)},
    }


def change_row(
    earlier: Values,
    later: Values,
    *,
    cohorts: Sequence[str],
    reliability: float | None,
    better: str,
    levels: int,
    margin: float | None = None,
) -> Row:
    """Change of the same officers, later minus earlier; all three sequences are in one order.

    `reliability` is alpha in the earlier wave, for the count of reliable changes; `margin` is the
    change in scale points that would not matter, if the protocol declares one.
    """
    d = later - earlier
    test, sizes = paired.paired_t(earlier, later), effect.effect_sizes(earlier, later)
    counts = effect.reliable_changes(earlier, later, reliability, better) or (None, None, None)
    return {
        "n": int(d.size),
        "mean_from": descriptives.mean(earlier),
        "sd_from": descriptives.sd(earlier),
        "mean_to": descriptives.mean(later),
        "sd_to": descriptives.sd(later),
        "r": paired.correlation(earlier, later),
        **asdict(test),
        "p_holm": None,
        "p_bh": None,
        **asdict(sizes),
        "detectable_d_z": power.detectable_d_z(int(d.size)),
        "equivalence": asdict(equivalence.equivalence(earlier, later, margin)),
        "wilcoxon": asdict(paired.signed_rank(earlier, later)),
        "reliable": dict(zip(("improved", "unchanged", "worsened"), counts, strict=True)),
        "cluster": asdict(clusters.clustering(d, cohorts)),
        "private": {
            "off_mode": min(off_mode(earlier), off_mode(later), off_mode(d)),
            "solvable": [
                *_solvable(earlier, levels),
                *_solvable(later, levels),
                *_joint(earlier, later, levels),
            ],
            "moved": [int((d < -DUST).sum()), int((d > DUST).sum())],
        },
    }


def empty_change_row() -> Row:
    """The change between waves that may not be compared: no number exists, not even n."""
    row = change_row(
        np.empty(0), np.empty(0), cohorts=(), reliability=None, better="higher", levels=0
    )
    return row | {"n": None, "cluster": dict.fromkeys(row["cluster"])}


def off_mode(values: Values) -> int:
    """How many values differ from the commonest one."""
    if not values.size:
        return 0
    return int(values.size - _counts(values).max())


def _solvable(values: Values, levels: int) -> list[int]:
    return _counts(values).tolist() if values.size and levels <= MOST_SOLVABLE_LEVELS else []


def _joint(earlier: Values, later: Values, levels: int) -> list[int]:
    if not earlier.size or levels > MOST_JOINT_LEVELS:
        return []
    both = np.round(np.column_stack([earlier, later]), DECIMALS)
    counts: list[int] = np.unique(both, axis=0, return_counts=True)[1].tolist()
    return counts


def _counts(values: Values) -> np.ndarray:
    return np.unique(np.round(values, DECIMALS), return_counts=True)[1]
