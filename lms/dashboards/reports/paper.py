"""Letter sheets that are filled from the top with real text in embedded fonts, tagged. Pure.

What is drawn in the same way with the same fonts always gives the same bytes.
"""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from certificates.layout import INK, SLATE
from certificates.typesetting import ASCENT, Face, load_face, words, wrap
from lms.dashboards.reports.tagging import Tree, finished

WIDTH, HEIGHT = letter
LEFT, RIGHT, TOP, BOTTOM = 54.0, WIDTH - 54.0, HEIGHT - 54.0, 60.0
MEASURE = RIGHT - LEFT
SMALL = 8.5
LINE_HEIGHT = 1.42


@dataclass(frozen=True, slots=True)
class About:
    """What a document says about itself; `made_on` stands in for the clock of the machine."""

    title: str
    author: str
    subject: str
    language: str
    made_on: date


class Paper:
    """Sheets that are filled from the top; `y` is where the next thing begins, `foot` what stands
    at the foot of each. `fonts` holds NotoSans-Regular.ttf and NotoSans-Bold.ttf."""

    def __init__(self, about: About, *, fonts: Path) -> None:
        self.about, self.foot = about, about.title
        self.regular = load_face(fonts / "NotoSans-Regular.ttf")
        self.bold = load_face(fonts / "NotoSans-Bold.ttf")
        self._buffer = BytesIO()
        self.canvas = Canvas(
            self._buffer,
            pagesize=letter,
            invariant=1,
            pageCompression=1,
            lang=about.language,
            # Without a first font of ours, reportlab names Helvetica and does not embed it.
            initialFontName=self.regular.name,
        )
        self.tree = Tree(self.canvas)
        self.y = TOP
        _describe(self.canvas, about)

    def finished(self) -> bytes:
        """The document, once its last sheet has ended."""
        self.canvas.save()
        about = self.about
        data = self._buffer.getvalue()
        return finished(data, self.tree, language=about.language, title=about.title)

    def room(self, height: float) -> bool:
        """Begins a new sheet where there is less than this left, and says so."""
        if self.y - height >= BOTTOM:
            return False
        self.end()
        self.y = TOP
        return True

    def end(self) -> None:
        """Finishes the sheet with its foot, which is no part of the text."""
        with self.tree.artifact():
            number = str(self.canvas.getPageNumber())
            self._line(self.foot, LEFT, 36.0, self.regular, SMALL, SLATE)
            self._line(number, RIGHT, 36.0, self.regular, SMALL, SLATE, right=True)
        self.canvas.showPage()

    def rule(self, colour: Color, thick: float) -> None:
        """A line across the sheet, which is no part of the text."""
        with self.tree.artifact():
            self.canvas.setStrokeColor(colour)
            self.canvas.setLineWidth(thick)
            self.canvas.line(LEFT, self.y, RIGHT, self.y)

    def lines(self, text: str, face: Face, size: float, width: float) -> tuple[str, ...]:
        """The text broken to a width; also inside a word where it is longer than that."""
        face.check(text)
        rows = wrap(words(text), face, size=size, width=width)
        return rows or wrap(words(text), face, size=size, width=width, inside_words=True)

    def block(
        self, text: str, face: Face, size: float, colour: Color = INK, x: float = LEFT
    ) -> None:
        """Text in the element that is open, line by line down the sheet, over sheets if need be."""
        step = size * LINE_HEIGHT
        for line in self.lines(text, face, size, MEASURE):
            self.room(step)
            with self.tree.content():
                self._line(line, LEFT, self.y - size * ASCENT, face, size, colour)
            self.y -= step

    def cell(
        self, rows: tuple[str, ...], x: float, top: float, face: Face, size: float, *, right: bool
    ) -> None:
        """Lines of a table's cell, in the element that is open; `x` is the edge they stand at."""
        with self.tree.content():
            for number, row in enumerate(rows):
                baseline = top - size * ASCENT - number * size * LINE_HEIGHT
                self._line(row, x, baseline, face, size, INK, right=right)

    def _line(
        self,
        text: str,
        x: float,
        baseline: float,
        face: Face,
        size: float,
        colour: Color,
        *,
        right: bool = False,
    ) -> None:
        self.canvas.setFillColor(colour)
        self.canvas.setFont(face.name, size)
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, baseline, text)


def _describe(canvas: Canvas, about: About) -> None:
    canvas.setTitle(about.title)
    canvas.setAuthor(about.author)
    canvas.setSubject(about.subject)
    canvas.setCreator("CIT Training Portal")
    # The clock of the machine must not show in the bytes: a document is dated by its day.
    canvas.setDateFormatter(lambda *_: f"D:{about.made_on:%Y%m%d}000000+00'00'")
    canvas.setViewerPreference("DisplayDocTitle", "true")
