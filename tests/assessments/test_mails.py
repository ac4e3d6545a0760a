"""What a mail about a survey says: whose it is, until when, that it goes to everybody."""

import re
from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from assessments.invitations import person_of
from assessments.mails import INVITATION, REMINDER
from lms.accounts.models import User
from tests.conftest import Clock
from tests.surveys import Survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
KINDS = pytest.mark.parametrize("kind", [INVITATION, REMINDER], ids=lambda kind: kind.code)


def written(kind, survey: Survey, person: User | None = None) -> EmailMultiAlternatives:
    mail = kind.compose(person or survey.people[0], {"window": str(survey.pre.pk)})
    assert isinstance(mail, EmailMultiAlternatives)
    return mail


def both(mail: EmailMultiAlternatives) -> tuple[str, str]:
    ((html, _kind),) = mail.alternatives
    return mail.body, str(html)


@KINDS
def test_its_link_is_the_persons_own_and_the_same_in_text_and_html(kind, survey: Survey) -> None:
    text, html = both(written(kind, survey))
    (link,) = re.findall(r"^https?://\S+/with/\S+$", text, re.MULTILINE)
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert person_of(survey.pre, token) == survey.people[0]
    assert link.endswith(reverse("survey:link", args=[survey.pre.pk, token]))
    assert f'href="{link}"' in html


@KINDS
def test_the_link_opens_the_survey_without_a_name(kind, survey: Survey, client, settings) -> None:
    text, _html = both(written(kind, survey))
    (path,) = re.findall(r"^https?://[^/\s]+(/\S+/with/\S+)$", text, re.MULTILINE)
    answer = client.get(path)
    assert answer.status_code == 200
    assert survey.people[0].last_name not in answer.content.decode()


@KINDS
def test_it_says_what_it_is_about_until_when_and_that_everybody_gets_it(
    kind, survey: Survey
) -> None:
    for words in both(written(kind, survey)):
        assert "Before" in words
        assert survey.cohort.version.title in words
        assert "Please answer by 9 a.m. on Monday, November 30." in words
        assert "Everybody with a seat in the class gets this mail" in words
        assert "It is your choice." in words
        assert "works once" in words


@KINDS
def test_the_hour_is_that_of_the_persons_agency(kind, survey: Survey) -> None:
    person = User.objects.get(pk=survey.people[0].pk)
    person.agency.time_zone = "America/Chicago"
    assert "8 a.m." in written(kind, survey, person).body


@KINDS
def test_two_people_read_the_same_words(kind, survey: Survey) -> None:
    def words(person: User) -> str:
        return re.sub(r"/with/\S+", "/with/", written(kind, survey, person).body)

    assert len({words(person) for person in survey.people}) == 1


@KINDS
def test_somebody_without_a_seat_gets_none(kind, survey: Survey) -> None:
    survey.cohort.enrolments.update(state="withdrawn")
    assert kind.compose(survey.people[0], {"window": str(survey.pre.pk)}) is None


@KINDS
def test_a_window_that_is_not_open_or_gone_gets_none(kind, survey: Survey, clock: Clock) -> None:
    person = survey.people[0]
    assert kind.compose(person, {"window": str(survey.post.pk)}) is None
    assert kind.compose(person, {"window": "5b8ad1a2-9d1c-4c54-a2f4-4b7df7d2a001"}) is None
    clock.set(datetime(2026, 11, 30, 14, tzinfo=UTC))
    assert kind.compose(person, {"window": str(survey.pre.pk)}) is None
