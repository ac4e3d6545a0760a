"""What every way of recording attendance shares. Events are only ever added; the newest one of a
seat and a session says what was earned there."""

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.hours.stays import Held, Seen
from courses.models import (
    AttendanceEvent,
    Enrolment,
    EnrolmentState,
    MakeUp,
    TrainingSession,
)
from courses.presence.corrections import seen
from courses.words.codes import moment_of
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User


def held(session: TrainingSession) -> Held:
    """A session as minutes are counted in it."""
    return Held(
        session.starts_at,
        session.ends_at,
        session.module.minutes,
        settings.ATTENDANCE_GRACE_MINUTES,
    )


def histories(session: TrainingSession) -> dict[int, list[Seen]]:
    """What was recorded in a session for each seat, by its id, in the order of recording."""
    found: dict[int, list[Seen]] = defaultdict(list)
    for event in session.attendance.order_by("pk"):
        found[event.enrolment_id].append(seen(event))
    return found


def check_started(session: TrainingSession) -> None:
    if session.starts_at > now():
        raise ValidationError(
            _("This session has not started. You can mark it once it has."), code="not_started"
        )


def check_people(session: TrainingSession, seats: Iterable[Enrolment], by: User) -> None:
    """Refuses whoever is not expected at the session, and one's own seat."""
    standing = MakeUp.objects.filter(session=session, cancelled_at__isnull=True)
    guests = set(standing.values_list("enrolment", flat=True))
    for seat in seats:
        person = {"person": seat.user}
        if seat.cohort_id != session.cohort_id and seat.pk not in guests:
            raise ValidationError(
                _("%(person)s has no seat in this cohort."), code="other_cohort", params=person
            )
        if seat.state != EnrolmentState.ENROLLED:
            raise ValidationError(
                _("%(person)s gave up the seat."), code="withdrawn", params=person
            )
        if seat.user_id == by.pk:
            raise ValidationError(
                _("Somebody else has to mark you. Ask another trainer."), code="own_seat"
            )


def check_not_elsewhere(session: TrainingSession, events: Iterable[AttendanceEvent]) -> None:
    """Refuses minutes for whoever has earned some at the same time under another seat."""
    earning = {event.enrolment_id: event.enrolment for event in events if event.minutes}
    people = {seat.user_id for seat in earning.values()}
    at_once = AttendanceEvent.objects.standing().filter(
        enrolment__user__in=people,
        minutes__gt=0,
        session__starts_at__lt=session.ends_at,
        session__ends_at__gt=session.starts_at,
    )
    other = at_once.exclude(session=session, enrolment__in=earning).select_related(
        "enrolment__user"
    )
    if earned := other.first():
        raise ValidationError(
            _(
                "%(person)s has earned minutes in another session at that time. Correct the mark "
                "there first, or mark them absent here."
            ),
            code="elsewhere",
            params={"person": earned.enrolment.user},
        )


def reason_missing(seat: Enrolment) -> ValidationError:
    return ValidationError(
        _("%(person)s was marked before. Say why you change the mark."),
        code="reason_missing",
        params={"person": seat.user},
    )


def marked_meanwhile(event: AttendanceEvent) -> ValidationError:
    return ValidationError(
        _(
            "At %(time)s %(by)s marked this person “%(mark)s”. Choose the same, or say why you "
            "change it."
        ),
        code="marked_meanwhile",
        params={
            "seat": event.enrolment_id,
            "by": event.recorded_by,
            "time": moment_of(event.recorded_at, event.session.cohort.zone),
            "mark": event.get_presence_display(),
        },
    )


def event_key(key: uuid.UUID | None, *told: object) -> uuid.UUID:
    """The same words from the same form have the same key. What they say is part of it, so that a
    form sent again with another mark is not taken for a retry and lost."""
    return uuid.uuid5(key, "/".join(map(str, told))) if key else uuid.uuid4()


def written_before(keys: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Which events this very form has written before, perhaps corrected since."""
    written = AttendanceEvent.objects.filter(key__in=list(keys))
    return set(written.values_list("key", flat=True))


def write_events(
    session: TrainingSession, events: list[AttendanceEvent], by: User, action: str
) -> list[AttendanceEvent]:
    if events:
        check_not_elsewhere(session, events)
        AttendanceEvent.objects.bulk_create(events)
        corrected = sum(bool(event.reason) for event in events)
        detail = {"marked": len(events), "corrected": corrected}
        record(action=action, by=by, about=session, detail=detail)
    return events
