"""Planning cohorts: a plan is worked on until it is published, and again until it is over."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.actions.bookings import book_cohort
from courses.actions.cohorts import cohort_code, lock_cohort, move_cohort, write_cohort
from courses.actions.guests import call_off_make_ups
from courses.actions.sessions import write_sessions
from courses.actions.telling import tell_cancelled, tell_schedule
from courses.models import (
    Booking,
    Cohort,
    CohortState,
    CourseVersion,
    Quota,
    SchedulePlan,
    ScheduleVersion,
    Venue,
)
from courses.plan_problems import problems_of, sessions_to_settle
from courses.plan_words import plan_error_sentence
from courses.planning import (
    USUAL_HOURS,
    Hours,
    Plan,
    PlanError,
    days_like,
    days_needed,
    difference,
    holidays_from,
    lay_out_plan,
    plan_from_json,
    plan_to_json,
    redated,
    shifted,
    teaching_days,
    working_days,
)
from courses.plans import WorkingPlan, bare, published_plan, working_plan
from lms.accounts.audit import record
from lms.accounts.clock import now, today
from lms.accounts.models import Agency, User

PLANNABLE = (CohortState.DRAFT, CohortState.SCHEDULED)


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
        raise refusal(error) from error
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
        raise refusal(error) from error
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


@transaction.atomic
def change_plan(*, cohort: Cohort, by: User | None, revision: int, plan: Plan) -> SchedulePlan:
    """Puts this plan in place of the one that was looked at, `revision`. Raises ValidationError:
    stale, where somebody else has changed it since; unknown_module, module_twice, unknown_place,
    unknown_person; wrong_state for a cohort that is closed or cancelled."""
    locked = lock_cohort(cohort, PLANNABLE)
    working = working_plan(locked)
    plan = bare(plan)
    # A form sent twice has nothing left to change.
    if plan != working.plan:
        _refuse_stale(working, revision)
        _refuse_unfit(plan, locked)
    elif working.revision:
        return locked.plan
    return _save(locked, plan, working.revision + 1, by)


@transaction.atomic
def shift_plan(*, cohort: Cohort, by: User | None, revision: int, days: int) -> SchedulePlan:
    """Moves the whole plan by so many days, at the same wall times. Raises ValidationError."""
    locked = lock_cohort(cohort, PLANNABLE)
    working = working_plan(locked)
    # Here a form sent twice would shift twice.
    _refuse_stale(working, revision)
    try:
        plan = shifted(working.plan, days, locked.zone)
    except PlanError as error:
        raise refusal(error) from error
    return change_plan(cohort=locked, by=by, revision=revision, plan=plan)


@transaction.atomic
def publish_schedule(*, cohort: Cohort, by: User | None, revision: int) -> ScheduleVersion:
    """Makes the plan that was looked at the cohort's schedule: writes its sessions, in place, so
    that their ids and records stay, books places and people, freezes it as a version with names
    and credentials, and tells whom it concerns. The first time the cohort is scheduled by it.

    Where there is nothing to publish, as when the form is sent twice, returns the version there is.
    Raises ValidationError: stale; problems, while there is a clash or a gap; overlap, where others
    have just booked what it needs; wrong_state. Survey windows are made by who calls.
    """
    locked = lock_cohort(cohort, PLANNABLE)
    working = working_plan(locked)
    _refuse_stale(working, revision)
    if not working.plan.sessions:
        raise refusal(PlanError("nothing_to_plan"))
    before = published_plan(locked)
    newest = locked.schedule_versions.order_by("number").last()
    is_first = locked.state == CohortState.DRAFT
    if newest and not is_first and difference(before, working.plan).is_empty:
        return newest
    _refuse_problems(locked, working.plan)
    to_book = {one.module for one in sessions_to_settle(working.plan, before)}
    write_sessions(cohort=locked, plan=working.plan)
    book_cohort(locked, locked.sessions.filter(module__code__in=to_book))
    version = _freeze(locked, working.plan, newest.number + 1 if newest else 1, by)
    if is_first:
        move_cohort(locked, CohortState.SCHEDULED, by, "cohort.scheduled")
    _keep_first_day(locked, working.plan)
    record(action="schedule.published", by=by, about=locked, detail={"version": version.number})
    tell_schedule(version, difference(before, plan_from_json(version.document)))
    return version


@transaction.atomic
def cancel_cohort(*, cohort: Cohort, by: User | None, reason: str) -> Cohort:
    """Calls a cohort off, for good: everybody who sits in it, waits for it or teaches it is told,
    and what it had booked is free again. Its records stay. Raises ValidationError (reason_missing,
    wrong_state)."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why it is called off.")}, code="reason_missing")
    locked = lock_cohort(cohort, PLANNABLE)
    was_published = locked.state == CohortState.SCHEDULED
    call_off_make_ups(by=by, session__cohort=locked)
    move_cohort(locked, CohortState.CANCELLED, by, "cohort.cancelled", {"reason": reason})
    if was_published:
        tell_cancelled(locked)
    Booking.objects.filter(session__cohort=locked, ends_at__gt=now()).delete()
    return locked


