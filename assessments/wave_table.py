"""A table of responses by person and wave, as plain arrays over the same people in one order."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from assessments.instruments import InstrumentSpec, Scale
from assessments.scoring import keyed, score
from assessments.studies import StudySpec

if TYPE_CHECKING:
    import pandas as pd

Pair = tuple[str, str]


class WaveTable:
    """People are numbered in the order in which the table has them. `answered` says by wave who
    has a row there."""

    def __init__(self, table: "pd.DataFrame", study: StudySpec) -> None:
        import pandas as pd

        number, codes = pd.factorize(table["code"])
        self._table, self._size = table, len(codes)
        self._rows = {w: np.flatnonzero(table["wave"] == w) for w in study.wave_codes}
        self._people = {wave: number[rows] for wave, rows in self._rows.items()}
        self._cohorts = {wave: self._cohorts_in(wave) for wave in study.wave_codes}
        self.answered = {wave: self._answered_in(wave) for wave in study.wave_codes}

    def _answered_in(self, wave: str) -> np.ndarray:
        found = np.zeros(self._size, dtype=bool)
        found[self._people[wave]] = True
        return found

    def _cohorts_in(self, wave: str) -> np.ndarray:
        found = np.full(self._size, "", dtype=object)
        found[self._people[wave]] = self._table["cohort"].to_numpy(dtype=object)[self._rows[wave]]
        return found

    def cohorts(self, pair: Pair) -> np.ndarray:
        """Each person's cohort in the earlier of two waves, or else in the later one."""
        first, second = (self._cohorts[wave] for wave in pair)
        return np.where(first != "", first, second)

    def items(self, scale: Scale, instrument: InstrumentSpec) -> dict[str, np.ndarray]:
        """By wave, the keyed items of those who answered in it."""
        items = keyed(self._table, scale, instrument).to_numpy()
        return {wave: items[rows] for wave, rows in self._rows.items()}

    def scores(self, scale: Scale, instrument: InstrumentSpec) -> Mapping[str, np.ndarray]:
        """By wave, everybody's score; NaN where there is none."""
        values = score(self._table, scale, instrument).to_numpy(dtype=float)
        found = {wave: np.full(self._size, np.nan) for wave in self._rows}
        for wave, rows in self._rows.items():
            found[wave][self._people[wave]] = values[rows]
        return found
