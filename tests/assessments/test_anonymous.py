"""A study in which people make a code themselves: asked, sealed, matched, and linked by no key."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.actions import open_window
from assessments.actions.filling import WebBox, research_ids
from assessments.models import SurveyWindow
from tests.conftest import Clock
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    Survey,
    make_survey,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

ELEMENTS = ("code_mother", "code_day", "code_town", "code_siblings", "code_school")
ROSA = dict(zip(ELEMENTS, ("Alma", "7", "Quincy", "2", "Hyde"), strict=True))
JOAO = dict(zip(ELEMENTS, ("Maria", "21", "Braga", "0", "Curley"), strict=True))


@pytest.fixture
def survey(db: None, clock: Clock) -> Survey:
    clock.set(BEFORE_THE_COURSE)
    return make_survey(linking="anonymous", code_elements=list(ELEMENTS))


def take(survey: Survey, window: SurveyWindow, number: int, step: str, code: dict[str, str]) -> Any:
    browser = Client()
    browser.force_login(survey.people[number])
    response = None
    for section, given in ((1, {"A1": step}), (2, {"B1": step}), (3, code)):
        address = reverse("survey:section", kwargs={"window": window.pk, "number": section})
        response = browser.post(address, given)
    return response


def test_the_elements_are_asked_on_a_page_of_their_own(survey: Survey) -> None:
    browser = Client()
    browser.force_login(survey.people[0])
    address = reverse("survey:section", kwargs={"window": survey.pre.pk, "number": 3})
    html = browser.get(address).content.decode()
    assert "<h1>Your own code</h1>" in html
    assert html.count("<fieldset") == html.count("Prefer not to say") == len(ELEMENTS)


def test_an_element_that_cannot_be_is_refused_and_shown_again(survey: Survey) -> None:
    response = take(survey, survey.pre, 0, "4", ROSA | {"code_day": "32", "code_town": "1"})
    html = response.content.decode()
    assert response.status_code == 400
    assert "Write a whole number from 1 to 31." in html
    assert "Write one letter." in html
    assert 'value="32"' in html


def test_one_persons_waves_meet_though_one_element_differs(survey: Survey, clock: Clock) -> None:
    take(survey, survey.pre, 0, "2", ROSA)
    take(survey, survey.pre, 1, "3", JOAO)
    clock.set(DURING_THE_LAST_DAY)
    open_window(window=survey.pre)
    take(survey, survey.post, 0, "5", ROSA | {"code_siblings": "3"})
    take(survey, survey.post, 1, "4", JOAO)
    clock.set(AFTER_THE_COURSE)
    open_window(window=survey.post)
    pairs: dict[str, list[int]] = {}
    for row in survey.rows():
        pairs.setdefault(row["code"], []).append(row["answers"]["A1"])
    assert sorted(sorted(steps) for steps in pairs.values()) == [[2, 5], [3, 4]]


def test_no_element_is_stored_as_it_was_given(survey: Survey) -> None:
    take(survey, survey.pre, 0, "2", ROSA)
    open_window(window=survey.pre)
    (row,) = survey.rows()
    assert row["answers"] == {"A1": 2, "B1": 2}
    assert row["covariates"] == {}
    assert len(row["marks"]) == len(ELEMENTS)
    assert not set(row["marks"]) & {"A", "7", "Q", "2", "H", *ROSA.values()}


def test_no_key_links_the_waves_of_a_person(survey: Survey) -> None:
    ids = research_ids(survey.people[0])
    pre, post = (WebBox(window).envelope(ids).links for window in (survey.pre, survey.post))
    assert not {link for link in pre if link} & {link for link in post if link}


def test_whoever_gives_no_code_is_counted_and_matched_with_nobody(
    survey: Survey, clock: Clock
) -> None:
    take(survey, survey.pre, 0, "2", {})
    take(survey, survey.pre, 1, "3", {})
    open_window(window=survey.pre)
    clock.set(DURING_THE_LAST_DAY)
    take(survey, survey.post, 0, "5", {})
    open_window(window=survey.post)
    assert len({row["code"] for row in survey.rows()}) == 3
