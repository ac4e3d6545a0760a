"""Marking a roll. Marks are only ever added; a later one corrects an earlier one and says why."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions.attendance_times import (
    confirm_check_ins,
    record_times,
    refuse_check_ins,
)
from courses.actions.events import (
    check_people,
    check_started,
    event_key,
    reason_missing,
    write_events,
    written_before,
)
from courses.actions.seats import lock_open_cohort
from courses.models import AttendanceEvent, Enrolment, Presence, Source, TrainingSession
from courses.stays import Direction
from lms.accounts.clock import now
from lms.accounts.models import User

__all__ = ["confirm_check_ins", "mark_attendance", "record_times", "refuse_check_ins"]

Marks = Mapping[Enrolment, tuple[str, int | None]]


@transaction.atomic
def mark_attendance(
    *,
    session: TrainingSession,
    marks: Marks,
    by: User,
    happened_at: datetime | None = None,
    source: str = Source.ROLL,
    reason: str = "",
    key: uuid.UUID | None = None,
) -> list[AttendanceEvent]:
    """Writes the marks that say something new, and returns them. A mark is the trainer's word on
    the whole session, whatever was known of coming and leaving.

    `marks` holds presence and minutes there for each seat; minutes count only for "late" (1 up to
    those of the module). `key` names the form that was sent: sending it again writes nothing twice.
    Raises ValidationError for a session that has not started, a seat that is not expected there or
    was given up, one's own seat, and, without a reason, a changed mark or one that takes minutes
    away. Nothing is written then.
    """
    at = _check_time(session, happened_at)
    lock_open_cohort(session.cohort)
    standing = {event.enrolment_id: event for event in session.attendance.standing()}
    events: list[AttendanceEvent] = []
    for enrolment, (presence, minutes) in marks.items():
        event = AttendanceEvent(
            enrolment=enrolment,
            session=session,
            presence=presence,
            minutes=_minutes(session, presence, minutes),
            source=source,
            happened_at=at,
            recorded_at=now(),
            recorded_by=by,
        )
        earlier = standing.get(enrolment.pk)
        event.reason = reason.strip() if _needs_reason(earlier, event) else ""
        event.key = event_key(key, session.pk, enrolment.pk, presence, event.minutes, reason)
        if not _says_the_same(earlier, event):
            events.append(event)
    written = written_before(event.key for event in events)
    events = [event for event in events if event.key not in written]
    check_people(session, [event.enrolment for event in events], by)
    for event in events:
        if _needs_reason(standing.get(event.enrolment_id), event) and not event.reason:
            raise reason_missing(event.enrolment)
    return write_events(session, events, by, "attendance.marked")


def _check_time(session: TrainingSession, happened_at: datetime | None) -> datetime:
    check_started(session)
    at = happened_at or min(now(), session.ends_at)
    if not session.starts_at <= at <= now():
        raise ValidationError(
            _("A mark belongs between the start of the session and now."), code="wrong_time"
        )
    return at


def _minutes(session: TrainingSession, presence: str, minutes: int | None) -> int:
    most = session.module.minutes
    if presence == Presence.HERE:
        return most
    if presence == Presence.ABSENT:
        return 0
    if presence != Presence.LATE:
        raise ValidationError(_("A mark is here, late or absent."), code="wrong_presence")
    if minutes is None or not 1 <= minutes <= most:
        raise ValidationError(
            _("Whoever was late was there for 1 to %(most)s minutes."),
            code="wrong_minutes",
            params={"most": most},
        )
    return minutes


def _says_the_same(earlier: AttendanceEvent | None, event: AttendanceEvent) -> bool:
    return earlier is not None and (
        (earlier.presence, earlier.minutes) == (event.presence, event.minutes)
    )


def _needs_reason(earlier: AttendanceEvent | None, event: AttendanceEvent) -> bool:
    """A word that changes another one is a correction, and so is one that takes minutes away."""
    if earlier is None:
        return False
    was_a_word = earlier.presence not in list(Direction)
    return was_a_word or event.minutes < earlier.minutes
