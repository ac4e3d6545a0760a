"""Lays the modules of a course over dates."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from courses.planning.document import Hours, OnlinePart, Plan, PlanError, PlannedSession, Teacher
from courses.planning.wall import later_day, moment_of, on_teaching_day, zone_named

USUAL_HOURS = Hours()
LONGEST_LUNCH = 4 * 60


class ModuleLike(Protocol):
    """What is read of a module. `day` counts teaching days from 1; None: at one's own pace.
    `staffing` names the parts that it needs."""

    @property
    def code(self) -> str: ...
    @property
    def minutes(self) -> int: ...
    @property
    def day(self) -> int | None: ...
    @property
    def staffing(self) -> Sequence[str]: ...


def lay_out_plan(
    modules: Sequence[ModuleLike],
    days: Sequence[date],
    zone: str,
    *,
    venue: int,
    hours: Hours = USUAL_HOURS,
    teachers: Mapping[str, int] | None = None,
    due: Mapping[str, date] | None = None,
) -> Plan:
    """A plan with one session for each credited module that has a day, all in one place.

    Teaching day n falls on the n-th of `days`, which lie in order and may be weeks apart. Its
    modules follow one another, with lunch at the first break at or after the hour for it. Minutes
    are real minutes, also on a day on which the clocks change. `teachers` says who teaches in each
    part that a module needs. Who learns at their own pace does so until the day before the next
    module taught on a day, or until the day given in `due` by the module's code.

    Raises PlanError: nothing_to_plan, too_few_days, days_not_in_order, bad_hours, day_too_long,
    no_such_time, unknown_zone, out_of_calendar.
    """
    tz = zone_named(zone)
    taught = [module for module in modules if module.minutes > 0 and module.day is not None]
    _check(taught, days, hours)
    by = teachers or {}
    sessions: list[PlannedSession] = []
    for number, day in enumerate(days, start=1):
        of_day = [module for module in taught if module.day == number]
        for module, starts_at, ends_at in _one_day(of_day, day, hours, tz):
            who = tuple(Teacher(part, by[part]) for part in module.staffing if part in by)
            sessions.append(PlannedSession(module.code, starts_at, ends_at, venue, who))
    online = tuple(
        OnlinePart(module.code, (due or {}).get(module.code) or _due_day(modules, at, days))
        for at, module in enumerate(modules)
        if module.minutes > 0 and module.day is None
    )
    return Plan(in_order(sessions), online, hours)


def lunch_of(
    sessions: Sequence[PlannedSession], day: date, hours: Hours, zone: str
) -> tuple[datetime, datetime] | None:
    """When lunch is among the sessions of a day, which are in order: in the first break that is
    long enough and goes on after the hour for it. None where nothing is left free for it."""
    length = timedelta(minutes=hours.lunch_minutes)
    earliest = on_teaching_day(day, hours.lunch_from, hours, zone_named(zone))
    free_from = sessions[0].ends_at if sessions else earliest
    for one in sessions[1:] if length else ():
        if one.starts_at - free_from >= length and one.starts_at > earliest:
            at = max(free_from, min(earliest, one.starts_at - length))
            return at, at + length
        free_from = max(free_from, one.ends_at)
    return None


def days_needed(modules: Sequence[ModuleLike]) -> int:
    """How many teaching days a course has."""
    return max((module.day or 0 for module in modules if module.minutes > 0), default=0)


def in_order(sessions: Sequence[PlannedSession]) -> tuple[PlannedSession, ...]:
    """By time, and by code where two start together."""
    return tuple(sorted(sessions, key=lambda one: (one.starts_at, one.module)))


def _check(taught: Sequence[ModuleLike], days: Sequence[date], hours: Hours) -> None:
    if not taught:
        raise PlanError("nothing_to_plan")
    if len(days) < days_needed(taught):
        raise PlanError("too_few_days", needed=days_needed(taught), given=len(days))
    if sorted(set(days)) != list(days):
        raise PlanError("days_not_in_order")
    if not 0 <= hours.lunch_minutes <= LONGEST_LUNCH:
        raise PlanError("bad_hours")


def _one_day(
    modules: Sequence[ModuleLike], day: date, hours: Hours, tz: ZoneInfo
) -> Iterator[tuple[ModuleLike, datetime, datetime]]:
    at = moment_of(day, hours.starts, tz)
    lunch_from, closes = (
        on_teaching_day(day, wall, hours, tz) for wall in (hours.lunch_from, hours.ends)
    )
    had_lunch = False
    for position, module in enumerate(modules):
        if position and not had_lunch and at >= lunch_from:
            at, had_lunch = at + timedelta(minutes=hours.lunch_minutes), True
        ends_at = at + timedelta(minutes=module.minutes)
        if ends_at > closes:
            raise PlanError("day_too_long", day=day, module=module.code, ends=hours.ends)
        yield module, at, ends_at
        at = ends_at


def _due_day(modules: Sequence[ModuleLike], at: int, days: Sequence[date]) -> date:
    following = [module.day for module in modules[at:] if module.day and module.minutes > 0]
    return later_day(days[following[0] - 1], -1) if following else days[-1]
