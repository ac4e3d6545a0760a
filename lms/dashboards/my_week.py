"""Panels of my-training about time: the sessions of the next days, and what was missed."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.ledger import Ledger, Line, LineState, Why
from courses.models import Enrolment, TrainingSession
from courses.views.week import time_range
from lms.accounts.clock import now

DAYS_SHOWN = 7
SESSIONS_SHOWN = 60


def next_days(seats: list[Enrolment]) -> list[dict[str, Any]]:
    """The days of the next week on which one of these seats has sessions, in each cohort's zone:
    `name` and `sessions` (time, title, place, whether it is on now)."""
    sessions = (
        TrainingSession.objects.filter(
            cohort__in={seat.cohort_id for seat in seats},
            ends_at__gt=now(),
            starts_at__lt=now() + timedelta(days=DAYS_SHOWN),
        )
        .select_related("module", "venue", "cohort__agency")
        .order_by("starts_at", "id")[:SESSIONS_SHOWN]
    )
    days = groupby(sessions, key=lambda one: (_day(one), one.cohort.zone))
    return [
        {"name": _name(day, zone), "sessions": [_session(one) for one in held]}
        for (day, zone), held in days
    ]


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
        "time": time_range(session, ZoneInfo(session.cohort.zone)),
        "title": session.module.title,
        "place": session.venue.name,
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
        Missed(line.title, line.missing, line.why == Why.NOT_MARKED)
        for line in ledger.lines
        if _is_missed(line)
    ]


def _is_missed(line: Line) -> bool:
    return line.state == LineState.MISSING and line.why != Why.WITHDRAWN
