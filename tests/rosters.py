"""Roster files as training offices send them, for tests and journeys.

`messy_roster` is one list of 28 people from 6 agencies with everything that goes wrong in a shared
spreadsheet. Uncorrected, two of its lines are refused: one person stands there twice, and one
agency is unknown.
"""

import io
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from openpyxl import Workbook

Kind = Literal["xlsx", "csv"]

# Code and name of each agency as the portal knows it; the rosters spell them in their own ways.
AGENCIES = {
    "bpd": "Boston Police Department",
    "ems": "Boston EMS",
    "mgh": "Massachusetts General Hospital",
    "bupd": "Boston University Police",
    "best": "Boston Emergency Services Team",
    "court": "Boston Municipal Court",
}
SEATS = 28
DUPLICATE, UNKNOWN = "twice", "Bostn Fire Brigade"


class Person(NamedTuple):
    """A person as the roster should be read."""

    email: str
    first_name: str
    last_name: str
    agency: str
    employee_id: str
    workforce: str
    rank: str


_NAMES = [
    *(("Begoña", "Muñoz"), ("Seán", "O'Brien"), ("Zoë", "Lefèvre"), ("Linh", "Đặng")),
    *(("Marcus", "Young"), ("Ana", "Silva"), ("Darnell", "Brooks"), ("Fatima", "Haddad")),
    *(("Grace", "Kim"), ("Tomás", "Vega"), ("Ruth", "Cohen"), ("Omar", "Diallo")),
    *(("Mary Ann", "Walsh"), ("José", "De la Cruz"), ("Kwame", "Mensah"), ("Siobhán", "Doyle")),
    *(("Björn", "Lund"), ("Chloé", "Dubois"), ("Wei", "Zhang"), ("Priya", "Nair")),
    *(("Ivan", "Petrov"), ("Núria", "Peña"), ("Elijah", "Green"), ("Aoife", "Ní Bhriain")),
    *(("Jamal", "Carter"), ("Inês", "Gonçalves"), ("Peter", "Smith-Jones"), ("Rosa", "Estrada")),
]
_SPELLED = {
    "bpd": ("BPD", "Boston Police Department", "boston police  department", "B.P.D."),
    "ems": ("Boston EMS", "ems", "BOSTON-EMS"),
    "mgh": ("Massachusetts General Hospital", "MGH\u00a0"),
    "bupd": ("BUPD", "boston university police"),
    "best": ("Boston Emergency Services Team", " best"),
    "court": ("Boston Municipal Court", "Court"),
}
_WORKFORCE = {
    "bpd": ("Sworn", "sworn"),
    "ems": ("EMS", "ems"),
    "mgh": ("Hospital Security", "hospital_security"),
    "bupd": ("campus police", "campus_police"),
    "best": ("Behavioral Health", "behavioral_health"),
    "court": ("Court", "court"),
}
_RANK = {"bpd": "Officer", "ems": "Paramedic", "mgh": "Sergeant", "bupd": "Officer"}
# Of the seats of a CIT week at most one in five is for people who are not sworn officers.
_CODES = [*["bpd"] * 23, "ems", "mgh", "bupd", "best", "court"]


def messy_people(kind: Kind = "xlsx") -> list[Person]:
    """Who is on the corrected roster, as it should be read. Windows-1252 has no letters for Đặng,
    so that her office writes Dang in the CSV."""
    people = []
    for at, ((first, last), code) in enumerate(zip(_NAMES, _CODES, strict=True)):
        if kind == "csv" and last == "Đặng":
            last = "Dang"
        number = f"{100 + at * 37:06d}" if code == "bpd" else ""
        email = f"seat{at + 1:02d}@example.org"
        people.append(
            Person(email, first, last, code, number, _WORKFORCE[code][1], _RANK.get(code, ""))
        )
    return people


def messy_roster(kind: Kind = "xlsx", *, corrected: bool = False) -> bytes:
    """The file: a title, a header merged over two lines (XLSX), blank lines and columns, agencies
    by code and name, numbers that were numbers once, a day, totals."""
    rows = [_messy(at, person, kind) for at, person in enumerate(messy_people(kind))]
    if not corrected:
        rows[11][4] = UNKNOWN
        rows.append([*_messy(2, messy_people(kind)[2], kind)])
        rows[-1][8] = DUPLICATE
    return _workbook(rows) if kind == "xlsx" else _text(rows)


def _messy(at: int, person: Person, kind: Kind) -> list[Any]:
    spelled = _SPELLED[person.agency]
    email = (
        person.email,
        person.email.upper(),
        f"mailto:{person.email}",
        f"{person.first_name} {person.last_name} <{person.email}>",
    )[at % 4]
    number: Any = person.employee_id
    if number and at % 2:
        # As a spreadsheet keeps it; the file shows six digits.
        number = int(number) if kind == "xlsx" else number
    return [
        "" if at % 5 else " ",
        f"\u00a0{person.last_name} " if at % 3 else person.last_name,
        person.first_name.replace(" ", "  "),
        email,
        spelled[at % len(spelled)],
        number,
        _WORKFORCE[person.agency][0],
        person.rank,
        date(2026, 11, 16) if at == 6 else "",
    ]


_TITLE = "CIT week of 30 November: who comes"
_HEADER = ["", "Surname", "First", "E-mail", "Dept.", "Employee No.", "Workforce", "Title", "Notes"]


def _workbook(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    notes = book.active
    assert notes is not None
    notes.title = "Read me"
    notes.append(["Please fill in the second sheet. Thank you, the training office"])
    sheet = book.create_sheet("Roster")
    sheet["B1"] = _TITLE
    sheet.merge_cells("B1:I1")
    sheet.append([])
    sheet.append(["", "Name", "", "E-mail", "Dept.", "Employee No.", "About them", "", "Notes"])
    sheet.append(["", "Surname", "First", "", "", "", "Workforce", "Title", ""])
    sheet.merge_cells("B3:C3")
    sheet.merge_cells("G3:H3")
    for letter in "DEFI":
        sheet.merge_cells(f"{letter}3:{letter}4")
    for at, row in enumerate(rows):
        if at in (10, 16):
            sheet.append([])
        sheet.append([value or None for value in row])
        line = sheet.max_row
        sheet.cell(line, 6).number_format = "000000"
        email = sheet.cell(line, 4)
        if at == 4:
            email.hyperlink = f"mailto:{email.value}"
            email.value = "write to them"
    sheet.append([])
    sheet.append([None, "Total", len(rows)])
    book.create_sheet("Lists").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(rows: list[list[Any]]) -> bytes:
    lines = [f"{_TITLE};;;;;;;;", ";;;;;;;;", ";".join(_HEADER)]
    for at, row in enumerate(rows):
        if at in (10, 16):
            lines.append(";;;;;;;;")
        lines.append(";".join(_cell(value) for value in row))
    lines += [";;;;;;;;", f";Total: {len(rows)};;;;;;;"]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def _cell(value: Any) -> str:
    if isinstance(value, date | datetime):
        return f"{value:%m/%d/%Y}"
    return str(value)
