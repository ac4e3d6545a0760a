"""Booked make-ups that are given back, by whoever holds the lock of the cohort they are in."""

from collections import defaultdict

from courses.actions.bookings import release_person
from courses.actions.telling import tell_make_up
from courses.models import MakeUp, TrainingSession
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User


def call_off_make_ups(*, by: User | None, **which: object) -> int:
    """Cancels the booked make-ups that are still to come: of one `enrolment`, of one
    `session__cohort` or in one `session`. For whoever gives up a seat, gets one where they are a
    guest, or takes a session away. Says how many."""
    ahead = MakeUp.objects.filter(cancelled_at=None, session__starts_at__gt=now(), **which)
    found = list(ahead.select_related("enrolment__user", "session__module", "session__cohort"))
    together: dict[tuple[int, int], list[MakeUp]] = defaultdict(list)
    for make_up in found:
        _take_out(make_up, by)
        together[make_up.enrolment_id, make_up.session.cohort_id].append(make_up)
    for make_ups in together.values():
        tell_make_up(*make_ups)
    return len(found)


def cancel(make_up: MakeUp, by: User | None) -> MakeUp:
    """Takes one make-up back, and tells the person."""
    _take_out(make_up, by)
    tell_make_up(make_up)
    return make_up


def _take_out(make_up: MakeUp, by: User | None) -> None:
    """The person is free at that time, and off the roll."""
    make_up.cancelled_at, make_up.cancelled_by = now(), by
    make_up.save(update_fields=["cancelled_at", "cancelled_by"])
    at = TrainingSession.objects.filter(pk=make_up.session_id)
    release_person(make_up.enrolment.user, at)
    detail = {"module": make_up.session.module.code, "cohort": make_up.session.cohort.code}
    record(action="make_up.cancelled", by=by, about=make_up.enrolment, detail=detail)
