"""What a report consists of, before it is a page or a PDF. Pure."""

from dataclasses import dataclass
from datetime import date

from assessments.dot_plots import Drawing


@dataclass(frozen=True)
class Words:
    """Paragraphs of plain text."""

    paragraphs: tuple[str, ...]
    kind: str = "words"


@dataclass(frozen=True)
class Figure:
    """One number that matters, with what it counts."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class Figures:
    figures: tuple[Figure, ...]
    kind: str = "figures"


@dataclass(frozen=True)
class Point:
    title: str
    text: str


@dataclass(frozen=True)
class Points:
    """A list in which every point has a title."""

    points: tuple[Point, ...]
    kind: str = "points"


@dataclass(frozen=True)
class Column:
    label: str
    number: bool = False


@dataclass(frozen=True)
class Grid:
    """A table of texts; the first cell of a row heads it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = "grid"

    @property
    def cells(self) -> list[list[dict[str, object]]]:
        """The rows as components/table.html takes them."""
        return [
            [
                {"text": text, "number": column.number}
                for column, text in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]


@dataclass(frozen=True)
class Chart:
    """Changes as dots with intervals, in two sizes, under a heading and a note how to read them;
    `label` says in a sentence what it shows. The numbers stand in a grid nearby."""

    heading: str
    note: str
    wide: Drawing
    thin: Drawing
    label: str
    kind: str = "chart"


Block = Words | Figures | Points | Grid | Chart


@dataclass(frozen=True)
class Section:
    """A heading, what stands under it, and an address on the page."""

    anchor: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report. `address` is where the same is as a page; `language` a BCP 47 tag."""

    title: str
    lead: str
    author: str
    language: str
    made_on: date
    address: str
    same_as_page: str
    sections: tuple[Section, ...]
    crisis_line: str
