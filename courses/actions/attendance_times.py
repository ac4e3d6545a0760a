"""Coming and leaving: times from a sheet, and people's own word that a trainer takes over."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions.events import (
    check_not_elsewhere,
    check_people,
    check_started,
    event_key,
    held,
    histories,
    reason_missing,
    write_events,
    written_before,
)
from courses.actions.seats import lock_open_cohort
from courses.hours.stays import Seen, counting, minutes_after, minutes_there
from courses.models import (
    AttendanceEvent,
    CheckIn,
    Enrolment,
    Presence,
    Source,
    TrainingSession,
)
from courses.presence.corrections import seen
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User

# How long before a session somebody may have come, and how long after it left.
MARGIN = timedelta(hours=2)

Times = Mapping[Enrolment, tuple[datetime | None, datetime | None]]


@transaction.atomic
def record_times(
    *,
    session: TrainingSession,
    times: Times,
    by: User,
    source: str = Source.SHEET,
    reason: str = "",
    key: uuid.UUID | None = None,
) -> list[AttendanceEvent]:
    """Writes when people came and left, as far as it is new, and returns the events.

    Without a reason, what is given is added to what is known: earlier stays count on. With one, it
    takes the place of all that was recorded for a seat before. `key` names the form or device that
    sent it: sending it again writes nothing twice. Raises ValidationError for a session that has
    not started, a seat that is not expected, one's own seat, times in the wrong order or far from
    the session, and, without a reason, times that take minutes away or contradict a correction.
    Nothing is written then.
    """
    check_started(session)
    lock_open_cohort(session.cohort)
    check_people(session, times, by)
    sheet = _Sheet(session, by, source, reason, key, now())
    sent = {seat: sheet.moments(*times[seat]) for seat in times}
    for seat in sent:
        _check_times(session, seat, sent[seat])
    written = written_before(sheet.key_of(seat, one) for seat in sent for one in sent[seat])
    known = histories(session)
    events: list[AttendanceEvent] = []
    for seat, moments in sent.items():
        unsent = [one for one in moments if sheet.key_of(seat, one) not in written]
        events += _events(sheet, seat, known.get(seat.pk, []), unsent)
    return write_events(session, events, by, "attendance.timed")


@dataclass(frozen=True)
class _Sheet:
    """What one call of `record_times` says of all its seats."""

    session: TrainingSession
    by: User
    source: str
    reason: str
    key: uuid.UUID | None
    at: datetime

    def moments(self, came: datetime | None, left: datetime | None) -> list[Seen]:
        told = ((Presence.IN, came), (Presence.OUT, left))
        return [Seen(said, 0, at, self.at) for said, at in told if at]

    def key_of(self, seat: Enrolment, moment: Seen) -> uuid.UUID:
        told = (moment.said, moment.happened_at, self.reason)
        return event_key(self.key, self.session.pk, seat.pk, *told)

    def event(self, seat: Enrolment, moment: Seen) -> AttendanceEvent:
        return AttendanceEvent(
            enrolment=seat,
            session=self.session,
            presence=moment.said,
            minutes=moment.minutes,
            source=self.source,
            happened_at=moment.happened_at,
            recorded_at=moment.recorded_at,
            recorded_by=self.by,
            reason=self.reason.strip() if moment.corrects else "",
            key=self.key_of(seat, moment),
        )


def _check_times(session: TrainingSession, seat: Enrolment, moments: Sequence[Seen]) -> None:
    person = {"person": seat.user}
    if len(moments) > 1 and moments[1].happened_at <= moments[0].happened_at:
        raise ValidationError(
            _("%(person)s cannot leave before coming."), code="wrong_order", params=person
        )
    last = min(session.ends_at + MARGIN, now())
    if not all(session.starts_at - MARGIN <= one.happened_at <= last for one in moments):
        raise ValidationError(
            _("%(person)s: this time is too far from the session, or still to come."),
            code="wrong_time",
            params=person,
        )


def _events(
    sheet: _Sheet, seat: Enrolment, history: list[Seen], moments: list[Seen]
) -> list[AttendanceEvent]:
    """The events of one seat that say something new."""
    known = {(one.said, one.happened_at) for one in counting(history)}
    new = [one for one in moments if (one.said, one.happened_at) not in known]
    if history and sheet.reason.strip():
        changed = new or len(moments) < len(known)
        new = [replace(one, corrects=True) for one in moments] if changed else []
    elif history and new:
        _check_takes_nothing(sheet.session, seat, history, new)
    return _on_top(sheet, seat, history, new)


def _check_takes_nothing(
    session: TrainingSession, seat: Enrolment, history: list[Seen], new: list[Seen]
) -> None:
    """Leaving may show that less was earned than stands; so may a time that a later correction has
    overruled; coming alone leaves open what a mark has settled. All need a reason."""
    together = counting([*history, *new])
    left = any(one.said == Presence.OUT for one in new)
    lowers = left and minutes_there(together, held(session)) < history[-1].minutes
    unsays = not left and not history[-1].is_moment
    if lowers or unsays or any(one not in together for one in new):
        raise reason_missing(seat)


def _on_top(
    sheet: _Sheet, seat: Enrolment, history: list[Seen], moments: list[Seen]
) -> list[AttendanceEvent]:
    history = list(history)
    for number, moment in enumerate(moments):
        minutes = minutes_after(history, moment, held(sheet.session))
        moments[number] = replace(moment, minutes=minutes)
        history.append(moments[number])
    return [sheet.event(seat, moment) for moment in moments]


@transaction.atomic
def confirm_check_ins(
    *, session: TrainingSession, check_ins: Collection[CheckIn], by: User
) -> list[AttendanceEvent]:
    """Takes over people's own word that they came or left, in the order in which it happened, and
    returns the events. What is settled already is left alone; nothing that was earned is lost by
    it, and what a trainer has marked stands as it is. Raises ValidationError for a session that
    has not started, somebody who is not expected or is marked absent, and one's own seat. Nothing
    is written then."""
    check_started(session)
    lock_open_cohort(session.cohort)
    open_ones = _still_open(session, check_ins)
    check_people(session, [one.enrolment for one in open_ones], by)
    known = histories(session)
    words = {seat: past[-1] for seat, past in known.items() if not past[-1].is_moment}
    _check_not_absent(open_ones, words)
    events = [_take_over(one, known[one.enrolment_id], by) for one in open_ones]
    seats = {one.enrolment_id: one.enrolment for one in open_ones if one.enrolment_id in words}
    for pk, seat in seats.items():
        _say_again(session, seat, words[pk], by)
    if events:
        check_not_elsewhere(session, events)
        detail = {"confirmed": len(events)}
        record(action="attendance.confirmed", by=by, about=session, detail=detail)
    return events


@transaction.atomic
def refuse_check_ins(*, session: TrainingSession, check_ins: Collection[CheckIn], by: User) -> int:
    """Settles people's own word without taking it over; says how many. It earns nothing."""
    lock_open_cohort(session.cohort)
    open_ones = _still_open(session, check_ins)
    check_people(session, [one.enrolment for one in open_ones if one.enrolment.user == by], by)
    for one in open_ones:
        _settle(one, by, None)
    if open_ones:
        detail = {"refused": len(open_ones)}
        record(action="attendance.refused", by=by, about=session, detail=detail)
    return len(open_ones)


