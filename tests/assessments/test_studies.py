import copy
from pathlib import Path

import pytest
import yaml
from django.conf import settings

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
        "items": [f"I_{code}"],
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
        "items": [
            {"code": f"I_{code}", "section": 1, "text": {"en": "?"}, "scale": "five"}
            for code in "abc"
        ],
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


def test_follow_ups_say_how_long_after_the_course_they_open_and_how_long_they_last():
    waves = [
        {"code": "pre"},
        {"code": "post", "lasts": 10},
        {"code": "weeks", "after": {"weeks": 6}, "grace": 3},
        {"code": "months", "after": {"months": 12}, "lasts": 30},
    ]
    pre, post, weeks, months = parse_study({**DOCUMENT, "waves": waves}, INSTRUMENT).waves
    assert (pre.is_follow_up, pre.lasts_days, pre.grace_days) == (False, None, 0)
    assert post.lasts_days == 10
    assert (weeks.after_weeks, weeks.after_months, weeks.grace_days) == (6, 0, 3)
    assert (months.after_weeks, months.after_months, months.is_follow_up) == (0, 12, True)


def test_arms_are_trained_wait_or_are_compared():
    arms = [
        {"code": "now", "title": "Trained now", "kind": "training"},
        {"code": "later", "title": {"en": "Trained later"}, "kind": "waiting_list"},
        {"code": "ems", "title": "Boston EMS", "kind": "comparison"},
    ]
    study = parse_study({**DOCUMENT, "arms": arms}, INSTRUMENT)
    assert study.training_arm.code == "now"
    assert study.arm("later").title_in("en") == "Trained later"
    assert [arm.is_training for arm in study.arms] == [True, False, False]


def test_a_study_without_arms_has_one_of_training():
    assert [arm.code for arm in parse_study(DOCUMENT, INSTRUMENT).arms] == ["training"]


def test_how_the_survey_is_run_is_declared():
    study = parse_study(
        {
            **DOCUMENT,
            "rolling": "quarter",
            "layout": "page",
            "free_text": True,
            "retention_months": 60,
        },
        INSTRUMENT,
    )
    assert (study.rolling, study.layout) == ("quarter", "page")
    assert (study.free_text, study.retention_months) == (True, 60)


def test_by_default_sections_are_asked_apart_without_free_text_and_no_end_is_set():
    study = parse_study(DOCUMENT, INSTRUMENT)
    assert (study.rolling, study.layout) == ("", "sections")
    assert (study.free_text, study.retention_months) == (False, None)


def test_anonymous_linking_asks_the_elements_of_a_self_made_code():
    study = parse_study({**DOCUMENT, "linking": "anonymous"}, INSTRUMENT)
    assert study.is_anonymous
    assert len(study.code_elements) == 6
    chosen = ["code_day", "code_town", "code_mother", "code_school"]
    document = {**DOCUMENT, "linking": "anonymous", "code_elements": chosen}
    assert parse_study(document, INSTRUMENT).code_elements == tuple(chosen)


def test_confidential_linking_asks_none():
    assert parse_study(DOCUMENT, INSTRUMENT).code_elements == ()


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
        ({"waves": [{"code": "a", "after": {"weeks": 3}}, {"code": "b"}]}, "waves[1].after", ""),
        ({"waves": [{"code": "a"}, {"code": "b", "after": {}}]}, "waves[2].after", "either"),
        ({"waves": [{"code": "a"}, {"code": "b", "after": {"days": 3}}]}, "waves[2].after", "days"),
        (
            {"waves": [{"code": "a"}, {"code": "b", "after": {"weeks": 3, "months": 1}}]},
            "waves[2].after",
            "either",
        ),
        (
            {"waves": [{"code": "a"}, {"code": "b", "after": {"weeks": 0}}]},
            "waves[2].after.weeks",
            "at least 1",
        ),
        (
            {
                "waves": [
                    {"code": "a"},
                    {"code": "b", "after": {"months": 6}},
                    {"code": "c", "after": {"weeks": 6}},
                ]
            },
            "waves",
            "order in which they happen",
        ),
        ({"waves": [{"code": "a"}, {"code": "b", "lasts": 0}]}, "waves[2].lasts", "at least 1"),
        ({"waves": [{"code": "a"}, {"code": "b", "grace": -1}]}, "waves[2].grace", "at least 0"),
        ({"rolling": "year"}, "rolling", "quarter"),
        ({"layout": "grid"}, "layout", "sections, page"),
        ({"free_text": "no"}, "free_text", "true or false"),
        ({"retention_months": 0}, "retention_months", "at least 1"),
        ({"arms": [{"code": "w", "title": "W", "kind": "waiting_list"}]}, "arms", "kind training"),
        ({"arms": [{"code": "w", "title": "W", "kind": "other"}]}, "arms[1].kind", "comparison"),
        (
            {
                "arms": [
                    {"code": "w", "title": "W", "kind": "training"},
                    {"code": "W", "title": "W", "kind": "comparison"},
                ]
            },
            "arms",
            "twice",
        ),
        ({"code_elements": ["code_day"]}, "code_elements", "only where linking is anonymous"),
        (
            {"linking": "anonymous", "code_elements": ["code_day"]},
            "code_elements",
            "needs at least 4",
        ),
        ({"linking": "anonymous", "code_elements": ["badge"]}, "code_elements", "must be one of"),
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


@pytest.mark.parametrize("code", ["instruments", "studies"])
def test_a_study_takes_no_code_that_is_another_pages_address(code):
    with pytest.raises(StudyError, match="the address of another page"):
        parse_study({**DOCUMENT, "code": code}, INSTRUMENT)


def test_no_two_sample_studies_name_the_same_protocol_of_a_review_board():
    files = (Path(settings.BASE_DIR) / "assessments" / "studies").glob("*.yaml")
    numbers = [yaml.safe_load(file.read_text())["irb"] for file in files]
    assert len(numbers) == len(set(numbers))


def test_margins_of_equivalence_are_points_of_a_scale():
    assert parse_study(DOCUMENT, INSTRUMENT).margins == {}
    assert parse_study({**DOCUMENT, "margins": {"a": 0.3}}, INSTRUMENT).margins == {"a": 0.3}
    assert any("above 0" in one for one in problems_of(margins={"a": 0}))
    assert any("unknown key 'z'" in one for one in problems_of(margins={"z": 1}))


def test_released_data_keep_links_unless_the_study_says_clusters():
    assert parse_study(DOCUMENT, INSTRUMENT).release == "links_first"
    given = parse_study({**DOCUMENT, "release": "clusters_first"}, INSTRUMENT)
    assert given.release == "clusters_first"
    assert any("must be one of" in one for one in problems_of(release="everything"))


def test_only_items_answered_with_a_number_can_be_named_as_released_numbers():
    assert any("I_a" in one for one in problems_of(released_numbers=["I_a"]))
