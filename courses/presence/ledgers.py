"""Reads the records that the minute ledger is worked out from."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Least

from courses.hours.ledger import Elsewhere, Ledger, Mark, Unit, Why, best, ledger
from courses.models import (
    AttendanceEvent,
    Cohort,
    CohortState,
    Delivery,
    Enrolment,
    EnrolmentState,
    LessonProgress,
    MakeUp,
    Module,
    Presence,
)
from lms.accounts.clock import now

# By the id of a seat and the code of a module.
Marks = dict[int, dict[str, Mark]]
Booked = dict[int, dict[str, Elsewhere]]


def ledgers_for(enrolments: Iterable[Enrolment]) -> dict[int, Ledger]:
    """The ledger of each seat, by its id, in six queries however many seats there are."""
    seats = list(enrolments)
    cohorts = {
        cohort.pk: cohort
        for cohort in Cohort.objects.filter(pk__in={seat.cohort_id for seat in seats})
        .select_related("version")
        .prefetch_related("version__modules", "sessions")
    }
    units = {pk: _units(cohort) for pk, cohort in cohorts.items()}
    marks = _marks([seat.pk for seat in seats])
    booked = _booked([seat.pk for seat in seats])
    at = now()
    return {
        seat.pk: ledger(
            units[seat.cohort_id],
            marks[seat.pk],
            cohorts[seat.cohort_id].version.minutes_required,
            at,
            seated=seat.state == EnrolmentState.ENROLLED,
            held=cohorts[seat.cohort_id].state != CohortState.CANCELLED,
            booked=booked[seat.pk],
        )
        for seat in seats
    }


def minutes_credited_between(seats: QuerySet[Enrolment], starts: datetime, ends: datetime) -> int:
    """Minutes that these seats earned from one moment to another, in three queries: attended in
    sessions that began then, or read online for the first time then."""
    return sum(minutes_by_course_between(seats, starts, ends).values())


def minutes_by_course_between(
    seats: QuerySet[Enrolment], starts: datetime, ends: datetime
) -> dict[int, int]:
    """The same minutes by the id of the course they were earned in, in three queries. A module that
    was made up counts once: with what the make-up added, when it was added."""
    attended = AttendanceEvent.objects.standing().filter(enrolment__in=seats).order_by()
    between = {"session__starts_at__gte": starts, "session__starts_at__lt": ends}
    once = (
        attended.filter(~_makes_up(), **between)
        .values(_COURSE)
        .annotate(total=Sum(Least("minutes", "session__module__minutes")))
    )
    read = (
        _read_online()
        .filter(enrolment__in=seats)
        .order_by()
        .values(_COURSE, "enrolment", "module", "module__minutes")
        .annotate(first=Min("read_at"))
        .filter(first__gte=starts, first__lt=ends)
    )
    minutes: Counter[int] = Counter()
    for row in once:
        minutes[row[_COURSE]] += row["total"] or 0
    for row in read:
        minutes[row[_COURSE]] += row["module__minutes"]
    minutes.update(_added_between(attended.filter(_makes_up()), starts, ends))
    return dict(minutes)


_COURSE = "enrolment__cohort__version__course"


def _makes_up() -> Exists:
    """Only a seat that ever booked a make-up has events of one module in two sessions."""
    return Exists(MakeUp.objects.filter(enrolment=OuterRef("enrolment")))


def _added_between(
    events: QuerySet[AttendanceEvent], starts: datetime, ends: datetime
) -> Counter[int]:
    """By course, how much more these events had earned at the end than at the start, module by
    module: as much as the best of them until then."""
    own = Module.objects.filter(
        version=OuterRef("enrolment__cohort__version"), code=OuterRef("session__module__code")
    )
    rows = events.filter(session__starts_at__lt=ends).annotate(
        worth=Least("minutes", Subquery(own.values("minutes")))
    )
    before: Counter[tuple[int, int, str]] = Counter()
    after: Counter[tuple[int, int, str]] = Counter()
    module = (_COURSE, "enrolment", "session__module__code")
    for worth, at, *of in rows.values_list("worth", "session__starts_at", *module):
        key = (of[0], of[1], of[2])
        after[key] = max(after[key], worth)
        if at < starts:
            before[key] = max(before[key], worth)
    added: Counter[int] = Counter()
    for (course, seat, code), worth in after.items():
        added[course] += worth - before[course, seat, code]
    return added


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
    found: dict[int, dict[str, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    attended = AttendanceEvent.objects.filter(enrolment__in=seat_ids).standing()
    for minutes, presence, *where in attended.values_list("minutes", "presence", *_WHERE):
        seat, code, elsewhere = _place(*where)
        found[seat][code].append(Mark(minutes, Why(presence), elsewhere))
    read = _read_online().filter(enrolment__in=seat_ids)
    for seat, code, minutes in read.values_list("enrolment_id", "module__code", "module__minutes"):
        found[seat][code].append(Mark(minutes, Why.ONLINE_READ))
    marks: Marks = defaultdict(dict)
    for seat, by_code in found.items():
        marks[seat] = {code: best(evidence) for code, evidence in by_code.items()}
    return marks


def _booked(seat_ids: list[int]) -> Booked:
    """Make-ups of which no roll says anything yet, or only that somebody came."""
    known = AttendanceEvent.objects.standing().exclude(presence=Presence.IN)
    known = known.filter(enrolment=OuterRef("enrolment"), session=OuterRef("session"))
    rows = MakeUp.objects.standing().filter(~Exists(known), enrolment__in=seat_ids)
    booked: Booked = defaultdict(dict)
    for where in rows.values_list(*_WHERE):
        seat, code, elsewhere = _place(*where)
        if elsewhere:
            booked[seat][code] = elsewhere
    return booked


# What says in which session a seat's event or make-up was; `_place` reads it.
_WHERE = (
    "enrolment_id",
    "session__module__code",
    "enrolment__cohort_id",
    "session__cohort_id",
    "session__cohort__code",
    "session__starts_at",
    "session__ends_at",
    "session__cohort__agency__time_zone",
    "session__venue__name",
)


def _place(
    seat: int,
    module: str,
    own: int,
    cohort: int,
    code: str,
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    place: str,
) -> tuple[int, str, Elsewhere | None]:
    """A seat and a module, and the session where that is another cohort's."""
    elsewhere = Elsewhere(code, starts_at, ends_at, zone, place) if cohort != own else None
    return seat, module, elsewhere
