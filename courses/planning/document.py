"""A schedule as a document: what is taught when, where and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any


class PlanError(ValueError):
    """A plan that cannot be read or made. `code` says why; `values` names what is concerned."""

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(f"{code}: " + ", ".join(f"{k} {v}" for k, v in values.items()))


@dataclass(frozen=True, slots=True)
class Hours:
    """The wall times of a teaching day: when it starts, the hour from which lunch is taken at the
    first break, how long lunch is, and when the day must be over."""

    starts: time = time(8)
    lunch_from: time = time(12)
    lunch_minutes: int = 60
    ends: time = time(22)


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody who teaches in a part, by the id of their account. `name` and `credential` are empty
    in a plan and filled in where it is frozen."""

    part: str
    person: int
    name: str = ""
    credential: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One module, by its code, taught in one place (the id of a venue): half-open, aware, in UTC.
    `place` is the venue's name where the schedule is frozen."""

    module: str
    starts_at: datetime
    ends_at: datetime
    venue: int
    teachers: tuple[Teacher, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class OnlinePart:
    """A module, by its code, that people go through by themselves until the end of a day."""

    module: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Plan:
    """A cohort's whole schedule. Each module stands in it once at most; sessions are in order."""

    sessions: tuple[PlannedSession, ...] = ()
    online: tuple[OnlinePart, ...] = ()
    hours: Hours = field(default_factory=Hours)


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """As it is stored: text, numbers, lists and mappings only."""
    hours = plan.hours
    return {
        "hours": {
            "starts": hours.starts.isoformat(),
            "lunch_from": hours.lunch_from.isoformat(),
            "lunch_minutes": hours.lunch_minutes,
            "ends": hours.ends.isoformat(),
        },
        "sessions": [
            {
                "module": one.module,
                "starts_at": one.starts_at.astimezone(UTC).isoformat(),
                "ends_at": one.ends_at.astimezone(UTC).isoformat(),
                "venue": one.venue,
                "place": one.place,
                "teachers": [
                    {
                        "part": who.part,
                        "person": who.person,
                        "name": who.name,
                        "credential": dict(who.credential),
                    }
                    for who in one.teachers
                ],
            }
            for one in plan.sessions
        ],
        "online": [{"module": one.module, "due_on": one.due_on.isoformat()} for one in plan.online],
    }


def plan_from_json(document: Mapping[str, Any]) -> Plan:
    """Reads what `plan_to_json` wrote. Raises PlanError (unreadable) for anything else."""
    try:
        hours = document["hours"]
        return Plan(
            sessions=tuple(
                PlannedSession(
                    module=one["module"],
                    starts_at=datetime.fromisoformat(one["starts_at"]),
                    ends_at=datetime.fromisoformat(one["ends_at"]),
                    venue=one["venue"],
                    place=one["place"],
                    teachers=tuple(Teacher(**who) for who in one["teachers"]),
                )
                for one in document["sessions"]
            ),
            online=tuple(
                OnlinePart(one["module"], date.fromisoformat(one["due_on"]))
                for one in document["online"]
            ),
            hours=Hours(
                starts=time.fromisoformat(hours["starts"]),
                lunch_from=time.fromisoformat(hours["lunch_from"]),
                lunch_minutes=hours["lunch_minutes"],
                ends=time.fromisoformat(hours["ends"]),
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PlanError("unreadable") from error
