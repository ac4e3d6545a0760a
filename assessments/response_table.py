"""Responses as one table in memory, made once for all figures of a report.

pandas is imported inside the functions: the web process makes no figures.
"""

import math
from collections.abc import Iterable
from itertools import chain, repeat
from typing import TYPE_CHECKING

from assessments.instruments import InstrumentSpec
from assessments.studies import StudySpec

if TYPE_CHECKING:
    import pandas as pd

    from assessments.outcomes import Response


class OutcomesError(ValueError):
    """Responses do not belong to the study: another wave or another instrument version."""


def response_table(
    responses: Iterable["Response"], study: StudySpec, instrument: InstrumentSpec
) -> "pd.DataFrame":
    """One row per person and wave in which they answered, in the order of codes and waves: code,
    wave, row, cohort, arm, the study's covariates ("" where not given), and the items as numbers.

    Of two responses of one person in one wave the first counts; one without any number answered
    does not count. Free text is left out. The order makes sums come out the same whatever the order
    of storage. Raises OutcomesError.
    """
    import numpy as np
    import pandas as pd

    given = list(responses)
    _check(given, study, instrument)
    items = [item.code for item in instrument.numeric_items]
    answers = (map(one.answers.get, items, repeat(math.nan)) for one in given)
    count = len(given) * len(items)
    numbers = np.fromiter(chain.from_iterable(answers), float, count).reshape(-1, len(items))
    told = {
        name: [one.covariates.get(name) or "" for one in given] for name in study.covariates
    } | dict(zip(items, numbers.T, strict=True))
    frame = pd.DataFrame(
        {
            "code": [one.code for one in given],
            "wave": pd.Categorical([one.wave for one in given], study.wave_codes, ordered=True),
            "row": [one.row or f"{one.code} {one.wave}" for one in given],
            "cohort": [one.cohort or "" for one in given],
            "arm": [one.arm or "" for one in given],
            **told,
        }
    )
    frame = frame[frame[items].notna().any(axis=1)].drop_duplicates(["code", "wave"])
    return frame.sort_values(["code", "wave"], ignore_index=True)


def _check(given: list["Response"], study: StudySpec, instrument: InstrumentSpec) -> None:
    waves = frozenset(study.wave_codes)
    for response in given:
        if response.wave not in waves:
            raise OutcomesError(f"{study.code} has no wave {response.wave!r}")
        if response.version != instrument.version:
            raise OutcomesError(
                f"Version {response.version} of {instrument.code} was answered, "
                f"not version {instrument.version}"
            )


def of_training(table: "pd.DataFrame", study: StudySpec) -> "pd.DataFrame":
    """The rows of people who were trained: outcomes are about them, not about those who waited or
    were compared."""
    training = [arm.code for arm in study.arms if arm.is_training]
    return table[table["arm"].isin(["", *training])]


def row_ids(table: "pd.DataFrame", people: "pd.Index", waves: Iterable[str]) -> "pd.DataFrame":
    """By person and wave, the id of the row in which they answered; None where they did not."""
    ids = table.pivot(index="code", columns="wave", values="row")
    return ids.reindex(index=people, columns=list(waves))
