"""Those who were trained beside each other arm of the study, as blocks of the report."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments.blocks import Block, without_numbers
from assessments.partitions import NOWHERE
from assessments.small_cells import COHORTS, FEW, few_cohorts
from assessments.told import Stand

if TYPE_CHECKING:
    import pandas as pd

    from assessments.scores import Scored
    from assessments.statistics.comparison import Difference

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
    are hidden where few cohorts would tell the mean of a small one."""
    from assessments.statistics.comparison import ancova, d_ppc2, difference_in_differences

    pair = (change["from"], change["to"])
    trained = _paired(scored.trained(), scale, pair)
    other = _paired(scored, scale, pair)
    other = other[other["arm"] == arm]
    arms = _arm(trained, pair), _arm(other, pair)
    figures = {
        "scale": scale,
        "from": pair[0],
        "to": pair[1],
        "arm": arm,
        "groups": {"trained": _group(trained, pair), "other": _group(other, pair)},
        "did": asdict(difference_in_differences(*arms)),
        "ancova": _without_clusters(ancova(*arms)),
        "d_ppc2": d_ppc2(*arms),
    }
    if not change["n"] or len(other) < threshold:
        return Block(without_numbers(figures, change.get("suppressed", FEW)), ())
    if any(few_cohorts(_sizes(frame), threshold) for frame in (trained, other)):
        figures |= {part: _estimate_alone(figures[part]) for part in ("did", "ancova")}
    given = scored.scores[scale][list(pair)].notna().all(axis=1).to_numpy()
    sides = np.where((scored.people["arm"] == arm).to_numpy(), 1, NOWHERE)
    sides[scored.is_trained] = 0
    return Block(figures, (Stand(scale, pair, np.where(given, sides, NOWHERE)),))


def _paired(scored: "Scored", scale: str, pair: Pair) -> "pd.DataFrame":
    frame = scored.scores[scale][list(pair)].dropna()
    return frame.join(scored.people[["cohort", "arm"]])


def _arm(frame: "pd.DataFrame", pair: Pair) -> Any:
    from assessments.statistics.comparison import Arm

    earlier, later = (frame[wave].to_numpy(float) for wave in pair)
    return Arm(earlier, later, frame["cohort"].tolist())


def _group(frame: "pd.DataFrame", pair: Pair) -> dict[str, Any]:
    from assessments.statistics import descriptives

    earlier, later = (frame[wave].to_numpy(float) for wave in pair)
    return {
        "n": len(frame),
        "mean_from": descriptives.mean(earlier),
        "mean_to": descriptives.mean(later),
        "mean_change": descriptives.mean(later - earlier),
        "sd_change": descriptives.sd(later - earlier),
    }


def _sizes(frame: "pd.DataFrame") -> list[int]:
    cohorts = frame["cohort"]
    sizes: list[int] = cohorts[cohorts != ""].value_counts().tolist()
    return sizes


def _without_clusters(difference: "Difference") -> dict[str, Any]:
    return {key: value for key, value in asdict(difference).items() if key != "n_clusters"}


def _estimate_alone(figures: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"estimate": figures["estimate"], "suppressed": COHORTS}
    return {**dict.fromkeys(figures), **kept}
