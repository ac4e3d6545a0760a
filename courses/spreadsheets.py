"""Cells of a CSV or XLSX file as text, line by line. Pure; refuses what is too big to be honest."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

Cells = tuple[str, ...]

MAX_UNPACKED_BYTES = 60 * 1024 * 1024
MAX_COLUMNS = 100
_DELIMITERS = (",", ";", "\t")
_FEWEST_DELIMITERS = 3
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class SheetError(ValueError):
    """A file that cannot be read. `code`: unreadable, old_excel, too_large, too_many_rows,
    encoding or unclosed_quote; `line` counts from 1, 0 for the file as a whole."""

    def __init__(self, code: str, line: int = 0, value: str = "") -> None:
        self.code, self.line, self.value = code, line, value
        super().__init__(f"line {line}: {code} {value}".strip())


def read_sheet(data: bytes, filename: str, max_rows: int) -> Iterator[tuple[int, Cells]]:
    """Each line of the file with its number, from 1, as a person sees it in their program.

    What the bytes are decides; the name only tells a broken workbook from a text. Raises
    SheetError.
    """
    if data.startswith(_ZIP):
        lines = _workbook_lines(data)
    elif data.startswith(_OLD_EXCEL):
        raise SheetError("old_excel")
    elif filename.lower().endswith((".xlsx", ".xlsm")):
        raise SheetError("unreadable")
    else:
        lines = _text_lines(_decoded(data))
    for count, (number, cells) in enumerate(lines, start=1):
        if count > max_rows:
            raise SheetError("too_many_rows", number, str(max_rows))
        yield number, cells


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError("encoding")


def _text_lines(text: str) -> Iterator[tuple[int, Cells]]:
    skipped = 0
    if text[:4].lower() == "sep=":
        _declared, _newline, text = text.partition("\n")
        skipped = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    began = skipped + 1
    try:
        for cells in reader:
            yield began, tuple(cells[:MAX_COLUMNS])
            began = skipped + reader.line_num + 1
    except csv.Error as error:
        raise SheetError("unclosed_quote", began) from error


def _delimiter(text: str) -> str:
    """The character that splits the first line with several cells, which is the header."""
    for line in text.splitlines()[:10]:
        best = max(_DELIMITERS, key=line.count)
        if line.count(best) >= _FEWEST_DELIMITERS:
            return best
    return _DELIMITERS[0]


def _workbook_lines(data: bytes) -> Iterator[tuple[int, Cells]]:
    from openpyxl import load_workbook  # a slow import that a CSV does not need

    _refuse_bomb(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = next(s for s in book.worksheets if s.sheet_state == "visible")
        # Some programs write a wrong size into the sheet, and rows would be cut off.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
            yield number, tuple(_cell_text(cell) for cell in row)
    except SheetError:
        raise
    except Exception as error:  # whatever openpyxl meets in a broken workbook
        raise SheetError("unreadable") from error


def _refuse_bomb(data: bytes) -> None:
    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except zipfile.BadZipFile as error:
        raise SheetError("unreadable") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise SheetError("too_large", value=str(MAX_UNPACKED_BYTES))


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
        return _whole_number(int(value), cell.number_format)
    return str(value)


def _whole_number(value: int, number_format: str) -> str:
    """A whole number as the sheet shows it: 12 under the format 0000 is employee number 0012."""
    padded = set(number_format) == {"0"}
    return str(value).zfill(len(number_format)) if padded else str(value)
