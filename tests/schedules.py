"""Published schedules, written straight into the tables: without plan, staffing rule or bookings."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from courses.actions.cohorts import cohort_code, write_cohort
from courses.models import Cohort, CohortState, Module, SessionInstructor, TrainingSession
from courses.planning import PlannedSession, days_needed, lay_out_plan, working_days
from courses.staffing.qualifications import credential_of
from lms.accounts.models import User


def write_schedule(
    *,
    starts_on: date,
    days: Sequence[date] | None = None,
    code: str | None = None,
    officer: User | None = None,
    clinician: User | None = None,
    **fields: Any,
) -> Cohort:
    """A scheduled cohort with its sessions, from 08:00 on working days or the days given, taught by
    these two wherever a module asks for their part."""
    version, agency, venue = fields["version"], fields["agency"], fields["venue"]
    modules = list(version.modules.all())
    taught = [module for module in modules if module.day is not None and module.minutes]
    cohort = write_cohort(
        None,
        "cohort.scheduled",
        CohortState.SCHEDULED,
        code=cohort_code(version, starts_on, code),
        starts_on=starts_on,
        **fields,
    )
    if taught:
        given = {"officer": officer, "clinician": clinician}
        plan = lay_out_plan(
            taught,
            days or working_days(starts_on, days_needed(taught)),
            agency.time_zone,
            venue=venue.pk,
            teachers={part: person.pk for part, person in given.items() if person},
        )
        people = {person.pk: person for person in given.values() if person}
        _write(cohort, plan.sessions, {module.code: module for module in taught}, people)
    return cohort


def _write(
    cohort: Cohort,
    planned: Sequence[PlannedSession],
    modules: dict[str, Module],
    people: dict[int, User],
) -> None:
    sessions = TrainingSession.objects.bulk_create(
        TrainingSession(
            cohort=cohort,
            module=modules[one.module],
            venue_id=one.venue,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in planned
    )
    course = cohort.version.course.code
    credentials = {
        pk: credential_of(person, "", course, cohort.starts_on)[1] for pk, person in people.items()
    }
    SessionInstructor.objects.bulk_create(
        SessionInstructor(
            session=session,
            person_id=who.person,
            part=who.part,
            credential=credentials[who.person],
        )
        for session, one in zip(sessions, planned, strict=True)
        for who in one.teachers
    )
