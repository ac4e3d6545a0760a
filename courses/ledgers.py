"""Reads the records that the minute ledger is worked out from."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Min, QuerySet, Sum
from django.db.models.functions import Least

from courses.ledger import Ledger, Mark, Unit, Why, ledger
from courses.models import (
    AttendanceEvent,
    Cohort,
    Delivery,
    Enrolment,
    EnrolmentState,
    LessonProgress,
)
from lms.accounts.clock import now

Marks = dict[int, dict[str, Mark]]


def ledgers_for(enrolments: Iterable[Enrolment]) -> dict[int, Ledger]:
    """The ledger of each seat, by its id, in five queries however many seats there are."""
    seats = list(enrolments)
    cohorts = {
        cohort.pk: cohort
        for cohort in Cohort.objects.filter(pk__in={seat.cohort_id for seat in seats})
        .select_related("version")
        .prefetch_related("version__modules", "sessions")
    }
    units = {pk: _units(cohort) for pk, cohort in cohorts.items()}
    marks = _marks([seat.pk for seat in seats])
    at = now()
    return {
        seat.pk: ledger(
            units[seat.cohort_id],
            marks[seat.pk],
            cohorts[seat.cohort_id].version.minutes_required,
            at,
            seated=seat.state == EnrolmentState.ENROLLED,
        )
        for seat in seats
    }


def minutes_credited_between(seats: QuerySet[Enrolment], starts: datetime, ends: datetime) -> int:
    """Minutes that these seats earned from one moment to another, in two queries: attended in
    sessions that began then, or read online for the first time then."""
    return sum(minutes_by_course_between(seats, starts, ends).values())


def minutes_by_course_between(
    seats: QuerySet[Enrolment], starts: datetime, ends: datetime
) -> dict[int, int]:
    """The same minutes by the id of the course they were earned in, in two queries."""
    course = "enrolment__cohort__version__course"
    attended = (
        AttendanceEvent.objects.filter(
            enrolment__in=seats, session__starts_at__gte=starts, session__starts_at__lt=ends
        )
        .standing()
        .order_by()
        .values(course)
        .annotate(total=Sum(Least("minutes", "session__module__minutes")))
    )
    read = (
        _read_online()
        .filter(enrolment__in=seats)
        .order_by()
        .values(course, "enrolment", "module", "module__minutes")
        .annotate(first=Min("read_at"))
        .filter(first__gte=starts, first__lt=ends)
    )
    minutes: Counter[int] = Counter()
    for row in attended:
        minutes[row[course]] += row["total"] or 0
    for row in read:
        minutes[row[course]] += row["module__minutes"]
    return dict(minutes)


def _read_online() -> QuerySet[LessonProgress]:
    """What was read of the modules that are credited for reading."""
    return LessonProgress.objects.filter(
        read_at__isnull=False, module__delivery=Delivery.ONLINE, module__day__isnull=True
    )


def _units(cohort: Cohort) -> list[Unit]:
    """The credited modules of a cohort's version, with the end of the session that teaches each."""
    ends = {session.module_id: session.ends_at for session in cohort.sessions.all()}
    return [
        Unit(
            code=module.code,
            title=module.title,
            minutes=module.minutes,
            ends_at=ends.get(module.pk),
            self_paced=module.delivery == Delivery.ONLINE and module.day is None,
        )
        for module in cohort.version.modules.all()
        if module.minutes
    ]


def _marks(seat_ids: list[int]) -> Marks:
    marks: Marks = defaultdict(dict)
    # What was read comes first, so that a mark on a roll stands where a module has both.
    read = _read_online().filter(enrolment__in=seat_ids)
    for seat, code, minutes in read.values_list("enrolment_id", "module__code", "module__minutes"):
        marks[seat][code] = Mark(minutes, Why.ONLINE_READ)
    attended = AttendanceEvent.objects.filter(enrolment__in=seat_ids).standing()
    for seat, code, minutes, presence in attended.values_list(
        "enrolment_id", "session__module__code", "minutes", "presence"
    ):
        marks[seat][code] = Mark(minutes, Why(presence))
    return marks
