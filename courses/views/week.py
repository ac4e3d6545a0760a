"""Sessions as the week component shows them: by day, in the cohort's zone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import Part, TrainingSession
from courses.words.codes import time_span
from lms.accounts.clock import now

NOON = 12
_NEEDED = (Part.OFFICER, Part.CLINICIAN)


def weeks(sessions: Iterable[TrainingSession], zone: str) -> list[dict[str, Any]]:
    """Calendar weeks that have sessions: `monday`, and `days` as the week component takes them."""
    tz = ZoneInfo(zone)
    by_day = groupby(sessions, key=lambda session: session.starts_at.astimezone(tz).date())
    days = [(day, list(held)) for day, held in by_day]
    return [
        {"monday": monday, "days": [_day(day, held, tz) for day, held in of_week]}
        for monday, of_week in groupby(days, key=lambda pair: _monday(pair[0]))
    ]


def days_of(sessions: Iterable[TrainingSession], zone: str) -> list[date]:
    """The days on which sessions begin, in a zone and in order."""
    tz = ZoneInfo(zone)
    return sorted({session.starts_at.astimezone(tz).date() for session in sessions})


def session_card(session: TrainingSession, zone: str) -> dict[str, Any]:
    """One session as components/session.html takes it, with a link to its roll."""
    tz = ZoneInfo(zone)
    people = pair(session)
    return {
        "time": time_range(session, tz),
        "title": session.module.title,
        "url": reverse("courses:roll", args=[session.pk]),
        "place": _place(session),
        "people": people,
        "state": "gap" if any(person["role"] == "gap" for person in people) else "",
        "flag": "",
    }


def time_range(session: TrainingSession, tz: ZoneInfo) -> str:
    """ "8 a.m. to 9:30 a.m." in a zone."""
    return time_span(session.starts_at, session.ends_at, tz)


def dot_of(part: str) -> str:
    """Which dot of components/pair.html stands before whoever teaches in a part."""
    return part if part in _NEEDED else "other"


def pair(session: TrainingSession) -> list[dict[str, str]]:
    """Who teaches, by the name noted when it was scheduled, and who is still needed."""
    held = list(session.instructors.all())
    people = [{"name": one.credential.get("name", ""), "role": dot_of(one.part)} for one in held]
    parts = {one.part for one in held}
    missing = [part for part in _NEEDED if part in session.module.staffing and part not in parts]
    return people + [
        {"name": _("%(part)s needed") % {"part": part.label}, "role": "gap"} for part in missing
    ]


def _place(session: TrainingSession) -> str:
    if session.starts_at > now():
        return session.venue.name
    marked: int = getattr(session, "marked", 0)
    return _("%(place)s, %(marked)s marked") % {"place": session.venue.name, "marked": marked}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _day(day: date, sessions: list[TrainingSession], tz: ZoneInfo) -> dict[str, Any]:
    name = date_format(day, "l")
    halves = [
        (_("%(day)s morning") % {"day": name}, [s for s in sessions if _is_morning(s, tz)]),
        (_("%(day)s afternoon") % {"day": name}, [s for s in sessions if not _is_morning(s, tz)]),
    ]
    return {
        "id": f"day-{day.isoformat()}",
        "name": name,
        "date": date_format(day, "M j"),
        "today": day == now().astimezone(tz).date(),
        "slots": [
            {"label": label, "sessions": [session_card(session, tz.key) for session in half]}
            for label, half in halves
        ],
    }


def _is_morning(session: TrainingSession, tz: ZoneInfo) -> bool:
    local: datetime = session.starts_at.astimezone(tz)
    return local.hour < NOON
