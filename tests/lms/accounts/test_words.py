"""Words of editors stand in place of the portal's, escaped, and only if they can be filled."""

import pytest
from django.core.exceptions import ValidationError

from lms.accounts import message_kinds
from lms.accounts.message_kinds import MessageKind, Placeholder, Words, kinds_with_words, register
from lms.accounts.models import AuditEntry, MessageTemplate
from lms.accounts.words import change_words, compose_words, drop_words, say, words_of
from tests.factories import UserFactory

WORDS = Words(
    "Hello {first_name}",
    "Dear {first_name},\n\n{note}\n\n{link}",
    (Placeholder("first_name", "", ""), Placeholder("note", "", ""), Placeholder("link", "", "")),
    needed=("link",),
    link="Go on",
)
VALUES = {"first_name": "Rosa", "note": "", "link": "https://a.example/?b&c"}


@pytest.fixture
def kind(monkeypatch):
    monkeypatch.setattr(message_kinds, "_KINDS", {})
    return register(MessageKind("test.words", "Greeting", lambda to, context: None, words=WORDS))


def html_of(mail) -> str:
    ((html, _kind),) = mail.alternatives
    return html


class TestSaying:
    def test_a_paragraph_with_nothing_to_say_is_left_out(self):
        assert say(WORDS.subject, WORDS.body, VALUES).text == "Dear Rosa,\n\nhttps://a.example/?b&c"

    def test_everything_is_escaped_in_html(self):
        said = say("x", "<b>{first_name}</b>", {"first_name": "<script>"})
        assert said.html == ["&lt;b&gt;&lt;script&gt;&lt;/b&gt;"]
        assert said.text == "<b><script></b>"

    def test_a_link_within_a_sentence_is_one_in_html(self):
        (paragraph,) = say("x", "See {link}.", VALUES, "Go on").html
        assert paragraph == 'See <a href="https://a.example/?b&amp;c">Go on</a>.'

    def test_a_subject_stays_one_line(self):
        assert say("{first_name}", "x", {"first_name": "a\r\nBcc: b"}).subject == "a Bcc: b"

    def test_lines_of_a_value_stay_lines(self):
        assert say("x", "{note}", VALUES | {"note": "a\nb"}).html == ["a<br>b"]


@pytest.mark.django_db
class TestChanging:
    def test_the_portals_words_stand_until_somebody_changes_them(self, kind):
        assert words_of(kind.code, WORDS) == (WORDS.subject, WORDS.body)
        change_words(kind=kind, subject="New", body="{link}", by=UserFactory.create())
        assert words_of(kind.code, WORDS) == ("New", "{link}")

    def test_changing_is_recorded_and_can_be_taken_back_once(self, kind):
        by = UserFactory.create()
        change_words(kind=kind, subject="New", body="{link}", by=by)
        assert drop_words(kind=kind, by=by)
        assert not drop_words(kind=kind, by=by)
        assert words_of(kind.code, WORDS) == (WORDS.subject, WORDS.body)
        actions = AuditEntry.objects.values_list("action", flat=True)
        assert {one for one in actions if one.startswith("words")} == {
            "words.changed",
            "words.dropped",
        }

    @pytest.mark.parametrize(
        ("subject", "body", "field"),
        [
            ("{link}", "{link}", "subject"),
            ("x", "{password} {link}", "body"),
            ("x", "no way on", "body"),
            ("{first_name.password}", "{link}", "subject"),
        ],
    )
    def test_words_that_cannot_be_filled_are_refused_by_field(self, kind, subject, body, field):
        with pytest.raises(ValidationError) as refusal:
            change_words(kind=kind, subject=subject, body=body, by=UserFactory.create())
        assert list(refusal.value.message_dict) == [field]
        assert not MessageTemplate.objects.exists()

    def test_words_an_older_portal_took_give_way_where_they_cannot_be_filled(self, kind):
        MessageTemplate.objects.create(kind=kind.code, subject="x", body="{gone} {link}")
        assert words_of(kind.code, WORDS) == (WORDS.subject, WORDS.body)

    def test_a_mail_says_the_same_as_text_and_as_html(self, kind):
        change_words(
            kind=kind, subject="New", body="Look, {first_name}\n\n{link}", by=UserFactory.create()
        )
        mail = compose_words(kind.code, WORDS, to="rosa@example.org", values=VALUES)
        assert mail.subject == "New"
        assert "Look, Rosa" in mail.body
        assert "Look, Rosa" in html_of(mail)
        assert 'href="https://a.example/?b&amp;c"' in html_of(mail)
        assert "Go on" in html_of(mail)

    def test_a_kind_without_words_of_its_own_cannot_be_changed(self, kind):
        fixed = register(MessageKind("test.fixed", "Fixed", lambda to, context: None))
        assert kinds_with_words() == [kind]
        with pytest.raises(ValidationError, match="cannot be changed"):
            change_words(kind=fixed, subject="x", body="y", by=UserFactory.create())
