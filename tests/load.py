"""Processor time as the kernel counts it (Linux): what one tree of processes used, and how much of
the machine everybody else took meanwhile."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
# Behind the name, which may hold blanks and brackets: parent; user, system, and those of children
# that have ended.
_PARENT, _TIMES = 1, slice(11, 15)


def is_counted() -> bool:
    """Whether this system tells."""
    return (_PROC / "stat").exists()


def parent_of(pid: int) -> int:
    return int(_stat(pid)[_PARENT])


def is_called(pid: int, name: str) -> bool:
    """Whether there is such a process here: one of another machine is not seen."""
    try:
        return (_PROC / str(pid) / "comm").read_text().strip() == name
    except OSError:
        return False


def seconds_of(pid: int) -> float:
    """The processor seconds of a process and of all that it has started."""
    return sum(_own(one) for one in _tree(pid)) / _TICKS


@dataclass(frozen=True)
class Moment:
    """The clock, and the processor seconds of the whole machine until then."""

    at: float
    busy: float

    @classmethod
    def now(cls) -> "Moment":
        user, nice, system, _idle, _waits, irq, soft, stolen, *_ = map(
            int, (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:]
        )
        return cls(time.monotonic(), (user + nice + system + irq + soft + stolen) / _TICKS)

    def others(self, ours: float) -> float:
        """How many processors everybody else kept busy since then, if `ours` seconds were ours."""
        now = Moment.now()
        return max(0.0, now.busy - self.busy - ours) / (now.at - self.at)


def _stat(pid: int) -> list[str]:
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _own(pid: int) -> int:
    try:
        return sum(map(int, _stat(pid)[_TIMES]))
    except OSError:
        # Ended since: its parent has its time now.
        return 0


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for one in _PROC.iterdir():
        if one.name.isdigit():
            try:
                if parent_of(int(one.name)) == pid:
                    yield from _tree(int(one.name))
            except OSError:
                continue
