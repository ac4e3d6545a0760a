"""One plan made of another."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import count, islice

from courses.planning.document import Plan, PlanError, PlannedSession
from courses.planning.layout import in_order
from courses.planning.wall import (
    is_working_day,
    later_day,
    moment_of,
    teaching_day,
    wall_of,
    zone_named,
)


def session_of(plan: Plan, module: str) -> PlannedSession:
    """Raises PlanError (not_planned)."""
    found = next((one for one in plan.sessions if one.module == module), None)
    if found is None:
        raise PlanError("not_planned", module=module)
    return found


def moved(plan: Plan, module: str, starts_at: datetime) -> Plan:
    """A session at another time, as long as it was."""
    return changed(plan, _at(session_of(plan, module), starts_at))


def changed(plan: Plan, session: PlannedSession) -> Plan:
    """With this session in place of the one of its module, or besides the others. Raises PlanError
    (ends_before_start)."""
    if session.ends_at <= session.starts_at:
        raise PlanError("ends_before_start", module=session.module)
    others = [one for one in plan.sessions if one.module != session.module]
    return replace(plan, sessions=in_order([*others, session]))


def without(plan: Plan, module: str) -> Plan:
    """Raises PlanError (not_planned)."""
    gone = session_of(plan, module)
    return replace(plan, sessions=tuple(one for one in plan.sessions if one != gone))


def shifted(plan: Plan, days: int, zone: str) -> Plan:
    """Everything so many days later (below zero: earlier), at the same time on the wall, also over
    a clock change. Raises PlanError (no_such_time, out_of_calendar)."""
    return _redated(plan, lambda day: later_day(day, days), zone)


def redated(plan: Plan, days: Sequence[date], zone: str) -> Plan:
    """Its n-th teaching day on the n-th of these days, at the same times on the wall. What is due
    moves as far as the teaching day that follows it. Raises PlanError (too_few_days,
    days_not_in_order, no_such_time)."""
    old = teaching_days(plan, zone)
    if len(days) < len(old):
        raise PlanError("too_few_days", needed=len(old), given=len(days))
    if sorted(set(days)) != list(days):
        raise PlanError("days_not_in_order")

    def moved_day(day: date) -> date:
        following = next((at for at, one in enumerate(old) if one >= day), len(old) - 1)
        return later_day(day, (days[following] - old[following]).days)

    return _redated(plan, moved_day, zone)


def teaching_days(plan: Plan, zone: str) -> list[date]:
    """The days that have sessions, in order."""
    return sorted({teaching_day(one.starts_at, plan.hours, zone) for one in plan.sessions})


def days_like(days: Sequence[date], first: date, holidays: Collection[date]) -> tuple[date, ...]:
    """Days that begin on another one and lie as far apart as these: in working days, or where one
    of them is none in days of the calendar. Raises PlanError (not_a_working_day)."""
    if not all(is_working_day(day) for day in days):
        return tuple(later_day(first, (day - days[0]).days) for day in days)
    if not is_working_day(first, holidays):
        raise PlanError("not_a_working_day", day=first)
    offsets = [_working_days_between(days[0], day) for day in days]
    ahead = (later_day(first, n) for n in count())
    open_days = [*islice((d for d in ahead if is_working_day(d, holidays)), offsets[-1] + 1)]
    return tuple(open_days[offset] for offset in offsets)


def _working_days_between(first: date, last: date) -> int:
    weeks, rest = divmod((last - first).days, 7)
    return weeks * 5 + sum(is_working_day(later_day(first, n)) for n in range(rest))


def _redated(plan: Plan, move: Callable[[date], date], zone: str) -> Plan:
    tz = zone_named(zone)

    def at_new_day(session: PlannedSession) -> PlannedSession:
        wall = wall_of(session.starts_at, tz)
        day = teaching_day(session.starts_at, plan.hours, zone)
        new = later_day(move(day), (wall.date() - day).days)
        return _at(session, moment_of(new, wall.time(), tz))

    return replace(
        plan,
        sessions=in_order([at_new_day(one) for one in plan.sessions]),
        online=tuple(replace(part, due_on=move(part.due_on)) for part in plan.online),
    )


def _at(session: PlannedSession, starts_at: datetime) -> PlannedSession:
    length = session.ends_at - session.starts_at
    return replace(session, starts_at=starts_at, ends_at=starts_at + length)
