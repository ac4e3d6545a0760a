"""The private calendar feed: read without signing in, made and ended by its person."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import icalendar
import pytest
from django.core.cache import cache
from django.urls import reverse

from courses.actions.telling import tell_schedule, tell_seated
from courses.models import CalendarFeed, ScheduleVersion, SessionInstructor
from lms.accounts.sending import send_messages
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/learn/calendar/"
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(clock):
    cache.clear()
    clock.set(NOW)


@pytest.fixture
def seat():
    return EnrolmentFactory.create()


def feed_path(secret: str) -> str:
    return reverse("calendar:feed", args=[secret])


def events(answer) -> list[icalendar.Event]:
    assert answer.status_code == 200
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def made(client, person) -> str:
    """Makes an address on the page, and gives its path."""
    client.force_login(person)
    html = client.post(PAGE, {"make": "1"}).content.decode()
    (address,) = re.findall(r"<code>(\S+)</code>", html)
    return urlsplit(address).path


def test_it_holds_what_one_attends_and_teaches_and_nobody_elses(client, seat):
    other = EnrolmentFactory.create()
    taught = CohortFactory.create(starts_on=datetime(2027, 1, 11).date())
    session = taught.sessions.first()
    SessionInstructor.objects.create(session=session, person=seat.user, part="officer")
    answer = client.get(feed_path(CalendarFeed.objects.renew(seat.user)))
    uids = {str(event["UID"]) for event in events(answer)}
    assert uids == {str(one.uuid) for one in seat.cohort.sessions.all()} | {str(session.uuid)}
    assert other.cohort.version.title not in answer.content.decode()
    assert seat.user.email not in answer.content.decode()


def test_it_asks_for_no_session_and_is_kept_nowhere(client, seat):
    answer = client.get(feed_path(CalendarFeed.objects.renew(seat.user)))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_it_follows_a_reschedule_with_the_sequence_that_invitations_have(client, seat):
    secret = CalendarFeed.objects.renew(seat.user)
    tell_seated(seat)
    send_messages()
    session = seat.cohort.sessions.first()
    session.starts_at += timedelta(hours=2)
    session.ends_at += timedelta(hours=2)
    session.save()
    tell_schedule(ScheduleVersion.objects.create(cohort=seat.cohort, number=2, document={}))
    by_uid = {str(one["UID"]): one for one in events(client.get(feed_path(secret)))}
    moved = by_uid[str(session.uuid)]
    assert moved["SEQUENCE"] == 1
    assert moved["DTSTART"].dt.hour == 10


def test_a_cancelled_class_and_a_seat_given_up_are_no_longer_in_it(client, seat):
    secret = CalendarFeed.objects.renew(seat.user)
    seat.cohort.state = "cancelled"
    seat.cohort.save()
    assert events(client.get(feed_path(secret))) == []
    given_up = EnrolmentFactory.create(user=seat.user)
    given_up.state = "withdrawn"
    given_up.save()
    assert events(client.get(feed_path(secret))) == []


@pytest.mark.parametrize("secret", ["", "x", "x" * 4000, "\x00", "..", "%2e"])
def test_an_address_that_is_nobodys_answers_like_any_other(client, seat, secret):
    CalendarFeed.objects.renew(seat.user)
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_it_ends_with_the_account(client, seat):
    secret = CalendarFeed.objects.renew(seat.user)
    seat.user.is_active = False
    seat.user.save()
    assert client.get(feed_path(secret)).status_code == 404


def test_guessing_is_slowed_down(client, settings):
    settings.CALENDAR_FEED_RATE = "2/m/ip"
    answers = [client.get(feed_path(f"guess-{n}")) for n in range(3)]
    assert [one.status_code for one in answers] == [404, 404, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_the_address_is_shown_once_and_only_its_hash_is_kept(client, seat):
    path = made(client, seat.user)
    assert client.get(path).status_code == 200
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    assert secret not in client.get(PAGE).content.decode()
    assert secret not in str(CalendarFeed.objects.values())


def test_a_new_one_ends_the_old_one(client, seat):
    old, new = made(client, seat.user), made(client, seat.user)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200


def test_ending_it_ends_it_and_ending_it_twice_does_no_harm(client, seat):
    path = made(client, seat.user)
    for _ in range(2):
        assert client.post(PAGE, {"end": "1"}).status_code == 302
    assert client.get(path).status_code == 404


def test_it_notes_to_the_hour_when_it_was_read(client, seat, clock):
    path = feed_path(CalendarFeed.objects.renew(seat.user))
    client.get(path)
    clock.forward(minutes=59)
    client.get(path)
    assert CalendarFeed.objects.get().read_at == NOW
    clock.forward(minutes=2)
    client.get(path)
    assert CalendarFeed.objects.get().read_at == NOW + timedelta(minutes=61)


def test_nobody_else_sees_whether_somebody_has_one(client, seat):
    made(client, seat.user)
    client.force_login(UserFactory.create())
    assert "You have no address yet" in client.get(PAGE).content.decode()
