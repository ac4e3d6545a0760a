"""Cohorts of the demo that people sign up for: a full one, with a waiting list and an offer, and
one in which the office decides about every request."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from assessments.actions import publish_cohort
from courses.actions import (
    approve,
    change_sign_up,
    nominate,
    plan_cohort,
    request_seat,
    set_priority,
    withdraw,
)
from courses.models import Cohort, Course, Enrolment, SignUp
from courses.models.enrolment import EnrolledAs
from courses.seats.seating import Limit
from lms.accounts.models import User
from lms.demo.cohorts import Year, teachers_of
from lms.demo.people import Cast

# Days after the first one of the coming week.
FIRST_AID, DE_ESCALATION = (8, 9), (10,)
SEATS, SEATS_AT_DE_ESCALATION = 10, 16
NOMINATED, IN_LINE, APPROVED, UNDECIDED = 3, 4, 5, 4
OFFER_HOURS = 48


def open_for_sign_up(cast: Cast, year: Year, newcomer: User) -> None:
    """Asked for by people who were trained before, and by the newcomer, who is offered a seat."""
    supervised = cast.staff["supervisor"].agency_id
    trained = User.objects.filter(enrolments__cohort__in=year.past[:-1]).order_by("pk")
    theirs = list(trained.filter(agency=supervised))
    others = list(trained.exclude(agency=supervised))
    _first_aid(cast, year.coming, newcomer, theirs, others)
    _de_escalation(cast, year.coming, others[SEATS + IN_LINE :])


def _first_aid(
    cast: Cast, coming: Cohort, newcomer: User, theirs: Sequence[User], others: Sequence[User]
) -> None:
    """Whoever comes first is seated; the supervisor has used up the agency's quota, and the
    newcomer is first in line when somebody gives a seat back."""
    supervisor = cast.staff["supervisor"]
    cohort = _publish(cast, coming, "mhfa-public-safety", FIRST_AID, SEATS)
    quota = Limit(NOMINATED, agency=supervisor.agency_id)
    _open(cast, cohort, SignUp.OPEN, [quota])
    nominate(
        cohort=cohort,
        people=theirs[: NOMINATED + 1],
        by=supervisor,
        enrolled_as=EnrolledAs.ASSIGNED,
    )
    free = SEATS - min(NOMINATED, len(theirs))
    seated = _ask(cohort, others[:free])
    line = _ask(cohort, [newcomer, *others[free : free + IN_LINE]])
    set_priority(enrolment=line[0], by=cast.staff["coordinator"], priority=1)
    withdraw(enrolment=seated[-1], by=seated[-1].user, reason="On leave that week")


def _de_escalation(cast: Cast, coming: Cohort, people: Sequence[User]) -> None:
    cohort = _publish(cast, coming, "de-escalation", DE_ESCALATION, SEATS_AT_DE_ESCALATION)
    _open(cast, cohort, SignUp.BY_REQUEST, [])
    asked = _ask(cohort, people[: APPROVED + UNDECIDED])
    for seat in asked[:APPROVED]:
        approve(enrolment=seat, by=cast.staff["coordinator"])


def _publish(cast: Cast, coming: Cohort, code: str, days: Sequence[int], capacity: int) -> Cohort:
    by = cast.staff["coordinator"]
    cohort = plan_cohort(
        by=by,
        version=Course.objects.get(code=code).current,
        agency=coming.agency,
        venue=coming.venue,
        days=[coming.starts_on + timedelta(days=day) for day in days],
        capacity=capacity,
        teachers=teachers_of(cast, 0),
    )
    publish_cohort(cohort=cohort, by=by, revision=1)
    cohort.refresh_from_db()
    return cohort


def _open(cast: Cast, cohort: Cohort, sign_up: SignUp, quotas: Collection[Limit]) -> None:
    change_sign_up(
        cohort=cohort,
        by=cast.staff["coordinator"],
        sign_up=sign_up,
        capacity=cohort.capacity,
        offer_hours=OFFER_HOURS,
        quotas=quotas,
    )


def _ask(cohort: Cohort, people: Sequence[User]) -> list[Enrolment]:
    chosen = EnrolledAs.VOLUNTEERED
    return [request_seat(cohort=cohort, user=user, enrolled_as=chosen) for user in people]
