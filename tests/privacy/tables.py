"""A reader who sets every published table against every other, over all vintages.

Who joined when is no secret: cohorts and their years are known. What is sought is how many people a
hidden cell holds, and what they changed by together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.optimize import linprog

A_LITTLE = 0.01

Report = Mapping[str, Any]
Facts = tuple[str, ...]
"""One person's cohort, year and covariates, as the columns of `Force` name them."""


@dataclass(frozen=True)
class Force:
    """The people in order of joining: `facts` of each, and of how many each vintage told."""

    columns: Facts
    facts: Sequence[Facts]
    told: Sequence[int]

    @property
    def filters(self) -> list[Facts]:
        """Every way in which one or two columns can be combined."""
        return [by for size in (1, 2) for by in combinations(self.columns, size)]

    def at(self, person: Facts, by: Facts) -> Facts:
        return tuple(person[self.columns.index(one)] for one in by)


@dataclass(frozen=True, eq=False)
class Equation:
    """So many people, with so much of a sum, are in these cells."""

    cells: np.ndarray
    n: int


@dataclass(frozen=True, eq=False)
class Hidden:
    """People alike in `by` who were told of in some vintages and not in those before: fewer than
    the threshold."""

    by: Facts
    labels: Facts
    since: int
    until: int
    cells: np.ndarray


class Attacker:
    """Reads the breakdowns of one scale and one pair of waves in successive reports; a report that
    was held back is None."""

    def __init__(self, force: Force, reports: Sequence[Report | None], scale: str) -> None:
        self.force, self.scale = force, scale
        joined = self._joined()
        alike = sorted({(when, facts) for when, facts in zip(joined, force.facts, strict=True)})
        self.cells = {one: number for number, one in enumerate(alike)}
        self.count = np.zeros(len(alike))
        for when, facts in zip(joined, force.facts, strict=True):
            self.count[self.cells[when, facts]] += 1
        self.known = [
            equation
            for vintage, report in enumerate(reports)
            if report
            for equation in self._equations(vintage, report)
        ]

    def _joined(self) -> list[int]:
        """The vintage that first counted each person."""
        return [
            next(vintage for vintage, n in enumerate(self.force.told) if place < n)
            for place in range(len(self.force.facts))
        ]

    def _where(self, since: int, until: int, by: Facts = (), labels: Facts = ()) -> np.ndarray:
        """The cells of people alike in `by` who joined after one vintage and up to another."""
        return np.array(
            [
                float(since < joined <= until and self.force.at(facts, by) == labels)
                for joined, facts in self.cells
            ]
        )

    def _equations(self, vintage: int, report: Report) -> Iterator[Equation]:
        everybody = self._where(-1, vintage)
        for change in report["scales"][self.scale]["changes"][:1]:
            if change["n"] is not None:
                yield Equation(everybody, change["n"])
        for table in self._tables(report):
            by, rest = tuple(table["by"]), everybody.copy()
            for group in table["groups"]:
                cells = self._where(-1, vintage, by, tuple(group["labels"]))
                rest -= cells
                yield Equation(cells, group["n"])
            yield Equation(rest, (table["rest"] or {"n": 0})["n"])

    def _tables(self, report: Report) -> Iterator[Report]:
        for table in report.get("breakdowns", ()):
            if table["scale"] == self.scale and (table["from"], table["to"]) == ("pre", "post"):
                if "suppressed" not in table and table["groups"]:
                    yield table

    def hidden(self, threshold: int) -> list[Hidden]:
        """Every cell of every combination of filters, in every vintage and since the one before,
        that holds somebody but fewer than the threshold."""
        found: dict[bytes, Hidden] = {}
        last = len(self.force.told)
        for by in self.force.filters:
            for labels in sorted({self.force.at(facts, by) for _, facts in self.cells}):
                for since, until in _spans(last):
                    cells = self._where(since, until, by, labels)
                    if 0 < cells @ self.count < threshold:
                        found.setdefault(cells.tobytes(), Hidden(by, labels, since, until, cells))
        return list(found.values())

    def counted(self, hidden: Sequence[Hidden]) -> list[Hidden]:
        """Those whose number follows, so that the least and the most it could be are one.

        Cells that must be empty are found by a linear program. Where all others can hold somebody
        at once, a sum has one value only if it is a combination of the equations."""
        return self._combined(hidden, self._may_hold_somebody())

    def summed(self, hidden: Sequence[Hidden]) -> list[Hidden]:
        """Those whose sum of changes follows, for a reader who knows who is alike with whom and
        only lacks what they answered."""
        return self._combined(hidden, self.count > 0)

    def bounds(self, hidden: Hidden) -> tuple[float, float]:
        """The fewest and the most people that a cell could hold."""
        ends = [
            linprog(sign * hidden.cells, A_eq=self._rows, b_eq=self._sums, method="highs")
            for sign in (1, -1)
        ]
        return float(ends[0].fun), float(-ends[1].fun)

    @property
    def _rows(self) -> np.ndarray:
        return np.array([one.cells for one in self.known])

    @property
    def _sums(self) -> np.ndarray:
        return np.array([one.n for one in self.known], dtype=float)

    def _may_hold_somebody(self) -> np.ndarray:
        """Of each cell; by maximising how many hold at least a little at once, until no more do."""
        may, size = np.zeros(len(self.cells), dtype=bool), len(self.cells)
        rows = np.hstack([self._rows, np.zeros((len(self.known), size))])
        while True:
            # At most a little of each cell counts: cell >= part, part <= a little.
            found = linprog(
                np.concatenate([np.zeros(size), -np.where(may, 0.0, 1.0)]),
                A_eq=rows,
                b_eq=self._sums,
                A_ub=np.hstack([-np.eye(size), np.eye(size)]),
                b_ub=np.zeros(size),
                bounds=[(0, None)] * size + [(0, A_LITTLE)] * size,
                method="highs",
            )
            assert found.status == 0, found.message
            more = (found.x[size:] > A_LITTLE / 100) & ~may
            if not more.any():
                return may
            may |= more

    def _combined(self, hidden: Sequence[Hidden], held: np.ndarray) -> list[Hidden]:
        """Those that are a combination of the equations, as far as cells hold anybody."""
        if not hidden:
            return []
        _, weights, axes = np.linalg.svd(self._rows[:, held], full_matrices=False)
        axes = axes[weights > 1e-9 * weights.max()]
        wanted = np.array([one.cells[held] for one in hidden])
        left = np.abs(wanted - wanted @ axes.T @ axes).max(axis=1)
        return [one for one, rest in zip(hidden, left, strict=True) if rest < 1e-7]


def _spans(vintages: int) -> Iterator[tuple[int, int]]:
    for until in range(vintages):
        yield -1, until
        if until:
            yield until - 1, until
