"""Every mail of the portal: the same words as text and as HTML, to the person alone."""

import re
from pathlib import Path
from types import SimpleNamespace

import allauth
import pytest
from django.conf import settings as portal_settings
from django.urls import reverse

from lms.accounts.mail import NOTICES
from lms.accounts.tasks import send_merged, send_notice, send_welcome
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "seven quiet harbor lights"
AT = "2030-03-12T13:05:00+00:00"
# Changes that the portal's accounts do not offer: addresses belong to the roster.
CLOSED = {"account/email/email_changed", "account/email/email_deleted"}


def _reset(client, person):
    client.post(reverse("account_reset_password"), {"email": person.email})


SENDERS = {
    "welcome": lambda client, person: send_welcome.enqueue(person.pk),
    "forgotten password": _reset,
    "merged": lambda client, person: send_merged.enqueue(
        person.pk, UserFactory.create(merged_into=person).pk, AT
    ),
    "notice": lambda client, person: send_notice.enqueue(
        person.pk, "account/email/password_changed", AT
    ),
}
each_mail = pytest.mark.parametrize("kind", SENDERS)


@pytest.fixture
def send(client, mailoutbox, settings):
    def act(kind: str, **person):
        SENDERS[kind](client, UserFactory.create(**person))
        (mail,) = mailoutbox
        return mail

    return act


def _html(mail) -> str:
    ((html, kind),) = mail.alternatives
    assert kind == "text/html"
    return html


def test_the_link_for_a_new_password_names_the_portal_whatever_host_was_asked(
    client, mailoutbox, settings
):
    settings.ALLOWED_HOSTS = [".example.org"]
    settings.WAGTAILADMIN_BASE_URL = "https://portal.example.org"
    person = UserFactory.create()
    where = reverse("account_reset_password")
    client.post(where, {"email": person.email}, headers={"host": "evil.example.org:1337"})
    (mail,) = mailoutbox
    assert "https://portal.example.org/accounts/password/reset/key/" in mail.body
    assert "evil" not in mail.body + _html(mail)


def test_the_worker_sends_the_link_so_that_no_address_takes_longer(client, monkeypatch):
    asked = []
    task = SimpleNamespace(enqueue=asked.append)
    monkeypatch.setattr("lms.accounts.adapter.send_password_reset", task)
    person = UserFactory.create()
    _reset(client, person)
    assert asked == [person.pk]


@each_mail
def test_a_mail_is_text_and_html_to_the_person_alone(send, kind):
    mail = send(kind, email="zoe@example.org", first_name="Zoë")
    assert (mail.to, mail.cc, mail.bcc) == (["zoe@example.org"], [], [])
    assert mail.body.startswith("Hello Zoë,")
    assert "Hello Zoë," in _html(mail)


@each_mail
def test_each_sentence_begins_with_a_capital_letter(send, kind):
    texts = [one for one in send(kind).body.split("\n\n") if not one.startswith("http")]
    assert [one[0] for one in texts] == [one[0].upper() for one in texts]


@each_mail
def test_a_subject_is_one_line_and_says_the_portals_name_as_it_is(send, kind, settings):
    settings.SITE_NAME = "Crisis & Care"
    subject = send(kind).subject
    assert "Crisis & Care" in subject
    assert len(subject.splitlines()) == 1


@each_mail
def test_a_mail_says_who_sends_it_why_and_whom_to_call(send, kind):
    mail = send(kind)
    for words in (mail.body, _html(mail)):
        assert portal_settings.SITE_NAME in words
        assert "because your training office keeps an account for you" in words
        assert "988" in words


@each_mail
def test_markup_and_quotes_in_a_name_are_escaped_in_html_and_not_in_text(send, kind):
    mail = send(kind, first_name="""<b>O'Brien & "Ana"</b>""")
    assert """Hello <b>O'Brien & "Ana"</b>,""" in mail.body
    assert "<b>O" not in _html(mail)
    assert "&lt;b&gt;O&#x27;Brien &amp; &quot;Ana&quot;&lt;/b&gt;" in _html(mail)


@each_mail
def test_html_loads_nothing_and_links_only_to_the_portal(send, kind, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://portal.example.org"
    html = _html(send(kind))
    assert not re.search(r"<(?:img|link|script|iframe|form)\b|url\(", html)
    hosts = set(re.findall(r'href="https?://([^/"]+)', html))
    assert hosts <= {"portal.example.org", "testserver"}
    assert hosts


@each_mail
def test_the_button_and_the_bare_address_are_the_same_in_both(send, kind):
    mail = send(kind)
    html = _html(mail)
    (link,) = re.findall(r"^https?://\S+/\S+$", mail.body, re.MULTILINE)
    assert f'href="{link}"' in html
    assert f">{link}</span>" in html


@each_mail
def test_the_link_opens(client, send, kind):
    (link,) = re.findall(r"^https?://[^/\s]+(/\S+)$", send(kind).body, re.MULTILINE)
    answer = client.get(link, follow=True)
    assert answer.status_code == 200
    assert "form" in answer.content.decode()


@each_mail
def test_no_mail_speaks_of_surveys(send, kind):
    mail = send(kind)
    for words in (mail.subject, mail.body, _html(mail)):
        assert not re.search(r"survey|answers|study|questionnaire", words, re.IGNORECASE)


def test_nobody_is_told_whether_an_address_has_an_account(client, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert mailoutbox == []


def test_whoever_changes_a_password_is_told_when_and_not_from_where(client, mailoutbox, clock):
    person = UserFactory.create()
    person.set_password(PASSWORD)
    person.save()
    client.force_login(person)
    new = "nine slow trains at dusk"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post(
        reverse("account_change_password"),
        form,
        headers={"user-agent": "Invented/1.0"},
        REMOTE_ADDR="203.0.113.9",
    )
    (mail,) = mailoutbox
    assert "Your password was changed." in mail.body
    assert f"{clock.at:%Y}" in mail.body
    for words in (mail.body, _html(mail)):
        assert "203.0.113.9" not in words
        assert "Invented/1.0" not in words


def test_the_moment_of_a_change_is_told_in_the_portals_time(mailoutbox):
    send_notice.enqueue(UserFactory.create().pk, "mfa/email/totp_activated", AT)
    assert "That was at 9:05 a.m. on Tuesday, March 12, 2030." in mailoutbox[0].body


def test_every_change_that_allauth_tells_of_has_its_sentence():
    """A new version of allauth may tell of more."""
    folder = Path(allauth.__file__).parent
    told = {
        name
        for part in ("account", "mfa")
        for path in (folder / part).rglob("*.py")
        for name in re.findall(
            r"send_notification_mail\(\s*[\"']([\w/]+)[\"']", path.read_text("utf-8")
        )
    }
    assert told - CLOSED == set(NOTICES)
