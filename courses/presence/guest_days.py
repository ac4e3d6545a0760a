"""When people of other cohorts come to make something up, and how full it is then."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Count

from courses.models import Cohort, MakeUp
from lms.accounts.clock import now


@dataclass(frozen=True, slots=True)
class GuestDay:
    """One day to come, by the cohort's calendar, with the most guests that one session of it has;
    `too_many` is how many more people than seats that makes."""

    on: date
    guests: int
    too_many: int


def guest_days(cohort: Cohort, taken: int) -> list[GuestDay]:
    """The days with guests, in one query; `taken` seats of the cohort are held."""
    ahead = MakeUp.objects.standing().filter(session__cohort=cohort, session__ends_at__gt=now())
    counted = ahead.order_by().values_list("session__starts_at").annotate(n=Count("pk"))
    most: dict[date, int] = {}
    for starts_at, guests in counted:
        on = starts_at.astimezone(ZoneInfo(cohort.zone)).date()
        most[on] = max(guests, most.get(on, 0))
    return [
        GuestDay(on, guests, max(taken + guests - cohort.capacity, 0))
        for on, guests in sorted(most.items())
    ]
