import math

from assessments.instruments import parse_instrument
from assessments.outcomes import Response
from assessments.scores import scored
from assessments.studies import parse_study

INSTRUMENT = parse_instrument(
    {
        "code": "sample",
        "version": 1,
        "title": {"en": "Sample"},
        "licence": "x",
        "citation": "x",
        "response_scales": {"five": {"type": "likert", "min": 1, "max": 5}},
        "items": [
            {"code": code, "section": 1, "text": {"en": "?"}, "scale": "five"}
            for code in ("A1", "A2")
        ],
        "scales": [
            {
                "code": "a",
                "title": {"en": "a"},
                "items": ["A1", "-A2"],
                "score": "mean",
                "min_answered": 2,
                "better": "higher",
            }
        ],
    }
)
STUDY = parse_study(
    {
        "code": "s",
        "title": "s",
        "instrument": "sample",
        "instrument_version": 1,
        "waves": [{"code": "pre"}, {"code": "post"}],
        "primary": "a",
        "covariates": ["rank_band"],
        "arms": [
            {"code": "trained", "title": "t", "kind": "training"},
            {"code": "waiting", "title": "w", "kind": "waiting_list"},
        ],
        "information_sheet": {"version": 1, "text": "x"},
    },
    INSTRUMENT,
)


def response(code, wave, answers, **facts):
    return Response(code=code, wave=wave, version=1, answers=answers, **facts)


def made(*responses, **options):
    return scored(responses, STUDY, INSTRUMENT, **options)


def test_a_person_has_one_row_with_a_score_for_each_wave():
    found = made(
        response("p2", "post", {"A1": 5, "A2": 1}),
        response("p2", "pre", {"A1": 4, "A2": 2}),
        response("p1", "pre", {"A1": 1, "A2": None}),
    )
    assert list(found.scores["a"].index) == ["p1", "p2"]
    assert found.scores["a"].loc["p2"].tolist() == [4, 5]
    assert all(math.isnan(score) for score in found.scores["a"].loc["p1"])


def test_who_somebody_is_comes_from_the_first_wave_that_says_it():
    found = made(
        response("p1", "post", {"A1": 5}, cohort="B", covariates={"rank_band": "line"}),
        response("p1", "pre", {"A1": 4}, cohort="A", arm="trained"),
        years={"A": "2026", "B": "2027"},
    )
    assert found.people.loc["p1"].to_dict() == {
        "cohort": "A",
        "year": "2026",
        "arm": "trained",
        "rank_band": "line",
    }


def test_the_first_of_two_responses_in_a_wave_counts_and_an_empty_one_does_not():
    found = made(
        response("p1", "pre", {"A1": 4, "A2": 2}),
        response("p1", "pre", {"A1": 1, "A2": 5}),
        response("p2", "pre", {}),
    )
    assert found.scores["a"]["pre"].to_dict() == {"p1": 4}


def test_those_who_wait_or_are_compared_are_not_among_the_trained():
    found = made(
        response("p1", "pre", {"A1": 4, "A2": 2}, arm="waiting"),
        response("p2", "pre", {"A1": 4, "A2": 2}, arm="trained"),
        response("p3", "pre", {"A1": 4, "A2": 2}),
    ).trained()
    assert list(found.people.index) == list(found.scores["a"].index) == ["p2", "p3"]


def test_nobody_is_a_study_of_nobody():
    found = made()
    assert found.people.empty
    assert found.scores["a"].empty
    assert list(found.scores["a"].columns) == ["pre", "post"]


def test_no_score_shows_in_a_traceback():
    found = made(response("secret-code", "pre", {"A1": 4, "A2": 2}))
    assert repr(found) == "<Scored s>"


def test_a_cohort_was_asked_where_anybody_of_it_answered_anything():
    found = made(
        response("a", "pre", {"A1": 1, "A2": 1}, cohort="one"),
        response("b", "pre", {"A1": 1, "A2": 1}, cohort="one"),
        response("b", "post", {"A1": 1}),
        response("c", "pre", {"A1": 1, "A2": 1}, cohort="two"),
        response("d", "pre", {"A1": 1, "A2": 1}),
    )
    assert found.asked("post").tolist() == [True, True, False, True]
    assert found.answered.loc["b", "post"]
    assert math.isnan(found.scores["a"].loc["b", "post"])


def test_nobody_was_asked_where_nobody_answered():
    found = made(response("a", "pre", {"A1": 1}), response("b", "pre", {"A1": 1}, cohort="one"))
    assert not found.asked("post").any()
