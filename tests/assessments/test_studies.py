import copy

import pytest

from assessments.covariates import (
    COVARIATES,
    CovariateError,
    parse_covariates,
    validate_covariates,
)
from assessments.instruments import parse_instrument
from assessments.studies import StudyError, parse_study


def scale(code):
    return {
        "code": code,
        "title": {"en": code},
        "items": ["I1"],
        "score": "mean",
        "min_answered": 1,
        "better": "higher",
    }


INSTRUMENT = parse_instrument(
    {
        "code": "sample",
        "version": 1,
        "title": {"en": "Sample"},
        "licence": "x",
        "citation": "x",
        "response_scales": {"five": {"type": "likert", "min": 1, "max": 5}},
        "items": [{"code": "I1", "section": 1, "text": {"en": "?"}, "scale": "five"}],
        "scales": [scale("a"), scale("b"), scale("c")],
    }
)
DOCUMENT = {
    "code": "cit-2026",
    "title": "Attitudes before and after",
    "instrument": "sample",
    "instrument_version": 1,
    "waves": [{"code": "pre", "title": "Before"}, {"code": "post"}, {"code": "follow-up"}],
    "primary": "a",
    "family": ["a", "b"],
    "exploratory": ["c"],
    "covariates": ["workforce", "rank_band"],
    "threshold": 11,
    "linking": "confidential",
    "information_sheet": {"version": 3, "text": "What we ask, and why."},
    "irb": "H-1234",
    "funder": "DMH",
    "courses": ["CIT-40"],
}


def problems_of(**changes):
    with pytest.raises(StudyError) as refused:
        parse_study({**copy.deepcopy(DOCUMENT), **changes}, INSTRUMENT)
    return refused.value.problems


def test_a_whole_document_is_read():
    study = parse_study(DOCUMENT, INSTRUMENT)
    assert study.title == "Attitudes before and after"
    assert study.wave_codes == ("pre", "post", "follow-up")
    assert [wave.title for wave in study.waves] == ["Before", "post", "follow-up"]
    assert study.threshold == 11
    assert study.covariates == ("workforce", "rank_band")
    assert study.information_sheet.version == "3"
    assert study.courses == ("CIT-40",)


def test_what_may_be_left_out_has_its_default():
    needed = ("code", "title", "instrument", "instrument_version", "waves", "primary")
    document = {key: DOCUMENT[key] for key in (*needed, "information_sheet")}
    study = parse_study(document, INSTRUMENT)
    assert (study.threshold, study.linking, study.courses) == (10, "confidential", ())
    assert (study.family, study.exploratory, study.covariates) == ((), (), ())


def test_the_first_wave_is_compared_with_each_and_later_ones_with_their_neighbours():
    assert parse_study(DOCUMENT, INSTRUMENT).wave_pairs == (
        ("pre", "post"),
        ("pre", "follow-up"),
        ("post", "follow-up"),
    )


def test_the_information_sheet_may_stand_in_several_languages():
    sheet = {"version": "1", "text": {"en": "Why", "es": "Por que"}}
    study = parse_study({**DOCUMENT, "information_sheet": sheet}, INSTRUMENT)
    assert study.information_sheet.text_in("es") == "Por que"
    assert study.information_sheet.text_in("vi") == "Why"


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"threshold": 4}, "threshold", "at least 5"),
        ({"threshold": True}, "threshold", "whole number"),
        ({"linking": "open"}, "linking", "confidential, anonymous"),
        ({"instrument": "other"}, "instrument", "not the instrument at hand"),
        ({"instrument_version": 2}, "instrument_version", "not the instrument at hand"),
        ({"waves": [{"code": "pre"}]}, "waves", "at least two"),
        ({"waves": [{"code": "pre"}, {"code": "PRE"}]}, "waves", "twice"),
        ({"waves": [{"code": "pre"}, {"code": "a.b"}]}, "waves[2].code", "is not a code"),
        ({"primary": "z"}, "primary", "no scale 'z'"),
        ({"family": ["a", "z"]}, "family", "no scale 'z'"),
        ({"family": "a"}, "family", "must be a list"),
        ({"family": ["a", "a"]}, "family", "twice"),
        ({"exploratory": ["a"]}, "exploratory", "also primary or in the family"),
        ({"covariates": ["badge"]}, "covariates[1]", "not one of"),
        ({"covariates": ["workforce", "workforce"]}, "covariates[2]", "twice"),
        ({"information_sheet": {"version": 1}}, "information_sheet", "text is missing"),
        ({"information_sheet": "text"}, "information_sheet", "mapping"),
        ({"sponsor": "x"}, "study", "unknown key 'sponsor'"),
        ({"courses": [""]}, "courses", "not empty"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(changes, place, words):
    found = problems_of(**changes)
    assert any(p.startswith(f"{place}: ") and words in p for p in found), found


def test_all_problems_are_listed_at_once():
    assert len(problems_of(threshold=1, primary="z", linking="x")) == 3


def test_covariates_keep_the_declared_order():
    names = [c.code for c in parse_covariates(["workforce", "service_band"])]
    assert names == ["workforce", "service_band"]


def test_every_covariate_is_banded_and_labelled():
    for covariate in COVARIATES.values():
        pairs = covariate.choices_in("en")
        assert len(pairs) >= 3
        assert all(label for _, label in pairs)


def test_a_skipped_covariate_is_left_out():
    asked = parse_covariates(["workforce", "rank_band"])
    assert validate_covariates({"workforce": "ems", "rank_band": ""}, asked) == {"workforce": "ems"}


@pytest.mark.parametrize("answer", [{"workforce": "navy"}, {"service_band": "under_5"}])
def test_an_unknown_choice_or_a_covariate_not_asked_is_refused(answer):
    with pytest.raises(CovariateError):
        validate_covariates(answer, parse_covariates(["workforce"]))
