"""Released rows as columns: long (one row per response) and wide (one row per person).

Columns are small (a byte for an answer, a number for a label), so that a million responses fit
where a data frame of them would not; wide rows are picked out of long ones piece by piece.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from assessments.frame import Frame
from assessments.packs.variables import ARM, CATEGORY, Marks, Variable

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Whole = np.ndarray[Any, np.dtype[np.int32]]
    Numbers = np.ndarray[Any, np.dtype[np.float64]]

PIECE = 50_000
"""Rows that are handled at a time."""


class Table(Protocol):
    """What the writers need of a table: how it is called, its columns, its rows piece by piece,
    and single columns for programs that know nothing but whole ones."""

    @property
    def name(self) -> str: ...

    @property
    def variables(self) -> tuple[Variable, ...]: ...

    def __len__(self) -> int: ...

    def pieces(self) -> Iterator["pa.RecordBatch"]: ...

    def numbers(self, variable: Variable) -> "Numbers":
        """A column as numbers: a category as the number that stands for it, a missing value as its
        mark."""
        ...

    def texts(self, variable: Variable) -> list[str]: ...


@dataclass(frozen=True)
class Rows:
    """`table` holds one row per response, its columns named and ordered like `variables`; `place`
    says, by person and wave, in which row the response stands (-1: there is none), persons in the
    order in which they first appear."""

    frame: Frame
    variables: tuple[Variable, ...]
    table: "pa.Table"
    place: "Whole"
    marks: Marks

    def __repr__(self) -> str:
        """No traceback or log line may hold an answer."""
        return f"<Rows {self.frame.study.code}>"

    def column(self, source: str) -> "pa.Array":
        variable = next(v for v in self.variables if v.source == source)
        return self.table[variable.name].combine_chunks()

    def numbers(self, source: str) -> "Numbers":
        """A column as numbers with marks."""
        import numpy as np

        variable = next(v for v in self.variables if v.source == source)
        column = self.column(source)
        if variable.kind == CATEGORY:
            places = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            numbers = np.array([*(c.number for c in variable.categories), 0])
            return np.where(places < 0, self._why_not_told(variable), numbers[places].astype(float))
        given = column.is_valid().to_numpy(zero_copy_only=False)
        values = column.fill_null(0).to_numpy(zero_copy_only=False).astype(float)
        return np.where(given, values, np.where(self._asked(variable), *self._why_missing()))

    def _why_not_told(self, variable: Variable) -> "Numbers":
        """Rows whose link was cut have neither arm nor anything else that is told beside answers;
        where there is an arm, a covariate may not have been given."""
        import numpy as np

        if variable.is_known_of_all:
            return np.full(len(self.table), float(self.marks.withheld))
        has_arm = self.column(ARM).is_valid().to_numpy(zero_copy_only=False)
        return np.where(has_arm, float(self.marks.skipped), float(self.marks.withheld))

    def _why_missing(self) -> tuple[float, float]:
        return float(self.marks.skipped), float(self.marks.not_asked)

    def _asked(self, variable: Variable) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Whether earlier answers of the same response led to the question. Where the earlier
        question was not released, nobody can tell, and it counts as asked."""
        import numpy as np

        condition = variable.item.show_if if variable.item else None
        if condition is None or condition.item not in {v.source for v in self.variables}:
            return np.ones(len(self.table), dtype=bool)
        earlier = self.column(condition.item).fill_null(self.marks.skipped)
        return np.isin(earlier.to_numpy(zero_copy_only=False), condition.values)

    def first_rows(self) -> "Whole":
        """The row of each person's first response."""
        import numpy as np

        return self.place[np.arange(len(self.place)), (self.place >= 0).argmax(axis=1)]


@dataclass(frozen=True)
class LongTable:
    """One row per response."""

    rows: Rows
    name: str = "data_long"

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.rows.variables

    def __len__(self) -> int:
        return len(self.rows.table)

    def pieces(self) -> Iterator["pa.RecordBatch"]:
        return pieces_of(self.rows.table)

    def numbers(self, variable: Variable) -> "Numbers":
        return self.rows.numbers(variable.source)

    def texts(self, variable: Variable) -> list[str]:
        return list(self.rows.column(variable.source).to_pylist())


@dataclass(frozen=True)
class WideTable:
    """One row per person: what is constant once, the rest once for each wave."""

    rows: Rows
    variables: tuple[Variable, ...]
    name: str = "data_wide"

    def __len__(self) -> int:
        return len(self.rows.place)

    def pieces(self) -> Iterator["pa.RecordBatch"]:
        import pyarrow as pa

        columns = {v.source: self.rows.column(v.source) for v in self.rows.variables}
        for start in range(0, max(len(self), 1), PIECE):
            yield pa.RecordBatch.from_arrays(
                [
                    _taken(columns[v.source], self._places(v)[start : start + PIECE])
                    for v in self.variables
                ],
                names=[v.name for v in self.variables],
            )

    def numbers(self, variable: Variable) -> "Numbers":
        import numpy as np

        places = self._places(variable)
        values = self.rows.numbers(variable.source)[places]
        return np.where(places < 0, float(self.rows.marks.absent), values)

    def texts(self, variable: Variable) -> list[str]:
        return list(_taken(self.rows.column(variable.source), self._places(variable)).to_pylist())

    def _places(self, variable: Variable) -> "Whole":
        if not variable.wave:
            return self.rows.first_rows()
        return self.rows.place[:, self.rows.frame.study.wave_codes.index(variable.wave)]


def pieces_of(table: "pa.Table") -> Iterator["pa.RecordBatch"]:
    """A table piece by piece; one piece without rows where it has none, because that has names."""
    import pyarrow as pa

    pieces = table.to_batches(max_chunksize=PIECE)
    return iter(pieces or [pa.RecordBatch.from_pylist([], table.schema)])


def _taken(column: "pa.Array", places: "Whole") -> "pa.Array":
    import pyarrow as pa

    return column.take(pa.array(places, mask=places < 0))
