"""Who came in the demo, who said so themselves, and who makes up what they missed."""

from datetime import date, timedelta
from itertools import islice
from random import Random

from courses.actions import book_make_up
from courses.models import (
    AttendanceEvent,
    CheckIn,
    Cohort,
    Enrolment,
    Presence,
    Source,
    TrainingSession,
)
from courses.presence.ledgers import ledgers_for
from lms.accounts.clock import now
from lms.accounts.models import User

MAKE_UPS, CHECK_INS = 2, 5


def newest_session(cohort: Cohort) -> TrainingSession | None:
    """The one that is being taught, or was taught last."""
    begun = cohort.sessions.filter(starts_at__lte=now()).select_related("module")
    return begun.order_by("starts_at").last()


def mark_rolls(
    cohort: Cohort,
    by: User,
    random: Random,
    *,
    gaps: bool = True,
    but: TrainingSession | None = None,
) -> None:
    """Marks every session that is over, but one whose roll is left to take: most people are there,
    a few miss a day or come late."""
    over = cohort.sessions.filter(ends_at__lte=now()).select_related("module")
    sessions = [session for session in over if session != but]
    days = sorted({session.starts_at.date() for session in sessions})
    events = []
    for seat in cohort.enrolments.all():
        missed = random.choice(days) if gaps and days and random.random() < 0.07 else None
        events += [_event(seat, session, by, missed, random) for session in sessions]
    AttendanceEvent.objects.bulk_create(events)


def _event(
    seat: Enrolment, session: TrainingSession, by: User, missed: date | None, random: Random
) -> AttendanceEvent:
    presence, minutes = Presence.HERE, session.module.minutes
    if session.starts_at.date() == missed:
        presence, minutes = Presence.ABSENT, 0
    elif missed and random.random() < 0.05:
        presence, minutes = Presence.LATE, session.module.minutes - 15
    return AttendanceEvent(
        enrolment=seat,
        session=session,
        presence=presence,
        minutes=minutes,
        happened_at=session.starts_at,
        recorded_at=session.starts_at + timedelta(minutes=10),
        recorded_by=by,
    )


def check_in_some(session: TrainingSession) -> None:
    """Some people said themselves that they came, by the code in the room; nobody has confirmed it
    yet."""
    seats = session.cohort.enrolments.seated().order_by("pk")[:CHECK_INS]
    CheckIn.objects.bulk_create(
        CheckIn(
            enrolment=seat,
            session=session,
            direction=Presence.IN,
            source=Source.CODE,
            happened_at=session.starts_at + timedelta(seconds=20 * place),
            recorded_at=session.starts_at + timedelta(seconds=20 * place),
        )
        for place, seat in enumerate(seats)
    )


def book_make_ups(cohort: Cohort, host: Cohort, by: User) -> None:
    """Books the first of what was missed, for some of those who missed anything, with the host; the
    rest is left to book."""
    ledgers = ledgers_for(list(cohort.enrolments.seated().select_related("user")))
    missed = [
        (seat, next((line for line in ledgers[seat.pk].lines if line.is_missed), None))
        for seat in cohort.enrolments.seated().select_related("user", "cohort")
    ]
    for seat, line in islice(((seat, line) for seat, line in missed if line), MAKE_UPS):
        session = host.sessions.get(module__code=line.module_code)
        book_make_up(enrolment=seat, session=session, by=by)
