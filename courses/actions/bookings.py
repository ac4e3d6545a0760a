"""Places and people taken by sessions. Whoever calls holds the cohort's lock."""

from collections.abc import Collection, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from courses.models import (
    Booking,
    Cohort,
    Enrolment,
    MakeUp,
    SessionInstructor,
    TrainingSession,
)
from lms.accounts.clock import now
from lms.accounts.models import User


def book_cohort(cohort: Cohort, among: QuerySet[TrainingSession] | None = None) -> None:
    """Books everything anew that the cohort's sessions, or these of them, take: their places and
    instructors, and for those that are not over the people who hold seats and who make a module up
    there. Raises ValidationError (overlap), with what stands in the way."""
    rows = cohort.sessions.all() if among is None else among
    sessions = list(rows.select_related("venue").prefetch_related("instructors"))
    Booking.objects.filter(session__in=sessions).delete()
    learners = list(cohort.enrolments.holding().values_list("user", flat=True))
    guests = MakeUp.objects.standing().filter(session__in=sessions)
    making_up: dict[int, list[int]] = {}
    for at, person in guests.values_list("session", "enrolment__user"):
        making_up.setdefault(at, []).append(person)
    bookings = []
    for session in sessions:
        if not session.venue.shared:
            bookings.append(_booking(session, venue_id=session.venue_id))
        people = {one.person_id for one in session.instructors.all()}
        if session.ends_at > now():
            people.update(learners, making_up.get(session.pk, ()))
        bookings += [_booking(session, person_id=person) for person in sorted(people)]
    _write(bookings)


def book_learner(enrolment: Enrolment) -> None:
    """Books somebody for the sessions of their cohort that are not over. Raises ValidationError
    (overlap; teaches, where they are to teach one of them)."""
    ahead = enrolment.cohort.sessions.filter(ends_at__gt=now())
    taught = ahead.filter(instructors__person=enrolment.user).select_related("module").first()
    if taught is not None:
        raise ValidationError(
            _("%(person)s teaches %(module)s here, and nobody teaches and learns in one session."),
            code="teaches",
            params={"person": enrolment.user, "module": taught.module},
        )
    book_person(enrolment.user, ahead)


def release_learner(enrolment: Enrolment) -> None:
    """Gives back the sessions of their cohort that are not over, as far as nothing else keeps them
    there."""
    release_person(enrolment.user, enrolment.cohort.sessions.filter(ends_at__gt=now()))


def release_person(person: User, sessions: QuerySet[TrainingSession]) -> None:
    """Gives back those of these sessions in which nothing keeps somebody any more: they hold no
    seat in the cohort, make nothing up there and do not teach."""
    seated = Enrolment.objects.holding().filter(user=person).values("cohort")
    making_up = MakeUp.objects.standing().filter(enrolment__user=person).values("session")
    kept = Q(instructors__person=person) | Q(cohort__in=seated) | Q(pk__in=making_up)
    free = sessions.exclude(pk__in=sessions.filter(kept).values("pk"))
    Booking.objects.filter(person=person, session__in=free.values("pk")).delete()


def book_person(person: User, sessions: Collection[TrainingSession] | Any) -> None:
    """Books one person for sessions; one booked already stays so. Raises ValidationError."""
    booked = set(
        Booking.objects.filter(person=person, session__in=sessions).values_list(
            "session", flat=True
        )
    )
    _write([_booking(one, person_id=person.pk) for one in sessions if one.pk not in booked])


def taken_elsewhere(cohort: Cohort, people: Collection[int]) -> dict[int, Booking]:
    """Those of these people who are taken by another cohort during a session to come, or teach one
    here, each with what takes them first."""
    to_come = cohort.sessions.filter(ends_at__gt=now())
    during = to_come.filter(starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at"))
    teaching = SessionInstructor.objects.filter(
        session=OuterRef("session"), person=OuterRef("person")
    )
    found = (
        Booking.objects.filter(
            Exists(during), ~Q(session__cohort=cohort) | Exists(teaching), person__in=people
        )
        .select_related("session__module", "session__cohort")
        .order_by("-starts_at")
    )
    return {booking.person_id: booking for booking in found if booking.person_id}


def overlaps(bookings: Collection[Booking]) -> Iterator[tuple[Booking, Booking]]:
    """Each of these bookings, stored or not, with those in the database of the same place or person
    that it overlaps: half-open, so that one may start when another ends."""
    for booking in bookings:
        same = {"venue": booking.venue_id} if booking.venue_id else {"person": booking.person_id}
        others = Booking.objects.filter(
            **same, starts_at__lt=booking.ends_at, ends_at__gt=booking.starts_at
        ).exclude(session=booking.session_id)
        for other in others.select_related("session__module", "session__cohort", "venue", "person"):
            yield booking, other


def _booking(session: TrainingSession, **thing: int) -> Booking:
    return Booking(session=session, starts_at=session.starts_at, ends_at=session.ends_at, **thing)


def _write(bookings: list[Booking]) -> None:
    """All or nothing. The database decides; what it refuses is looked up to be named, the session
    in the way only beside the sentence (`taken`): whoever reads it may not see that cohort."""
    # Thing by thing, so that two who book much at once never each wait for the other.
    bookings.sort(key=lambda one: (one.venue_id or 0, one.person_id or 0, one.starts_at))
    try:
        with transaction.atomic():
            Booking.objects.bulk_create(bookings)
    except IntegrityError as error:
        found = next(overlaps(bookings), None) or _among(bookings)
        raise ValidationError(
            _("%(thing)s is taken at that time."),
            code="overlap",
            params=_words(found),
        ) from error


def _among(bookings: list[Booking]) -> tuple[Booking, Booking] | None:
    """Two of the bookings themselves that cannot both be."""
    for one in bookings:
        for other in bookings:
            same = (one.venue_id, one.person_id) == (other.venue_id, other.person_id)
            overlap = one.starts_at < other.ends_at and one.ends_at > other.starts_at
            if one is not other and same and overlap:
                return one, other
    return None


def _words(found: tuple[Booking, Booking] | None) -> dict[str, object]:
    if found is None:
        return {"thing": _("A place or a person")}
    _one, other = found
    return {"thing": other.venue or other.person, "taken": other}