def refusal(error: PlanError) -> ValidationError:
    """The same for a form, in words."""
    return ValidationError(plan_error_sentence(error), code=error.code)


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


def _save(cohort: Cohort, plan: Plan, revision: int, by: User | None) -> SchedulePlan:
    row, _new = SchedulePlan.objects.update_or_create(
        cohort=cohort,
        defaults={
            "document": plan_to_json(plan),
            "revision": revision,
            "changed_at": now(),
            "changed_by": by,
        },
    )
    if cohort.state == CohortState.DRAFT:
        _keep_first_day(cohort, plan)
    return row


def _keep_first_day(cohort: Cohort, plan: Plan) -> None:
    days = teaching_days(plan, cohort.zone)
    if days and days[0] != cohort.starts_on:
        cohort.starts_on = days[0]
        cohort.save(update_fields=["starts_on"])


def _freeze(cohort: Cohort, plan: Plan, number: int, by: User | None) -> ScheduleVersion:
    frozen = replace(published_plan(cohort), hours=plan.hours)
    return ScheduleVersion.objects.create(
        cohort=cohort, number=number, document=plan_to_json(frozen), published_by=by
    )


def _refuse_stale(working: WorkingPlan, revision: int) -> None:
    if working.revision != revision:
        raise ValidationError(
            _("Somebody has changed this plan since you opened it. Look at it again."), code="stale"
        )


def _refuse_unfit(plan: Plan, cohort: Cohort) -> None:
    """What no form of ours sends, but what might stand in one that is changed on its way."""
    try:
        teaching_days(plan, cohort.zone)
    except PlanError as error:
        raise refusal(error) from error
    codes = [one.module for one in plan.sessions] + [one.module for one in plan.online]
    known = {module.code for module in cohort.version.modules.all()}
    for code in codes:
        if code not in known:
            raise refusal(PlanError("unknown_module", module=code))
        if codes.count(code) > 1:
            raise refusal(PlanError("module_twice", module=code))
    venues = {one.venue for one in plan.sessions}
    if Venue.objects.filter(pk__in=venues).count() != len(venues):
        raise refusal(PlanError("unknown_place"))
    people = {who.person for one in plan.sessions for who in one.teachers}
    if User.objects.filter(pk__in=people).count() != len(people):
        raise refusal(PlanError("unknown_person"))


def _refuse_problems(cohort: Cohort, plan: Plan) -> None:
    held_back = [one for one in problems_of(cohort, plan) if one.kind != "warning"]
    if held_back:
        raise ValidationError(
            ngettext(
                "One thing has to be settled before this plan can be published.",
                "%(count)s things have to be settled before this plan can be published.",
                len(held_back),
            ),
            code="problems",
            params={"count": len(held_back)},
        )
