"""Days and wall times: a trainer thinks in them, in a zone; what is stored are moments in UTC."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from courses.planning.document import Hours, PlanError

SATURDAY = 5
DAY = timedelta(days=1)


def zone_named(name: str) -> ZoneInfo:
    """Raises PlanError (unknown_zone)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PlanError("unknown_zone", zone=name) from error


def moment_of(day: date, wall: time, tz: ZoneInfo) -> datetime:
    """The UTC moment of a wall time: the first of two, where the clocks repeat it. Raises PlanError
    (no_such_time) for one that they skip on that day."""
    moment = about(day, wall, tz)
    if wall_of(moment, tz) != datetime.combine(day, wall):
        raise PlanError("no_such_time", day=day, time=wall, zone=tz.key)
    return moment


def about(day: date, wall: time, tz: ZoneInfo) -> datetime:
    """The same; a time that the clocks skip is taken as long after the skip began."""
    try:
        return datetime.combine(day, wall, tzinfo=tz).astimezone(UTC)
    except OverflowError as error:
        raise PlanError("out_of_calendar", day=day) from error


def wall_of(moment: datetime, tz: ZoneInfo) -> datetime:
    """What a clock on the wall shows, naive. Raises PlanError (out_of_calendar)."""
    try:
        return moment.astimezone(tz).replace(tzinfo=None)
    except OverflowError as error:
        raise PlanError("out_of_calendar", day=moment.date()) from error


def later_day(day: date, days: int) -> date:
    """Raises PlanError (out_of_calendar)."""
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise PlanError("out_of_calendar", day=day) from error


def is_working_day(day: date, holidays: Collection[date] = frozenset()) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def working_days(
    first: date, count: int, holidays: Collection[date] = frozenset()
) -> tuple[date, ...]:
    """So many working days from the first on, Monday to Friday but for holidays. Raises PlanError
    (not_a_working_day) where the first is none."""
    if not is_working_day(first, holidays):
        raise PlanError("not_a_working_day", day=first)
    days: list[date] = []
    day = first
    while len(days) < count:
        if is_working_day(day, holidays):
            days.append(day)
        day = later_day(day, 1)
    return tuple(days)


def runs_over_midnight(hours: Hours) -> bool:
    """Whether a teaching day that starts in the evening ends in the morning after."""
    return hours.ends <= hours.starts


def teaching_day(moment: datetime, hours: Hours, zone: str) -> date:
    """The day that a session counts as: after midnight, where days run over it, the day before."""
    wall = wall_of(moment, zone_named(zone))
    belongs_before = runs_over_midnight(hours) and wall.time() < hours.starts
    return wall.date() - DAY if belongs_before else wall.date()


def opening_hours(day: date, hours: Hours, zone: str) -> tuple[datetime, datetime]:
    """When a teaching day starts and when it has to be over."""
    tz = zone_named(zone)
    return about(day, hours.starts, tz), on_teaching_day(day, hours.ends, hours, tz)


def on_teaching_day(day: date, wall: time, hours: Hours, tz: ZoneInfo) -> datetime:
    """A wall time at or before the one at which the day starts is of the morning after."""
    return about(later_day(day, int(wall <= hours.starts)), wall, tz)
