"""From when until when a survey takes answers. No Django here.

Everything is counted on the wall clock of the cohort's zone: a follow-up three months after a
session that ended at five in the afternoon opens at five in the afternoon, on both sides of a clock
change.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FIRST_WAVE = "pre"
FOLLOW_UP_DAYS = 21
MONTHS_IN_QUARTER = 3


@dataclass(frozen=True)
class Bounds:
    """From when (None: from enrolment on) until when a window takes answers; `closes_at` None
    means that the cohort's calendar says nothing about this wave, so it never opens.

    The last `grace` of it is for latecomers: people are asked to answer before. A window that was
    `called_off`, with its cohort, is over whatever the calendar says.
    """

    opens_at: datetime | None
    closes_at: datetime | None
    grace: timedelta = timedelta(0)
    called_off: bool = False

    @property
    def due_at(self) -> datetime | None:
        """Until when people are asked to answer."""
        return self.closes_at and self.closes_at - self.grace

    def has_begun(self, at: datetime) -> bool:
        return self.closes_at is not None and (self.opens_at is None or self.opens_at <= at)

    def is_open(self, at: datetime) -> bool:
        return self.has_begun(at) and not self.is_over(at)

    def is_ahead(self, at: datetime) -> bool:
        return not self.called_off and self.opens_at is not None and at < self.opens_at

    def is_over(self, at: datetime) -> bool:
        return self.called_off or (self.closes_at is not None and self.closes_at <= at)


@dataclass(frozen=True)
class Timing:
    """When one wave is asked, as its study's protocol says: `weeks` or `months` after the last
    session (0 and 0: at a session of the course), for `lasts` days and `grace` days more."""

    code: str
    weeks: int = 0
    months: int = 0
    lasts: int | None = None
    grace: int = 0

    @property
    def is_follow_up(self) -> bool:
        return bool(self.weeks or self.months)


def timing_of(waves: Sequence[Mapping[str, Any]], code: str) -> Timing:
    """The timing of a wave, from the waves of a study document that has been read before."""
    entry = next(wave for wave in waves if wave["code"] == code)
    after = entry.get("after") or {}
    return Timing(
        code=code,
        weeks=after.get("weeks", 0),
        months=after.get("months", 0),
        lasts=entry.get("lasts"),
        grace=entry.get("grace", 0),
    )


@dataclass(frozen=True)
class Calendar:
    """What a cohort's sessions say about a wave: when the one marked for it starts and ends, when
    the last one ends. None: there is no such session."""

    zone: str
    marked_starts: datetime | None = None
    marked_ends: datetime | None = None
    last_ends: datetime | None = None


def by_sessions(wave: Timing, when: Calendar, post_days: int) -> Bounds:
    """The first wave closes at the end of the session marked for it; the next opens at the start
    of its own and closes some days after the last one, from whose end follow-ups count."""
    if wave.is_follow_up:
        return _follow_up(wave, when.last_ends, when.zone)
    if wave.code == FIRST_WAVE:
        return _closing(None, when.marked_ends, wave, when.zone)
    if when.marked_starts is None or when.last_ends is None:
        return Bounds(None, None)
    closes_at = later(when.last_ends, when.zone, days=wave.lasts or post_days)
    return _closing(when.marked_starts, closes_at, wave, when.zone)


def by_quarter(wave: Timing, starts: datetime, ends: datetime, zone: str) -> Bounds:
    """For those who got their seat in a quarter: the first wave is asked in it, the next in the
    quarter after, and follow-ups count from its end."""
    if wave.is_follow_up:
        return _follow_up(wave, ends, zone)
    if wave.code == FIRST_WAVE:
        return _closing(starts, ends, wave, zone)
    return _closing(ends, later(ends, zone, months=MONTHS_IN_QUARTER), wave, zone)


def _follow_up(wave: Timing, since: datetime | None, zone: str) -> Bounds:
    if since is None:
        return Bounds(None, None)
    opens_at = later(since, zone, days=7 * wave.weeks, months=wave.months)
    closes_at = later(opens_at, zone, days=wave.lasts or FOLLOW_UP_DAYS)
    return _closing(opens_at, closes_at, wave, zone)


def _closing(opens_at: datetime | None, due_at: datetime | None, wave: Timing, zone: str) -> Bounds:
    if due_at is None or not wave.grace:
        return Bounds(opens_at, due_at)
    closes_at = later(due_at, zone, days=wave.grace)
    return Bounds(opens_at, closes_at, closes_at - due_at)


def later(at: datetime, zone: str, *, days: int = 0, months: int = 0) -> datetime:
    """The same time on the wall so many calendar months and days later, in UTC; on the last day of
    a month that is too short. A time that the clocks skip is taken as long after the skip began,
    one that they repeat as its first."""
    local = at.astimezone(ZoneInfo(zone))
    count = local.month - 1 + months
    year, month = local.year + count // 12, count % 12 + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    moved = local.replace(year=year, month=month, day=day, fold=0) + timedelta(days=days)
    return moved.astimezone(UTC)


@dataclass(frozen=True)
class Quarter:
    """A quarter of a calendar year in a zone: people seated in it are asked together."""

    label: str
    starts: datetime
    ends: datetime


def quarter_of(at: datetime, zone: str) -> Quarter:
    local = at.astimezone(ZoneInfo(zone))
    number = (local.month - 1) // MONTHS_IN_QUARTER
    midnight = local.replace(
        month=number * MONTHS_IN_QUARTER + 1,
        day=1,
        hour=0,
        minute=0,
        second=0,
        microsecond=0,
        fold=0,
    )
    starts = midnight.astimezone(UTC)
    ends = later(starts, zone, months=MONTHS_IN_QUARTER)
    return Quarter(f"{local.year}Q{number + 1}", starts, ends)


def quarters(since: datetime, until: datetime, zone: str) -> list[Quarter]:
    """The quarters that hold `since`, `until` and whatever lies between, in their order."""
    found = [quarter_of(since, zone)]
    while found[-1].ends <= until:
        found.append(quarter_of(found[-1].ends, zone))
    return found
