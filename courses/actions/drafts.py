"""Beginning to plan a cohort: from nothing, or as another one was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions.cohorts import cohort_code, write_cohort
from courses.models import Cohort, CohortState, CourseVersion, Quota, SchedulePlan, Venue
from courses.planning import (
    USUAL_HOURS,
    Hours,
    Plan,
    PlanError,
    days_like,
    days_needed,
    holidays_from,
    lay_out_plan,
    plan_to_json,
    redated,
    teaching_days,
    working_days,
)
from courses.plans.schedules import working_plan
from courses.plans.words import plan_refusal
from lms.accounts.clock import today
from lms.accounts.models import Agency, User


@transaction.atomic
def plan_cohort(
    *,
    by: User | None,
    version: CourseVersion,
    agency: Agency,
    venue: Venue,
    capacity: int,
    days: Sequence[date] | None = None,
    starts_on: date | None = None,
    holidays: Collection[date] = (),
    hours: Hours = USUAL_HOURS,
    teachers: Mapping[str, User] | None = None,
    due: Mapping[str, date] | None = None,
    code: str | None = None,
) -> Cohort:
    """Begins to plan a run of a course version, in the agency's zone: a draft whose plan has each
    module on its day. The days are given, one for each teaching day, or follow from the first one,
    Monday to Friday but for legal and other `holidays`. `teachers` fill the parts that they are
    named for wherever a module needs them; `due` holds days for modules at one's own pace. Raises
    ValidationError."""
    # One at a time for each version, so that two cohorts never choose the same code.
    CourseVersion.objects.select_for_update().get(pk=version.pk)
    modules = list(version.modules.all())
    try:
        if days is None:
            first = starts_on or today(agency.time_zone)
            closed = {*holidays, *holidays_from(first)}
            days = working_days(first, days_needed(modules), closed)
        plan = lay_out_plan(
            modules,
            days,
            agency.time_zone,
            venue=venue.pk,
            hours=hours,
            teachers={part: person.pk for part, person in (teachers or {}).items()},
            due=due,
        )
    except PlanError as error:
        raise plan_refusal(error) from error
    return _write_draft(
        by,
        plan,
        code=cohort_code(version, days[0], code),
        version=version,
        agency=agency,
        venue=venue,
        starts_on=days[0],
        capacity=capacity,
    )


@transaction.atomic
def copy_cohort(
    *,
    cohort: Cohort,
    starts_on: date,
    by: User | None,
    holidays: Collection[date] = (),
    code: str | None = None,
) -> Cohort:
    """Begins to plan another run like this one, from another day: the same wall times, places and
    people, with as many working days between its days; sign-up, seats and quotas too. Of the
    course's newest version, whose modules may differ: what it no longer has is left out. Raises
    ValidationError."""
    newest = cohort.version.course.current
    version = CourseVersion.objects.select_for_update().get(pk=newest.pk)
    plan = working_plan(cohort).plan
    old_days = teaching_days(plan, cohort.zone)
    if not old_days:
        raise ValidationError(_("This cohort has no plan to copy."), code="nothing_to_plan")
    try:
        closed = {*holidays, *holidays_from(starts_on)}
        days = days_like(old_days, starts_on, closed)
        plan = redated(plan, days, cohort.zone)
    except PlanError as error:
        raise plan_refusal(error) from error
    plan = _only(plan, version)
    copy = _write_draft(
        by,
        plan,
        code=cohort_code(version, starts_on, code),
        version=version,
        agency=cohort.agency,
        venue=cohort.venue,
        starts_on=starts_on,
        capacity=cohort.capacity,
        sign_up=cohort.sign_up,
        offer_hours=cohort.offer_hours,
    )
    Quota.objects.bulk_create(
        Quota(cohort=copy, agency_id=one.agency_id, sworn=one.sworn, most=one.most)
        for one in cohort.quotas.all()
    )
    return copy


def _write_draft(by: User | None, plan: Plan, **fields: Any) -> Cohort:
    cohort = write_cohort(by, "cohort.planned", CohortState.DRAFT, **fields)
    SchedulePlan.objects.create(cohort=cohort, document=plan_to_json(plan), changed_by=by)
    return cohort


def _only(plan: Plan, version: CourseVersion) -> Plan:
    """Without modules that this version does not have."""
    known = {module.code for module in version.modules.all()}
    return replace(
        plan,
        sessions=tuple(one for one in plan.sessions if one.module in known),
        online=tuple(one for one in plan.online if one.module in known),
    )
