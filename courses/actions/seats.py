"""Seats: asking for one, deciding about it, taking it, giving it up.

Every action locks the cohort, and lets those who wait go first wherever it lets somebody in. The
office's own decisions are refused to the person whose seat it is (own_seat).
"""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.actions.allocation import (
    Standing,
    allocate,
    check_move,
    check_room,
    has_begun,
    lock_open_cohort,
    move,
    new_place,
    pass_on,
    pass_on_from,
    person_of,
    seats_of,
    standing_of,
)
from courses.actions.turns import in_turn
from courses.models import (
    AttendanceEvent,
    Cohort,
    CohortState,
    Enrolment,
    EnrolmentState,
    Presence,
    SignUp,
)
from courses.models.enrolment import GIVEN_UP, ON_THE_WAY, EnrolledAs
from courses.seats.admission import check_decides, check_may_sit
from courses.seats.prerequisites import missing_for_each, missing_prerequisites
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User

MOST_PRIORITY = 9


@in_turn
def enrol(
    *, cohort: Cohort, user: User, by: User | None, enrolled_as: str = "", notes: str = ""
) -> Enrolment:
    """Gives somebody a seat, past the waiting list. Who has one keeps it as it is; who gave it up
    or did not come has it back only by `reinstate`. Raises ValidationError where there is no seat
    for them, or the cohort is not open, and for somebody who reads survey results."""
    check_decides(by, user)
    cohort = lock_open_cohort(cohort)
    seat = cohort.enrolments.filter(user=user).first()
    if seat is not None and seat.state in (EnrolmentState.ENROLLED, *GIVEN_UP):
        return seat
    check_may_sit(user)
    if seat is None or seat.state != EnrolmentState.OFFERED:
        check_room(cohort, user)
    fields = {"enrolled_as": enrolled_as, "notes": notes}
    return write_seat(cohort=cohort, user=user, by=by, seat=seat, **fields)


@in_turn
def reinstate(*, enrolment: Enrolment, by: User | None, reason: str = "") -> Enrolment:
    """Gives a seat to somebody on record who has none, past the waiting list: who gave theirs up,
    was declined, did not come, or waits. Raises ValidationError where there is none for them."""
    seat = _locked_to_decide(enrolment, by)
    check_move(seat, EnrolmentState.ENROLLED)
    check_may_sit(seat.user)
    if seat.state != EnrolmentState.OFFERED:
        check_room(seat.cohort, seat.user)
    return move(seat, EnrolmentState.ENROLLED, by=by, reason=reason)


@in_turn
def withdraw(
    *, enrolment: Enrolment, by: User | None, reason: str = "", seen: str | None = None
) -> Enrolment:
    """Gives up a seat, an offer, a place in line or a request; whoever waits longest is offered the
    seat. What was earned in it stays earned. Whom their agency assigned, it has to take out.
    Raises ValidationError (moved_on) where the seat does not stand as it was `seen` any more."""
    seat = _locked(enrolment)
    if seen is not None and seen != seat.state:
        raise ValidationError(
            _("This has changed since the page was opened (%(state)s). Nothing was done."),
            code="moved_on",
            params={"state": seat.get_state_display()},
        )
    own = by is not None and by.pk == seat.user_id
    seated = seat.state == EnrolmentState.ENROLLED
    if own and seated and seat.enrolled_as == EnrolledAs.ASSIGNED:
        raise ValidationError(
            _("Your agency assigned you. Ask your supervisor or the training office."),
            code="assigned",
        )
    if own and seated and has_begun(seat.cohort):
        raise ValidationError(_("The training has begun. Ask the training office."), code="begun")
    return _leave(seat, EnrolmentState.WITHDRAWN, by, reason)


@in_turn
def request_seat(*, cohort: Cohort, user: User, enrolled_as: str = "") -> Enrolment:
    """Signs somebody up by their own wish: into a seat or in line where whoever comes first is
    seated, else as a request. Asked twice it is one. Raises ValidationError where nobody can sign
    up any more, and for somebody who reads survey results or is taken at that time."""
    lacking = bool(missing_prerequisites(cohort.version, user))
    cohort, standing = _lock_for_sign_up(cohort)
    return _sign_up(cohort, standing, user, by=user, enrolled_as=enrolled_as, lacking=lacking)


