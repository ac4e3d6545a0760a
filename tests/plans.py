"""Plans for tests, in Boston."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from courses.planning import OnlinePart, Plan, PlannedSession, Teacher

BOSTON = "America/New_York"
MONDAY = date(2026, 11, 30)


def at(day: date, wall: str = "09:00") -> datetime:
    naive = datetime.combine(day, time.fromisoformat(wall))
    return naive.replace(tzinfo=ZoneInfo(BOSTON)).astimezone(ZoneInfo("UTC"))


def session(
    module: str = "a",
    day: date = MONDAY,
    wall: str = "09:00",
    minutes: int = 60,
    venue: int = 1,
    **teachers: int,
) -> PlannedSession:
    """`officer=7` has the person with that id teach as the officer."""
    starts_at = at(day, wall)
    who = tuple(Teacher(part, person) for part, person in teachers.items())
    return PlannedSession(module, starts_at, starts_at + timedelta(minutes=minutes), venue, who)


def plan_of(*sessions: PlannedSession, **due: date) -> Plan:
    """`law=date(...)` is a module to be done by that day."""
    return Plan(sessions, tuple(OnlinePart(module, day) for module, day in due.items()))


def walls(plan: Plan) -> list[str]:
    zone = ZoneInfo(BOSTON)
    return [
        f"{one.module} {one.starts_at.astimezone(zone):%a %d %b %H:%M}"
        f"-{one.ends_at.astimezone(zone):%H:%M}"
        for one in plan.sessions
    ]
