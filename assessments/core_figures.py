"""The core of a report from a table of responses: flow, reliability, waves and changes.

Nothing is hidden here: only `assessments.disclosure` makes it fit to be shown.
"""

from collections.abc import Mapping
from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from assessments.instruments import InstrumentSpec, Scale
from assessments.scoring import score_levels, score_range
from assessments.studies import StudySpec
from assessments.wave_table import Pair, WaveTable

if TYPE_CHECKING:
    import pandas as pd

Report = dict[str, Any]


def core_figures(
    table: "pd.DataFrame", study: StudySpec, instrument: InstrumentSpec, with_omega: bool
) -> Report:
    """All figures, and under `private` what disclosure control needs to judge them."""
    waves = WaveTable(table, study)
    answered = waves.answered
    pairs = [
        {"from": a, "to": b, "n": int(np.count_nonzero(answered[a] & answered[b]))}
        for a, b in study.wave_pairs
    ]
    counts = {wave: int(np.count_nonzero(given)) for wave, given in answered.items()}
    first = study.wave_codes[0]
    paired = {first: counts[first]} | {
        pair["to"]: pair["n"] for pair in pairs if pair["from"] == first
    }
    figures = _Figures(waves, study, instrument, with_omega)
    return {
        "flow": [
            {"wave": wave, "n": n, "n_paired_with_first": paired[wave]}
            for wave, n in counts.items()
        ],
        "scales": {scale.code: figures.scale(scale) for scale in instrument.scales},
        "private": {"pairs": pairs},
    }


class _Figures:
    """The figures of each scale from one table."""

    def __init__(
        self, waves: WaveTable, study: StudySpec, instrument: InstrumentSpec, with_omega: bool
    ) -> None:
        self._waves, self._study, self._instrument = waves, study, instrument
        self._with_omega = with_omega
        self._cohorts = {pair: waves.cohorts(pair) for pair in study.wave_pairs}

    def scale(self, scale: Scale) -> Report:
        from assessments.statistics.reliability import reliability
        from assessments.statistics.summaries import wave_row

        low, high = score_range(scale, self._instrument)
        levels = score_levels(scale, self._instrument)
        scores = self._waves.scores(scale, self._instrument)
        consistency = {
            wave: asdict(reliability(items, self._with_omega))
            for wave, items in self._waves.items(scale, self._instrument).items()
        }
        changes = [
            self._change(scale, pair, scores, consistency[pair[0]]["alpha"])
            for pair in self._study.wave_pairs
        ]
        return {
            "reliability": consistency,
            "waves": {
                wave: wave_row(values[~np.isnan(values)], low, high, levels)
                for wave, values in scores.items()
            },
            "changes": changes,
            "private": {"overlaps": _overlaps(changes, scores)},
        }

    def _change(
        self, scale: Scale, pair: Pair, scores: Mapping[str, np.ndarray], alpha: float | None
    ) -> Report:
        from assessments.statistics.summaries import change_row, empty_change_row

        first, second = pair
        head = {"from": first, "to": second, "comparable": True}
        if not self._instrument.comparable(scale.code, first, second):
            return head | {"comparable": False} | empty_change_row()
        both = ~np.isnan(scores[first]) & ~np.isnan(scores[second])
        return head | change_row(
            scores[first][both],
            scores[second][both],
            cohorts=self._cohorts[pair][both].tolist(),
            reliability=alpha,
            better=scale.better,
            levels=score_levels(scale, self._instrument),
            margin=self._study.margins.get(scale.code),
        )


def _overlaps(changes: list[Report], scores: Mapping[str, np.ndarray]) -> list[Report]:
    """How many officers two changes share, for changes that share a wave (by their positions)."""
    found = []
    for (i, one), (j, other) in combinations(enumerate(changes), 2):
        waves = {one["from"], one["to"], other["from"], other["to"]}
        if one["comparable"] and other["comparable"] and len(waves) == 3:
            shared = np.logical_and.reduce([~np.isnan(scores[wave]) for wave in waves])
            found.append({"changes": (i, j), "shared": int(np.count_nonzero(shared))})
    return found
