"""Studies of people with given scores, for the parts of a report that are made from scores."""

import numpy as np
import pandas as pd

from assessments.instruments import parse_instrument
from assessments.outcomes import Response, core_of
from assessments.response_table import of_training, response_table
from assessments.scores import Scored
from assessments.studies import parse_study

SCALES = ("a", "b")


def instrument(**changes):
    """Two scales of one statement each, from 1 to 5."""
    scale = {"score": "mean", "min_answered": 1, "better": "higher"}
    return parse_instrument(
        {
            "code": "sample",
            "version": 1,
            "title": {"en": "Sample"},
            "licence": "x",
            "citation": "x",
            "response_scales": {"five": {"type": "likert", "min": 1, "max": 5}},
            "items": [
                {"code": f"{item}{one}", "section": 1, "text": {"en": "?"}, "scale": "five"}
                for one in SCALES
                for item in "IJ"
            ],
            "scales": [
                {"code": one, "title": {"en": one}, "items": [f"I{one}", f"J{one}"], **scale}
                for one in ("b", "a")
            ],
            **changes,
        }
    )


def study(waves=("pre", "post"), measured_by=None, **changes):
    return parse_study(
        {
            "code": "s",
            "title": "s",
            "instrument": "sample",
            "instrument_version": 1,
            "waves": [{"code": wave} for wave in waves],
            "primary": "a",
            "covariates": ["rank_band"],
            "arms": [
                {"code": "trained", "title": "t", "kind": "training"},
                {"code": "waiting", "title": "w", "kind": "waiting_list"},
            ],
            "information_sheet": {"version": 1, "text": "x"},
            **changes,
        },
        measured_by or instrument(),
    )


def scored(waves=("pre", "post"), *, spec=None, measured_by=None, people=None, **scores):
    """`scores` has rows of people and columns of waves for each scale, NaN where nothing was
    answered; `people` columns of facts, else nobody has any."""
    measured_by = measured_by or instrument()
    n = len(next(iter(scores.values())))
    codes = [f"p{number:05}" for number in range(n)]
    facts = pd.DataFrame("", index=codes, columns=["cohort", "year", "arm", "rank_band"])
    for name, column in (people or {}).items():
        facts[name] = list(column)
    unasked = np.full((n, len(waves)), np.nan)
    frames = {
        scale.code: pd.DataFrame(
            np.asarray(scores.get(scale.code, unasked), dtype=float).reshape(n, len(waves)),
            index=codes,
            columns=list(waves),
        )
        for scale in measured_by.scales
    }
    answered = sum(frame.notna() for frame in frames.values()) > 0
    return Scored(spec or study(waves, measured_by), measured_by, frames, facts, answered)


def core(made):
    """The core of the report on a study, after disclosure control."""
    table = response_table(responses(made), made.study, made.instrument)
    return core_of(of_training(table, made.study), made.study, made.instrument)


def responses(made):
    """What the people of a study answered."""
    for code, facts in made.people.iterrows():
        for wave in made.study.wave_codes:
            given = {
                f"{item}{scale}": frame.loc[code, wave]
                for scale, frame in made.scores.items()
                for item in "IJ"
                if not np.isnan(frame.loc[code, wave])
            }
            if given:
                covariates = {"rank_band": facts["rank_band"]} if facts["rank_band"] else {}
                yield Response(code, wave, 1, given, facts["cohort"], covariates, facts["arm"])
