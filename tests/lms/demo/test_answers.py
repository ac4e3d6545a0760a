"""The demo's model of answering: what it claims to be true is what its people do."""

from random import Random
from statistics import fmean, stdev

import pytest
import yaml

from assessments.instruments import InstrumentSpec, parse_instrument
from lms.demo.answers import SHIFT, START, answer_all, draw_person, true_change
from tests.repository.sources import ROOT

PEOPLE = 6_000
FILE = ROOT / "assessments" / "instruments" / "sample-cit-attitudes-2.yaml"


@pytest.fixture(scope="module")
def instrument() -> InstrumentSpec:
    return parse_instrument(yaml.safe_load(FILE.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def simulated(instrument) -> list[tuple[dict[str, int], dict[str, int]]]:
    """What many people answer before and after."""
    random = Random(7)
    pairs = []
    for _ in range(PEOPLE):
        person = draw_person(instrument, random)
        pairs.append(
            tuple(
                answer_all(person, instrument, after=after, random=random)
                for after in (False, True)
            )
        )
    return pairs


def _score(answers: dict[str, int], scale) -> float:
    """The mean of the answered items, reversed ones turned round."""
    return fmean(
        6 - answers[item.code] if item.reversed else answers[item.code]
        for item in scale.items
        if item.code in answers
    )


def _changes(simulated, scale) -> list[float]:
    return [_score(after, scale) - _score(before, scale) for before, after in simulated]


@pytest.mark.parametrize("code", SHIFT)
def test_the_true_change_is_what_many_people_change_on_average(instrument, simulated, code):
    changes = _changes(simulated, instrument.scale(code))
    standard_error = stdev(changes) / len(changes) ** 0.5
    assert abs(fmean(changes) - true_change(instrument.scale(code))) < 4 * standard_error


def test_the_check_would_see_half_a_true_effect(instrument, simulated):
    scale = instrument.scale("self_efficacy")
    changes = _changes(simulated, scale)
    standard_error = stdev(changes) / len(changes) ** 0.5
    assert abs(fmean(changes) - true_change(scale) / 2) > 4 * standard_error


def test_two_scales_change_modestly_and_two_do_not_change(instrument):
    changes = {scale.code: true_change(scale) for scale in instrument.scales}
    assert {code for code, change in changes.items() if change == 0} == {
        "deescalation_intentions",
        "treatment_opinions",
    }
    assert changes["social_distance"] < 0 < changes["self_efficacy"]
    assert all(abs(change) < 0.5 for change in changes.values())


def test_the_model_knows_every_scale_of_the_instrument_and_no_other(instrument):
    scales = {scale.code for scale in instrument.scales}
    assert scales == set(START) == set(SHIFT)


def test_every_answer_is_one_that_the_instrument_allows(instrument, simulated):
    codes = {item.code for item in instrument.items}
    for before, after in simulated[:500]:
        for answers in (before, after):
            assert set(answers) <= codes
            assert set(answers.values()) <= {1, 2, 3, 4, 5}


def test_about_one_question_in_fifty_is_skipped(instrument, simulated):
    asked = 2 * len(simulated) * len(instrument.items)
    skipped = asked - sum(len(answers) for pair in simulated for answers in pair)
    assert 0.018 < skipped / asked < 0.022


def test_the_same_seed_gives_the_same_people(instrument):
    def one(seed: int) -> dict[str, int]:
        random = Random(seed)
        person = draw_person(instrument, random)
        return answer_all(person, instrument, after=True, random=random)

    assert one(5) == one(5)
    assert one(5) != one(6)
