"""What the ids and codes of a plan stand for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import Cohort, Module, Part, Venue
from courses.planning import Plan, PlannedSession, Problem, Teacher
from courses.words.codes import time_span
from lms.accounts.models import User


@dataclass(frozen=True, slots=True)
class Names:
    """The modules of a cohort's course by code, the places and people of some plans by id, and the
    zone that their times are said in."""

    modules: Mapping[str, Module]
    venues: Mapping[int, Venue]
    people: Mapping[int, User]
    zone: ZoneInfo

    def module(self, code: str) -> str:
        return self.modules[code].title if code in self.modules else code

    def place(self, session: PlannedSession) -> str:
        """As frozen, else as it is called today."""
        found = self.venues.get(session.venue)
        return session.place or (found.name if found else _("a place that is gone"))

    def person(self, teacher: Teacher) -> str:
        return teacher.name or self.person_by_id(teacher.person)

    def person_by_id(self, pk: object) -> str:
        found = self.people.get(pk) if isinstance(pk, int) else None
        return found.get_full_name() if found else _("somebody whose account is gone")

    def full_names(self) -> dict[int, str]:
        return {pk: person.get_full_name() for pk, person in self.people.items()}

    def part(self, code: str) -> str:
        return str(Part(code).label) if code in Part.values else code

    def day(self, session: PlannedSession) -> str:
        return date_format(session.starts_at.astimezone(self.zone), "l, M j")

    def when(self, session: PlannedSession) -> str:
        """ "Monday, Dec 7, 8 a.m. to 9:30 a.m."."""
        return f"{self.day(session)}, {time_span(session.starts_at, session.ends_at, self.zone)}"


def names_of(cohort: Cohort, *plans: Plan, problems: Iterable[Problem] = ()) -> Names:
    """Three queries, however many plans and problems of them."""
    sessions = [one for plan in plans for one in plan.sessions]
    people = {who.person for one in sessions for who in one.teachers}
    people |= {pk for one in problems if isinstance(pk := one.values.get("person"), int)}
    return Names(
        modules={one.code: one for one in cohort.version.modules.all()},
        venues=Venue.objects.in_bulk({one.venue for one in sessions}),
        people=User.objects.select_related("agency").in_bulk(people),
        zone=ZoneInfo(cohort.zone),
    )
