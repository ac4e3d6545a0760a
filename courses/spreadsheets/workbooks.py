"""Sheets of an XLSX file, read and written. Pure; refuses what is too big to be honest."""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from courses.spreadsheets.cells import Cell, cell_of

Lines = list[tuple[int, tuple[Cell, ...]]]

MAX_UNPACKED_BYTES = 40 * 1024 * 1024
MAX_COLUMNS = 300  # an instrument has a column for each item
MAX_LINES = 40_000  # blank ones included
_MAX_SHEET_BYTES = 4 * 1024 * 1024  # of a sheet in which links and merged cells are looked for
_SHEETS_READ = 20
_WIDEST = 40
_EMPTY = Cell("")


class WorkbookError(ValueError):
    """A workbook that cannot be read: unreadable or too_large."""


def read_workbook(
    data: bytes, max_rows: int, weigh: Callable[[Lines], float]
) -> tuple[str, tuple[str, ...], Lines]:
    """Name and lines of the one sheet that weighs most, and the names of the others.

    Hidden sheets are not read. Of equal ones the first is taken. At most one line more than
    `max_rows` is returned, blank ones not counted.
    """
    _refuse_bomb(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks about styles and odd dates
            return _best_sheet(data, max_rows, weigh)
    except Exception as error:  # whatever openpyxl meets in a broken workbook
        raise WorkbookError("unreadable") from error


def _best_sheet(
    data: bytes, max_rows: int, weigh: Callable[[Lines], float]
) -> tuple[str, tuple[str, ...], Lines]:
    from openpyxl import load_workbook  # a slow import that a CSV does not need

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    archive = zipfile.ZipFile(io.BytesIO(data))
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    # Several sheets may name one part, which would be read each time.
    shown: list[Any] = visible[:_SHEETS_READ]
    parts = {sheet._worksheet_path: sheet for sheet in reversed(shown)}
    read = [(sheet.title, _lines(sheet, archive, max_rows)) for sheet in reversed(parts.values())]
    name, lines = max(read, key=lambda one: weigh(one[1]))
    return name, tuple(title for title in book.sheetnames if title != name), lines


def _lines(sheet: Any, archive: zipfile.ZipFile, max_rows: int) -> Lines:
    links, merges = _links_and_merges(archive, sheet._worksheet_path)
    # Some programs write a wrong size into the sheet, and rows would be cut off.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_LINES)
    lines: Lines = []
    held: dict[int, tuple[int, Cell]] = {}
    for number, row in enumerate(rows, start=1):
        if all(cell.value is None for cell in row):
            continue
        cells = [_read(cell) for cell in row]
        if not any(cell.text.strip() for cell in cells):
            continue
        for at, cell in enumerate(cells):
            if target := links.get((number, at)):
                cells[at] = cell._replace(link=target)
            if until := merges.get((number, at)):
                held[at] = (until, cells[at])
        for at, (until, cell) in held.items():
            if number <= until and not cells[at].text:
                cells[at] = cell
        lines.append((number, tuple(cells)))
        if len(lines) > max_rows:
            break
    return lines


def _read(cell: Any) -> Cell:
    return _EMPTY if cell.value is None else cell_of(cell.value, cell.number_format)


def _links_and_merges(
    archive: zipfile.ZipFile, path: str
) -> tuple[dict[tuple[int, int], str], dict[tuple[int, int], int]]:
    """Where cells link to, and down to which line a cell was merged, by line and column from 0.

    openpyxl tells neither when it reads row by row, which is how it reads without filling memory.
    """
    from openpyxl.utils.cell import range_boundaries
    from openpyxl.xml.functions import iterparse

    path = path.lstrip("/")
    if archive.getinfo(path).file_size > _MAX_SHEET_BYTES:
        return {}, {}
    targets = _targets(archive, path)
    links: dict[tuple[int, int], str] = {}
    merges: dict[tuple[int, int], int] = {}
    with archive.open(path) as part:
        for _event, element in iterparse(part, events=("end",)):
            tag = element.tag.rpartition("}")[2]
            if tag == "row":
                element.clear()
            elif tag in ("hyperlink", "mergeCell"):
                left, top, right, bottom = range_boundaries(element.get("ref"))
                if left is None or top is None or bottom is None:
                    continue  # whole columns or rows
                if tag == "mergeCell" and left == right:
                    merges[(top, left - 1)] = bottom
                elif tag == "hyperlink":
                    name = next((v for k, v in element.items() if k.endswith("}id")), "")
                    links[(top, left - 1)] = targets.get(name, "")
    return links, merges


def _targets(archive: zipfile.ZipFile, path: str) -> dict[str, str]:
    from openpyxl.xml.functions import fromstring

    folder, _slash, name = path.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels"
    if rels not in archive.namelist():
        return {}
    return {
        element.get("Id", ""): element.get("Target", "")
        for element in fromstring(archive.read(rels))
    }


def _refuse_bomb(data: bytes) -> None:
    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise WorkbookError("unreadable") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise WorkbookError("too_large")


def write_workbook(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet in which every cell is text, so that 0042 stays 0042."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Sheet"
    written = [tuple(header), *map(tuple, rows)]
    for line, texts in enumerate(written, start=1):
        for at, text in enumerate(texts, start=1):
            cell = sheet.cell(line, at)
            cell.value = text
            cell.data_type = "s"  # not "f": what begins with = is text as well
            cell.number_format = "@"
            if line == 1:
                cell.font = Font(bold=True)
    for letter, width in _widths(written):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _widths(written: Sequence[Sequence[str]]) -> Iterator[tuple[str, int]]:
    from openpyxl.utils import get_column_letter

    for at, column in enumerate(zip(*written, strict=True), start=1):
        yield get_column_letter(at), min(max(map(len, column)) + 2, _WIDEST)
