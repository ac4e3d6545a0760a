"""Files for Stata 14 and later (.dta, format 118).

Longer labels than Stata takes are cut, never two of one question to the same text; the codebook has
them whole.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assessments.packs.labelled import coded, day_and_month, overwrite, reasons, value_labels
from assessments.packs.tables import Table
from assessments.packs.texts import one_line, shortened, shortened_apart
from assessments.packs.variables import NUMBER, TEXT, Marks, Variable

if TYPE_CHECKING:
    import numpy as np

LONGEST_LABEL, LONGEST_VALUE_LABEL = 80, 8_000
"""In characters."""
_FORMAT_118 = 14
_STAMP = b"<timestamp>\x11"


def write_dta(table: Table, marks: Marks, title: str, made_on: date, path: Path) -> None:
    """The table with labels; missing values are .a to .d."""
    import pandas as pd
    import pyreadstat

    numbers = coded(table)
    columns = {
        v.name: table.texts(v) if v.kind == TEXT else _lettered(table, v, marks)
        for v in table.variables
    }
    pyreadstat.write_dta(
        pd.DataFrame(columns),
        path,
        version=_FORMAT_118,
        file_label=shortened(one_line(title), LONGEST_LABEL),
        column_labels={
            v.name: shortened(one_line(v.label), LONGEST_LABEL) for v in table.variables
        },
        variable_value_labels={v.name: _value_labels(v, marks) for v in numbers},
        missing_user_values={
            v.name: [marks.letters[mark] for mark in reasons(v, marks)] for v in numbers
        },
    )
    with path.open("rb") as file:
        at = file.read(1024).index(_STAMP) + len(_STAMP)
    overwrite(path, at, f"{day_and_month(made_on)} {made_on.year:04} 00:00")


def _value_labels(variable: Variable, marks: Marks) -> dict[Any, str]:
    labels: dict[Any, str] = dict(shortened_apart(value_labels(variable), LONGEST_VALUE_LABEL))
    return labels | {marks.letters[mark]: words for mark, words in reasons(variable, marks).items()}


def _lettered(table: Table, variable: Variable, marks: Marks) -> "np.ndarray[Any, Any]":
    """Whole numbers stay whole: Stata labels no others."""
    numbers = table.numbers(variable)
    values = numbers if variable.kind == NUMBER else numbers.astype("int64")
    column = values.astype(object)
    for mark, letter in marks.letters.items():
        column[numbers == mark] = letter
    return column
