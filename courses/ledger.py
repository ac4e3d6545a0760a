"""The minute ledger: credited minutes per module, worked out from what was recorded. Pure.

Nobody types a total in. Each line says why its minutes stand as they do, in code words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    NOT_MARKED = "not_marked"
    TO_COME = "to_come"
    ONLINE_READ = "online_read"
    ONLINE_UNREAD = "online_unread"
    WITHDRAWN = "withdrawn"


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
class Mark:
    """The evidence that stands for one module: minutes seen, and what it was (here, late, absent,
    online_read)."""

    minutes: int
    why: Why


@dataclass(frozen=True, slots=True)
class Line:
    """One module of the ledger, in minutes."""

    module_code: str
    title: str
    minutes: int
    earned: int
    state: LineState
    why: Why

    @property
    def missing(self) -> int:
        return self.minutes - self.earned if self.state is LineState.MISSING else 0


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
        coming = [line.minutes for line in self.lines if line.state is LineState.TO_COME]
        return self.earned + sum(coming)

    @property
    def unmarked(self) -> int:
        """Minutes of sessions that are over and whose roll says nothing about this person yet."""
        return sum(line.missing for line in self.lines if line.why is Why.NOT_MARKED)

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
) -> Ledger:
    """The ledger as it stands at a moment.

    `marks` holds the standing mark of each module code that has one. A seat that was given up
    (`seated` false) keeps what it earned; nothing more is to come.
    """
    lines = tuple(_line(unit, marks.get(unit.code), at, seated) for unit in modules)
    return Ledger(lines, required)


def _line(unit: Unit, mark: Mark | None, at: datetime, seated: bool) -> Line:
    if mark is None:
        state, why = _without_mark(unit, at, seated)
        return Line(unit.code, unit.title, unit.minutes, 0, state, why)
    # A module is worth its minutes, however long its session ran.
    earned = max(0, min(mark.minutes, unit.minutes))
    state = LineState.EARNED if earned == unit.minutes else LineState.MISSING
    return Line(unit.code, unit.title, unit.minutes, earned, state, mark.why)


def _without_mark(unit: Unit, at: datetime, seated: bool) -> tuple[LineState, Why]:
    if not seated:
        return LineState.MISSING, Why.WITHDRAWN
    if unit.self_paced:
        return LineState.TO_COME, Why.ONLINE_UNREAD
    if unit.ends_at is not None and unit.ends_at <= at:
        return LineState.MISSING, Why.NOT_MARKED
    return LineState.TO_COME, Why.TO_COME
