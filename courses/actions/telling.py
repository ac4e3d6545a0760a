"""Telling people by mail what happened to their seat, their schedule and their hours.

Every function only queues: the outbox sends later, by day, and composes then. Doing one again for
the same event queues nothing, so that callers need not remember. Call each inside the transaction
of what it tells, after the rows and the recorded move it is about are written. Each returns how
many messages are new.
"""

from collections.abc import Iterable
from typing import Any

from courses.actions.calendar_entries import Retold, retell
from courses.calendars.meetings import people_of
from courses.mails import kinds
from courses.models import CalendarEntry, Cohort, Enrolment, EnrolmentState, MakeUp, ScheduleVersion
from lms.accounts.message_kinds import MessageKind
from lms.accounts.models import MessageState, OutgoingMessage, User
from lms.accounts.outbox import Occasion, queue

_IN_LINE = (
    EnrolmentState.ENROLLED,
    EnrolmentState.OFFERED,
    EnrolmentState.WAITLISTED,
    EnrolmentState.REQUESTED,
)


def tell_seated(enrolment: Enrolment) -> int:
    """The invitation of somebody who has been given a seat, with their days for the calendar. Once
    for each recorded move to "enrolled", so that who comes back is invited again."""
    retell(enrolment.cohort, [enrolment.user_id])
    return _tell_seat(kinds.INVITATION, enrolment, "seated", EnrolmentState.ENROLLED)


def tell_offered(enrolment: Enrolment) -> int:
    """A seat is held for somebody who waited: until when, and where to take or decline it."""
    return _tell_seat(kinds.OFFER, enrolment, "offered", EnrolmentState.OFFERED)


def tell_declined(enrolment: Enrolment) -> int:
    """The office has refused somebody's request, or taken their offer or place in line back."""
    return _tell_seat(kinds.DECLINED, enrolment, "declined", EnrolmentState.DECLINED)


def tell_left(enrolment: Enrolment) -> int:
    """Somebody's seat was given up, or taken back: their days come out of their calendar."""
    retold = retell(enrolment.cohort, [enrolment.user_id])[enrolment.user_id]
    left = (EnrolmentState.WITHDRAWN, EnrolmentState.NO_SHOW)
    return _tell_seat(kinds.LEFT, enrolment, "left", *left, **retold.context)


def tell_schedule(version: ScheduleVersion, difference: Any = None) -> int:
    """What a published schedule changes, for each seated person, guest who makes a module up and
    instructor whose own days it changes; nobody else. Who has no day of the cohort yet and is to
    teach in it is told what they teach. What differs is read from what each calendar was told."""
    cohort = version.cohort
    key = f"schedule:{cohort.uuid}:{version.number}"
    retold = {who: one for who, one in _retell_all(cohort).items() if one.entries}
    invited = _about_to_be_invited(cohort)
    to_teach = {who: one for who, one in retold.items() if one.is_new_to_teach}
    others = _without(retold, {*to_teach, *invited})
    _go_back_to_what_was_said(cohort, others)
    return _tell(kinds.TEACHING, key, cohort, to_teach) + _tell(kinds.SCHEDULE, key, cohort, others)


def tell_cancelled(cohort: Cohort) -> int:
    """Everybody who had a seat, an offer or a place in line in a cohort, who made a module up in it
    or was to teach it: it is not held. Call it once the cohort is cancelled."""
    in_line = cohort.enrolments.filter(state__in=_IN_LINE).values_list("user", flat=True)
    waiting = _changes_not_told(cohort)
    retold = _retell_all(cohort, also={*in_line, *waiting})
    _add_days_already_off(retold, waiting)
    return _tell(kinds.CANCELLED, f"cancelled:{cohort.uuid}", cohort, retold)


