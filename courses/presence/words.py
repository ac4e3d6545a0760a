"""Sentences about who was there, what was earned by it, and where a module can be made up."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.hours.ledger import Line, Why
from courses.models import AttendanceEvent, Presence, TrainingSession
from courses.words.codes import WHY, time_span

_MOMENTS = {
    Presence.IN.value: gettext_lazy("came %(time)s"),
    Presence.OUT.value: gettext_lazy("left %(time)s"),
}


def why_words(line: Line) -> str:
    """Why a line of the ledger stands as it does: "made up in CIT-7 on March 3, 2027". Of a make-up
    that is booked also the hours and the place."""
    words = str(WHY[line.why])
    if line.elsewhere is None:
        return words
    there = line.elsewhere
    zone = ZoneInfo(there.zone)
    day = date_format(there.starts_at.astimezone(zone), "F j, Y")
    told = _("%(words)s in %(cohort)s on %(day)s") % {
        "words": words,
        "cohort": there.cohort,
        "day": day,
    }
    if line.why is not Why.BOOKED:
        return told
    return ", ".join([told, time_span(there.starts_at, there.ends_at, zone), there.place])


def moments_told(events: Iterable[AttendanceEvent], zone: str) -> str:
    """When somebody came and left, and what it earned: "came 8:02 a.m., left 9 a.m.: 60 minutes";
    empty where nobody noted it."""
    told, last = [], None
    for event in events:
        last = event
        if event.presence in _MOMENTS:
            time = date_format(event.happened_at.astimezone(ZoneInfo(zone)), "TIME_FORMAT")
            told.append(_MOMENTS[event.presence] % {"time": time})
    words = ", ".join(told)
    if last is None or last.presence != Presence.OUT:
        return words
    minutes = ngettext("%(n)s minute", "%(n)s minutes", last.minutes) % {"n": last.minutes}
    return _("%(times)s: %(minutes)s") % {"times": words, "minutes": minutes}


def mark_words(event: AttendanceEvent, moments: Iterable[AttendanceEvent], zone: str) -> str:
    """What an event says once it is known: "late, 40 minutes", "absent", or the moments of coming
    and leaving."""
    if event.presence in _MOMENTS:
        return moments_told(moments, zone)
    mark = event.get_presence_display().lower()
    if not event.minutes:
        return mark
    minutes = ngettext("%(n)s minute", "%(n)s minutes", event.minutes) % {"n": event.minutes}
    return _("%(mark)s, %(minutes)s") % {"mark": mark, "minutes": minutes}


def session_words(session: TrainingSession) -> str:
    """A session as somebody chooses it: "Mon, Dec 7, 2026, 8 a.m., Academy (CIT-7)"."""
    starts = session.starts_at.astimezone(ZoneInfo(session.cohort.zone))
    return _("%(day)s, %(time)s, %(place)s (%(cohort)s)") % {
        "day": date_format(starts, "D, M j, Y"),
        "time": date_format(starts, "TIME_FORMAT"),
        "place": session.venue.name,
        "cohort": session.cohort.code,
    }


def places_words(count: int) -> str:
    return ngettext("%(n)s place", "%(n)s places", count) % {"n": count}
