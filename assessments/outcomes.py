"""A study's outcomes: from opened responses to the report that may be shown.

`outcomes` is the only way out: what it returns has been through disclosure control. pandas, scipy
and statsmodels are imported inside the functions, so that importing this module costs nothing.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import metadata
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assessments.disclosure import suppress
from assessments.instruments import InstrumentSpec, Scale
from assessments.outcome_table import OUTCOME_COLUMNS, outcomes_rows
from assessments.response_scales import Answer
from assessments.response_table import OutcomesError, of_training, response_table, row_ids
from assessments.scores import scores_of
from assessments.scoring import keyed, score, score_levels, score_range
from assessments.statistics.multiplicity import adjusted
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


def _assemble(table: "pd.DataFrame", study: StudySpec, instrument: InstrumentSpec) -> Report:
    """All figures, nothing hidden. Not for any page, command or file."""
    by_code = table.set_index("code")
    waves = {wave: by_code[by_code["wave"] == wave] for wave in study.wave_codes}
    pairs = [
        {"from": a, "to": b, "n": len(waves[a].index.intersection(waves[b].index))}
        for a, b in study.wave_pairs
    ]
    first = study.wave_codes[0]
    paired = {first: len(waves[first])} | {
        pair["to"]: pair["n"] for pair in pairs if pair["from"] == first
    }
    return {
        "study": study.code,
        "instrument": instrument.code,
        "version": instrument.version,
        "threshold": study.threshold,
        "software": software(),
        "flow": [
            {"wave": wave, "n": len(frame), "n_paired_with_first": paired[wave]}
            for wave, frame in waves.items()
        ],
        "scales": {
            scale.code: _scale(scale, waves, study, instrument) for scale in instrument.scales
        },
        "private": {"pairs": pairs},
    }


def _scale(
    scale: Scale, waves: Mapping[str, "pd.DataFrame"], study: StudySpec, instrument: InstrumentSpec
) -> Report:
    from assessments.statistics.reliability import reliability
    from assessments.statistics.summaries import wave_row

    low, high = score_range(scale, instrument)
    levels = score_levels(scale, instrument)
    scores = {wave: score(frame, scale, instrument).dropna() for wave, frame in waves.items()}
    consistency = {
        wave: asdict(reliability(keyed(frame, scale, instrument).to_numpy()))
        for wave, frame in waves.items()
    }
    changes = [
        _change(
            scale,
            pair,
            scores,
            waves,
            consistency[pair[0]]["alpha"],
            instrument,
            levels,
            study.margins.get(scale.code),
        )
        for pair in study.wave_pairs
    ]
    return {
        "reliability": consistency,
        "waves": {
            wave: wave_row(values.to_numpy(), low, high, levels) for wave, values in scores.items()
        },
        "changes": changes,
        "private": {"overlaps": _overlaps(changes, scores)},
    }


def _change(
    scale: Scale,
    pair: tuple[str, str],
    scores: Mapping[str, "pd.Series"],
    waves: Mapping[str, "pd.DataFrame"],
    alpha: float | None,
    instrument: InstrumentSpec,
    levels: int,
    margin: float | None,
) -> Report:
    from assessments.statistics.summaries import change_row, empty_change_row

    first, second = pair
    head = {"from": first, "to": second, "comparable": True}
    if not instrument.comparable(scale.code, first, second):
        return head | {"comparable": False} | empty_change_row()
    both = scores[first].index.intersection(scores[second].index)
    named = waves[first].loc[both, "cohort"]
    return head | change_row(
        scores[first][both].to_numpy(),
        scores[second][both].to_numpy(),
        cohorts=named.where(named != "", waves[second].loc[both, "cohort"]).tolist(),
        reliability=alpha,
        better=scale.better,
        levels=levels,
        margin=margin,
    )


def _overlaps(changes: list[Report], scores: Mapping[str, "pd.Series"]) -> list[Report]:
    """How many officers two changes share, for changes that share a wave (by their positions)."""
    found = []
    for (i, one), (j, other) in combinations(enumerate(changes), 2):
        waves = {one["from"], one["to"], other["from"], other["to"]}
        if one["comparable"] and other["comparable"] and len(waves) == 3:
            a, b, c = (scores[wave].index for wave in waves)
            found.append({"changes": (i, j), "shared": len(a.intersection(b).intersection(c))})
    return found


def adjust(report: Report, study: StudySpec) -> None:
    """Fills in adjusted p values from those that are shown: a hidden p must not leave its trace."""
    for position in range(len(study.wave_pairs)):
        changes = {code: s["changes"][position] for code, s in report["scales"].items()}
        tested = {code: row["p"] for code, row in changes.items() if row["p"] is not None}
        by_holm, by_bh = adjusted(tested, primary=study.primary, family=study.family)
        for code, p in by_holm.items():
            changes[code]["p_holm"] = p
        for code, p in by_bh.items():
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
