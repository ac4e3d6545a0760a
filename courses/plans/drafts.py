"""Which cohorts that are being planned cannot be published yet, for a list of them: how much there
is to settle in each. A plan's own page says what."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import Q

from courses.models import Booking, Cohort, CohortState
from courses.planning import (
    Plan,
    PlanError,
    PlannedSession,
    clashes,
    gaps,
    plan_from_json,
    teaching_day,
)
from courses.staffing.rule import Held, staffing_problems
from lms.accounts.models import User

# A place or a person, and when it is taken.
Taken = Mapping[tuple[str, int], Sequence[tuple[datetime, datetime]]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A cohort that is being planned. `clashes` is how many of its sessions are at the same time as
    another one of it, or as what its place or teachers are booked for; `gaps` how many of its
    modules have no session, one that is too short, or one that may not be taught as staffed."""

    cohort: Cohort
    clashes: int
    gaps: int


def drafts_to_settle(reader: User, held: Mapping[int, Sequence[Held]]) -> list[Draft]:
    """Those of the reader's drafts with a clash or a gap, by their first day; `held` holds
    everybody's qualifications. Three queries."""
    cohorts = (
        Cohort.objects.manageable_by(reader)
        .filter(state=CohortState.DRAFT, plan__isnull=False)
        .select_related("plan", "agency", "version__course")
        .prefetch_related("version__modules")
        .order_by("starts_on", "code")
    )
    plans = {cohort: plan for cohort in cohorts if (plan := _plan(cohort)) is not None}
    taken = _taken([one for plan in plans.values() for one in plan.sessions])
    drafts = (
        Draft(cohort, len(_clashing(plan, taken)), len(_lacking(cohort, plan, held)))
        for cohort, plan in plans.items()
    )
    return [one for one in drafts if one.clashes or one.gaps]


def _plan(cohort: Cohort) -> Plan | None:
    try:
        return plan_from_json(cohort.plan.document)
    except PlanError:
        return None


def _taken(sessions: Sequence[PlannedSession]) -> Taken:
    taken: dict[tuple[str, int], list[tuple[datetime, datetime]]] = defaultdict(list)
    if not sessions:
        return taken
    people = {who.person for one in sessions for who in one.teachers}
    venues = {one.venue for one in sessions}
    rows = Booking.objects.filter(
        Q(venue__in=venues, venue__shared=False) | Q(person__in=people),
        starts_at__lt=max(one.ends_at for one in sessions),
        ends_at__gt=min(one.starts_at for one in sessions),
    ).order_by()
    for venue, person, *times in rows.values_list("venue", "person", "starts_at", "ends_at"):
        key = ("venue", venue) if person is None else ("person", person)
        taken[key].append((times[0], times[1]))
    return taken


def _clashing(plan: Plan, taken: Taken) -> set[str]:
    elsewhere = {
        one.module
        for one in plan.sessions
        if any(
            one.starts_at < ends_at and one.ends_at > starts_at
            for starts_at, ends_at in _times(one, taken)
        )
    }
    return elsewhere | {problem.module for problem in clashes(plan)}


def _times(session: PlannedSession, taken: Taken) -> Iterable[tuple[datetime, datetime]]:
    needed = [("venue", session.venue), *(("person", who.person) for who in session.teachers)]
    return chain.from_iterable(taken.get(one, ()) for one in needed)


def _lacking(cohort: Cohort, plan: Plan, held: Mapping[int, Sequence[Held]]) -> set[str]:
    modules = list(cohort.version.modules.all())
    needed = {module.code: module.staffing for module in modules}
    unstaffed = {
        one.module
        for one in plan.sessions
        if staffing_problems(
            needed.get(one.module, ()),
            one.teachers,
            held,
            cohort.version.course.code,
            teaching_day(one.starts_at, plan.hours, cohort.zone),
        )
    }
    return unstaffed | {problem.module for problem in gaps(plan, modules)}
