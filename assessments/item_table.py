"""Reads the questions of an instrument from a table, one row an item, and writes them as one. Pure.

What several items share (a response scale, a block, a section's title) is said on the row of any of
them, and need not be repeated. Every fault is told at once, with its line and column.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assessments.drafts import (
    BLOCKS,
    ITEMS,
    RESPONSES,
    SCALES,
    SECTIONS,
    new_document,
    read_draft,
)
from courses.spreadsheets.cells import clean
from courses.spreadsheets.sheets import SheetError, read_sheet
from courses.spreadsheets.workbooks import Lines

MAX_BYTES = 1024 * 1024
MAX_ROWS = 300
LONGEST_CELL = 5000
REQUIRED = ("code", "scale", "text_en")
# Of each column: what it is part of, and the key there.
COLUMNS = {
    "code": (ITEMS, "code"),
    "section": (ITEMS, "section"),
    "scale": (ITEMS, "scale"),
    "type": (RESPONSES, "type"),
    "min": (RESPONSES, "min"),
    "max": (RESPONSES, "max"),
    "max_length": (RESPONSES, "max_length"),
    "block": (ITEMS, "block"),
    "block_kind": (BLOCKS, "kind"),
    "show_if": (ITEMS, "show_if"),
    "show_if_is": (ITEMS, "show_if_is"),
    "scales": (ITEMS, "scales"),
    "reversed_in": (ITEMS, "reversed_in"),
}
WHOLE = frozenset({"section", "max_length"})
NUMBERS = frozenset({"min", "max"})
_TEXTS = re.compile(
    r"(text|section_title|block_text|label_(?P<step>-?[0-9]{1,4}))_(?P<language>[a-z]{2,3}(-\w+)*)",
    re.IGNORECASE,
)
# As a spreadsheet writes a number at full precision: 0.5, 1e-05.
_NUMBER = re.compile(r"-?[0-9]{1,12}([.][0-9]{1,20})?(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
_STEP = re.compile(r"-?[0-9]{1,4}")
_BETWEEN = re.compile(r"[\s,;|]+")
_UNKNOWN = ("", "")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its line (0: the file as a whole), the column's heading, a code and a value.

    Codes: those of SheetError, and not_csv, no_rows, column_missing, column_twice, column_unknown,
    too_many_cells, missing, not_a_number, not_whole, differs (`value` is the line that says
    otherwise) and not_allowed (`value` says why).
    """

    line: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True)
class ItemTable:
    """What a table holds: the document of a draft, in which the scales still lack what no row can
    say, or problems."""

    document: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()


@dataclass
class _Told:
    """What was said of one shared thing, and on which line first."""

    values: dict[Any, Any] = field(default_factory=dict)
    lines: dict[Any, int] = field(default_factory=dict)
    first: int = 0


def read_items_table(data: bytes, filename: str, *, code: str, title: str) -> ItemTable:
    """The draft that a table describes. Never raises for what a file may hold."""
    if len(data) > MAX_BYTES:
        return _refused(Problem(0, "", "too_large", str(MAX_BYTES)))

    def weigh(lines: Lines) -> float:
        return sum(_column(clean(c.text)) != _UNKNOWN for c in lines[0][1]) if lines else 0

    try:
        sheet = read_sheet(data, filename, max_rows=MAX_ROWS + 1, weigh=weigh, longest=LONGEST_CELL)
    except SheetError as error:
        return _refused(Problem(error.line, "", error.code, error.value))
    if sheet.is_workbook:
        # Its long texts would be cut.
        return _refused(Problem(0, "", "not_csv"))
    lines = [(number, [clean(cell.text) for cell in cells]) for number, cells in sheet.lines]
    if len(lines) < 2:
        return _refused(Problem(0, "", "no_rows"))
    return _Table(lines[0][0], lines[0][1]).read(lines[1:], code, title)


def _refused(*problems: Problem) -> ItemTable:
    return ItemTable({}, problems)


