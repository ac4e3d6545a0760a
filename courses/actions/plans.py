"""Working on a cohort's plan, publishing it, and calling it off."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.actions.bookings import book_cohort
from courses.actions.cohorts import lock_cohort, move_cohort
from courses.actions.guests import call_off_make_ups
from courses.actions.sessions import write_sessions
from courses.actions.telling import tell_cancelled, tell_schedule
from courses.actions.turns import in_turn
from courses.models import (
    Booking,
    Cohort,
    CohortState,
    SchedulePlan,
    ScheduleVersion,
    Venue,
)
from courses.planning import (
    Plan,
    PlanError,
    difference,
    plan_from_json,
    plan_to_json,
    shifted,
    teaching_days,
)
from courses.plans.problems import problems_of, sessions_to_settle
from courses.plans.schedules import WorkingPlan, bare, published_plan, working_plan
from courses.plans.words import plan_refusal
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User

PLANNABLE = (CohortState.DRAFT, CohortState.SCHEDULED)


@in_turn
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


@in_turn
def shift_plan(*, cohort: Cohort, by: User | None, revision: int, days: int) -> SchedulePlan:
    """Moves the whole plan by so many days, at the same wall times. Raises ValidationError."""
    locked = lock_cohort(cohort, PLANNABLE)
    working = working_plan(locked)
    # Here a form sent twice would shift twice.
    _refuse_stale(working, revision)
    try:
        plan = shifted(working.plan, days, locked.zone)
    except PlanError as error:
        raise plan_refusal(error) from error
    return change_plan(cohort=locked, by=by, revision=revision, plan=plan)


@in_turn
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
        raise plan_refusal(PlanError("nothing_to_plan"))
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


@in_turn
def cancel_cohort(*, cohort: Cohort, by: User | None, reason: str) -> Cohort:
    """Calls a cohort off, for good: everybody who sits in it, waits for it or teaches it is told,
    and what it had booked is free again. Its records stay. One that nobody was told of needs no
    reason. Raises ValidationError (reason_missing, wrong_state)."""
    reason = reason.strip()
    locked = lock_cohort(cohort, PLANNABLE)
    was_published = locked.state == CohortState.SCHEDULED
    if was_published and not reason:
        raise ValidationError({"reason": _("Say why it is called off.")}, code="reason_missing")
    call_off_make_ups(by=by, session__cohort=locked)
    detail = {"reason": reason}
    move_cohort(locked, CohortState.CANCELLED, by, "cohort.cancelled", detail, reason=reason)
    if was_published:
        tell_cancelled(locked)
    Booking.objects.filter(session__cohort=locked, ends_at__gt=now()).delete()
    return locked


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
        raise plan_refusal(error) from error
    codes = [one.module for one in plan.sessions] + [one.module for one in plan.online]
    known = {module.code for module in cohort.version.modules.all()}
    for code in codes:
        if code not in known:
            raise plan_refusal(PlanError("unknown_module", module=code))
        if codes.count(code) > 1:
            raise plan_refusal(PlanError("module_twice", module=code))
    venues = {one.venue for one in plan.sessions}
    if Venue.objects.filter(pk__in=venues).count() != len(venues):
        raise plan_refusal(PlanError("unknown_place"))
    people = {who.person for one in plan.sessions for who in one.teachers}
    if User.objects.filter(pk__in=people).count() != len(people):
        raise plan_refusal(PlanError("unknown_person"))


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
