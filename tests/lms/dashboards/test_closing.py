from datetime import UTC, datetime

import pytest
from django.urls import reverse

from certificates.models import Certificate
from courses.actions import mark_attendance
from courses.models import CohortState, Presence
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(clock):
    clock.set(datetime(2026, 12, 1, 20, tzinfo=UTC))
    return CohortFactory(
        version=CourseVersionFactory(modules=[{"code": "m1", "title": "Listening"}])
    )


@pytest.fixture
def trainer(cohort):
    return UserFactory(roles=[("trainer", cohort.agency)])


@pytest.fixture
def mark(cohort, trainer):
    def mark(presence, **person):
        seat = EnrolmentFactory(cohort=cohort, **person)
        session = cohort.sessions.select_related("cohort", "module").get()
        mark_attendance(session=session, marks={seat: (presence, None)}, by=trainer)
        return seat

    return mark


@pytest.fixture
def closing(client, trainer, cohort):
    client.force_login(trainer)
    url = reverse("trainer:closing", args=[cohort.uuid])

    def closing(method="get"):
        return getattr(client, method)(url, follow=True).content.decode()

    return closing


def test_it_says_who_has_earned_a_certificate_and_what_the_others_lack(closing, mark):
    mark(Presence.HERE, user__last_name="Chen")
    mark(Presence.ABSENT, user__last_name="Diaz")
    page = closing()
    assert "Issue 1 certificate" in page
    assert "Chen" in page.split('id="lacking"')[0]
    lacking = page.split('id="lacking"')[1]
    assert "Diaz" in lacking
    assert "Listening: 0 of 60 minutes." in lacking


def test_what_is_open_is_listed_before_the_cohort_is_closed(closing, cohort):
    EnrolmentFactory(cohort=cohort)
    page = closing()
    assert "Complete the roll: Listening" in page
    assert "Close it with this left open" in page


def test_certificates_are_issued_once_to_those_who_earned_one(closing, mark, trainer):
    seat = mark(Presence.HERE)
    mark(Presence.ABSENT)
    assert "1 certificate is issued, and its holder is told." in closing("post")
    assert "Nobody is waiting for a certificate." in closing("post")
    certificate = Certificate.objects.get()
    assert (certificate.enrolment, certificate.issued_by) == (seat, trainer)


def test_certificates_can_be_issued_after_closing(client, closing, mark, cohort):
    mark(Presence.HERE)
    client.post(reverse("courses:close", args=[cohort.uuid]))
    cohort.refresh_from_db()
    assert cohort.state == CohortState.CLOSED
    assert "1 certificate is issued" in closing("post")
    assert "Open the cohort again" in closing()


def test_a_long_list_of_what_somebody_lacks_is_cut_short(client, cohort, trainer):
    modules = [{"code": f"m{n}", "title": f"Module {n}", "minutes": 30} for n in range(7)]
    long = CohortFactory(agency=cohort.agency, version=CourseVersionFactory(modules=modules))
    EnrolmentFactory(cohort=long)
    client.force_login(trainer)
    page = client.get(reverse("trainer:closing", args=[long.uuid])).content.decode()
    lacking = page.split('id="lacking"')[1]
    assert lacking.count("0 of 30 minutes.") == 4
    assert "And 3 more things." in lacking


def test_what_people_lack_is_listed_once_everything_is_over(closing, cohort, clock):
    seat = EnrolmentFactory(cohort=cohort, user__last_name="Diaz")
    clock.set(datetime(2026, 11, 30, 10, tzinfo=UTC))
    page = closing()
    assert "listed here once the last session is over" in page
    assert seat.user.last_name not in page


def test_a_cohort_that_goes_on_is_not_closed_here(closing, cohort, clock):
    clock.set(datetime(2026, 11, 30, 10, tzinfo=UTC))
    page = closing()
    assert "1 session is still to come." in page
    assert reverse("courses:close", args=[cohort.uuid]) not in page


def test_a_cohort_without_sessions_can_be_closed_whenever(closing, cohort):
    cohort.sessions.all().delete()
    page = closing()
    assert "Close the cohort" in page
    assert "All sessions are over" not in page


@pytest.mark.parametrize("count", [1, 4])
def test_it_takes_the_same_queries_however_many_people_there_are(
    closing, mark, count, django_assert_num_queries
):
    for _ in range(count):
        mark(Presence.ABSENT)
    with django_assert_num_queries(22):
        closing()