def _still_open(session: TrainingSession, check_ins: Collection[CheckIn]) -> list[CheckIn]:
    """As they stand now, locked, the earliest first."""
    asked = [one.pk for one in check_ins]
    found = CheckIn.objects.select_for_update(of=("self",)).filter(
        pk__in=asked, session=session, settled_at=None
    )
    return list(found.select_related("enrolment__user").order_by("happened_at", "pk"))


def _check_not_absent(check_ins: Iterable[CheckIn], words: Mapping[int, Seen]) -> None:
    """Coming and being absent cannot both be: the trainer says first which one it was."""
    for one in check_ins:
        word = words.get(one.enrolment_id)
        if word and word.said == Presence.ABSENT:
            raise ValidationError(
                _(
                    "%(person)s is marked absent. Correct the mark on the roll first, or refuse "
                    "the check-in."
                ),
                code="marked_absent",
                params={"person": one.enrolment.user},
            )


def _say_again(session: TrainingSession, seat: Enrolment, word: Seen, by: User) -> None:
    """What a trainer said of the whole session stays the last word; the moments stand before it."""
    AttendanceEvent.objects.create(
        enrolment=seat,
        session=session,
        presence=word.said,
        minutes=word.minutes,
        source=Source.ROLL,
        happened_at=word.happened_at,
        recorded_at=now(),
        recorded_by=by,
    )


def _take_over(check_in: CheckIn, history: list[Seen], by: User) -> AttendanceEvent:
    event = AttendanceEvent(
        enrolment=check_in.enrolment,
        session=check_in.session,
        presence=check_in.direction,
        minutes=0,
        source=check_in.source,
        happened_at=check_in.happened_at,
        recorded_at=now(),
        recorded_by=by,
    )
    event.minutes = minutes_after(history, seen(event), held(check_in.session))
    event.save()
    history.append(seen(event))
    _settle(check_in, by, event)
    return event


def _settle(check_in: CheckIn, by: User, event: AttendanceEvent | None) -> None:
    check_in.settled_at, check_in.settled_by, check_in.event = now(), by, event
    check_in.save(update_fields=["settled_at", "settled_by", "event"])
