"""What stands in the way of a schedule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from courses.planning.document import Plan, PlannedSession
from courses.planning.holidays import holidays_of
from courses.planning.layout import ModuleLike, in_order
from courses.planning.wall import is_working_day, opening_hours, teaching_day


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to settle about a module, by its code (empty: the whole plan). A clash or a gap
    keeps a schedule from being published, a warning does not. `values` names what is concerned."""

    code: str
    kind: str
    module: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


def clashes(plan: Plan) -> list[Problem]:
    """Sessions of the plan that overlap: the same people sit in both. Half-open, so that one may
    start where another ends. One problem for each two (overlap; values: other, a module)."""
    ordered = in_order(plan.sessions)
    return [
        Problem("overlap", "clash", later.module, {"other": earlier.module})
        for position, earlier in enumerate(ordered)
        for later in ordered[position + 1 :]
        if later.starts_at < earlier.ends_at
    ]


def gaps(plan: Plan, modules: Sequence[ModuleLike]) -> list[Problem]:
    """Credited modules of the course without a session (unplanned), or with one that is shorter
    than what it is credited for (too_short; values: minutes, needed)."""
    planned = {one.module: one for one in plan.sessions}
    found = []
    for module in modules:
        if module.day is None or not module.minutes:
            continue
        session = planned.get(module.code)
        if session is None:
            found.append(Problem("unplanned", "gap", module.code))
        elif (minutes := _minutes(session)) < module.minutes:
            values = {"minutes": minutes, "needed": module.minutes}
            found.append(Problem("too_short", "gap", module.code, values))
    return found


def warnings(plan: Plan, modules: Sequence[ModuleLike], zone: str) -> list[Problem]:
    """What is unusual, and may be meant: a session outside the hours of its day (outside_hours), on
    a Saturday or Sunday (weekend; values: day) or on a legal holiday (holiday; values: day), a
    module to be done at one's own pace without a day by which (no_due_day)."""
    due = {part.module for part in plan.online}
    found = [
        Problem("no_due_day", "warning", module.code)
        for module in modules
        if module.day is None and module.minutes and module.code not in due
    ]
    years = {one.starts_at.year + step for one in plan.sessions for step in (-1, 0, 1)}
    holidays = frozenset().union(*map(holidays_of, years))
    for session in plan.sessions:
        day = teaching_day(session.starts_at, plan.hours, zone)
        if not is_working_day(day, holidays):
            code = "holiday" if day in holidays else "weekend"
            found.append(Problem(code, "warning", session.module, {"day": day}))
        if not _within_hours(session, day, plan, zone):
            found.append(Problem("outside_hours", "warning", session.module))
    return found


def _minutes(session: PlannedSession) -> int:
    return int((session.ends_at - session.starts_at).total_seconds()) // 60


def _within_hours(session: PlannedSession, day: date, plan: Plan, zone: str) -> bool:
    starts, ends = opening_hours(day, plan.hours, zone)
    return starts <= session.starts_at and session.ends_at <= ends
