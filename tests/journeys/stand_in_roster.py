"""Stands in for tests/rosters.py: the same names, to be replaced by an import of them."""

import io

from openpyxl import Workbook

AGENCIES = {
    "bpd": "Boston Police Department",
    "ems": "Boston EMS",
    "fens-university": "Fens University Police",
    "harbor-hospital": "Harbor Hospital Security",
    "county-court": "County Court Officers",
    "north-dispatch": "North Dispatch Center",
}
HEADER = ["E-mail", "Surname", "Given name", "Dept", "Rank", "Notes", "Radio call sign"]
PEOPLE = [
    *(("Muñoz", "Begoña"), ("O'Brien", "Seán"), ("Wójcik", "Zoë"), ("Silva", "Ana")),
    *(("Young", "Marcus"), ("Tran", "Linh"), ("Brooks", "Darnell"), ("Haddad", "Fatima")),
    *(("Kim", "Grace"), ("Vega", "Tomás"), ("Cohen", "Ruth"), ("Diallo", "Omar")),
    *(("Nguyễn", "Thảo"), ("Baptiste", "Jean-Luc"), ("Okafor", "Ngozi"), ("Ferreira", "Paulo")),
    *(("McCarthy", "Eileen"), ("Đặng", "Hải"), ("Rossi", "Chiara"), ("Patel", "Asha")),
    *(("Johnson", "Tyrell"), ("Santos", "Inês"), ("Goldberg", "Avi"), ("Murphy", "Declan")),
    *(("Pérez", "Lucía"), ("Washington", "Renée"), ("Kowalski", "Jan"), ("Chen", "Mei-Ling")),
]


def messy_roster(kind: str, *, corrected: bool = False) -> bytes:
    """28 people of six agencies in a file as offices send it ("csv" or "xlsx"): a title line above
    the header, odd column names, stray spaces and capitals. Until it is `corrected`, somebody
    stands in it twice, one address is none, and one agency is unknown."""
    rows = [["Roster CIT week", *[""] * 6], HEADER, *_people()]
    if not corrected:
        rows[4][0] = "zoe.wojcik(at)example.org"
        rows[6][3] = "Springfield PD"
        rows.append([*rows[8]])
    if kind == "xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(row)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    return "\r\n".join(";".join(row) for row in rows).encode("utf-8-sig")


def _people() -> list[list[str]]:
    codes = list(AGENCIES)
    return [
        [f" Seat{at}@Example.org ", last, f"{first}  ", _agency(codes[at % 6], at), "", "", "K-9"]
        for at, (last, first) in enumerate(PEOPLE)
    ]


def _agency(code: str, at: int) -> str:
    """Under its code or its name, in any case."""
    return code.upper() if at % 2 else AGENCIES[code]
