"""One person's sessions as the days that stand in their calendar. Pure.

A calendar gets one event for each day of a cohort, with the day's plan in its text: a week of
twenty-five sessions is five events. An event is known by the session it was first told with, so
that it stays the same event when the day, or that session alone, is moved.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo


class Role(StrEnum):
    """What somebody does in a session."""

    ATTENDS = "attends"
    TEACHES = "teaches"
    MAKES_UP = "makes_up"


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session as one person has it: aware, in UTC. `key` is the session's, `cohort` its
    cohort's code, `zone` where its wall times are meant."""

    key: str
    cohort: str
    course: str
    module: str
    role: Role
    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a day's plan."""

    module: str
    starts_at: datetime
    ends_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Day:
    """What one event of a calendar says."""

    uid: str
    cohort: str
    course: str
    role: Role
    zone: str
    items: tuple[Item, ...]

    @property
    def starts_at(self) -> datetime:
        return self.items[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return max(item.ends_at for item in self.items)

    @property
    def places(self) -> tuple[str, ...]:
        """Where the day is held, in its order, each place once."""
        return tuple(dict.fromkeys(item.place for item in self.items))

    @property
    def date(self) -> date:
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()


def days_of(meetings: Iterable[Meeting], told: Collection[str] = ()) -> list[Day]:
    """The days of one person in order. `told` holds the ids of the events that stand in their
    calendar: a day that has the session of one of them keeps that id."""
    ordered = sorted(meetings, key=lambda one: (*_group(one), one.starts_at, one.key))
    days = [_day(list(found), told) for _key, found in groupby(ordered, key=_group)]
    return sorted(days, key=lambda day: (day.starts_at, day.uid))


def day_to_json(day: Day) -> dict[str, Any]:
    """As it is stored: equal if and only if the calendar would show the same."""
    return {
        "uid": day.uid,
        "cohort": day.cohort,
        "course": day.course,
        "role": day.role.value,
        "zone": day.zone,
        "items": [
            [item.module, _to_text(item.starts_at), _to_text(item.ends_at), item.place]
            for item in day.items
        ],
    }


def day_from_json(document: dict[str, Any]) -> Day:
    """Reads what `day_to_json` wrote."""
    return Day(
        uid=document["uid"],
        cohort=document["cohort"],
        course=document["course"],
        role=Role(document["role"]),
        zone=document["zone"],
        items=tuple(
            Item(module, datetime.fromisoformat(starts), datetime.fromisoformat(ends), place)
            for module, starts, ends, place in document["items"]
        ),
    )


def _group(meeting: Meeting) -> tuple[str, str, date]:
    local = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
    return meeting.cohort, meeting.role.value, local.date()


def _day(meetings: list[Meeting], told: Collection[str]) -> Day:
    first = meetings[0]
    return Day(
        uid=next((one.key for one in meetings if one.key in told), first.key),
        cohort=first.cohort,
        course=first.course,
        role=first.role,
        zone=first.zone,
        items=tuple(Item(one.module, one.starts_at, one.ends_at, one.place) for one in meetings),
    )


def _to_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
