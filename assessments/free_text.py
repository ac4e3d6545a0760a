"""Free text on its way out: gathered for somebody to read, then let through line by line. Pure.

A text can name its writer, or somebody they met. So nothing of it is in a report or an export, and
what leaves has been read by a person who marked it; a text stands without code, wave, cohort and
covariates, and in an order of its own for each item.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import SystemRandom

from assessments.ballot_box.batches import Row
from assessments.measures import InstrumentSpec
from courses.spreadsheets.cells import clean, marked
from courses.spreadsheets.sheets import SheetError, read_sheet
from courses.spreadsheets.workbooks import Lines

ITEM, TEXT, MARK = "item", "text", "mark"
COLUMNS = (ITEM, TEXT, MARK)
KEEP, REDACT = "keep", "redact"
MAX_ROWS = 20_000
LONGEST_CELL = 5000


@dataclass(frozen=True)
class Written:
    """What was written under one item, and by how many people."""

    people: int
    texts: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a reviewed file: its line (0: the file as a whole) and a code. Codes: those of
    SheetError, and not_csv, columns, item and mark. No text is repeated."""

    line: int
    code: str


@dataclass(frozen=True)
class Review:
    """What a reviewed file lets through: (item, text) in its order, and how many were redacted."""

    kept: Sequence[tuple[str, str]] = field(default=(), repr=False)
    redacted: int = 0
    problems: tuple[Problem, ...] = ()


def written(rows: Iterable[Row], instrument: InstrumentSpec) -> dict[str, Written]:
    """What was written under each item of free text that the instrument has."""
    by_item: dict[str, list[tuple[str, str]]] = {
        item.code: [] for item in instrument.items if item.scale.is_text
    }
    for row in rows:
        for code, answer in row["answers"].items():
            if code in by_item:
                by_item[code].append((row["code"], str(answer)))
    return {
        item: Written(len({code for code, _ in found}), sorted(text for _, text in found))
        for item, found in by_item.items()
    }


def releasable(
    found: Mapping[str, Written], before: Mapping[str, int], threshold: int
) -> dict[str, Written]:
    """The items whose texts somebody may be given: written by enough people, and by enough more
    than when they were given out before, so that two files never differ by the texts of a few.

    The same texts are not given out twice either: that they had become fewer would tell that
    somebody withdrew.
    """
    return {
        item: one for item, one in found.items() if one.people - before.get(item, 0) >= threshold
    }


def file_to_review(found: Mapping[str, Written]) -> str:
    """The texts as CSV with an empty column for the marks, each item's shuffled by itself."""
    return _csv(COLUMNS, _lines(found))


def _lines(found: Mapping[str, Written]) -> Iterator[tuple[str, str, str]]:
    for item, one in found.items():
        texts = list(one.texts)
        SystemRandom().shuffle(texts)
        yield from ((item, text, "") for text in texts)


def file_of_kept(review: Review) -> str:
    """What was kept, as CSV."""
    return _csv((ITEM, TEXT), review.kept)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([marked(cell) for cell in row] for row in rows)
    return out.getvalue()


def read_review(data: bytes, filename: str, instrument: InstrumentSpec) -> Review:
    """A file that somebody marked. Every line must be marked, or nothing is let through."""
    try:
        sheet = read_sheet(data, filename, max_rows=MAX_ROWS, weigh=_weigh, longest=LONGEST_CELL)
    except SheetError as error:
        return Review(problems=(Problem(error.line, error.code),))
    if sheet.is_workbook:
        # Its long texts would be cut.
        return Review(problems=(Problem(0, "not_csv"),))
    lines = [(number, [clean(cell.text) for cell in cells]) for number, cells in sheet.lines]
    if not lines or sorted(filter(None, _names(lines[0][1]))) != sorted(COLUMNS):
        return Review(problems=(Problem(lines[0][0] if lines else 0, "columns"),))
    return _read(_names(lines[0][1]), lines[1:], instrument)


def _read(
    names: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]], instrument: InstrumentSpec
) -> Review:
    asked = {item.code for item in instrument.items if item.scale.is_text}
    kept, problems, redacted = [], [], 0
    for number, cells in lines:
        values = dict.fromkeys(COLUMNS, "") | dict(zip(names, cells, strict=False))
        mark = values[MARK].casefold()
        if values[ITEM] not in asked:
            problems.append(Problem(number, "item"))
        elif mark not in (KEEP, REDACT):
            problems.append(Problem(number, "mark"))
        elif mark == KEEP and values[TEXT]:
            kept.append((values[ITEM], values[TEXT]))
        else:
            redacted += 1
    if problems:
        return Review(problems=tuple(problems))
    return Review(kept, redacted)


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.casefold() for cell in cells]


def _weigh(lines: Lines) -> float:
    return sum(clean(c.text).casefold() in COLUMNS for c in lines[0][1]) if lines else 0
