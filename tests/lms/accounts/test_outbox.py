"""Messages are queued once for each occasion, and sent once, or listed with the reason why not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connections, transaction

from lms.accounts import message_kinds
from lms.accounts.message_kinds import MessageKind, label_of, register
from lms.accounts.models import AuditEntry, MessageProblem, MessageState, OutgoingMessage
from lms.accounts.outbox import Occasion, note_arrival, queue, try_again
from lms.accounts.sending import CLAIM, WAITS, send_messages
from tests.factories import AgencyFactory, UserFactory

NOON = datetime(2026, 12, 1, 17, tzinfo=UTC)
NIGHT = datetime(2026, 12, 2, 3, tzinfo=UTC)
MORNING = datetime(2026, 12, 2, 13, tzinfo=UTC)


def _greeting(to, context):
    return EmailMessage("Hello", f"Number {context.get('number')}", to=[to.email])


@pytest.fixture(autouse=True)
def _noon(clock):
    clock.set(NOON)


@pytest.fixture
def make_kind(monkeypatch):
    monkeypatch.setattr(message_kinds, "_KINDS", {})

    def make(compose=_greeting, **fields):
        return register(MessageKind("test.greeting", "Greeting", compose, **fields))

    return make


@pytest.fixture
def kind(make_kind):
    return make_kind()


def put(kind, person=None, key="once", **context) -> OutgoingMessage:
    queue(kind=kind, occasions=[Occasion(key, person or UserFactory.create(), context)])
    return OutgoingMessage.objects.get(key=key)


def told(message) -> tuple[str, str, int]:
    message.refresh_from_db()
    return message.state, message.problem, message.attempts


@pytest.fixture
def fail_with(monkeypatch):
    """Makes the mail server answer each mail with an error; None makes it well again."""

    def act(error: Exception | None):
        def send(self, mails):
            if error:
                raise error
            return len(mails)

        monkeypatch.setattr(EmailBackend, "send_messages", send)

    return act


@pytest.mark.django_db
class TestQueueing:
    def test_an_occasion_makes_one_message_however_often_it_is_queued(self, kind, mailoutbox):
        person = UserFactory.create()
        occasion = Occasion("once", person, {"number": 4})
        assert queue(kind=kind, occasions=[occasion, occasion]) == 1
        assert queue(kind=kind, occasions=[occasion]) == 0
        send_messages()
        assert queue(kind=kind, occasions=[occasion]) == 0
        send_messages()
        assert [mail.to for mail in mailoutbox] == [[person.email]]

    def test_the_database_refuses_a_second_message_for_an_occasion(self, kind):
        message = put(kind)
        with pytest.raises(IntegrityError), transaction.atomic():
            OutgoingMessage.objects.create(key=message.key, kind=kind.code, to=message.to)

    def test_the_database_refuses_a_sent_message_without_a_time(self, kind):
        with pytest.raises(IntegrityError), transaction.atomic():
            OutgoingMessage.objects.filter(pk=put(kind).pk).update(state="sent")

    def test_nothing_queued_is_nothing_to_do(self, kind):
        assert queue(kind=kind, occasions=[]) == 0

    def test_two_kinds_never_share_a_code(self, kind):
        assert register(kind) is kind
        with pytest.raises(ValueError, match="another kind"):
            register(MessageKind(kind.code, "Other", _greeting))

    def test_a_kind_the_portal_has_forgotten_is_called_by_its_code(self, kind):
        assert label_of(kind.code) == "Greeting"
        assert label_of("gone.kind") == "gone.kind"


@pytest.mark.django_db
class TestSending:
    def test_a_mail_is_composed_when_it_is_sent(self, kind, mailoutbox):
        message = put(kind, number=7)
        message.to.email = "moved@example.org"
        message.to.save()
        assert send_messages() == {MessageState.SENT: 1}
        assert [(mail.to, mail.body) for mail in mailoutbox] == [
            (["moved@example.org"], "Number 7")
        ]
        assert told(message) == ("sent", "", 1)
        assert message.sent_at == NOON

    def test_more_than_one_batch_is_sent(self, kind, mailoutbox):
        person = UserFactory.create()
        queue(kind=kind, occasions=[Occasion(f"{n}", person) for n in range(120)])
        send_messages()
        assert len(mailoutbox) == 120

    def test_what_is_no_longer_needed_is_dropped(self, make_kind, mailoutbox):
        message = put(make_kind(lambda to, context: None))
        assert send_messages() == {MessageState.DROPPED: 1}
        assert (told(message)[0], mailoutbox) == ("dropped", [])

    def test_a_closed_account_gets_no_mail(self, kind, mailoutbox):
        message = put(kind, UserFactory.create(is_active=False))
        send_messages()
        assert (told(message)[0], mailoutbox) == ("dropped", [])

    def test_nobody_is_woken_at_night(self, kind, mailoutbox, clock):
        clock.set(NIGHT)
        message = put(kind)
        assert not send_messages()
        assert told(message) == ("queued", "", 0)
        clock.set(MORNING - timedelta(seconds=1))
        send_messages()
        assert mailoutbox == []
        clock.set(MORNING)
        send_messages()
        assert len(mailoutbox) == 1

    def test_night_is_where_the_person_works(self, kind, mailoutbox, clock):
        clock.set(NIGHT)
        put(kind, UserFactory.create(agency=AgencyFactory.create(time_zone="Asia/Tokyo")))
        send_messages()
        assert len(mailoutbox) == 1

    def test_a_kind_that_cannot_wait_goes_at_night(self, make_kind, mailoutbox, clock):
        clock.set(NIGHT)
        put(make_kind(at_night=True))
        send_messages()
        assert len(mailoutbox) == 1


@pytest.mark.django_db
class TestTryingAgain:
    def test_a_server_that_is_away_is_asked_again_ever_later(self, kind, clock, fail_with):
        fail_with(SMTPServerDisconnected("mail.example.org knows zoe@example.org"))
        message = put(kind)
        waited = []
        while told(message)[0] != MessageState.FAILED:
            at = message.next_try_at
            clock.set(at - timedelta(seconds=1))
            assert not send_messages()
            clock.set(at)
            send_messages()
            waited.append(OutgoingMessage.objects.get().next_try_at - at)
        assert waited[: len(WAITS)] == list(WAITS)
        assert told(message) == ("failed", MessageProblem.UNREACHABLE, len(WAITS) + 1)
        clock.forward(days=30)
        assert not send_messages()

    def test_a_server_that_comes_back_gets_the_mail(self, kind, clock, fail_with):
        message = put(kind)
        fail_with(ConnectionRefusedError())
        send_messages()
        assert told(message) == ("queued", MessageProblem.UNREACHABLE, 1)
        fail_with(None)
        clock.forward(minutes=1)
        send_messages()
        assert told(message) == ("sent", "", 2)

    @pytest.mark.parametrize(("code", "state"), [(550, "failed"), (450, "queued")])
    def test_only_a_final_refusal_of_the_address_is_final(self, kind, fail_with, code, state):
        fail_with(SMTPRecipientsRefused({"a@example.org": (code, b"no")}))
        message = put(kind)
        send_messages()
        assert told(message)[0] == state

    def test_a_mail_that_cannot_be_written_ends_as_failed_and_keeps_no_words(
        self, make_kind, clock, caplog
    ):
        def broken(to, context):
            raise KeyError("https://portal.example.org/survey/secret")

        message = put(make_kind(broken))
        while told(message)[0] == "queued":
            clock.set(message.next_try_at)
            send_messages()
            assert clock.at < NOON + timedelta(days=7)
        assert told(message) == ("failed", MessageProblem.BROKEN, len(WAITS) + 1)
        assert "KeyError" in caplog.text
        assert "secret" not in caplog.text

    def test_one_that_breaks_does_not_keep_the_others(self, make_kind, mailoutbox):
        def choosy(to, context):
            return _greeting(to, context) if context["number"] else context["missing"]

        kind = make_kind(choosy)
        put(kind, key="broken", number=0)
        put(kind, key="whole", number=1)
        assert send_messages() == {MessageState.QUEUED: 1, MessageState.SENT: 1}
        assert len(mailoutbox) == 1

    def test_a_kind_nobody_knows_is_tried_again_and_then_failed(self, kind, clock, monkeypatch):
        message = put(kind)
        monkeypatch.setattr(message_kinds, "_KINDS", {})
        send_messages()
        assert told(message)[:2] == ("queued", MessageProblem.UNKNOWN)

    def test_a_header_that_is_none_is_final(self, make_kind):
        message = put(make_kind(lambda to, context: EmailMessage("a\nb", "", to=[to.email])))
        send_messages()
        assert told(message)[:2] == ("failed", MessageProblem.BROKEN)

    def test_failed_ones_can_be_put_back(self, kind, fail_with, mailoutbox, monkeypatch):
        fail_with(SMTPRecipientsRefused({"a@example.org": (550, b"no")}))
        message, other = put(kind), put(kind, key="other")
        send_messages()
        by = UserFactory.create()
        assert try_again(messages=OutgoingMessage.objects.filter(pk=message.pk), by=by) == 1
        assert told(message) == ("queued", "", 0)
        assert told(other)[0] == "failed"
        assert AuditEntry.objects.get(action="messages.tried_again").detail == {"n": 1}

    def test_what_was_sent_is_never_put_back(self, kind):
        message = put(kind)
        send_messages()
        assert try_again(messages=OutgoingMessage.objects.all(), by=UserFactory.create()) == 0
        assert told(message)[0] == "sent"


@pytest.fixture
def killed_in_sending(monkeypatch):
    """Ends a sender while the mail server is taking what it hands over."""

    def killed(self, mails):
        raise KeyboardInterrupt

    def act():
        with monkeypatch.context() as patch:
            patch.setattr(EmailBackend, "send_messages", killed)
            with pytest.raises(KeyboardInterrupt):
                send_messages()

    return act


@pytest.mark.django_db
class TestSendersThatBreakOff:
    def test_one_that_ended_before_handing_over_is_followed_by_another(
        self, make_kind, mailoutbox, clock
    ):
        def deadly_once(to, context):
            if not deaths:
                deaths.append("killed")
                raise KeyboardInterrupt
            return _greeting(to, context)

        deaths = []
        message = put(make_kind(deadly_once))
        with pytest.raises(KeyboardInterrupt):
            send_messages()
        assert told(message)[0] == "sending"
        clock.forward(seconds=CLAIM.total_seconds() - 1)
        assert not send_messages()
        clock.forward(seconds=1)
        send_messages()
        assert told(message) == ("sent", "", 2)
        assert len(mailoutbox) == 1

    def test_one_that_ended_while_handing_over_leaves_a_mail_that_is_perhaps_sent(
        self, kind, mailoutbox, clock, killed_in_sending
    ):
        message = put(kind)
        killed_in_sending()
        assert told(message)[0] == "sending"
        clock.forward(seconds=CLAIM.total_seconds() - 1)
        assert not send_messages()
        clock.forward(seconds=1)
        assert send_messages() == {MessageState.UNCERTAIN: 1}
        clock.forward(days=30)
        assert not send_messages()
        assert told(message) == ("uncertain", "", 1)
        assert mailoutbox == []

    def test_a_person_who_asked_says_that_it_came(self, kind, clock, killed_in_sending):
        message, other = put(kind), put(kind, key="failed")
        killed_in_sending()
        OutgoingMessage.objects.filter(pk=other.pk).update(state="failed")
        clock.forward(days=1)
        send_messages()
        by = UserFactory.create()
        assert note_arrival(messages=OutgoingMessage.objects.all(), by=by) == 1
        assert note_arrival(messages=OutgoingMessage.objects.all(), by=by) == 0
        assert (told(message)[0], told(other)[0]) == ("sent", "failed")
        assert message.sent_at == NOON
        assert AuditEntry.objects.get(action="messages.arrived").detail == {"n": 1}

    def test_or_has_it_sent_again(self, kind, clock, killed_in_sending, mailoutbox):
        message = put(kind)
        killed_in_sending()
        clock.forward(days=1)
        send_messages()
        try_again(messages=OutgoingMessage.objects.all(), by=UserFactory.create())
        send_messages()
        assert told(message) == ("sent", "", 1)
        assert len(mailoutbox) == 1

    def test_one_that_ends_its_sender_each_time_fails_in_the_end(self, make_kind, clock):
        def deadly(to, context):
            raise KeyboardInterrupt

        message = put(make_kind(deadly, at_night=True))
        for _ in range(len(WAITS) + 1):
            with pytest.raises(KeyboardInterrupt):
                send_messages()
            clock.forward(seconds=CLAIM.total_seconds())
        send_messages()
        assert told(message)[:2] == ("failed", MessageProblem.BROKEN_OFF)

    def test_a_sender_that_comes_back_late_changes_nothing(self, make_kind, clock, mailoutbox):
        """Its time was up, another one has sent the message and noted it."""

        def slow(to, context):
            if not mailoutbox:
                clock.forward(seconds=CLAIM.total_seconds())
                mailoutbox.append("on its way")
                assert send_messages() == {MessageState.SENT: 1}
            return _greeting(to, context)

        message = put(make_kind(slow))
        send_messages()
        assert told(message) == ("sent", "", 2)
        assert len(mailoutbox) == 2  # what `slow` put there, and one mail


@pytest.mark.usefixtures("fresh_databases")
def test_two_senders_at_once_send_each_message_once(kind, monkeypatch):
    person = UserFactory.create()
    queue(kind=kind, occasions=[Occasion(f"{n}", person, {"number": n}) for n in range(120)])
    sent = []
    monkeypatch.setattr(
        EmailBackend, "send_messages", lambda self, mails: sent.extend(m.body for m in mails)
    )

    def run(_):
        try:
            return send_messages()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        counted = sum(tally[MessageState.SENT] for tally in pool.map(run, range(3)))
    assert counted == 120
    assert sorted(sent) == sorted(f"Number {n}" for n in range(120))