@in_turn
def nominate(
    *, cohort: Cohort, people: Collection[User], by: User, enrolled_as: str
) -> list[Enrolment]:
    """Signs people up for their agency, all or none, in this order. Who has a seat, waits or has
    asked already stays as they are. Raises ValidationError as for `request_seat`."""
    lacking = missing_for_each(cohort.version, [one.pk for one in people])
    cohort, _standing = _lock_for_sign_up(cohort)
    return [
        _sign_up(
            cohort,
            standing_of(cohort),
            one,
            by=by,
            enrolled_as=enrolled_as,
            lacking=bool(lacking[one.pk]),
        )
        for one in people
    ]


@in_turn
def approve(*, enrolment: Enrolment, by: User, reason: str = "") -> Enrolment:
    """Grants a request: a seat if there is one, else a place in line since when it was asked for.
    Raises ValidationError (reason_missing) for somebody who lacks a course that this one asks for
    first, unless a reason is given."""
    lacking = missing_prerequisites(enrolment.cohort.version, enrolment.user)
    if lacking and not reason.strip():
        raise ValidationError(
            _("%(person)s lacks %(courses)s. Say why you let them in all the same."),
            code="reason_missing",
            params={"person": enrolment.user, "courses": ", ".join(map(str, lacking))},
        )
    seat = _locked_to_decide(enrolment, by)
    if seat.state != EnrolmentState.REQUESTED:
        raise ValidationError(_("This has already been done."), code="wrong_state")
    pass_on(seat.cohort)
    return _seat_or_queue(seat, by, reason)


@in_turn
def decline(*, enrolment: Enrolment, by: User, reason: str = "") -> Enrolment:
    """Refuses a request or a place in line, or takes an offer back."""
    return _leave(_locked_to_decide(enrolment, by), EnrolmentState.DECLINED, by, reason)


@in_turn
def accept_offer(*, enrolment: Enrolment, by: User) -> Enrolment:
    """Takes the seat that was offered. Raises ValidationError (ran_out) after its end."""
    seat = _locked_offer(enrolment)
    if seat.offered_until is None or seat.offered_until <= now() or has_begun(seat.cohort):
        raise ValidationError(
            _("This offer has run out. Sign up again to wait for another seat."), code="ran_out"
        )
    return move(seat, EnrolmentState.ENROLLED, by=by)


@in_turn
def decline_offer(*, enrolment: Enrolment, by: User) -> Enrolment:
    """Passes the seat that was offered on to whoever waits next."""
    return _leave(_locked_offer(enrolment), EnrolmentState.DECLINED, by, "")


@in_turn
def mark_no_show(*, enrolment: Enrolment, by: User, reason: str = "") -> Enrolment:
    """Notes that somebody with a seat did not come at all: the seat is free again. Raises
    ValidationError before the first session, and for somebody who was there."""
    seat = _locked_to_decide(enrolment, by)
    if not has_begun(seat.cohort):
        raise ValidationError(_("The training has not begun yet."), code="not_begun")
    seen = AttendanceEvent.objects.filter(enrolment=seat).standing()
    if seen.exclude(presence=Presence.ABSENT).exists():
        raise ValidationError(
            _("%(person)s was there. Correct the roll first."),
            code="was_there",
            params={"person": seat.user},
        )
    return _leave(seat, EnrolmentState.NO_SHOW, by, reason)


@in_turn
def set_priority(
    *, enrolment: Enrolment, by: User, priority: int, seen: int | None = None
) -> Enrolment:
    """Puts somebody who waits or asks before (1 to 9) or among (0) the others. Raises
    ValidationError (changed_meanwhile) where it is neither this nor what was `seen` any more."""
    seat = _locked_to_decide(enrolment, by)
    if not 0 <= priority <= MOST_PRIORITY:
        raise ValidationError(_("A priority is a number from 0 to 9."), code="priority")
    if seen is not None and seat.priority not in (seen, priority):
        raise ValidationError(
            _("The priority of %(person)s has changed meanwhile, to %(priority)s. It stays so."),
            code="changed_meanwhile",
            params={"person": seat.user, "priority": seat.priority},
        )
    seat.priority = priority
    seat.save(update_fields=["priority"])
    record(action="seat.priority", by=by, about=seat, detail={"priority": priority})
    return seat


def expire_offers() -> int:
    """Passes on what can be passed on: offers that ran out, and seats that are free while somebody
    waits. Returns how many people were offered a seat. Each cohort is one transaction."""
    waiting = Cohort.objects.filter(
        state=CohortState.SCHEDULED, enrolments__state=EnrolmentState.WAITLISTED
    )
    lapsed = Cohort.objects.filter(
        state=CohortState.SCHEDULED, enrolments__offered_until__lte=now()
    )
    return sum(len(_allocated(one)) for one in (waiting | lapsed).distinct())


