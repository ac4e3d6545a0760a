"""Against a real mail server: what is certainly not taken is tried again, what may be is not."""

import smtplib
from datetime import UTC, datetime

import pytest
from django.core.mail import EmailMessage

from lms.accounts import message_kinds
from lms.accounts.message_kinds import MessageKind, register
from lms.accounts.models import OutgoingMessage
from lms.accounts.outbox import Occasion, queue
from lms.accounts.sending import CLAIM, send_messages
from tests.factories import UserFactory
from tests.mail_servers import Mailbox, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    with mail_server(box) as port:
        settings.EMAIL_BACKEND = "lms.accounts.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box


@pytest.fixture
def messages(monkeypatch, clock):
    """Two messages in the outbox, to go by one connection."""
    clock.set(datetime(2026, 12, 1, 17, tzinfo=UTC))
    monkeypatch.setattr(message_kinds, "_KINDS", {})
    kind = register(
        MessageKind(
            "test.greeting",
            "Greeting",
            lambda to, context: EmailMessage("Hello", context["text"], to=[to.email]),
            at_night=True,
        )
    )
    person = UserFactory.create()
    queue(kind=kind, occasions=[Occasion(f"{n}", person, {"text": f"Text {n}"}) for n in (1, 2)])
    return OutgoingMessage.objects.order_by("pk")


def states(messages) -> list[str]:
    return list(messages.values_list("state", flat=True))


def texts(mailbox) -> list[str]:
    return [mail.get_content().strip() for mail in mailbox.mails]


def test_two_mails_go_by_one_connection(mailbox, messages):
    send_messages()
    assert states(messages) == ["sent", "sent"]
    assert texts(mailbox) == ["Text 1", "Text 2"]


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_connection_that_breaks_before_the_text_leaves_is_tried_again(
    mailbox, messages, clock, step
):
    mailbox.breaks.add(step)
    send_messages()
    assert states(messages) == ["queued", "sent"]
    clock.forward(minutes=1)
    send_messages()
    assert states(messages) == ["sent", "sent"]
    assert texts(mailbox) == ["Text 2", "Text 1"]


@pytest.mark.parametrize(
    ("step", "arrived"), [("DATA", ["Text 2"]), ("TAKEN", ["Text 1", "Text 2"])]
)
def test_one_that_breaks_after_it_is_never_tried_again_by_itself(
    mailbox, messages, clock, step, arrived
):
    mailbox.breaks.add(step)
    send_messages()
    assert states(messages) == ["uncertain", "sent"]
    clock.forward(days=7)
    send_messages()
    assert states(messages) == ["uncertain", "sent"]
    assert texts(mailbox) == arrived


def test_a_sender_that_ends_before_the_text_leaves_is_followed_by_another(
    mailbox, messages, clock, monkeypatch
):
    def killed(self, *args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(smtplib.SMTP, "rcpt", killed)
        with pytest.raises(KeyboardInterrupt):
            send_messages()
    assert states(messages) == ["sending", "queued"]
    clock.forward(seconds=CLAIM.total_seconds())
    send_messages()
    assert states(messages) == ["sent", "sent"]
    assert len(mailbox.mails) == 2


def test_a_sender_that_has_lost_its_claim_keeps_the_text_and_sends_the_next_mail(
    mailbox, messages, monkeypatch
):
    rcpt = smtplib.SMTP.rcpt

    def late(self, *args):
        messages.filter(state="sending", pk=messages[0].pk).update(attempts=2)
        return rcpt(self, *args)

    monkeypatch.setattr(smtplib.SMTP, "rcpt", late)
    send_messages()
    assert states(messages) == ["sending", "sent"]
    assert texts(mailbox) == ["Text 2"]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_says_not_now_is_asked_again(mailbox, messages, clock, step):
    mailbox.answers[step] = "451 Later"
    send_messages()
    assert states(messages) == ["queued", "queued"]
    mailbox.answers.clear()
    clock.forward(minutes=1)
    send_messages()
    assert states(messages) == ["sent", "sent"]
    assert len(mailbox.mails) == 2


def test_an_address_that_is_refused_for_good_has_failed(mailbox, messages):
    mailbox.answers["RCPT"] = "550 Nobody here"
    send_messages()
    assert states(messages) == ["failed", "failed"]
    assert mailbox.mails == []


def test_a_server_that_is_not_there_is_asked_again(settings, messages):
    with mail_server(Mailbox()) as port:
        pass
    settings.EMAIL_BACKEND = "lms.accounts.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    send_messages()
    assert states(messages) == ["queued", "queued"]
