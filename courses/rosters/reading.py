"""Reads a roster file into rows. Pure: no Django, no database, codes instead of sentences.

Takes CSV (UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab) and XLSX. Columns stand in any
order and case, under their usual names. Every fault is told at once, with its line and column.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from urllib.parse import unquote

from courses.rosters.header import (
    COLUMNS,
    FULL_NAME,
    LIMITS,
    REQUIRED,
    Header,
    Heading,
    find_header,
    weigh,
)
from courses.spreadsheets.cells import (
    FORMULA_STARTS,
    Cell,
    clean,
    escape_formula,
    kind_of,
    marked,
    printable,
    squeeze,
    unmarked,
    words_of,
    written_out,
)
from courses.spreadsheets.sheets import Cells, Sheet, SheetError, read_sheet
from courses.spreadsheets.workbooks import write_workbook
from lms.accounts.names import is_control

__all__ = ["COLUMNS", "FORMULA_STARTS", "LIMITS", "REQUIRED", "escape_formula", "printable"]

WORKFORCES = (
    *("sworn", "dispatch", "ems", "hospital_security", "campus_police"),
    *("court", "behavioral_health", "other"),
)
ENROLLED_AS = ("volunteered", "assigned")
ALLOWED = {"workforce": WORKFORCES, "enrolled_as": ENROLLED_AS}
MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 1000
SAMPLE_EMAIL = "sample.person@roster.example"

_OTHER_WORDS = {
    "workforce": {
        "sworn": "swornpoliceofficer swornofficer police policeofficer",
        "dispatch": "911dispatch dispatcher 911dispatcher",
        "ems": "emt paramedic emergencymedicalservices",
        "campus_police": "campus universitypolice",
        "court": "courtstaff courts",
        "behavioral_health": "behaviouralhealth clinician",
    },
    "enrolled_as": {"volunteered": "volunteer voluntary", "assigned": "required"},
}
_WORDS = {
    column: {words_of(value): value for value in ALLOWED[column]}
    | {word: value for value, words in others.items() for word in words.split()}
    for column, others in _OTHER_WORDS.items()
}
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_MAILTO = "mailto:"
_NAME_AND_EMAIL = re.compile(r"[^<>@]*<([^<>\s]+)>")
_FOOTER = re.compile(
    r"(?:grand |sub)?-?totals?\b|(?:sum|count):|number of |page \d|prepared by\b|printed\b"
    r"|end of (?:list|roster)|\*",
    re.IGNORECASE,
)
_FOOTER_CELLS = 3
_SHOWN = 100
# What a program may have taken a value for that a column can hold all the same.
_FINE = {
    "notes": {"date", "time", "percent", "fraction", "shortened", "logical"},
    "shift": {"time", "fraction"},
    "rank": {"fraction"},
}
# Columns of numbers and codes: here a text, too, can be what is left of another value.
_CODES = ("employee_id", "state_id", "unit", "shift")


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
    """One fault: its line (0: the file as a whole), the column's field, a code and the value.

    Codes: those of SheetError, the kinds of a Cell, and no_rows, column_missing, column_twice,
    too_many_cells, missing, too_long, control_character, not_an_email, not_one_of, name_unclear,
    duplicate (`value`: the earlier line). `other` is a second value of the sentence.
    """

    line: int
    column: str
    code: str
    value: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Somebody who may be the person of a row: in the file (`line`), or with an account. `by` says
    what they share: employee_id, state_id or name."""

    by: str
    line: int = 0
    person: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A line that is no person: code footer, header_again or sample, and what it says."""

    line: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file holds. `rows` are without fault, `faulty` are the rows that `problems` name.
    `ignored` names the columns that no field was found for, `headings` how the file calls the
    others; `sheet` and `other_sheets` are a workbook's."""

    rows: tuple[RosterRow, ...]
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    faulty: tuple[RosterRow, ...] = ()
    headings: Mapping[str, Heading] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()


