import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.forms import SurveyForm
from assessments.frame import Frame
from assessments.instruments import Group, Item, ResponseScale, parse_instrument
from assessments.questionnaire import Section, minutes_of, sections_of, validator
from assessments.studies import parse_study
from tests.surveys import ITEMS, instrument_document, study_document

COVARIATES = ("service_band", "workforce")


def frame(covariates: tuple[str, ...] = COVARIATES) -> Frame:
    instrument = parse_instrument(instrument_document())
    document = study_document("course", covariates=covariates)
    return Frame(uuid.uuid4(), parse_study(document, instrument), instrument)


SECTIONS = sections_of(frame())
steps = st.sampled_from(["", "1", "2", "3", "4", "5"])


def test_sections_come_in_order_with_the_questions_about_the_person_last() -> None:
    assert [section.number for section in SECTIONS] == [1, 2, 3]
    assert [tuple(i.code for i in section.items) for section in SECTIONS[:2]] == list(
        ITEMS.values()
    )
    assert tuple(one.code for one in SECTIONS[2].covariates) == COVARIATES
    assert SECTIONS[0].title == "First things"


def test_without_covariates_there_is_no_last_section() -> None:
    assert len(sections_of(frame(()))) == 2


def test_a_whole_ballot_is_validated_with_items_and_covariates_together() -> None:
    answers = {"A1": 3, "M1": 12.5, "workforce": "ems"}
    assert validator(frame())(answers) == answers


@pytest.mark.parametrize(("questions", "minutes"), [(7, 1), (10, 1), (11, 2), (40, 4)])
def test_six_seconds_a_question_are_rounded_up_to_minutes(questions: int, minutes: int) -> None:
    document = instrument_document()
    last = document["items"][-1]
    more = [last | {"code": f"N{number}"} for number in range(questions - len(document["items"]))]
    instrument = parse_instrument(document | {"items": [*document["items"], *more]})
    assert minutes_of(Frame(uuid.uuid4(), frame(()).study, instrument)) == minutes


@pytest.mark.parametrize(
    "answers",
    [
        {"A1": 6},
        {"A1": 2.5},
        {"M1": 601},
        {"NOPE": 1},
        {"workforce": "astronaut"},
        {"rank_band": "line"},
        {"A1": {"nested": 1}},
        {"A1": True},
    ],
    ids=str,
)
def test_what_the_questionnaire_does_not_offer_is_refused(answers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(answers))):
        validator(frame())(answers)


@given(st.fixed_dictionaries(dict.fromkeys(ITEMS[1], steps)))
def test_what_the_form_takes_the_opening_takes(posted: dict[str, str]) -> None:
    form = SurveyForm([SECTIONS[0]], posted)
    assert form.is_valid()
    assert form.answers == {1: {code: int(step) for code, step in posted.items() if step}}
    assert validator(frame())(form.answers[1]) == form.answers[1]


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(ITEMS[2]), st.text(max_size=6), max_size=4))
def test_a_form_never_passes_on_what_the_opening_would_refuse(posted: dict[str, str]) -> None:
    form = SurveyForm([SECTIONS[1]], posted)
    if form.is_valid():
        assert validator(frame())(form.answers[2]) == form.answers[2]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("A1", "6"),
        ("A1", "0"),
        ("A1", "x"),
        ("A1", "3.0"),
        ("M1", "-1"),
        ("M1", "601"),
        ("M1", "nan"),
    ],
)
def test_a_form_refuses_what_the_item_does_not_offer(code: str, value: str) -> None:
    section = SECTIONS[0] if code in ITEMS[1] else SECTIONS[1]
    form = SurveyForm([section], {code: value})
    assert not form.is_valid()
    assert list(form.errors) == [code]


def test_every_question_can_be_left_out() -> None:
    for section in SECTIONS:
        form = SurveyForm([section], {})
        assert form.is_valid()
        assert form.answers == {section.number: {}}


def test_nothing_is_chosen_beforehand() -> None:
    for section in SECTIONS:
        assert "checked" not in SurveyForm([section]).as_p()


def test_what_was_chosen_stays_chosen_when_the_form_comes_back() -> None:
    html = SurveyForm([SECTIONS[1]], {"B1": "4", "M1": "9999"}).as_p()
    assert html.count("checked") == 1
    assert 'value="9999"' in html


def test_the_longest_answers_are_as_long_as_any_that_are_allowed() -> None:
    import json

    longest = len(json.dumps(SECTIONS[1].longest_answers))
    assert longest >= len(json.dumps({"B1": 5, "B2": 5, "B3": 5, "M1": 599.9999999999999}))
    assert SECTIONS[2].longest_answers == {
        "service_band": "from_10_to_19",
        "workforce": "hospital_security",
    }


def test_the_longest_text_is_as_long_as_it_may_be_in_most_alphabets() -> None:
    words = ResponseScale("words", "text", 0, 0, max_length=500)
    section = Section(1, "", (Group(None, (Item("W1", 1, {"en": "Why?"}, words),)),))
    assert len(str(section.longest_answers["W1"]).encode()) == 1000


def test_text_longer_than_it_may_be_is_refused_by_the_form() -> None:
    words = ResponseScale("words", "text", 0, 0, max_length=5)
    section = Section(1, "", (Group(None, (Item("W1", 1, {"en": "Why?"}, words),)),))
    assert SurveyForm([section], {"W1": "short"}).is_valid()
    assert not SurveyForm([section], {"W1": "longer"}).is_valid()
