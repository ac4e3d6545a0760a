"""Marking a roll. Marks are only ever added; a later one corrects an earlier one and says why."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions.allocation import lock_open_cohort
from courses.models import AttendanceEvent, Enrolment, EnrolmentState, Presence, TrainingSession
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User

Marks = Mapping[Enrolment, tuple[str, int | None]]


@transaction.atomic
def mark_attendance(
    *,
    session: TrainingSession,
    marks: Marks,
    by: User,
    happened_at: datetime | None = None,
    reason: str = "",
    key: uuid.UUID | None = None,
) -> list[AttendanceEvent]:
    """Writes the marks that say something new, and returns them.

    `marks` holds presence and minutes there for each seat; minutes count only for "late" (1 up to
    those of the module). `key` names the form that was sent: sending it again writes nothing twice.
    Raises ValidationError for a session that has not started, a seat of another cohort or one that
    was given up, one's own seat, and a changed mark without a reason. Nothing is written then.
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
            happened_at=at,
            recorded_at=now(),
            recorded_by=by,
        )
        earlier = standing.get(enrolment.pk)
        event.reason = reason.strip() if earlier else ""
        event.key = _event_key(key, event, reason)
        if not _says_the_same(earlier, event):
            events.append(event)
    events = _not_sent_before(events)
    for event in events:
        _check(event, standing.get(event.enrolment_id))
    return _write(session, events, by)


def _check_time(session: TrainingSession, happened_at: datetime | None) -> datetime:
    moment = now()
    if session.starts_at > moment:
        raise ValidationError(
            _("This session has not started. You can mark it once it has."), code="not_started"
        )
    at = happened_at or min(moment, session.ends_at)
    if not session.starts_at <= at <= moment:
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


def _check(event: AttendanceEvent, earlier: AttendanceEvent | None) -> None:
    person = {"person": event.enrolment.user}
    if event.enrolment.cohort_id != event.session.cohort_id:
        raise ValidationError(
            _("%(person)s has no seat in this cohort."), code="other_cohort", params=person
        )
    if event.enrolment.state != EnrolmentState.ENROLLED:
        raise ValidationError(_("%(person)s gave up the seat."), code="withdrawn", params=person)
    if event.enrolment.user_id == event.recorded_by_id:
        raise ValidationError(
            _("Somebody else has to mark you. Ask another trainer."), code="own_seat"
        )
    if earlier is not None and not event.reason:
        raise ValidationError(
            _("%(person)s was marked before. Say why you change the mark."),
            code="reason_missing",
            params=person,
        )


def _event_key(key: uuid.UUID | None, event: AttendanceEvent, reason: str) -> uuid.UUID:
    """The same mark from the same form has the same key. What it says is part of it, so that a
    form sent again with another mark is not taken for a retry and lost."""
    if key is None:
        return uuid.uuid4()
    told = (event.session_id, event.enrolment_id, event.presence, event.minutes, reason)
    return uuid.uuid5(key, "/".join(map(str, told)))


def _not_sent_before(events: list[AttendanceEvent]) -> list[AttendanceEvent]:
    """Without the marks that this very form has written before, perhaps corrected since."""
    written = set(
        AttendanceEvent.objects.filter(key__in=[event.key for event in events]).values_list(
            "key", flat=True
        )
    )
    return [event for event in events if event.key not in written]


def _write(
    session: TrainingSession, events: list[AttendanceEvent], by: User
) -> list[AttendanceEvent]:
    if events:
        AttendanceEvent.objects.bulk_create(events)
        corrected = sum(bool(event.reason) for event in events)
        detail = {"marked": len(events), "corrected": corrected}
        record(action="attendance.marked", by=by, about=session, detail=detail)
    return events
