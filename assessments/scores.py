"""All scores of a study in memory: what every figure of a report is computed from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assessments.instruments import InstrumentSpec
from assessments.scoring import score
from assessments.studies import StudySpec

if TYPE_CHECKING:
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

    def __repr__(self) -> str:
        """No traceback or log line may hold a score."""
        return f"<Scored {self.study.code}>"

    def trained(self) -> "Scored":
        """Only those of the arms that are trained."""
        training = [arm.code for arm in self.study.arms if arm.is_training]
        people = self.people[self.people["arm"].isin(["", *training])]
        scores = {scale: frame.loc[people.index] for scale, frame in self.scores.items()}
        return replace(self, scores=scores, people=people)


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
    import pandas as pd

    items = [item.code for item in instrument.numeric_items]
    facts = ["cohort", "arm", *study.covariates]
    rows = pd.DataFrame(
        (_record(response, study.covariates) for response in responses),
        columns=["code", "wave", *facts, *items],
    )
    rows[items] = rows[items].astype(float)
    rows = rows[rows[items].notna().any(axis=1)].drop_duplicates(["code", "wave"])
    rows["wave"] = pd.Categorical(rows["wave"], study.wave_codes, ordered=True)
    rows = rows.sort_values(["code", "wave"])
    people = rows[["code", *facts]].replace("", None).groupby("code")[facts].first().fillna("")
    people.insert(1, "year", people["cohort"].map(years or {}).fillna(""))
    scores = {
        scale.code: rows.assign(score=score(rows, scale, instrument))
        .pivot(index="code", columns="wave", values="score")
        .reindex(index=people.index, columns=list(study.wave_codes))
        for scale in instrument.scales
    }
    return Scored(study, instrument, scores, people)


def _record(response: "Response", covariates: tuple[str, ...]) -> dict[str, object]:
    asked = {name: response.covariates.get(name, "") for name in covariates}
    return {
        **response.answers,
        **asked,
        "code": response.code,
        "wave": response.wave,
        "cohort": response.cohort or "",
        "arm": response.arm or "",
    }
