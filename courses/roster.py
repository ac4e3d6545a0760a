"""Reads a roster file into rows. Pure: no Django, no database, codes instead of sentences.

Takes CSV (UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab) and XLSX. Columns stand in any
order and case, under their usual names. Every fault is told at once, with its line and column.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from courses.spreadsheets import Cells, SheetError, read_sheet

REQUIRED = ("email", "first_name", "last_name", "agency")
WORKFORCES = (
    *("sworn", "dispatch", "ems", "hospital_security", "campus_police"),
    *("court", "behavioral_health", "other"),
)
ENROLLED_AS = ("volunteered", "assigned")
ALLOWED = {"workforce": WORKFORCES, "enrolled_as": ENROLLED_AS}
MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 1000
LIMITS = {
    "email": 254,
    "first_name": 100,
    "last_name": 100,
    "agency": 200,
    "employee_id": 32,
    "state_id": 32,
    "unit": 100,
    "shift": 50,
    "workforce": 32,
    "rank": 100,
    "enrolled_as": 16,
    "notes": 300,
}
COLUMNS = tuple(LIMITS)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")

_ALIASES = {
    "email": "emailaddress mail emailaddr workemail cityemail",
    "first_name": "first firstnames givenname forename",
    "last_name": "last surname familyname",
    "agency": "agencyname agencycode dept department employer organization organisation",
    "employee_id": "employeenumber employeeno empid empno employee",
    "state_id": "statetrainingid stateno statenumber",
    "unit": "district station assignment unitordistrict",
    "shift": "tour watch",
    "workforce": "discipline profession",
    "rank": "title jobtitle rankortitle",
    "enrolled_as": "volunteeredorassigned volunteerorassigned",
    "notes": "note comment comments remarks",
}
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060"))
# Unicode's Bidi_Control: they make a name or an address read as another one.
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person of the file, as text; empty where the file says nothing. `line` counts from 1."""

    line: int
    email: str
    first_name: str
    last_name: str
    agency: str
    employee_id: str = ""
    state_id: str = ""
    unit: str = ""
    shift: str = ""
    workforce: str = ""
    rank: str = ""
    enrolled_as: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its line (0: the file as a whole), the column's name, a code and the value.

    Codes: those of SheetError, and no_rows, column_missing, column_twice, too_many_cells, missing,
    too_long, control_character, not_an_email, not_one_of, duplicate (`value`: the earlier line).
    """

    line: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file holds. `ignored` names the columns that no field was found for."""

    rows: tuple[RosterRow, ...]
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()


def read_roster(data: bytes, filename: str, *, max_bytes: int = MAX_BYTES) -> Roster:
    """The rows of a roster file, or its problems. Never raises for what a file may hold."""
    if len(data) > max_bytes:
        return _refused(Problem(0, "", "too_large", str(max_bytes)))
    try:
        lines = list(read_sheet(data, filename, MAX_ROWS + _HEADER_WITHIN))
    except SheetError as error:
        return _refused(Problem(error.line, "", error.code, error.value))
    lines = [(number, cells) for number, cells in lines if any(clean(cell) for cell in cells)]
    if not lines:
        return _refused(Problem(0, "", "no_rows"))
    return _read(lines)


def clean(cell: str) -> str:
    """A cell's text: composed (NFC), stray and no-break spaces trimmed, runs of spaces made one."""
    text = " ".join(unicodedata.normalize("NFC", cell).translate(_INVISIBLE).split())
    # Our own exports put an apostrophe before what a spreadsheet would take for a formula.
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_STARTS else text


def write_roster(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as CSV text under the contract's column names, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([escape_formula(row.get(column, "")) for column in COLUMNS])
    return out.getvalue()


def escape_formula(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it as a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _refused(*problems: Problem) -> Roster:
    return Roster((), problems)


def _read(lines: Sequence[tuple[int, Cells]]) -> Roster:
    at = _header_at(lines)
    header_line, header = lines[at]
    names = [_field(cell) for cell in header]
    problems = list(_faults_of_header(header_line, names))
    ignored = tuple(
        clean(cell)
        for cell, name in zip(header, names, strict=True)
        if name is None and clean(cell)
    )
    if problems:
        return Roster((), tuple(problems), ignored)
    body = lines[at + 1 :]
    if not body:
        return _refused(Problem(0, "", "no_rows"))
    if len(body) > MAX_ROWS:
        return _refused(Problem(body[MAX_ROWS][0], "", "too_many_rows", str(MAX_ROWS)))
    rows = [_row(number, cells, names) for number, cells in body]
    problems += _overlong(body, len(header))
    for row in rows:
        problems += _faults_of_row(row)
    problems += _duplicates(rows)
    faulty = {problem.line for problem in problems}
    problems.sort(key=lambda problem: (problem.line, (*COLUMNS, "").index(problem.column)))
    return Roster(tuple(r for r in rows if r.line not in faulty), tuple(problems), ignored)


def _header_at(lines: Sequence[tuple[int, Cells]]) -> int:
    """Which line is the header: the first with an email column, else the first of all."""
    for at, (_number, cells) in enumerate(lines[:_HEADER_WITHIN]):
        if any(_field(cell) == "email" for cell in cells):
            return at
    return 0


def _field(cell: str) -> str | None:
    key = "".join(c for c in clean(cell).casefold() if c.isalnum())
    return _NAMES.get(key)


_NAMES = {column.replace("_", ""): column for column in COLUMNS} | {
    alias: column for column, aliases in _ALIASES.items() for alias in aliases.split()
}


def _faults_of_header(line: int, names: Sequence[str | None]) -> Iterator[Problem]:
    for column in COLUMNS:
        if column in REQUIRED and column not in names:
            yield Problem(line, column, "column_missing")
        if names.count(column) > 1:
            yield Problem(line, column, "column_twice")


def _row(line: int, cells: Cells, names: Sequence[str | None]) -> RosterRow:
    values = {
        name: clean(cell) for name, cell in zip(names, cells, strict=False) if name is not None
    }
    for column in ("workforce", "enrolled_as"):
        values[column] = re.sub(r"[\s/-]+", "_", values.get(column, "").lower())
    values["email"] = values.get("email", "").lower()
    texts = {f.name: values.get(f.name, "") for f in fields(RosterRow) if f.name != "line"}
    return RosterRow(line=line, **texts)


def _overlong(body: Sequence[tuple[int, Cells]], width: int) -> Iterator[Problem]:
    """Lines with text beyond the header: a stray separator has moved their cells."""
    for line, cells in body:
        if any(clean(cell) for cell in cells[width:]):
            yield Problem(line, "", "too_many_cells", str(width))


def _faults_of_row(row: RosterRow) -> Iterator[Problem]:
    for column, limit in LIMITS.items():
        value: str = getattr(row, column)
        if not value:
            if column in REQUIRED:
                yield Problem(row.line, column, "missing")
        elif any(_is_control(character) for character in value):
            yield Problem(row.line, column, "control_character")
        elif len(value) > limit:
            yield Problem(row.line, column, "too_long", str(limit))
        elif column == "email" and not _EMAIL.fullmatch(value):
            yield Problem(row.line, column, "not_an_email", value)
        elif value not in ALLOWED.get(column, (value,)):
            yield Problem(row.line, column, "not_one_of", value)


def _is_control(character: str) -> bool:
    return character in _BIDI_CONTROLS or unicodedata.category(character) in ("Cc", "Cs")


def _duplicates(rows: Iterable[RosterRow]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row.email, row.line)
        if row.email and first != row.line:
            yield Problem(row.line, "email", "duplicate", str(first))