def tell_make_up(make_up: MakeUp, *others: MakeUp) -> int:
    """A missed module has been booked in another cohort, with the hour for the calendar; or, where
    the booking is cancelled, that it comes out of it. `others` of the same seat in the same cohort
    that were booked, or cancelled, at once stand in the same mail."""
    person = make_up.enrolment.user
    retold = retell(make_up.session.cohort, [person.pk])[person.pk]
    off = make_up.cancelled_at is not None
    key = f"make-up:{make_up.pk}:{'off' if off else 'booked'}"
    context = {"make_ups": [make_up.pk, *(one.pk for one in others)], **retold.context}
    kind = kinds.MAKE_UP_OFF if off else kinds.MAKE_UP
    return queue(kind=kind, occasions=[Occasion(key, person, context)])


def _tell_seat(kind: MessageKind, seat: Enrolment, what: str, *states: str, **context: Any) -> int:
    move = seat.transitions.filter(target__in=states).order_by("-pk").first()
    key = f"seat:{seat.uuid}:{what}:{move.pk if move else 0}"
    occasion = Occasion(key, seat.user, {"enrolment": seat.pk, **context})
    return queue(kind=kind, occasions=[occasion])


def _retell_all(cohort: Cohort, also: Iterable[int] = ()) -> dict[int, Retold]:
    standing = CalendarEntry.objects.filter(cohort=cohort).standing()
    people = {*people_of(cohort), *standing.values_list("person", flat=True), *also}
    return retell(cohort, people)


def _without(retold: dict[int, Retold], people: set[int]) -> dict[int, Retold]:
    return {who: one for who, one in retold.items() if who not in people}


def _about_to_be_invited(cohort: Cohort) -> set[int]:
    """Whose invitation has not left yet: it will say what is so when it does."""
    waiting = OutgoingMessage.objects.filter(
        state=MessageState.QUEUED,
        kind=kinds.INVITATION.code,
        to__in=cohort.enrolments.seated().values("user"),
    )
    seats = set(cohort.enrolments.seated().values_list("pk", flat=True))
    return {one.to_id for one in waiting if one.context.get("enrolment") in seats}


def _changes_not_told(cohort: Cohort) -> dict[int, dict[int, int]]:
    """The entries of changes whose mails have not left, with their sequences, by person. Once the
    cohort is cancelled those mails are not sent."""
    found: dict[int, dict[int, int]] = {}
    waiting = OutgoingMessage.objects.filter(
        state__in=(MessageState.QUEUED, MessageState.SENDING),
        kind=kinds.SCHEDULE.code,
        context__cohort=cohort.pk,
    )
    for message in waiting:
        sequences = {int(pk): number for pk, number in message.context["entries"].items()}
        found.setdefault(message.to_id, {}).update(sequences)
    return found


def _add_days_already_off(retold: dict[int, Retold], waiting: dict[int, dict[int, int]]) -> None:
    """Days that a change took out of somebody's calendar, and of which nobody has told it yet."""
    pks = {pk for sequences in waiting.values() for pk in sequences}
    for entry in CalendarEntry.objects.filter(pk__in=pks, cancelled=True):
        if waiting[entry.person_id].get(entry.pk) == entry.sequence:
            retold[entry.person_id].entries.append(entry)


def _go_back_to_what_was_said(cohort: Cohort, retold: dict[int, Retold]) -> None:
    """A change that has not been told yet is told with the new one, from what stood before both."""
    waiting = OutgoingMessage.objects.filter(
        state=MessageState.QUEUED, kind=kinds.SCHEDULE.code, to__in=list(retold)
    )
    for message in waiting.order_by("-pk"):
        if message.context["cohort"] == cohort.pk:
            retold[message.to_id].was |= {
                int(pk): was for pk, was in message.context["was"].items()
            }


def _tell(kind: MessageKind, key: str, cohort: Cohort, retold: dict[int, Retold]) -> int:
    people = User.objects.filter(pk__in=list(retold), is_active=True)
    return queue(
        kind=kind,
        occasions=[
            Occasion(
                f"{key}:{person.uuid}",
                person,
                {"cohort": cohort.pk, **retold[person.pk].context},
            )
            for person in people
        ],
    )
