import re
from typing import Any

import pytest
from django.template.loader import render_to_string

from assessments.ballot_box.sealing import TooLong
from assessments.forms import Question, SurveyForm
from assessments.instruments import parse_instrument
from assessments.questionnaire import Section
from tests.rich_survey import AGREE, CASE, STEM, rich_document

SPEC = parse_instrument(rich_document())
FIRST, SECOND = (Section(n, "", SPEC.groups_of(n)) for n in (1, 2))
GIVEN = {"SIT": "5", "WHY": "Good evening.", "MIN": "12"}


def answers(posted: dict[str, str], section: Section = FIRST) -> dict[str, Any]:
    form = SurveyForm([section], posted)
    assert form.is_valid(), form.errors
    return form.answers[section.number]


def asked(code: str, section: Section = FIRST, language: str = "en") -> Question:
    form = SurveyForm([section], language=language)
    (part,) = form.parts
    questions = [question for group in part.groups for question in group.questions]
    return next(question for question in questions if question.field.name == code)


def html_of(section: Section, language: str = "en", data: Any = None) -> str:
    form = SurveyForm([section], data, language=language)
    return render_to_string("survey/questions.html", {"part": form.parts[0]})


class TestTakingBack:
    def test_every_question_has_a_visible_way_to_take_an_answer_back(self) -> None:
        for section in (FIRST, SECOND):
            html = html_of(section)
            assert html.count("Prefer not to say") == len(section.items) == html.count("<fieldset")

    def test_nothing_is_chosen_beforehand(self) -> None:
        assert " checked" not in html_of(FIRST) + html_of(SECOND)

    def test_the_empty_choice_of_radios_is_no_answer(self) -> None:
        assert answers({"SIT": "", "MIN": "5"}) == {"MIN": 5}

    @pytest.mark.parametrize("typed", ["12", "many", "6000"])
    def test_the_box_beside_a_number_takes_back_what_was_typed(self, typed: str) -> None:
        assert answers({"MIN": typed, "MIN-skip": "1"}) == {}

    @pytest.mark.parametrize("typed", ["Good evening.", "x" * 900])
    def test_the_box_beside_free_text_takes_back_what_was_typed(self, typed: str) -> None:
        assert answers({"SIT": "5", "WHY": typed, "WHY-skip": "1"}) == {"SIT": 5}


class TestConditions:
    @pytest.mark.parametrize("step", ["4", "5"])
    def test_an_answer_that_applies_is_kept(self, step: str) -> None:
        assert answers(GIVEN | {"SIT": step})["WHY"] == "Good evening."

    @pytest.mark.parametrize("step", ["1", "3", ""])
    def test_an_answer_that_does_not_apply_is_dropped(self, step: str) -> None:
        assert "WHY" not in answers(GIVEN | {"SIT": step})

    def test_without_scripts_it_is_said_when_a_question_applies(self) -> None:
        html = html_of(FIRST)
        (said,) = re.findall(r'<p class="only" id="q-WHY-only">(.*?)</p>', html)
        words = re.sub(r"<[^>]+>", "", said)
        assert words == "Only if you answered Agree or Strongly agree to question 1 above."
        assert 'aria-describedby="q-WHY-only"' in html

    def test_scripts_read_on_what_it_depends(self) -> None:
        assert 'data-show-if="SIT" data-show-is="4 5"' in html_of(FIRST)


class TestFreeText:
    def test_a_warning_and_the_limit_stand_before_it(self) -> None:
        html = html_of(FIRST)
        assert "Do not write names" in html
        assert "Up to 500 characters" in html

    def test_nothing_is_cut_off_while_somebody_types(self) -> None:
        assert "maxlength" not in html_of(FIRST)

    def test_too_many_characters_are_refused_and_shown_again(self) -> None:
        typed = {"SIT": "5", "WHY": "x" * 501}
        assert list(SurveyForm([FIRST], typed).errors) == ["WHY"]
        assert "x" * 501 in html_of(FIRST, data=typed)

    def test_no_control_character_is_sealed(self) -> None:
        assert answers(GIVEN | {"WHY": "one\r\n two\x07\0"})["WHY"] == "one two"

    def test_what_does_not_fit_into_the_slot_is_said_at_the_text(self) -> None:
        form = SurveyForm([FIRST, SECOND], GIVEN)
        assert form.is_valid()
        form.refuse_length(TooLong(section=1, over=41))
        assert "41 characters too long" in str(form.errors["WHY"])

    def test_a_browser_sends_it_to_no_service_for_spelling(self) -> None:
        assert 'spellcheck="false"' in html_of(FIRST)


class TestNames:
    """What a screen reader says of each question."""

    def test_a_row_of_a_matrix_is_a_group_of_its_own_that_begins_with_the_stem(self) -> None:
        html = html_of(SECOND)
        legends = [
            re.sub(r"<[^>]+>|\s+", " ", one)
            for one in re.findall(r"<legend[^>]*>(.*?)</legend>", html)
        ]
        assert " ".join(legends[0].split()) == f"1. {STEM['en']} a clinician."
        assert " ".join(legends[1].split()) == f"2. {STEM['en']} a bed in a shelter."
        assert "<table" not in html

    def test_a_case_stands_before_its_questions(self) -> None:
        html = html_of(FIRST)
        assert html.index(CASE["en"]) < html.index("I would sit down beside him.")

    def test_what_is_typed_is_named_by_its_question(self) -> None:
        html = html_of(FIRST)
        for code in ("WHY", "MIN"):
            assert f'aria-labelledby="q-{code}-legend"' in html
            assert f'<legend id="q-{code}-legend">' in html


class TestLanguages:
    def test_words_of_the_questionnaire_carry_their_language_and_ours_do_not(self) -> None:
        html = html_of(FIRST, "es")
        assert '<span lang="es" dir="auto">Me sentaría a su lado.</span>' in html
        assert f'lang="es" dir="auto">{AGREE[1]["es"]}</label>' in html
        assert '<label class="usa-radio__label" for="q-SIT-skip">Prefer not to say' in html

    def test_in_english_nothing_is_marked(self) -> None:
        assert "lang=" not in html_of(FIRST)


class TestTiles:
    def test_a_scale_of_many_points_is_a_list(self) -> None:
        assert asked("SURE", SECOND).listed
        assert not asked("SIT").listed

    def test_tiles_stack_on_phones_where_words_are_too_long_for_them(self) -> None:
        assert asked("SIT", language="es").stacks
        assert not asked("SIT", language="en").stacks


def test_numbers_run_through_all_sections_of_a_page() -> None:
    form = SurveyForm([FIRST, SECOND])
    numbers = [q.number for part in form.parts for group in part.groups for q in group.questions]
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_each_section_gets_its_own_answers() -> None:
    form = SurveyForm([FIRST, SECOND], GIVEN | {"CLI": "2"})
    assert form.is_valid()
    assert form.answers == {
        1: {"SIT": 5, "WHY": "Good evening.", "MIN": 12.0},
        2: {"CLI": 2},
    }


@pytest.mark.parametrize("typed", ["many", "-1", "601", "nan", "1e999"])
def test_a_number_that_cannot_be_says_what_can(typed: str) -> None:
    form = SurveyForm([FIRST], {"MIN": typed})
    assert form.errors == {"MIN": ["Write a number from 0 to 600."]}