def _column(heading: str) -> tuple[Any, Any]:
    """What a column is part of and its key there: a name, or (name, step, language) of a text."""
    if found := _TEXTS.fullmatch(heading):
        primary, dash, region = found["language"].partition("-")
        name = found[1].lower().partition("_")[0]
        kind = {"text": ITEMS, "section": SECTIONS, "block": BLOCKS, "label": RESPONSES}[name]
        return kind, (name, found["step"] or "", f"{primary.lower()}{dash}{region}")
    return COLUMNS.get(heading.lower(), _UNKNOWN)


class _Table:
    """A table whose headings are known."""

    def __init__(self, line: int, headings: Sequence[str]) -> None:
        self.line, self.headings = line, headings
        self.columns = [_column(heading) for heading in headings]
        self.problems: list[Problem] = []
        self.told: dict[str, dict[str, _Told]] = {
            kind: defaultdict(_Told) for kind in (RESPONSES, BLOCKS, SECTIONS, SCALES)
        }
        self.items: list[tuple[int, dict[str, Any]]] = []

    def read(self, body: Sequence[tuple[int, list[str]]], code: str, title: str) -> ItemTable:
        self._check_headings()
        if not self.problems:
            for line, cells in body:
                self._row(line, cells)
        document = self._document(code, title)
        if not self.problems:
            self.problems = list(self._faults_of(document))
        self.problems.sort(key=lambda problem: problem.line)
        return ItemTable({} if self.problems else document, tuple(self.problems))

    def _refuse(self, line: int, column: str, code: str, value: str = "") -> None:
        self.problems.append(Problem(line, column, code, value))

    def _check_headings(self) -> None:
        known = [heading.lower() for heading in self.headings]
        for name in REQUIRED:
            if name not in known:
                self._refuse(self.line, name, "column_missing")
        for at, (heading, column) in enumerate(zip(self.headings, self.columns, strict=True)):
            if heading and column == _UNKNOWN:
                self._refuse(self.line, heading, "column_unknown")
            elif heading and column in self.columns[:at]:
                self._refuse(self.line, heading, "column_twice")

    def _row(self, line: int, cells: Sequence[str]) -> None:
        width = len(self.headings)
        pairs = zip(self.headings, cells, strict=False)
        if any(cells[width:]) or any(cell for heading, cell in pairs if not heading):
            self._refuse(line, "", "too_many_cells", str(width))
        values: dict[str, dict[Any, Any]] = defaultdict(dict)
        for heading, (kind, key), cell in zip(self.headings, self.columns, cells, strict=False):
            if heading and cell:
                values[kind][key] = self._value(line, heading, key, cell)
        for heading in REQUIRED:
            if _column(heading)[1] not in values[ITEMS]:
                self._refuse(line, heading, "missing")
        item = self._item(line, values[ITEMS])
        self.items.append((line, item))
        self._tell(line, RESPONSES, item["scale"], values[RESPONSES])
        self._tell(line, SECTIONS, str(item["section"]), values[SECTIONS])
        self._tell(line, BLOCKS, item.get("block", ""), values[BLOCKS])

    def _value(self, line: int, heading: str, key: Any, cell: str) -> Any:
        if key not in WHOLE and key not in NUMBERS:
            return cell
        if not _NUMBER.fullmatch(cell):
            self._refuse(line, heading, "not_a_number", cell)
            return 1
        number = float(cell)
        if number == int(number):
            return int(number)
        if key in WHOLE:
            self._refuse(line, heading, "not_whole", cell)
        return number

    def _item(self, line: int, values: Mapping[Any, Any]) -> dict[str, Any]:
        item = {
            "code": values.get("code", ""),
            "section": values.get("section", 1),
            "scale": values.get("scale", ""),
            "text": {key[2]: text for key, text in values.items() if isinstance(key, tuple)},
        }
        if "block" in values:
            item["block"] = values["block"]
        if "show_if" in values or "show_if_is" in values:
            item["show_if"] = {
                "item": values.get("show_if", ""),
                "is": [self._step(line, step) for step in _listed(values.get("show_if_is", ""))],
            }
        for name, sign in (("scales", ""), ("reversed_in", "-")):
            for scale in _listed(values.get(name, "")):
                self._tell(line, SCALES, scale, {f"{sign}{item['code']}": name})
        return item

    def _step(self, line: int, step: str) -> int:
        if _STEP.fullmatch(step):
            return int(step)
        self._refuse(line, "show_if_is", "not_whole", step)
        return 1

    def _tell(self, line: int, kind: str, code: str, values: Mapping[Any, Any]) -> None:
        """Notes what a row says of something shared; two rows may not say different things."""
        if not code:
            for key in values:
                self._refuse(line, self._heading(kind, key), "not_allowed", "no block is named")
            return
        told = self.told[kind][code]
        told.first = told.first or line
        for key, value in values.items():
            if told.values.setdefault(key, value) != value:
                self._refuse(line, self._heading(kind, key), "differs", str(told.lines[key]))
            told.lines.setdefault(key, line)

    def _heading(self, kind: str, key: Any) -> str:
        places = [at for at, column in enumerate(self.columns) if column == (kind, key)]
        return self.headings[places[0]] if places else ""

    def _document(self, code: str, title: str) -> dict[str, Any]:
        document = new_document(code, title) | {
            RESPONSES: {
                code: _response_scale(t.values) for code, t in self.told[RESPONSES].items()
            },
            BLOCKS: [
                {"code": code, "kind": "vignette", "text": {}, **_named(told.values, "block")}
                for code, told in self.told[BLOCKS].items()
            ],
            ITEMS: [item for _, item in sorted(self.items, key=lambda one: one[1]["section"])],
            SCALES: [_scale(code, list(t.values)) for code, t in self.told[SCALES].items()],
            SECTIONS: {
                number: _named(told.values, "section")["text"]
                for number, told in self.told[SECTIONS].items()
                if told.values
            },
        }
        self.items.sort(key=lambda one: one[1]["section"])
        return document

    def _faults_of(self, document: Mapping[str, Any]) -> Iterator[Problem]:
        """What an instrument may not hold, at the line that says it. What a scale lacks, the draft
        can still be given."""
        lines = {item["code"]: line for line, item in reversed(self.items)}
        for problem in read_draft(document, 1)[1]:
            if problem.kind == ITEMS:
                line = lines.get(problem.code, 0)
                yield Problem(line, _heading_of(problem.field), "not_allowed", problem.text)
            elif problem.kind in (RESPONSES, BLOCKS, SECTIONS) or (
                problem.kind == SCALES and problem.field in ("code", "items")
            ):
                told = self.told[problem.kind].get(problem.code)
                line = told.first if told else 0
                yield Problem(line, problem.code, "not_allowed", problem.text)


