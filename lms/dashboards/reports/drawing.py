"""The report on paper: letter sheets, real text in embedded fonts, bookmarks and tags. Pure.

The same report and fonts always give the same bytes.
"""

from pathlib import Path

from reportlab.graphics import renderPDF
from reportlab.lib.colors import white

from certificates.layout import LINE, MIST, NAVY, SLATE
from certificates.typesetting import Face, GlyphMissing
from lms.dashboards.reports.blocks import (
    Block,
    Chart,
    Figures,
    Grid,
    Points,
    Report,
    Section,
    Words,
)
from lms.dashboards.reports.charts import chart_sheet
from lms.dashboards.reports.paper import (
    HEIGHT,
    LEFT,
    LINE_HEIGHT,
    MEASURE,
    RIGHT,
    SMALL,
    WIDTH,
    About,
    Paper,
)

__all__ = ["GlyphMissing", "draw"]

H1, H2, H3, LEAD, BODY, BIG = 26.0, 15.0, 11.5, 11.5, 10.0, 19.0
FIRST_COLUMN, FIRST_OF_MANY, MANY = 0.34, 0.28, 5
KEPT_TOGETHER = 240.0
BAND = 104.0


def draw(report: Report, *, fonts: Path) -> bytes:
    """The report as tagged PDF. `fonts` holds NotoSans-Regular.ttf and NotoSans-Bold.ttf. Raises
    `GlyphMissing` when a character cannot be shown."""
    about = About(report.title, report.author, report.lead, report.language, report.made_on)
    paper = Paper(about, fonts=fonts)
    _head(paper, report)
    for section in report.sections:
        _section(paper, section)
    _crisis_line(paper, report.crisis_line)
    paper.end()
    paper.canvas.showOutline()
    return paper.finished()


def _head(paper: Paper, report: Report) -> None:
    """A navy band with the title, then the lead and where the same is to be read as a page."""
    with paper.tree.artifact():
        paper.canvas.setFillColor(NAVY)
        paper.canvas.rect(0, HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)
    paper.canvas.bookmarkPage("top")
    paper.canvas.addOutlineEntry(report.title, "top", 0)
    paper.y = HEIGHT - 26
    with paper.tree.element("P"):
        paper.block(report.author, paper.regular, BODY, MIST)
    with paper.tree.element("H1"):
        paper.block(report.title, paper.bold, H1, white)
    paper.y = HEIGHT - BAND - 18
    with paper.tree.element("P"):
        paper.block(report.lead, paper.regular, LEAD)
    with paper.tree.element("P"), paper.tree.element("Link"):
        top = paper.y
        paper.block(report.same_as_page, paper.regular, SMALL, SLATE)
        paper.tree.leads_to(report.address, (LEFT, paper.y, RIGHT, top))


def _section(paper: Paper, section: Section) -> None:
    paper.room(120)
    paper.y -= 18
    paper.canvas.bookmarkHorizontal(section.anchor, 0, paper.y)
    paper.canvas.addOutlineEntry(section.heading, section.anchor, 1)
    with paper.tree.element("H2"):
        paper.block(section.heading, paper.bold, H2, NAVY)
    for block in section.blocks:
        paper.y -= 6
        _draw(paper, block)


def _draw(paper: Paper, block: Block) -> None:
    match block:
        case Words():
            _words(paper, block)
        case Figures():
            _figures(paper, block)
        case Points():
            _points(paper, block)
        case Chart():
            _chart(paper, block)
        case Grid():
            _grid(paper, block)


def _words(paper: Paper, block: Words) -> None:
    for text in block.paragraphs:
        with paper.tree.element("P"):
            paper.block(text, paper.regular, BODY)
        paper.y -= 4


def _figures(paper: Paper, block: Figures) -> None:
    """The numbers side by side, each a list item that is read with its label."""
    paper.room(64)
    width = MEASURE / len(block.figures)
    top = paper.y
    with paper.tree.element("L"):
        for number, figure in enumerate(block.figures):
            x = LEFT + number * width
            with paper.tree.element("LI"), paper.tree.element("LBody"):
                paper.cell((figure.value,), x, top, paper.bold, BIG, right=False)
                below = top - BIG * LINE_HEIGHT
                paper.cell((figure.label,), x, below, paper.bold, BODY, right=False)
                if figure.note:
                    note = paper.lines(figure.note, paper.regular, SMALL, width - 8)
                    under = below - BODY * LINE_HEIGHT
                    paper.cell(note, x, under, paper.regular, SMALL, right=False)
    paper.y = top - 64


