"""Giving seats out: the one lock, the one look at who may have a seat, and every move of a seat."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from courses.actions.bookings import book_learner, release_learner
from courses.actions.guests import call_off_make_ups
from courses.actions.telling import tell_declined, tell_left, tell_offered, tell_seated
from courses.actions.turns import in_turn
from courses.models import Cohort, CohortState, Enrolment, EnrolmentState, EnrolmentTransition
from courses.models.enrolment import ENROLMENT_TRANSITIONS, HOLDS_A_SEAT, ON_THE_WAY
from courses.seats.admission import check_may_sit
from courses.seats.seating import Limit, Person, Seats, sworn_share
from courses.words.codes import roster_reason
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User, Workforce

_TICK = timedelta(microseconds=1)
_TOWARDS_A_SEAT = (*ON_THE_WAY, EnrolmentState.ENROLLED)
# Why somebody in line is passed over and keeps their place.
_PASSED_OVER = ("overlap", "teaches", "reads_answers", "account_closed")
# What a move changes of a seat that is on record.
_MOVED = (
    *("state", "offered_until", "created_at"),
    *("queued_at", "priority", "enrolled_as", "nominated_by", "notes"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a cohort may have to be done, counted in one look: seats taken or offered, people in
    line, offers that ran out, and since when the last one waits who ever asked."""

    held: int
    waiting: int
    lapsed: int
    last: datetime | None


@in_turn
def allocate(cohort: Cohort) -> list[Enrolment]:
    """Ends the offers that ran out, then offers every free seat down the waiting list, and returns
    who has got an offer. The one way from the waiting list to a seat that nobody decides on: it
    runs wherever a seat may have become free, and before anybody new is let in.

    Whoever a quota keeps out, who is taken at that time by another cohort or may not sit, keeps
    their place. From the first session on nobody is offered a seat any more: the training office
    decides.
    """
    return pass_on(lock_open_cohort(cohort))


def pass_on(cohort: Cohort) -> list[Enrolment]:
    """The same for whoever holds the cohort's lock. Where no offer ran out and either nobody waits
    or no seat is free, which is so whenever one more joins a long line, it costs one look."""
    return pass_on_from(cohort, standing_of(cohort))


def pass_on_from(cohort: Cohort, standing: Standing) -> list[Enrolment]:
    """The same for whoever has looked, with the cohort locked."""
    if standing.lapsed:
        _end_lapsed_offers(cohort)
    free = cohort.capacity - standing.held + standing.lapsed
    if free <= 0 or not standing.waiting or has_begun(cohort):
        return []
    return _offer_down_the_line(cohort)


def standing_of(cohort: Cohort) -> Standing:
    """How a cohort stands now. Call with the cohort locked."""
    state = EnrolmentState
    return Standing(
        **cohort.enrolments.order_by().aggregate(
            held=Count("pk", filter=Q(state__in=HOLDS_A_SEAT)),
            waiting=Count("pk", filter=Q(state=state.WAITLISTED)),
            lapsed=Count("pk", filter=Q(state=state.OFFERED, offered_until__lte=now())),
            last=Max("queued_at"),
        )
    )


def _end_lapsed_offers(cohort: Cohort) -> None:
    lapsed = cohort.enrolments.offers().filter(offered_until__lte=now())
    for seat in lapsed.select_related("user"):
        seat.cohort = cohort
        move(seat, EnrolmentState.DECLINED, by=None, reason=_("The offer ran out."))


def _offer_down_the_line(cohort: Cohort) -> list[Enrolment]:
    seats, offered = seats_of(cohort), []
    for waiting in cohort.enrolments.in_line().select_related("user__agency"):
        if seats.is_full:
            break
        waiting.cohort = cohort
        person = person_of(waiting.user)
        if seats.admits(person) and _offer(waiting):
            seats.take(person)
            offered.append(waiting)
    return offered


def _offer(waiting: Enrolment) -> bool:
    try:
        with transaction.atomic():
            move(waiting, EnrolmentState.OFFERED, by=None)
    except ValidationError as error:
        if error.code not in _PASSED_OVER:
            raise
        return False
    return True


def lock_open_cohort(cohort: Cohort) -> Cohort:
    """The cohort, locked until the transaction ends; refuses one that is closed or cancelled."""
    cohorts = Cohort.objects.select_for_update(of=("self",)).select_related("version", "agency")
    locked = cohorts.get(pk=cohort.pk)
    if locked.state != CohortState.SCHEDULED:
        raise ValidationError(roster_reason("not_open"), code="not_open")
    return locked


