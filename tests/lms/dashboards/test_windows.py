"""The evaluators' list of survey windows, and asking a group once more."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.actions import decline, open_window
from assessments.models import SurveyWindow
from courses.models import Cohort
from lms.accounts.roles import ROLES
from tests.factories import UserFactory
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    answer,
    fully,
    make_survey,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def survey(db, clock):
    clock.set(BEFORE_THE_COURSE)
    return make_survey()


@pytest.fixture
def evaluator(client):
    person = UserFactory.create(roles=["evaluator"])
    client.force_login(person)
    return person


@pytest.fixture
def listed(client, evaluator, survey):
    def ask():
        answer = client.get(reverse("evaluator:windows", args=[survey.study.code]))
        assert answer.status_code == 200
        lines = {line.window.wave.code: line for line in answer.context["lines"]}
        return lines, answer.content.decode()

    return ask


@pytest.fixture
def closed(survey, clock):
    clock.set(AFTER_THE_COURSE)
    return open_window(window=survey.pre)


def send(client, window, **data):
    where = reverse("evaluator:reopen", args=[window.wave.study.code, window.pk])
    return client.post(where, data)


@pytest.mark.parametrize(
    ("at", "standings"),
    [
        (BEFORE_THE_COURSE, {"pre": "open", "post": "ahead"}),
        (DURING_THE_LAST_DAY, {"pre": "waiting", "post": "open"}),
        (AFTER_THE_COURSE, {"pre": "waiting", "post": "waiting"}),
    ],
)
def test_each_window_is_listed_with_when_it_is_open(listed, survey, clock, at, standings):
    clock.set(at)
    lines, page = listed()
    assert {code: line.standing for code, line in lines.items()} == standings
    assert survey.cohort.code in page
    assert "Nov 30, 2026" in page


def test_an_opened_one_is_called_so_and_can_be_asked_once_more(listed, closed):
    lines, page = listed()
    assert lines["pre"].standing == "opened"
    assert reverse("evaluator:reopen", args=[closed.wave.study.code, closed.pk]) in page


def test_a_class_that_was_cancelled_is_not_asked_once_more(listed, survey):
    Cohort.objects.filter(pk=survey.cohort.pk).update(state="cancelled")
    lines, page = listed()
    assert {line.standing for line in lines.values()} == {"called_off"}
    assert "Ask once more" not in page


def test_the_list_is_the_same_whatever_people_did(listed, survey):
    _lines, before = listed()
    answer(survey.pre, survey.people[0], fully(3))
    decline(window=survey.pre, user=survey.people[1])
    assert _without_tokens(listed()[1]) == _without_tokens(before)


def _without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


def test_no_name_of_anybody_is_on_it(listed, survey):
    _lines, page = listed()
    assert not [person for person in survey.people if person.last_name in page]


def test_asking_once_more_makes_a_window_and_says_so(client, evaluator, closed, clock, listed):
    until = clock.at.date() + timedelta(days=5)
    said = client.get(send(client, closed, until=until.isoformat()).url).content.decode()
    assert "is asked once more" in said
    again = SurveyWindow.objects.get(number=1)
    _lines, page = listed()
    assert "asked once more" in page
    assert reverse("evaluator:reopen", args=[again.wave.study.code, closed.pk]) not in page


def test_the_list_and_my_training_name_the_day_that_was_chosen(
    client, evaluator, closed, clock, listed, survey
):
    """It once ended at the midnight after, and was shown as ending a day later."""
    day = clock.at.date() + timedelta(days=5)
    send(client, closed, until=day.isoformat())
    assert f"until {day:%b} {day.day}, {day.year}" in listed()[1]
    client.force_login(survey.people[0])
    assert f"{day:%B} {day.day}, 11:59 p.m." in client.get(reverse("learner:home")).content.decode()


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01", "9999-12-31", "2030-02-30"])
def test_a_day_that_cannot_be_is_refused_with_a_reason(client, evaluator, closed, until):
    answer = send(client, closed, until=until)
    assert answer.status_code == 400
    assert "usa-error-message" in answer.content.decode()
    assert not SurveyWindow.objects.filter(number=1).exists()


def test_one_that_can_still_be_answered_is_refused(client, evaluator, survey):
    answer = send(client, survey.pre, until="2026-12-10")
    assert answer.status_code == 400
    assert "Everybody in it can still answer" in answer.content.decode()


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"evaluator"}))
def test_nobody_else_sees_the_list_or_asks(client, closed, role):
    client.force_login(UserFactory.create(roles=[role]))
    assert client.get(reverse("evaluator:windows", args=["small-study"])).status_code == 404
    assert send(client, closed, until="2027-02-10").status_code == 404
    assert not SurveyWindow.objects.filter(number=1).exists()


def test_a_window_of_another_study_is_not_found(client, evaluator, closed):
    assert client.get(reverse("evaluator:reopen", args=["other", closed.pk])).status_code == 404
