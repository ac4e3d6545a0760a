"""Which courses somebody has behind them, and which a course asks for first.

A course counts once all its credited minutes are earned, for as long as its version says that this
stands. Certificates are kept above and are not asked: who has the minutes but no certificate is
known to the training office, which decides about every request itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from courses.hours.validity import last_valid_day
from courses.models import CohortState, Course, CourseVersion, Enrolment
from courses.presence.ledgers import ledgers_for
from lms.accounts.clock import today
from lms.accounts.models import User


def missing_prerequisites(version: CourseVersion, user: User) -> list[Course]:
    """The courses that somebody still lacks before this one."""
    return missing_for_each(version, [user.pk])[user.pk]


def missing_for_each(version: CourseVersion, people: Collection[int]) -> dict[int, list[Course]]:
    """The same for several people, by their ids, in a fixed number of queries."""
    needed = list(Course.objects.filter(code__in=version.prerequisites).order_by("position", "pk"))
    if not needed or not people:
        return {person: [] for person in people}
    held = _standing(needed, people)
    return {
        person: [course for course in needed if course.pk not in held[person]] for person in people
    }


def _standing(courses: Iterable[Course], people: Collection[int]) -> dict[int, set[int]]:
    seats = list(
        Enrolment.objects.seated()
        .filter(user__in=people, cohort__version__course__in=courses)
        .exclude(cohort__state=CohortState.CANCELLED)
        .select_related("cohort__version", "cohort__agency")
        .prefetch_related("cohort__sessions")
    )
    ledgers = ledgers_for(seats)
    held: dict[int, set[int]] = defaultdict(set)
    for seat in seats:
        if ledgers[seat.pk].is_complete and _stands(seat):
            held[seat.user_id].add(seat.cohort.version.course_id)
    return held


def _stands(seat: Enrolment) -> bool:
    last = last_valid_day(seat.cohort.ends_on, seat.cohort.version.validity_months)
    return last is None or today(seat.cohort.zone) <= last