def has_begun(cohort: Cohort) -> bool:
    """Whether the first session has begun. A course without sessions has no first day."""
    return cohort.sessions.order_by().filter(starts_at__lte=now()).exists()


def seats_of(cohort: Cohort) -> Seats:
    """The cohort's seats as they are taken now, offers included. Call with the cohort locked
    where somebody is let in by it."""
    quotas = cohort.quotas.values_list("most", "agency", "sworn")
    limits = [Limit(*quota) for quota in quotas]
    limits += sworn_share(cohort.capacity, cohort.version.sworn_min_percent)
    people = cohort.enrolments.holding().order_by().values_list("user__agency", "user__workforce")
    held = [Person(agency, workforce == Workforce.SWORN) for agency, workforce in people]
    return Seats.of(cohort.capacity, limits, held)


def person_of(user: User) -> Person:
    """Somebody as quotas see them."""
    return Person(user.agency_id, user.workforce == Workforce.SWORN)


def check_room(cohort: Cohort, user: User) -> None:
    """Refuses somebody for whom there is no seat. Call with the cohort locked."""
    seats = seats_of(cohort)
    if seats.is_full:
        raise ValidationError(roster_reason("full", str(cohort.capacity)), code="full")
    limit = seats.obstacle(person_of(user))
    if limit is not None:
        raise ValidationError(limit_reason(limit, user), code=limit.code)


def limit_reason(limit: Limit, user: User) -> str:
    """Why a quota keeps somebody out, in words."""
    return roster_reason(limit.code, str(limit.most), other=str(user.agency))


def new_place(standing: Standing) -> datetime:
    """Since when somebody waits who asks now: after everybody who asked before, whatever the
    clocks of two machines say."""
    return max(now(), standing.last + _TICK) if standing.last else now()


def check_move(seat: Enrolment, target: EnrolmentState) -> None:
    """Refuses a move that the life cycle does not have."""
    if seat.pk and target not in ENROLMENT_TRANSITIONS[seat.state]:
        raise ValidationError(_("This has already been done."), code="wrong_state")


def move(
    seat: Enrolment, target: EnrolmentState, *, by: User | None, reason: str = ""
) -> Enrolment:
    """Moves somebody along the life cycle, with all that follows: their days booked or given back,
    the end of an offer, the record, the mail. Call with the cohort locked and room looked for.
    Raises ValidationError for whoever may not sit, as `check_may_sit`."""
    check_move(seat, target)
    source = seat.state if seat.pk else ""
    if target == EnrolmentState.ENROLLED and not _was_seated(seat):
        seat.created_at = now()
    seat.state = target
    seat.offered_until = offer_end(seat.cohort) if target == EnrolmentState.OFFERED else None
    seat.save(update_fields=_MOVED if seat.pk else None)
    EnrolmentTransition.objects.create(
        enrolment=seat, source=source, target=target, by=by, reason=reason
    )
    if target in _TOWARDS_A_SEAT:
        # After the rows are written: whoever gives a role looks for them with the account locked,
        # so one of the two sees the other.
        check_may_sit(seat.user)
    _follow(seat, source, target, by)
    record(action=f"seat.{target}", by=by, about=seat, detail={"cohort": seat.cohort.code})
    return seat


def _was_seated(seat: Enrolment) -> bool:
    return bool(seat.pk) and seat.transitions.filter(target=EnrolmentState.ENROLLED).exists()


def _follow(seat: Enrolment, source: str, target: EnrolmentState, by: User | None) -> None:
    """Nobody is a guest where they have a seat, nor of a seat that they have no more."""
    held, holds = source in HOLDS_A_SEAT, target in HOLDS_A_SEAT
    if target == EnrolmentState.ENROLLED:
        call_off_make_ups(by=by, enrolment__user=seat.user, session__cohort=seat.cohort)
    elif source == EnrolmentState.ENROLLED:
        call_off_make_ups(by=by, enrolment=seat)
    if holds and not held:
        book_learner(seat)
    elif held and not holds:
        release_learner(seat)
    if target == EnrolmentState.ENROLLED:
        tell_seated(seat)
    elif target == EnrolmentState.OFFERED:
        tell_offered(seat)
    elif source == EnrolmentState.ENROLLED:
        tell_left(seat)
    elif target == EnrolmentState.DECLINED and by is not None and by.pk != seat.user_id:
        tell_declined(seat)


def offer_end(cohort: Cohort) -> datetime:
    """Until when a seat offered now is held: as long as the cohort says, and never longer than
    until it begins."""
    ends = now() + timedelta(hours=cohort.offer_hours)
    first = cohort.sessions.order_by("starts_at").values_list("starts_at", flat=True).first()
    return min(ends, first) if first else ends
