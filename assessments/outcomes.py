"""A study's outcomes: from opened responses to the report that may be shown.

`outcomes` is the only way out: what it returns has been through disclosure control. pandas, scipy
and statsmodels are imported inside the functions, so that importing this module costs nothing.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assessments.disclosure import suppress
from assessments.instruments import InstrumentSpec
from assessments.outcome_table import OUTCOME_COLUMNS, outcomes_rows
from assessments.response_scales import Answer
from assessments.response_table import OutcomesError, of_training, response_table, row_ids
from assessments.scores import scores_of
from assessments.studies import StudySpec

if TYPE_CHECKING:
    import pandas as pd

    from assessments.outcome_parts import Made

__all__ = [
    "OUTCOME_COLUMNS",
    "OutcomesError",
    "Response",
    "outcomes",
    "outcomes_rows",
    "software",
]

Report = dict[str, Any]


@dataclass(frozen=True)
class Response:
    """What one officer answered in one wave. Exists in memory only.

    `code` is the study's pseudonym, `answers` maps item codes to numbers or free text, `cohort` may
    be empty, and so may `arm`, `promise`, the version of the promise that was shown, `row`, the
    random id under which the response is stored, and `made`, the marks of a self-made code.
    """

    code: str
    wave: str
    version: int
    answers: Mapping[str, Answer]
    cohort: str = ""
    covariates: Mapping[str, str] = field(default_factory=dict)
    arm: str = ""
    promise: str = ""
    row: str = ""
    made: Sequence[str] = ()

    def __repr__(self) -> str:
        """No traceback or log line may hold an answer."""
        return "<Response>"


def outcomes(
    responses: Iterable[Response],
    study: StudySpec,
    instrument: InstrumentSpec,
    years: Mapping[str, str] | None = None,
) -> Report:
    """The whole report in the shape of `outcomes STUDY --json`, after disclosure control, as a
    first vintage: nothing was published before. `years` gives the year of training by cohort label.
    Raises OutcomesError."""
    table = response_table(responses, study, instrument)
    return made_from(table, study, instrument, years).report


def made_from(
    table: "pd.DataFrame",
    study: StudySpec,
    instrument: InstrumentSpec,
    years: Mapping[str, str] | None = None,
) -> "Made":
    """The same from a table of responses, with who stands behind it."""
    from assessments.outcome_parts import with_parts

    core = core_of(of_training(table, study), study, instrument)
    scored = scores_of(table, study, instrument, years)
    return with_parts(core, scored, row_ids(table, scored.people.index, study.wave_codes), ())


def core_of(table: "pd.DataFrame", study: StudySpec, instrument: InstrumentSpec) -> Report:
    """Flow, reliability, waves and changes of the people in a table of responses, after disclosure
    control, in the shape of `outcomes STUDY --json`.

    Changes run from the first wave to each later one, then between later neighbours. A number
    hidden is None with `suppressed` beside it; None without it means that it does not exist.
    p values are adjusted over the scales that are shown, for each pair of waves: Holm within the
    family (`p_holm`; a primary scale outside the family stands alone), Benjamini-Hochberg for all
    other scales (`p_bh`).
    """
    report = suppress(_assemble(table, study, instrument), study.threshold)
    adjust(report, study)
    return report


def core_between(table: "pd.DataFrame", study: StudySpec, instrument: InstrumentSpec) -> Report:
    """The same of the people in between two releases, for the change guard: without omega and
    adjusted p values, which it does not ask for because they are no sums."""
    return suppress(_assemble(table, study, instrument, with_omega=False), study.threshold)


def _assemble(
    table: "pd.DataFrame", study: StudySpec, instrument: InstrumentSpec, with_omega: bool = True
) -> Report:
    """All figures, nothing hidden. Not for any page, command or file."""
    from assessments.core_figures import core_figures

    head = {
        "study": study.code,
        "instrument": instrument.code,
        "version": instrument.version,
        "threshold": study.threshold,
        "software": software(),
    }
    return head | core_figures(table, study, instrument, with_omega)


def adjust(report: Report, study: StudySpec) -> None:
    """Fills in adjusted p values from those that are shown: a hidden p must not leave its trace."""
    from assessments.statistics.multiplicity import benjamini_hochberg, holm

    for position in range(len(study.wave_pairs)):
        changes = {code: s["changes"][position] for code, s in report["scales"].items()}
        tested = {code: row["p"] for code, row in changes.items() if row["p"] is not None}
        family = {code: tested[code] for code in study.family if code in tested}
        alone = {code: p for code, p in tested.items() if code == study.primary}
        declared = {**alone, **family}
        others = {code: p for code, p in tested.items() if code not in declared}
        for code, p in {**holm(alone), **holm(family)}.items():
            changes[code]["p_holm"] = p
        for code, p in benjamini_hochberg(others).items():
            changes[code]["p_bh"] = p


@cache
def software() -> dict[str, str]:
    """Versions of what computed the figures."""
    libraries = ("numpy", "pandas", "scipy", "statsmodels")
    return {"portal": _portal_version()} | {name: metadata.version(name) for name in libraries}


def _portal_version() -> str:
    try:
        return metadata.version("cit-training-portal")
    except metadata.PackageNotFoundError:
        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        version: str = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
        return version
