from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions import decline, open_window, renew_study
from assessments.keyring import web_store
from assessments.models import Study
from lms.accounts.models import User
from tests.factories import UserFactory
from tests.surveys import Survey, answer, fully, seat, study_document

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def withdraw_url(survey: Survey) -> str:
    return reverse("survey:withdraw", args=[survey.study.code])


def pages(survey: Survey, person: User) -> list[bytes]:
    """Every page around withdrawing, before and after it."""
    browser = browser_of(person)
    browser.cookies["csrftoken"] = "x" * 32
    sent = browser.post(withdraw_url(survey))
    addresses = [reverse("survey:studies"), withdraw_url(survey), sent.headers["Location"]]
    return [_without_token(browser.get(address)) for address in addresses]


def _without_token(page: Any) -> bytes:
    import re

    content: bytes = page.content
    return re.sub(rb'value="[A-Za-z0-9]{64}"', b"", content)


def test_the_pages_are_the_same_for_who_answered_declined_ignored_and_withdrew(
    survey: Survey,
) -> None:
    answered, declined, ignored = survey.people
    answer(survey.pre, answered, fully(4))
    decline(window=survey.pre, user=declined)
    open_window(window=survey.pre)
    seen = [pages(survey, person) for person in (answered, declined, ignored)]
    assert seen[0] == seen[1] == seen[2]


def test_what_was_answered_is_gone_after_the_next_renewal(survey: Survey) -> None:
    officer = survey.people[0]
    answer(survey.pre, officer, fully(4))
    open_window(window=survey.pre)
    browser_of(officer).post(withdraw_url(survey))
    renew_study(study=survey.study)
    assert survey.rows() == []


def test_a_withdrawal_writes_no_session_no_message_and_nothing_else_into_the_main_database(
    survey: Survey,
) -> None:
    browser = browser_of(survey.people[0])
    sessions = list(Session.objects.values())
    with CaptureQueriesContext(connections["default"]) as captured:
        sent = browser.post(withdraw_url(survey))
        shown = browser.get(sent.headers["Location"])
    assert {query["sql"].split()[0] for query in captured.captured_queries} == {"SELECT"}
    assert list(Session.objects.values()) == sessions
    assert "no-store" in shown.headers["Cache-Control"]
    assert not sent.cookies.keys() - {"csrftoken"}


def test_who_never_had_a_seat_finds_no_study(survey: Survey) -> None:
    stranger = browser_of(UserFactory.create())
    assert "No study asks your cohorts" in stranger.get(reverse("survey:studies")).content.decode()
    assert stranger.post(withdraw_url(survey)).status_code == 404


def test_somebody_who_gave_up_their_seat_may_still_withdraw(survey: Survey) -> None:
    officer = survey.people[0]
    officer.enrolments.update(state="withdrawn")
    assert browser_of(officer).get(withdraw_url(survey)).status_code == 200


def test_without_keys_nothing_is_said_to_have_been_done(survey: Survey) -> None:
    (web_store().root / str(survey.study.uuid) / "k_link").unlink()
    sent = browser_of(survey.people[0]).post(withdraw_url(survey))
    assert sent.status_code == 503
    assert "did not arrive" in sent.content.decode()


def test_an_anonymous_study_says_that_closed_answers_cannot_be_found(survey: Survey) -> None:
    course = survey.cohort.version.course.code
    document = study_document(course) | {"linking": "anonymous"}
    Study.objects.update(document=document)
    browser = browser_of(survey.people[0])
    assert "nobody can find yours" in browser.get(withdraw_url(survey)).content.decode()
    assert browser.post(withdraw_url(survey)).status_code == 409


def test_a_person_in_two_cohorts_of_a_study_finds_it_once(survey: Survey) -> None:
    from tests.surveys import make_cohort

    officer = survey.people[0]
    second = make_cohort(survey.cohort.version, survey.agency, [])
    seat(second, [officer])
    page = browser_of(officer).get(reverse("survey:studies")).content.decode()
    assert page.count(withdraw_url(survey)) == 1
