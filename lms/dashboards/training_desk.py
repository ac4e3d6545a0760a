"""The panels of the training desk: each is one small read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.ledger import Ledger
from courses.ledgers import ledgers_for
from courses.models import (
    AttendanceEvent,
    Cohort,
    CohortState,
    Enrolment,
    EnrolmentState,
    TrainingSession,
)
from courses.views.week import pair, session_card
from lms.accounts.clock import now
from lms.accounts.models import User

SESSIONS_SHOWN = 40
SETTLE_SHOWN = 9
PEOPLE_SHOWN = 10
# Who teaches is looked at for the next two weeks, rolls for the last year.
STAFFING_AHEAD = timedelta(days=14)
ROLLS_BACK = timedelta(days=365)


def sessions_between(user: User, starts: datetime, ends: datetime) -> list[dict[str, Any]]:
    """A day's sessions as rows: what, where, by whom, how far the roll is, and what to do next.
    The ones being taught now are marked, or else the next one."""
    sessions = list(
        TrainingSession.objects.markable_by(user)
        .exclude(cohort__state=CohortState.CANCELLED)
        .filter(starts_at__gte=starts, starts_at__lt=ends)
        .for_week()
        .with_roll()[:SESSIONS_SHOWN]
    )
    at = now()
    ahead = [session.starts_at for session in sessions if session.starts_at > at]
    is_on = any(session.starts_at <= at < session.ends_at for session in sessions)
    return [_row(session, at, None if is_on else min(ahead, default=None)) for session in sessions]


def _row(session: TrainingSession, at: datetime, next_at: datetime | None) -> dict[str, Any]:
    stage = ""
    if session.starts_at <= at < session.ends_at:
        stage = "now"
    elif session.starts_at == next_at:
        stage = "next"
    return session_card(session, session.cohort.zone) | {
        "cohort": session.cohort,
        "place": session.venue.name,
        "stage": stage,
        "roll": _roll(session, at),
    }


def _roll(session: TrainingSession, at: datetime) -> dict[str, str]:
    """The state of a roll as a badge, and the label of its button if there is something to do."""
    seats, marked = session.seats, session.marked_seats  # type: ignore[attr-defined]
    if not seats:
        return {"kind": "plain", "label": _("Nobody has a seat"), "action": ""}
    if session.starts_at > at:
        return {"kind": "plain", "label": _("Not started"), "action": ""}
    label = _("%(marked)s of %(seats)s marked") % {"marked": marked, "seats": seats}
    if marked >= seats:
        return {"kind": "done", "label": label, "action": ""}
    action = _("Go on with the roll") if marked else _("Take the roll")
    return {"kind": "due", "label": label, "action": action}


def next_session_after(user: User, moment: datetime) -> TrainingSession | None:
    """The first session after a moment, for a day without any."""
    return (
        TrainingSession.objects.markable_by(user)
        .filter(cohort__state=CohortState.SCHEDULED, starts_at__gte=moment)
        .select_related("module", "cohort__agency")
        .order_by("starts_at", "id")
        .first()
    )


@dataclass(frozen=True)
class ToSettle:
    """What has to be settled first, as components/settle.html takes it, and how much more there
    is."""

    items: list[dict[str, str]] = field(default_factory=list)
    more: int = 0


def to_settle(user: User) -> ToSettle:
    """Rolls of sessions that are over, and sessions soon that lack a teacher, cohort by cohort."""
    items = [*_rolls_to_finish(user), *_sessions_to_staff(user)]
    return ToSettle(items[:SETTLE_SHOWN], max(len(items) - SETTLE_SHOWN, 0))


def _rolls_to_finish(user: User) -> list[dict[str, str]]:
    sessions = (
        TrainingSession.objects.markable_by(user)
        .filter(
            cohort__state=CohortState.SCHEDULED,
            ends_at__lte=now(),
            ends_at__gt=now() - ROLLS_BACK,
        )
        .with_roll()
        .filter(marked_seats__lt=F("seats"))  # type: ignore[misc]
        .select_related("module", "cohort__agency")
        .order_by("cohort__starts_on", "cohort_id", "starts_at", "id")
    )
    return [_roll_item(list(held)) for _cohort, held in _by_cohort(sessions)]


def _roll_item(sessions: list[TrainingSession]) -> dict[str, str]:
    first = sessions[0]
    count = ngettext("%(n)s roll is not complete", "%(n)s rolls are not complete", len(sessions))
    note = _("%(code)s. The first: %(module)s, %(day)s.")
    return {
        "title": count % {"n": len(sessions)},
        "url": reverse("courses:roll", args=[first.pk]),
        "note": note
        % {"code": first.cohort.code, "module": first.module.title, "day": _day(first)},
        "kind": "clash",
    }


def _sessions_to_staff(user: User) -> list[dict[str, str]]:
    sessions = (
        TrainingSession.objects.visible_to(user)
        .filter(
            cohort__state=CohortState.SCHEDULED,
            starts_at__gt=now(),
            starts_at__lte=now() + STAFFING_AHEAD,
        )
        .select_related("module", "cohort__agency")
        .prefetch_related("instructors")
        .order_by("cohort__starts_on", "cohort_id", "starts_at", "id")
    )
    items = []
    for cohort, held in _by_cohort(sessions):
        gaps = [(one, person) for one in held for person in pair(one) if person["role"] == "gap"]
        if gaps:
            items.append(_gap_item(cohort, gaps))
    return items


def _gap_item(cohort: Cohort, gaps: list[tuple[TrainingSession, dict[str, str]]]) -> dict[str, str]:
    first = gaps[0][0]
    needed = Counter(person["name"] for _session, person in gaps)
    sessions = len({session.pk for session, _person in gaps})
    count = ngettext("%(n)s session soon: %(needed)s", "%(n)s sessions soon: %(needed)s", sessions)
    note = _("%(code)s. The first: %(module)s, %(day)s.")
    return {
        "title": count % {"n": sessions, "needed": ", ".join(needed).lower()},
        "url": reverse("courses:cohort", args=[cohort.uuid]),
        "note": note % {"code": cohort.code, "module": first.module.title, "day": _day(first)},
        "kind": "gap",
    }


def _by_cohort(sessions: Iterable[TrainingSession]) -> Any:
    return groupby(sessions, key=attrgetter("cohort"))


def _day(session: TrainingSession) -> str:
    return date_format(session.starts_at.astimezone(ZoneInfo(session.cohort.zone)), "D, M j")


@dataclass(frozen=True)
class Missed:
    """People who missed minutes in cohorts that are not closed, and how many more there are."""

    people: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0


def missed(user: User) -> Missed:
    """Who was late or absent in a cohort that has begun and is not closed, with what they missed.
    Sessions that nobody marked are no fault of theirs: those are rolls to finish."""
    events = AttendanceEvent.objects.leaving_short().filter(
        enrolment__state=EnrolmentState.ENROLLED,
        session__cohort__in=Cohort.objects.visible_to(user).started_and_open(),
    )
    seats = Enrolment.objects.filter(pk__in=events.values("enrolment"))
    shown = list(
        seats.select_related("user__agency", "cohort").order_by(
            "-cohort__starts_on", "user__last_name", "user__first_name", "pk"
        )[:PEOPLE_SHOWN]
    )
    ledgers = ledgers_for(shown)
    people = [_missed_by(seat, ledgers[seat.pk]) for seat in shown]
    return Missed(people, seats.count() - len(shown))


def _missed_by(seat: Enrolment, ledger: Ledger) -> dict[str, Any]:
    lines = [line for line in ledger.lines if line.is_missed]
    words = _("%(module)s (%(n)s min)")
    return {
        "seat": seat,
        "modules": [words % {"module": line.title, "n": line.missing} for line in lines],
        "minutes": sum(line.missing for line in lines),
    }