def _listed(text: str) -> list[str]:
    return [one for one in _BETWEEN.split(text) if one]


def _named(values: Mapping[Any, Any], name: str) -> dict[str, Any]:
    """The plain values, and as `text` those of columns named `{name}_..._{language}`."""
    texts = {key[2]: v for key, v in values.items() if isinstance(key, tuple) and key[0] == name}
    plain = {key: value for key, value in values.items() if not isinstance(key, tuple)}
    return plain | ({"text": texts} if texts else {})


def _response_scale(values: Mapping[Any, Any]) -> dict[str, Any]:
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    for key, text in values.items():
        if isinstance(key, tuple):
            labels[str(int(key[1]))][key[2]] = text
    plain = {key: value for key, value in values.items() if not isinstance(key, tuple)}
    return {"type": "likert", **plain} | ({"labels": dict(labels)} if labels else {})


def _scale(code: str, keyed: list[str]) -> dict[str, Any]:
    """Which direction is a benefit, no row says: the draft lacks it until somebody does."""
    return {
        "code": code,
        "title": {"en": code.replace("_", " ").capitalize()},
        "items": keyed,
        "score": "mean",
        "min_answered": len(keyed),
    }


def _heading_of(place: str) -> str:
    name, _, rest = place.partition(".")
    if name == "text" and rest:
        return f"text_{rest}"
    return "show_if_is" if place == "show_if.is" else name
