"""Editors change what mails say, see how it reads, and are told what is wrong."""

import pytest

from courses.mails.kinds import CANCELLED, INVITATION, LEFT, MAKE_UP_OFF
from lms.accounts.actions import grant_role
from lms.accounts.message_kinds import kinds_with_words
from lms.accounts.models import MessageTemplate
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST, ONE = "/cms/mails/", f"/cms/mails/{INVITATION.code}/"
GOOD = {"subject": "Welcome to {course}", "body": "Dear {first_name}\n\n{days}\n\n<b>{link}</b>"}


@pytest.fixture(autouse=True)
def editor(client):
    person = UserFactory.create()
    grant_role(user=person, role="editor", by=None)
    client.force_login(person)
    return person


def test_every_mail_about_classes_and_surveys_is_listed(client):
    html = client.get(LIST).content.decode()
    for kind in kinds_with_words():
        assert str(kind.label) in html
    assert "Invitation to a class" in html


@pytest.mark.parametrize("kind", kinds_with_words(), ids=lambda kind: kind.code)
def test_the_portals_own_words_can_be_kept_as_they_are(client, kind):
    page = f"/cms/mails/{kind.code}/"
    answer = client.get(page)
    words = answer.context["form"].initial
    assert answer.context["preview"]
    assert client.post(page, words | {"keep": "1"}).status_code == 302


@pytest.mark.parametrize("kind", kinds_with_words(), ids=lambda kind: kind.code)
def test_each_sentence_begins_with_a_capital_letter(client, kind):
    said = client.get(f"/cms/mails/{kind.code}/").context["preview"]
    first = [one[0] for one in said.text.split("\n\n") if not one.startswith("https:")]
    assert first == [one.upper() for one in first]


@pytest.mark.parametrize("kind", [CANCELLED, LEFT, MAKE_UP_OFF], ids=lambda kind: kind.code)
def test_days_that_are_off_come_out_of_the_calendar_in_the_example_too(client, kind):
    said = client.get(f"/cms/mails/{kind.code}/").context["preview"]
    assert "out of your calendar" in said.text


def test_why_a_class_is_not_held_cannot_be_left_out(client):
    page = f"/cms/mails/{CANCELLED.code}/"
    assert "The reason: A water pipe" in client.get(page).context["preview"].text
    answer = client.post(page, {"subject": "Off", "body": "It is off.", "keep": "1"})
    assert "{reason} must be in the text" in answer.content.decode()


def test_looking_shows_the_mail_with_examples_and_keeps_nothing(client):
    html = client.post(ONE, GOOD | {"look": "1"}).content.decode()
    assert "Welcome to Crisis Intervention Team training" in html
    assert "Dear Rosa" in html
    assert "&lt;b&gt;<a href=" in html
    assert not MessageTemplate.objects.exists()


def test_keeping_keeps_and_says_who(client, editor):
    client.post(ONE, GOOD | {"keep": "1"})
    template = MessageTemplate.objects.get()
    assert (template.subject, template.changed_by) == (GOOD["subject"], editor)
    assert str(editor) in client.get(LIST).content.decode()


def test_going_back_restores_the_portals_words(client):
    client.post(ONE, GOOD | {"keep": "1"})
    client.post(ONE, {"drop": "1"})
    assert not MessageTemplate.objects.exists()
    assert client.post(ONE, {"drop": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"body": "{days} {password}"}, "There is no placeholder {password} in this mail."),
        ({"body": "{days.__class__} {days}"}, "is not a placeholder"),
        ({"body": "{% load x %} {days}"}, "is not a placeholder"),
        ({"body": "Come."}, "{days} must be in the text"),
        ({"subject": ""}, "required"),
        ({"subject": "x" * 201}, "at most 200"),
        ({"body": "{days}" + "x" * 5000}, "at most 5000"),
        ({"body": "{days}\x00"}, "Null characters"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_what_was_typed_kept(client, changes, told):
    answer = client.post(ONE, GOOD | changes | {"keep": "1"})
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert answer.context["form"]["subject"].value() == (GOOD | changes)["subject"]
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize("code", ["nothing", "survey.gone", "x" * 300])
def test_a_mail_that_is_not_there_is_not_found(client, code):
    assert client.get(f"/cms/mails/{code}/").status_code == 404


@pytest.mark.parametrize("role", ["trainer", "coordinator", "evaluator", "administrator"])
def test_nobody_else_comes_here(client, role):
    client.force_login(UserFactory.create(roles=[role]))
    for page in (LIST, ONE):
        assert client.get(page).status_code in (302, 403)
        assert client.post(ONE, GOOD | {"keep": "1"}).status_code in (302, 403)
    assert not MessageTemplate.objects.exists()
