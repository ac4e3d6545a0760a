"""Panels of my-training about time: the sessions of the next days, those one teaches, and what was
missed."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, islice
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.hours.ledger import Ledger, Why
from courses.models import CohortState, Enrolment, SessionInstructor, TrainingSession
from courses.presence.words import why_words
from courses.words.codes import time_span
from lms.accounts.clock import now
from lms.accounts.models import User

DAYS_AHEAD = 7
DAYS_SHOWN = 2
SESSIONS_SHOWN = 60
TAUGHT_SHOWN = 12


def next_days(seats: list[Enrolment]) -> list[dict[str, Any]]:
    """The next two days, within a week, on which one of these seats has sessions, make-ups among
    them, in each cohort's zone: `name`, `place` if it is one place all day, and `sessions` (start,
    title, place, whether it is on now)."""
    sessions = (
        TrainingSession.objects.attended_from(seats)
        .filter(
            ends_at__gt=now(),
            starts_at__lt=now() + timedelta(days=DAYS_AHEAD),
        )
        .select_related("module", "venue", "cohort__agency")
        .order_by("starts_at", "id")[:SESSIONS_SHOWN]
    )
    days = groupby(sessions, key=lambda one: (_day(one), one.cohort.zone))
    return [_glance(day, zone, list(held)) for (day, zone), held in islice(days, DAYS_SHOWN)]


def _glance(day: date, zone: str, sessions: list[TrainingSession]) -> dict[str, Any]:
    places = {session.venue.name for session in sessions}
    return {
        "name": _name(day, zone),
        "place": places.pop() if len(places) == 1 else "",
        "sessions": [_session(session) for session in sessions],
    }


def _day(session: TrainingSession) -> date:
    return session.starts_at.astimezone(ZoneInfo(session.cohort.zone)).date()


def _name(day: date, zone: str) -> str:
    """ "Today", "Tomorrow" or the day, by the calendar of the place where it is taught."""
    ahead = (day - now().astimezone(ZoneInfo(zone)).date()).days
    shown = date_format(day, "D, M j")
    if ahead == 0:
        return _("Today, %(day)s") % {"day": shown}
    return _("Tomorrow, %(day)s") % {"day": shown} if ahead == 1 else shown


def _session(session: TrainingSession) -> dict[str, Any]:
    return {
        "starts": date_format(
            session.starts_at.astimezone(ZoneInfo(session.cohort.zone)), "TIME_FORMAT"
        ),
        "title": session.module.title,
        "place": session.venue.name,
        "is_on": session.starts_at <= now(),
    }


def teaching(user: User) -> list[dict[str, Any]]:
    """The sessions that somebody teaches next, the soonest first, in each cohort's zone: `title`,
    `day`, `time`, `place`, `cohort`, `parts` and whether it is on now. One query."""
    rows = (
        SessionInstructor.objects.filter(
            person=user,
            session__ends_at__gt=now(),
            session__cohort__state=CohortState.SCHEDULED,
        )
        .select_related(
            "session__module",
            "session__venue",
            "session__cohort__agency",
            "session__cohort__version",
        )
        .order_by("session__starts_at", "session", "pk")[:SESSIONS_SHOWN]
    )
    held = groupby(rows, key=lambda row: row.session)
    return [_taught(session, list(parts)) for session, parts in islice(held, TAUGHT_SHOWN)]


def _taught(session: TrainingSession, rows: list[SessionInstructor]) -> dict[str, Any]:
    zone = session.cohort.zone
    return {
        "title": session.module.title,
        "day": _name(_day(session), zone),
        "time": time_span(session.starts_at, session.ends_at, ZoneInfo(zone)),
        "place": session.venue.name,
        "cohort": session.cohort,
        "parts": ", ".join(row.get_part_display() for row in rows),
        "is_on": session.starts_at <= now(),
    }


@dataclass(frozen=True)
class Missed:
    """One module of which minutes are missing; `unmarked`: the roll says nothing about it yet."""

    title: str
    minutes: int
    unmarked: bool


def missed(seat: Enrolment, ledger: Ledger) -> list[Missed]:
    """What this seat missed so far, and sessions over for which there is no mark yet."""
    return [
        Missed(line.title, line.missing, line.awaits_mark)
        for line in ledger.lines
        if line.is_missed or line.awaits_mark
    ]


def booked(ledger: Ledger) -> list[tuple[str, str]]:
    """The modules that are booked to be made up, each with where and when."""
    return [(line.title, why_words(line)) for line in ledger.lines if line.why is Why.BOOKED]
