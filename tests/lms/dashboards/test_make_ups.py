from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from courses.actions import mark_attendance
from courses.models import MakeUp, Presence
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(clock):
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    version = CourseVersionFactory(
        modules=[{"code": "welcome", "title": "Psychosis", "minutes": 90}]
    )
    return CohortFactory(version=version)


@pytest.fixture
def later(cohort):
    return CohortFactory(
        version=cohort.version, agency=cohort.agency, starts_on=date(2026, 12, 7), code="LATER"
    )


def session_of(cohort):
    return cohort.sessions.select_related("cohort", "module").get()


@pytest.fixture
def seat(cohort):
    seat = EnrolmentFactory(cohort=cohort)
    marks = {seat: (Presence.ABSENT, None)}
    mark_attendance(session=session_of(cohort), marks=marks, by=UserFactory())
    return seat


@pytest.fixture
def open_page(client, seat):
    client.force_login(seat.user)
    url = reverse("learner:make_ups", args=[seat.uuid])

    def open_page(**data):
        return (client.post(url, data, follow=True) if data else client.get(url)).content.decode()

    return open_page


def test_what_was_missed_stands_with_the_days_to_book(open_page, later):
    page = open_page()
    assert "Psychosis" in page
    assert "You missed 90 minutes." in page
    assert "Mon, Dec 7, 2026, 8 a.m." in page


def test_somebody_books_and_cancels_for_themselves(client, open_page, seat, later):
    assert "You are booked: Mon, Dec 7, 2026" in open_page(session=session_of(later).pk)
    hours = client.get(reverse("learner:hours", args=[seat.uuid])).content.decode()
    told = f"Booked in LATER on December 7, 2026, 8 a.m. to 9:30 a.m., {later.venue.name}"
    assert told in hours
    link = f'href="{reverse("learner:make_ups", args=[seat.uuid])}"'
    assert link in hours
    home = client.get(reverse("learner:home")).content.decode()
    assert f"Psychosis: {told[0].lower()}{told[1:]}" in home
    assert link in home
    page = open_page(cancel=MakeUp.objects.get().pk)
    assert "Your make-up is cancelled." in page
    assert "You missed 90 minutes." in page


def test_a_booked_make_up_is_the_next_session(client, open_page, seat, later):
    open_page(session=session_of(later).pk)
    page = client.get(reverse("learner:home")).content.decode()
    assert "Your sessions are over" not in page
    assert "8:00 a.m." in page


def test_of_a_make_up_only_what_is_missing_lies_ahead(client, cohort, later):
    seat = EnrolmentFactory(cohort=cohort)
    session = session_of(cohort)
    mark_attendance(session=session, marks={seat: (Presence.LATE, 60)}, by=UserFactory())
    MakeUp.objects.create(enrolment=seat, session=session_of(later))
    client.force_login(seat.user)
    home = client.get(reverse("learner:home")).content.decode()
    assert "0.5 hours to go" in " ".join(home.split())
    assert "0.5 hours of sessions ahead" in home


def test_hours_say_where_a_module_was_made_up(client, open_page, seat, later, clock):
    session = session_of(later)
    open_page(session=session.pk)
    clock.set(session.ends_at)
    mark_attendance(session=session, marks={seat: (Presence.HERE, None)}, by=UserFactory())
    client.force_login(seat.user)
    hours = client.get(reverse("learner:hours", args=[seat.uuid])).content.decode()
    assert "Made up in LATER on December 7, 2026" in hours


def test_without_another_cohort_it_says_so(open_page):
    assert "No other cohort with a free place teaches it yet." in open_page()


def test_a_session_without_a_mark_waits_for_the_trainer(client, cohort):
    seat = EnrolmentFactory(cohort=cohort)
    client.force_login(seat.user)
    page = client.get(reverse("learner:make_ups", args=[seat.uuid])).content.decode()
    assert "You have missed nothing that you have to book." in page
    assert "Not marked yet" in page


def test_sessions_of_other_agencies_are_not_offered_nor_booked(client, open_page, cohort, seat):
    far = CohortFactory(version=cohort.version, starts_on=date(2026, 12, 7), code="FAR")
    assert "FAR" not in open_page()
    url = reverse("learner:make_ups", args=[seat.uuid])
    assert client.post(url, {"session": session_of(far).pk}).status_code == 404
    assert not MakeUp.objects.exists()


@pytest.mark.parametrize("data", [{"session": "x"}, {"session": "9" * 40}, {"cancel": "1"}, {}])
def test_nonsense_books_nothing(client, open_page, seat, data):
    url = reverse("learner:make_ups", args=[seat.uuid])
    assert client.post(url, data).status_code == 404


def test_anothers_page_does_not_exist(client, seat):
    client.force_login(UserFactory())
    assert client.get(reverse("learner:make_ups", args=[seat.uuid])).status_code == 404


def test_a_missed_day_is_booked_at_once(client, clock):
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    version = CourseVersionFactory(modules=[{"code": "m1"}, {"code": "m2"}])
    cohort = CohortFactory(version=version)
    seat = EnrolmentFactory(cohort=cohort)
    for session in cohort.sessions.select_related("cohort", "module"):
        mark_attendance(session=session, marks={seat: (Presence.ABSENT, None)}, by=UserFactory())
    later = CohortFactory(
        version=version, agency=cohort.agency, starts_on=date(2026, 12, 7), code="LATER"
    )
    client.force_login(seat.user)
    url = reverse("learner:make_ups", args=[seat.uuid])
    page = client.get(url).content.decode()
    assert "You missed 2 modules, 120 minutes in all." in page
    assert "(LATER): 2 of 2 modules" in page
    sent = {"day": f"{later.pk}/2026-12-07"}
    assert "You are booked for 2 modules." in client.post(url, sent, follow=True).content.decode()
    assert MakeUp.objects.filter(enrolment=seat).count() == 2
    again = client.post(url, sent, follow=True).content.decode()
    assert "What can be booked on that day has changed." in again