def _allocated(cohort: Cohort) -> list[Enrolment]:
    try:
        return allocate(cohort)
    except ValidationError:
        # Closed or cancelled in this moment.
        return []


def write_seat(
    *,
    cohort: Cohort,
    user: User,
    by: User | None,
    enrolled_as: str = "",
    notes: str = "",
    seat: Enrolment | None = None,
) -> Enrolment:
    """A seat for somebody, `seat` being what they have on record. Whoever calls holds the cohort's
    lock and has counted the seats."""
    seat = seat or Enrolment(cohort=cohort, user=user)
    seat.cohort, seat.user = cohort, user
    seat.enrolled_as = enrolled_as or seat.enrolled_as
    seat.notes = notes or seat.notes
    return move(seat, EnrolmentState.ENROLLED, by=by)


def _lock_for_sign_up(cohort: Cohort) -> tuple[Cohort, Standing]:
    """The cohort, locked, with every seat offered that could be: those who wait go first. And how
    it stands then."""
    cohort = lock_open_cohort(cohort)
    if cohort.sign_up == SignUp.CLOSED:
        raise ValidationError(_("The training office fills this cohort itself."), code="closed")
    if has_begun(cohort):
        raise ValidationError(_("This training has begun already."), code="begun")
    standing = standing_of(cohort)
    if pass_on_from(cohort, standing) or standing.lapsed:
        standing = standing_of(cohort)
    return cohort, standing


def _sign_up(
    cohort: Cohort, standing: Standing, user: User, *, by: User, enrolled_as: str, lacking: bool
) -> Enrolment:
    seat = cohort.enrolments.order_by().filter(user=user).first()
    seat = seat or Enrolment(cohort=cohort, user=user)
    if seat.pk and seat.state in (EnrolmentState.ENROLLED, *ON_THE_WAY):
        return seat
    asks = cohort.sign_up == SignUp.BY_REQUEST or lacking or _was_taken_out(seat)
    seat.cohort, seat.user, seat.enrolled_as = cohort, user, enrolled_as
    seat.nominated_by = None if by.pk == user.pk else by
    seat.queued_at, seat.priority = new_place(standing), 0
    if asks:
        return move(seat, EnrolmentState.REQUESTED, by=by)
    if standing.held >= cohort.capacity:
        return move(seat, EnrolmentState.WAITLISTED, by=by)
    return _seat_or_queue(seat, by)


def _was_taken_out(seat: Enrolment) -> bool:
    """Whether somebody else ended it and nobody has let them in since: they are asked before it
    begins anew. Asking, giving up and being nominated meanwhile changes nothing about it, nor does
    an offer, or its end, on which nobody decided."""
    if not seat.pk:
        return False
    decided = (
        seat.transitions.exclude(by=seat.user_id)
        .exclude(target=EnrolmentState.REQUESTED)
        .exclude(by=None, target__in=(EnrolmentState.OFFERED, EnrolmentState.DECLINED))
    )
    last = decided.order_by("-pk").first()
    return last is not None and last.target in (EnrolmentState.DECLINED, *GIVEN_UP)


def _seat_or_queue(seat: Enrolment, by: User, reason: str = "") -> Enrolment:
    room = seats_of(seat.cohort).admits(person_of(seat.user))
    target = EnrolmentState.ENROLLED if room else EnrolmentState.WAITLISTED
    return move(seat, target, by=by, reason=reason)


def _leave(seat: Enrolment, target: EnrolmentState, by: User | None, reason: str) -> Enrolment:
    move(seat, target, by=by, reason=reason)
    pass_on(seat.cohort)
    return seat


def _locked(enrolment: Enrolment) -> Enrolment:
    """The enrolment as it stands, with its cohort locked."""
    cohort = lock_open_cohort(enrolment.cohort)
    enrolment.refresh_from_db()
    enrolment.cohort = cohort
    return enrolment


def _locked_to_decide(enrolment: Enrolment, by: User | None) -> Enrolment:
    check_decides(by, enrolment.user)
    return _locked(enrolment)


def _locked_offer(enrolment: Enrolment) -> Enrolment:
    seat = _locked(enrolment)
    if seat.state != EnrolmentState.OFFERED:
        raise ValidationError(_("This has already been done."), code="wrong_state")
    return seat
