import pytest

from courses.seats.on_record import on_record
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory
from tests.surveys import BEFORE_THE_COURSE

pytestmark = pytest.mark.django_db


def test_a_seat_to_come_in_another_cohort_of_the_course_is_told_and_no_other(clock):
    clock.set(BEFORE_THE_COURSE)
    cohort, officer = CohortFactory(), UserFactory()
    EnrolmentFactory(user=officer, cohort=cohort)
    EnrolmentFactory(user=officer, cohort=CohortFactory())
    assert on_record(cohort, [officer.pk]) == {}
    EnrolmentFactory(user=officer, cohort=CohortFactory(version=cohort.version))
    assert "Has a seat in this course from" in on_record(cohort, [officer.pk])[officer.pk]