def read_roster(data: bytes, filename: str, *, max_bytes: int = MAX_BYTES) -> Roster:
    """The rows of a roster file, or its problems. Never raises for what a file may hold."""
    if len(data) > max_bytes:
        return _refused(Problem(0, "", "too_large", str(max_bytes)))
    try:
        # Twice the rows: lines that are no people do not count, and are few.
        sheet = read_sheet(data, filename, max_rows=2 * MAX_ROWS, weigh=weigh)
    except SheetError as error:
        return _refused(Problem(error.line, "", error.code, error.value))
    lines = [(line, cells) for line, cells in sheet.lines if any(clean(c.text) for c in cells)]
    if not lines:
        return _refused(Problem(0, "", "no_rows"))
    header = find_header(lines, lettered=sheet.is_workbook)
    problems = [Problem(lines[header.first][0], c, "column_missing") for c in header.missing]
    problems += [Problem(lines[header.first][0], c, "column_twice") for c in header.twice]
    body = lines[header.after :]
    if problems or not body:
        problems = problems or [Problem(0, "", "no_rows")]
        return _told(sheet, header, problems=problems)
    return _read(sheet, header, body)


def write_roster(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as CSV text under the contract's column names, safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_texts(row) for row in rows)
    return out.getvalue()


def write_roster_workbook(rows: Iterable[Mapping[str, str]]) -> bytes:
    """The same as XLSX, where every cell is text."""
    return write_workbook("Roster", COLUMNS, map(_texts, rows))


def _texts(row: Mapping[str, str]) -> list[str]:
    return [marked(printable(row.get(column, ""))) for column in COLUMNS]


def _refused(*problems: Problem) -> Roster:
    return Roster((), problems)


def _told(
    sheet: Sheet,
    header: Header,
    *,
    rows: Iterable[RosterRow] = (),
    faulty: Iterable[RosterRow] = (),
    problems: Iterable[Problem] = (),
    passed_over: Iterable[PassedOver] = (),
) -> Roster:
    return Roster(
        tuple(rows),
        tuple(problems),
        header.ignored,
        tuple(faulty),
        header.by_field,
        tuple(passed_over),
        printable(sheet.name),
        tuple(map(printable, sheet.others)),
    )


def _read(sheet: Sheet, header: Header, body: Sequence[tuple[int, Cells]]) -> Roster:
    passed_over = [one for line, cells in body if (one := _no_person(line, cells, header))]
    not_people = {one.line for one in passed_over}
    body = [(line, cells) for line, cells in body if line not in not_people]
    problems: list[Problem] = []
    if not body:
        problems = [Problem(0, "", "no_rows")]
    elif len(body) > MAX_ROWS:
        problems = [Problem(body[MAX_ROWS][0], "", "too_many_rows", str(MAX_ROWS))]
    if problems:
        return _told(sheet, header, problems=problems, passed_over=passed_over)
    rows = []
    for line, cells in body:
        row, faults = _row(line, cells, header)
        rows.append(row)
        problems += faults
        # In a text a stray separator has moved the cells; in a workbook somebody wrote beside.
        if not sheet.is_workbook and any(clean(c.text) for c in cells[len(header.names) :]):
            problems.append(Problem(line, "", "too_many_cells", str(len(header.names))))
    problems += _duplicates(rows)
    faulty = {problem.line for problem in problems}
    order = ("", *COLUMNS, FULL_NAME)
    problems.sort(key=lambda problem: (problem.line, order.index(problem.column)))
    return _told(
        sheet,
        header,
        rows=(row for row in rows if row.line not in faulty),
        faulty=(row for row in rows if row.line in faulty),
        problems=problems,
        passed_over=passed_over,
    )


def _no_person(line: int, cells: Cells, header: Header) -> PassedOver | None:
    """A line that sums up, repeats the header, or is the template's sample."""
    texts = [text for cell in cells if (text := clean(cell.text))]
    said = printable(" ".join(texts))[:_SHOWN]
    if header.is_repeated_in(cells):
        return PassedOver(line, "header_again", said)
    if SAMPLE_EMAIL in texts:
        return PassedOver(line, "sample", said)
    alone = len(texts) <= _FOOTER_CELLS and not any("@" in text for text in texts)
    return PassedOver(line, "footer", said) if alone and _FOOTER.match(texts[0]) else None


def _row(line: int, cells: Cells, header: Header) -> tuple[RosterRow, list[Problem]]:
    """A person as read, and every fault of their line."""
    given = {
        name: cell for name, cell in zip(header.names, cells, strict=False) if name is not None
    }
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for column, cell in given.items():
        values[column], fault = _value(column, cell)
        if fault:
            problems.append(Problem(line, column, fault, values[column][:_SHOWN]))
    problems += _split_name(line, values)
    for column, words in _WORDS.items():
        text = values.get(column, "")
        values[column] = words.get(words_of(text), text)
    row = RosterRow(
        line, **{f.name: values.get(f.name, "") for f in fields(RosterRow) if f.name != "line"}
    )
    told = {problem.column for problem in problems}
    if FULL_NAME in told:  # what is missing then is told once, where it should stand
        told |= {"first_name", "last_name"}
    return row, problems + [p for p in _faults_of_row(row) if p.column not in told]


def _value(column: str, cell: Cell) -> tuple[str, str]:
    """What a cell says in its column, and a code where that is not what somebody typed."""
    text = squeeze(cell.text)
    if unmarked(text) != text:
        return unmarked(text), ""
    if column == "email":
        text = _address(text, cell.link)
    kind = cell.kind
    if not kind and (found := kind_of(text)) and (found == "error" or column in _CODES):
        kind = found
    if kind and kind not in _FINE.get(column, ()):
        return text, kind
    return (written_out(text) if column in _CODES else text), ""


def _address(text: str, link: str) -> str:
    """The address in "mailto:...", in "Name <...>" and in a cell that only links to it."""
    if "@" not in text and link.lower().startswith(_MAILTO):
        text = link
    if found := _NAME_AND_EMAIL.fullmatch(text):
        text = found[1]
    text = text.lower()
    if text.startswith(_MAILTO):
        text = unquote(text.removeprefix(_MAILTO).partition("?")[0])
    return text.rstrip(";,")


def _split_name(line: int, values: dict[str, str]) -> Iterator[Problem]:
    """Takes "Last, First" apart, where one comma says which is which."""
    full = values.pop(FULL_NAME, None)
    if full is not None:
        last, comma, first = (part.strip() for part in full.partition(","))
        if full and (not (comma and last and first) or "," in first):
            yield Problem(line, FULL_NAME, "name_unclear", full[:_SHOWN])
            values.setdefault("last_name", full)
        elif not full:
            yield Problem(line, FULL_NAME, "missing")
        values["last_name"] = values.get("last_name") or last
        values["first_name"] = values.get("first_name") or first
        return
    last, comma, first = (part.strip() for part in values.get("last_name", "").partition(","))
    if comma and last and first and "," not in first:
        given = values.get("first_name", "")
        if given.casefold() in ("", first.casefold()):
            values["last_name"], values["first_name"] = last, given or first


def _faults_of_row(row: RosterRow) -> Iterator[Problem]:
    for column, limit in LIMITS.items():
        value: str = getattr(row, column)
        if not value:
            if column in REQUIRED:
                yield Problem(row.line, column, "missing")
        elif any(is_control(character) for character in value):
            yield Problem(row.line, column, "control_character")
        elif column in ALLOWED:
            if value not in ALLOWED[column]:
                yield Problem(row.line, column, "not_one_of", value[:_SHOWN])
        elif len(value) > limit:
            yield Problem(row.line, column, "too_long", str(limit))
        elif column == "email" and not _EMAIL.fullmatch(value):
            yield Problem(row.line, column, "not_an_email", value[:_SHOWN])


def _duplicates(rows: Iterable[RosterRow]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row.email, row.line)
        if row.email and first != row.line:
            yield Problem(row.line, "email", "duplicate", str(first))
