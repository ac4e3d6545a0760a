from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from courses.actions import finish_lesson, open_lesson
from courses.models import LessonProgress
from tests.factories import CohortFactory, CourseVersionFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db


def opened(seat, **fields):
    given = {"module_code": "welcome", "page_id": 7, "page_title": "Welcome", "revision_id": 3}
    return open_lesson(enrolment=seat, **(given | fields))


def test_opening_a_lesson_notes_the_page_and_revision_that_was_shown():
    progress = opened(EnrolmentFactory())
    assert (progress.page_id, progress.page_title, progress.revision_id) == (7, "Welcome", 3)
    assert progress.read_at is None


def test_opening_again_keeps_the_first_time(clock):
    seat = EnrolmentFactory()
    first = opened(seat)
    clock.forward(hours=1)
    again = opened(seat, revision_id=4)
    assert (again.pk, again.opened_at, again.revision_id) == (first.pk, first.opened_at, 3)


def test_the_module_is_the_one_of_the_seats_own_version():
    old = CourseVersionFactory()
    CourseVersionFactory(course=old.course, number=2)
    seat = EnrolmentFactory(cohort=CohortFactory(version=old))
    assert opened(seat).module.version == old


def test_a_lesson_of_another_course_is_refused():
    with pytest.raises(ValidationError, match="not part of your course"):
        opened(EnrolmentFactory(), module_code="elsewhere")


def test_finishing_counts_the_first_time_only(clock):
    seat = EnrolmentFactory()
    opened(seat)
    clock.set(datetime(2026, 12, 1, tzinfo=UTC))
    first = finish_lesson(enrolment=seat, page_id=7).read_at
    clock.forward(days=1)
    assert finish_lesson(enrolment=seat, page_id=7).read_at == first
    assert LessonProgress.objects.count() == 1


def test_a_lesson_that_was_never_opened_cannot_be_finished():
    with pytest.raises(ValidationError, match="Open the lesson first"):
        finish_lesson(enrolment=EnrolmentFactory(), page_id=7)
