from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from courses.actions import book_make_up, call_off_make_ups, mark_attendance
from courses.actions.bookings import book_person
from courses.models import Booking, MakeUp, Presence
from lms.accounts.models import OutgoingMessage
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(clock):
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    version = CourseVersionFactory(modules=[{"code": "welcome", "title": "Psychosis"}])
    return CohortFactory(version=version)


@pytest.fixture
def later(cohort):
    return CohortFactory(
        version=cohort.version, agency=cohort.agency, starts_on=date(2026, 12, 7), code="LATER"
    )


@pytest.fixture
def trainer(cohort):
    return UserFactory(roles=[("trainer", cohort.agency)])


def session_of(cohort):
    return cohort.sessions.select_related("cohort", "module").get()


def missing(cohort, **fields):
    seat = EnrolmentFactory(cohort=cohort, **fields)
    marks = {seat: (Presence.ABSENT, None)}
    mark_attendance(session=session_of(cohort), marks=marks, by=UserFactory())
    return seat


@pytest.fixture
def open_page(client, trainer, cohort):
    client.force_login(trainer)
    url = reverse("courses:make_ups", args=[cohort.uuid])

    def open_page(**data):
        answer = client.post(url, data, follow=True) if data else client.get(url)
        assert answer.status_code == 200
        return answer.content.decode()

    return open_page


def test_who_missed_what_stands_with_where_to_make_it_up(open_page, cohort, later):
    missing(cohort, user__last_name="Alvarez")
    EnrolmentFactory(cohort=cohort, user__last_name="Boateng")
    page = open_page()
    assert "<b>Psychosis</b>, 60 minutes missing" in page
    assert "Alvarez" in page
    assert "Boateng" not in page
    assert "Mon, Dec 7, 2026, 8 a.m." in page
    assert "(LATER), 28 places" in page


def test_a_make_up_is_booked_listed_and_cancelled(open_page, cohort, later):
    seat = missing(cohort)
    page = open_page(seat=seat.pk, session=session_of(later).pk)
    assert "is booked: Mon, Dec 7, 2026" in page
    make_up = MakeUp.objects.get()
    assert f'value="{make_up.pk}"' in page
    page = open_page(cancel=make_up.pk)
    assert "The make-up is cancelled." in page
    assert "<b>Psychosis</b>, 60 minutes missing" in page


@pytest.fixture
def day_missed(clock):
    """Somebody who missed a day of two modules, and a cohort that teaches it again a week later."""
    clock.set(datetime(2026, 11, 30, 20, tzinfo=UTC))
    version = CourseVersionFactory(modules=[{"code": "m1"}, {"code": "m2"}])
    cohort = CohortFactory(version=version)
    seat = EnrolmentFactory(cohort=cohort, user__last_name="Chen")
    trainer = UserFactory(roles=[("trainer", cohort.agency)])
    for session in cohort.sessions.select_related("cohort", "module"):
        mark_attendance(session=session, marks={seat: (Presence.ABSENT, None)}, by=trainer)
    later = CohortFactory(
        version=version, agency=cohort.agency, starts_on=date(2026, 12, 7), code="LATER"
    )
    return seat, trainer, later


def test_a_missed_day_is_one_card_and_booked_at_once(client, day_missed):
    seat, trainer, later = day_missed
    client.force_login(trainer)
    url = reverse("courses:make_ups", args=[seat.cohort.uuid])
    page = client.get(url).content.decode()
    assert page.count("Chen, ") == 1
    assert "<b>2 modules</b>, 120 minutes missing" in page
    assert "(LATER): 2 of 2 modules" in page
    value = f"{later.pk}/2026-12-07"
    page = client.post(url, {"seat": seat.pk, "day": value}, follow=True).content.decode()
    assert "2 modules are booked for" in page
    assert set(MakeUp.objects.values_list("session", flat=True)) == set(
        later.sessions.values_list("pk", flat=True)
    )
    page = client.post(url, {"seat": seat.pk, "day": value}, follow=True).content.decode()
    assert "What can be booked on that day has changed." in page
    assert MakeUp.objects.count() == 2


def test_a_day_is_booked_with_one_mail_and_called_off_with_one(client, day_missed):
    seat, trainer, later = day_missed
    client.force_login(trainer)
    url = reverse("courses:make_ups", args=[seat.cohort.uuid])
    client.post(url, {"seat": seat.pk, "day": f"{later.pk}/2026-12-07"})
    call_off_make_ups(by=trainer, session__cohort=later)
    queued = OutgoingMessage.objects.filter(to=seat.user, kind__startswith="cohort.make_up")
    assert sorted(queued.values_list("kind", flat=True)) == ["cohort.make_up", "cohort.make_up_off"]


