"""Simulated studies with a known change: how often the interval in the report holds it."""

import os
from pathlib import Path
from random import Random

import pytest
import yaml
from scipy.stats import binom

from assessments.instruments import parse_instrument
from assessments.outcomes import Response, core_of
from assessments.response_table import response_table
from assessments.studies import parse_study
from lms.demo.answers import answer_all, draw_person, true_change

ROOT = Path(__file__).resolve().parents[2]
STUDIES = 20 * int(os.environ.get("SEEDS", "50"))
PEOPLE = 60
# A false alarm once in ten thousand runs, whatever the number of studies.
ALARM = 0.0001


@pytest.mark.long
def test_the_95_percent_interval_holds_the_true_change_in_95_percent_of_studies() -> None:
    folder = ROOT / "assessments"
    instrument = parse_instrument(
        yaml.safe_load((folder / "instruments" / "sample-cit-attitudes-2.yaml").read_text())
    )
    study = parse_study(
        yaml.safe_load((folder / "studies" / "cit-attitudes.yaml").read_text()), instrument
    )
    truth = {scale.code: true_change(scale) for scale in instrument.scales}
    held = dict.fromkeys(truth, 0)
    for seed in range(STUDIES):
        random = Random(seed)
        responses = []
        for number in range(PEOPLE):
            person = draw_person(instrument, random)
            for wave in ("pre", "post"):
                answers = answer_all(person, instrument, after=wave == "post", random=random)
                responses.append(Response(str(number), wave, instrument.version, answers, "cohort"))
        # The interval stands in the core of a report; its other parts would take minutes.
        report = core_of(response_table(responses, study, instrument), study, instrument)
        for code, change in truth.items():
            row = report["scales"][code]["changes"][0]
            held[code] += row["ci_low"] <= change <= row["ci_high"]
    low, high = binom.ppf([ALARM / 2, 1 - ALARM / 2], STUDIES, 0.95)
    assert all(low <= count <= high for count in held.values()), held