def _points(paper: Paper, block: Points) -> None:
    with paper.tree.element("L"):
        for point in block.points:
            with paper.tree.element("LI"), paper.tree.element("LBody"):
                paper.block(point.title, paper.bold, BODY)
                paper.block(point.text, paper.regular, BODY)
            paper.y -= 4


def _chart(paper: Paper, block: Chart) -> None:
    sheet = chart_sheet(block.wide, MEASURE, paper.regular, paper.bold)
    paper.room(sheet.height + 66)
    with paper.tree.element("H3"):
        paper.block(block.heading, paper.bold, H3, NAVY)
    with paper.tree.element("P"):
        paper.block(block.note, paper.regular, SMALL, SLATE)
    paper.y -= 4
    bottom = paper.y - sheet.height
    box = [LEFT, bottom, RIGHT, paper.y]
    with paper.tree.element("Figure", alt=block.label, BBox=box), paper.tree.content():
        renderPDF.draw(sheet, paper.canvas, LEFT, bottom)
    paper.y = bottom - 6


def _grid(paper: Paper, block: Grid) -> None:
    """A table. On the next sheet its head is repeated, for those who see it."""
    edges = _edges(block)
    heights = [_height(_lines(paper, row, edges, paper.regular)) for row in block.rows]
    paper.room(min(sum(heights), KEPT_TOGETHER) + 50)
    with paper.tree.element("Table"):
        with paper.tree.element("Caption"):
            paper.block(block.caption, paper.regular, SMALL, SLATE)
        paper.y -= 2
        labels = tuple(one.label for one in block.columns)
        _row(paper, block, labels, edges, "Column")
        for row in block.rows:
            if paper.room(_height(_lines(paper, row, edges, paper.regular))):
                with paper.tree.artifact():
                    _row(paper, block, labels, edges, "Column")
            _row(paper, block, row, edges, "Row")
    paper.y -= 4


def _edges(block: Grid) -> list[tuple[float, float]]:
    """Left edge and width of each column; the first is wider, numbers stand at the right edge."""
    many = len(block.columns) > MANY
    first = MEASURE * (FIRST_OF_MANY if many else FIRST_COLUMN)
    rest = (MEASURE - first) / max(1, len(block.columns) - 1)
    return [(LEFT, first)] + [
        (LEFT + first + number * rest, rest) for number in range(len(block.columns) - 1)
    ]


def _lines(
    paper: Paper, texts: tuple[str, ...], edges: list[tuple[float, float]], face: Face
) -> list[tuple[str, ...]]:
    return [
        paper.lines(text or "–", face, SMALL, width - 8)
        for text, (_left, width) in zip(texts, edges, strict=True)
    ]


def _height(cells: list[tuple[str, ...]]) -> float:
    return max(len(lines) for lines in cells) * SMALL * LINE_HEIGHT + 6


def _row(
    paper: Paper, block: Grid, texts: tuple[str, ...], edges: list[tuple[float, float]], scope: str
) -> None:
    heads = scope == "Column"
    face = paper.bold if heads else paper.regular
    cells = _lines(paper, texts, edges, face)
    height = _height(cells)
    top = paper.y - 3
    with paper.tree.element("TR"):
        for number, (lines, column) in enumerate(zip(cells, block.columns, strict=True)):
            left, width = edges[number]
            kind, told = ("TH", {"Scope": scope}) if heads or number == 0 else ("TD", {})
            with paper.tree.element(kind, **told):
                x = left + width if column.number else left
                paper.cell(lines, x, top, face, SMALL, right=column.number)
    paper.y -= height
    paper.rule(NAVY if heads else LINE, 1.0 if heads else 0.5)


def _crisis_line(paper: Paper, words: str) -> None:
    paper.room(40)
    paper.y -= 16
    paper.rule(NAVY, 1.0)
    paper.y -= 6
    with paper.tree.element("P"):
        paper.block(words, paper.bold, BODY, NAVY)
