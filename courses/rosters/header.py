"""Finds the header of a roster and what its columns hold. Pure.

A header may stand below a title, be merged over several lines or columns, and name its columns in
any order under their usual names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from courses.spreadsheets.cells import clean, printable, words_of
from courses.spreadsheets.sheets import Cells
from courses.spreadsheets.workbooks import Lines

REQUIRED = ("email", "first_name", "last_name", "agency")
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
# One column for both names, read where it says "Last, First".
FULL_NAME = "full_name"

_ALIASES = {
    "email": "emailaddress mail emailaddr workemail cityemail",
    "first_name": "first firstnames givenname forename",
    "last_name": "last lastnames surname familyname",
    "agency": "agencyname agencycode agencyordepartment dept department employer organization"
    " organisation company",
    "employee_id": "employeenumber employeeno empid empno employee idnumber",
    "state_id": "statetrainingid stateno statenumber",
    "unit": "district station assignment unitordistrict",
    "shift": "tour watch",
    "workforce": "discipline profession",
    "rank": "title jobtitle rankortitle",
    "enrolled_as": "volunteeredorassigned volunteerorassigned",
    "notes": "note comment comments remarks",
    FULL_NAME: "name fullname participant participantname lastfirst lastnamefirstname",
}
_NAMES = {column.replace("_", ""): column for column in COLUMNS} | {
    alias: column for column, aliases in _ALIASES.items() for alias in aliases.split()
}
_WITHIN = 20
_TALLEST = 3
_HEADING_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Heading:
    """How the file itself calls a column: the header's text, and in a workbook its letter."""

    text: str
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands and what it says. `first` and `after` count in the lines given:
    its own first, and the first of the people. `names` has the field of each column, or None."""

    first: int
    after: int
    names: tuple[str | None, ...]
    headings: tuple[Heading, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The needed columns that are not there."""
        given = {*self.names, *(("first_name", "last_name") if FULL_NAME in self.names else ())}
        return tuple(column for column in REQUIRED if column not in given)

    @property
    def twice(self) -> tuple[str, ...]:
        return tuple(c for c in (*COLUMNS, FULL_NAME) if self.names.count(c) > 1)

    @property
    def by_field(self) -> dict[str, Heading]:
        pairs = zip(self.names, self.headings, strict=True)
        return {name: heading for name, heading in pairs if name is not None}

    @property
    def ignored(self) -> tuple[str, ...]:
        pairs = zip(self.names, self.headings, strict=True)
        return tuple(heading.text for name, heading in pairs if name is None and heading.text)

    def is_repeated_in(self, cells: Cells) -> bool:
        """Whether a line says again what the header says, as on every page of a print."""
        same = [
            name
            for name, cell in zip(self.names, cells, strict=False)
            if name is not None and field(cell.text) == name
        ]
        return len({*same} & {*REQUIRED, FULL_NAME}) > 1


def field(text: str) -> str | None:
    """The field that a column of this name holds."""
    return _NAMES.get(words_of(clean(text)))


def weigh(lines: Lines) -> float:
    """How much lines look like a roster: how many of the needed columns a header in them names."""
    return max((_weight(_names(block)) for _first, block in _blocks(lines)), default=0)


def find_header(lines: Lines, *, lettered: bool) -> Header:
    """The line or lines that name most of what is needed; the first where none names anything."""
    # Of equal ones the flattest, then the uppermost: a line of people adds nothing to a header.
    first, block = max(
        _blocks(lines), key=lambda one: (_weight(_names(one[1])), -len(one[1]), -one[0])
    )
    names = _names(block)
    if not _weight(names):
        first, block = 0, [lines[0][1]]
        names = _names(block)
    if FULL_NAME in names and {"first_name", "last_name"} <= {*names}:
        names = tuple(None if name == FULL_NAME else name for name in names)
    headings = tuple(
        Heading(_text(block, at)[:_HEADING_SHOWN], _letter(at) if lettered else "")
        for at in range(len(names))
    )
    return Header(first, first + len(block), names, headings)


def _blocks(lines: Lines) -> Iterator[tuple[int, list[Cells]]]:
    top = lines[: _WITHIN + _TALLEST]
    for first in range(min(len(lines), _WITHIN)):
        for height in range(1, _TALLEST + 1):
            block = [cells for _number, cells in top[first : first + height]]
            if len(block) == height and not (height > 1 and _has_people(block)):
                yield first, block


def _has_people(block: Sequence[Cells]) -> bool:
    return any("@" in cell.text for cells in block for cell in cells)


def _names(block: Sequence[Cells]) -> tuple[str | None, ...]:
    """The field of each column: what the lowest line of a header says that says anything known."""
    width = max(map(len, block))
    return tuple(
        next(
            (
                name
                for cells in reversed(block)
                if at < len(cells) and (name := field(cells[at].text))
            ),
            None,
        )
        for at in range(width)
    )


def _text(block: Sequence[Cells], at: int) -> str:
    """What the header says over a column: its known name, else its lowest text."""
    texts = [printable(cells[at].text) for cells in reversed(block) if at < len(cells)]
    return next(filter(field, texts), next(filter(None, texts), ""))


def _weight(names: Sequence[str | None]) -> float:
    """Needed columns count one each. A column for both names counts less than one for each, so
    that a group heading "Name" over "First" and "Last" is not taken for such a column."""
    needed = {*REQUIRED} & {*names}
    both = {"first_name", "last_name"} <= needed
    return len(needed) + (0.9 if FULL_NAME in names and not both else 0)


def _letter(at: int) -> str:
    """A, B, ... Z, AA: how spreadsheet programs call a column."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
