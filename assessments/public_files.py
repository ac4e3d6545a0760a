"""Open data of one public vintage: tidy CSV, one table a file, a data dictionary, and all of it as
JSON. Made of what is frozen, and of nothing else, so that a file never changes either."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from assessments.documents import text_in
from assessments.intervals import PEOPLE
from assessments.public_outcomes import IMPORTED, noted_kind
from courses.spreadsheets.cells import escape_formula

Row = Mapping[str, Any]
LANGUAGE = "en"
"""Files are read by programs: they are in one language whoever asks for them."""

DICTIONARY, EVERYTHING = "data-dictionary.csv", "outcomes.json"


@dataclass(frozen=True)
class Column:
    """One column: its name for good, what it holds, and its unit."""

    name: str
    kind: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """One file: the frozen rows it lists and its columns; `key` tells its rows apart, and `once`
    says what of it may be added up."""

    file: str
    rows: str
    about: str
    key: tuple[str, ...]
    once: str
    columns: tuple[Column, ...]


_NUMBER = Column("vintage", "integer", "", "Number of the study's public vintage; it is frozen.")
_STUDY = Column("study", "text", "", "Code of the study.")
_NAMED_FIRST = "main: the outcome named in advance; family: declared with it."
_NAMED = "main: the outcome that the protocol names first of all; family: named beside it."
_SCALES = (
    Column("scale", "text", "", "Code of the scale."),
    Column("scale_title", "text", "", "What the scale asks about."),
    Column("role", "text", "", _NAMED_FIRST),
    Column("scale_lowest", "number", "scale points", "Lowest score the scale can have."),
    Column("scale_highest", "number", "scale points", "Highest score the scale can have."),
    Column("better", "text", "", "higher or lower: the direction that counts as a benefit."),
    Column("wave_from", "text", "", "Code of the earlier survey."),
    Column("wave_to", "text", "", "Code of the later survey."),
)
_SAME_PEOPLE = (
    "How many people answered both surveys, rounded to the nearest ten and never below the "
    "threshold. The same people stand in the rows of other scales and of other pairs of surveys: "
    "never add these up."
)
_FIGURES = (
    Column("people_about", "integer", "people", _SAME_PEOPLE),
    Column(
        "decimals",
        "integer",
        "",
        "How many decimals the next five figures are rounded to: fewer where more would tell the "
        "exact number of people.",
    ),
    Column("mean_from", "number", "scale points", "Their mean score in the earlier survey."),
    Column(
        "mean_to",
        "number",
        "scale points",
        "Mean score in the later survey: mean_from plus mean_change.",
    ),
    Column(
        "mean_change",
        "number",
        "scale points",
        "Later minus earlier, rounded from the exact change. Not turned where lower is better.",
    ),
    Column("ci_low", "number", "scale points", "Lower end of the 95 % interval of the change."),
    Column("ci_high", "number", "scale points", "Upper end of the 95 % interval of the change."),
    Column(
        "ci_kind",
        "text",
        "",
        "cohorts: the interval allows for people of one class being alike; people: it takes people "
        "as independent, and is too narrow where they are alike.",
    ),
)
_YEAR = Column("year", "text", "", "Year in which the training of these people began.")
_ONE_SCALE = (
    "For one scale and one pair of surveys everybody is in one row at most. The total over all "
    "years is in all-years.csv, from the people themselves; it is not a sum of these rows."
)

TABLES = (
    Table(
        "all-years.csv",
        "total",
        "Change on each scale, all years together.",
        ("scale", "wave_from", "wave_to"),
        "Every row is a total already.",
        (_STUDY, _NUMBER, *_SCALES, *_FIGURES),
    ),
    Table(
        "by-year.csv",
        "years",
        "Change on each scale in each year with enough answers.",
        ("scale", "wave_from", "wave_to", "year"),
        _ONE_SCALE,
        (_STUDY, _NUMBER, *_SCALES, _YEAR, *_FIGURES),
    ),
    Table(
        "answered.csv",
        "answered",
        "How many people answered each survey.",
        ("wave",),
        "The same people answer several surveys: never add the rows up.",
        (
            _STUDY,
            _NUMBER,
            Column("wave", "text", "", "Code of the survey."),
            Column("wave_title", "text", "", "Name of the survey."),
            Column(
                "people_about",
                "integer",
                "people",
                "People who answered it, rounded to the nearest ten; empty where it is not shown.",
            ),
            Column(
                "also_first_about",
                "integer",
                "people",
                "Those of them who answered the first survey too, rounded; empty where not shown.",
            ),
        ),
    ),
    Table(
        "trained.csv",
        "trained",
        "How many people completed the study's courses, by year.",
        ("year",),
        "People, not seats: everybody counts once in a year. Somebody who completed courses in two "
        "years counts in both, so the rows are not to be added up.",
        (
            _STUDY,
            _NUMBER,
            Column("year", "text", "", "Calendar year in which the training began."),
            Column(
                "people_about",
                "integer",
                "people",
                "People with a certificate that stands, rounded to the nearest ten; empty where "
                "there were fewer than ten.",
            ),
        ),
    ),
)
FILES = (*(table.file for table in TABLES), DICTIONARY, EVERYTHING)


def offered_files(rows: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of FILES that hold something; an address known already leads to the others too."""
    filled = (table.file for table in TABLES if rows[table.rows])
    return (*filled, DICTIONARY, EVERYTHING)


