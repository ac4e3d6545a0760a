"""Who may teach a course, in which part, and when they are taken."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter

from django.db.models import Q

from courses.models import Booking, Cohort, Course, Qualification
from courses.planning import Plan, PlannedSession
from courses.staffing.qualifications import as_held
from courses.staffing.rule import OBSERVE, Held, best, fills
from lms.accounts.models import User


@dataclass(frozen=True, slots=True)
class Taken:
    """A time, half-open, in which a person or a place is taken, and the cohort by which; a person
    who learns there is taken all the same."""

    starts_at: datetime
    ends_at: datetime
    cohort: Cohort

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and self.ends_at > starts_at


@dataclass(frozen=True, slots=True)
class Faculty:
    """The people who hold, or will hold, a qualification for a course, and what they hold by the
    ids of their accounts."""

    course: str
    people: Mapping[int, User] = field(default_factory=dict)
    held: Mapping[int, list[Held]] = field(default_factory=dict)

    def qualified(self, part: str, day: date) -> list[tuple[User, Held]]:
        """Who may stand in a part on a day, by name: observers too, who fill none."""
        found = (
            (person, best(self.held[pk], part, self.course, day))
            for pk, person in self.people.items()
        )
        return [(person, one) for person, one in found if one is not None]

    def who_fills(self, part: str, day: date) -> list[User]:
        """Who may fill a part on a day, by name."""
        return [person for person, one in self.qualified(part, day) if fills(one)]


def faculty_of(course: Course) -> Faculty:
    """The faculty of a course, in one query."""
    rows = (
        Qualification.objects.teaching()
        .filter(Q(course=None) | Q(course=course), withdrawn_at=None)
        .select_related("person__agency", "course")
        .order_by("person__last_name", "person__first_name", "person")
    )
    people: dict[int, User] = {}
    held: dict[int, list[Held]] = defaultdict(list)
    for one in rows:
        people[one.person_id] = one.person
        held[one.person_id].append(as_held(one))
    return Faculty(course.code, people, held)


def fills_by_part() -> dict[str, list[User]]:
    """Everybody who may fill a part in some course, today or later, by part and name."""
    rows = (
        Qualification.objects.teaching()
        .filter(withdrawn_at=None)
        .exclude(level=OBSERVE)
        .select_related("person__agency")
        .order_by("person__last_name", "person__first_name", "person")
    )
    found: dict[str, dict[int, User]] = defaultdict(dict)
    for one in rows:
        found[one.part][one.person_id] = one.person
    return {part: list(people.values()) for part, people in found.items()}


def taken_elsewhere(
    people: Iterable[int], starts_at: datetime, ends_at: datetime, but: Cohort
) -> dict[int, list[Taken]]:
    """When these people are taken by other cohorts within a time, by their ids, in one query."""
    rows = (
        Booking.objects.filter(
            person__in=list(people), starts_at__lt=ends_at, ends_at__gt=starts_at
        )
        .exclude(session__cohort=but)
        .select_related("session__cohort")
        .order_by("starts_at")
    )
    found: dict[int, list[Taken]] = defaultdict(list)
    for one in rows:
        assert one.person_id is not None
        found[one.person_id].append(Taken(one.starts_at, one.ends_at, one.session.cohort))
    return found


def taken_within(plan: Plan, cohort: Cohort, but: str = "") -> dict[int, list[Taken]]:
    """When the people of a plan teach by it, by their ids; `but` leaves a module out."""
    found: dict[int, list[Taken]] = defaultdict(list)
    for session in plan.sessions:
        for who in session.teachers if session.module != but else ():
            found[who.person].append(Taken(session.starts_at, session.ends_at, cohort))
    return found


def who_is_free(
    people: Iterable[User], sessions: Iterable[PlannedSession], taken: Mapping[int, list[Taken]]
) -> Iterator[tuple[User, list[PlannedSession]]]:
    """Each person with those of the sessions that nothing else keeps them from."""
    held = sorted(sessions, key=attrgetter("starts_at"))
    for person in people:
        times = taken.get(person.pk, [])
        yield (
            person,
            [
                one
                for one in held
                if not any(it.overlaps(one.starts_at, one.ends_at) for it in times)
            ],
        )
