from datetime import date

import pytest

from courses.actions import plan_cohort, publish_schedule, shift_plan
from courses.models import Booking, Cohort, CohortState, TrainingSession
from courses.plan_problems import problems_of
from courses.plans import working_plan
from tests.factories import (
    AgencyFactory,
    CourseVersionFactory,
    QualificationFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 30)


def qualified(part: str, **fields):
    person = UserFactory(**fields)
    QualificationFactory(person=person, part=part, level="lead", valid_from=date(2020, 1, 1))
    return person


@pytest.fixture
def pair():
    return {part: qualified(part) for part in ("officer", "clinician")}


def plan(**fields) -> Cohort:
    given = {"by": None, "starts_on": MONDAY, "capacity": 28} | fields
    given.setdefault("version", CourseVersionFactory())
    given.setdefault("agency", AgencyFactory())
    given.setdefault("venue", VenueFactory())
    return plan_cohort(**given)


def publish(cohort: Cohort):
    return publish_schedule(cohort=cohort, by=None, revision=working_plan(cohort).revision)


def test_publishing(pair):
    cohort = plan(teachers=pair)
    assert problems_of(cohort) == []
    version = publish(cohort)
    cohort.refresh_from_db()
    assert cohort.state == CohortState.SCHEDULED
    assert cohort.sessions.count() == 2
    assert Booking.objects.count() == 6
    ids = set(TrainingSession.objects.values_list("pk", flat=True))
    assert publish(cohort) == version
    shift_plan(cohort=cohort, by=None, revision=1, days=7)
    assert publish(cohort).number == 2
    assert set(TrainingSession.objects.values_list("pk", flat=True)) == ids
