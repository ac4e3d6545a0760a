"""Drafts and published cohorts as a planner makes them: staffed by people who may teach."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from courses.actions import plan_cohort, publish_schedule
from courses.models import Cohort, ScheduleVersion, TrainingSession
from courses.planning import Plan
from courses.plans.schedules import working_plan
from lms.accounts.models import User
from tests.factories import (
    AgencyFactory,
    CourseVersionFactory,
    QualificationFactory,
    UserFactory,
    VenueFactory,
)

MONDAY = date(2026, 11, 30)


def teacher(part: str = "officer", **fields: Any) -> User:
    """Somebody who may lead in a part of every course."""
    person = UserFactory.create(**fields)
    QualificationFactory.create(person=person, part=part)
    return person


def draft(**fields: Any) -> Cohort:
    """Two modules of an hour from 08:00 on Monday 30 November 2026 and the day after, in a place of
    their own, by two people of their own."""
    given = {"by": None, "capacity": 28} | fields
    if "days" not in given:
        given.setdefault("starts_on", MONDAY)
    if "version" not in given:
        given["version"] = CourseVersionFactory.create()
    if "agency" not in given:
        given["agency"] = AgencyFactory.create()
    if "venue" not in given:
        given["venue"] = VenueFactory.create()
    if "teachers" not in given:
        given["teachers"] = {part: teacher(part) for part in ("officer", "clinician")}
    return plan_cohort(**given)


def publish(cohort: Cohort, by: User | None = None) -> ScheduleVersion:
    """Publishes the plan as it stands."""
    return publish_schedule(cohort=cohort, by=by, revision=working_plan(cohort).revision)


def published(**fields: Any) -> Cohort:
    cohort = draft(**fields)
    publish(cohort)
    cohort.refresh_from_db()
    return cohort


def plan(cohort: Cohort) -> Plan:
    return working_plan(cohort).plan


def held(cohort: Cohort, module: str = "welcome") -> TrainingSession:
    return cohort.sessions.get(module__code=module)


def moment(day: date, wall: str, zone: str = "America/New_York") -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), tzinfo=ZoneInfo(zone))
