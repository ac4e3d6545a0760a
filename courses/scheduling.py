"""Where the modules of a course fall in the calendar. Pure: no Django, codes instead of sentences.

A trainer thinks in wall time: eight in the morning, in the agency's zone, on working days.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY_STARTS = time(8)
LUNCH_FROM = time(12)
LUNCH = timedelta(hours=1)
DAY_ENDS = time(22)
SATURDAY = 5


class ModuleLike(Protocol):
    """What is read of a module. `day` counts teaching days from 1; None: at one's own pace."""

    @property
    def code(self) -> str: ...
    @property
    def minutes(self) -> int: ...
    @property
    def day(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Slot:
    """When one module is taught: half-open, aware, in UTC."""

    module_code: str
    starts_at: datetime
    ends_at: datetime


class SchedulingError(ValueError):
    """A course that cannot be laid out as asked.

    `code` is one of: unknown_zone, not_a_working_day, no_such_time, day_too_long, out_of_calendar.
    `values` names what is concerned (day, module, zone, time).
    """

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(f"{code}: " + ", ".join(f"{k} {v}" for k, v in values.items()))


def lay_out(
    modules: Iterable[ModuleLike],
    starts_on: date,
    zone: str,
    holidays: Collection[date] = frozenset(),
) -> list[Slot]:
    """One slot for each module that has a day, in order of time.

    Day 1 is `starts_on`, day n the n-th working day from there. A day starts at 08:00; its modules
    follow one another with an hour's lunch at the first break at or after noon. Minutes are real
    minutes, also on a day on which the clocks change. Raises SchedulingError.
    """
    timed = [module for module in modules if module.day is not None and module.minutes > 0]
    tz = _zone(zone)
    if not _is_working_day(starts_on, holidays):
        raise SchedulingError("not_a_working_day", day=starts_on)
    last = max((module.day or 0 for module in timed), default=0)
    slots: list[Slot] = []
    try:
        for number, day in enumerate(_working_days(starts_on, last, holidays), start=1):
            slots += _one_day([module for module in timed if module.day == number], day, tz)
    except OverflowError as error:
        raise SchedulingError("out_of_calendar", day=starts_on) from error
    return slots


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SchedulingError("unknown_zone", zone=name) from error


def _is_working_day(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def _working_days(first: date, count: int, holidays: Collection[date]) -> list[date]:
    days: list[date] = []
    day = first
    while len(days) < count:
        if _is_working_day(day, holidays):
            days.append(day)
        day += timedelta(days=1)
    return days


def _one_day(modules: Sequence[ModuleLike], day: date, tz: ZoneInfo) -> list[Slot]:
    slots: list[Slot] = []
    if not modules:
        return slots
    at = _moment(day, DAY_STARTS, tz)
    had_lunch = False
    for module in modules:
        if not had_lunch and slots and _wall(at, tz) >= datetime.combine(day, LUNCH_FROM):
            at, had_lunch = at + LUNCH, True
        ends = at + timedelta(minutes=module.minutes)
        if _wall(ends, tz) > datetime.combine(day, DAY_ENDS):
            raise SchedulingError("day_too_long", day=day, module=module.code)
        slots.append(Slot(module.code, at, ends))
        at = ends
    return slots


def _moment(day: date, wall: time, tz: ZoneInfo) -> datetime:
    """The UTC moment of a wall time; refuses one that the clocks skip on that day."""
    naive = datetime.combine(day, wall)
    moment = naive.replace(tzinfo=tz).astimezone(UTC)
    if _wall(moment, tz) != naive:
        raise SchedulingError("no_such_time", day=day, time=wall, zone=tz.key)
    return moment


def _wall(moment: datetime, tz: ZoneInfo) -> datetime:
    return moment.astimezone(tz).replace(tzinfo=None)
