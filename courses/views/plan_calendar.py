"""A plan as the planner's calendar shows it: weeks, days, and sessions at their hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from courses.models import Cohort
from courses.planning import Hours, Plan, PlannedSession, Problem, lunch_of
from courses.plans.names import Names
from courses.views.week import dot_of
from courses.words.codes import time_span
from lms.accounts.clock import now

WORKING_DAYS, WEEK = 5, 7
MINUTES_A_ROW = 5
MIDNIGHT = 24
MOST_LANES = 4


@dataclass(frozen=True, slots=True)
class Lunch:
    """When lunch is, in words, and the classes of its place in the column."""

    time: str
    slot: str


@dataclass(frozen=True, slots=True)
class Card:
    """One session: `starts` is its wall time (ISO, to the minute), `slot` the classes of its place
    in the column, `state` "clash", "gap" or empty, `flags` what is wrong in words; `lunch` comes
    before it."""

    module: str
    title: str
    url: str
    time: str
    place: str
    starts: str
    minutes: int
    slot: str
    people: Sequence[Mapping[str, str]]
    state: str
    flags: Sequence[str]
    lunch: Lunch | None = None


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    name: str
    date: str
    today: bool
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whole weeks, Monday to Friday and the days of a weekend that are taught on. `first` and
    `last` are the hours between which its columns run; `hours` what is written beside them."""

    weeks: Sequence[tuple[date, Sequence[Day]]]
    columns: int
    first: int
    last: int
    hours: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Placed:
    session: PlannedSession
    starts: datetime
    ends: datetime
    lane: int = 0
    lanes: int = 1


def calendar(
    plan: Plan, cohort: Cohort, names: Names, told: Mapping[str, Sequence[tuple[Problem, str]]]
) -> Calendar:
    """`told`: the problems of each module with their sentences."""
    walls = [
        _Placed(one, one.starts_at.astimezone(names.zone), one.ends_at.astimezone(names.zone))
        for one in plan.sessions
    ]
    by_day = {day: _in_lanes(held) for day, held in groupby(walls, key=lambda it: it.starts.date())}
    first, last = _hours(walls, plan.hours.starts)
    columns = max((day.weekday() + 1 for day in by_day), default=0)
    columns = max(columns, WORKING_DAYS)
    mondays = sorted({day - timedelta(days=day.weekday()) for day in by_day})
    weeks = [
        (
            monday,
            [
                _day(monday + timedelta(days=n), by_day, plan.hours, cohort, names, told)
                for n in range(columns)
            ],
        )
        for monday in mondays
    ]
    hours = [time_format(time(hour % MIDNIGHT), "TIME_FORMAT") for hour in range(first, last)]
    return Calendar(weeks, columns, first, last, hours)


def card(
    placed: _Placed, cohort: Cohort, names: Names, told: Sequence[tuple[Problem, str]]
) -> Card:
    session = placed.session
    kinds = {problem.kind for problem, _words in told}
    return Card(
        module=session.module,
        title=names.module(session.module),
        url=reverse("courses:planned_session", args=[cohort.uuid, session.module]),
        time=time_span(session.starts_at, session.ends_at, names.zone),
        place=names.place(session) if session.venue != cohort.venue_id else "",
        starts=placed.starts.strftime("%Y-%m-%dT%H:%M"),
        minutes=int((placed.ends - placed.starts).total_seconds()) // 60,
        slot=_slot(placed),
        people=people(session, names, [problem for problem, _words in told]),
        state=next((kind for kind in ("clash", "gap") if kind in kinds), ""),
        flags=list(dict.fromkeys(words for problem, words in told if problem.code != "unnamed")),
    )


def people(
    session: PlannedSession, names: Names, problems: Sequence[Problem]
) -> list[dict[str, str]]:
    """Who teaches, as components/pair.html takes it, then the parts in which nobody does."""
    wrong = {one.values.get("person"): one.kind for one in problems}
    named = [
        {
            "name": names.person(who),
            "role": wrong.get(who.person) or dot_of(who.part),
        }
        for who in session.teachers
    ]
    empty = [one.values["part"] for one in problems if one.code == "unnamed"]
    return named + [
        {"name": _("%(part)s needed") % {"part": names.part(str(part))}, "role": "gap"}
        for part in empty
    ]


def _day(
    day: date,
    by_day: Mapping[date, Sequence[_Placed]],
    hours: Hours,
    cohort: Cohort,
    names: Names,
    told: Mapping[str, Sequence[tuple[Problem, str]]],
) -> Day:
    return Day(
        day=day,
        name=date_format(day, "l"),
        date=date_format(day, "M j"),
        today=day == now().astimezone(names.zone).date(),
        cards=_with_lunch(
            [
                card(placed, cohort, names, told.get(placed.session.module, []))
                for placed in by_day.get(day, [])
            ],
            by_day.get(day, []),
            day,
            hours,
            names,
        ),
    )


def _with_lunch(
    cards: list[Card], held: Sequence[_Placed], day: date, hours: Hours, names: Names
) -> list[Card]:
    """The cards of a day, with lunch noted before the first one after it."""
    found = lunch_of([one.session for one in held], day, hours, names.zone.key)
    if found is None:
        return cards
    starts, ends = (at.astimezone(names.zone) for at in found)
    after = next(n for n, one in enumerate(held) if one.starts >= ends)
    slot = _slot(_Placed(held[after].session, starts, ends))
    cards[after] = replace(cards[after], lunch=Lunch(time_span(*found, names.zone), slot))
    return cards


def _hours(walls: Sequence[_Placed], starts: time) -> tuple[int, int]:
    """Between which whole hours the columns run: those of all sessions, eight at least."""
    first = min([starts.hour, *(it.starts.hour for it in walls)])
    last = max([first + 8, *(_end_hour(it) for it in walls)])
    return first, min(last, MIDNIGHT)


def _end_hour(placed: _Placed) -> int:
    if placed.ends.date() > placed.starts.date():
        return MIDNIGHT
    return placed.ends.hour + bool(placed.ends.minute)


def _in_lanes(held: Iterable[_Placed]) -> list[_Placed]:
    """Sessions of a day that overlap stand beside one another."""
    found: list[_Placed] = []
    group: list[tuple[_Placed, int]] = []
    free_at: list[datetime] = []
    for one in held:
        if group and one.starts >= max(free_at):
            found += _beside(group, len(free_at))
            group, free_at = [], []
        lane = next((n for n, at in enumerate(free_at) if at <= one.starts), len(free_at))
        free_at[lane : lane + 1] = [one.ends]
        group.append((one, lane))
    return found + _beside(group, len(free_at))


def _beside(group: Sequence[tuple[_Placed, int]], lanes: int) -> list[_Placed]:
    most = min(lanes, MOST_LANES)
    return [
        _Placed(one.session, one.starts, one.ends, min(lane, most - 1), most) for one, lane in group
    ]


def _slot(placed: _Placed) -> str:
    """The classes that put a session into its column; what runs past midnight is cut there."""
    midnight = datetime.combine(placed.starts.date(), time()) + timedelta(days=1)
    wall = placed.starts.replace(tzinfo=None)
    length = int((min(placed.ends.replace(tzinfo=None), midnight) - wall).total_seconds()) // 60
    length = max(length, MINUTES_A_ROW)
    minute = wall.minute - wall.minute % MINUTES_A_ROW
    lasts = length - length % MINUTES_A_ROW
    return (
        f"at-h{wall.hour} at-m{minute} for-h{lasts // 60} for-m{lasts % 60}"
        f" lane-{placed.lane} of-{placed.lanes}"
    )
