"""The coordinator's year: cohorts, seats and certificates of one training year, in totals that are
true. Categories that overlap are shown, never added."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from certificates.models import Certificate
from courses.hours.training_year import TrainingYear
from courses.models import Cohort, CohortState, Enrolment, EnrolmentState
from courses.models.enrolment import ON_THE_WAY
from courses.views.signed_in import SignedInRequest
from lms.accounts.clock import today
from lms.accounts.permissions import Permission
from lms.dashboards.coverage import coverage_for

COHORTS_PER_PAGE = 40


@dataclass(frozen=True)
class CohortLine:
    """One cohort of the year. A cancelled one takes no part in seats and certificates, nor in who
    waits for a seat (`waiting`, those with an offer or a request included) or had one and did not
    come (`no_shows`)."""

    cohort: Cohort
    certificates: int
    waiting: int = 0
    no_shows: int = 0

    @property
    def is_held(self) -> bool:
        return self.cohort.state != CohortState.CANCELLED

    @property
    def seats(self) -> int:
        return self.cohort.seats_taken if self.is_held else 0  # type: ignore[attr-defined]

    @property
    def capacity(self) -> int:
        return self.cohort.capacity if self.is_held else 0

    @property
    def standing(self) -> str:
        """Exactly one of: cancelled, closed, over, running, coming."""
        return self.cohort.standing


@dataclass(frozen=True)
class Totals:
    """Sums over some lines; every cohort, seat and certificate is in them once."""

    cohorts: int
    seats: int
    capacity: int
    certificates: int
    waiting: int
    no_shows: int

    @classmethod
    def of(cls, lines: list[CohortLine]) -> "Totals":
        held = [line for line in lines if line.is_held]
        return cls(
            cohorts=len(held),
            seats=sum(line.seats for line in held),
            capacity=sum(line.capacity for line in held),
            certificates=sum(line.certificates for line in held),
            waiting=sum(line.waiting for line in held),
            no_shows=sum(line.no_shows for line in held),
        )

    @property
    def percent(self) -> int | None:
        """Seats taken of those there are; None where there are none."""
        return round(self.seats * 100 / self.capacity) if self.capacity else None

    @property
    def stayed_away(self) -> int | None:
        """No-shows of a hundred seats that were given; None where none was."""
        given = self.seats + self.no_shows
        return round(self.no_shows * 100 / given) if given else None

    @property
    def bar(self) -> int:
        """The length of its bar, from 0 to 100, also for an overfull cohort."""
        return min(self.percent or 0, 100)


@login_required
@never_cache
@require_GET
def year(request: SignedInRequest) -> HttpResponse:
    """One training year of the cohorts one manages, month by month and cohort by cohort."""
    if not request.user.may(Permission.MANAGE_COHORTS):
        raise PermissionDenied
    every = Cohort.objects.manageable_by(request.user)
    managed = every.published()
    years = years_of(managed)
    shown = _chosen(request.GET.get("year", ""), years)
    lines = lines_of(of_year(managed, shown))
    context = {
        "year": shown,
        "years": years,
        "planned": of_year(every.filter(state=CohortState.DRAFT), shown).count(),
        "coverage": coverage_for(request.user, request.GET.get("agency", "")),
        "threshold": settings.COVERAGE_THRESHOLD,
        "totals": Totals.of(lines),
        "people": people_in(of_year(managed, shown)),
        "months": _months(lines, shown),
        "standings": _standings(lines),
        "agencies": agencies_in(of_year(managed, shown)),
        "page_obj": Paginator(lines, COHORTS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "courses/year.html", context)


def years_of(managed: Any) -> list[TrainingYear]:
    """From the year of the first cohort to the later of this year and the last cohort's; newest
    first."""
    this = TrainingYear.of(today(settings.TIME_ZONE))
    days = managed.order_by("starts_on").values_list("starts_on", flat=True)
    found = {TrainingYear.of(day) for day in days} | {this}
    return [TrainingYear(n) for n in range(max(found).first, min(found).first - 1, -1)]


def _chosen(text: str, years: list[TrainingYear]) -> TrainingYear:
    """The year that was asked for, or this one."""
    this = TrainingYear.of(today(settings.TIME_ZONE))
    return next((year for year in years if str(year.first) == text), this)


def of_year(managed: Any, year: TrainingYear) -> Any:
    """A cohort belongs to the year of its first day."""
    return managed.filter(starts_on__range=(year.first_day, year.last_day))


def lines_of(cohorts: Any) -> list[CohortLine]:
    """These cohorts with their seats, certificates and who waits or did not come, by their first
    day."""
    standing = (
        Certificate.objects.filter(enrolment__cohort__in=cohorts, revocation=None)
        .order_by()
        .values("enrolment__cohort")
        .annotate(n=Count("enrolment", distinct=True))
    )
    certificates = {row["enrolment__cohort"]: row["n"] for row in standing}
    listed = cohorts.for_desk().order_by("starts_on", "code")
    counts = _not_seated(cohorts)
    return [
        CohortLine(
            cohort,
            certificates=certificates.get(cohort.pk, 0),
            waiting=sum(counts[cohort.pk, state] for state in ON_THE_WAY),
            no_shows=counts[cohort.pk, EnrolmentState.NO_SHOW],
        )
        for cohort in listed
    ]


def _not_seated(cohorts: Any) -> Counter[tuple[int, str]]:
    """By cohort and state, how many ask, wait, are offered a seat or did not come."""
    states = (*ON_THE_WAY, EnrolmentState.NO_SHOW)
    rows = Enrolment.objects.filter(cohort__in=cohorts, state__in=states).order_by()
    counted = rows.values_list("cohort", "state").annotate(n=Count("pk"))
    return Counter({(cohort, state): n for cohort, state, n in counted})


def seats_in_held(cohorts: Any) -> Any:
    """The seats taken in those of the cohorts that were not cancelled."""
    held = cohorts.exclude(state=CohortState.CANCELLED)
    return Enrolment.objects.seated().filter(cohort__in=held)


def people_in(cohorts: Any) -> int:
    """How many people the seats are: somebody in two cohorts is one of them."""
    people: int = seats_in_held(cohorts).order_by().values("user").distinct().count()
    return people


def agencies_in(cohorts: Any) -> list[dict[str, Any]]:
    """Seats by the agency that somebody works for; each seat stands in one line."""
    rows = (
        seats_in_held(cohorts)
        .order_by()
        .values("user__agency__name")
        .annotate(seats=Count("pk"), people=Count("user", distinct=True))
        .order_by("-seats", "user__agency__name")
    )
    most = max((row["seats"] for row in rows), default=0)
    return [
        {
            "name": row["user__agency__name"] or _("No agency on record"),
            "seats": row["seats"],
            "people": row["people"],
            "bar": round(row["seats"] * 100 / most),
        }
        for row in rows
    ]


def _months(lines: list[CohortLine], year: TrainingYear) -> list[tuple[date, Totals]]:
    """Every month of the year, also those without a cohort."""
    return [
        (
            month,
            Totals.of([line for line in lines if line.cohort.starts_on.replace(day=1) == month]),
        )
        for month in year.months
    ]


def _standings(lines: list[CohortLine]) -> list[tuple[str, int]]:
    """How many cohorts are coming, running and so on; each stands in one of them."""
    counts = Counter(line.standing for line in lines)
    labels = {
        "coming": _("coming"),
        "running": _("running"),
        "over": _("over, not closed"),
        "closed": _("closed"),
        "cancelled": _("not held"),
    }
    return [(label, counts[name]) for name, label in labels.items() if counts[name]]
