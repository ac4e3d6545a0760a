"""A supervisor's people who have no seat yet: who asks, who waits at which place, who is offered
one."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, QuerySet

from courses.models import CohortState, Enrolment
from courses.models.enrolment import ON_THE_WAY, places_in_line
from lms.accounts.models import Agency

SHOWN = 20


@dataclass(frozen=True)
class Waiting:
    """One of them. `place` is the place in line, `offered_until` when an offer ends."""

    seat: Enrolment
    place: int | None

    @property
    def offered_until(self) -> datetime | None:
        return self.seat.offered_until


@dataclass(frozen=True)
class OnTheWay:
    """Some of them, and how many more there are."""

    people: list[Waiting] = field(default_factory=list)
    more: int = 0


def on_the_way(agencies: QuerySet[Agency]) -> OnTheWay:
    """Offers that end first first, then by the cohort's first day. Three queries."""
    seats = Enrolment.objects.filter(
        user__agency__in=agencies, cohort__state=CohortState.SCHEDULED, state__in=ON_THE_WAY
    )
    shown = list(
        seats.select_related(
            "user__agency", "nominated_by", "cohort__version__course", "cohort__agency"
        ).order_by(
            F("offered_until").asc(nulls_last=True),
            "cohort__starts_on",
            F("queued_at").asc(nulls_last=True),
            "pk",
        )[:SHOWN]
    )
    places = places_in_line(shown)
    people = [Waiting(one, places.get(one.pk)) for one in shown]
    return OnTheWay(people, seats.count() - len(shown))
