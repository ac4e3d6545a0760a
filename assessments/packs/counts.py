"""How often each value stands in a column of released rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.packs.tables import Rows
from assessments.packs.variables import CATEGORY, NUMBER, TEXT, WHOLE, Category, Variable


@dataclass(frozen=True)
class Counts:
    """Of one column of the long table: `given` responses have a value, `missing` have none;
    `by_value` counts each category, and each number that has no label in an item answered in
    steps. `mean` and `sd` (n - 1) exist for free numbers."""

    variable: Variable
    given: int
    missing: int
    by_value: Mapping[Category, int]
    mean: float | None = None
    sd: float | None = None


def counts_of(rows: Rows) -> list[Counts]:
    return [_counts(rows, variable) for variable in rows.variables]


def _counts(rows: Rows, variable: Variable) -> Counts:
    import pyarrow.compute as pc

    column = rows.column(variable.source)
    missing = column.null_count
    given = len(column) - missing
    if variable.kind == TEXT:
        return Counts(variable, given, missing, {})
    if variable.kind == NUMBER or (variable.kind == WHOLE and variable.measure == "scale"):
        mean = pc.mean(column).as_py()
        sd = pc.stddev(column, ddof=1).as_py() if given > 1 else None
        return Counts(variable, given, missing, {}, mean, sd)
    counted = {
        one["values"]: one["counts"]
        for one in pc.value_counts(column.cast("string") if variable.kind == CATEGORY else column)
        .drop_null()
        .to_pylist()
        if one["values"] is not None
    }
    return Counts(
        variable,
        given,
        missing,
        {c: counted.get(c.value, 0) for c in _categories(variable, counted)},
    )


def _categories(variable: Variable, counted: Mapping[object, int]) -> list[Category]:
    labelled = {category.value: category for category in variable.categories}
    bare = [Category(int(v), "", int(v)) for v in counted if v not in labelled]  # type: ignore[call-overload]
    if variable.kind == CATEGORY:
        return list(variable.categories)
    return sorted([*labelled.values(), *bare], key=lambda category: category.number)
