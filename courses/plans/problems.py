"""What keeps a plan from being published: in itself, beside what others have booked or plan, and in
who is to teach it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import Exists, OuterRef

from courses.models import (
    AttendanceEvent,
    Booking,
    CheckIn,
    Cohort,
    CohortState,
    MakeUp,
    Module,
    SchedulePlan,
    Venue,
)
from courses.planning import (
    Plan,
    PlanError,
    PlannedSession,
    Problem,
    clashes,
    difference,
    gaps,
    plan_from_json,
    teaching_day,
    warnings,
)
from courses.plans.schedules import published_plan, working_plan
from courses.staffing.qualifications import held_by
from courses.staffing.rule import staffing_problems
from lms.accounts.clock import now
from lms.accounts.models import User


def problems_of(
    cohort: Cohort, plan: Plan | None = None, taught: Plan | None = None
) -> list[Problem]:
    """What there is to settle before a cohort's working plan, or this one, can be published, in the
    order of its sessions. A fixed number of queries, four fewer for who has read what is `taught`.

    Besides the codes of `clashes`, `gaps`, `warnings` and `staffing_problems`: place_taken,
    teacher_taken and learner_taken (values: venue and place, or person and name; by, a cohort's
    code, and their_module, a title), learns_here (person, name), has_attendance and has_make_ups,
    all of which are clashes; place_wanted and teacher_wanted, warnings of other plans that are not
    published; in_the_past, a warning of a session put where it has begun already.

    Sessions that are over and stay as they are were settled when they were published.
    """
    plan = plan or working_plan(cohort).plan
    taught = published_plan(cohort) if taught is None else taught
    modules = list(cohort.version.modules.all())
    open_sessions = sessions_to_settle(plan, taught)
    learners = _learners(cohort)
    found = chain(
        clashes(plan),
        gaps(plan, modules),
        _held_fast(cohort, plan, taught),
        _taken(cohort, open_sessions, learners),
        _on_both_sides(open_sessions, learners),
        _wanted(cohort, open_sessions),
        _unstaffed(cohort, plan, open_sessions, modules),
        warnings(plan, modules, cohort.zone),
        _in_the_past(plan, taught),
    )
    place = {session.module: position for position, session in enumerate(plan.sessions)}
    return sorted(found, key=lambda one: place.get(one.module, -1))


def sessions_to_settle(plan: Plan, taught: Plan) -> list[PlannedSession]:
    """Those that are new or changed, and those that are not over."""
    changed = difference(taught, plan).modules
    return [one for one in plan.sessions if one.module in changed or one.ends_at > now()]


def _held_fast(cohort: Cohort, plan: Plan, taught: Plan) -> Iterator[Problem]:
    """Sessions whose records keep them at their time, and those who make something up there from
    being dropped."""
    change = difference(taught, plan)
    moved = {one.after.module for one in change.moved}
    removed = {one.module for one in change.removed}
    if not moved | removed:
        return
    here = {"session": OuterRef("pk")}
    rows = cohort.sessions.filter(module__code__in=moved | removed).annotate(
        recorded=Exists(AttendanceEvent.objects.filter(**here))
        | Exists(CheckIn.objects.filter(**here)),
        made_up=Exists(MakeUp.objects.filter(**here)),
    )
    for code, recorded, made_up in rows.values_list("module__code", "recorded", "made_up"):
        if recorded:
            yield Problem("has_attendance", "clash", code)
        elif made_up and code in removed:
            yield Problem("has_make_ups", "clash", code)


def _in_the_past(plan: Plan, taught: Plan) -> Iterator[Problem]:
    change = difference(taught, plan)
    for one in (*change.added, *(one.after for one in change.moved)):
        if one.starts_at <= now():
            yield Problem("in_the_past", "warning", one.module)


@dataclass(frozen=True, slots=True)
class _People:
    """Who has to be free besides those who teach: everybody who holds a seat, at all sessions that
    are not over, and guests at their own."""

    seated: frozenset[int]
    guests: frozenset[tuple[str, int]]

    def sit_in(self, session: PlannedSession, person: int) -> bool:
        return person in self.seated or (session.module, person) in self.guests

    def learn_in(self, session: PlannedSession, person: int) -> bool:
        return self.sit_in(session, person) and session.ends_at > now()

    @property
    def everybody(self) -> set[int]:
        return set(self.seated) | {person for _module, person in self.guests}


def _learners(cohort: Cohort) -> _People:
    guests = MakeUp.objects.standing().filter(session__cohort=cohort)
    return _People(
        frozenset(cohort.enrolments.holding().values_list("user", flat=True)),
        frozenset(guests.values_list("session__module__code", "enrolment__user")),
    )


def _on_both_sides(sessions: Sequence[PlannedSession], learners: _People) -> Iterator[Problem]:
    """Sessions taught by somebody who learns in them."""
    found = [
        (session.module, who.person)
        for session in sessions
        for who in session.teachers
        if learners.sit_in(session, who.person)
    ]
    names = User.objects.in_bulk({person for _module, person in found}) if found else {}
    for module, person in found:
        values: dict[str, object] = {"person": person, "name": str(names[person])}
        yield Problem("learns_here", "clash", module, values)


def _taken(
    cohort: Cohort, sessions: Sequence[PlannedSession], learners: _People
) -> Iterator[Problem]:
    """Places and people that others have booked. Of somebody who learns here, each other cohort is
    told once."""
    told: set[tuple[int, int]] = set()
    for booking, session in _meeting(_others(cohort, sessions, learners.everybody), sessions):
        by = booking.session.cohort
        person = booking.person_id
        if person is None:
            if booking.venue_id == session.venue:
                yield _is_taken("place_taken", booking, session)
        elif person in {one.person for one in session.teachers}:
            yield _is_taken("teacher_taken", booking, session)
        elif learners.learn_in(session, person) and (person, by.pk) not in told:
            told.add((person, by.pk))
            yield _is_taken("learner_taken", booking, session)


def _is_taken(code: str, booking: Booking, session: PlannedSession) -> Problem:
    values: dict[str, object] = {
        "by": booking.session.cohort.code,
        "their_module": booking.session.module.title,
    }
    if booking.venue:
        values |= {"venue": booking.venue_id, "place": booking.venue.name}
    else:
        values |= {"person": booking.person_id, "name": str(booking.person)}
    return Problem(code, "clash", session.module, values)


def _others(
    cohort: Cohort, sessions: Sequence[PlannedSession], learners: set[int]
) -> Iterable[Booking]:
    if not sessions:
        return []
    venues = {one.venue for one in sessions}
    teachers = {who.person for one in sessions for who in one.teachers}
    rows = Booking.objects.filter(
        starts_at__lt=max(one.ends_at for one in sessions),
        ends_at__gt=min(one.starts_at for one in sessions),
    ).exclude(session__cohort=cohort)
    related = ("venue", "person", "session__module", "session__cohort")
    rows = rows.select_related(*related).order_by("starts_at", "pk")
    return chain(
        rows.filter(venue__in=venues, venue__shared=False),
        rows.filter(person__in=teachers | learners),
    )


def _meeting(
    bookings: Iterable[Booking], sessions: Sequence[PlannedSession]
) -> Iterator[tuple[Booking, PlannedSession]]:
    for booking in bookings:
        for session in sessions:
            if _overlap(session, booking.starts_at, booking.ends_at):
                yield booking, session


def _overlap(session: PlannedSession, starts_at: datetime, ends_at: datetime) -> bool:
    return session.starts_at < ends_at and session.ends_at > starts_at


def _wanted(cohort: Cohort, sessions: Sequence[PlannedSession]) -> Iterator[Problem]:
    """Places and teachers that cohorts being planned want at the same time. Whoever publishes first
    gets them, so this only warns."""
    if not sessions:
        return
    rows = (
        SchedulePlan.objects.filter(
            cohort__state=CohortState.DRAFT,
            cohort__starts_on__lte=max(one.ends_at for one in sessions).date(),
        )
        .exclude(cohort=cohort)
        .select_related("cohort")
        .order_by("cohort__code")
    )
    found = [
        (row.cohort, mine, theirs)
        for row in rows
        for theirs in _sessions_in(row)
        for mine in sessions
        if _overlap(mine, theirs.starts_at, theirs.ends_at)
    ]
    names = _names(chain.from_iterable((mine, theirs) for _cohort, mine, theirs in found))
    for other, mine, theirs in found:
        by: dict[str, object] = {"by": other.code}
        place = names.venues.get(mine.venue)
        if mine.venue == theirs.venue and place and not place.shared:
            values = by | {"venue": mine.venue, "place": place.name}
            yield Problem("place_wanted", "warning", mine.module, values)
        both = {one.person for one in mine.teachers} & {one.person for one in theirs.teachers}
        for person in sorted(both):
            values = by | {"person": person, "name": names.people.get(person, "")}
            yield Problem("teacher_wanted", "warning", mine.module, values)


def _sessions_in(row: SchedulePlan) -> Sequence[PlannedSession]:
    try:
        return plan_from_json(row.document).sessions
    except PlanError:
        return ()


@dataclass(frozen=True, slots=True)
class _Names:
    venues: dict[int, Venue]
    people: dict[int, str]


def _names(sessions: Iterable[PlannedSession]) -> _Names:
    held = list(sessions)
    if not held:
        return _Names({}, {})
    people = User.objects.in_bulk({who.person for one in held for who in one.teachers})
    venues = Venue.objects.in_bulk({one.venue for one in held})
    return _Names(venues, {pk: str(person) for pk, person in people.items()})


def _unstaffed(
    cohort: Cohort, plan: Plan, sessions: Sequence[PlannedSession], modules: Sequence[Module]
) -> Iterator[Problem]:
    by_code = {module.code: module for module in modules}
    held = held_by({who.person for one in sessions for who in one.teachers})
    course = cohort.version.course.code
    for session in sessions:
        module = by_code.get(session.module)
        needed = module.staffing if module else ()
        day = teaching_day(session.starts_at, plan.hours, cohort.zone)
        yield from staffing_problems(needed, session.teachers, held, course, day, session.module)
