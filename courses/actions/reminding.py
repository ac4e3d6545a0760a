"""Mails that no action is the occasion of: a first day comes near, a day is over."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, Min, OuterRef

from courses.hours.ledger import Ledger
from courses.mails import kinds
from courses.models import Cohort, CohortState, Enrolment, EnrolmentState, EnrolmentTransition
from courses.presence.ledgers import ledgers_for
from courses.presence.missed import missed_in
from lms.accounts.clock import now
from lms.accounts.models import OutgoingMessage
from lms.accounts.outbox import Occasion, queue

# How long before the first session people are reminded of it.
AHEAD = timedelta(days=3)
# For how long after a cohort's last session somebody is told of what they missed there.
_LATE = timedelta(days=14)


def queue_reminders() -> int:
    """Reminds everybody with a seat of a first day that is near, once. Who was seated after that
    moment has only just been told; a first day that moves is a new one."""
    at = now()
    cohorts = Cohort.objects.filter(state=CohortState.SCHEDULED).annotate(
        first=Min("sessions__starts_at")
    )
    return sum(_remind(cohort) for cohort in cohorts.filter(first__gt=at, first__lte=at + AHEAD))


def _remind(cohort: Cohort) -> int:
    first: datetime = cohort.first  # type: ignore[attr-defined]
    just_seated = EnrolmentTransition.objects.filter(
        enrolment=OuterRef("pk"), target=EnrolmentState.ENROLLED, at__gt=first - AHEAD
    )
    seats = cohort.enrolments.seated().filter(~Exists(just_seated), user__is_active=True)
    key = f"reminder:{cohort.uuid}:{first.date()}"
    return queue(
        kind=kinds.REMINDER,
        occasions=[
            Occasion(f"{key}:{seat.user.uuid}", seat.user, {"cohort": cohort.pk})
            for seat in seats.select_related("user")
        ],
    )


def queue_missed() -> int:
    """Tells people which modules the roll says they missed, once each, when the day is over."""
    at = now()
    seats = Enrolment.objects.seated().filter(
        pk__in=Enrolment.objects.filter(
            cohort__state=CohortState.SCHEDULED,
            attendance__recorded_at__gt=at - _LATE,
            attendance__isnull=False,
        ).values("pk"),
        user__is_active=True,
    )
    found = list(
        seats.select_related("user", "cohort__agency").prefetch_related("cohort__sessions")
    )
    ledgers, told = ledgers_for(found), _told(found)
    occasions = [
        _occasion(seat, new)
        for seat in found
        if (new := _over(seat, ledgers[seat.pk], at) - told[seat.pk])
    ]
    return queue(kind=kinds.MISSED, occasions=occasions)


def _told(seats: Iterable[Enrolment]) -> dict[int, set[str]]:
    """The modules, by code, of which each seat's person has been told, or will be."""
    people = {seat.user_id for seat in seats}
    told: dict[int, set[str]] = defaultdict(set)
    messages = OutgoingMessage.objects.filter(kind=kinds.MISSED.code, to__in=people)
    for context in messages.values_list("context", flat=True):
        told[context["enrolment"]].update(context["modules"])
    return told


def _over(seat: Enrolment, ledger: Ledger, at: datetime) -> set[str]:
    """The missed modules of days on which nothing more is taught."""
    zone = ZoneInfo(seat.cohort.zone)
    sessions = [(one.starts_at.astimezone(zone).date(), one) for one in seat.cohort.sessions.all()]
    running = {day for day, one in sessions if one.ends_at > at}
    waiting = {one.module.code for day, one in sessions if day in running}
    return {line.module_code for line in missed_in(ledger)} - waiting


def _occasion(seat: Enrolment, modules: set[str]) -> Occasion:
    codes = sorted(modules)
    digest = hashlib.sha256(" ".join(codes).encode()).hexdigest()[:16]
    context = {"enrolment": seat.pk, "modules": codes}
    return Occasion(f"missed:{seat.uuid}:{digest}", seat.user, context)
