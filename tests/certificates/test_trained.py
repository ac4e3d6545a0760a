from datetime import date

import pytest

from certificates.models import Revocation
from certificates.trained import trained_by_year
from tests.access.world import certificate_for
from tests.factories import (
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return CourseVersionFactory.create()


def certified(version, year, user=None, code="one"):
    cohort = CohortFactory.create(version=version, starts_on=date(year, 3, 4))
    seat = EnrolmentFactory.create(cohort=cohort, **({"user": user} if user else {}))
    return certificate_for(seat, code)


def test_people_count_once_a_year_and_again_in_another(version):
    person = UserFactory.create()
    for number, year in enumerate((2025, 2025, 2026)):
        certified(version, year, person, f"code {number}")
    certified(version, 2026, code="another")
    assert trained_by_year([version.course.code]) == {2025: 1, 2026: 2}


def test_a_revoked_certificate_and_another_course_do_not_count(version):
    taken_back = certified(version, 2025)
    Revocation.objects.create(certificate=taken_back, by=UserFactory.create(), reason="Error")
    certified(CourseVersionFactory.create(), 2025, code="elsewhere")
    assert trained_by_year([version.course.code]) == {}


def test_a_study_without_courses_has_trained_nobody():
    assert trained_by_year([]) == {}
