"""Days as iCalendar (RFC 5545), and as invitations that a calendar takes over (RFC 5546). Pure.

An invitation holds one event: RFC 5546 lets a message speak of one UID only. Times are wall times
with the zone's rules beside them, so that a calendar shows the hour at which a class begins
whatever zone its owner is in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from courses.calendars.days import Day
from lms.accounts.names import without_controls

_PRODUCT = "-//CIT Training Portal//Calendar//EN"
REQUEST, CANCEL = "REQUEST", "CANCEL"
# How often a calendar is asked to read a feed again.
_REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Party:
    """Who invites or is invited: an address and what it is called."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as a calendar is told of it. `sequence` rises with each change, `summary` and
    `note`, its text, are in the reader's language, `told_at` is since when it is so."""

    day: Day
    sequence: int
    summary: str
    told_at: datetime
    note: str = ""
    cancelled: bool = False


def invitation(entry: Entry, *, organizer: Party, attendee: Party) -> bytes:
    """The message that puts an event into a calendar, changes it, or takes it out."""
    calendar = _calendar(CANCEL if entry.cancelled else REQUEST)
    event = _event(entry)
    event.add("organizer", _address(organizer))
    # Nobody reads the answers of a calendar: seats are given and left on the portal.
    event.add("attendee", _address(attendee, partstat="NEEDS-ACTION", rsvp="FALSE"))
    calendar.add_component(event)
    return _written(calendar, [entry.day])


def feed(entries: Iterable[Entry], *, name: str) -> bytes:
    """A calendar that programs read again and again. Without entries it is empty, and valid."""
    told = [entry for entry in entries if not entry.cancelled]
    calendar = _calendar("PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in told:
        calendar.add_component(_event(entry))
    return _written(calendar, [entry.day for entry in told])


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(entry: Entry) -> Event:
    day, zone = entry.day, ZoneInfo(entry.day.zone)
    event = Event()
    event.add("uid", day.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.told_at)
    event.add("last-modified", entry.told_at)
    event.add("dtstart", day.starts_at.astimezone(zone))
    event.add("dtend", day.ends_at.astimezone(zone))
    event.add("summary", _line(entry.summary))
    event.add("location", _line("; ".join(day.places)))
    event.add("description", without_controls(entry.note))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    return event


def _line(text: str) -> str:
    """The text on one line, without what calendars refuse or show as another one."""
    return without_controls(text.replace("\n", " "))


def _address(party: Party, **parameters: str) -> Any:
    address = vCalAddress(f"mailto:{party.address}")
    for name, value in {"cn": party.name, **parameters}.items():
        address.params[name.upper()] = vText(_line(value))
    return address


def _written(calendar: Calendar, days: list[Day]) -> bytes:
    if days:
        # Whole years, so that both changes of the clock are there and a calendar need not guess.
        years = [day.date.year for day in days]
        calendar.add_missing_timezones(
            first_date=date(min(years), 1, 1), last_date=date(max(years) + 1, 1, 1)
        )
    return calendar.to_ical()
