"""Reads the qualifications that the staffing rule and the snapshots of a schedule rest on."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count

from courses.models import CohortState, Qualification, SessionInstructor
from courses.models.staffing import QualificationQuerySet
from courses.staffing.rule import Held, best
from lms.accounts.clock import now
from lms.accounts.models import User


def held_by(people: Iterable[User] | Iterable[int]) -> dict[int, list[Held]]:
    """What these people, or the people with these ids, hold and held, by their id, in one query.
    Whose account is closed or has no name, and who reads what learners answered, holds nothing."""
    return _held(Qualification.objects.filter(person__in=list(people)))


def held_by_anybody() -> dict[int, list[Held]]:
    """What everybody holds and held, by their id, in one query."""
    return _held(Qualification.objects.all())


def _held(rows: QualificationQuerySet) -> dict[int, list[Held]]:
    held: dict[int, list[Held]] = defaultdict(list)
    for one in rows.teaching().select_related("course"):
        held[one.person_id].append(as_held(one))
    return dict(held)


def as_held(one: Qualification) -> Held:
    """A qualification as the rule reads it."""
    return Held(
        qualification=one.pk,
        part=one.part,
        course=one.course.code if one.course else "",
        level=one.level,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        withdrawn=one.withdrawn_at is not None,
    )


def credential_of(
    person: User, part: str, course: str, day: date
) -> tuple[Qualification | None, dict[str, Any]]:
    """The qualification somebody teaches by in a part of a course on a day, if any stands, and what
    a session keeps of them: name, title and agency as they are now, and that qualification's words,
    level and dates (ISO, the last one None where it has no end)."""
    snapshot: dict[str, Any] = {
        "name": person.get_full_name(),
        "title": person.rank,
        "agency": person.agency.name if person.agency else "",
    }
    held = Qualification.objects.filter(person=person).teaching().select_related("course")
    rows = {one.pk: one for one in held}
    found = best([as_held(one) for one in rows.values()], part, course, day)
    if found is None:
        return None, snapshot
    return rows[found.qualification], snapshot | {
        "credential": rows[found.qualification].title,
        "level": found.level,
        "valid_from": found.valid_from.isoformat(),
        "valid_until": found.valid_until.isoformat() if found.valid_until else None,
    }


def times_taught(people: Iterable[User] | Iterable[int]) -> dict[int, Counter[tuple[str, str]]]:
    """How many sessions that are over each of these people was named for, by their id, by part and
    level as it was noted then; in one query."""
    over = (
        SessionInstructor.objects.filter(person__in=list(people), session__ends_at__lte=now())
        .exclude(session__cohort__state=CohortState.CANCELLED)
        .exclude(qualification=None)
        .order_by()
        .values_list("person", "part", "qualification__level")
        .annotate(n=Count("session", distinct=True))
    )
    counts: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for person, part, level, n in over:
        counts[person][part, level] = n
    return dict(counts)
