"""Cells of a CSV or XLSX file, line by line. Pure; refuses what is too big to be honest."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from courses.spreadsheets.cells import LONGEST, Cell
from courses.spreadsheets.workbooks import MAX_COLUMNS, Lines, WorkbookError, read_workbook

Cells = tuple[Cell, ...]

_DELIMITERS = (",", ";", "\t")
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LOOKED_AT = 40


class SheetError(ValueError):
    """A file that cannot be read. `code`: unreadable, old_excel, too_large, too_many_rows,
    encoding or unclosed_quote; `line` counts from 1, 0 for the file as a whole."""

    def __init__(self, code: str, line: int = 0, value: str = "") -> None:
        self.code, self.line, self.value = code, line, value
        super().__init__(f"line {line}: {code} {value}".strip())


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read: the lines with something in them, each with its number from 1, as a person
    sees it in their program. `name` and `others` are the names of a workbook's sheets."""

    lines: Lines
    is_workbook: bool = False
    name: str = ""
    others: tuple[str, ...] = ()


def read_sheet(
    data: bytes,
    filename: str,
    *,
    max_rows: int,
    weigh: Callable[[Lines], float],
    longest: int = LONGEST,
) -> Sheet:
    """The lines of a file. What the bytes are decides; the name only tells a broken workbook from
    a text. `weigh` says how much some lines look like what is sought: by it the sheet of a
    workbook is chosen, and the character that splits a text. A cell of a text is cut at `longest`
    characters, one of a workbook at the usual length. Raises SheetError.
    """
    if data.startswith(_OLD_EXCEL):
        raise SheetError("old_excel")
    if data.startswith(_ZIP):
        try:
            name, others, lines = read_workbook(data, max_rows, weigh)
        except WorkbookError as error:
            raise SheetError(str(error)) from error
        sheet = Sheet(lines, True, name, others)
    elif filename.lower().endswith((".xlsx", ".xlsm")):
        raise SheetError("unreadable")
    else:
        text = _decoded(data)
        read = _text_lines(text, _delimiter(text, weigh), longest)
        sheet = Sheet(list(islice(read, max_rows + 1)))
    if len(sheet.lines) > max_rows:
        raise SheetError("too_many_rows", sheet.lines[max_rows][0], str(max_rows))
    return sheet


def _decoded(data: bytes) -> str:
    for encoding in _encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("encoding")


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    # Without a mark, every other byte of Western letters in UTF-16 is empty.
    for encoding, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(data) > 1 and not any(data[start:64:2]):
            return (encoding,)
    return ("utf-8-sig", "cp1252")


def _text_lines(text: str, delimiter: str, longest: int = LONGEST) -> Iterator[tuple[int, Cells]]:
    skipped = 0
    if text[:4].lower() == "sep=":
        _declared, _newline, text = text.partition("\n")
        skipped = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield began, tuple(Cell(cell[:longest]) for cell in cells[:MAX_COLUMNS])
            began = skipped + reader.line_num + 1
    except csv.Error as error:
        raise SheetError("unclosed_quote", began) from error


def _delimiter(text: str, weigh: Callable[[Lines], float]) -> str:
    """The character under which the file's first lines look most like what is sought."""
    return max(_DELIMITERS, key=lambda one: weigh(_first_lines(text, one)))


def _first_lines(text: str, delimiter: str) -> Lines:
    lines: Lines = []
    # What is wrong is told when the file is read; the lines before it can be weighed.
    with suppress(SheetError):
        for line in islice(_text_lines(text, delimiter), _LOOKED_AT):
            lines.append(line)
    return lines
