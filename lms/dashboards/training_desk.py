"""The panels of the training desk: each is one small read."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from courses.hours.ledger import Ledger
from courses.models import (
    AttendanceEvent,
    Cohort,
    CohortState,
    Enrolment,
    EnrolmentState,
    TrainingSession,
)
from courses.presence.ledgers import ledgers_for
from courses.views.week import session_card
from courses.words.codes import time_span
from lms.accounts.clock import now
from lms.accounts.models import User

SESSIONS_SHOWN = 40
DAYS_SHOWN = 20
PEOPLE_SHOWN = 10
WEEK_AHEAD = timedelta(days=7)


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
class Day:
    """What one cohort does on one day: how many sessions, from when to when, and where."""

    day: date
    cohort: Cohort
    sessions: int
    times: str
    places: str


def week_ahead(user: User, starts: datetime) -> list[Day]:
    """The days of the week from a moment on, cohort by cohort, in the cohorts' own zones."""
    sessions = (
        TrainingSession.objects.markable_by(user)
        .filter(
            cohort__state=CohortState.SCHEDULED,
            starts_at__gte=starts,
            starts_at__lt=starts + WEEK_AHEAD,
        )
        .select_related("venue", "cohort__agency", "cohort__version")
        .order_by("starts_at", "id")
    )
    by_day: dict[tuple[date, Cohort], list[TrainingSession]] = {}
    for one in sessions:
        day = one.starts_at.astimezone(ZoneInfo(one.cohort.zone)).date()
        by_day.setdefault((day, one.cohort), []).append(one)
    return [_day_of(day, cohort, held) for (day, cohort), held in by_day.items()][:DAYS_SHOWN]


def _day_of(day: date, cohort: Cohort, sessions: list[TrainingSession]) -> Day:
    ends_at = max(one.ends_at for one in sessions)
    times = time_span(sessions[0].starts_at, ends_at, ZoneInfo(cohort.zone))
    places = dict.fromkeys(one.venue.name for one in sessions)
    return Day(day, cohort, len(sessions), times, ", ".join(places))


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
