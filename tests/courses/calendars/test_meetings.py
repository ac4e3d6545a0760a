from datetime import date

import pytest

from courses.actions.telling import tell_schedule
from courses.calendars.days import Role
from courses.calendars.meetings import meetings_of
from courses.models import CalendarEntry
from tests.factories import EnrolmentFactory
from tests.planning import held, moment, published

pytestmark = pytest.mark.django_db


def test_who_sits_in_a_cohort_does_not_attend_what_they_teach_in_it(clock):
    clock.set(moment(date(2026, 11, 1), "08:00"))
    cohort = published()
    teacher = held(cohort).instructors.get(part="officer").person
    held(cohort, "farewell").instructors.filter(part="officer").delete()
    EnrolmentFactory(cohort=cohort, user=teacher)
    tell_schedule(cohort.schedule_versions.get())
    found = meetings_of([teacher.pk], since=clock.at, cohort=cohort)[teacher.pk]
    assert {(one.key, one.role) for one in found} == {
        (str(held(cohort).uuid), Role.TEACHES),
        (str(held(cohort, "farewell").uuid), Role.ATTENDS),
    }
    entries = CalendarEntry.objects.standing().filter(person=teacher)
    assert sorted(one.told["role"] for one in entries) == ["attends", "teaches"]
