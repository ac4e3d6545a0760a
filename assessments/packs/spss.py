"""Files for SPSS and PSPP (.sav).

Longer labels than SPSS takes are cut, never two of one question to the same text; the notes of the
file have them whole, and so has the codebook.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from assessments.packs.labelled import coded, day_and_month, overwrite, reasons
from assessments.packs.tables import Table
from assessments.packs.texts import one_line, shortened, shortened_apart, utf8_bytes
from assessments.packs.variables import NUMBER, TEXT, Marks, Variable

LONGEST_LABEL, LONGEST_VALUE_LABEL, LONGEST_FILE_LABEL, LONGEST_NOTE = 255, 120, 64, 80
"""In bytes of UTF-8."""
_CREATED_AT = 84


def write_sav(table: Table, marks: Marks, title: str, made_on: date, path: Path) -> None:
    """The table with labels and levels of measurement; missing answers are user-missing values."""
    import pandas as pd
    import pyreadstat

    numbers = coded(table)
    columns = {
        v.name: table.texts(v) if v.kind == TEXT else table.numbers(v) for v in table.variables
    }
    pyreadstat.write_sav(
        pd.DataFrame(columns),
        path,
        file_label=shortened(one_line(title), LONGEST_FILE_LABEL, utf8_bytes),
        column_labels={v.name: _label(v) for v in table.variables},
        variable_value_labels={v.name: _value_labels(v, marks) for v in numbers},
        missing_ranges={v.name: [float(mark) for mark in reasons(v, marks)] for v in numbers},
        variable_measure={v.name: v.measure for v in table.variables},
        variable_format={v.name: "F12.6" if v.kind == NUMBER else "F8.0" for v in numbers},
        note=[line for text in _whole_texts(table) for line in _lines(text)],
        row_compress=True,
    )
    overwrite(path, _CREATED_AT, f"{day_and_month(made_on)} {made_on.year % 100:02}00:00:00")


def _label(variable: Variable) -> str:
    return shortened(one_line(variable.label), LONGEST_LABEL, utf8_bytes)


def _value_labels(variable: Variable, marks: Marks) -> dict[int | float, str]:
    labels = _shortened_labels(variable) | reasons(variable, marks)
    return {float(number): words for number, words in labels.items()}


def _shortened_labels(variable: Variable) -> dict[int, str]:
    return shortened_apart(variable.labels, LONGEST_VALUE_LABEL, utf8_bytes)


def _whole_texts(table: Table) -> Iterator[str]:
    """The labels that were cut."""
    for variable in table.variables:
        if _label(variable) != one_line(variable.label):
            yield f"{variable.name}: {one_line(variable.label)}"
        for number, words in _shortened_labels(variable).items():
            if words != variable.labels[number]:
                yield f"{variable.name}, {number}: {one_line(variable.labels[number])}"


def _lines(text: str) -> list[str]:
    lines = [""]
    for character in text:
        if utf8_bytes(lines[-1] + character) > LONGEST_NOTE:
            lines.append("")
        lines[-1] += character
    return lines
