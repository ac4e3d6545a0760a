"""The sessions ahead that may not be taught as they are staffed, and who could fill their gaps."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from operator import attrgetter

from courses.models import Booking, Cohort, CohortState, Module, SchedulePlan, TrainingSession
from courses.models.cohort import CohortQuerySet
from courses.planning import Plan, Problem, Teacher, plan_from_json, teaching_day
from courses.staffing.qualifications import held_by_anybody
from courses.staffing.rule import LEAD, TWO_KEYS, UNFIT, Held, best, fills, staffing_problems
from lms.accounts.clock import now
from lms.accounts.models import User


@dataclass(frozen=True)
class Staffed:
    """A session ahead with those named for it: published, or in the plan of a cohort that is still
    being planned. Half-open, in UTC; `day` is the teaching day it counts as. `planned`: of one that
    is published, who is named for it in the plan that is worked on."""

    cohort: Cohort
    module: Module
    day: date
    starts_at: datetime
    ends_at: datetime
    teachers: Sequence[Teacher]
    planned: Sequence[Teacher] = ()

    @property
    def course(self) -> str:
        return self.cohort.version.course.code

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and self.ends_at > starts_at


@dataclass(frozen=True)
class Candidate:
    """Somebody who could fill a gap: in which part, on which rung."""

    person: User
    part: str
    level: str


@dataclass
class Gap:
    """A session with what is wrong with its staffing; `settled_in_plan` where the plan that is
    worked on, and not published yet, puts it right. `free` may fill it and are free then,
    `taken` may and are booked or named elsewhere at that time."""

    session: Staffed
    problems: list[Problem]
    settled_in_plan: bool = False
    free: list[Candidate] = field(default_factory=list)
    taken: list[Candidate] = field(default_factory=list)

    def unfit(self, part: str) -> object:
        """Who is named in a part without leave to teach it, by the id of their account."""
        found = (one.values for one in self.problems if one.code in UNFIT)
        return next((values["person"] for values in found if values["part"] == part), None)

    @property
    def parts(self) -> list[str]:
        """The parts in which somebody else would settle it."""
        return list(dict.fromkeys(part for one in self.problems for part in self._parts(one)))

    def _parts(self, problem: Problem) -> Sequence[str]:
        if "part" in problem.values:
            return [str(problem.values["part"])]
        return TWO_KEYS if problem.code == "same_person" else self.session.module.staffing


@dataclass(frozen=True)
class Ahead:
    """The sessions within some weeks, and the gaps among them: the cohort with the soonest one
    first."""

    sessions: list[Staffed]
    gaps: list[Gap]
    held: Mapping[int, Sequence[Held]]

    def by_part(self) -> Counter[str]:
        """How many sessions have a gap in each part."""
        return Counter(part for gap in self.gaps for part in gap.parts)

    def gaps_in(self, part: str) -> list[Gap]:
        """The gaps in a part; all of them for none."""
        return [gap for gap in self.gaps if not part or part in gap.parts]


def sessions_ahead(reader: User, *, weeks: int) -> Ahead:
    """What lies ahead in the cohorts that somebody sees. As many queries for many sessions as for
    few."""
    until = now() + timedelta(weeks=weeks)
    cohorts = Cohort.objects.visible_to(reader)
    sessions = [*_published(cohorts, until), *_planned(cohorts, until)]
    sessions.sort(key=attrgetter("starts_at"))
    held = held_by_anybody()
    gaps = [
        Gap(one, found, _is_settled(one, held))
        for one in sessions
        if (found := _problems(one, held))
    ]
    soonest: dict[int, datetime] = {}
    for gap in gaps:
        soonest.setdefault(gap.session.cohort.pk, gap.session.starts_at)
    gaps.sort(key=lambda gap: (soonest[gap.session.cohort.pk], gap.session.cohort.pk))
    return Ahead(sessions, gaps, held)


def _is_settled(session: Staffed, held: Mapping[int, Sequence[Held]]) -> bool:
    return bool(session.planned) and not _problems(replace(session, teachers=session.planned), held)


def _problems(session: Staffed, held: Mapping[int, Sequence[Held]]) -> list[Problem]:
    return staffing_problems(
        session.module.staffing,
        session.teachers,
        held,
        session.course,
        session.day,
        module=session.module.code,
    )


def _published(cohorts: CohortQuerySet, until: datetime) -> Iterator[Staffed]:
    sessions = (
        TrainingSession.objects.filter(
            cohort__in=cohorts.filter(state=CohortState.SCHEDULED),
            starts_at__gt=now(),
            starts_at__lt=until,
        )
        .select_related("module", "cohort__agency", "cohort__version__course", "cohort__plan")
        .prefetch_related("instructors")
    )
    plans: dict[int, Plan] = {}
    for one in sessions:
        if one.cohort_id not in plans:
            plans[one.cohort_id] = _plan(one.cohort)
        plan = plans[one.cohort_id]
        day = teaching_day(one.starts_at, plan.hours, one.cohort.zone)
        teachers = [
            Teacher(it.part, it.person_id, it.credential.get("name", ""))
            for it in one.instructors.all()
        ]
        times = one.starts_at, one.ends_at
        planned = _named(plan, one.module.code)
        yield Staffed(one.cohort, one.module, day, *times, teachers, planned)


def _plan(cohort: Cohort) -> Plan:
    """Its plan; an empty one of a cohort that was scheduled before there were plans."""
    plan: SchedulePlan | None = getattr(cohort, "plan", None)
    return plan_from_json(plan.document) if plan else Plan()


def _named(plan: Plan, module: str) -> Sequence[Teacher]:
    return next((one.teachers for one in plan.sessions if one.module == module), ())


def _planned(cohorts: CohortQuerySet, until: datetime) -> Iterator[Staffed]:
    drafts = (
        cohorts.filter(state=CohortState.DRAFT, plan__isnull=False)
        .select_related("plan", "agency", "version__course")
        .prefetch_related("version__modules")
    )
    for cohort in drafts:
        modules = {one.code: one for one in cohort.version.modules.all()}
        plan = plan_from_json(cohort.plan.document)
        for one in plan.sessions:
            if now() < one.starts_at < until and one.module in modules:
                day = teaching_day(one.starts_at, plan.hours, cohort.zone)
                module = modules[one.module]
                yield Staffed(cohort, module, day, one.starts_at, one.ends_at, one.teachers)


def suggest(gaps: Sequence[Gap], ahead: Ahead) -> None:
    """Notes for each gap who could fill it, those who lead first; in two queries."""
    fitting = [(gap, list(_fitting(gap, ahead.held))) for gap in gaps]
    people = User.objects.select_related("agency").in_bulk(
        {person for _gap, found in fitting for person, _part, _one in found}
    )
    taken = _taken(gaps, people, ahead.sessions)
    for gap, found in fitting:
        for person, part, one in sorted(found, key=lambda it: _order(people[it[0]], it[2])):
            busy = any(gap.session.overlaps(*times) for times in taken.get(person, ()))
            into = gap.taken if busy else gap.free
            into.append(Candidate(people[person], part, one.level))


def _fitting(gap: Gap, held: Mapping[int, Sequence[Held]]) -> Iterator[tuple[int, str, Held]]:
    """Who fills a part that is open, by that day's qualifications, and is not named there yet."""
    session = gap.session
    named = {who.person for who in session.teachers}
    lead_needed = any(one.code == "no_lead" for one in gap.problems)
    for person, theirs in held.items():
        for part in gap.parts if person not in named else ():
            one = best(theirs, part, session.course, session.day)
            if one is not None and fills(one) and (one.level == LEAD or not lead_needed):
                yield person, part, one


def _order(person: User, one: Held) -> tuple[bool, str, str]:
    return one.level != LEAD, person.last_name, person.first_name


def _taken(
    gaps: Sequence[Gap], people: Iterable[int], sessions: Iterable[Staffed]
) -> dict[int, list[tuple[datetime, datetime]]]:
    """When people are booked, to teach or to learn, or named in a plan that is not published."""
    taken: dict[int, list[tuple[datetime, datetime]]] = {}
    if not gaps:
        return taken
    first = min(gap.session.starts_at for gap in gaps)
    last = max(gap.session.ends_at for gap in gaps)
    booked = Booking.objects.filter(
        person__in=list(people), starts_at__lt=last, ends_at__gt=first
    ).values_list("person", "starts_at", "ends_at")
    planned = ((who.person, one.starts_at, one.ends_at) for one in sessions for who in one.teachers)
    for person, starts_at, ends_at in (*booked, *planned):
        taken.setdefault(person, []).append((starts_at, ends_at))
    return taken
