"""Make-ups: a module that a seat missed, booked in another cohort's session of the same module."""

from collections.abc import Sequence
from itertools import groupby

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.actions.bookings import book_person
from courses.actions.guests import cancel
from courses.actions.seats import lock_open_cohort
from courses.actions.telling import tell_make_up
from courses.actions.turns import in_turn
from courses.hours.ledger import Why
from courses.models import Cohort, Enrolment, EnrolmentState, MakeUp, TrainingSession
from courses.presence.ledgers import ledgers_for
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User


@in_turn
def book_make_up(*, enrolment: Enrolment, session: TrainingSession, by: User | None) -> MakeUp:
    """Books a seat's missed module in another cohort's session: the person is taken at that time,
    stands on that session's roll and counts against its cohort's capacity. Raises ValidationError
    where the module was not missed or is booked already, the session does not teach it, has begun
    or is full, and where the person is taken at that time."""
    make_up = _book(enrolment, session, by)
    tell_make_up(make_up)
    return make_up


@in_turn
def book_make_ups(
    *, enrolment: Enrolment, sessions: Sequence[TrainingSession], by: User | None
) -> list[MakeUp]:
    """Books several missed modules of a seat, or none of them: as `book_make_up`, with one mail for
    those of one cohort."""
    # Cohort by cohort in one order, so that two who do so never wait for each other.
    in_order = sorted(sessions, key=lambda one: (one.cohort_id, one.starts_at, one.pk))
    make_ups = [_book(enrolment, one, by) for one in in_order]
    for _host, together in groupby(make_ups, key=lambda one: one.session.cohort_id):
        tell_make_up(*together)
    return make_ups


def _book(enrolment: Enrolment, session: TrainingSession, by: User | None) -> MakeUp:
    host = lock_open_cohort(session.cohort)
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    session = host.sessions.select_related("module__version").get(pk=session.pk)
    _check_session(enrolment, session)
    _check_missed(enrolment, session)
    _check_place(host, session)
    book_person(enrolment.user, [session])
    make_up = MakeUp.objects.create(enrolment=enrolment, session=session, booked_by=by)
    detail = {"module": session.module.code, "cohort": host.code}
    record(action="make_up.booked", by=by, about=enrolment, detail=detail)
    return make_up


def _check_session(enrolment: Enrolment, session: TrainingSession) -> None:
    if session.cohort_id == enrolment.cohort_id:
        raise ValidationError(
            _("That is the cohort's own session. Choose one of another cohort."), code="own_cohort"
        )
    if not TrainingSession.objects.teaching_again(enrolment.cohort).filter(pk=session.pk).exists():
        raise ValidationError(
            _("That session does not teach the same module."), code="other_module"
        )
    if session.starts_at <= now():
        raise ValidationError(_("That session has begun. Choose a later one."), code="begun")
    takes_part = Enrolment.objects.holding().filter(cohort=session.cohort_id)
    if takes_part.filter(user=enrolment.user_id).exists():
        raise ValidationError(
            _("%(person)s has a seat in that cohort."),
            code="has_seat",
            params={"person": enrolment.user},
        )
    for_other_seats = MakeUp.objects.standing().exclude(enrolment=enrolment)
    if for_other_seats.filter(session=session, enrolment__user=enrolment.user_id).exists():
        raise ValidationError(
            _("%(person)s makes the module up there for another seat already."),
            code="guest_already",
            params={"person": enrolment.user},
        )
    if session.instructors.filter(person=enrolment.user_id).exists():
        raise ValidationError(
            _("%(person)s teaches that session."),
            code="teaches",
            params={"person": enrolment.user},
        )


def _check_missed(enrolment: Enrolment, session: TrainingSession) -> None:
    if enrolment.state != EnrolmentState.ENROLLED:
        raise ValidationError(_("The seat was given up."), code="withdrawn")
    lines = ledgers_for([enrolment])[enrolment.pk].lines
    line = next(one for one in lines if one.module_code == session.module.code)
    if line.why == Why.BOOKED:
        raise ValidationError(
            _("This module is booked already. Cancel that first."), code="booked_already"
        )
    if not line.is_missed:
        raise ValidationError(
            _("This module was not missed, or its roll is not complete yet."), code="not_missed"
        )


def _check_place(host: Cohort, session: TrainingSession) -> None:
    """A guest takes one of the places that the cohort has, for this session. The cohort is locked,
    so nobody else takes it meanwhile."""
    guests = MakeUp.objects.standing().filter(session=session).count()
    if host.enrolments.holding().count() + guests >= host.capacity:
        raise ValidationError(_("That session is full. Choose another one."), code="full")


@in_turn
def cancel_make_up(*, make_up: MakeUp, by: User | None) -> MakeUp:
    """Gives a booked make-up back, until its session begins. Cancelling twice changes nothing."""
    session = make_up.session
    Cohort.objects.select_for_update().get(pk=session.cohort_id)
    locked = MakeUp.objects.select_for_update(of=("self",)).get(pk=make_up.pk)
    if locked.cancelled_at is not None:
        return locked
    if session.starts_at <= now():
        raise ValidationError(_("The session has begun: its roll says who came."), code="begun")
    return cancel(locked, by)
