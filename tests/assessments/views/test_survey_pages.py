import json
import re
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions import decline, open_window, progress_of
from assessments.ballot_box.models import Ballot
from tests.conftest import Clock
from tests.rich_survey import make_rich_survey
from tests.surveys import BEFORE_THE_COURSE, Survey, answer, fully, make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

SCRIPT = {"Accept": "application/json"}
GIVEN = {"A1": "4", "A2": "2", "B1": "1", "M1": "471"}


def page(survey: Survey, name: str, **kwargs: Any) -> str:
    return reverse(f"survey:{name}", kwargs={"window": survey.pre.pk, **kwargs})


def browser_of(survey: Survey, number: int = 0) -> Client:
    browser = Client()
    browser.force_login(survey.people[number])
    return browser


def text_of(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def one_page(db: None, clock: Clock) -> Survey:
    """A survey all of whose sections stand on one page."""
    clock.set(BEFORE_THE_COURSE)
    return make_survey(covariates=("service_band",), layout="page")


@pytest.fixture
def rich(db: None, clock: Clock) -> Survey:
    """A survey of everything that can be asked, in two languages."""
    clock.set(BEFORE_THE_COURSE)
    return make_rich_survey()


class TestOnePage:
    def test_agreeing_leads_to_the_page(self, one_page: Survey) -> None:
        response = browser_of(one_page).post(page(one_page, "start"), {"choice": "agree"})
        assert response.headers["Location"] == page(one_page, "everything")

    def test_all_questions_stand_on_it_in_their_sections(self, one_page: Survey) -> None:
        html = browser_of(one_page).get(page(one_page, "everything")).content.decode()
        assert html.count("<fieldset") == 8
        headings = re.findall(r"<h2 class=\"margin-top-5\">([^<]+)</h2>", html)
        assert headings == ["First things", "Second things", "About your work"]
        assert html.count("<form") == 1

    def test_one_post_seals_each_section_into_its_slot(self, one_page: Survey) -> None:
        browser = browser_of(one_page)
        response = browser.post(page(one_page, "everything"), GIVEN | {"service_band": "from_20"})
        assert response.headers["Location"] == page(one_page, "done")
        assert progress_of(window=one_page.pre, user=one_page.people[0]).done == {1, 2, 3}
        open_window(window=one_page.pre)
        (row,) = one_page.rows()
        assert row["answers"] == {"A1": 4, "A2": 2, "B1": 1, "M1": 471.0}
        assert row["covariates"] == {"service_band": "from_20"}

    def test_it_writes_the_ballot_once(self, one_page: Survey) -> None:
        with CaptureQueriesContext(connections["responses"]) as asked:
            browser_of(one_page).post(page(one_page, "everything"), GIVEN)
        written = [q for q in asked.captured_queries if q["sql"].startswith(("INSERT", "UPDATE"))]
        assert len(written) == 1

    def test_one_bad_answer_keeps_all_that_was_chosen_and_seals_nothing(
        self, one_page: Survey
    ) -> None:
        response = browser_of(one_page).post(page(one_page, "everything"), GIVEN | {"M1": "many"})
        html = response.content.decode()
        assert response.status_code == 400
        assert 'id="q-A1_3" value="4" checked' in html
        assert 'value="many"' in html
        assert not Ballot.objects.exists()

    def test_single_sections_do_not_exist_beside_it(self, one_page: Survey) -> None:
        assert browser_of(one_page).get(page(one_page, "section", number=1)).status_code == 404

    def test_it_does_not_exist_beside_single_sections(self, survey: Survey) -> None:
        assert browser_of(survey).get(page(survey, "everything")).status_code == 404

    def test_answering_anew_leads_back_to_it(self, one_page: Survey) -> None:
        browser = browser_of(one_page)
        browser.post(page(one_page, "everything"), GIVEN)
        html = browser.get(page(one_page, "done")).content.decode()
        assert f'href="{page(one_page, "everything")}"' in html


class TestLanguages:
    def test_those_that_questionnaire_and_sheet_both_have_are_offered(self, rich: Survey) -> None:
        html = browser_of(rich).get(page(rich, "start")).content.decode()
        offered = re.findall(r'<a href="([^"]+)" lang="(\w+)" hreflang="\w+"', html)
        start = page(rich, "start")
        assert offered == [(start, "en"), (f"{start}?lang=es", "es")]

    def test_one_alone_is_not_offered(self, db: None, clock: Clock) -> None:
        clock.set(BEFORE_THE_COURSE)
        sheet = {"version": "1", "text": {"en": "Who asks."}}
        survey = make_rich_survey(information_sheet=sheet)
        html = browser_of(survey).get(page(survey, "start")).content.decode()
        assert "hreflang" not in html
        shown = browser_of(survey).get(page(survey, "section", number=1) + "?lang=es")
        assert "I would sit down beside him." in text_of(shown)

    def test_it_is_kept_in_the_address_from_page_to_page(self, rich: Survey) -> None:
        browser = browser_of(rich)
        agreed = browser.post(page(rich, "start") + "?lang=es", {"choice": "agree"})
        assert agreed.headers["Location"] == page(rich, "section", number=1) + "?lang=es"
        sealed = browser.post(agreed.headers["Location"], {"SIT": "1"})
        assert sealed.headers["Location"] == page(rich, "section", number=2) + "?lang=es"
        html = browser.get(sealed.headers["Location"]).content.decode()
        assert f'href="{page(rich, "section", number=1)}?lang=es"' in html
        assert set(browser.cookies) <= {"sessionid", "csrftoken"}

    def test_words_of_the_study_carry_their_language_and_ours_are_english(
        self, rich: Survey
    ) -> None:
        html = browser_of(rich).get(page(rich, "start") + "?lang=es").content.decode()
        assert '<html lang="en">' in html
        assert '<h1 lang="es" dir="auto">En un turno de noche</h1>' in html
        assert '<p lang="es" dir="auto">Usted decide.</p>' in html
        assert '<h2 id="choice">Your choice</h2>' in html

    @pytest.mark.parametrize("asked", ["fr", "xx", "../", "%00", "es'", ""])
    def test_a_language_that_is_not_offered_is_english(self, rich: Survey, asked: str) -> None:
        response = browser_of(rich).get(page(rich, "start"), {"lang": asked})
        assert response.status_code == 200
        assert "Your choice." in text_of(response)


class TestFreeText:
    def test_it_is_not_asked_unless_the_study_says_so(self, db: None, clock: Clock) -> None:
        clock.set(BEFORE_THE_COURSE)
        survey = make_rich_survey(free_text=False)
        response = browser_of(survey).get(page(survey, "section", number=1))
        assert "<textarea" not in response.content.decode()

    def test_what_does_not_fit_is_refused_shown_again_and_kept_by_nobody(
        self, rich: Survey
    ) -> None:
        typed = "\N{FIRE}" * 450
        response = browser_of(rich).post(
            page(rich, "section", number=1), {"SIT": "5", "WHY": typed}
        )
        assert response.status_code == 400
        assert typed in response.content.decode()
        assert "too long to be sealed" in text_of(response)
        assert "no-store" in response.headers["Cache-Control"]
        assert not Ballot.objects.exists()

    def test_all_that_is_allowed_in_most_alphabets_fits(self, rich: Survey) -> None:
        response = browser_of(rich).post(
            page(rich, "section", number=1), {"SIT": "5", "WHY": "é" * 500, "MIN": "599.5"}
        )
        assert response.status_code == 302

    def test_an_answer_that_does_not_apply_is_never_sealed(self, rich: Survey) -> None:
        browser = browser_of(rich)
        browser.post(page(rich, "section", number=1), {"SIT": "1", "WHY": "my secret"})
        for number in (2, 3):
            browser.post(page(rich, "section", number=number), {})
        open_window(window=rich.pre)
        assert [row["answers"] for row in rich.rows()] == [{"SIT": 1}]


class TestScripts:
    """static/js/survey.js posts without leaving the page and reads the answer."""

    def test_a_sealed_section_says_where_to_go_on(self, survey: Survey) -> None:
        response = browser_of(survey).post(
            page(survey, "section", number=1), {"A1": "2"}, headers=SCRIPT
        )
        assert response.status_code == 200
        assert json.loads(response.content) == {"next": page(survey, "section", number=2)}
        assert "no-store" in response.headers["Cache-Control"]

    def test_a_refused_section_is_no_success(self, survey: Survey) -> None:
        response = browser_of(survey).post(
            page(survey, "section", number=1), {"A1": "77"}, headers=SCRIPT
        )
        assert response.status_code == 400

    def test_whoever_has_been_signed_out_is_led_elsewhere_and_nothing_is_kept(
        self, survey: Survey
    ) -> None:
        response = Client().post(page(survey, "section", number=1), {"A1": "2"}, headers=SCRIPT)
        assert response.status_code == 302
        assert not Ballot.objects.exists()


class TestLeavingNothingBehind:
    def test_the_form_asks_the_browser_to_remember_nothing(self, survey: Survey) -> None:
        html = browser_of(survey).get(page(survey, "section", number=2)).content.decode()
        (form,) = re.findall(r"<form[^>]*data-survey[^>]*>", html)
        assert 'autocomplete="off"' in form
        (number,) = re.findall(r'<input[^>]*type="number"[^>]*>', html)
        assert 'autocomplete="off"' in number

    def test_the_last_page_throws_away_what_the_browser_kept(self, survey: Survey) -> None:
        decline(window=survey.pre, user=survey.people[0])
        response = browser_of(survey).get(page(survey, "done"))
        assert response.headers["Clear-Site-Data"] == '"cache"'

    def test_leaving_throws_it_away_too_and_leads_to_my_training(self, survey: Survey) -> None:
        response = browser_of(survey).get(page(survey, "leave"))
        assert response.headers["Location"] == "/learn/"
        assert response.headers["Clear-Site-Data"] == '"cache"'
        assert "no-store" in response.headers["Cache-Control"]

    def test_every_page_of_the_survey_leads_out_that_way(self, survey: Survey) -> None:
        browser = browser_of(survey)
        way = f'href="{page(survey, "leave")}"'
        assert way in browser.get(page(survey, "start")).content.decode()
        assert way in browser.get(page(survey, "section", number=1)).content.decode()
        answer(survey.pre, survey.people[0], fully(2))
        assert way in browser.get(page(survey, "done")).content.decode()


def test_the_promise_stands_before_the_first_question_and_is_sealed_with_the_answers(
    survey: Survey,
) -> None:
    html = browser_of(survey).get(page(survey, "start")).content.decode()
    (version,) = re.findall(r"Promise (\S+)\. This version", html)
    assert html.index("Our promise") < html.index('value="agree"')
    answer(survey.pre, survey.people[0], fully(2))
    open_window(window=survey.pre)
    assert [row["promise"] for row in survey.rows()] == [version]
