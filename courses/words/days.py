"""Days and hours as mails say them, in the zone where a class is held."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.calendars.days import Day, Item, Role
from courses.models import Cohort, Venue


def day_name(day: date) -> str:
    return date_format(day, "l, F j")


def hour(moment: datetime, zone: str) -> str:
    return date_format(moment.astimezone(ZoneInfo(zone)), "TIME_FORMAT")


def moment_words(moment: datetime, zone: str) -> str:
    return f"{day_name(moment.astimezone(ZoneInfo(zone)).date())}, {hour(moment, zone)}"


def span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    told = {"starts": hour(starts_at, zone), "ends": hour(ends_at, zone)}
    return _("%(starts)s to %(ends)s") % told


def day_line(day: Day) -> str:
    """A day with its hours and places."""
    when = span(day.starts_at, day.ends_at, day.zone)
    return ", ".join([day_name(day.date), when, *day.places])


def taught_lines(day: Day) -> list[str]:
    """A day with each of its sessions, for who teaches some of them."""
    return [day_name(day.date), *(f"- {_item(item, day.zone)}, {item.place}" for item in day.items)]


def summary(day: Day) -> str:
    """What a calendar shows of a day."""
    if day.role is Role.TEACHES:
        return _("You teach: %(course)s") % {"course": day.course}
    if day.role is Role.MAKES_UP:
        modules = ", ".join(item.module for item in day.items)
        return _("Make-up: %(modules)s") % {"modules": modules}
    return day.course


def plan_lines(day: Day) -> list[str]:
    """A line for each session of a day, with the place where there are several."""
    several = len(day.places) > 1
    return [_item(item, day.zone) + (f" ({item.place})" if several else "") for item in day.items]


def change_lines(was: Day | None, now: Day | None) -> list[str]:
    """What became of a day that stood in a calendar, or did not."""
    if now is None:
        return [_("Off: %(day)s") % {"day": day_line(was)}] if was else []
    if was is None:
        return [_("New: %(day)s") % {"day": day_line(now)}]
    told = {"day": day_line(now), "before": day_line(was)}
    if was.date != now.date:
        return [_("Now %(day)s. Was %(before)s.") % told]
    if day_line(was) != day_line(now):
        heading = _("Now %(day)s. Was %(before)s. Of that day:") % told
    else:
        heading = _("%(day)s, the plan of the day:") % {"day": day_name(now.date)}
    return [heading, *_changed_items(was, now)]


def online_lines(cohort: Cohort) -> list[str]:
    """What is to be done on line, and by when."""
    parts = cohort.online_parts.select_related("module").order_by("due_on", "module__position")
    return [
        _("By %(day)s, on line: %(module)s")
        % {"day": day_name(part.due_on), "module": part.module.title}
        for part in parts
    ]


def where(venue: Venue) -> str:
    return f"{venue.name}, {venue.address}" if venue.address else venue.name


def _changed_items(was: Day, now: Day) -> Iterable[str]:
    before, after = set(was.items), set(now.items)
    kept = {item.module for item in now.items}
    gone = [item.module for item in was.items if item.module not in kept]
    changed = [item for item in now.items if item in after - before]
    yield from (f"- {_item(item, now.zone)}, {item.place}" for item in changed)
    yield from (_("- No longer on this day: %(module)s") % {"module": one} for one in gone)


def _item(item: Item, zone: str) -> str:
    return f"{span(item.starts_at, item.ends_at, zone)} {item.module}"
