"""The minute ledger: credited minutes per module, worked out from what was recorded. Pure.

Nobody types a total in. Each line says why its minutes stand as they do, in code words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class LineState(StrEnum):
    """Where a module's minutes stand: all earned, some or all missing, or still to come."""

    EARNED = "earned"
    MISSING = "missing"
    TO_COME = "to_come"


class Why(StrEnum):
    """The reason of a line's state."""

    HERE = "here"
    LATE = "late"
    ABSENT = "absent"
    CAME = "in"
    LEFT = "out"
    MADE_UP = "made_up"
    BOOKED = "booked"
    NOT_MARKED = "not_marked"
    TO_COME = "to_come"
    ONLINE_READ = "online_read"
    ONLINE_UNREAD = "online_unread"
    WITHDRAWN = "withdrawn"
    NOT_HELD = "not_held"


@dataclass(frozen=True, slots=True)
class Unit:
    """One module as a seat meets it. `ends_at` is when its session ends; None: at one's own pace
    (`self_paced`) or not scheduled."""

    code: str
    title: str
    minutes: int
    ends_at: datetime | None = None
    self_paced: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A session of another cohort, by its code, in which a module is made up, and its place. `zone`
    is where its day is told."""

    cohort: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One piece of evidence for a module: minutes seen, and what it was (here, late, absent, in,
    out, online_read); `elsewhere`, where another cohort's session was attended."""

    minutes: int
    why: Why
    elsewhere: Elsewhere | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One module of the ledger, in minutes. `elsewhere` is where it was or will be made up."""

    module_code: str
    title: str
    minutes: int
    earned: int
    state: LineState
    why: Why
    elsewhere: Elsewhere | None = None

    @property
    def missing(self) -> int:
        if self.state is not LineState.MISSING or self.why is Why.NOT_HELD:
            return 0
        return self.minutes - self.earned

    @property
    def projected(self) -> int:
        """Minutes earned in the end if what is still to come is attended in full."""
        return self.minutes if self.state is LineState.TO_COME else self.earned

    @property
    def is_missed(self) -> bool:
        """Whether minutes of it were missed, for certain, and can be made up."""
        return bool(self.missing) and self.why is not Why.WITHDRAWN and not self.awaits_mark

    @property
    def awaits_mark(self) -> bool:
        """Whether its session is over and nobody has said yet how much of it was earned."""
        return self.state is LineState.MISSING and self.why in (Why.NOT_MARKED, Why.CAME)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One person's minutes in one cohort. `required` is what completion needs."""

    lines: tuple[Line, ...]
    required: int

    @property
    def earned(self) -> int:
        return sum(line.earned for line in self.lines)

    @property
    def projected(self) -> int:
        """Minutes earned if everything still to come is attended in full."""
        return sum(line.projected for line in self.lines)

    @property
    def unmarked(self) -> int:
        """Minutes of sessions that are over and whose roll does not say yet what was earned."""
        return sum(line.missing for line in self.lines if line.awaits_mark)

    @property
    def is_complete(self) -> bool:
        return self.earned >= self.required

    @property
    def is_within_reach(self) -> bool:
        return self.projected >= self.required

    @property
    def awaits_marks(self) -> bool:
        """Whether marks that are still missing decide if the required minutes can be reached."""
        return not self.is_within_reach and self.projected + self.unmarked >= self.required

    @property
    def percent(self) -> int:
        """Share of the required minutes earned, rounded down, never above 100."""
        return min(100, self.earned * 100 // self.required) if self.required else 100


def ledger(
    modules: Iterable[Unit],
    marks: Mapping[str, Mark],
    required: int,
    at: datetime,
    *,
    seated: bool = True,
    held: bool = True,
    booked: Mapping[str, Elsewhere] | None = None,
) -> Ledger:
    """The ledger as it stands at a moment.

    `marks` holds the evidence that counts of each module code that has some, `booked` where a
    module is to be made up and nothing is known of it yet. A seat that was given up (`seated`
    false) keeps what it earned, and so does one in a cohort that was called off (`held` false);
    nothing more is to come.
    """
    ahead = booked if booked and seated else {}
    lines = (_line(unit, marks.get(unit.code), at, seated, held) for unit in modules)
    return Ledger(tuple(_booked(line, ahead.get(line.module_code), at) for line in lines), required)


def best(marks: Iterable[Mark]) -> Mark:
    """The evidence that counts where there are several for one module: that which earned most, and
    of equals the first. A module counts once, however often it was taught to somebody."""
    return max(marks, key=lambda mark: mark.minutes)


def _line(unit: Unit, mark: Mark | None, at: datetime, seated: bool, held: bool) -> Line:
    if mark is None:
        state, why = _without_mark(unit, at, seated, held)
        return Line(unit.code, unit.title, unit.minutes, 0, state, why)
    # A module is worth its minutes, however long its session ran.
    earned = max(0, min(mark.minutes, unit.minutes))
    why = mark.why
    if earned == unit.minutes:
        state = LineState.EARNED
        why = Why.MADE_UP if mark.elsewhere else why
    elif why is Why.CAME and seated and held and not _is_over(unit, at):
        state = LineState.TO_COME
    else:
        state = LineState.MISSING
    return Line(unit.code, unit.title, unit.minutes, earned, state, why, mark.elsewhere)


def _booked(line: Line, elsewhere: Elsewhere | None, at: datetime) -> Line:
    """A line of which something is missing, as it stands with a make-up booked."""
    if elsewhere is None or line.state is not LineState.MISSING:
        return line
    if elsewhere.ends_at > at:
        return replace(line, state=LineState.TO_COME, why=Why.BOOKED, elsewhere=elsewhere)
    return replace(line, why=Why.NOT_MARKED, elsewhere=elsewhere)


def _without_mark(unit: Unit, at: datetime, seated: bool, held: bool) -> tuple[LineState, Why]:
    if not seated:
        return LineState.MISSING, Why.WITHDRAWN
    if not held and not _is_over(unit, at):
        return LineState.MISSING, Why.NOT_HELD
    if unit.self_paced:
        return LineState.TO_COME, Why.ONLINE_UNREAD
    if _is_over(unit, at):
        return LineState.MISSING, Why.NOT_MARKED
    return LineState.TO_COME, Why.TO_COME


def _is_over(unit: Unit, at: datetime) -> bool:
    return unit.ends_at is not None and unit.ends_at <= at
