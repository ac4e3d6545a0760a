"""From when somebody came and left to minutes of a module. Pure.

Moments are aware datetimes; wherever they were written, they are compared and counted in UTC.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)
Stay = tuple[datetime, datetime]


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Held:
    """A session as it counts: from `starts_at` up to `ends_at`, for `minutes` of its module, with
    so many minutes of `grace` at each end."""

    starts_at: datetime
    ends_at: datetime
    minutes: int
    grace: int = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """One event of a seat and a session, in the order of recording. `said` is one of the words on
    the whole session or a direction; `minutes` are those earned once it was known; `corrects`: it
    was recorded with a reason."""

    said: str
    minutes: int
    happened_at: datetime
    recorded_at: datetime
    corrects: bool = False

    @property
    def is_moment(self) -> bool:
        return self.said in (Direction.IN, Direction.OUT)


def minutes_after(history: Sequence[Seen], moment: Seen, held: Held) -> int:
    """What has been earned once a moment is known too. A moment that corrects counts as it is; any
    other one takes nothing away from what stands."""
    earned = minutes_there(counting([*history, moment]), held)
    if moment.corrects or not history:
        return earned
    return max(earned, history[-1].minutes)


def minutes_there(moments: Iterable[Seen], held: Held) -> int:
    """The minutes between coming and leaving, all stays together, never above the module's. Who was
    there from the beginning to the end, give or take the grace, earns the module."""
    stays = _with_grace(list(_stays(moments)), held)
    if stays == [(_utc(held.starts_at), _utc(held.ends_at))]:
        return held.minutes
    there = sum((left - came for came, left in stays), timedelta())
    return min(there // _MINUTE, held.minutes)


def counting(history: Sequence[Seen]) -> list[Seen]:
    """The moments that count: a correction is the last word on all that happened before it was
    made, so that what comes in late, from before, does not undo it."""
    moments = [one for one in history if one.is_moment]
    corrected = max((one.recorded_at for one in history if one.corrects), default=None)
    if corrected is None:
        return moments
    return [
        one
        for one in moments
        if one.happened_at >= corrected or (one.corrects and one.recorded_at == corrected)
    ]


def _stays(moments: Iterable[Seen]) -> Iterator[Stay]:
    """Half-open stays in UTC, one after the other. Coming twice is coming the first time, leaving
    twice is leaving the last time; who has not left has no stay yet."""
    came = left = None
    for moment in sorted(moments, key=lambda one: (one.happened_at, one.said == Direction.IN)):
        at = _utc(moment.happened_at)
        if moment.said == Direction.OUT:
            left = at if came else None
        elif came and left:
            yield came, left
            came, left = at, None
        else:
            came = came or at
    if came and left:
        yield came, left


def _with_grace(stays: Sequence[Stay], held: Held) -> list[Stay]:
    """The stays as far as they lie within the session. Who came first within the grace came when
    it began, who left last within the grace left when it ended."""
    starts, ends, grace = _utc(held.starts_at), _utc(held.ends_at), held.grace * _MINUTE
    within = [
        (max(came, starts), min(left, ends))
        for came, left in stays
        if came < ends and left > starts
    ]
    if within and within[0][0] <= starts + grace:
        within[0] = (starts, within[0][1])
    if within and within[-1][1] >= ends - grace:
        within[-1] = (within[-1][0], ends)
    return within


def _utc(at: datetime) -> datetime:
    """In UTC, where the difference of two moments is what a clock measures between them."""
    return at.astimezone(UTC)


def moment_on(clock: time, zone: str, held: Held, direction: Direction) -> datetime | None:
    """The moment, in UTC, that a time of day on a sheet means: the one nearest to the session, on
    whichever day, and none where the clocks skip it. Where they show it twice, whoever came did so
    at the first and whoever left at the second."""
    nearest = held.starts_at if direction is Direction.IN else held.ends_at
    found = list(_moments(clock, ZoneInfo(zone), _days(held, ZoneInfo(zone))))
    within = [at for at in found if held.starts_at <= at <= held.ends_at]
    if within:
        return min(within) if direction is Direction.IN else max(within)
    return min(found, key=lambda at: abs(at - _utc(nearest)), default=None)


def _days(held: Held, zone: ZoneInfo) -> Iterator[date]:
    """The days of the session, with the one before and the one after."""
    day = held.starts_at.astimezone(zone).date() - timedelta(days=1)
    last = held.ends_at.astimezone(zone).date() + timedelta(days=1)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _moments(clock: time, zone: ZoneInfo, days: Iterable[date]) -> Iterator[datetime]:
    for day in days:
        for fold in (0, 1):
            wall = datetime.combine(day, clock.replace(fold=fold), zone)
            at = wall.astimezone(UTC)
            if at.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
                yield at
