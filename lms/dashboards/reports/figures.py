"""The figures of one training year: how much was taught, to how many people, from where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count

from assessments.models import PublicOutcomes, Study
from certificates.models import Certificate
from courses.hours.training_year import TrainingYear
from courses.models import Cohort, CohortState, Course, Enrolment
from courses.presence.ledgers import minutes_by_course_between
from lms.accounts.clock import today
from lms.accounts.models import User
from lms.dashboards.training_year import (
    CohortLine,
    agencies_in,
    lines_of,
    of_year,
    people_in,
    years_of,
)

LEAST_PEOPLE = 5
"""Agencies from which fewer people came are shown together."""


@dataclass(frozen=True)
class ProgramLine:
    """One program's year: trainings that have begun, seats in them, seats that were completed, and
    minutes credited within the year."""

    title: str
    trainings: int
    seats: int
    completions: int
    minutes: int


@dataclass(frozen=True)
class AgencyLine:
    """One agency's year. Everybody works for one agency, so no person is in two lines."""

    name: str
    seats: int
    people: int


@dataclass(frozen=True)
class CoverageLine:
    """How many of those whom an agency employs hold a certificate from the year or from before.
    Only of agencies that have said how many they employ."""

    name: str
    trained: int
    staff: int
    counted_on: date

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.trained / self.staff))


@dataclass(frozen=True)
class YearFigures:
    """One training year. `merged` is how many agencies are in `others`, which is None where there
    are none; `open_seats` are not completed, in trainings that have begun and are not closed."""

    year: TrainingYear
    programs: tuple[ProgramLine, ...]
    coming: int
    people: int
    certified_people: int
    agencies: tuple[AgencyLine, ...]
    others: AgencyLine | None
    merged: int
    coverage: tuple[CoverageLine, ...]
    open_seats: int

    @property
    def trainings(self) -> int:
        return sum(line.trainings for line in self.programs)

    @property
    def seats(self) -> int:
        return sum(line.seats for line in self.programs)

    @property
    def completions(self) -> int:
        return sum(line.completions for line in self.programs)

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.programs)


def reported_years(user: User) -> list[TrainingYear]:
    """Training years with cohorts and the one it is, newest first."""
    return years_of(Cohort.objects.reported_to(user))


def outcomes_of(user: User, year: TrainingYear) -> Any:
    """The newest public vintage of each study of whose courses a training began in the year. An
    imported study has no courses, and is of no year."""
    begun = of_year(Cohort.objects.reported_to(user), year).filter(
        starts_on__lte=today(settings.TIME_ZONE)
    )
    courses = begun.exclude(state=CohortState.CANCELLED).values("version__course")
    studies = Study.objects.filter(courses__in=courses)
    return PublicOutcomes.objects.newest_of_each().filter(study__in=studies)


def year_figures(user: User, year: TrainingYear) -> YearFigures:
    """The year as it stands now. A cohort belongs to the year of its first day and counts from
    then on; hours belong to the year in which they were earned."""
    reported = Cohort.objects.reported_to(user)
    lines = lines_of(of_year(reported, year))
    begun = [line for line in lines if line.standing not in ("coming", "cancelled")]
    cohorts = reported.filter(pk__in=[line.cohort.pk for line in begun])
    agencies, others, merged = merge_small(
        AgencyLine(row["name"], row["seats"], row["people"]) for row in agencies_in(cohorts)
    )
    return YearFigures(
        year=year,
        programs=_programs(begun, reported, year),
        coming=sum(line.standing == "coming" for line in lines),
        people=people_in(cohorts),
        certified_people=_certified_people(cohorts),
        agencies=agencies,
        others=others,
        merged=merged,
        coverage=_coverage(reported.filter(starts_on__lte=year.last_day)),
        open_seats=sum(_still_open(line) for line in begun),
    )


def _still_open(line: CohortLine) -> int:
    return max(0, line.seats - line.certificates) if line.standing != "closed" else 0


def merge_small(
    lines: Iterable[AgencyLine], least: int = LEAST_PEOPLE
) -> tuple[tuple[AgencyLine, ...], AgencyLine | None, int]:
    """Agencies with at least `least` people, the others together, and how many those are. Where
    even they are fewer, the smallest of the larger ones joins them: the total would give them
    away."""
    ordered = sorted(lines, key=lambda line: (-line.people, line.name))
    shown = [line for line in ordered if line.people >= least]
    small = ordered[len(shown) :]
    while small and shown and sum(line.people for line in small) < least:
        small.insert(0, shown.pop())
    if not small:
        return tuple(shown), None, 0
    others = AgencyLine("", sum(line.seats for line in small), sum(line.people for line in small))
    return tuple(shown), others, len(small)


def _programs(
    begun: Sequence[CohortLine], reported: Any, year: TrainingYear
) -> tuple[ProgramLine, ...]:
    """By title. A program may have hours without a training that began in the year."""
    seats = Enrolment.objects.filter(cohort__in=reported)
    minutes = minutes_by_course_between(seats, *year.moments(settings.TIME_ZONE))
    lines: dict[int, list[CohortLine]] = {course: [] for course, n in minutes.items() if n}
    for line in begun:
        lines.setdefault(line.cohort.version.course_id, []).append(line)
    titles = dict(Course.objects.filter(pk__in=lines).values_list("pk", "title"))
    found = [
        ProgramLine(
            titles[course],
            trainings=len(of_course),
            seats=sum(line.seats for line in of_course),
            completions=sum(line.certificates for line in of_course),
            minutes=minutes.get(course, 0),
        )
        for course, of_course in lines.items()
    ]
    return tuple(sorted(found, key=lambda line: line.title))


def _coverage(cohorts: Any) -> tuple[CoverageLine, ...]:
    """Agencies with fewer than LEAST_PEOPLE trained are left out."""
    standing = Certificate.objects.filter(
        enrolment__cohort__in=cohorts,
        enrolment__user__agency__staff__isnull=False,
        revocation=None,
    )
    agency = "enrolment__user__agency"
    rows = (
        standing.order_by()
        .values_list(f"{agency}__name", f"{agency}__staff", f"{agency}__staff_counted_on")
        .annotate(trained=Count("enrolment__user", distinct=True))
        .filter(trained__gte=LEAST_PEOPLE)
        .order_by(f"{agency}__name")
    )
    return tuple(CoverageLine(name, trained, staff, day) for name, staff, day, trained in rows)


def _certified_people(cohorts: Any) -> int:
    """How many people the completions are."""
    standing = Certificate.objects.filter(enrolment__cohort__in=cohorts, revocation=None)
    people: int = standing.order_by().values("enrolment__user").distinct().count()
    return people
