"""Invitations as they arrive through a real mail server: what each calendar would do with them."""

from datetime import UTC, datetime, timedelta

import pytest

from courses.actions.telling import tell_cancelled, tell_schedule, tell_seated
from courses.models import ScheduleVersion
from lms.accounts.sending import send_messages
from tests.courses.calendars.readers import by_ical, by_icalendar, by_thunderbird
from tests.factories import EnrolmentFactory
from tests.mail_servers import Mailbox, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def arrived(settings):
    """Sends what is queued by SMTP, and gives the calendars of the newest mail as bytes."""
    mailbox = Mailbox()

    def act() -> list[bytes]:
        send_messages()
        mail = mailbox.mails[-1]
        parts = [
            one for one in mail.iter_attachments() if one.get_content_type() == "text/calendar"
        ]
        methods = [one["Content-Type"].params["method"] for one in parts]
        calendars = [one.get_payload(decode=True) for one in parts]
        assert methods == [by_thunderbird(one)["method"] for one in calendars]
        return calendars

    with mail_server(mailbox) as port:
        settings.EMAIL_BACKEND = "lms.accounts.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield act


class Calendar:
    """What a calendar does with what it is sent: a higher sequence wins, CANCEL takes out."""

    def __init__(self) -> None:
        self.sequences: dict[str, int] = {}
        self.events: dict[str, str] = {}

    def take(self, text: bytes) -> None:
        found = by_thunderbird(text)
        (event,) = found["events"]
        assert by_ical(text).events[0].uid == str(by_icalendar(text)[0]["UID"]) == event["uid"]
        assert event["sequence"] > self.sequences.get(event["uid"], -1)
        self.sequences[event["uid"]] = event["sequence"]
        if found["method"] == "CANCEL":
            del self.events[event["uid"]]
        else:
            self.events[event["uid"]] = event["starts"]


def test_a_reschedule_updates_and_a_cancellation_cancels(arrived, clock):
    clock.set(datetime(2026, 11, 20, 17, tzinfo=UTC))
    seat, calendar = EnrolmentFactory.create(), Calendar()
    tell_seated(seat)
    for text in arrived():
        calendar.take(text)
    assert sorted(calendar.events.values()) == [
        "2026-11-30T13:00:00.000Z",
        "2026-12-01T13:00:00.000Z",
    ]
    session = seat.cohort.sessions.order_by("starts_at").first()
    session.starts_at += timedelta(hours=2)
    session.ends_at += timedelta(hours=2)
    session.save()
    tell_schedule(ScheduleVersion.objects.create(cohort=seat.cohort, number=2, document={}))
    (text,) = arrived()
    calendar.take(text)
    assert calendar.events[str(session.uuid)] == "2026-11-30T15:00:00.000Z"
    seat.cohort.state = "cancelled"
    seat.cohort.save()
    tell_cancelled(seat.cohort)
    for text in arrived():
        calendar.take(text)
    assert calendar.events == {}
