"""What the page of a cohort's seats shows: who asks, who waits, what is offered, who is in."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from courses.actions.allocation import has_begun, limit_reason, person_of, seats_of
from courses.actions.bookings import taken_elsewhere
from courses.models import AttendanceEvent, Cohort, Course, Enrolment, EnrolmentState
from courses.models.enrolment import HOLDS_A_SEAT
from courses.seats.on_record import on_record
from courses.seats.prerequisites import missing_for_each
from courses.seats.seating import Seats
from lms.accounts.models import Agency, User, Workforce

REQUESTS_SHOWN = 50


@dataclass(frozen=True)
class Row:
    """One person on the page. `place` is the one in line, `obstacle` why no seat can be offered to
    them as things stand, `missing` the courses they lack, `on_record` what they have of the course
    already."""

    seat: Enrolment
    place: int | None = None
    obstacle: str = ""
    missing: list[Course] = field(default_factory=list)
    on_record: str = ""


@dataclass(frozen=True)
class Share:
    """How many seats one part of the people has, and at most may have (None: no quota)."""

    label: str
    taken: int
    most: int | None = None


@dataclass(frozen=True)
class Board:
    """Everybody who is on the way to a seat, and how the seats are shared out."""

    requests: list[Row]
    more_requests: int
    offers: list[Row]
    waiting: list[Enrolment]
    absent: list[Enrolment]
    no_shows: list[Enrolment]
    shares: list[Share]
    seats: Seats
    offered: int
    has_begun: bool


def board_of(cohort: Cohort) -> Board:
    """The board, in a fixed number of queries."""
    found = cohort.enrolments.select_related("user__agency", "nominated_by__agency")
    requests = list(found.requests())
    offers = [Row(one) for one in found.offers()]
    begun = has_begun(cohort)
    seats = seats_of(cohort)
    return Board(
        requests=_requests(cohort, requests[:REQUESTS_SHOWN], seats),
        more_requests=max(len(requests) - REQUESTS_SHOWN, 0),
        offers=offers,
        waiting=list(found.in_line()),
        absent=_absent(cohort) if begun else [],
        no_shows=list(found.filter(state=EnrolmentState.NO_SHOW)),
        shares=_shares(cohort, seats),
        seats=seats,
        offered=len(offers),
        has_begun=begun,
    )


def waiting_rows(
    cohort: Cohort, board: Board, shown: Collection[Enrolment], first: int
) -> list[Row]:
    """Some of those who wait, from the `first` place on, with what keeps each from a seat."""
    taken = taken_elsewhere(cohort, [one.user_id for one in shown])
    return [
        Row(one, place=place, obstacle=_obstacle(one, board.seats, one.user_id in taken))
        for place, one in enumerate(shown, start=first)
    ]


def next_after(seat: Enrolment) -> Enrolment | None:
    """Who would be offered the seat if its person gave it up now, as things stand."""
    cohort = seat.cohort
    if seat.state not in HOLDS_A_SEAT or has_begun(cohort):
        return None
    seats = seats_of(cohort)
    seats.give_back(person_of(seat.user))
    people = cohort.enrolments.in_line().filter(user__is_active=True)
    line = list(people.select_related("user__agency"))
    taken = taken_elsewhere(cohort, [one.user_id for one in line])
    free = (one for one in line if one.user_id not in taken)
    return next((one for one in free if seats.admits(person_of(one.user))), None)


def _requests(cohort: Cohort, requests: list[Enrolment], seats: Seats) -> list[Row]:
    people = [one.user_id for one in requests]
    missing, taken = missing_for_each(cohort.version, people), taken_elsewhere(cohort, people)
    held = on_record(cohort, people)
    return [
        Row(
            one,
            obstacle=_obstacle(one, seats, one.user_id in taken),
            missing=missing[one.user_id],
            on_record=held.get(one.user_id, ""),
        )
        for one in requests
    ]


def _obstacle(seat: Enrolment, seats: Seats, taken: bool) -> str:
    if not seat.user.is_active:
        return _("This person's account is closed.")
    if taken:
        return _("Teaches here, or is taken at that time by another cohort.")
    limit = seats.obstacle(person_of(seat.user))
    return limit_reason(limit, seat.user) if limit else ""


def _absent(cohort: Cohort) -> list[Enrolment]:
    """Who has a seat, was marked, and was never there so far."""
    marked = AttendanceEvent.objects.filter(enrolment=OuterRef("pk"))
    there = marked.filter(minutes__gt=0)
    seated = cohort.enrolments.seated().select_related("user__agency")
    return list(seated.filter(Exists(marked), ~Exists(there)))


def _shares(cohort: Cohort, seats: Seats) -> list[Share]:
    """Sworn people and all others, then the agencies with the most seats first."""
    held = list(cohort.enrolments.holding().select_related("user__agency").order_by())
    people = [one.user for one in held]
    sworn = sum(one.workforce == Workforce.SWORN for one in people)
    least = _least(seats)
    shares = [
        Share(_("Sworn officers"), sworn, least.get(True)),
        Share(_("All others"), len(people) - sworn, least.get(False)),
    ]
    return shares + _of_agencies(cohort, people)


def _least(seats: Seats) -> dict[bool, int]:
    """The tightest quota of sworn people and of all others; each holds, so the least counts."""
    least: dict[bool, int] = {}
    for limit in seats.limits:
        if limit.sworn is not None:
            least[limit.sworn] = min(limit.most, least.get(limit.sworn, limit.most))
    return least


def _of_agencies(cohort: Cohort, people: Iterable[User]) -> list[Share]:
    quotas: dict[Agency | None, int] = {
        one.agency: one.most for one in cohort.quotas.select_related("agency") if one.agency
    }
    taken: Counter[Agency | None] = Counter(one.agency for one in people)
    names = sorted({*taken, *quotas}, key=lambda one: (-taken[one], one.name if one else ""))
    return [
        Share(one.name if one else _("No agency"), taken[one], quotas.get(one) if one else None)
        for one in names
    ]
