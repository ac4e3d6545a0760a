"""Marking a roll. Marks are only ever added; a later one corrects an earlier one and says why."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions.allocation import lock_open_cohort
from courses.actions.attendance_times import (
    confirm_check_ins,
    record_times,
    refuse_check_ins,
)
from courses.actions.events import (
    check_people,
    check_started,
    event_key,
    marked_meanwhile,
    reason_missing,
    write_events,
    written_before,
)
from courses.hours.stays import Direction
from courses.models import AttendanceEvent, Enrolment, Presence, Source, TrainingSession
from lms.accounts.clock import now
from lms.accounts.models import User

__all__ = ["confirm_check_ins", "mark_attendance", "record_times", "refuse_check_ins"]

Marks = Mapping[Enrolment, tuple[str, int | None]]
# Presence and minutes, as a mark stands.
Word = tuple[str, int]


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
    times: Mapping[Enrolment, datetime] | None = None,
    seen: Mapping[Enrolment, Word | None] | None = None,
) -> list[AttendanceEvent]:
    """Writes the marks that say something new, and returns them. A mark is the trainer's word on
    the whole session, whatever was known of coming and leaving.

    `marks` holds presence and minutes there for each seat; minutes count only for "late" (1 up to
    those of the module). `key` names the form that was sent: sending it again writes nothing twice.
    `times` says when single marks were made, where that was not when they arrive. `seen` says which
    marks stood, as presence and minutes, when they were made.
    Raises ValidationError for a session that has not started, a seat that is not expected there or
    was given up, one's own seat, a mark that somebody made meanwhile (`marked_meanwhile`, one for
    each, with the seat in its params), and, without a reason, a changed mark or one that takes
    minutes away. Nothing is written then.
    """
    at = _check_time(session, happened_at)
    made_at = {seat.pk: _check_time(session, made) for seat, made in (times or {}).items()}
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
            happened_at=made_at.get(enrolment.pk, at),
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
    if seen is not None:
        _check_seen(events, standing, seen)
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


def _check_seen(
    events: Iterable[AttendanceEvent],
    standing: Mapping[int, AttendanceEvent],
    seen: Mapping[Enrolment, Word | None],
) -> None:
    """Refuses to change marks that stood differently when whoever marks looked at them."""
    unseen = [
        marked_meanwhile(standing[event.enrolment_id])
        for event in events
        if _word(standing.get(event.enrolment_id)) not in (None, seen.get(event.enrolment))
    ]
    if unseen:
        raise ValidationError(unseen)


def _word(event: AttendanceEvent | None) -> Word | None:
    """What somebody said of the whole session; None where nobody did."""
    if event is None or event.presence in list(Direction):
        return None
    return event.presence, event.minutes


def _says_the_same(earlier: AttendanceEvent | None, event: AttendanceEvent) -> bool:
    return earlier is not None and (
        (earlier.presence, earlier.minutes) == (event.presence, event.minutes)
    )


def _needs_reason(earlier: AttendanceEvent | None, event: AttendanceEvent) -> bool:
    """A word that changes another one is a correction, and so is one that takes minutes away."""
    if earlier is None:
        return False
    return _word(earlier) is not None or event.minutes < earlier.minutes
