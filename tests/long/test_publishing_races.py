"""People who publish at the same moment: what one got nobody else gets, and nothing is done twice."""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from courses.actions import publish_schedule, shift_plan
from courses.actions.bookings import book_learner
from courses.models import Booking, Cohort, CohortState, ScheduleVersion
from courses.plans.schedules import working_plan
from lms.accounts.models import User
from tests.factories import CourseVersionFactory, EnrolmentFactory, UserFactory, VenueFactory
from tests.planning import MONDAY, draft, published, teacher
from tests.races import at_once

ROUNDS = int(os.environ.get("SEEDS", "20"))
TWO_WEEKS = timedelta(weeks=2)

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("fresh_databases")]


def publishing(cohort: Cohort) -> Callable[[], object]:
    revision = working_plan(cohort).revision
    return lambda: publish_schedule(cohort=cohort, by=None, revision=revision)


def test_the_same_plan_published_twice_at_once_is_one_version():
    for _ in range(ROUNDS):
        cohort = draft()
        assert at_once(*[publishing(cohort)] * 3) == ["done"] * 3
        assert [one.number for one in ScheduleVersion.objects.filter(cohort=cohort)] == [1]
        assert cohort.sessions.count() == 2
        assert cohort.transitions.count() == 2


def test_of_two_who_want_the_same_place_one_gets_it():
    for _ in range(ROUNDS):
        venue = VenueFactory()
        cohorts = [draft(venue=venue) for _ in range(3)]
        came = at_once(*[publishing(cohort) for cohort in cohorts])
        assert set(came) <= {"done", "overlap", "problems"}
        assert came.count("done") == 1
        assert Cohort.objects.filter(venue=venue, state=CohortState.SCHEDULED).count() == 1
        assert Booking.objects.filter(venue=venue).count() == 2


def test_two_plans_that_each_want_what_the_other_has_never_wait_for_each_other():
    """Sessions that overlap crosswise, in two places and with two teachers."""
    modules = [{"code": "one", "minutes": 90}, {"code": "two", "minutes": 90}]
    version = CourseVersionFactory(modules=modules)
    for _ in range(ROUNDS):
        people = {"officer": teacher(), "clinician": teacher("clinician")}
        venue = VenueFactory()
        cohorts = [draft(version=version, venue=venue, teachers=people) for _ in range(2)]
        cohorts.append(draft(version=version, teachers=people))
        came = at_once(*[publishing(cohort) for cohort in cohorts])
        assert came.count("done") == 1
        assert set(came) <= {"done", "overlap", "problems"}


def test_a_change_and_a_publication_at_once_leave_what_one_of_them_saw():
    for _ in range(ROUNDS):
        cohort = draft()
        shifting = partial(shift_plan, cohort=cohort, by=None, revision=1, days=7)
        came = at_once(publishing(cohort), shifting)
        assert came in (["done", "done"], ["stale", "done"])
        if came[0] == "done":
            assert cohort.sessions.get(module__code="welcome").starts_at.date() == MONDAY
        else:
            assert not cohort.sessions.exists()


def test_a_schedule_and_a_seat_elsewhere_never_both_take_somebody():
    for _ in range(ROUNDS):
        person: User = UserFactory()
        cohort, other = published(), published(starts_on=MONDAY + TWO_WEEKS)
        book_learner(EnrolmentFactory(cohort=cohort, user=person))
        seat = EnrolmentFactory(cohort=other, user=person)
        shift_plan(cohort=cohort, by=None, revision=1, days=TWO_WEEKS.days)
        came = at_once(publishing(cohort), partial(book_learner, seat))
        assert came.count("done") == 1
        assert set(came) <= {"done", "overlap", "problems"}