def test_of_a_day_everything_is_booked_or_nothing(client, day_missed):
    seat, trainer, later = day_missed
    last = later.sessions.last()
    other = CohortFactory(version__modules=[{"code": "x"}], starts_on=date(2026, 12, 7))
    book_person(seat.user, other.sessions.all())
    other.sessions.update(starts_at=last.starts_at, ends_at=last.ends_at)
    Booking.objects.filter(person=seat.user).update(starts_at=last.starts_at, ends_at=last.ends_at)
    client.force_login(trainer)
    url = reverse("courses:make_ups", args=[seat.cohort.uuid])
    sent = {"seat": seat.pk, "day": f"{later.pk}/2026-12-07"}
    page = client.post(url, sent, follow=True).content.decode()
    assert "is taken at that time" in page
    assert not MakeUp.objects.exists()


@pytest.mark.parametrize("day", ["", "x", "\x00", "1/2026-12-07", "9/9"])
def test_a_day_that_is_none_books_nothing(client, day_missed, day):
    seat, trainer, _later = day_missed
    client.force_login(trainer)
    url = reverse("courses:make_ups", args=[seat.cohort.uuid])
    answer = client.post(url, {"seat": seat.pk, "day": day}, follow=True)
    assert answer.status_code == 200
    assert not MakeUp.objects.exists()


def test_booking_twice_says_so_and_books_once(open_page, cohort, later):
    seat = missing(cohort)
    open_page(seat=seat.pk, session=session_of(later).pk)
    assert "booked already" in open_page(seat=seat.pk, session=session_of(later).pk)
    assert MakeUp.objects.count() == 1


def test_guests_are_named_with_their_agency_and_nothing_else(client, cohort, later):
    guest = missing(cohort, user__last_name="Alvarez", user__unit="District 4")
    book_make_up(enrolment=guest, session=session_of(later), by=None)
    client.force_login(UserFactory(roles=[("trainer", later.agency)]))
    page = client.get(reverse("courses:make_ups", args=[later.uuid])).content.decode()
    assert "Alvarez" in page
    assert guest.user.agency.name in page
    assert "District 4" not in page


def test_sessions_of_agencies_one_does_not_manage_are_not_offered(client, open_page, cohort):
    elsewhere = CohortFactory(version=cohort.version, starts_on=date(2026, 12, 7), code="FAR")
    seat = missing(cohort)
    assert "FAR" not in open_page()
    url = reverse("courses:make_ups", args=[cohort.uuid])
    answer = client.post(url, {"seat": seat.pk, "session": session_of(elsewhere).pk})
    assert answer.status_code == 404
    assert not MakeUp.objects.exists()


@pytest.mark.parametrize("value", ["", "0", "x", "\x00", "9" * 30, "-1"])
def test_what_is_no_seat_session_or_make_up_is_not_found(client, trainer, cohort, later, value):
    seat = missing(cohort)
    client.force_login(trainer)
    url = reverse("courses:make_ups", args=[cohort.uuid])
    for data in (
        {"seat": value, "session": session_of(later).pk},
        {"seat": seat.pk, "session": value},
        {"cancel": value},
    ):
        assert client.post(url, data).status_code == 404


def test_the_make_up_of_another_cohorts_seat_is_not_cancelled_here(client, cohort, later):
    make_up = book_make_up(enrolment=missing(cohort), session=session_of(later), by=None)
    client.force_login(UserFactory(roles=[("trainer", later.agency)]))
    url = reverse("courses:make_ups", args=[later.uuid])
    assert client.post(url, {"cancel": make_up.pk}).status_code == 404


def test_a_trainer_of_another_agency_finds_no_page(client, cohort):
    client.force_login(UserFactory(roles=[("trainer", AgencyFactory())]))
    url = reverse("courses:make_ups", args=[cohort.uuid])
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("name", ["courses:seats", "courses:cohort"])
def test_the_host_is_told_when_guests_come_and_when_they_are_too_many(client, cohort, later, name):
    book_make_up(enrolment=missing(cohort), session=session_of(later), by=None)
    client.force_login(UserFactory(roles=[("trainer", later.agency)]))
    url = reverse(name, args=[later.uuid])
    page = client.get(url).content.decode()
    assert "1 on Mon, Dec 7" in page
    assert "A seat given later is not refused for a guest's sake" in page
    assert "more than seats" not in page
    EnrolmentFactory(cohort=later)
    later.capacity = 1
    later.save(update_fields=["capacity"])
    assert "1 person more than seats" in client.get(url).content.decode()
