"""Reads the schedules of cohorts: as published last, and as they are being worked on."""

from dataclasses import dataclass, replace

from courses.models import Cohort, SchedulePlan, ScheduleVersion, TrainingSession
from courses.planning import (
    Difference,
    Hours,
    OnlinePart,
    Plan,
    PlannedSession,
    Teacher,
    difference,
    plan_from_json,
)


@dataclass(frozen=True, slots=True)
class WorkingPlan:
    """A cohort's schedule as it is being worked on, and the revision that whoever changes it says
    they looked at: 0 for a cohort that was scheduled before there were plans."""

    plan: Plan
    revision: int


def published_plan(cohort: Cohort) -> Plan:
    """What a cohort's sessions say now, with the names and credentials kept with them; empty where
    nothing was published. Four queries."""
    newest = cohort.schedule_versions.order_by("number").last()
    hours = plan_from_json(newest.document).hours if newest else Hours()
    sessions = (
        cohort.sessions.select_related("module", "venue")
        .prefetch_related("instructors")
        .order_by("starts_at", "module__code")
    )
    parts = cohort.online_parts.select_related("module").order_by("module__position")
    online = tuple(OnlinePart(part.module.code, part.due_on) for part in parts)
    return Plan(tuple(_as_planned(session) for session in sessions), online, hours)


def working_plan(cohort: Cohort, taught: Plan | None = None) -> WorkingPlan:
    """The plan that is worked on; of a cohort that has none, what its sessions say: `taught`, for
    who has read it."""
    row = SchedulePlan.objects.filter(cohort=cohort).first()
    if row is not None:
        return WorkingPlan(plan_from_json(row.document), row.revision)
    return WorkingPlan(bare(published_plan(cohort) if taught is None else taught), 0)


def bare(plan: Plan) -> Plan:
    """Without names and credentials, as plans are worked on."""
    return replace(plan, sessions=tuple(_bare(one) for one in plan.sessions))


def pending(cohort: Cohort) -> Difference:
    """What publishing the working plan would change."""
    return difference(published_plan(cohort), working_plan(cohort).plan)


def has_changes(cohort: Cohort) -> bool:
    """Whether a published cohort's plan was changed since. Two queries."""
    row = SchedulePlan.objects.filter(cohort=cohort).first()
    newest = cohort.schedule_versions.order_by("number").last()
    if row is None or newest is None:
        return False
    before, after = (plan_from_json(one.document) for one in (newest, row))
    return not difference(before, after).is_empty


def steps(cohort: Cohort) -> list[tuple[ScheduleVersion, Difference]]:
    """The published versions, newest first, each with what it changed in the one before."""
    found = []
    before: Plan | None = None
    for version in cohort.schedule_versions.select_related("published_by").order_by("number"):
        plan = plan_from_json(version.document)
        found.append((version, difference(before, plan)))
        before = plan
    return found[::-1]


def _as_planned(session: TrainingSession) -> PlannedSession:
    held = sorted(session.instructors.all(), key=lambda one: one.pk)
    return PlannedSession(
        module=session.module.code,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        venue=session.venue_id,
        place=session.venue.name,
        teachers=tuple(
            Teacher(one.part, one.person_id, one.credential.get("name", ""), one.credential)
            for one in held
        ),
    )


def _bare(session: PlannedSession) -> PlannedSession:
    teachers = tuple(Teacher(one.part, one.person) for one in session.teachers)
    return replace(session, place="", teachers=teachers)
