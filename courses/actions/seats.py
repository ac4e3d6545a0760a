"""Seats: enrolling people, withdrawing and reinstating them."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import (
    Cohort,
    CohortState,
    Enrolment,
    EnrolmentState,
    EnrolmentTransition,
)
from courses.models.enrolment import ENROLMENT_TRANSITIONS
from courses.wording import roster_reason
from lms.accounts.audit import record
from lms.accounts.models import User
from lms.accounts.roles import ROLES


@transaction.atomic
def enrol(
    *, cohort: Cohort, user: User, by: User | None, enrolled_as: str = "", notes: str = ""
) -> Enrolment:
    """Gives somebody a seat. A person who has one keeps it as it is. Raises ValidationError where
    the cohort is full, or not open, and for somebody who reads survey results."""
    cohort = lock_open_cohort(cohort)
    seat = Enrolment.objects.filter(cohort=cohort, user=user).first()
    if seat is not None:
        return seat
    _check_may_sit(user)
    check_room(cohort)
    seat = write_seat(cohort=cohort, user=user, by=by, enrolled_as=enrolled_as, notes=notes)
    record(action="seat.enrolled", by=by, about=seat, detail={"cohort": cohort.code})
    return seat


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: User | None) -> Enrolment:
    """Gives a seat up. What was earned in it stays earned."""
    return _move(enrolment, EnrolmentState.WITHDRAWN, by, "seat.withdrawn")


@transaction.atomic
def reinstate(*, enrolment: Enrolment, by: User | None) -> Enrolment:
    """Gives a withdrawn person their seat back, if there is still one."""
    return _move(enrolment, EnrolmentState.ENROLLED, by, "seat.reinstated")


def lock_open_cohort(cohort: Cohort) -> Cohort:
    """The cohort, locked until the transaction ends; refuses one that is closed or cancelled."""
    locked = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if locked.state != CohortState.SCHEDULED:
        raise ValidationError(roster_reason("not_open"), code="not_open")
    return locked


def check_room(cohort: Cohort) -> None:
    """Refuses one seat more than the cohort has. Call with the cohort locked."""
    if cohort.enrolments.seated().count() >= cohort.capacity:
        raise ValidationError(roster_reason("full", str(cohort.capacity)), code="full")


def reads_answers(user: User) -> bool:
    """Whether somebody's role reads what people answered. They take no seat among those people."""
    return any(ROLES[held.role].sees_answers for held in user.role_assignments.all())


def _check_may_sit(user: User) -> None:
    if reads_answers(user):
        raise ValidationError(roster_reason("reads_answers"), code="reads_answers")


def write_seat(
    *, cohort: Cohort, user: User, by: User | None, enrolled_as: str = "", notes: str = ""
) -> Enrolment:
    """The rows of a new seat. Whoever calls holds the cohort's lock and has counted the seats."""
    seat = Enrolment.objects.create(cohort=cohort, user=user, enrolled_as=enrolled_as, notes=notes)
    EnrolmentTransition.objects.create(
        enrolment=seat, source="", target=EnrolmentState.ENROLLED, by=by
    )
    return seat


def _move(enrolment: Enrolment, target: EnrolmentState, by: User | None, action: str) -> Enrolment:
    cohort = lock_open_cohort(enrolment.cohort)
    source = Enrolment.objects.values_list("state", flat=True).get(pk=enrolment.pk)
    if target not in ENROLMENT_TRANSITIONS[EnrolmentState(source)]:
        raise ValidationError(_("This has already been done."), code="wrong_state")
    if target == EnrolmentState.ENROLLED:
        _check_may_sit(enrolment.user)
        check_room(cohort)
    enrolment.state = target
    enrolment.save(update_fields=["state"])
    EnrolmentTransition.objects.create(enrolment=enrolment, source=source, target=target, by=by)
    record(action=action, by=by, about=enrolment, detail={"cohort": cohort.code})
    return enrolment
