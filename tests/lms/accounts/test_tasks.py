import re

import pytest
from django.urls import reverse

from lms.accounts.actions import create_person
from lms.accounts.tasks import password_link, send_welcome
from tests.factories import AgencyFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "seven quiet harbor lights"


@pytest.fixture
def welcome(mailoutbox, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://portal.example.org/"
    person = UserFactory.create(first_name="Zoë", email="zoe@example.org")
    send_welcome.enqueue(person.pk)
    (mail,) = mailoutbox
    return person, mail


def _path(mail) -> str:
    (link,) = re.findall(r"https://portal\.example\.org(/\S+)", mail.body)
    return link


def test_the_mail_goes_to_the_person_alone_and_greets_them(welcome):
    _, mail = welcome
    assert (mail.to, mail.cc, mail.bcc) == (["zoe@example.org"], [], [])
    assert "Hello Zoë," in mail.body
    assert "\n" not in mail.subject


def test_text_and_html_hold_the_same_link(welcome):
    _, mail = welcome
    ((html, kind),) = mail.alternatives
    assert kind == "text/html"
    assert f'href="https://portal.example.org{_path(mail)}"' in html


def test_the_link_sets_a_password_that_signs_in(client, welcome):
    person, mail = welcome
    form = client.get(_path(mail), follow=True)
    assert form.status_code == 200
    path = form.request["PATH_INFO"]
    client.post(path, {"password1": PASSWORD, "password2": PASSWORD})
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.url == "/learn/"


def test_the_link_works_once(client, welcome):
    person, mail = welcome
    person.set_password(PASSWORD)
    person.save()
    form = client.get(_path(mail), follow=True)
    assert "password1" not in form.content.decode()


def test_the_link_refuses_a_short_password(client, welcome):
    person, mail = welcome
    path = client.get(_path(mail), follow=True).request["PATH_INFO"]
    client.post(path, {"password1": "short", "password2": "short"})
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_the_link_of_one_person_does_not_open_another_account(client, welcome):
    other = UserFactory.create()
    person, _ = welcome
    mixed = password_link(other).split("-")[0] + "-" + password_link(person).split("-", 1)[1]
    form = client.get(mixed.removeprefix("https://portal.example.org"), follow=True)
    assert "password1" not in form.content.decode()


def test_a_new_person_gets_the_mail_once_the_roster_is_saved(
    mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        create_person(
            by=None, email="ana@example.org", agency=AgencyFactory.create(), first_name="Ana"
        )
        assert not mailoutbox
    assert [mail.to for mail in mailoutbox] == [["ana@example.org"]]


def test_markup_in_a_name_stays_text(mailoutbox):
    person = UserFactory.create(first_name="<b>Ana</b>")
    send_welcome.enqueue(person.pk)
    ((html, _),) = mailoutbox[0].alternatives
    assert "<b>Ana</b>" not in html
    assert "&lt;b&gt;Ana" in html
