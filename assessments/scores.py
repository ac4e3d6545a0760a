"""All scores of a study in memory: what every figure of a report is computed from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from assessments.instruments import InstrumentSpec
from assessments.response_table import response_table
from assessments.scoring import score
from assessments.studies import StudySpec

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from assessments.outcomes import Response


@dataclass(frozen=True)
class Scored:
    """`scores` holds by scale a frame with one row per person (index: the code) and one column per
    wave, NaN where there is no score. `people` has the same index and one column of text for
    cohort, year, arm and each covariate of the study, empty where not given."""

    study: StudySpec
    instrument: InstrumentSpec
    scores: Mapping[str, "pd.DataFrame"]
    people: "pd.DataFrame"
    _labels: "dict[str, tuple[list[str], np.ndarray]]" = field(
        default_factory=dict, init=False, compare=False
    )

    def __repr__(self) -> str:
        """No traceback or log line may hold a score."""
        return f"<Scored {self.study.code}>"

    @cached_property
    def is_trained(self) -> "np.ndarray":
        """Who is of the arms that are trained."""
        training = [arm.code for arm in self.study.arms if arm.is_training]
        found: np.ndarray = self.people["arm"].isin(["", *training]).to_numpy()
        return found

    def trained(self) -> "Scored":
        """Only those of the arms that are trained."""
        if self.is_trained.all():
            return self
        scores = {scale: frame[self.is_trained] for scale, frame in self.scores.items()}
        return replace(self, scores=scores, people=self.people[self.is_trained])

    def labels(self, column: str) -> "tuple[list[str], np.ndarray]":
        """The different labels of a column of `people` in their order, and the number of each
        person's among them."""
        if column not in self._labels:
            self._labels[column] = _numbered(self.people[column])
        return self._labels[column]


def _numbered(column: "pd.Series") -> "tuple[list[str], np.ndarray]":
    import pandas as pd

    numbers, labels = pd.factorize(column.to_numpy(dtype=object), sort=True)
    return labels.tolist(), numbers


def scored(
    responses: Iterable["Response"],
    study: StudySpec,
    instrument: InstrumentSpec,
    years: Mapping[str, str] | None = None,
) -> Scored:
    """Scores by scale, and who the people are, in the order of codes.

    Of two responses of one person in one wave the first counts; whoever answered no item in any
    wave is left out. Cohort, arm and each covariate are those of the first response that gives
    them, waves in their order. `years` gives the year of training by cohort label.
    """
    return scores_of(response_table(responses, study, instrument), study, instrument, years)


def scores_of(
    table: "pd.DataFrame",
    study: StudySpec,
    instrument: InstrumentSpec,
    years: Mapping[str, str] | None = None,
) -> Scored:
    """The same from a table of responses."""
    facts = ["cohort", "arm", *study.covariates]
    given = table[["code", *facts]].replace("", None)
    people = given.groupby("code")[facts].first().fillna("")
    people.insert(1, "year", people["cohort"].map(dict(years or {})).fillna(""))
    scores = {
        scale.code: table[["code", "wave"]]
        .assign(score=score(table, scale, instrument))
        .pivot(index="code", columns="wave", values="score")
        .reindex(index=people.index, columns=list(study.wave_codes))
        for scale in instrument.scales
    }
    return Scored(study, instrument, scores, people)