def file_of(name: str, code: str, number: int, rows: Mapping[str, Any], notes: Row) -> bytes:
    """One of FILES of a frozen vintage. Raises KeyError for another name."""
    if name == EVERYTHING:
        return _everything(code, number, rows, notes)
    if name == DICTIONARY:
        return _csv(DICTIONARY_COLUMNS, dictionary(notes))
    table = {table.file: table for table in TABLES}[name]
    columns = [column.name for column in table.columns]
    return _csv(columns, _full_rows(table, code, number, rows, notes))


def media_type(name: str) -> str:
    return "application/json" if name == EVERYTHING else "text/csv; charset=utf-8; header=present"


DICTIONARY_COLUMNS = ("file", "column", "type", "unit", "meaning", "row_is", "adding_up")


def dictionary(notes: Row) -> list[dict[str, str]]:
    """One row for every column of every file, as is true of this kind of study."""
    return [
        {
            "file": table.file,
            "column": column.name,
            "type": column.kind,
            "unit": column.unit,
            "meaning": _meaning(column, notes),
            "row_is": f"{table.about} One row: {', '.join(table.key)}.",
            "adding_up": table.once,
        }
        for table in TABLES
        for column in table.columns
    ]


def _meaning(column: Column, notes: Row) -> str:
    """Nobody knows of imported answers whether the protocol was there before them."""
    if column.meaning == _NAMED_FIRST and noted_kind(notes) == IMPORTED:
        return _NAMED
    return column.meaning


def _full_rows(
    table: Table, code: str, number: int, rows: Mapping[str, Any], notes: Row
) -> list[dict[str, Any]]:
    """The rows of one table with all of its columns, in their order."""
    # Vintages that do not say the kind of their intervals have no other than plain ones.
    head = {"study": code, "vintage": number, "ci_kind": PEOPLE}
    found = [head | dict(row) | _titles(row, notes) for row in rows[table.rows]]
    return [{column.name: row[column.name] for column in table.columns} for row in found]


def _titles(row: Row, notes: Row) -> dict[str, Any]:
    """The readable names and fixed facts that stand beside the codes of a row."""
    if "scale" in row:
        scale = next(one for one in notes["scales"] if one["code"] == row["scale"])
        return {
            "scale_title": text_in(scale["titles"], LANGUAGE),
            "role": scale["role"],
            "scale_lowest": scale["lowest"],
            "scale_highest": scale["highest"],
            "better": scale["better"],
            "wave_from": row["from"],
            "wave_to": row["to"],
        }
    if "wave" in row:
        wave = next(one for one in notes["waves"] if one["code"] == row["wave"])
        return {"wave_title": text_in(wave["titles"], LANGUAGE)}
    return {}


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """Text that a spreadsheet would take for a formula is quoted; numbers stay numbers."""
    text = StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: _safe(value) for key, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _safe(value: Any) -> Any:
    return escape_formula(value) if isinstance(value, str) else value


def _everything(code: str, number: int, rows: Mapping[str, Any], notes: Row) -> bytes:
    """The tables under the names of their files' rows, the notes, and the dictionary."""
    document = {
        "study": code,
        "vintage": number,
        "notes": _ordered(notes),
        "tables": {
            table.file.removesuffix(".csv"): {
                "about": table.about,
                "key": table.key,
                "adding_up": table.once,
                "rows": _full_rows(table, code, number, rows, notes),
            }
            for table in TABLES
        },
        "data_dictionary": dictionary(notes),
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def _ordered(value: Any) -> Any:
    """With keys in the order of their names: a database keeps them in an order of its own."""
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(one) for one in value] if isinstance(value, list) else value
